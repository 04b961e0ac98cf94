"""S3's XML, both ways: documents are read and written by their shape.

A shape names the members of a document as boto3 does. What it does not name is left out when read.
Entities, document types and deep nesting are no part of S3's documents and refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal, cast
from xml.etree import ElementTree

from attrs import Factory, field, frozen

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

SPECIAL = re.compile(r'[&<>"\r\n]')

# A line break that is not escaped is another one, or a blank, when it arrives.
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;", "\n": "&#xA;"}
)

# The one form that HTTP's senders may use (RFC 9110, section 5.6.7). Others are read, too.
_http_date = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([1-9][0-9]{3}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
).fullmatch

_MONTHS = {
    **{"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6},
    **{"Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12},
}

MAX_DEPTH = 16
"""Levels of a document; S3's have seven at most."""

MAX_TAGS = 50_000
"""Tags of a document, those that end elements included; the fullest page of S3's has 30,000."""

_MAX_QUOTES = 200_000
"""Quotes in a document: each attribute has two, and S3's documents hardly any attributes."""

Leaf = Literal["text", "integer", "boolean", "time", "iso-time", "xsi:type"]
"""A time is written as HTTP dates are, an ``iso-time`` by ISO 8601; ``xsi:type`` is an attribute,
as ACLs have it."""

OTHERS = "(others)"
"""The member that holds, as XML, what a document has beside the members that its shape names."""


class Written(bytes):
    """A document that stands already as it is sent, in place of what it would be made of."""


class Misread(ValueError):
    """A document or header that no S3 server sends."""


@frozen(eq=False)
class Many:
    """A list: `tag` around each entry, and `inside` around all of them, if anything."""

    tag: str
    of: Struct | Leaf
    inside: str = ""


@frozen(eq=False)
class Struct:
    """An element with members; each has its own name as tag, a list that of its entries.

    With `keeps`, elements that no member names are kept under `OTHERS` and written again: what is
    read to be changed must not lose what a vendor, or a later S3, has put into it. `by_tag` has
    each tag twice, with S3's namespace and without.
    """

    members: Mapping[str, Kind]
    keeps: bool = False
    by_tag: Mapping[str, tuple[str, Kind, Callable[[Element], Any]]] = field(
        default=Factory(lambda self: _by_tag(self.members), takes_self=True),
        init=False, repr=False, eq=False,
    )  # fmt: skip


Kind = Leaf | Struct | Many


def _by_tag(
    members: Mapping[str, Kind],
) -> dict[str, tuple[str, Kind, Callable[[Element], Any]]]:
    by_name: dict[str, tuple[str, Kind, Callable[[Element], Any]]] = {
        (kind.inside or kind.tag) if isinstance(kind, Many) else name: (
            name, kind, _reader(kind.of if isinstance(kind, Many) else kind)
        )
        for name, kind in members.items()
        if kind != "xsi:type"
    }  # fmt: skip
    return by_name | {f"{{{NAMESPACE}}}{tag}": told for tag, told in by_name.items()}


Element = ElementTree.Element
"""An element as it was read, its namespace in the tag."""


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise Misread("it declares a document type")


def read_element(document: bytes) -> Element:
    """Return the root of a document. Raises `Misread` for what is no document of S3's."""
    if document.count(b"<") > MAX_TAGS:
        raise Misread("it has too many elements")
    if document.count(b'"') + document.count(b"'") > _MAX_QUOTES:
        raise Misread("it has too many attributes")
    parser = ElementTree.XMLParser(target=_Builder())  # noqa: S314 - nothing is declared in it
    try:
        parser.feed(document)
        root: Element = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        if isinstance(error, Misread):
            raise
        raise Misread(f"it is no XML ({error})") from None
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return root
    raise Misread("its elements are nested too deeply")


def local_name(element: Element) -> str:
    """Return the tag without its namespace."""
    return element.tag.rpartition("}")[2]


def text_of(element: Element) -> str:
    """Return all characters between an element's tags, those of elements inside left out."""
    if not len(element):
        return element.text or ""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def read_members(element: Element, shape: Struct) -> dict[str, Any]:
    """Return the members that are there. Raises `Misread` for a value of another kind."""
    found: dict[str, Any] = {}
    if element.attrib and "Type" in shape.members:
        kinds = [value for name, value in element.attrib.items() if name.endswith("}type")]
        if kinds:
            found["Type"] = kinds[0]
    by_tag = shape.by_tag
    for child in element:
        known = by_tag.get(child.tag) or by_tag.get(local_name(child))
        if known is None:
            if shape.keeps:
                found.setdefault(OTHERS, []).append(_as_it_is(child))
            continue
        name, kind, read = known
        if isinstance(kind, Many):
            found.setdefault(name, []).extend(map(read, child if kind.inside else (child,)))
        else:
            value = read(child)
            if value is not None:
                found[name] = value
    return found


