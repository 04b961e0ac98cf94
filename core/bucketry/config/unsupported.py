"""Options that a vendor cannot honour: refused with the reason, or left out with a warning.

A vendor's schema says which: ``x-unsupported`` maps an option, dotted where it is nested, to its
``reason`` and ``mend``; ``x-reason`` beside an ``enum`` tells why there are fewer values than S3's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from bucketry.config.schemas import Schema, at, refusal
from bucketry.config.settings import Fault, Path, Settings


@frozen
class Ignored:
    """An option that is left out, and why."""

    path: Path
    reason: str


def set_aside(settings: Settings, schema: Schema) -> tuple[list[Fault], list[Ignored]]:
    """Take out of `settings` what the vendor cannot honour: as faults, or as ignored options.

    Which of the two, the option `unsupported` decides. An option that is switched off (false, an
    empty table) asks for nothing and is taken out without a word.
    """
    ignore = settings.values.get("unsupported") == "ignore"
    faults, ignored = [], []
    for name, entry in schema.get("x-unsupported", {}).items():
        path: Path = tuple(name.split("."))
        value = settings.get(path)
        if value:
            if ignore:
                ignored.append(Ignored(path, entry["reason"]))
            else:
                faults.append(Fault(settings.origin(path).path, refusal(entry)))
        settings.drop(path)
    if ignore:
        for path, narrowed in _narrowed(schema):
            value = settings.get(path)
            if value is not None and value not in narrowed["enum"]:
                ignored.append(Ignored(path, narrowed["x-reason"]))
                settings.drop(_whole(path, schema))
    return faults, ignored


def _narrowed(schema: Any, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for name, below in properties.items():
        if isinstance(below, dict) and "x-reason" in below and "enum" in below:
            yield (*path, name), below
        yield from _narrowed(below, (*path, name))


def _whole(path: Path, schema: Schema) -> Path:
    """Return the option that must go when the value at `path` does: its table, if that needs it."""
    owner = at(schema, path[:-1]) or {}
    if len(path) > 1 and path[-1] in owner.get("required", ()):
        return path[:-1]
    return path
