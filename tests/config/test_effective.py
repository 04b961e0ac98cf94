"""Every effective option, its value and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

from bucketry.config import load_config
from bucketry.config.effective import Effective
from bucketry.host.catalog import Catalog

TOML = """\
[providers.media]
provider = "acme"
bucket = { env = "BUCKET" }
credentials = { access_key_id = { env = "KEY" }, secret_access_key = "hush-in-file" }
multipart.concurrency = 2
tags = { team = "web", stage = { env = "STAGE", default = "dev" } }
acl = "private"
unsupported = "ignore"
extra_params.upload = { SSECustomerKey = "hush-native", CacheControl = "no-store" }
"""


def rows(config: Path | str, catalog: Catalog, **environ: str) -> dict[str, Effective]:
    found = load_config(config, catalog=catalog, environ=environ).effective()
    return {row.path: row for row in found}


def test_each_option_tells_value_and_origin(folder: Path, catalog: Catalog) -> None:
    (folder / "bucketry.toml").write_text(TOML)
    found = rows("bucketry.toml", catalog, BUCKET="photos", KEY="AKIA-in-env")
    told = {path: (row.value, row.source, row.origin) for path, row in found.items()}
    assert told["bucket"] == (
        "photos", "environment", "the environment variable BUCKET (bucketry.toml:3:1)"
    )  # fmt: skip
    assert told["credentials.access_key_id"] == (
        "***", "environment", "the environment variable KEY (bucketry.toml:4:17)"
    )  # fmt: skip
    assert told["credentials.secret_access_key"] == ("***", "written", "bucketry.toml:4:50")
    assert told["credentials.session_token"] == ("not set", "default", "default")
    assert told["multipart.concurrency"] == ("2", "written", "bucketry.toml:5:11")
    assert told["multipart.part_size"] == ("8388608", "default", "default")
    assert told["tags.team"] == ("web", "written", "bucketry.toml:6:10")
    assert told["tags.stage"] == (
        "dev",
        "environment",
        "the environment variable STAGE, or its default (bucketry.toml:6:24)",
    )
    assert told["extra_params.upload.SSECustomerKey"][0] == "***"
    assert told["extra_params.upload.CacheControl"][0] == "no-store"
    assert told["extra_params.delete"] == ("none", "default", "default")
    assert told["region"] == ("not set", "default", "default")
    assert told["prevent_overwrite"] == ("false", "default", "default")
    assert told["overrides"] == ("none", "default", "default")
    assert found["acl"].value == "left out"
    assert found["acl"].origin == "bucketry.toml:7:1; Acme has no ACLs"
    assert "hush" not in repr(found)
    assert "AKIA" not in repr(found)


def test_one_word_for_a_table_is_one_option(folder: Path, catalog: Catalog) -> None:
    data = {"provider": "acme", "bucket": "media", "credentials": "ambient"}
    (folder / "a.json").write_text(json.dumps(data))
    found = rows("a.json", catalog)
    assert found["credentials"] == Effective(
        path="credentials", value="ambient", source="written", origin="a.json:1:41"
    )
    data_with_profile = {**data, "credentials": {"profile": "backup"}}
    (folder / "a.json").write_text(json.dumps(data_with_profile))
    assert rows("a.json", catalog)["credentials"].value == "profile backup"


def test_what_follows_from_strapi_s_shape_says_from_what(
    folder: Path, real_catalog: Catalog
) -> None:
    data = {
        "provider": "aws-s3",
        "providerOptions": {
            "baseUrl": "https://cdn.example.com/",
            "s3Options": {
                "credentials": "ambient",
                "region": {"env": "REGION"},
                "params": {"Bucket": "media", "ACL": "private"},
            },
        },
    }
    (folder / "a.json").write_text(json.dumps(data, indent=1))
    found = rows("a.json", real_catalog, REGION="eu-west-1")
    assert found["bucket"].origin == "a.json:11:5"
    assert found["region"].origin == "the environment variable REGION (a.json:7:4)"
    assert (found["base_url"].source, found["base_url"].origin) == (
        "derived",
        "follows from a.json:4:3",
    )
    assert (found["visibility"].value, found["visibility"].source) == ("private", "derived")


def test_origins_in_a_mapping_are_paths(catalog: Catalog) -> None:
    data = {"providers": {"m": {"provider": "acme", "bucket": "media", "credentials": "ambient"}}}
    found = {row.path: row for row in load_config(data, catalog=catalog).effective("m")}
    assert found["bucket"].origin == "providers.m.bucket"
