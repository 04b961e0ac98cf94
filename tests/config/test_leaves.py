"""The shared leaves: one for each option of S3, with the same default, and examples that hold."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from jsonschema import Draft7Validator

from bucketry.config.schemas import leaf, own_schema
from bucketry.testing.agreement import check_agreement
from bucketry_s3.options import S3Options
from config.fakes import LEAF, make_vendor

NAMES = sorted(own_schema("leaves.schema.json")["$defs"])


def test_the_leaves_and_the_options_of_s3_agree() -> None:
    names = [option.name for option in attrs.fields(S3Options)]
    schema = {
        "type": "object",
        "properties": {name: {"$ref": LEAF + name} for name in names},
        "required": ["bucket", "credentials"],
        "additionalProperties": False,
    }
    assert check_agreement(make_vendor(options=S3Options, content=schema)) == []


def without_references(value: Any) -> Any:
    """Return an example with text in place of references to the environment."""
    if isinstance(value, dict):
        if "env" in value:
            return "text-of-a-variable"
        return {name: without_references(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("name", [name for name in NAMES if name != "env_reference"])
def test_examples_and_defaults_follow_their_own_leaf(name: str) -> None:
    schema = leaf(name)
    for value in [*schema.get("examples", []), schema.get("default", ...)]:
        if value is not ...:
            assert list(Draft7Validator(schema).iter_errors(without_references(value))) == []


LIMITS: list[tuple[str, list[Any], list[Any]]] = [
    ("signed_url_expires", [1, 604_800], [0, 604_801, "900"]),
    ("bucket", ["abc", "a" * 63], ["", "ab", "a" * 64]),
    ("deadline", [1, 3600], [0]),
    (
        "multipart",
        [
            {"part_size": 5_242_880, "concurrency": 1},
            {"part_size": 5_368_709_120},
            {"concurrency": 32},
            {},
        ],
        [
            {"part_size": 5_242_879},
            {"part_size": 5_368_709_121},
            {"concurrency": 0},
            {"concurrency": 33},
            {"x": 1},
        ],
    ),
    (
        "tags",
        [{}, {str(n): "v" for n in range(10)}, {"k" * 128: "v" * 256}],
        [{str(n): "v" for n in range(11)}, {"": "v"}, {"k" * 129: "v"}, {"k": "v" * 257}],
    ),
    (
        "credentials",
        [
            "ambient",
            {"profile": "p"},
            {"access_key_id": "a", "secret_access_key": "s"},
            {"access_key_id": "a", "secret_access_key": "s", "session_token": "t"},
        ],
        [
            "",
            "other",
            {},
            {"access_key_id": "a"},
            {"secret_access_key": "s"},
            {"profile": ""},
            {"access_key_id": "", "secret_access_key": "s"},
            {"session_token": "t"},
            {"profile": "p", "access_key_id": "a", "secret_access_key": "s"},
            None,
        ],
    ),
    (
        "endpoint",
        ["https://s3.example.com", "http://[::1]:9000", "https://x.co/storage/v1/s3"],
        ["", "s3.example.com", "ftp://x", "https://", "https:///a", "https://a b"],
    ),
    ("overrides", [[], ["a:B", "a.b_c:D_e"]], ["a:B", [""], ["a"], ["a:"], ["a:b.c"], ["a b:c"]]),
    ("signing_key", ["x" * 16], ["x" * 15, ""]),
    ("encryption", [{"type": "AES256"}], [{}, {"type": "AES"}, {"type": "AES256", "x": 1}]),
]


@pytest.mark.parametrize(("name", "good", "bad"), LIMITS)
def test_limits_lie_exactly_where_they_are_documented(
    name: str, good: list[Any], bad: list[Any]
) -> None:
    validator = Draft7Validator(leaf(name))
    assert [value for value in good if not validator.is_valid(value)] == []
    assert [value for value in bad if validator.is_valid(value)] == []


def test_secrets_are_marked() -> None:
    credentials = leaf("credentials")["properties"]
    marked = {name for name, schema in credentials.items() if schema.get("writeOnly")}
    assert marked == {"access_key_id", "secret_access_key", "session_token"}
    assert leaf("secret")["writeOnly"]
    assert leaf("signing_key")["writeOnly"]
