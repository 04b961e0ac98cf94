"""Reads schemas: bucketry's own and the vendors', each made self-contained.

Only ``leaves.schema.json`` and the schema itself can be referred to, so nothing is ever fetched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from bucketry.config.settings import Path
from bucketry.errors import PluginError
from bucketry.vendor import SchemaFile, SchemaSource, Vendor

Schema = dict[str, Any]

LEAVES = "leaves.schema.json"
"""What vendors' schemas call the file of shared options."""

OWN_IDS = frozenset({LEAVES, "config.schema.json"})
"""Identifiers that no plugin's schema may take."""

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The dialect of all schemas here: what editors' TOML, JSON and YAML tools understand."""

# Their content is data, not schema.
_DATA = frozenset({"const", "default", "enum", "examples"})

_DEEPEST = 64

_OWN = "bucketry"
"""The distribution whose schemas its own tests prove valid, so that no start has to."""


@cache
def own_schema(name: str) -> Schema:
    """Return one of bucketry's own schemas as it is written."""
    file = SchemaFile(package="bucketry_schemas", path=name)
    schema: Schema = json.loads(file.read_text())
    return schema


@cache
def leaf(name: str) -> Schema:
    """Return one shared leaf, self-contained."""
    schema: Schema = _inlined(own_schema(LEAVES)["$defs"][name], own_schema(LEAVES), _own_fault)
    return schema


def dialect_schema(file: SchemaSource, who: str) -> Schema:
    """Return the schema of a dialect, self-contained; `PluginError` for `who` if it cannot be."""

    def fault(reason: str) -> PluginError:
        return PluginError(who, f"its schema {file} {reason}")

    try:
        written: Schema = json.loads(file.read_text())
    except (OSError, ImportError, ValueError, RecursionError) as error:
        raise fault(f"cannot be read: {type(error).__name__}: {error}") from error
    schema: Schema = _inlined(written, written, fault)
    return schema


def _own_fault(reason: str) -> PluginError:
    return PluginError("bucketry", f"its own schema {reason}")


def read_vendor_schema(vendor: Vendor, distribution: str) -> Schema:
    """Return a vendor's schema as it is written, checked.

    `PluginError`, naming the distribution: unreadable, no JSON, no valid draft-07, an identifier of
    bucketry's own, not one closed object.
    """
    fault = _fault_of(vendor, distribution)
    try:
        schema = json.loads(vendor.schema.read_text())
    except Exception as error:
        raise fault(f"cannot be read: {type(error).__name__}: {error}") from error
    if not isinstance(schema, dict):
        raise fault("is no object")
    if str(schema.get("$schema", DRAFT)).rstrip("#") != DRAFT.rstrip("#"):
        raise fault(f"is not written in draft-07 ({DRAFT})")
    unsupported = schema.get("x-unsupported", {})
    if not isinstance(unsupported, dict) or not all(map(_has_reason, unsupported.values())):
        raise fault("must give every option under x-unsupported its reason")
    taken = sorted(OWN_IDS.intersection(_identifiers(schema)))
    if taken:
        raise fault(f"calls itself {taken[0]!r}, which is bucketry's own; give it another $id")
    return schema


@lru_cache(maxsize=256)
def vendor_schema(vendor: Vendor, distribution: str) -> Schema:
    """Return a vendor's schema, checked and self-contained; see `read_vendor_schema`."""
    fault = _fault_of(vendor, distribution)
    written = read_vendor_schema(vendor, distribution)
    schema: Schema = _inlined(written, written, fault)
    if distribution.partition(" ")[0] != _OWN:
        _check_valid(schema, fault)
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        raise fault('must be one closed object: "type": "object", "additionalProperties": false')
    return schema


def _check_valid(schema: Schema, fault: Callable[[str], PluginError]) -> None:
    from jsonschema import Draft7Validator, SchemaError

    try:
        Draft7Validator.check_schema(schema)
    except SchemaError as error:
        where = "/".join(map(str, error.absolute_path)) or "its root"
        raise fault(f"is not valid at {where}: {error.message}") from None


def _has_reason(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("reason"), str)


def _fault_of(vendor: Vendor, distribution: str) -> Callable[[str], PluginError]:
    who = f"{vendor.name} ({distribution})" if distribution else vendor.name
    return lambda reason: PluginError(who, f"its schema {vendor.schema} {reason}")


def _identifiers(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$id"), str):
            yield node["$id"].removesuffix("#")
        for value in node.values():
            yield from _identifiers(value)
    elif isinstance(node, list):
        for value in node:
            yield from _identifiers(value)


def _inlined(
    node: Any, document: Schema, fault: Callable[[str], PluginError], depth: int = 0
) -> Any:
    """Return `node` with every reference replaced by what it refers to."""
    if depth > _DEEPEST:
        raise fault("is nested too deep, or refers to itself")
    if isinstance(node, list):
        return [_inlined(item, document, fault, depth + 1) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        file, _, pointer = reference.partition("#")
        if file not in ("", LEAVES):
            raise fault(f"refers to {reference!r}; only {LEAVES} and itself can be referred to")
        target = own_schema(LEAVES) if file else document
        return _inlined(_follow(target, pointer, fault), target, fault, depth + 1)
    return {
        name: value if name in _DATA else _inlined(value, document, fault, depth + 1)
        for name, value in node.items()
        if name not in ("$id", "$defs", "definitions")
    }


def _follow(document: Schema, pointer: str, fault: Callable[[str], PluginError]) -> Any:
    node: Any = document
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or part not in node:
            raise fault(f"refers to #{pointer}, which does not exist")
        node = node[part]
    return node


def types(schema: Schema) -> tuple[str, ...]:
    """Return the JSON types that `schema` allows; none when it does not say."""
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def member(schema: Schema | None, name: str | int) -> Schema | None:
    """Return the schema of one member; None where there can be none, ``{}`` for anything."""
    if schema is None:
        return None
    below: Any
    if isinstance(name, int):
        below = schema.get("items", {})
    elif name in schema.get("properties", {}):
        below = schema["properties"][name]
    elif "object" in types(schema) or not types(schema):
        below = schema.get("additionalProperties", {})
    else:
        below = False
    if isinstance(below, bool):
        return {} if below else None
    return below if isinstance(below, dict) else {}


def at(schema: Schema, path: Path) -> Schema | None:
    """Return the schema of the value at `path`."""
    found: Schema | None = schema
    for part in path:
        found = member(found, part)
    return found
