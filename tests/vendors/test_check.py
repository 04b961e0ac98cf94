"""The rules between options: each fault has its option's path and one exact sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import bucketry
from bucketry import (
    BadCredentials,
    Credentials,
    Encryption,
    InvalidInput,
    Secret,
    UnsupportedOptionWarning,
)
from bucketry.config import check_config
from bucketry_s3 import KeyPair
from bucketry_s3.options import ExtraParams, Multipart
from bucketry_s3.protocol.endpoints import url_fault

HTTP = (
    "is plain http, which shows files and signed URLs to the network; "
    "write https://, or set allow_http = true if the network is yours"
)
NO_URL = "is not a URL; write https://, the host and, where needed, a port and a path"
METADATA = (
    "is an address where clouds keep their machines' credentials; write the storage's own address"
)
HOST = "has a host that resolvers and certificates do not agree on; write its plain name"
PATH = "has '.' or '..' in its path, which clients resolve differently; write the path out"
BUCKET = (
    "is no bucket name: 3 to 63 letters, digits, '.', '-' and '_', a letter or digit at both ends"
)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://s3.example.com", None),
        ("https://s3.example.com:9000/base", None),
        ("https://[2001:db8::1]:9000", None),
        ("http://localhost:9000", None),
        ("http://storage.localhost", None),
        ("http://127.0.0.1:9000", None),
        ("http://127.8.9.10", None),
        ("http://[::1]:9000", None),
        ("http://minio:9000", HTTP),
        ("http://10.0.0.5", HTTP),
        ("http://localhost.example.com", HTTP),
        ("s3.example.com", "has no scheme; write https:// in front of the host"),
        ("ftp://s3.example.com", "must start with https:// (or http://)"),
        ("https://", NO_URL),
        ("https://s3.example.com:port", NO_URL),
        ("https://[::1", NO_URL),
        ("https://s3.example.com/a b", NO_URL),
        ("https://s3.example.com\\@evil.example", NO_URL),
        ("https://s3.example.com\r\nX-Evil: 1", NO_URL),
        ("https://bücher.example", NO_URL),
        (
            "https://key:secret@s3.example.com",
            "must not hold a user name or password; keys belong in credentials",
        ),
        (
            "https://s3.example.com?x=1",
            "must not have a query or a fragment; it ends with the host or a path",
        ),
        (
            "https://s3.example.com/#top",
            "must not have a query or a fragment; it ends with the host or a path",
        ),
        (
            "https://s3.example.com/?",
            "must not have a query or a fragment; it ends with the host or a path",
        ),
        ("https://169.254.169.254", METADATA),
        ("http://169.254.170.2/v2", METADATA),
        ("https://2852039166", METADATA),
        ("https://0xa9.0xfe.0xa9.0xfe", METADATA),
        ("https://[::ffff:169.254.169.254]", METADATA),
        ("https://[fe80::1]", METADATA),
        ("https://[fe80::1%25eth0]", HOST),
        ("https://[::1%25lo]:9000", HOST),
        ("https://[::1%lo]:9000", HOST),
        ("https://[fd00:ec2::254]", METADATA),
        ("https://[fd00:ec2::23]", METADATA),
        ("https://[fd20:ce::254]", METADATA),
        ("https://100.100.100.200", METADATA),
        ("https://168.63.129.16/storage", METADATA),
        ("https://1684301000", METADATA),
        ("https://metadata.google.internal", METADATA),
        ("https://METADATA.google.internal:443", METADATA),
        ("https://[64:ff9b::a9fe:a9fe]", METADATA),
        ("https://[64:ff9b:1::100.100.100.200]", METADATA),
        ("https://[2002:a9fe:a9fe::1]", METADATA),
        ("https://[2001:0:c000:201:0:0:5601:5601]", METADATA),
        ("https://[2001:db8::5efe:169.254.169.254]", METADATA),
        ("https://[::169.254.169.254]", METADATA),
        ("https://[2001:db8::a9fe:a9fe]", None),
        ("https://[64:ff9b::192.0.2.1]", None),
        ("https://169%2e254.169.254", HOST),
        ("https://169.254.169.254.", HOST),
        ("https://metadata.google.internal.", HOST),
        ("https://s3.example.com.", HOST),
        ("https://s3..example.com", HOST),
        ("https://.s3.example.com", HOST),
        ("https://s3%00.example.com", HOST),
        ("https://s3.example.com:0", NO_URL),
        ("https://s3.example.com/100%", NO_URL),
        ("https://s3.example.com/a^b", NO_URL),
        ("https://s3.example.com/..", PATH),
        ("https://s3.example.com/base/../other", PATH),
        ("https://s3.example.com/%2E%2e/x", PATH),
        ("https://s3.example.com/./x", PATH),
        ("https://s3.example.com/a.b/..c", None),
    ],
)
def test_addresses(url: str, fault: str | None) -> None:
    assert url_fault(url, allow_http=False) == fault


@pytest.mark.parametrize("option", ["endpoint", "public_endpoint", "base_url"])
def test_each_address_is_checked_under_its_own_name(option: str, faults: Any) -> None:
    sentence = "has no scheme; write https:// in front of the host"
    assert faults("gcs", **{option: "s3.example.com"}) == [(option, sentence)]


def test_plain_http_needs_to_be_allowed_for_requests_but_not_for_a_cdn(faults: Any) -> None:
    assert faults("minio", endpoint="http://minio:9000") == [("endpoint", HTTP)]
    assert faults("minio", endpoint="http://minio:9000", allow_http=True) == []
    assert faults("gcs", base_url="http://cdn.internal") == []


def test_an_allowed_http_endpoint_is_still_no_metadata_address(faults: Any) -> None:
    found = faults("minio", endpoint="http://169.254.169.254", allow_http=True)
    assert found == [("endpoint", METADATA)]


BUCKET_INSIDE = "holds the bucket already, and is given without it; take it out"


@pytest.mark.parametrize(
    ("vendor", "endpoint"),
    [
        ("r2", "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com/media"),
        ("r2", "https://media.0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"),
        ("digitalocean", "https://media.nyc3.digitaloceanspaces.com"),
        ("digitalocean", "https://MEDIA.nyc3.digitaloceanspaces.com/"),
        ("aws", "https://media.s3.eu-west-1.amazonaws.com"),
        ("minio", "https://minio.example.com/media"),
        ("minio", "https://minio.example.com/base/%6dedia/"),
        ("contabo", "https://eu2.contabostorage.com/0123:media"),
    ],
)
def test_an_endpoint_that_holds_the_bucket_is_told(faults: Any, vendor: str, endpoint: str) -> None:
    for option in ("endpoint", "public_endpoint"):
        assert (option, BUCKET_INSIDE) in faults(vendor, **{option: endpoint})


@pytest.mark.parametrize(
    ("vendor", "bucket", "endpoint"),
    [
        ("minio", "media", "https://media.example.com"),  # the server's own name
        ("minio", "media", "https://s3.example.com/media/storage"),
        ("digitalocean", "nyc3", "https://nyc3.digitaloceanspaces.com"),
        ("gcs", "storage", "https://storage.googleapis.com"),
    ],
)
def test_an_endpoint_that_is_called_like_the_bucket_is_none_that_holds_it(
    faults: Any, vendor: str, bucket: str, endpoint: str
) -> None:
    assert faults(vendor, bucket=bucket, endpoint=endpoint) == []


# vendor, options, path, sentence
RULES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "aws", {}, "region",
        "is missing; Amazon S3's endpoint is made from it; set region "
        "(such as us-east-1, us-east-2, us-west-1), or endpoint",
    ),
    (
        "r2", {}, "account_id",
        "is missing; Cloudflare R2's endpoint is made from it; set account_id, or endpoint",
    ),
    (
        "minio", {}, "endpoint",
        "MinIO has no endpoint of its own to derive; write the server's address",
    ),
    (
        "supabase", {"project_ref": "abc"}, "region",
        "is missing; Supabase wants the project's region in signatures; set region",
    ),
    (
        "aws", {"endpoint": "https://s3.eu-west-1.amazonaws.com", "dual_stack": True}, "dual_stack",
        "does nothing beside endpoint; write one of the two",
    ),
    (
        "aws", {"endpoint": "https://s3.eu-west-1.amazonaws.com", "accelerate": True}, "accelerate",
        "does nothing beside endpoint; write one of the two",
    ),
    (
        "aws", {"region": "cn-north-1", "fips": True}, "fips",
        "does not exist in China; leave it out",
    ),
    (
        "aws", {"region": "cn-north-1", "accelerate": True}, "accelerate",
        "does not exist in cn-north-1; leave it out",
    ),
    (
        "aws", {"region": "us-gov-west-1", "accelerate": True}, "accelerate",
        "does not exist in us-gov-west-1; leave it out",
    ),
    (
        "aws", {"accelerate": True}, "region",
        "is missing; the accelerated endpoint does not name it, but signatures must; set region "
        "to the bucket's own",
    ),
    (
        "aws", {"region": "us-east-1", "accelerate": True, "fips": True}, "accelerate",
        "has no FIPS endpoint; write one of the two",
    ),
    (
        "aws", {"region": "us-east-1", "accelerate": True, "addressing": "path"}, "accelerate",
        "wants the bucket in the host: leave addressing out, and use a bucket name without dots",
    ),
    (
        "aws", {"region": "us-east-1", "accelerate": True, "bucket": "my.media"}, "accelerate",
        "wants the bucket in the host: leave addressing out, and use a bucket name without dots",
    ),
    (
        "aws", {"region": "us-east-1", "bucket": "reports--ol-s3"}, "bucket",
        "is an Object Lambda access point, which gives objects and takes none; use the bucket or "
        "an access point of it",
    ),
    (
        "aws", {"region": "us-east-1", "bucket": "rows--table-s3"}, "bucket",
        "is a table bucket (S3 Tables), which is queried in another way; use a general purpose "
        "bucket",
    ),
    (
        "aws", {"region": "us-east-1", "tags": {"AWS:team": "web"}}, "tags",
        "has a name that begins with aws:, which AWS keeps for itself; rename it",
    ),
    ("minio", {"endpoint": "http://localhost", "bucket": "192.168.0.1"}, "bucket", BUCKET),
    ("minio", {"endpoint": "http://localhost", "bucket": "media..files"}, "bucket", BUCKET),
    (
        "aws", {"region": "us-east-1", "bucket": "media--use1-az4--x-s3"}, "bucket",
        "is a directory bucket (S3 Express One Zone), which wants sessions of its own that "
        "bucketry does not make; use a general purpose bucket",
    ),
    (
        "aws",
        {
            "region": "us-east-1",
            "bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports",
        },
        "region", "is not that of the access point's ARN, eu-west-1; leave it out",
    ),
    (
        "aws",
        {"bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports", "accelerate": True},
        "accelerate", "does not go with an access point; leave it out",
    ),
    (
        "aws",
        {"bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports", "addressing": "path"},
        "addressing", "cannot be path for an access point, which has a host; leave it out",
    ),
    (
        "aws",
        {
            "region": "us-east-1",
            "bucket": "arn:aws:s3-object-lambda:us-east-1:123456789012:accesspoint/resized",
        },
        "bucket",
        "is no ARN of an access point (arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME), the only kind "
        "that bucketry can use; write one, or the bucket's name",
    ),
    (
        "aws",
        {"region": "us-east-1", "bucket": "arn:aws:s3::123456789012:accesspoint:mfzwi23gnj.mrap"},
        "bucket",
        "is a Multi-Region Access Point, which wants signatures for many regions (SigV4A) that "
        "bucketry does not make; use the bucket or an access point of one region",
    ),
    (
        "aws", {"region": "us-east-1", "bucket": "media-abc--op-s3"}, "bucket",
        "is an access point of S3 on Outposts, which signs for another service; use a bucket of "
        "the region",
    ),
    ("gcs", {"bucket": "ab"}, "bucket", BUCKET),
    ("gcs", {"bucket": "..."}, "bucket", BUCKET),
    ("gcs", {"bucket": "my media"}, "bucket", BUCKET),
    ("gcs", {"bucket": "x" * 64}, "bucket", BUCKET),
    (
        "gcs", {"bucket": "media/photos"}, "bucket",
        f"{BUCKET}; a folder inside it belongs in root_path",
    ),
    (
        "contabo", {"bucket": "0123abcd:media", "region": "eu2"}, "bucket",
        f"{BUCKET}; a tenant before ':' is no part of it (Contabo: tenant_id)",
    ),
    (
        "infomaniak", {"region": "pub1", "visibility": "public"}, "project_id",
        "is missing; a public object's address is made from it; set project_id, or base_url",
    ),
    (
        "infomaniak",
        {
            "endpoint": "https://s3.pub1.infomaniak.cloud", "visibility": "public",
            "project_id": "0123456789abcdef0123456789abcdef",
        },
        "region",
        "is missing; a public object's address is made from it; set region, or base_url",
    ),
    (
        "r2", {"account_id": "abc", "visibility": "public"}, "visibility",
        "Cloudflare R2 serves no anonymous reads on its S3 address, so a public object has no URL "
        'there; set base_url to the address that serves the bucket, or visibility = "private"',
    ),
    (
        "contabo", {"region": "eu2", "visibility": "public"}, "tenant_id",
        "is missing; a public object's address at Contabo names the tenant; copy it from the panel "
        "(s3TenantId), or set base_url",
    ),
    (
        "contabo",
        {"endpoint": "https://eu2.contabostorage.com", "visibility": "public", "tenant_id": "ab"},
        "region",
        "is missing; a public object's address at Contabo is made from it; set region (such as "
        "eu2), or base_url",
    ),
    (
        "supabase",
        {"endpoint": "https://x.supabase.co/storage/v1/s3", "region": "eu", "visibility": "public"},
        "project_ref",
        "is missing; a public object's address is made from it; set project_ref, or base_url",
    ),
    (
        "oci",
        {
            "endpoint": "https://ns.compat.objectstorage.eu-milan-1.oraclecloud.com",
            "region": "eu-milan-1", "visibility": "public",
        },
        "namespace",
        "is missing; a public object's address is made from it; set namespace, or base_url",
    ),
    (
        "digitalocean", {"endpoint": "https://nyc3.digitaloceanspaces.com", "cdn": True}, "region",
        "is missing; the CDN's address is made from it; set region (such as nyc3)",
    ),
    (
        "digitalocean", {"bucket": "my.media", "region": "nyc3", "cdn": True}, "cdn",
        "does not work for a bucket with dots: the certificate covers one label",
    ),
    (
        "aws", {"region": "eu-west-1", "encryption": Encryption(type="AES256", kms_key_id="k")},
        "encryption.kms_key_id",
        "belongs to a KMS type; with AES256 the vendor uses its own keys; leave it out or set "
        'type = "aws:kms"',
    ),
    (
        "r2", {"account_id": "abc", "multipart": Multipart(part_size=5_000_000)},
        "multipart.part_size", "Cloudflare R2 wants parts of at least 5,242,880 bytes",
    ),
    (
        "scaleway", {"region": "fr-par", "multipart": Multipart(part_size=5 << 30)},
        "multipart.part_size",
        "Scaleway Object Storage takes parts of at most 5,000,000,000 bytes",
    ),
    (
        "gcs", {"storage_class": "STANDARD\r\nX-Evil: 1"}, "storage_class",
        "storage_class has the control character '\\r' at position 8; a header value is one line "
        "of text",
    ),
    (
        "gcs", {"acl": "private\0"}, "acl",
        "acl has the control character '\\x00' at position 7; a header value is one line of text",
    ),
    (
        "aws", {"region": "eu-west-1", "tags": {"team": "we\nb"}}, "tags",
        "tag 'team' has the control character '\\n'; a header value is one line of text",
    ),
    (
        "gcs", {"extra_params": ExtraParams(upload={"CacheControl": "no-store\r\nX: 1"})},
        "extra_params.upload",
        "extra_params.upload.CacheControl has the control character '\\r'; a header value is one "
        "line of text",
    ),
    (
        "gcs", {"extra_params": ExtraParams(delete={"Key": "x", "Bucket": "y"})},
        "extra_params.delete",
        "may not set Bucket, Key: the bucket option, the key and the source do",
    ),
    (
        "aws", {"region": "eu-west-1", "tags": {"owner": "Ann & Bob"}}, "tags",
        "tag 'owner': names and values have letters, digits, spaces and + - = . _ : / @",
    ),
    (
        "gcs", {"extra_params": ExtraParams(upload={"cacheControl": "no-store"})},
        "extra_params.upload",
        "the native parameters are refused: PutObject has no 'cacheControl'; did you mean "
        "CacheControl?",
    ),
    (
        "gcs", {"extra_params": ExtraParams(delete={"BypassGovernanceRetention": "yes"})},
        "extra_params.delete",
        "the native parameters are refused: BypassGovernanceRetention must be true or false, not "
        "str",
    ),
    (
        "r2", {"account_id": "abc", "extra_params": ExtraParams(upload={"ACL": "public-read"})},
        "extra_params.upload.ACL",
        "Cloudflare R2 has no object ACLs (documented: "
        "cloudflare/cloudflare-docs:src/content/docs/r2/api/s3/api.mdx, 2026-10); leave acl out; "
        "visibility and the bucket's own access rules decide who may read",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "path", "sentence"), RULES)
def test_a_fault_and_its_sentence(
    name: str, options: dict[str, Any], path: str, sentence: str, faults: Any
) -> None:
    assert faults(name, **options) == [(path, sentence)]


@pytest.mark.parametrize(
    ("root_path", "reason"),
    [("a//b", "the segment '' "), ("../up", "the segment '..' "), ("/a", "it starts with '/'")],
)
def test_a_root_path_is_checked_like_a_key(root_path: str, reason: str, faults: Any) -> None:
    ((path, sentence),) = faults("gcs", root_path=root_path)
    assert path == "root_path"
    assert sentence.startswith(f"cannot stand in front of keys: {reason}")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("aws", {"region": "eu-west-1", "encryption": Encryption(type="aws:kms", kms_key_id="k")}),
        ("r2", {"account_id": "abc", "visibility": "public", "base_url": "https://cdn.example"}),
        ("r2", {"endpoint": "https://abc.r2.cloudflarestorage.com"}),
        (
            "r2",
            {
                "account_id": "abc",
                "unsupported": "ignore",
                "extra_params": ExtraParams(upload={"ACL": "public-read"}),
            },
        ),
        ("contabo", {"region": "eu2", "visibility": "public", "tenant_id": "0123abcd"}),
        ("gcs", {"bucket": "My_Old.Bucket", "root_path": "a/b"}),
        ("minio", {"endpoint": "https://minio.example", "visibility": "public"}),
    ],
)
def test_good_options_have_no_fault(name: str, options: dict[str, Any], faults: Any) -> None:
    assert faults(name, **options) == []


def test_no_sentence_repeats_a_value_of_the_configuration(faults: Any) -> None:
    found = faults(
        "aws",
        region="eu-west-1",
        bucket="se/cret",
        root_path="se//cret",
        base_url="https://user:se-cret@cdn.example",
        storage_class="se\rcret",
        tags={"t": "se\rcret"},
    )
    assert len(found) == 5
    assert not any("cret" in sentence for _, sentence in found)


SIMILAR = "is no region that {} is known to have; did you mean {}?"


@pytest.mark.parametrize(
    ("name", "region", "hints"),
    [
        ("aws", "eu-wset-3", [("region", SIMILAR.format("Amazon S3", "eu-west-3"))]),
        ("aws", "EU-WEST-3", [("region", SIMILAR.format("Amazon S3", "eu-west-3"))]),
        ("aws", "eu-west-3", []),
        (
            "aws",
            "moon-base-1",
            [
                (
                    "region",
                    "is no region that Amazon S3 is known to have; there are us-east-1, us-east-2, "
                    "us-west-1, us-west-2, eu-central-1, eu-central-2, eu-north-1, eu-south-1, ...",
                )
            ],
        ),
        (
            "hetzner",
            "mars",
            [
                (
                    "region",
                    "is no region that Hetzner Object Storage is known to have; there are fsn1, "
                    "nbg1, hel1",
                )
            ],
        ),
        ("ionos", "eu-central-1", []),  # signed as "de"
        ("contabo", "eu1", [("region", SIMILAR.format("Contabo Object Storage", "eu2"))]),
        ("aws", None, []),
        ("scaleway", "frpar", [("region", SIMILAR.format("Scaleway Object Storage", "fr-par"))]),
        ("minio", "eu-wset-3", []),  # has no regions of its own
    ],
)
def test_an_unknown_region_is_accepted_and_told(
    page: Any, name: str, region: str | None, hints: list[tuple[str, str]]
) -> None:
    assert _slips(page(name), region=region) == hints


def _slips(vendor: Any, **options: Any) -> list[tuple[str, str]]:
    pair = Credentials(access_key_id="AKID", secret_access_key=Secret("s"))
    return list(vendor.slips(vendor.options(bucket="media", credentials=pair, **options)))


def test_a_region_is_compared_with_the_one_that_the_endpoint_names(page: Any) -> None:
    endpoint = "https://s3.us-west-004.backblazeb2.com"
    (told,) = _slips(page("backblaze"), region="eu-west-1", endpoint=endpoint)
    meant = "us-west-004, which the endpoint names"
    assert told == ("region", SIMILAR.format("Backblaze B2", meant))
    assert _slips(page("backblaze"), region="us-west-004", endpoint=endpoint) == []


def test_a_server_may_be_called_like_its_bucket_and_that_is_told(page: Any, faults: Any) -> None:
    endpoint = "https://media.example.com"
    assert faults("minio", endpoint=endpoint) == []
    ((path, sentence),) = _slips(page("minio"), endpoint=endpoint)
    assert path == "endpoint"
    assert sentence.startswith("begins with the bucket's name")
    assert _slips(page("minio"), endpoint="https://mediaserver.example.com") == []


@pytest.mark.parametrize(
    ("part", "text", "told"),
    [
        ("access_key_id", "AKID EXAMPLE", "has a blank or"),
        ("access_key_id", "AKID\u20ac", "has a blank or"),
        ("session_token", "token\u200b", "has a blank or"),
        ("session_token", "$TOKEN", "is a placeholder"),
        ("access_key_id", "'AKID'", "stands in quotes"),
        ("secret_access_key", '"secret"', "stands in quotes"),
        ("secret_access_key", "secret ", "has a blank at an end"),
        ("secret_access_key", "${SECRET}", "is a placeholder"),
        ("secret_access_key", "<your secret>", "is a placeholder"),
    ],
)
def test_half_of_a_key_pair_that_cannot_be_sent_or_is_none_is_told(
    page: Any, part: str, text: str, told: str
) -> None:
    vendor = page("minio")
    value = text if part == "access_key_id" else Secret(text)
    pair: Any = {"access_key_id": "AKID", "secret_access_key": Secret("s"), part: value}
    credentials = Credentials(**pair)
    chosen = vendor.options(bucket="media", endpoint="https://minio", credentials=credentials)
    ask = vendor.check if told.startswith("has a blank or") else vendor.slips
    ((path, sentence),) = ask(chosen)
    assert path == f"credentials.{part}"
    assert sentence.startswith(told)
    assert text not in sentence


def test_a_key_pair_that_cannot_be_sent_is_none_wherever_it_comes_from() -> None:
    with pytest.raises(BadCredentials, match="the id of the key pair"):
        KeyPair(access_key_id="AKID\u20ac", secret_access_key="s")
    with pytest.raises(InvalidInput, match="both halves of a KeyPair are text"):
        KeyPair(access_key_id=None, secret_access_key="s")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="a time with a time zone"):
        KeyPair(access_key_id="AKID", secret_access_key="s", expires=datetime(2026, 1, 1))
    with pytest.raises(BadCredentials, match="the session token of the key pair"):
        KeyPair(access_key_id="AKID", secret_access_key="s", session_token="two words")


def test_every_fault_is_told_at_once(faults: Any) -> None:
    found = faults("r2", bucket="a", visibility="public", multipart=Multipart(part_size=1))
    assert [path for path, _ in found] == [
        "account_id", "bucket", "visibility", "multipart.part_size",
    ]  # fmt: skip


ENDPOINT = {"endpoint": "https://storage.example.com"}


def test_a_generic_server_takes_what_nothing_is_known_of(faults: Any) -> None:
    options = {"storage_class": "COLD", "acl": "private", "tags": {"a": "b"}, **ENDPOINT}
    assert faults("s3", **options, encryption=Encryption(type="AES256")) == []


def generic_faults(**options: Any) -> list[str]:
    """Return what loading a configuration of `s3` finds."""
    fixed = {"provider": "s3", "bucket": "media", "credentials": "ambient", **ENDPOINT}
    return [str(problem) for problem in check_config({**fixed, **options}, environ={})]


def test_a_generic_server_must_declare_that_it_protects_from_overwriting() -> None:
    assert generic_faults(prevent_overwrite=True) == [
        "prevent_overwrite: Generic S3 server is not known to honour If-None-Match; a server that "
        "ignores it would overwrite in silence; leave prevent_overwrite out and give uploads names "
        'of their own (key_strategy); or, where you know better, declare it: provider = "s3" '
        'with capabilities = { put_if_absent = "enforced" }',
    ]
    declared = {"put_if_absent": "enforced"}
    assert generic_faults(prevent_overwrite=True, capabilities=declared) == []


def test_a_generic_server_is_held_to_what_it_declares() -> None:
    declared = {"acl": "none", "tagging": "no", "public_url": "no", "part_size_min": 16 << 20}
    asked = {"acl": "private", "tags": {"a": "b"}, "visibility": "public", "multipart": {}}
    assert generic_faults(**asked, capabilities=declared) == [
        "acl: Generic S3 server has no object ACLs (documented: the configuration); leave acl out; "
        "visibility and the bucket's own access rules decide who may read",
        "tags: Generic S3 server refuses object tags (documented: the configuration); leave tags "
        "out; use metadata",
        "visibility: Generic S3 server serves no anonymous reads on its S3 address, so a public "
        "object has no URL there; set base_url to the address that serves the bucket, or "
        'visibility = "private"',
        "multipart.part_size: Generic S3 server wants parts of at least 16,777,216 bytes",
    ]


def test_what_a_generic_server_declares_it_lacks_is_left_out_where_that_is_asked_for() -> None:
    declared = {"acl": "none", "tagging": "no"}
    asked = {"acl": "private", "tags": {"a": "b"}, "unsupported": "ignore"}
    fixed = {"provider": "s3", "bucket": "media", "credentials": "ambient", **ENDPOINT}
    with pytest.warns(UnsupportedOptionWarning) as caught:
        provider = bucketry.open_provider({**fixed, **asked, "capabilities": declared}, environ={})
    assert [str(warning.message).partition(" (")[0] for warning in caught] == [
        "s3: acl is left out: Generic S3 server has no object ACLs",
        "s3: tags is left out: Generic S3 server refuses object tags",
    ]
    options: Any = provider.options
    assert (options.acl, options.tags) == (None, {})
