"""The Strapi dialect, rule by rule, with vendors made up for it."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import AmbientCredentials, Capabilities, ConfigError, Credentials, Fact, Secret
from bucketry.config import check_config
from bucketry.host.catalog import Catalog
from bucketry_s3.options import ExtraParams, S3Options
from config.fakes import LEAF, acme_schema, make_catalog, make_vendor

pytestmark = pytest.mark.filterwarnings("ignore:.* so no ACL is sent:UserWarning")

PAIR = {"accessKeyId": "AKIA", "secretAccessKey": "hush"}


def open_schema() -> dict[str, Any]:
    """Return a schema without any refusal."""
    schema = acme_schema()
    for name in ("acl", "checksum_algorithm", "storage_class", "encryption", "capabilities"):
        schema["properties"][name] = {"$ref": LEAF + name}
    schema["x-unsupported"] = {}
    return schema


def no_public(options: Any) -> Iterator[tuple[str, str]]:
    if options.visibility == "public" and options.base_url is None:
        yield "visibility", "nobody reads here without a signature"


@pytest.fixture
def vendors() -> Catalog:
    """``aws`` and ``s3`` take everything, ``acme`` has no ACLs, ``walled`` no public addresses."""
    from attrs import field, frozen

    @frozen(kw_only=True)
    class Options(S3Options):
        account_id: str | None = None
        capabilities: dict[str, Any] = field(factory=dict)

    common = {"options": Options, "content": open_schema(), "check": None}
    return make_catalog(
        make_vendor(name="aws", endpoint_hosts=("s3.{region}.amazonaws.com",), **common),
        make_vendor(name="s3", endpoint_hosts=(), **common),
        make_vendor(name="acme"),
        make_vendor(
            name="walled",
            endpoint_hosts=("{account_id}.walled.example",),
            **{**common, "check": no_public},
        ),
    )


def strapi(
    params: dict[str, Any] | None = None,
    *,
    config: dict[str, Any] | None = None,
    action: dict[str, Any] | None = None,
    root: dict[str, Any] | None = None,
    **s3: Any,
) -> dict[str, Any]:
    """Return a configuration in Strapi's shape with the least that is needed."""
    data: dict[str, Any] = {
        "provider": "aws-s3",
        "providerOptions": {
            "s3Options": {
                "credentials": dict(PAIR),
                "region": "eu-west-1",
                "params": {"Bucket": "media", **(params or {})},
                **s3,
            },
            **(root or {}),
        },
    }
    if config is not None:
        data["providerOptions"]["providerConfig"] = config
    if action is not None:
        data["actionOptions"] = action
    return data


def opened(vendors: Catalog, data: dict[str, Any], **environ: str) -> Any:
    return bucketry.open_provider(data, catalog=vendors, environ=environ)


def told(vendors: Catalog, data: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in check_config(data, catalog=vendors, environ={})]


# -- where it is ------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["aws-s3", "amazon-s3", "@strapi/provider-upload-aws-s3"])
@pytest.mark.parametrize("wrap", [lambda c: c, lambda c: {"upload": {"config": c}}])
def test_it_is_recognised_at_the_top_and_in_the_plugins_file(
    vendors: Catalog, spelling: str, wrap: Any
) -> None:
    data = wrap({**strapi(), "provider": spelling})
    assert opened(vendors, data).options.bucket == "media"


def test_other_plugins_in_the_same_file_are_left_alone(vendors: Catalog) -> None:
    data = {"graphql": {"enabled": True}, "upload": {"enabled": True, "config": strapi()}}
    assert opened(vendors, data).options.bucket == "media"


def test_another_provider_than_s3_is_refused(vendors: Catalog) -> None:
    data = {**strapi(), "provider": "cloudinary"}
    assert told(vendors, data) == [
        "provider: must be one of aws-s3, amazon-s3, @strapi/provider-upload-aws-s3"
    ]


