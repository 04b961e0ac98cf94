"""The check that a schema and its options class agree notices each way to disagree."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from attrs import field, frozen

from bucketry import AmbientCredentials, Credentials, Secret
from bucketry.host.catalog import Catalog
from bucketry.testing.agreement import check_agreement
from config.fakes import LEAF, make_vendor


@frozen(kw_only=True)
class Inner:
    size: int = 8
    kind: Literal["a", "b"] = "a"


@frozen(kw_only=True)
class Options:
    root_path: str = ""
    base_url: str | None = None
    visibility: Literal["public", "private"] = "private"
    signed_url_expires: int = 900
    key_strategy: Literal["slug", "name", "date", "hash"] = "slug"
    overrides: Sequence[str] = ()
    name: str
    token: Secret | None = None
    credentials: Credentials | AmbientCredentials
    folder: Path | None = None
    ratio: float = 1.5
    labels: Mapping[str, str] = field(factory=dict)
    anything: Any = None
    inner: Inner = field(factory=Inner)
    maybe: Inner | None = None
    numbers: tuple[int, ...] = ()
    acl: str | None = None


def inner_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "size": {"type": "integer", "default": 8},
            "kind": {"enum": ["a", "b"], "default": "a"},
        },
        "additionalProperties": False,
    }


def good_schema() -> dict[str, Any]:
    common = ["root_path", "base_url", "visibility", "signed_url_expires", "key_strategy"]
    return {
        "type": "object",
        "properties": {
            **{name: {"$ref": LEAF + name} for name in [*common, "overrides", "credentials"]},
            "provider": {"const": "acme"},
            "name": {"type": "string"},
            "token": {"$ref": LEAF + "secret"},
            "folder": {"type": "string"},
            "ratio": {"type": "number", "default": 1.5},
            "labels": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "default": {},
            },
            "anything": {},
            "inner": inner_schema(),
            "maybe": inner_schema(),
            "numbers": {"type": "array", "items": {"type": "integer"}, "default": []},
        },
        "required": ["name", "credentials"],
        "additionalProperties": False,
        "x-unsupported": {"acl": {"reason": "none here", "hint": "leave it out"}},
    }


def differences(content: Any, options: type[Any] = Options) -> list[str]:
    return check_agreement(make_vendor(options=options, content=content))


def test_a_pair_that_agrees_is_silent() -> None:
    assert differences(good_schema()) == []


def test_every_vendor_that_comes_with_bucketry_agrees(real_catalog: Catalog) -> None:
    own = [listed.name for listed in real_catalog if listed.distribution.startswith("bucketry ")]
    assert {"aws", "local", "minio", "r2", "s3"} <= set(own)
    found = {name: check_agreement(real_catalog.load(name)) for name in own}
    assert {name: lines for name, lines in found.items() if lines} == {}


Change = Callable[[dict[str, Any]], object]

PLANTED: list[tuple[str, Change, list[str]]] = [
    (
        "missing in the schema",
        lambda s: s["properties"].pop("ratio"),
        ["ratio: in the class, not in the schema"],
    ),
    (
        "missing in the class",
        lambda s: s["properties"].update(extra={"type": "string"}),
        ["extra: in the schema, not in the class"],
    ),
    (
        "required by the schema only",
        lambda s: s["required"].append("folder"),
        ["folder: only the schema requires it"],
    ),
    (
        "required by the class only",
        lambda s: s["required"].remove("name"),
        ["name: only the class requires it"],
    ),
    (
        "default differs",
        lambda s: s["properties"]["ratio"].update(default=2.5),
        ["ratio: default is 1.5 in the class, 2.5 in the schema"],
    ),
    (
        "default only in the class",
        lambda s: s["properties"]["labels"].pop("default"),
        ["labels: default is {} in the class, None in the schema"],
    ),
    (
        "default only in the schema",
        lambda s: s["properties"]["folder"].update(default="x"),
        ["folder: default is None in the class, 'x' in the schema"],
    ),
    (
        "nested default differs",
        lambda s: s["properties"]["inner"]["properties"]["size"].update(default=9),
        ["inner.size: default is 8 in the class, 9 in the schema"],
    ),
    (
        "nested name differs",
        lambda s: s["properties"]["maybe"]["properties"].update(
            sise=s["properties"]["maybe"]["properties"].pop("size")
        ),
        ["maybe.size: in the class, not in the", "maybe.sise: in the schema, not in the"],
    ),
    (
        "type differs",
        lambda s: s["properties"]["name"].update(type="integer"),
        ["name: type is string in the class, integer in the schema"],
    ),
    (
        "null allowed",
        lambda s: s["properties"]["folder"].update(type=["string", "null"]),
        ["folder: type is string in the class, null or string in the schema"],
    ),
    (
        "no type",
        lambda s: s["properties"]["name"].pop("type"),
        ["name: type is string in the class, anything in the schema"],
    ),
    (
        "value only in the schema",
        lambda s: s["properties"]["inner"]["properties"]["kind"]["enum"].append("c"),
        ["inner.kind: values are ['a', 'b'] in the class, ['a', 'b', 'c'] in the schema"],
    ),
    (
        "value only in the class",
        lambda s: s["properties"]["inner"]["properties"]["kind"]["enum"].remove("b"),
        ["inner.kind: values are ['a', 'b'] in the class, ['a'] in the schema"],
    ),
    (
        "item type differs",
        lambda s: s["properties"]["numbers"].update(items={"type": "string"}),
        ["numbers[]: type is integer in the class, string in the schema"],
    ),
    (
        "value type differs",
        lambda s: s["properties"]["labels"].update(additionalProperties={"type": "boolean"}),
        ["labels.*: type is string in the class, boolean in the schema"],
    ),
    (
        "values of any type",
        lambda s: s["properties"]["labels"].update(additionalProperties=True),
        ["labels: the schema accepts any value, the class <class 'str'> only"],
    ),
    (
        "nested table open",
        lambda s: s["properties"]["inner"].pop("additionalProperties"),
        ["inner: a table with its own class must be closed in the schema"],
    ),
    (
        "secret not marked",
        lambda s: s["properties"].update(token={"type": "string"}),
        ["token: a secret is both writeOnly in the schema and hidden in the class"],
    ),
    (
        "secret not hidden",
        lambda s: s["properties"]["name"].update(writeOnly=True),
        ["name: a secret is both writeOnly in the schema and hidden in the class"],
    ),
    (
        "credentials incomplete",
        lambda s: s["properties"].update(
            credentials={"type": ["string", "object"], "properties": {"profile": {}}}
        ),
        [
            "credentials.access_key_id: only in the class",
            "credentials.secret_access_key: only in the class",
            "credentials.session_token: only in the class",
        ],
    ),
    (
        "unsupported and there",
        lambda s: s["properties"].update(acl={"type": "string"}),
        ["acl: under x-unsupported, but among the properties too"],
    ),
    (
        "unsupported and unknown",
        lambda s: s["x-unsupported"].update(alc={"reason": "x"}),
        ["alc: under x-unsupported, but there is no such option anywhere"],
    ),
    (
        "unsupported and required",
        lambda s: (
            s["properties"].pop("name"),
            s["required"].remove("name"),
            s["x-unsupported"].update(name={"reason": "x"}),
        ),
        ["name: under x-unsupported, but the class requires it"],
    ),
    (
        "the schema itself is wrong",
        lambda s: s.update(type="list"),
        ["acme: its schema acme/acme.schema.json is not valid at type: "],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "expected"), PLANTED, ids=[p[0] for p in PLANTED])
def test_each_planted_difference_is_found_and_nothing_else(
    what: str, change: Change, expected: list[str]
) -> None:
    schema = copy.deepcopy(good_schema())
    change(schema)
    found = differences(schema)
    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True))


def test_fewer_values_are_fine_with_a_reason_and_more_are_not() -> None:
    schema = good_schema()
    kind = schema["properties"]["inner"]["properties"]["kind"]
    kind.update(enum=["a"], **{"x-reason": "this vendor has only a"})
    assert differences(schema) == []
    kind.update(enum=["c"])
    assert differences(schema) == [
        "inner.kind: values are ['a', 'b'] in the class, ['c'] in the schema"
    ]


def test_text_may_be_narrowed_to_an_enum() -> None:
    schema = good_schema()
    schema["properties"]["name"]["enum"] = ["x", "y"]
    assert differences(schema) == []


def test_options_that_the_host_reads_must_be_there() -> None:
    @frozen(kw_only=True)
    class Few:
        root_path: str = ""

    content = {
        "type": "object",
        "properties": {"root_path": {"$ref": LEAF + "root_path"}},
        "additionalProperties": False,
    }
    assert differences(content, Few) == [
        f"{name}: the host reads it, but the class lacks it"
        for name in ("base_url", "key_strategy", "overrides", "signed_url_expires", "visibility")
    ]


def test_types_that_cannot_be_compared_are_named() -> None:
    @attrs.frozen
    class Odd:
        base_url: complex

    content = {
        "type": "object",
        "properties": {"base_url": {"type": "string"}},
        "required": ["base_url"],
        "additionalProperties": False,
    }
    assert differences(content, Odd)[0] == (
        "base_url: the type <class 'complex'> cannot be compared; use plain types"
    )


def test_a_class_without_attrs_is_named() -> None:
    assert differences(good_schema(), dict) == ["<class 'dict'> is no attrs class"]
