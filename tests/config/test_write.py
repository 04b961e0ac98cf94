"""Any configuration as a flat TOML file with the same meaning and no secret in it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import bucketry
from bucketry.config import check_config, convert_config, load_config
from bucketry.host.catalog import Catalog
from config.fakes import make_catalog

CATALOG = make_catalog()


def test_the_text_is_readable_and_says_what_was_derived(real_catalog: Catalog) -> None:
    data = {
        "provider": "aws-s3",
        "providerOptions": {
            "rootPath": "/uploads/",
            "s3Options": {
                "credentials": {"accessKeyId": {"env": "KEY"}, "secretAccessKey": "hush"},
                "endpoint": "minio.example.com",
                "region": "eu",
                "forcePathStyle": True,
                "params": {"Bucket": "media"},
            },
            "providerConfig": {"tags": {"a b": "1", "env": {"env": "STAGE"}}},
        },
        "actionOptions": {"upload": {"CacheControl": "no-store"}},
    }
    assert convert_config(data, catalog=real_catalog, environ={"KEY": "k", "STAGE": "dev"}) == (
        'default = "s3"\n'
        "\n"
        "[providers.s3]\n"
        "# providerOptions.s3Options.params.ACL: is not written, so no ACL is sent, where the "
        "original sent public-read: plain URLs open only if the bucket itself lets everybody read "
        '(else they answer 403); write "public-read" to send it, or "private" for signed URLs\n'
        'provider = "s3"  # follows from providerOptions.s3Options.endpoint\n'
        'bucket = "media"\n'
        "# Was written out; put it into the environment variable S3_SECRET_ACCESS_KEY.\n"
        'credentials = { access_key_id = { env = "KEY" }, '
        'secret_access_key = { env = "S3_SECRET_ACCESS_KEY" } }\n'
        'region = "eu"\n'
        'endpoint = "https://minio.example.com"  '
        "# follows from providerOptions.s3Options.endpoint\n"
        'addressing = "path"  # follows from providerOptions.s3Options.forcePathStyle\n'
        'root_path = "uploads"  # follows from providerOptions.rootPath\n'
        'visibility = "public"  # follows from providerOptions.s3Options.params\n'
        'tags = { "a b" = "1", env = { env = "STAGE" } }\n'
        'extra_params = { upload = { CacheControl = "no-store" } }\n'
    )


def test_named_providers_and_the_default_are_kept(catalog: Catalog) -> None:
    one = {"provider": "acme", "bucket": "photos", "credentials": "ambient"}
    data = {
        "default": "films",
        "providers": {"photos": one, "films": {**one, "bucket": "films", "overrides": ["a.b:C"]}},
    }
    text = convert_config(data, catalog=catalog, environ={})
    assert tomllib.loads(text) == data


def test_what_was_left_out_stays_out_with_its_reason(catalog: Catalog) -> None:
    data = {
        "provider": "acme",
        "bucket": "photos",
        "credentials": "ambient",
        "acl": "private",
        "unsupported": "ignore",
    }
    text = convert_config(data, catalog=catalog, environ={})
    assert "# Left out: acl. Acme has no ACLs\n" in text
    assert "acl =" not in text
    assert 'unsupported = "ignore"' in text


def test_a_secret_in_a_reference_s_default_is_not_written(catalog: Catalog) -> None:
    data = {
        "provider": "acme",
        "bucket": {"env": "BUCKET", "default": "photos"},
        "credentials": {
            "access_key_id": {"env": "KEY", "default": "AKIA-default"},
            "secret_access_key": {"env": "SECRET", "default": "hush-default"},
        },
    }
    assert convert_config(data, catalog=catalog, environ={}) == (
        'default = "acme"\n'
        "\n"
        "[providers.acme]\n"
        'provider = "acme"\n'
        'bucket = { env = "BUCKET", default = "photos" }\n'
        "# KEY had a default, which is a secret too; it is left out.\n"
        "# SECRET had a default, which is a secret too; it is left out.\n"
        'credentials = { access_key_id = { env = "KEY" }, '
        'secret_access_key = { env = "SECRET" } }\n'
    )


def test_a_customer_s_own_encryption_key_is_not_written(catalog: Catalog) -> None:
    data = {
        "provider": "acme",
        "bucket": "photos",
        "credentials": "ambient",
        "extra_params": {"upload": {"SSECustomerKey": "hush"}},
    }
    text = convert_config(data, catalog=catalog, environ={})
    assert (
        'extra_params = { upload = { SSECustomerKey = { env = "ACME_SSECUSTOMERKEY" } } }' in text
    )
    assert "hush" not in text


def test_each_secret_has_a_variable_of_its_own_whatever_the_names(catalog: Catalog) -> None:
    pair = {"access_key_id": {"env": "KEY"}, "secret_access_key": "hush"}
    one = {"provider": "acme", "bucket": "photos", "credentials": pair}
    names = ["a-b", "a_b", "1"]
    data = {"providers": {name: one for name in names}}
    written = tomllib.loads(convert_config(data, catalog=catalog, environ={"KEY": "AKIA"}))
    variables = [
        provider["credentials"]["secret_access_key"]["env"]
        for provider in written["providers"].values()
    ]
    assert len({*variables}) == len(names)
    environ = {"KEY": "AKIA", **dict.fromkeys(variables, "hush")}
    assert check_config(written, catalog=catalog, environ=environ) == ()


def test_the_vendor_s_reference_is_kept(catalog: Catalog) -> None:
    data = {"provider": {"env": "VENDOR"}, "bucket": "photos", "credentials": "ambient"}
    text = convert_config(data, catalog=catalog, environ={"VENDOR": "acme"})
    assert 'provider = { env = "VENDOR" }\n' in text


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)


@given(
    tags=st.dictionaries(TEXT.filter(bool), TEXT, max_size=4),
    upload=st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True).filter(
            lambda name: name != "Metadata"
        ),
        st.one_of(TEXT, st.booleans(), st.integers(-(2**40), 2**40), st.lists(TEXT, max_size=2)),
        max_size=3,
    ),
    seconds=st.integers(1, 604_800),
)
def test_any_configuration_survives_being_written(
    tags: dict[str, str], upload: dict[str, Any], seconds: int
) -> None:
    data = {
        "provider": "acme",
        "bucket": "photos",
        "credentials": "ambient",
        "tags": tags,
        "extra_params": {"upload": upload},
        "signed_url_expires": seconds,
    }
    text = convert_config(data, catalog=CATALOG, environ={})
    again = load_config(tomllib.loads(text), catalog=CATALOG, environ={}).open()
    first = bucketry.open_provider(data, catalog=CATALOG, environ={})
    assert again.options == first.options


def test_a_converted_file_can_be_opened_from_disk(folder: Path, catalog: Catalog) -> None:
    data = {"provider": "acme", "bucket": "photos", "credentials": "ambient"}
    (folder / "bucketry.toml").write_text(convert_config(data, catalog=catalog, environ={}))
    assert bucketry.open_provider(catalog=catalog, environ={}).options.bucket == "photos"
