"""``config.schema.json`` says to an editor what the check says at run time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bucketry.config import check_config
from bucketry.config.published import build_config_schema, published_text
from bucketry.host.catalog import Catalog
from config.fakes import KEY_PAIR, acme_schema, make_catalog, make_vendor

ENVIRON = {"TEXT": "media", "NUMBER": "60", "YES": "true"}
TEXT = {"env": "TEXT"}
BASE: dict[str, Any] = {"provider": "acme", "bucket": "media", "credentials": "ambient"}

GOOD: list[dict[str, Any]] = [
    {},
    {"bucket": TEXT},
    {"bucket": {"env": "NOT_SET", "default": "media"}},
    {"credentials": KEY_PAIR},
    {"credentials": {"access_key_id": TEXT, "secret_access_key": TEXT}},
    {"credentials": {"profile": TEXT}},
    {"credentials": {"env": "NOT_SET", "default": "ambient"}},
    {"signed_url_expires": {"env": "NUMBER"}},
    {"allow_http": {"env": "YES"}},
    {"tags": {"env": "prod"}},
    {"tags": {"team": TEXT}},
    {"multipart": {"part_size": 6_000_000, "concurrency": {"env": "NOT_SET", "default": 2}}},
    {"extra_params": {"upload": {"CacheControl": TEXT, "Metadata": {"env": "x"}}}},
    {"overrides": ["a.b:C"]},
    {"storage_class": "COLD"},
    {"storage_class": {"env": "NOT_SET", "default": "COLD"}},
    {"storage_class": "GLACIER", "unsupported": "ignore"},
    {"acl": "private", "unsupported": "ignore"},
    {"acl": ""},
    {"encryption": {"type": "AES256"}},
    {"encryption": {"type": "aws:kms"}, "unsupported": "ignore"},
]

BAD: list[dict[str, Any]] = [
    {"bucket": None},
    {"bucket": 1},
    {"bucket": {"evn": "TEXT"}},
    {"bucket": {"env": "TEXT", "x": 1}},
    {"buckt": "media"},
    {"credentials": "other"},
    {"credentials": {"access_key_id": "x"}},
    {"credentials": {**KEY_PAIR, "profile": "x"}},
    {"credentials": {**KEY_PAIR, "x": 1}},
    {"signed_url_expires": 0},
    {"signed_url_expires": "60"},
    {"visibility": "nobody"},
    {"multipart": {"part_size": 1}},
    {"multipart": {"size": 6_000_000}},
    {"tags": {"a": 1}},
    {"overrides": ["a.b"]},
    {"storage_class": "GLACIER"},
    {"acl": "private"},
    {"checksum_algorithm": "CRC32", "unsupported": "refuse"},
    {"encryption": {"type": "aws:kms"}},
    {"encryption": {}},
    {"unsupported": "maybe"},
]


def document(changes: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in {**BASE, **changes}.items() if value is not None}
    return {"providers": {"media": flat}}


@pytest.mark.parametrize("changes", GOOD + BAD, ids=repr)
def test_it_accepts_and_refuses_what_the_check_does(
    catalog: Catalog, changes: dict[str, Any]
) -> None:
    data = document(changes)
    published = Draft7Validator(build_config_schema(catalog))
    assert published.is_valid(data) == (changes in GOOD)
    assert (check_config(data, catalog=catalog, environ=ENVIRON) == ()) == (changes in GOOD)


@pytest.mark.parametrize(
    ("data", "valid"),
    [
        ({"providers": {"a": BASE}, "default": "a", "$schema": "./config.schema.json"}, True),
        ({"providers": {}}, False),
        ({"providers": {"a b": BASE}}, False),
        ({"provider": "acme"}, False),
        ({"providers": {"a": {"provider": "nobody"}}}, False),
        ({"providers": {"a": {"provider": {"env": "VENDOR"}, "bucket": "media"}}}, True),
    ],
)
def test_the_envelope_is_checked_too(catalog: Catalog, data: dict[str, Any], valid: bool) -> None:
    assert Draft7Validator(build_config_schema(catalog)).is_valid(data) is valid


def test_a_nested_refusal_is_published() -> None:
    schema = acme_schema()
    del schema["properties"]["encryption"]["properties"]["kms_key_id"]
    schema["x-unsupported"]["encryption.kms_key_id"] = {"reason": "no KMS", "hint": "none"}
    published = Draft7Validator(build_config_schema(make_catalog(make_vendor(content=schema))))
    wanted = {"encryption": {"type": "AES256", "kms_key_id": "x"}}
    assert not published.is_valid(document(wanted))
    assert published.is_valid(document({**wanted, "unsupported": "ignore"}))


def test_it_is_self_contained_and_names_every_vendor(catalog: Catalog) -> None:
    schema = build_config_schema(catalog)
    Draft7Validator.check_schema(schema)
    tables = [node for node in _nodes(schema) if isinstance(node, dict)]
    assert not any(name.startswith("x-") for table in tables for name in table)
    references = {table["$ref"] for table in tables if "$ref" in table}
    assert references
    assert all(
        reference.removeprefix("#/definitions/") in schema["definitions"]
        for reference in references
    )
    assert any(table.get("enum") == ["acme"] for table in tables)


def _nodes(node: Any) -> list[Any]:
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [node, *(found for item in below for found in _nodes(item))]


def test_every_option_of_a_vendor_is_described(catalog: Catalog) -> None:
    schema = build_config_schema(catalog)
    (branch,) = schema["properties"]["providers"]["additionalProperties"]["allOf"]
    for name, option in branch["then"]["properties"].items():
        if name in ("provider", "storage_class", "encryption"):
            continue
        told = schema["definitions"][name] if "$ref" in option else option
        assert told["description"], name


def test_refusals_carry_their_reason_for_editors(catalog: Catalog) -> None:
    text = json.dumps(build_config_schema(catalog))
    assert '"errorMessage": "Acme has no ACLs; leave acl out"' in text
    assert '"errorMessage": "Acme has the storage classes STANDARD and COLD; write one"' in text


def test_the_text_is_the_schema_and_always_the_same(catalog: Catalog) -> None:
    text = published_text(catalog)
    assert json.loads(text) == build_config_schema(catalog)
    assert text == published_text(catalog)
