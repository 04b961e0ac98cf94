"""Personalities: made from facts, strict where there are none, worded as the vendors word them."""

from __future__ import annotations

import hashlib
import importlib
import zlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from bucketry import Capabilities, Fact
from bucketry_s3.testing import Bucket, Personality, StandIn, personality_from, personality_of
from standin.wire import Answer, client_for, error_code, refusal, send, signed_headers
from standin.wire import call as raw_call

VENDORS = [
    "alibaba",
    "aws",
    "backblaze",
    "ceph",
    "contabo",
    "cubbit",
    "digitalocean",
    "exoscale",
    "garage",
    "gcs",
    "hetzner",
    "huawei",
    "ibm",
    "idrive",
    "impossiblecloud",
    "infomaniak",
    "ionos",
    "linode",
    "minio",
    "oci",
    "outscale",
    "ovh",
    "r2",
    "rustfs",
    "s3",
    "scaleway",
    "seaweedfs",
    "storj",
    "supabase",
    "synology",
    "tencent",
    "tigris",
    "versitygw",
    "vultr",
    "wasabi",
    "yandex",
]
NOT_IMPLEMENTED = (501, "NotImplemented")
CRC32 = b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()


def of(name: str) -> Personality:
    return personality_of(importlib.import_module(f"bucketry_vendors.{name}").vendor)


def known(value: Any) -> Fact[Any]:
    return Fact(value, "documented", "a test", "2026-10")


def test_a_server_that_nobody_described_is_as_strict_as_any() -> None:
    strict = personality_from("unheard-of", Capabilities())
    assert strict.acl == "none"
    assert strict.addressing == {"path"}
    assert set(strict.checksums.values()) == {"refused"}
    assert (strict.checksum_trailers, strict.batch_delete_digest) == ("no", "md5")
    assert (strict.put_if_absent, strict.complete_if_match) == ("refused", "refused")
    assert (strict.tagging, strict.encryption) == ("no", {})
    assert strict.storage_classes == {"STANDARD"}
    assert (strict.equal_parts, strict.parts_max) == (True, 1000)
    assert (strict.post_policy, strict.public_url, strict.versioning) == ("no", "no", "no")
    assert strict.complete_location == "absent"
    assert {"acl", "checksums", "checksum_trailers", "equal_parts"} <= strict.assumed


def test_a_fact_is_taken_and_not_called_assumed() -> None:
    facts = Capabilities(
        acl=known("object"), tagging=known("yes"), equal_parts=known(False), parts_max=known(7)
    )
    made = personality_from("x", facts)
    assert (made.acl, made.tagging, made.equal_parts, made.parts_max) == ("object", "yes", False, 7)
    assert not {"acl", "tagging", "equal_parts", "parts_max"} & made.assumed
    assert made.canned_acls == {"private", "public-read"}
    assert "canned_acls" in made.assumed


def test_algorithms_that_no_fact_names_are_assumed() -> None:
    facts = Capabilities(checksums=known({"SHA256": "verified"}))
    made = personality_from("x", facts)
    assert (made.checksums["SHA256"], made.checksums["CRC32"]) == ("verified", "refused")
    assert "checksums" in made.assumed


def test_the_software_behind_a_vendor_fills_gaps() -> None:
    made = personality_from("some-host", Capabilities(server=known("Ceph RGW")))
    assert made.checksums["CRC32"] == "ignored"
    assert made.if_match_etag == "unquoted"
    assert made.complete_location == "no-scheme"
    assert made.encryption == {"AES256": "ignored"}
    assert made.habits.any_region
    assert not made.habits.complete_etag


@pytest.mark.parametrize("name", VENDORS)
def test_every_vendor_has_a_personality_that_stores_a_file(
    start_stand_in: Callable[..., StandIn], name: str
) -> None:
    personality = evolve(of(name), addressing=frozenset({"path", "virtual"}))
    server = start_stand_in(personality, buckets=["media"])
    answer = put(server, headers={})
    assert answer.status == 200
    assert server.objects("media")["a"].data == b"hello"


