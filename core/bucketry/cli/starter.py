"""The text of a first configuration, made from a vendor's schema."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from bucketry.config import check_config
from bucketry.config.schemas import Schema, vendor_schema
from bucketry.host.catalog import Catalog
from bucketry.vendor import Vendor

_WIDTH = 96
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@frozen
class Starter:
    """A first configuration: its `text`, the options to `edit` and the `variables` to set."""

    text: str
    edit: list[str] = field(factory=list)
    variables: list[str] = field(factory=list)


def starter(vendor: Vendor, catalog: Catalog, provider_name: str) -> Starter:
    """Return a first configuration for `vendor`, with every option and what it means.

    What must be there is filled in with examples and environment variables, the rest is commented
    out. What a vendor needs beyond its schema's required options, its own check says: the text is
    checked, and what is missing is filled in too.
    """
    schema = vendor_schema(vendor, catalog.distribution(vendor.name))
    options: Schema = schema["properties"]
    written = list(schema.get("required", []))
    while True:
        values = {name: _example(options[name], vendor.name) for name in written}
        problems = check_config(
            {"provider": vendor.name, **values},
            catalog=catalog,
            environ=dict.fromkeys(_variables(values), "x" * 40),
        )
        missing = [p.path for p in problems if p.path in options and p.path not in written]
        if not missing:
            break
        written += missing
    head = [
        f"# {vendor.title}: {vendor.docs_url}",
        *_comment(vendor.summary),
        f"default = {toml(provider_name)}",
        "",
        f"[providers.{provider_name}]",
        f"provider = {toml(vendor.name)}",
    ]
    needed = []
    for name in written:
        line = f"{_key(name)} = {toml(values[name])}"
        needed += ["", *_comment(options[name].get("description", "")), line]
    rest = []
    for name, option in options.items():
        if name not in written:
            line = f"# {_key(name)} = {_shown(option, vendor.name)}"
            rest += ["", *_comment(option.get("description", "")), line]
    lines = [*head, *needed, "", "# -- optional " + "-" * 60, *rest]
    return Starter(
        text="\n".join(lines) + "\n",
        edit=[name for name in written if not list(_variables(values[name]))],
        variables=list(_variables(values)),
    )


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _example(option: Schema, vendor: str) -> Any:
    """Return a value to begin with; variables in it are named after the vendor."""
    if option.get("examples"):
        example = option["examples"][0]
    elif "enum" in option:
        example = option["enum"][0]
    else:
        example = option.get("default", "...")
    return _renamed(example, vendor)


def _shown(option: Schema, vendor: str) -> str:
    """Return what stands behind a commented option: its default, or else an example."""
    if "default" in option:
        return toml(option["default"])
    return f"{toml(_example(option, vendor))}  # an example"


def _renamed(value: Any, vendor: str) -> Any:
    if not isinstance(value, dict):
        return value
    if "env" in value:
        suffix = value["env"].partition("_")[2]
        return {**value, "env": f"{re.sub('[^A-Za-z0-9]', '_', vendor).upper()}_{suffix}"}
    return {name: _renamed(inner, vendor) for name, inner in value.items()}


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "env" in value:
            yield value["env"]
        else:
            for inner in value.values():
                yield from _variables(inner)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name)


def toml(value: Any) -> str:
    """Return a value of a JSON Schema as TOML, on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(name)} = {toml(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    # Texts, numbers, true and false look the same in both.
    return json.dumps(value, ensure_ascii=False)
