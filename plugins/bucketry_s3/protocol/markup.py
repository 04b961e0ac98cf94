"""S3's XML, both ways: documents are read and written by their shape.

A shape names the members of a document as boto3 does. What it does not name is left out when read.
Entities, document types and deep nesting are no part of S3's documents and refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal
from xml.parsers import expat
from xml.sax.saxutils import escape

from attrs import Factory, field, frozen

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

MAX_DEPTH = 16
"""Levels of a document; S3's have seven at most."""

Leaf = Literal["text", "integer", "boolean", "time", "xsi:type"]
"""A time is written as HTTP dates are; ``xsi:type`` is an attribute, as ACLs have it."""


class Misread(ValueError):
    """A document or header that no S3 server sends."""


@frozen
class Many:
    """A list: `tag` around each entry, and `inside` around all of them, if anything."""

    tag: str
    of: Struct | Leaf
    inside: str = ""


@frozen
class Struct:
    """An element with members; each has its own name as tag, a list that of its entries."""

    members: Mapping[str, Kind]
    by_tag: Mapping[str, tuple[str, Kind]] = field(
        default=Factory(lambda self: _by_tag(self.members), takes_self=True),
        init=False, repr=False, eq=False,
    )  # fmt: skip


Kind = Leaf | Struct | Many


def _by_tag(members: Mapping[str, Kind]) -> dict[str, tuple[str, Kind]]:
    return {
        (kind.inside or kind.tag) if isinstance(kind, Many) else name: (name, kind)
        for name, kind in members.items()
    }


@frozen
class Element:
    """An element as it was read: its local name, its text, its children, its ``xsi:type``."""

    tag: str
    children: list[Element] = field(factory=list)
    pieces: list[str] = field(factory=list)
    kind: str = ""

    @property
    def text(self) -> str:
        """All characters between its tags."""
        return "".join(self.pieces)


def read_element(document: bytes) -> Element:
    """Return the root of a document. Raises `Misread` for what is no document of S3's."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    open_elements = [Element("")]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if len(open_elements) > MAX_DEPTH:
            raise Misread("its elements are nested too deeply")
        kind = next((v for n, v in attributes.items() if n.endswith(" type")), "")
        element = Element(name.rpartition(" ")[2], kind=kind)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def refuse(*_: object) -> None:
        raise Misread("it declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = lambda text: open_elements[-1].pieces.append(text)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, Misread):
            raise
        raise Misread(f"it is no XML ({error})") from None
    return open_elements[0].children[0]


def read_members(element: Element, shape: Struct) -> dict[str, Any]:
    """Return the members that are there. Raises `Misread` for a value of another kind."""
    found: dict[str, Any] = {}
    if element.kind and "Type" in shape.members:
        found["Type"] = element.kind
    for child in element.children:
        if child.tag not in shape.by_tag:
            continue
        name, kind = shape.by_tag[child.tag]
        if isinstance(kind, Many):
            entries = found.setdefault(name, [])
            for entry in child.children if kind.inside else (child,):
                entries.append(_read(entry, kind.of))
        else:
            value = _read(child, kind)
            if value is not None:
                found[name] = value
    return found


def _read(element: Element, kind: Leaf | Struct) -> Any:
    if isinstance(kind, Struct):
        return read_members(element, kind)
    text = "".join(element.pieces)
    return text if kind == "text" else READERS[kind](text)


def write_document(root: str, shape: Struct, members: Mapping[str, Any]) -> bytes:
    """Return the document of these members, which are of the shape."""
    pieces = _written(root, shape, members, f' xmlns="{NAMESPACE}"')
    return "".join(pieces).encode()


def _written(tag: str, kind: Leaf | Struct, value: Any, attributes: str = "") -> Iterator[str]:
    if not isinstance(kind, Struct):
        yield f"<{tag}>{_escaped(WRITERS[kind](value))}</{tag}>"
        return
    if kind.members.get("Type") == "xsi:type":
        attributes += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        attributes += f' xsi:type="{_escaped(value["Type"])}"'
    yield f"<{tag}{attributes}>"
    for name, inner in value.items():
        what = kind.members[name]
        if isinstance(what, Many):
            yield f"<{what.inside}>" if what.inside else ""
            for entry in inner:
                yield from _written(what.tag, what.of, entry)
            yield f"</{what.inside}>" if what.inside else ""
        elif what != "xsi:type":
            yield from _written(name, what, inner)
    yield f"</{tag}>"


def _escaped(text: str) -> str:
    # A line break that is not escaped is another one, or a blank, when it arrives.
    return escape(text, {"\r": "&#xD;", "\n": "&#xA;", '"': "&quot;"})


def read_integer(text: str) -> int:
    """Return a number of digits alone. Raises `Misread` for all that Python takes besides."""
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise Misread(f"{text[:40]!a} is no number")
    return int(text)


def read_boolean(text: str) -> bool:
    """Return ``true`` or ``false``. Raises `Misread` for anything else."""
    if text not in ("true", "false"):
        raise Misread(f"{text[:40]!a} is neither true nor false")
    return text == "true"


def read_time(text: str) -> datetime | None:
    """Return a time with its zone, UTC where none is named; None for what is no time.

    It only informs, and no operation may fail for it.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        try:
            time = parsedate_to_datetime(text)
        except ValueError:
            return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def http_date(value: datetime) -> str:
    """Return the time as HTTP headers have it."""
    return format_datetime(value.astimezone(UTC).replace(microsecond=0), usegmt=True)


READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "integer": lambda text: read_integer(text.strip()),
    "boolean": lambda text: read_boolean(text.strip()),
    "time": lambda text: read_time(text.strip()),
}
"""How a leaf's text becomes a value, by its kind."""

WRITERS: Mapping[str, Callable[[Any], str]] = {
    "text": str,
    "integer": str,
    "boolean": lambda value: "true" if value else "false",
    "time": http_date,
}
"""How a leaf's value becomes text, by its kind."""
