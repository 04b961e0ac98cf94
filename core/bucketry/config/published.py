"""Writes ``config.schema.json``: one self-contained schema of configurations, for editors.

It is made of the envelope and every vendor's schema, chosen by ``if provider == NAME``. It says the
same as the check at run time, plus what an editor needs: a reference to an environment variable is
accepted wherever a single value is, and `errorMessage` carries the reason of a refusal.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from bucketry.config.check import ENTRY, ENVELOPE
from bucketry.config.json_text import json_text
from bucketry.config.schemas import (
    DRAFT,
    LEAVES,
    Schema,
    at,
    leaf,
    own_schema,
    types,
    vendor_schema,
)
from bucketry.config.settings import Path
from bucketry.host.catalog import Catalog
from bucketry.limits import limits_in

_SHOWN = ("title", "description", "default", "examples")
_REFERENCE: Schema = {"$ref": "#/definitions/env_reference"}
_OFF = [False, "", {}]


def build_config_schema(catalog: Catalog) -> Schema:
    """Return the schema of a configuration whose vendors are those of `catalog`.

    `PluginError` if one of them cannot be loaded.
    """
    shared = {name: _for_editors(leaf(name)) for name in own_schema(LEAVES)["$defs"]}
    shared["env_reference"] = _tidy(leaf("env_reference"))
    schema = copy.deepcopy(ENVELOPE)
    vendor_name = {**ENTRY["properties"]["provider"], "enum": catalog.names()}
    entry: Schema = {
        "type": "object",
        "properties": {"provider": _for_editors(vendor_name)},
        "required": ["provider"],
    }
    schema["properties"]["providers"]["additionalProperties"] = entry
    entry["allOf"] = [
        {
            "if": {"properties": {"provider": {"const": name}}, "required": ["provider"]},
            "then": _vendor(catalog, name, shared),
        }
        for name in catalog.names()
    ]
    used = {"env_reference", *_used(entry)}
    definitions = {name: shared[name] for name in sorted(used)}
    return {"$schema": DRAFT, **_tidy(schema), "definitions": definitions}


def published_text(catalog: Catalog) -> str:
    """Return the text of ``config.schema.json``."""
    return json_text(build_config_schema(catalog))


def _vendor(catalog: Catalog, name: str, shared: dict[str, Schema]) -> Schema:
    schema = copy.deepcopy(vendor_schema(catalog.load(name), catalog.distribution(name)))
    schema.pop("$schema", None)
    # What is refused, or narrowed, holds unless `unsupported` says "ignore".
    strict: Schema = {}
    limits = limits_in(schema)
    for dotted, refusal in limits.unsupported.items():
        path: Path = tuple(dotted.split("."))
        _place(schema, path, {"description": str(refusal)})
        _place(strict, path, {"enum": _OFF, "errorMessage": str(refusal)})
    for dotted, narrowing in limits.narrowed.items():
        path = tuple(dotted.split("."))
        option = at(schema, path) or {}
        del option["x-reason"], option["enum"]
        option.setdefault("type", "string")
        only = {"enum": list(narrowing.values), "errorMessage": narrowing.reason}
        _place(strict, path, {"if": {"type": "object"}, "else": only})
    narrowed = {dotted.partition(".")[0] for dotted in limits.narrowed}
    properties: dict[str, Any] = {"provider": {}}
    for option, written in schema["properties"].items():
        accepted = _for_editors(written)
        common = accepted == shared.get(option) or (option in narrowed and option in shared)
        properties[option] = {"$ref": f"#/definitions/{option}"} if common else accepted
    schema["properties"] = properties
    if sets := schema.get("x-one-of"):
        schema["anyOf"] = [{"required": needed} for needed in sets]
    if strict:
        schema["if"] = {
            "properties": {"unsupported": {"const": "ignore"}},
            "required": ["unsupported"],
        }
        schema["else"] = strict
    return schema


def _place(schema: Schema, path: Path, option: Schema) -> None:
    for part in path[:-1]:
        schema = schema.setdefault("properties", {}).setdefault(str(part), {})
    schema.setdefault("properties", {})[str(path[-1])] = option


def _for_editors(schema: Any) -> Any:
    """Return `schema` with references to environment variables accepted for single values."""
    if not isinstance(schema, dict):
        return schema
    inner = dict(schema)
    if "properties" in inner:
        inner["properties"] = {
            option: _for_editors(below) for option, below in inner["properties"].items()
        }
    for name in ("additionalProperties", "items"):
        if name in inner:
            inner[name] = _for_editors(inner[name])
    inner = _tidy(inner)
    kinds = types(schema)
    if not kinds and "enum" not in schema and "const" not in schema:
        return inner
    if kinds in (("object",), ("array",)):
        return inner
    reference = {"type": "object", "required": ["env"]} if "object" in kinds else {"type": "object"}
    shown = {name: inner.pop(name) for name in _SHOWN if name in inner}
    return {**shown, "if": reference, "then": _REFERENCE, "else": inner}


def _tidy(schema: Any) -> Any:
    """Return `schema` with our own keywords told in the words that editors know."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {}
    for name, value in schema.items():
        if name == "properties":
            tidy[name] = {option: _tidy(below) for option, below in value.items()}
        elif name in ("default", "enum", "const", "examples"):
            tidy[name] = value
        elif name in ("x-message", "x-reason"):
            tidy["errorMessage"] = value
        elif not name.startswith("x-"):
            tidy[name] = _tidy(value)
    return tidy


def _used(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for value in schema.values():
            yield from _used(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _used(value)
