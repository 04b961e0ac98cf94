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
from bucketry import AmbientCredentials, ConfigError, Credentials, Secret
from bucketry.config import check_config
from bucketry.host.catalog import Catalog
from bucketry_s3.options import ExtraParams, S3Options
from config.fakes import LEAF, acme_schema, make_catalog, make_vendor

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
        "plugins.json:15:7: upload.config.providerOptions.s3Options.params.CacheControl: "
        "unknown option 'CacheControl'; other request parameters belong in actionOptions.upload",
        "plugins.json:17:6: upload.config.providerOptions.s3Options.s3ForcePathStyle: "
        "unknown option 's3ForcePathStyle'; did you mean 'forcePathStyle'?",
    ]
    del data["upload"]["config"]["providerOptions"]["s3Options"]["s3ForcePathStyle"]
    del data["upload"]["config"]["providerOptions"]["s3Options"]["params"]["CacheControl"]
    (folder / "plugins.json").write_text(json.dumps(data, indent=1))
    (problem,) = check_config("plugins.json", catalog=vendors, environ={})
    assert str(problem) == (
        "plugins.json:14:7: upload.config.providerOptions.s3Options.params.signedUrlExpires: "
        "must be at least 1"
    )


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
        ("https://media.s3.eu-west-1.amazonaws.com", "s3"),
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


def test_an_acl_is_refused_where_there_are_none(vendors: Catalog) -> None:
    data = strapi({"ACL": "private"}, endpoint="https://s3.eu.acme.example")
    assert told(vendors, data) == [
        "providerOptions.s3Options.params.ACL: Acme has no ACLs; leave acl out"
    ]


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
    ("endpoint", "force", "addressing"),
    [
        ("https://unknown.example", None, "virtual"),
        ("https://unknown.example", True, "path"),
        ("https://unknown.example", False, "virtual"),
        ("https://abc.walled.example", None, None),
        ("https://abc.walled.example", True, "path"),
        ("https://abc.walled.example", False, "virtual"),
    ],
)
def test_path_style_is_the_vendor_s_choice_unless_written(
    vendors: Catalog, endpoint: str, force: bool | None, addressing: str | None
) -> None:
    more: dict[str, Any] = {} if force is None else {"forcePathStyle": force}
    assert opened(vendors, strapi(endpoint=endpoint, **more)).options.addressing == addressing


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
    ("data", "advice"),
    [
        (
            old_in_s3_options(),
            [
                "aws: providerOptions.s3Options.accessKeyId belongs in "
                "providerOptions.s3Options.credentials",
                "aws: providerOptions.s3Options.secretAccessKey belongs in "
                "providerOptions.s3Options.credentials",
            ],
        ),
        (
            old_at_the_root(),
            [
                "aws: providerOptions.region belongs in providerOptions.s3Options",
                "aws: providerOptions.params belongs in providerOptions.s3Options",
                "aws: providerOptions.accessKeyId belongs in providerOptions.s3Options.credentials",
                "aws: providerOptions.secretAccessKey belongs in "
                "providerOptions.s3Options.credentials",
            ],
        ),
    ],
)
def test_old_places_still_work_and_say_where_things_belong(
    vendors: Catalog, data: dict[str, Any], advice: list[str]
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        options = opened(vendors, copy.deepcopy(data)).options
    assert [str(warning.message) for warning in caught] == advice
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


def test_all_faults_are_told_at_once(vendors: Catalog) -> None:
    data = {"provider": "aws-s3", "providerOptions": {"s3Options": {"regoin": "x"}}}
    with pytest.raises(ConfigError) as error:
        opened(vendors, data)
    assert [problem.path for problem in error.value.problems] == [
        "providerOptions.s3Options",
        "providerOptions.s3Options",
        "providerOptions.s3Options.regoin",
    ]
