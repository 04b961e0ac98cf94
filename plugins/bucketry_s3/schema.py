"""The JSON Schema of an S3 vendor's configuration, made from its page.

Flat, closed and draft-07, which editors know for TOML and YAML too. Keywords of our own
explain: ``x-unsupported`` holds options that are not there, with reason and hint; ``x-reason`` says
why an option's values are fewer than S3's. ``x-one-of`` holds sets of options of which one is to
be there, for editors: a check of the finished options says it better. Other tools ignore them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
from attrs import frozen

from bucketry import SchemaFile, Vendor
from bucketry.limits import Limits, Narrowing
from bucketry_s3.options import S3Options

LEAVES = "leaves.schema.json#/$defs/"
"""Where the options' common definitions are, seen from any vendor's schema."""


@frozen(eq=False)
class PageSchema:
    """A vendor's schema that `build` makes when it is read.

    `own` is the file that a plugin brings for its own options, if it does.
    """

    build: Callable[[], dict[str, Any]]
    own: SchemaFile | None = None

    def read_text(self) -> str:
        """Return the schema's text."""
        return json.dumps(self.build(), indent=2, ensure_ascii=False) + "\n"

    def __str__(self) -> str:
        return str(self.own) if self.own else "made from its page"


def build_schema(
    title: str,
    description: str,
    options: type[Any],
    limits: Limits,
    own: SchemaFile | None = None,
    one_of: Sequence[Sequence[str]] = (),
) -> dict[str, Any]:
    """Return the flat closed schema of a vendor's configuration.

    An option is a reference to its common definition, narrowed where `limits` say so, or what its
    field brings in ``metadata={"schema": {...}}``. `own` is a schema file that a plugin brings: it
    is heeded for the options that the plugin's class adds or declares anew, never for the family's,
    which a later release may have more of. Of the sets of options in `one_of` one is to be there.
    """
    told: dict[str, Any] = json.loads(own.read_text()) if own else {}
    properties: dict[str, Any] = {}
    required = []
    unsupported = {
        option: {"reason": refusal.reason, "hint": refusal.hint}
        for option, refusal in limits.unsupported.items()
    }
    added = {option.name for option in own_options(options)}
    for option in attrs.fields(options):
        name = option.name
        if name in added and name in told.get("x-unsupported", {}):
            unsupported[name] = told["x-unsupported"][name]
        elif name in added and name in told.get("properties", {}):
            properties[name] = told["properties"][name]
        elif name not in limits.unsupported:
            properties[name] = _property(option, limits)
        if option.default is attrs.NOTHING:
            required.append(name)
    return {
        **told,
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "description": description,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        "x-unsupported": unsupported,
        **({"x-one-of": one_of} if one_of else {}),
    }


def own_options(options: type[Any]) -> list[attrs.Attribute[Any]]:
    """Return the options that a vendor's class adds to the family's, or declares anew."""
    own = [kind for kind in options.__mro__ if attrs.has(kind) and not issubclass(S3Options, kind)]
    # Inherited from the family is what no class below it says.
    said = {one.name for kind in own for one in attrs.fields(kind) if not one.inherited}
    return [option for option in attrs.fields(options) if option.name in said]


def _property(option: attrs.Attribute[Any], limits: Limits) -> dict[str, Any]:
    own: dict[str, Any] | None = option.metadata.get("schema")
    for path, narrowing in limits.narrowed.items():
        name, _, below = path.partition(".")
        if name == option.name:
            return _narrowed(own or leaves()[name], below, narrowing)
    return own or {"$ref": LEAVES + option.name}


def _narrowed(schema: Mapping[str, Any], below: str, narrowing: Narrowing) -> dict[str, Any]:
    """Write an option out with fewer values, or with fewer of the one `below` it."""
    if below:
        member = _narrowed(schema["properties"][below], "", narrowing)
        return {**schema, "properties": {**schema["properties"], below: member}}
    free_text = ("pattern", "x-message")
    kept = {name: value for name, value in schema.items() if name not in free_text}
    return {
        **kept,
        "enum": list(narrowing.values),
        "examples": [narrowing.values[0]],
        "x-reason": narrowing.reason,
    }


@cache
def leaves() -> Mapping[str, Any]:
    """Return the options' common definitions by name."""
    text = SchemaFile(package="bucketry_schemas", path="leaves.schema.json").read_text()
    definitions: Mapping[str, Any] = json.loads(text)["$defs"]
    return definitions


def schema_text(vendor: Vendor) -> str:
    """Return the text of a vendor's schema."""
    return vendor.schema.read_text()
