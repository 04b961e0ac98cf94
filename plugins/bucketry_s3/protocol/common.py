"""Documents about a thousand keys, in one look where they are common ones.

Most of them is a thousand times the same. An expression that describes all of it, from its first
character to its last, proves that nothing else is in it; what does not match is read as any XML is.
So is written whatever has a character that XML spells in another way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from bucketry_s3.protocol.markup import (
    MAX_TAGS,
    NAMESPACE,
    SPECIAL,
    Element,
    Written,
    read_element,
    unquoted,
)

# Without what XML writes in another way, changes or forbids; see `_as_text`, too.
_TEXT = r"[^<>&\x00-\x1f]*+"
_DELETED = f"<Deleted><Key>{_TEXT}</Key></Deleted>"
_TOLD = "|".join(f"<{name}>{_TEXT}</{name}>" for name in ("Key", "VersionId", "Code", "Message"))
_ERROR = f"<Error>(?:{_TOLD})*+</Error>"

_PROLOG = r'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>\s*)?'
_ROOT = f'(?: xmlns="{re.escape(NAMESPACE)}")?>'

_COMMON = f"{_PROLOG}<DeleteResult{_ROOT}(?:{_DELETED}|{_ERROR})*+</DeleteResult>\\s*"

# How many members are looked at. Each takes memory, unless the group is repeated possessively, and
# with groups inside that goes wrong before Python 3.11.5.
_FEW = "{0,32}"

# What is before the entries of a listing: members without members, so that the entries are members
# of the root, and in no comment.
_HEAD = rf"{_PROLOG}<ListBucketResult{_ROOT}(?:<(?!Contents)([A-Za-z]++)(?:/>|>{_TEXT}</\1>)){_FEW}"

_QUOTE = '(?:&quot;|&#34;|")?'
_MEMBERS = {
    "Key": f"({_TEXT})",
    "Size": "([0-9]{1,19})",
    "ETag": rf'{_QUOTE}((?!W/)[^"<>&\x00-\x1f]++){_QUOTE}',
    "LastModified": "([0-9T:.-]++Z)",
    "StorageClass": f"({_TEXT})",
}
_OTHERS = rf"<(?!(?:{'|'.join(_MEMBERS)})>)([A-Za-z]++)>{_TEXT}</\{len(_MEMBERS) + 1}>"

# Servers do not agree on the order of an entry's members.
_ENTRY = "|".join([*(f"<{name}>{text}</{name}>" for name, text in _MEMBERS.items()), _OTHERS])

Table = dict[str, list[Any]]
"""The entries of a listing, a column for each member: keys, sizes, ETags without quotes, times and
storage classes, in this order. None is what an entry does not have."""


@cache
def _looks() -> tuple[re.Pattern[str], ...]:
    """Return what finds a common document, its deleted keys, its errors and their members.

    Compiled when it is first needed: few processes delete, and all of them start.
    """
    parts = (r"<Deleted><Key>([^<]*)", r"<Error>(.*?)</Error>", r"<([A-Z][A-Za-z]*)>([^<]*)")
    return tuple(map(re.compile, (_COMMON, *parts)))


@cache
def _looks_at_listing() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what is before the entries, and what is an entry; compiled when first needed, too."""
    return re.compile(_HEAD), re.compile(f"<Contents>(?:{_ENTRY}){_FEW}</Contents>")


def _as_text(document: bytes) -> str | None:
    """Return the document's text; None for what is no UTF-8, has too much or what XML forbids."""
    if document.count(b"<") > MAX_TAGS:
        return None
    try:
        text = document.decode()
    except UnicodeDecodeError:
        return None
    return None if "\ufffe" in text or "\uffff" in text else text


def write_deletes(keys: Sequence[str]) -> Written | None:
    """Return the request's document; None where a key takes a closer look."""
    if SPECIAL.search("\0".join(keys)):
        return None
    objects = "</Key></Object><Object><Key>".join(keys)
    document = f"<Object><Key>{objects}</Key></Object>"
    return Written(f'<Delete xmlns="{NAMESPACE}">{document}</Delete>'.encode())


def read_deleted(document: bytes) -> dict[str, Any] | None:
    """Return what the document tells, as its shape has it; None where it takes a closer look."""
    text = _as_text(document)
    common, deleted, error, member = _looks()
    if text is None or common.fullmatch(text) is None:
        return None
    found: dict[str, Any] = {}
    if keys := deleted.findall(text):
        found["Deleted"] = [{"Key": key} for key in keys]
    if errors := error.findall(text):
        found["Errors"] = [dict(member.findall(told)) for told in errors]
    return found


def read_entries(document: bytes) -> tuple[Element, Table] | None:
    """Return a listing without its entries, and these; None where it takes a closer look.

    They follow each other without a gap, at a place where nothing but the root is open. So what is
    around them is the same document without them, to be read as any XML is.
    """
    text = _as_text(document)
    if text is None:
        return None
    head, entry = _looks_at_listing()
    # What is between two entries, and then what an entry tells, in turn.
    pieces = entry.split(text)
    step = entry.groups + 1
    before, after = pieces[0], pieces[-1]
    keys, sizes, etags, times, classes = (pieces[at::step] for at in range(1, step - 1))
    if any(pieces[step:-1:step]) or "Contents" in after or head.fullmatch(before) is None:
        return None
    if None in keys or None in sizes or None in times:
        return None
    try:
        when = list(map(datetime.fromisoformat, times))
        root = read_element((before + after).encode())
    except ValueError:  # `Misread` is one
        return None
    columns = (keys, list(map(int, sizes)), etags, when, classes)
    return root, dict(zip(_MEMBERS, columns, strict=True))


def tabled(entries: Sequence[Mapping[str, Any]]) -> Table:
    """Return the same of entries that were read as any XML is."""
    table: Table = {name: [entry.get(name) for entry in entries] for name in _MEMBERS}
    return table | {"ETag": list(map(unquoted, table["ETag"]))}