def test_it_is_read_from_a_file_and_told_with_the_user_s_own_words(
    folder: Path, vendors: Catalog
) -> None:
    data = {"upload": {"config": strapi({"signedUrlExpires": 0, "CacheControl": "x"})}}
    data["upload"]["config"]["providerOptions"]["s3Options"]["s3ForcePathStyle"] = True
    (folder / "plugins.json").write_text(json.dumps(data, indent=1))
    problems = check_config("plugins.json", catalog=vendors, environ={})
    assert [str(problem) for problem in problems] == [
        "plugins.json:14:7: upload.config.providerOptions.s3Options.params.signedUrlExpires: "
        "must be at least 1",
        "plugins.json:15:7: upload.config.providerOptions.s3Options.params.CacheControl: "
        "unknown option 'CacheControl'; other request parameters belong in actionOptions.upload",
        "plugins.json:17:6: upload.config.providerOptions.s3Options.s3ForcePathStyle: "
        "unknown option 's3ForcePathStyle'; did you mean 'forcePathStyle'?",
    ]


# -- which vendor -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "vendor"),
    [
        (None, "aws"),
        ("https://s3.eu-west-1.amazonaws.com", "aws"),
        ("https://S3.EU-WEST-1.AMAZONAWS.COM./", "aws"),
        ("s3.eu-west-1.amazonaws.com:443", "aws"),
        ("https://s3.eu.acme.example", "acme"),
        ("https://abc.walled.example", "walled"),
        ("https://a.b.walled.example", "s3"),
        ("https://walled.example", "s3"),
        ("https://.walled.example", "s3"),
        ("https://s3.acme.example.evil.example", "s3"),
        ("https://xs3.eu-west-1.amazonaws.com", "s3"),
        ("https://s3.eu-west-1.amazonaws.com.evil.example", "s3"),
        ("https://files.s3.eu-west-1.amazonaws.com", "s3"),
        ("http://localhost:9000", "s3"),
        ("http://[::1]:9000", "s3"),
    ],
)
def test_the_endpoint_s_host_selects_the_vendor(
    vendors: Catalog, endpoint: str | None, vendor: str
) -> None:
    more: dict[str, Any] = {} if endpoint is None else {"endpoint": endpoint}
    assert opened(vendors, strapi(**more)).vendor.name == vendor


def test_what_the_host_tells_becomes_an_option_unless_it_is_given(vendors: Catalog) -> None:
    data = strapi(endpoint="https://abc.walled.example")
    options = opened(vendors, data).options
    assert (options.account_id, options.region) == ("abc", "eu-west-1")
    data = strapi(endpoint="https://s3.eu-north-1.amazonaws.com")
    assert opened(vendors, data).options.region == "eu-west-1"
    del data["providerOptions"]["s3Options"]["region"]
    assert opened(vendors, data).options.region == "eu-north-1"


def test_a_host_that_two_vendors_claim_is_not_guessed() -> None:
    catalog = make_catalog(
        make_vendor(name="one", endpoint_hosts=("s3.x.example",)),
        make_vendor(name="two", endpoint_hosts=("{region}.x.example",)),
    )
    assert told(catalog, strapi(endpoint="https://s3.x.example")) == [
        "providerOptions.s3Options.endpoint: this host is claimed by one and two; name the vendor "
        "in a flat configuration, which `bucketry convert` writes"
    ]


def test_a_broken_plugin_does_not_hinder_the_others() -> None:
    from importlib.metadata import EntryPoint

    from bucketry.host.catalog import GROUP

    good = make_catalog(make_vendor(name="acme"))
    broken = EntryPoint("broken", "no.such.module:vendor", GROUP)
    catalog = Catalog([*good._entries["acme"], broken], block=())
    assert opened(catalog, strapi(endpoint="https://s3.eu.acme.example")).vendor.name == "acme"


@pytest.mark.parametrize("endpoint", ["https://[", "https://", "https://s3 .example", "://"])
def test_an_endpoint_that_is_no_address_is_refused(vendors: Catalog, endpoint: str) -> None:
    (problem,) = told(vendors, strapi(endpoint=endpoint))
    assert problem.startswith("providerOptions.s3Options.endpoint: must be an address like")


