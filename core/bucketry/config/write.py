"""Writes settings as a flat TOML configuration, without any secret in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

from bucketry.config.schemas import Schema, member
from bucketry.config.settings import Path, dotted
from bucketry.config.validate import Validated


def to_toml(providers: Mapping[str, Validated], default: str | None) -> str:
    """Return the text of a `bucketry.toml` with the same meaning.

    References to environment variables stay references. A secret that was written out becomes a
    reference too, with a comment that says so.
    """
    lines = [f"default = {_text(default)}", ""] if default is not None else []
    taken: set[str] = set()
    for name, validated in providers.items():
        lines += [f"[providers.{_name(name)}]", *_Table(name, validated, taken).lines(), ""]
    return "\n".join(lines)


class _Table:
    def __init__(self, name: str, validated: Validated, taken: set[str]) -> None:
        """`taken` are the variables that other secrets are put into."""
        self._name = name
        self._validated = validated
        self._taken = taken

    def lines(self) -> list[str]:
        validated = self._validated
        lines = [
            f"# Left out: {dotted(ignored.path)}. {ignored.reason}" for ignored in validated.ignored
        ]
        lines += [f"# {dotted(hint.path)}: {hint.sentence}" for hint in validated.hints]
        lines += self._line(("provider",), validated.vendor.name, {})
        for option in attrs.fields(validated.vendor.options):
            value = validated.settings.values.get(option.name)
            if value is not None:
                lines += self._line((option.name,), value, member(validated.schema, option.name))
        return lines

    def _line(self, path: Path, value: Any, schema: Schema | None) -> list[str]:
        comments: list[str] = []
        line = f"{dotted(path)} = {self._value(path, value, schema, comments)}"
        origin = self._validated.settings.origin(path)
        if origin.derived:
            line += f"  # follows from {dotted(origin.path)}"
        return [*comments, line]

    def _value(self, path: Path, value: Any, schema: Schema | None, comments: list[str]) -> str:
        origin = self._validated.settings.origin(path)
        secret = bool((schema or {}).get("writeOnly"))
        if origin.reference and not origin.derived:
            parts = {name: _scalar(part) for name, part in origin.reference.items()}
            if secret and parts.pop("default", ""):
                comments.append(
                    f"# {origin.variable} had a default, which is a secret too; it is left out."
                )
            return _inline(parts)
        if secret:
            variable = self._variable(path[-1])
            comments.append(f"# Was written out; put it into the environment variable {variable}.")
            return _inline({"env": _text(variable)})
        if isinstance(value, dict):
            return _inline(
                {
                    name: self._value((*path, name), item, member(schema, name), comments)
                    for name, item in value.items()
                    if item is not None
                }
            )
        if isinstance(value, list):
            items = [
                self._value((*path, number), item, member(schema, number), comments)
                for number, item in enumerate(value)
            ]
            return f"[{', '.join(items)}]"
        return _scalar(value)

    def _variable(self, option: str | int) -> str:
        """Return the name of a variable that no other secret has."""
        name = re.sub(r"\W", "_", f"{self._name}_{option}").upper()
        name = f"_{name}" if name[0].isdigit() else name
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _scalar(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _inline(parts: Mapping[str, str]) -> str:
    inside = ", ".join(f"{_name(name)} = {part}" for name, part in parts.items())
    return f"{{ {inside} }}" if inside else "{}"


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(text: str) -> str:
    # A JSON string is a TOML basic string, once nothing in it needs an escape that TOML lacks.
    return json.dumps(text, ensure_ascii=False)
