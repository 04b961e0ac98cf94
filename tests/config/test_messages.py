"""What is said about a wrong configuration, word by word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError
from bucketry.config import check_config, load_config
from bucketry.host.catalog import Catalog
from config.fakes import KEY_PAIR, make_catalog, make_vendor

BASE: dict[str, Any] = {"provider": "acme", "bucket": "media", "credentials": "ambient"}


def told(catalog: Catalog, **changes: Any) -> list[str]:
    """Return what is said about Acme's configuration with these changes; None removes."""
    flat = {name: value for name, value in {**BASE, **changes}.items() if value is not None}
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider(flat, catalog=catalog, environ={})
    return [str(problem) for problem in error.value.problems]


MANY = """\
default = "medai"

[providers.media]
provider = "acme"
buckt = "media"
acl = "private"
credentials = { access_key_id = "x" }
signed_url_expires = 700000
checksumAlgorithm = "CRC32"
tags = { a = 1 }

[providers.media.multipart]
part_size = 5
queueSize = 4

[providers.backup]
provider = "acmee"

[providers."bad name"]
bucket = "media"
"""


def test_all_faults_are_told_at_once_in_the_order_of_the_file(
    folder: Path, catalog: Catalog
) -> None:
    (folder / "bucketry.toml").write_text(MANY)
    with pytest.raises(ConfigError) as error:
        load_config(catalog=catalog, environ={})
    assert str(error.value).splitlines() == [
        "bucketry.toml:1:1: default: names no provider; did you mean 'media'? "
        "There are: media, backup, bad name",
        "bucketry.toml:5:1: providers.media.buckt: unknown option 'buckt'; did you mean 'bucket'?",
        "bucketry.toml:6:1: providers.media.acl: Acme has no ACLs; leave acl out",
        "bucketry.toml:7:1: providers.media.credentials: missing 'secret_access_key'; "
        "half a key pair; write both halves",
        "bucketry.toml:8:1: providers.media.signed_url_expires: must be at most 604,800",
        "bucketry.toml:9:1: providers.media.checksumAlgorithm: unknown option "
        "'checksumAlgorithm'; it means 'checksum_algorithm', and Acme ignores checksums; "
        "leave it out",
        "bucketry.toml:10:10: providers.media.tags.a: must be text",
        "bucketry.toml:13:1: providers.media.multipart.part_size: must be at least 5,242,880",
        "bucketry.toml:14:1: providers.media.multipart.queueSize: unknown option 'queueSize'; "
        "did you mean 'concurrency'?",
        "bucketry.toml:17:1: providers.backup.provider: no installed plugin offers this; "
        "did you mean 'acme'? Installed: acme",
        'bucketry.toml:19:12: providers."bad name": a provider\'s name has 1 to 64 letters, '
        "digits, '-' or '_'",
        "bucketry.toml:19:12: providers.\"bad name\": missing 'provider'; it names the vendor",
    ]


def test_places_are_told_in_yaml_too(folder: Path, catalog: Catalog) -> None:
    (folder / "bucketry.yaml").write_text(
        "providers:\n"
        "  media:\n"
        "    provider: acme\n"
        "    credentials: {access_key_id: a, secret: b}\n"
        "    overrides:\n"
        "      - a:B\n"
        "      - nothing\n"
    )
    assert [str(problem) for problem in check_config(catalog=catalog, environ={})] == [
        "bucketry.yaml:2:3: providers.media: missing 'bucket'",
        "bucketry.yaml:4:5: providers.media.credentials: missing 'secret_access_key'; "
        "half a key pair; write both halves",
        "bucketry.yaml:4:37: providers.media.credentials.secret: unknown option 'secret'; "
        "there are access_key_id, secret_access_key, session_token, profile",
        "bucketry.yaml:7:9: providers.media.overrides[1]: must be module:name, "
        "like myapp.storage:ShortLinks",
    ]