# -- what the options mean --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acl", "visibility", "sent"),
    [
        ({}, "public", None),
        ({"ACL": None}, "public", None),
        ({"ACL": ""}, "public", None),
        ({"ACL": "private"}, "private", "private"),
        ({"ACL": "public-read"}, "public", "public-read"),
        ({"ACL": "authenticated-read"}, "public", "authenticated-read"),
    ],
)
def test_the_acl_is_sent_as_written_and_private_means_signed(
    vendors: Catalog, acl: dict[str, Any], visibility: str, sent: str | None
) -> None:
    options = opened(vendors, strapi(acl)).options
    assert (options.visibility, options.acl) == (visibility, sent)


def test_urls_are_signed_where_nothing_else_opens_an_object(vendors: Catalog) -> None:
    data = strapi(endpoint="https://abc.walled.example")
    assert opened(vendors, data).options.visibility == "private"
    data["providerOptions"]["baseUrl"] = "https://cdn.example.com"
    assert opened(vendors, data).options.visibility == "public"


def test_a_public_acl_where_nothing_is_public_is_a_fault(vendors: Catalog) -> None:
    data = strapi({"ACL": "public-read"}, endpoint="https://abc.walled.example")
    assert told(vendors, data) == [
        "providerOptions.s3Options.params.ACL: nobody reads here without a signature"
    ]


def test_private_where_there_are_no_acls_means_signed_urls_and_no_acl(vendors: Catalog) -> None:
    data = strapi({"ACL": "private"}, endpoint="https://s3.eu.acme.example")
    assert told(vendors, data) == []
    with pytest.warns(UserWarning, match="ACL") as caught:
        options = opened(vendors, data).options
    assert (options.visibility, options.acl) == ("private", None)
    assert [str(warning.message) for warning in caught] == [
        'acme: providerOptions.s3Options.params.ACL: "private" means that URLs are signed '
        '(visibility = "private"); the ACL itself is not sent: Acme has no ACLs'
    ]


@pytest.mark.parametrize(
    ("vendor", "endpoint"),
    [
        ("r2", "https://abc.r2.cloudflarestorage.com"),
        ("storj", "https://gateway.storjshare.io"),
        ("oci", "https://ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com"),
        ("supabase", "https://abcdefghijklmnopqrst.storage.supabase.co/storage/v1/s3"),
    ],
)
def test_private_is_understood_at_the_built_in_vendors_without_acls(
    real_catalog: Catalog, vendor: str, endpoint: str
) -> None:
    data = strapi({"ACL": "private"}, endpoint=endpoint)
    with pytest.warns(UserWarning, match="the ACL itself is not sent") as caught:
        provider = opened(real_catalog, data)
    assert len(caught) == 1
    assert provider.vendor.name == vendor
    assert (provider.options.visibility, provider.options.acl) == ("private", None)


def test_another_acl_is_refused_where_there_are_none(vendors: Catalog) -> None:
    data = strapi({"ACL": "public-read"}, endpoint="https://s3.eu.acme.example")
    assert told(vendors, data) == [
        "providerOptions.s3Options.params.ACL: Acme has no ACLs; leave ACL out"
    ]


NO_ACL = (
    "providerOptions.s3Options.params.ACL: is not written, so no ACL is sent, where the original "
    "sent public-read: plain URLs open only if the bucket itself lets everybody read (else they "
    'answer 403); write "public-read" to send it, or "private" for signed URLs'
)


@pytest.mark.parametrize("acl", [{}, {"ACL": None}, {"ACL": ""}])
def test_plain_urls_without_the_original_s_acl_are_told_to_need_an_open_bucket(
    vendors: Catalog, acl: dict[str, Any]
) -> None:
    with pytest.warns(UserWarning, match="ACL") as caught:
        opened(vendors, strapi(acl, endpoint="https://rgw.example"))
    assert [str(warning.message) for warning in caught] == [f"s3: {NO_ACL}"]