def start(name: str, start_stand_in: Callable[..., StandIn]) -> StandIn:
    return start_stand_in(of(name), buckets=["media"])


def put(server: StandIn, headers: dict[str, str]) -> Answer:
    signed = signed_headers(server, "PUT", "/media/a", b"hello", headers, region=server.region)
    return raw_call(server, "PUT", "/media/a", body=b"hello", headers=signed)


@pytest.mark.parametrize(
    ("name", "headers", "status", "code", "words"),
    [
        (
            "r2",
            {"x-amz-acl": "public-read"},
            *NOT_IMPLEMENTED,
            "Header 'x-amz-acl' with value 'public-read' not implemented",
        ),
        (
            "r2",
            {"x-amz-tagging": "a=1"},
            *NOT_IMPLEMENTED,
            "Header 'x-amz-tagging' with value 'a=1' not implemented",
        ),
        (
            "r2",
            {"x-amz-storage-class": ""},
            *NOT_IMPLEMENTED,
            "Header 'x-amz-storage-class' with value '' not implemented",
        ),
        ("r2", {"x-amz-server-side-encryption": "AES256"}, *NOT_IMPLEMENTED, "AES256"),
        ("backblaze", {"If-None-Match": "*"}, *NOT_IMPLEMENTED, ""),
        (
            "backblaze",
            {"x-amz-checksum-crc32": CRC32},
            400,
            "InvalidArgument",
            "Unsupported header 'x-amz-checksum-crc32' received for this API call.",
        ),
        (
            "backblaze",
            {"x-amz-tagging": ""},
            400,
            "InvalidArgument",
            "Unsupported header 'x-amz-tagging' received for this API call.",
        ),
        ("backblaze", {"x-amz-acl": "public-read"}, 400, "InvalidArgument", ""),
        ("wasabi", {"x-amz-acl": "public-read"}, 403, "AccessDenied", ""),
        (
            "wasabi",
            {"x-amz-checksum-crc32": CRC32},
            400,
            "InvalidRequest",
            "Checksum Type mismatch",
        ),
        ("scaleway", {"x-amz-server-side-encryption": "AES256"}, 400, "InvalidArgument", ""),
        ("minio", {"x-amz-storage-class": "COLD"}, 400, "InvalidStorageClass", ""),
        ("rustfs", {"x-amz-storage-class": "COLD"}, 400, "InvalidStorageClass", ""),
        ("ceph", {"x-amz-storage-class": "GLACIER"}, 400, "InvalidArgument", ""),
        ("alibaba", {"If-None-Match": "*"}, *NOT_IMPLEMENTED, ""),
    ],
)
def test_a_header_is_refused_in_the_vendors_words(
    start_stand_in: Callable[..., StandIn],
    name: str,
    headers: dict[str, str],
    status: int,
    code: str,
    words: str,
) -> None:
    anywhere = evolve(of(name), addressing=frozenset({"path"}))
    server = start_stand_in(anywhere, buckets=["media"])
    answer = put(server, headers)
    assert (answer.status, error_code(answer)) == (status, code)
    assert words in answer.body.decode()
    assert server.objects("media") == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hetzner", (400, "XAmzContentSHA256Mismatch")),
        ("ionos", (400, "XAmzContentSHA256Mismatch")),
        ("r2", (401, "Unauthorized")),
        ("ceph", (411, "MissingContentLength")),
        ("digitalocean", (411, "MissingContentLength")),
        ("oci", NOT_IMPLEMENTED),
        ("backblaze", (400, "InvalidArgument")),
        ("gcs", (403, "SignatureDoesNotMatch")),
        ("wasabi", (400, "IncompleteBody")),
        ("aws", None),
        ("minio", None),
    ],
)
def test_what_boto3_defaults_do_at_a_vendor(
    start_stand_in: Callable[..., StandIn], name: str, expected: tuple[int, str] | None
) -> None:
    server = start(name, start_stand_in)
    client = client_for(server, region=server.region)
    here: Any = {"Bucket": "media", "Key": "a", "Body": b"hello"}
    if expected is None:
        client.put_object(**here)
    else:
        assert refusal(lambda: client.put_object(**here)) == expected
        assert server.objects("media") == {}
    client.close()
    frugal = client_for(
        server,
        region=server.region,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    frugal.put_object(**here)
    assert frugal.get_object(Bucket="media", Key="a")["Body"].read() == b"hello"
    frugal.close()


def test_backblaze_refuses_the_checksum_mode_of_reads(
    start_stand_in: Callable[..., StandIn],
) -> None:
    server = start("backblaze", start_stand_in)
    server.put("media", "a", b"hello")
    client = client_for(server)  # boto3 asks for checksums of what it reads
    assert refusal(lambda: client.get_object(Bucket="media", Key="a")) == (400, "InvalidArgument")
    client.close()


def test_backblaze_always_keeps_versions(start_stand_in: Callable[..., StandIn]) -> None:
    server = start("backblaze", start_stand_in)
    client = client_for(server, request_checksum_calculation="when_required")
    client.put_object(Bucket="media", Key="a", Body=b"1")
    client.delete_object(Bucket="media", Key="a")
    assert server.objects("media") == {}
    assert len(client.list_object_versions(Bucket="media")["Versions"]) == 1
    client.close()


@pytest.mark.parametrize(
    ("name", "region", "accepted"),
    [
        ("r2", "auto", True),
        ("r2", "us-east-1", True),
        ("r2", "eu-west-1", False),
        ("aws", "eu-west-1", False),
        ("garage", "garage", True),
        ("garage", "us-east-1", False),
        ("hetzner", "anything", True),
        ("ceph", "anything", True),
    ],
)
def test_the_region_of_a_signature(
    start_stand_in: Callable[..., StandIn], name: str, region: str, accepted: bool
) -> None:
    server = start(name, start_stand_in)
    signed = signed_headers(server, "PUT", "/media/a", b"hello", {}, region=region)
    answer = raw_call(server, "PUT", "/media/a", body=b"hello", headers=signed)
    if accepted:
        assert answer.status == 200
    else:
        assert (answer.status, error_code(answer)) == (400, "AuthorizationHeaderMalformed")


@pytest.mark.parametrize("name", ["hetzner", "digitalocean", "ceph"])
def test_ceph_wants_the_etag_of_if_match_unquoted(
    start_stand_in: Callable[..., StandIn], name: str
) -> None:
    server = start(name, start_stand_in)
    etag = put(server, {}).headers["ETag"]
    quoted = put(server, {"If-Match": etag})
    assert (quoted.status, error_code(quoted)) == (412, "PreconditionFailed")
    assert put(server, {"If-Match": etag.strip('"')}).status == 200


@pytest.mark.parametrize("name", ["gcs", "garage", "supabase"])
def test_some_vendors_overwrite_although_told_not_to(
    start_stand_in: Callable[..., StandIn], name: str
) -> None:
    server = start(name, start_stand_in)
    server.put("media", "a", b"old")
    assert put(server, {"If-None-Match": "*"}).status == 200
    assert server.objects("media")["a"].data == b"hello"


def multipart(server: StandIn, *parts: bytes, last_number: int = 0, **params: Any) -> Any:
    client = client_for(server, region=server.region, request_checksum_calculation="when_required")
    try:
        upload = client.create_multipart_upload(Bucket="media", Key="dir/a")["UploadId"]
        here: Any = {"Bucket": "media", "Key": "dir/a", "UploadId": upload}
        named: Any = []
        for number, data in enumerate(parts, start=1):
            number = last_number if last_number and number == len(parts) else number
            etag = client.upload_part(**here, PartNumber=number, Body=data)["ETag"]
            named.append({"PartNumber": number, "ETag": etag})
        return client.complete_multipart_upload(**here, MultipartUpload={"Parts": named}, **params)
    finally:
        client.close()


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("aws", "https://localhost:{port}/media/dir%2Fa"),
        ("ionos", "media/dir/a"),
        ("supabase", "media/dir/a"),
        ("scaleway", "media.localhost"),
        ("ceph", "localhost/media/dir/a"),
        ("digitalocean", "localhost/media/dir/a"),
        ("garage", "/media/dir/a"),
        ("minio", "http://storage.internal:9000/media/dir/a"),
    ],
)
def test_the_location_of_a_vendor(
    start_stand_in: Callable[..., StandIn], name: str, location: str
) -> None:
    server = start(name, start_stand_in)
    assert multipart(server, b"x")["Location"] == location.format(port=server.port)