CREDENTIALS = (
    'credentials: as text it can be "ambient" only; a key pair and a profile are tables: '
    "{ access_key_id, secret_access_key } or { profile }"
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bucket": None}, "missing 'bucket'"),
        (
            {"credentials": None},
            "missing 'credentials'; give a pair { access_key_id, secret_access_key }, or "
            "\"ambient\" for the SDK's own chain, or { profile = \"NAME\" }",
        ),
        ({"credentials": "ambeint"}, CREDENTIALS),
        (
            {"credentials": {**KEY_PAIR, "profile": "x"}},
            "credentials: a profile stands alone; remove the key pair or the profile",
        ),
        (
            {"credentials": {**KEY_PAIR, "secret_access_key": ""}},
            "credentials.secret_access_key: must not be empty",
        ),
        ({"credentials": 1}, "credentials: must be text or a table"),
        ({"bucket": 5}, "bucket: must be text"),
        ({"bucket": "x"}, "bucket: must have at least 3 characters"),
        ({"prevent_overwrite": "yes"}, "prevent_overwrite: must be true or false"),
        ({"signed_url_expires": 0}, "signed_url_expires: must be at least 1"),
        ({"signed_url_expires": "900"}, "signed_url_expires: must be a whole number"),
        ({"signed_url_expires": 1.5}, "signed_url_expires: must be a whole number"),
        ({"signed_url_expires": True}, "signed_url_expires: must be a whole number"),
        (
            {"visibility": "Public"},
            "visibility: must be one of public, private; did you mean public?",
        ),
        ({"key_strategy": "uuid"}, "key_strategy: must be one of slug, name, date, hash"),
        (
            {"endpoint": "s3.acme.example"},
            "endpoint: must be an address like https://s3.example.com, with its scheme",
        ),
        (
            {"storage_class": "GLACIER"},
            "storage_class: Acme has the storage classes STANDARD and COLD; write one",
        ),
        (
            {"encryption": {"type": "aws:kms"}},
            "encryption.type: Acme encrypts with its own keys only; write AES256",
        ),
        ({"encryption": {}}, "encryption: missing 'type'"),
        ({"tags": {str(n): "" for n in range(11)}}, "tags: must have at most 10 entries"),
        ({"tags": {"a": "x" * 257}}, "tags.a: must have at most 256 characters"),
        ({"overrides": ["nothing"]}, "overrides[0]: must be module:name, like myapp.storage:Short"),
        ({"overrides": "a:B"}, "overrides: must be a list"),
        ({"region": "moon"}, "region: has no data centre yet"),
        ({"root_path": "a//b"}, "root_path: cannot stand in front of keys: no '/' at its ends,"),
        ({"root_path": "/a"}, "root_path: cannot stand in front of keys: no '/' at its ends,"),
        ({"extra_params": {"upload": {"Cache-Control": ""}}}, 'extra_params.upload.Cache-Control'),
        ({"provider": None}, "missing 'provider'; it names the vendor"),
        ({"provider": 5}, "provider: must be text"),
        ({"provider": ""}, "provider: must not be empty"),
    ],
)  # fmt: skip
def test_each_kind_of_fault_has_its_sentence(
    catalog: Catalog, changes: dict[str, Any], message: str
) -> None:
    (sentence,) = told(catalog, **changes)
    assert sentence.startswith(message)


@pytest.mark.parametrize("written", ["provider.media", "Providers.media", "media"])
def test_a_table_in_the_wrong_place_is_told_where_it_belongs(
    folder: Path, catalog: Catalog, written: str
) -> None:
    (folder / "bucketry.toml").write_text(f'[{written}]\nprovider = "acme"\n')
    with pytest.raises(ConfigError, match=r"did you mean 'providers'\?|into \[providers\.NAME\]"):
        load_config(catalog=catalog, environ={})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("baseUrl", "base_url"),
        ("BASE_URL", "base_url"),
        ("rootPath", "root_path"),
        ("forcePathStyle", "addressing"),
        ("s3ForcePathStyle", "addressing"),
        ("Bucket ", "bucket"),
        ("buckets", "bucket"),
        ("signedUrlExpires", "signed_url_expires"),
        ("part_size", "multipart.part_size"),
        ("partSize", "multipart.part_size"),
        ("queueSize", "multipart.concurrency"),
        ("accessKeyId", "credentials.access_key_id"),
        ("kmsKeyId", "encryption.kms_key_id"),
        ("actionOptions_", "extra_params"),
        ("endpoint_url", "endpoint"),
        ("zzz", None),
    ],
)
def test_an_unknown_option_is_told_with_the_one_that_is_meant(
    catalog: Catalog, written: str, meant: str | None
) -> None:
    (sentence,) = told(catalog, **{written: "x"})
    assert ("did you mean" in sentence) == (meant is not None)
    if meant is not None:
        assert sentence.endswith(f"; did you mean '{meant}'?")