@pytest.mark.parametrize(
    "data",
    [
        strapi({"ACL": "public-read"}),
        strapi({"ACL": "private"}),
        strapi(endpoint="https://abc.r2.cloudflarestorage.com"),  # signed: nothing is public
        strapi(
            endpoint="https://abc.r2.cloudflarestorage.com",
            root={"baseUrl": "https://cdn.example.com"},  # public, and an ACL had no effect
        ),
    ],
)
@pytest.mark.filterwarnings("error")
def test_nothing_is_told_where_the_acl_makes_no_difference(
    real_catalog: Catalog, data: dict[str, Any]
) -> None:
    opened(real_catalog, data)


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ({"baseUrl": "https://cdn.example.com///"}, ("https://cdn.example.com", "")),
        ({"rootPath": "/a/b//"}, (None, "a/b")),
        ({"rootPath": "/"}, (None, "")),
        ({"baseUrl": "", "rootPath": ""}, (None, "")),
        ({"baseUrl": None, "rootPath": None}, (None, "")),
    ],
)
def test_outer_slashes_are_dropped_and_empty_means_not_written(
    vendors: Catalog, root: dict[str, Any], expected: tuple[str | None, str]
) -> None:
    options = opened(vendors, strapi(root=root)).options
    assert (options.base_url, options.root_path) == expected


@pytest.mark.parametrize(
    ("endpoint", "address", "allow_http"),
    [
        ("minio.example:9000", "https://minio.example:9000", False),
        ("http://minio.example:9000/", "http://minio.example:9000", True),
    ],
)
def test_an_endpoint_without_scheme_is_https_and_http_is_taken_as_meant(
    vendors: Catalog, endpoint: str, address: str, allow_http: bool
) -> None:
    options = opened(vendors, strapi(endpoint=endpoint)).options
    assert (options.endpoint, options.allow_http) == (address, allow_http)


@pytest.mark.parametrize(
    ("styles", "force", "addressing"),
    [
        ({"path", "virtual"}, None, "virtual"),
        ({"virtual"}, None, "virtual"),
        ({"path"}, None, None),
        (None, None, None),  # not known of this vendor: its page decides
        ({"path", "virtual"}, True, "path"),
        ({"path", "virtual"}, False, "virtual"),
    ],
)
def test_addresses_are_virtual_unless_written_wherever_the_vendor_serves_them(
    styles: set[str] | None, force: bool | None, addressing: str | None
) -> None:
    fact = Fact(None if styles is None else frozenset(styles), "documented", "made up", "2026-11")
    catalog = make_catalog(make_vendor(capabilities=Capabilities(addressing=fact)))
    more: dict[str, Any] = {} if force is None else {"forcePathStyle": force}
    data = strapi(endpoint="https://s3.eu.acme.example", **more)
    assert opened(catalog, data).options.addressing == addressing


@pytest.mark.parametrize(
    ("force", "style"), [(None, "virtual"), (True, "path"), (False, "virtual")]
)
def test_an_unknown_host_is_addressed_as_the_original_did(
    vendors: Catalog, force: bool | None, style: str
) -> None:
    more: dict[str, Any] = {} if force is None else {"forcePathStyle": force}
    data = strapi(endpoint="https://unknown.example", **more)
    assert opened(vendors, data).options.addressing == style


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://s3.eu-central-1.wasabisys.com", "https://media.s3.eu-central-1.wasabisys.com/a"),
        (
            "https://s3.us-west-004.backblazeb2.com",
            "https://media.s3.us-west-004.backblazeb2.com/a",
        ),
        ("https://sos-ch-gva-2.exo.io", "https://media.sos-ch-gva-2.exo.io/a"),
        ("https://storage.googleapis.com", "https://media.storage.googleapis.com/a"),
        ("https://eu2.contabostorage.com", "https://eu2.contabostorage.com/media/a"),
    ],
)
def test_urls_have_the_shape_that_the_original_wrote_into_databases(
    real_catalog: Catalog, endpoint: str, url: str
) -> None:
    data = strapi({"ACL": "private"}, endpoint=endpoint)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        provider = opened(real_catalog, data)
    signed = provider.sign("a").reveal()
    assert signed.partition("?")[0] == url


