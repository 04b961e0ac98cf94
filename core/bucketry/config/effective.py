"""The effective configuration of a provider: every option, its value, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs
from attrs import frozen

from bucketry.config.load import Document
from bucketry.config.schemas import member
from bucketry.config.settings import Path, dotted
from bucketry.config.validate import Validated
from bucketry.model import AmbientCredentials, Secret

Source = Literal["written", "environment", "derived", "default"]
"""``written`` in the configuration; read from an ``environment`` variable; ``derived`` from what
stands there in a dialect; the vendor's or bucketry's ``default``."""


@frozen(kw_only=True)
class Effective:
    """One option as it holds.

    Attributes:
        path: its dotted name (``multipart.part_size``).
        value: its value in text, ``***`` for a secret.
        source: where the value comes from.
        origin: the same for people: ``bucketry.toml:7:3``, ``the environment variable R2_KEY
            (bucketry.toml:7:3)``, ``default``.
    """

    path: str
    value: str
    source: Source
    origin: str


def effective(validated: Validated, document: Document) -> list[Effective]:
    """Return every option of a validated provider in the order of its class; ignored ones last."""
    rows = [
        _row(path, value, validated, document)
        for path, value in _leaves(validated.options, (), validated.schema)
    ]
    for ignored in validated.ignored:
        rows.append(
            Effective(
                path=dotted(ignored.path),
                value="left out",
                source="written",
                origin=f"{_place(ignored.path, validated, document)}; {ignored.reason}",
            )
        )
    return rows


def _leaves(value: Any, path: Path, schema: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Secret) or (schema or {}).get("writeOnly"):
        yield path, "not set" if value is None else "***"
    elif isinstance(value, AmbientCredentials):
        yield path, f"profile {value.profile}" if value.profile else "ambient"
    elif attrs.has(type(value)):
        for option in attrs.fields(type(value)):
            below = (*path, option.name)
            yield from _leaves(getattr(value, option.name), below, member(schema, option.name))
    elif isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _leaves(item, (*path, name), member(schema, name))
    else:
        yield path, _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return "not set"
        case bool():
            return "true" if value else "false"
        case tuple() | list():
            return ", ".join(map(_text, value)) or "none"
        case Mapping():
            return "none"
        case _:
            return str(value)


def _row(path: Path, value: str, validated: Validated, document: Document) -> Effective:
    source: Source = "default"
    given = validated.settings.get(path) is not None
    # A table that is written as one word, such as credentials = "ambient", is one option.
    owner = next(
        (path[:n] for n in range(1, len(path)) if _is_word(validated.settings.get(path[:n]))), None
    )
    where = path if given else owner
    if where is None:
        return Effective(path=dotted(path), value=value, source=source, origin="default")
    origin = validated.settings.origin(where)
    source = "derived" if origin.derived else "environment" if origin.variable else "written"
    return Effective(
        path=dotted(path), value=value, source=source, origin=_place(where, validated, document)
    )


def _is_word(value: Any) -> bool:
    return value is not None and not isinstance(value, dict)


def _place(path: Path, validated: Validated, document: Document) -> str:
    origin = validated.settings.origin(path)
    line, column = document.place(origin.path)
    place = f"{document.file}:{line}:{column}" if document.file else dotted(origin.path)
    if origin.derived:
        return f"follows from {place}"
    if origin.variable:
        return f"{origin.told_variable} ({place})"
    return place
