"""What bucketry accepts of a vendor's schema, and that nothing outside of it is ever read."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

import bucketry
from bucketry import PluginError, SchemaFile
from bucketry.config import check_config
from bucketry.config.schemas import at, leaf, member, own_schema, types, vendor_schema
from config.fakes import acme_schema, make_catalog, make_vendor

BASE: dict[str, Any] = {"provider": "acme", "bucket": "media", "credentials": "ambient"}


def changed(**changes: Any) -> dict[str, Any]:
    return {**acme_schema(), **changes}


def with_region(schema: Any) -> dict[str, Any]:
    content = acme_schema()
    content["properties"]["region"] = schema
    return content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not json", "cannot be read: JSONDecodeError"),
        ("[" * 100_000, "cannot be read: RecursionError"),
        ([], "is no object"),
        (changed(type="nonsense"), "is not valid at type: 'nonsense' is not valid"),
        (with_region({"pattern": "["}), "is not valid at "),
        (
            changed(**{"$schema": "https://json-schema.org/draft/2020-12/schema"}),
            "is not written in draft-07",
        ),
        (changed(**{"$schema": 7}), "is not written in draft-07"),
        (
            changed(**{"$id": "leaves.schema.json"}),
            "calls itself 'leaves.schema.json', which is bucketry's own; give it another $id",
        ),
        (
            with_region({"$id": "config.schema.json#", "type": "string"}),
            "calls itself 'config.schema.json', which is bucketry's own",
        ),
        (changed(additionalProperties=True), "must be one closed object"),
        (changed(type="array"), "must be one closed object"),
        (
            with_region({"$ref": "http://127.0.0.1:9/leaves.schema.json#/$defs/region"}),
            "refers to 'http://127.0.0.1:9/leaves.schema.json#/$defs/region'; "
            "only leaves.schema.json and itself can be referred to",
        ),
        (
            with_region({"$ref": "leaves.schema.json#/$defs/regoin"}),
            "refers to #/$defs/regoin, which does not exist",
        ),
        (changed(**{"x-unsupported": []}), "must give every option under x-unsupported its"),
        (changed(**{"x-unsupported": {"acl": {"hint": "x"}}}), "must give every option under"),
        (with_region({"$ref": "#"}), "is nested too deep, or refers to itself"),
    ],
)
def test_a_bad_schema_is_the_plugin_s_fault_and_names_it(content: Any, reason: str) -> None:
    vendor = make_vendor(content=content)
    with pytest.raises(PluginError) as error:
        vendor_schema(vendor, "acme-storage 1.2")
    expected = f"acme (acme-storage 1.2): its schema acme/acme.schema.json {reason}"
    assert str(error.value).startswith(expected)


def test_a_schema_file_that_is_not_there_names_the_plugin() -> None:
    for package in ("bucketry_schemas", "no_such_package"):
        vendor = make_vendor(schema=SchemaFile(package=package, path="vendors/nobody.json"))
        with pytest.raises(PluginError, match=f"acme: its schema {package}/vendors/nobody.json"):
            vendor_schema(vendor, "")


def test_opening_raises_it_and_checking_lists_it() -> None:
    catalog = make_catalog(make_vendor(content=changed(type="nonsense")))
    with pytest.raises(PluginError, match="not valid at type"):
        bucketry.open_provider(BASE, catalog=catalog, environ={})
    data = {"providers": {"a": BASE, "b": {"provider": "nobody"}}}
    problems = check_config(data, catalog=catalog, environ={})
    assert [problem.path for problem in problems] == [
        "providers.a.provider",
        "providers.b.provider",
    ]
    assert "its schema acme/acme.schema.json is not valid at type" in problems[0].sentence


def test_no_network_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    content = with_region({"$ref": "https://example.com/region.json"})
    for schema in (content, changed(**{"$id": "https://example.com/acme.schema.json"})):
        catalog = make_catalog(make_vendor(content=schema))
        check_config(BASE, catalog=catalog, environ={})
        check_config({**BASE, "bucket": 1, "zzz": 2}, catalog=catalog, environ={})


def test_a_schema_may_have_an_address_and_definitions_of_its_own() -> None:
    content = with_region({"$ref": "#/definitions/place"})
    content |= {"$id": "https://example.com/acme.schema.json"}
    content |= {"definitions": {"place": {"type": "string", "enum": ["here", "there"]}}}
    catalog = make_catalog(make_vendor(content=content))
    problems = check_config({**BASE, "region": "her"}, catalog=catalog, environ={})
    assert [str(problem) for problem in problems] == [
        "region: must be one of here, there; did you mean here?"
    ]


def test_a_schema_may_name_the_provider_itself() -> None:
    content = acme_schema()
    content["properties"]["provider"] = {"const": "acme"}
    content["required"].append("provider")
    catalog = make_catalog(make_vendor(content=content))
    assert bucketry.open_provider(BASE, catalog=catalog, environ={}).vendor.name == "acme"


def test_names_that_a_pattern_allows_are_known() -> None:
    content = acme_schema()
    content["patternProperties"] = {"^x_": {"type": "integer"}}
    catalog = make_catalog(make_vendor(content=content))
    problems = check_config({**BASE, "x_a": "1", "y_a": 1}, catalog=catalog, environ={})
    assert [str(problem) for problem in problems] == [
        "x_a: must be a whole number",
        "y_a: unknown option 'y_a'",
    ]


def test_rules_that_have_no_sentence_of_their_own_are_named() -> None:
    content = with_region({"type": "string", "allOf": [{"format": "x"}], "minLength": 2})
    content["properties"]["deadline"] = {"type": "integer", "multipleOf": 7}
    content["properties"]["account_id"] = {"oneOf": [{"const": "a"}, {"const": "b"}]}
    content["properties"]["overrides"] = {"type": "array", "uniqueItems": True, "maxItems": 1}
    content["properties"]["tags"] = {"type": "object", "minProperties": 2}
    content["properties"]["ca_bundle"] = {"const": "x"}
    content["dependencies"] = {"root_path": ["region"]}
    catalog = make_catalog(make_vendor(content=content))
    wrong = {
        "deadline": 8,
        "account_id": "canary",
        "overrides": ["a", "a"],
        "tags": {"a": "b"},
        "ca_bundle": "canary",
        "root_path": "canary",
    }
    problems = check_config({**BASE, **wrong}, catalog=catalog, environ={})
    assert [str(problem) for problem in problems] == [
        "does not follow the rule 'dependencies' of the vendor's schema",
        "deadline: does not follow the rule 'multipleOf' of the vendor's schema",
        "account_id: does not follow the rule 'oneOf' of the vendor's schema",
        "overrides: must have at most 1 entries",
        "overrides: must not have the same entry twice",
        "tags: must have at least 2 entries",
        "ca_bundle: must be x",
    ]


# -- a schema and a class that disagree -------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 5),
        ({"type": "object"}, {"canary": "canary"}),
        ({"type": ["string", "boolean"]}, True),
    ],
)
def test_what_the_class_refuses_after_the_schema_is_the_plugin_s_fault(
    schema: dict[str, Any], value: Any
) -> None:
    catalog = make_catalog(make_vendor(content=with_region(schema)))
    with pytest.raises(PluginError) as error:
        bucketry.open_provider({**BASE, "region": value}, catalog=catalog, environ={})
    assert str(error.value) == (
        "acme (unknown distribution): its schema accepts what its options class refuses at "
        "region; this is a fault of the plugin, please report it to its authors"
    )


def test_an_option_that_only_the_schema_knows_is_the_plugin_s_fault() -> None:
    content = acme_schema()
    content["properties"]["extra"] = {"type": "string"}
    catalog = make_catalog(make_vendor(content=content))
    with pytest.raises(PluginError, match="please report it to its authors"):
        bucketry.open_provider({**BASE, "extra": "canary"}, catalog=catalog, environ={})


def _quits(options: Any) -> Any:
    raise SystemExit(options.bucket)


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ({"check": lambda options: int(options.bucket)}, "ValueError"),
        ({"check": _quits}, "SystemExit"),
        ({"slips": lambda options: [("bucket", len(options.bucket))]}, "TypeError"),
        ({"capabilities_for": lambda able, _: able, "limits": lambda _: None}, "TypeError"),
    ],
)
def test_a_check_that_fails_is_the_plugin_s_fault_and_tells_no_values(
    part: dict[str, Any], error: str
) -> None:
    catalog = make_catalog(make_vendor(**part))
    with pytest.raises(PluginError) as caught:
        bucketry.open_provider({**BASE, "bucket": "canary"}, catalog=catalog, environ={})
    assert f"its check of the options failed with {error} in " in str(caught.value)
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


# -- walking in a schema ----------------------------------------------------------------------


def test_walking_tells_unknown_from_anything() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"type": "integer"}}, "b": True, "c": False},
        "additionalProperties": False,
    }
    assert at(schema, ("a", 3)) == {"type": "integer"}
    assert member(schema, "b") == {}
    assert member(schema, "c") is None
    assert member(schema, "d") is None
    assert member({"type": "string"}, "x") is None
    assert member({}, "x") == {}
    assert types({"type": ["string", "null"]}) == ("string", "null")


def test_every_leaf_is_self_contained_and_explained() -> None:
    for name in own_schema("leaves.schema.json")["$defs"]:
        found = leaf(name)
        assert "$ref" not in json.dumps(found), name
        assert found["title"], name
        assert found["description"].endswith("."), name
        assert "examples" in found or "default" in found, name