ENDPOINT_KINDS = [
    ("useAccelerateEndpoint", "the accelerated endpoints", "accelerate"),
    ("useDualstackEndpoint", "the dual-stack endpoints", "dual_stack"),
    ("useFipsEndpoint", "the FIPS endpoints", "fips"),
]


@pytest.mark.parametrize(("name", "what", "option"), ENDPOINT_KINDS)
def test_an_endpoint_of_another_kind_is_an_option_or_a_fault(
    vendors: Catalog, name: str, what: str, option: str
) -> None:
    on: dict[str, Any] = {name: True}
    off: dict[str, Any] = {name: False}
    data = strapi(endpoint="https://s3.eu.acme.example", **on)
    assert told(vendors, data) == [
        f"providerOptions.s3Options.{name}: asks for {what} of AWS, which Acme Storage has no "
        "option for; remove it"
    ]
    assert told(vendors, strapi(**off)) == []

    from attrs import field, make_class

    more = make_class("More", {option: field(default=False, type=bool)}, (S3Options,),
                      frozen=True, kw_only=True)  # fmt: skip
    content = open_schema()
    del content["properties"]["account_id"], content["properties"]["capabilities"]
    content["properties"][option] = {"type": "boolean"}
    able = make_catalog(make_vendor(name="aws", options=more, content=content, check=None))
    assert getattr(opened(able, strapi(**on)).options, option) is True


def test_prevent_overwrite_on_an_unknown_host_is_declared_to_work(vendors: Catalog) -> None:
    data = strapi(endpoint="https://unknown.example", config={"preventOverwrite": True})
    options = opened(vendors, data).options
    assert options.prevent_overwrite is True
    assert options.capabilities == {"put_if_absent": "enforced", "complete_if_absent": "enforced"}
    data = strapi(endpoint="https://abc.walled.example", config={"preventOverwrite": True})
    assert opened(vendors, data).options.capabilities == {}


def test_action_options_become_extra_params(vendors: Catalog) -> None:
    actions = {
        "upload": {"CacheControl": "a", "Metadata": {"env": "prod"}},
        "uploadStream": {"CacheControl": "a"},
        "delete": {"MFA": "x"},
    }
    assert opened(vendors, strapi(action=actions)).options.extra_params == ExtraParams(
        upload={"CacheControl": "a", "Metadata": {"env": "prod"}},
        upload_stream={"CacheControl": "a"},
        delete={"MFA": "x"},
    )


def test_parameters_for_streams_alone_are_told_to_count_for_streams_alone(
    vendors: Catalog,
) -> None:
    data = strapi(action={"uploadStream": {"CacheControl": "a"}})
    with pytest.warns(UserWarning, match="counts for sources of unknown length only"):
        opened(vendors, data)


def test_numbers_from_the_environment_are_numbers(vendors: Catalog) -> None:
    data = strapi(
        {"signedUrlExpires": {"env": "EXPIRES"}},
        config={"multipart": {"partSize": {"env": "SIZE"}}, "tags": {"stage": {"env": "STAGE"}}},
    )
    options = opened(vendors, data, EXPIRES="60", SIZE="6000000", STAGE="1").options
    assert options.signed_url_expires == 60
    assert options.multipart.part_size == 6_000_000
    assert options.tags == {"stage": "1"}


# -- credentials ------------------------------------------------------------------------------


def test_missing_credentials_never_mean_ambient_ones(vendors: Catalog) -> None:
    data = strapi()
    del data["providerOptions"]["s3Options"]["credentials"]
    (problem,) = told(vendors, data)
    assert problem.startswith("providerOptions.s3Options: missing 'credentials'; give a pair")
    assert '"ambient"' in problem
    data["providerOptions"]["s3Options"]["credentials"] = "ambient"
    assert opened(vendors, data).options.credentials == AmbientCredentials()


@pytest.mark.parametrize("missing", ["accessKeyId", "secretAccessKey"])
def test_half_a_pair_is_a_fault(vendors: Catalog, missing: str) -> None:
    data = strapi()
    del data["providerOptions"]["s3Options"]["credentials"][missing]
    assert told(vendors, data) == [
        f"providerOptions.s3Options.credentials: missing '{missing}'; half a key pair; "
        "write both halves"
    ]