def test_r2_refuses_unequal_parts(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(evolve(of("r2"), part_size_min=4), buckets=["media"])
    assert refusal(lambda: multipart(server, b"aaaa", b"bbbbb", b"c")) == (400, "InvalidPart")
    multipart(server, b"aaaa", b"bbbb", b"c")
    assert server.objects("media")["dir/a"].data == b"aaaabbbbc"


def test_scaleway_takes_a_thousand_parts(start_stand_in: Callable[..., StandIn]) -> None:
    server = start("scaleway", start_stand_in)
    multipart(server, b"x", last_number=1000)
    assert refusal(lambda: multipart(server, b"x", last_number=1001)) == (400, "InvalidArgument")


def test_ceph_completes_without_etag_and_ignores_the_precondition(
    start_stand_in: Callable[..., StandIn],
) -> None:
    server = start("ceph", start_stand_in)
    server.put("media", "dir/a", b"old")
    assert multipart(server, b"new", IfNoneMatch="*")["ETag"] == ""
    assert server.objects("media")["dir/a"].data == b"new"


BATCH = b"<Delete><Object><Key>a</Key></Object></Delete>"


def test_a_batch_may_carry_sha256_where_objects_may_not(
    start_stand_in: Callable[..., StandIn],
) -> None:
    """Oracle since July 2026: SHA256 and CRC32C of a batch count, CRC32 does not."""
    server = start_stand_in(evolve(of("oci"), batch_delete_digest="sha256"), buckets=["media"])

    def batch(algorithm: str, digest: bytes) -> Answer:
        header = {f"x-amz-checksum-{algorithm}": b64encode(digest).decode()}
        return send(server, "POST", "/media?delete=", body=BATCH, headers=header)

    refused = batch("crc32", zlib.crc32(BATCH).to_bytes(4, "big"))
    assert (refused.status, error_code(refused)) == (400, "InvalidRequest")
    assert batch("sha256", hashlib.sha256(BATCH).digest()).status == 200
    wrong = batch("sha256", hashlib.sha256(b"other").digest())
    assert (wrong.status, error_code(wrong)) == (400, "BadDigest")


@pytest.mark.parametrize("name", ["digitalocean", "backblaze", "oci"])
def test_some_vendors_want_content_md5_for_a_batch(
    start_stand_in: Callable[..., StandIn], name: str
) -> None:
    server = start(name, start_stand_in)
    assert send(server, "POST", "/media?delete=", body=BATCH).status == 400
    header = {"Content-MD5": b64encode(hashlib.md5(BATCH).digest()).decode()}
    assert send(server, "POST", "/media?delete=", body=BATCH, headers=header).status == 200


def test_r2_and_b2_have_no_public_address_or_no_acl_for_it(
    start_stand_in: Callable[..., StandIn],
) -> None:
    closed = start_stand_in(of("r2"), buckets=[Bucket(name="media", public=True)])
    closed.put("media", "a", b"x")
    assert raw_call(closed, "GET", "/media/a").status == 403
    friendly = start_stand_in(of("backblaze"), buckets=[Bucket(name="media", acl="public-read")])
    friendly.put("media", "a", b"x")
    assert raw_call(friendly, "GET", "/media/a").status == 200
