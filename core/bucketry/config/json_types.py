"""What a configuration may hold, and how much of it, whatever it was read from."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bucketry.config.settings import Fault, Path
from bucketry.model import Secret
from bucketry.texts import plain

MAX_CHARACTERS = 64 * 1024
"""Most text in a configuration; a file has no more bytes."""

MAX_DEPTH = 32
"""Deepest nesting of tables and lists."""

MAX_VALUES = 10_000
"""Most values in a configuration; YAML's aliases could make billions out of a few lines."""

TOO_DEEP = f"nested deeper than {MAX_DEPTH} tables and lists"
TOO_LARGE = "more than a configuration can need; is it one?"

# A header or a URL made from such a value would be cut or split by it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class TooLarge(Exception):
    """There are too many values, or too much text in them."""


def json_types(data: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return `data` in JSON's own types, and what in it has no place in a configuration.

    Tuples count as lists, `pathlib` paths and `Secret` as text. `TooLarge` beyond the limits.
    """
    reader = _Reader()
    table: dict[str, Any] = reader.table(data, ())
    return table, reader.faults


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._values = MAX_VALUES
        self._characters = MAX_CHARACTERS

    def table(self, data: Mapping[Any, Any], path: Path) -> dict[str, Any]:
        table = {}
        for name, item in data.items():
            if not isinstance(name, str):
                self.faults.append(Fault(path, f"a name must be text, not {kind_of(name)}"))
                continue
            name = plain(name)
            if fault := text_fault(name):
                self.faults.append(Fault(path, f"a name in here {fault}"))
            else:
                self._spend(len(name))
                table[name] = self._value(item, (*path, name))
        return table

    def _value(self, value: Any, path: Path) -> Any:
        self._spend(0)
        if len(path) > MAX_DEPTH:
            self.faults.append(Fault(path[:MAX_DEPTH], TOO_DEEP))
            return None
        if isinstance(value, Secret):
            value = value.reveal()
        elif isinstance(value, os.PathLike):
            with suppress(Exception):  # what is no path after all is told below
                value = os.fspath(value)
        if isinstance(value, str):
            value = plain(value)  # without the class of an Enum
            self._spend(len(value))
            fault = text_fault(value)
            if fault:
                self.faults.append(Fault(path, fault))
            return value
        if isinstance(value, Mapping):
            return self.table(value, path)
        if isinstance(value, list | tuple):
            return [self._value(item, (*path, number)) for number, item in enumerate(value)]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float) and math.isfinite(value):
            return value
        wanted = "text, a number, true or false, a list or a table"
        self.faults.append(Fault(path, f"must be {wanted}, not {kind_of(value)}"))
        return None

    def _spend(self, characters: int) -> None:
        self._values -= 1
        self._characters -= characters
        if self._values < 0 or self._characters < 0:
            raise TooLarge


def text_fault(text: str) -> str | None:
    """Return what makes `text` unusable in a header or a URL, or None."""
    if _CONTROL.search(text):
        return "has a control character, such as a line end"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "has half a character (a lone surrogate)"
    return None


def kind_of(value: object) -> str:
    """Return what `value` is, for messages."""
    match value:
        case None:
            return "nothing"
        case str():
            return "text"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case float():
            return "a number" if math.isfinite(value) else "infinity or no number at all"
        case list():
            return "a list"
        case bytes():
            return "bytes"
        case _:
            return f"a {type(value).__name__}"