def old_in_s3_options() -> dict[str, Any]:
    data = strapi()
    s3 = data["providerOptions"]["s3Options"]
    s3 |= s3.pop("credentials")
    return data


def old_at_the_root() -> dict[str, Any]:
    data = strapi()
    options = data["providerOptions"]
    s3 = options.pop("s3Options")
    return {**data, "providerOptions": {**options, **s3.pop("credentials"), **s3}}


@pytest.mark.parametrize(
    ("data", "hints"),
    [
        (
            old_in_s3_options(),
            [
                "aws: providerOptions.s3Options.accessKeyId: belongs in "
                "providerOptions.s3Options.credentials",
                "aws: providerOptions.s3Options.secretAccessKey: belongs in "
                "providerOptions.s3Options.credentials",
                f"aws: {NO_ACL}",
            ],
        ),
        (
            old_at_the_root(),
            [
                "aws: providerOptions.region: belongs in providerOptions.s3Options",
                "aws: providerOptions.params: belongs in providerOptions.s3Options",
                "aws: providerOptions.accessKeyId: belongs in "
                "providerOptions.s3Options.credentials",
                "aws: providerOptions.secretAccessKey: belongs in "
                "providerOptions.s3Options.credentials",
                f"aws: {NO_ACL.replace('s3Options.', '')}",
            ],
        ),
    ],
)
def test_old_places_still_work_and_say_where_things_belong(
    vendors: Catalog, data: dict[str, Any], hints: list[str]
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        options = opened(vendors, copy.deepcopy(data)).options
    assert [str(warning.message) for warning in caught] == hints
    assert {warning.category for warning in caught} == {UserWarning}
    assert options.credentials == Credentials(
        access_key_id="AKIA", secret_access_key=Secret("hush")
    )
    assert (options.bucket, options.region) == ("media", "eu-west-1")


@pytest.mark.parametrize("wrong", [None, 1, [], "x"])
@pytest.mark.parametrize("place", ["providerOptions", "s3Options", "credentials", "params"])
def test_old_places_with_garbage_around_them_are_refused(
    vendors: Catalog, place: str, wrong: Any
) -> None:
    data = old_at_the_root()
    if place == "providerOptions":
        data[place] = wrong
        data["actionOptions"] = {}
    else:
        data["providerOptions"][place] = wrong
    assert any(place in problem for problem in told(vendors, data))


def test_null_credentials_count_as_none_written(vendors: Catalog) -> None:
    data = old_in_s3_options()
    data["providerOptions"]["s3Options"]["credentials"] = None
    with pytest.warns(UserWarning, match="belongs in"):
        assert opened(vendors, data).options.credentials.access_key_id == "AKIA"


def test_a_fault_in_an_old_place_points_there(vendors: Catalog) -> None:
    data = old_at_the_root()
    data["providerOptions"]["secretAccessKey"] = ""
    assert told(vendors, data) == ["providerOptions.secretAccessKey: must not be empty"]


# -- what the original ignored ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (strapi(s3ForcePathStyle=True), "did you mean 'forcePathStyle'?"),
        (strapi(s3BucketEndpoint=True), "did you mean 'forcePathStyle'?"),
        (strapi(baseUrl="x"), "did you mean 'providerOptions.baseUrl'?"),
        (strapi(Bucket="x"), "did you mean 'providerOptions.s3Options.params.Bucket'?"),
        (strapi(sslEnabled=True), "the endpoint's scheme decides about TLS; remove it"),
        (strapi(signatureVersion="v4"), "signatures are always version 4; remove it"),
        (strapi({"ContentType": "x"}), "request parameters belong in actionOptions.upload"),
        (strapi(config={"checksum": "x"}), "did you mean 'checksumAlgorithm'?"),
        (strapi(root={"sizeLimit": 1}), "unknown option 'sizeLimit'"),
        ({**strapi(), "sizeLimit": 1}, "belongs to Strapi's upload plugin, not to its storage"),
    ],
)
def test_options_that_never_had_an_effect_are_faults(
    vendors: Catalog, data: dict[str, Any], problem: str
) -> None:
    (sentence,) = told(vendors, data)
    assert problem in sentence


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"checksumAlgorithm": "MD5"}, "checksumAlgorithm: must be one of CRC32, CRC32C, SHA1"),
        ({"encryption": {"type": "nope"}}, "encryption.type: must be one of AES256, aws:kms"),
        ({"encryption": {"kmsKeyId": "x"}}, "encryption: missing 'type'"),
        ({"multipart": {"partSize": 1024}}, "multipart.partSize: must be at least 5,242,880"),
        ({"multipart": {"queueSize": 0}}, "multipart.queueSize: must be at least 1"),
        ({"tags": {"a": 1}}, "tags.a: must be text"),
    ],
)
def test_values_that_were_dropped_in_silence_are_faults(
    vendors: Catalog, config: dict[str, Any], problem: str
) -> None:
    (sentence,) = told(vendors, strapi(config=config))
    assert sentence.startswith(f"providerOptions.providerConfig.{problem}")