def _reader(kind: Leaf | Struct) -> Callable[[Element], Any]:
    """Return what reads an element of a kind."""
    if isinstance(kind, Struct):
        return lambda element: read_members(element, kind)
    if kind == "text":
        return text_of
    read = READERS[kind]
    return lambda element: read(text_of(element))


def _as_it_is(element: Element) -> str:
    """Return an element as XML again, without namespaces, for a document that has S3's."""
    name = local_name(element)
    inner = _escaped(element.text or "") + "".join(map(_as_it_is, element))
    return f"<{name}>{inner}</{name}>"


def write_document(root: str, shape: Struct, members: Mapping[str, Any]) -> bytes:
    """Return the document of these members, which are of the shape."""
    pieces: list[str] = []
    _write(pieces.append, root, shape, members, f' xmlns="{NAMESPACE}"')
    return "".join(pieces).encode()


def _write(
    add: Callable[[str], None], tag: str, kind: Leaf | Struct, value: Any, attributes: str = ""
) -> None:
    if not isinstance(kind, Struct):
        add(f"<{tag}>{_escaped(WRITERS[kind](value))}</{tag}>")
        return
    if "Type" in kind.members and kind.members["Type"] == "xsi:type":
        attributes += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        attributes += f' xsi:type="{_escaped(value["Type"])}"'
    add(f"<{tag}{attributes}>")
    for name, inner in value.items():
        if name == OTHERS:
            add("".join(inner))
            continue
        what = kind.members[name]
        if isinstance(what, Many):
            if what.inside:
                add(f"<{what.inside}>")
            for entry in inner:
                _write(add, what.tag, what.of, entry)
            if what.inside:
                add(f"</{what.inside}>")
        elif what == "text":
            add(f"<{name}>{_escaped(inner)}</{name}>")
        elif what != "xsi:type":
            _write(add, name, what, inner)
    add(f"</{tag}>")


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if SPECIAL.search(text) else text


def read_integer(text: str) -> int:
    """Return a number of digits alone. Raises `Misread` for all that Python takes besides."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise Misread(f"{text[:40]!a} is no number")
    return int(text)


def read_boolean(text: str) -> bool:
    """Return ``true`` or ``false``, which MinIO writes large. Raises `Misread` for all else."""
    text = text.strip()
    if text not in ("true", "false", "TRUE", "FALSE"):
        raise Misread(f"{text[:40]!a} is neither true nor false")
    return text in ("true", "TRUE")


def unquoted(etag: str | None) -> str | None:
    """Return an ETag without quotes, or None for a missing or empty one.

    A proxy that compresses marks it as weak; it still names the same version.
    """
    return etag.removeprefix("W/").strip('"') or None if etag else None


def read_time(text: str) -> datetime | None:
    """Return a time in UTC, which is meant where no zone is named; None for what is no time.

    It only informs, and no operation may fail for it.
    """
    told = _http_date(text)
    try:
        if told is not None:
            day, month, year, hour, minute, second = told.groups()
            return datetime(
                int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
            )
        text = text.strip()
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = parsedate_to_datetime(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def _read_iso_time(text: str) -> datetime:
    """Return a time that is written again, so that it may not get lost. Raises `Misread`."""
    time = read_time(text)
    if time is None:
        raise Misread(f"{text[:40]!a} is no time")
    return time


def as_time(value: Any) -> datetime | None:
    """Return a time given as boto3 takes it, with a zone; None for what is none.

    Without a zone it is this machine's, as in boto3; a number is seconds since 1970.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = parsedate_to_datetime(value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None
    except (ValueError, OverflowError, OSError):
        return None


def http_date(value: datetime) -> str:
    """Return the time as HTTP headers have it."""
    return format_datetime(value.astimezone(UTC).replace(microsecond=0), usegmt=True)


READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "integer": read_integer,
    "boolean": read_boolean,
    "time": read_time,
    "iso-time": _read_iso_time,
}
"""How a leaf's text becomes a value, by its kind."""

WRITERS: Mapping[str, Callable[[Any], str]] = {
    "text": str,
    "integer": str,
    "boolean": lambda value: "true" if value else "false",
    "time": lambda value: http_date(cast(Any, as_time(value))),
    "iso-time": lambda value: cast(Any, as_time(value)).isoformat().replace("+00:00", "Z"),
}
"""How a leaf's value becomes text, by its kind."""