def test_a_misspelt_option_and_the_one_it_leaves_missing_are_one_fault(catalog: Catalog) -> None:
    assert told(catalog, bucket=None, Bucket="media") == [
        "Bucket: unknown option 'Bucket'; did you mean 'bucket'?"
    ]
    assert told(catalog, bucket=None, zzz="media") == [
        "missing 'bucket'",
        "zzz: unknown option 'zzz'",
    ]


def test_odd_names_are_quoted_and_shortened(catalog: Catalog) -> None:
    (sentence,) = told(catalog, **{"ä b": 1})
    assert sentence.startswith('"\\u00e4 b": unknown option')
    (sentence,) = told(catalog, **{"x" * 500: 1})
    assert len(sentence) < 250


def test_options_that_are_named_alike_do_not_fall_over_each_other(catalog: Catalog) -> None:
    assert told(catalog, multipart={"part_sise": 1, "bucket": 2}) == [
        "multipart.part_sise: unknown option 'part_sise'; did you mean 'part_size'?",
        "multipart.bucket: unknown option 'bucket'; did you mean 'bucket'?",
    ]


def test_cross_checks_run_after_the_schema_and_point_at_their_options(
    folder: Path, catalog: Catalog
) -> None:
    text = json.dumps({**BASE, "multipart": {"concurrency": 9}, "region": "small"}, indent=1)
    (folder / "a.json").write_text(text)
    (problem,) = check_config("a.json", catalog=catalog, environ={})
    assert str(problem) == "a.json:6:3: multipart.concurrency: is too much for a small region"


SINGLE = (
    "put each provider into [providers.NAME], or write a single one as provider and its options"
)


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ({}, [f"missing 'providers'; {SINGLE}"]),
        (
            {"bucket": "media"},
            [
                f"missing 'providers'; {SINGLE}",
                "bucket: unknown option 'bucket'; there are $schema, default, providers",
            ],
        ),
        ({"providers": {}}, ["providers: must not be empty"]),
        ({"providers": []}, ["providers: must be a table"]),
        ({"providers": {"a": 1}}, ["providers.a: must be a table"]),
        ({"provders": {}}, ["provders: unknown option 'provders'; did you mean 'providers'?"]),
        ({"providers": {"a": BASE}, "default": 1}, ["default: must be text"]),
        ({"providers": {"a": {}}}, ["providers.a: missing 'provider'; it names the vendor"]),
    ],
)
def test_the_envelope_has_its_sentences(
    catalog: Catalog, data: dict[str, Any], messages: list[str]
) -> None:
    assert [str(p) for p in check_config(data, catalog=catalog, environ={})] == messages


def test_which_provider_is_meant_must_be_clear(catalog: Catalog) -> None:
    two = {"providers": {"photos": BASE, "films": BASE}}
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider(config=two, catalog=catalog, environ={})
    assert str(error.value) == "say which provider, or set default; there are: photos, films"
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider("photo", config=two, catalog=catalog, environ={})
    assert str(error.value) == (
        "there is no provider 'photo'; did you mean 'photos'? There are: photos, films"
    )
    assert bucketry.open_provider("films", config=two, catalog=catalog, environ={}).name == "films"
    many = {"providers": {f"p{number}": BASE for number in range(40)}}
    with pytest.raises(ConfigError, match=r"there are: p0, .*, p19 and 20 more"):
        bucketry.open_provider(config=many, catalog=catalog, environ={})
    default = {**two, "default": "films"}
    assert bucketry.open_provider(config=default, catalog=catalog, environ={}).name == "films"


def test_another_provider_s_faults_do_not_matter_to_the_one_that_is_opened(
    catalog: Catalog,
) -> None:
    data = {"providers": {"good": BASE, "bad": {"provider": "acme"}}}
    assert bucketry.open_provider("good", config=data, catalog=catalog, environ={}).name == "good"
    assert load_config(data, only="good", catalog=catalog, environ={}).names == ["good", "bad"]
    with pytest.raises(ConfigError):
        load_config(data, catalog=catalog, environ={})
    with pytest.raises(ConfigError):
        bucketry.open_providers(data, catalog=catalog, environ={})


def test_a_blocked_vendor_is_a_fault_of_its_place(folder: Path) -> None:
    vendor = make_vendor()
    catalog = Catalog(list(make_catalog(vendor)._entries["acme"]), block=["acme"])
    (folder / "a.json").write_text(json.dumps(BASE))
    (problem,) = check_config("a.json", catalog=catalog, environ={})
    assert str(problem) == "a.json:1:2: provider: blocked by BUCKETRY_BLOCK"