def test_a_bucket_must_be_named(vendors: Catalog) -> None:
    data = strapi()
    del data["providerOptions"]["s3Options"]["params"]
    data["providerOptions"]["s3Options"]["params"] = {}
    assert told(vendors, data) == ["providerOptions.s3Options.params: missing 'Bucket'"]
    data["providerOptions"]["s3Options"]["params"] = {"Bucket": ""}
    assert told(vendors, data) == ["providerOptions.s3Options.params.Bucket: must not be empty"]
    del data["providerOptions"]["s3Options"]["params"]
    assert told(vendors, data) == [
        "providerOptions.s3Options: missing 'params'; it names the bucket, as Bucket"
    ]


def test_all_faults_are_told_at_once(vendors: Catalog) -> None:
    data = {"provider": "aws-s3", "providerOptions": {"s3Options": {"regoin": "x"}}}
    with pytest.raises(ConfigError) as error:
        opened(vendors, data)
    assert [problem.path for problem in error.value.problems] == [
        "providerOptions.s3Options",
        "providerOptions.s3Options",
        "providerOptions.s3Options.regoin",
    ]


def test_faults_of_the_vendor_are_told_beside_those_of_the_shape(real_catalog: Catalog) -> None:
    data = strapi(
        {"Bucket": "a/b", "signedUrlExpires": 0},
        config={"encryption": {"type": "AES256"}, "typo": 1},
        endpoint="https://abc.r2.cloudflarestorage.com",
        region=None,
    )
    assert [problem.partition(": ")[0] for problem in told(real_catalog, data)] == [
        "providerOptions.s3Options.params.Bucket",
        "providerOptions.s3Options.params.signedUrlExpires",
        "providerOptions.providerConfig.encryption",
        "providerOptions.providerConfig.typo",
    ]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("encryption", {"type": "AES256"}),
        ("tags", {"team": "web"}),
        ("storageClass", "GLACIER"),
        ("preventOverwrite", True),
        ("checksumAlgorithm", "SHA1"),
    ],
)
def test_a_refusal_points_at_what_the_user_wrote(option: str, value: Any) -> None:
    flat = {
        "storageClass": "storage_class",
        "preventOverwrite": "prevent_overwrite",
        "checksumAlgorithm": "checksum_algorithm",
    }
    content = acme_schema()
    name = flat.get(option, option)
    content["properties"].pop(name, None)
    content["x-unsupported"] = {name: {"reason": "Acme cannot"}}
    catalog = make_catalog(make_vendor(content=content))
    data = strapi(config={option: value}, endpoint="https://s3.eu.acme.example")
    assert told(catalog, data) == [f"providerOptions.providerConfig.{option}: Acme cannot"]


def test_a_fault_of_an_option_that_is_not_written_points_where_it_belongs() -> None:
    def check(options: Any) -> Iterator[tuple[str, str]]:
        yield "multipart.part_size", "is too small here"
        yield "encryption", "is needed"
        yield "extra_params.upload", "needs an owner"

    catalog = make_catalog(make_vendor(check=check))
    assert told(catalog, strapi(endpoint="https://s3.eu.acme.example")) == [
        "actionOptions.upload: needs an owner",
        "providerOptions.providerConfig.encryption: is needed",
        "providerOptions.providerConfig.multipart.partSize: is too small here",
    ]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("useAccelerateEndpoint", "media.s3-accelerate.amazonaws.com"),
        ("useDualstackEndpoint", "media.s3.dualstack.eu-west-1.amazonaws.com"),
        ("useFipsEndpoint", "media.s3-fips.us-east-1.amazonaws.com"),
    ],
)
def test_aws_s_other_endpoints_are_addressed(real_catalog: Catalog, name: str, host: str) -> None:
    on: dict[str, Any] = {name: True}
    region = "us-east-1" if "fips" in host else "eu-west-1"
    media = opened(real_catalog, strapi({"ACL": "private"}, region=region, **on))
    assert media.object_url("a") == f"https://{host}/a"


def test_a_directory_bucket_is_refused_where_it_is_written(real_catalog: Catalog) -> None:
    (problem,) = told(real_catalog, strapi({"Bucket": "media--use1-az4--x-s3", "ACL": "private"}))
    assert problem.startswith("providerOptions.s3Options.params.Bucket: ")
    assert "directory bucket" in problem


def test_sentences_name_options_as_the_original_does(real_catalog: Catalog) -> None:
    r2: dict[str, Any] = {
        "endpoint": f"https://{'a' * 32}.r2.cloudflarestorage.com",
        "region": "auto",
    }
    problems = told(real_catalog, strapi({"ACL": "public-read"}, config={"tags": {"a": "b"}}, **r2))
    assert any("leave ACL out" in problem for problem in problems)
    assert any("set baseUrl to the address" in problem for problem in problems)
    assert not any("base_url" in problem or "leave acl out" in problem for problem in problems)
    (kind,) = told(real_catalog, strapi({"ACL": "private"}, config={"storageClass": "COLD"}))
    assert kind.endswith("or leave storageClass out")


def test_an_endpoint_that_holds_the_bucket_is_refused(real_catalog: Catalog) -> None:
    endpoint = "https://media.nyc3.digitaloceanspaces.com"
    (problem,) = told(real_catalog, strapi(endpoint=endpoint))
    assert problem.startswith("providerOptions.s3Options.endpoint: begins with the bucket")


# -- URLs that stand in databases ---------------------------------------------------------------

WASABI = "s3.eu-central-1.wasabisys.com"


@pytest.mark.parametrize("addressing", ["path", "virtual"])
@pytest.mark.parametrize("base_url", [None, "https://cdn.example.com"])
@pytest.mark.parametrize("root_path", ["", "uploads"])
def test_urls_of_both_styles_lead_back_to_their_key(
    real_catalog: Catalog, addressing: str, base_url: str | None, root_path: str
) -> None:
    flat = {"provider": "wasabi", "bucket": "media", "region": "eu-central-1",
            "credentials": "ambient", "addressing": addressing, "root_path": root_path}  # fmt: skip
    flat |= {"base_url": base_url} if base_url else {}
    media = bucketry.open_provider(flat, catalog=real_catalog, environ={})
    folder = f"{root_path}/" if root_path else ""
    addresses = [f"https://media.{WASABI}", f"https://{WASABI}/media", *filter(None, [base_url])]
    for address in addresses:
        assert media.key_of_url(f"{address}/{folder}a%20b.png") == "a b.png"
    for strange in (
        f"https://media.{WASABI}.evil.example/{folder}a.png",
        f"https://other.{WASABI}/{folder}a.png",
        f"https://{WASABI}/other/{folder}a.png",
        f"https://{WASABI}/{folder}a.png" if root_path else f"https://{WASABI}/a.png",
        f"http://media.{WASABI}/{folder}a.png",
        f"https://media.{WASABI}:8443/{folder}a.png",
        f"https://media.{WASABI}/{folder}a.png?x=1",
        f"https://media.{WASABI}/{folder}a%2Fb.png",
    ):
        assert media.key_of_url(strange) is None
