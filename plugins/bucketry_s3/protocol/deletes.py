"""Batch deletes: both documents in one look, where they are common ones.

Most of them is a thousand times the same. An expression that describes a whole answer, from its
first character to its last, proves that nothing else is in it; what does not match is read as any
XML is. So is written whatever has a character that XML spells in another way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from bucketry_s3.protocol.markup import NAMESPACE, SPECIAL, Written

# Without what XML writes in another way, changes or forbids.
_TEXT = r"[^<>&\x00-\x1f\ufffe\uffff]*+"
_DELETED = f"<Deleted><Key>{_TEXT}</Key></Deleted>"
_TOLD = "|".join(f"<{name}>{_TEXT}</{name}>" for name in ("Key", "VersionId", "Code", "Message"))
_ERROR = f"<Error>(?:{_TOLD})*+</Error>"

_COMMON = (
    r'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>\s*)?'
    f'<DeleteResult(?: xmlns="{re.escape(NAMESPACE)}")?>'
    f"(?:{_DELETED}|{_ERROR})*+"
    r"</DeleteResult>\s*"
)


@cache
def _looks() -> tuple[re.Pattern[str], ...]:
    """Return what finds a common document, its deleted keys, its errors and their members.

    Compiled when it is first needed: few processes delete, and all of them start.
    """
    parts = (r"<Deleted><Key>([^<]*)", r"<Error>(.*?)</Error>", r"<([A-Z][A-Za-z]*)>([^<]*)")
    return tuple(map(re.compile, (_COMMON, *parts)))


def write_common(keys: Sequence[str]) -> Written | None:
    """Return the request's document; None where a key takes a closer look."""
    if SPECIAL.search("\0".join(keys)):
        return None
    objects = "</Key></Object><Object><Key>".join(keys)
    document = f"<Object><Key>{objects}</Key></Object>"
    return Written(f'<Delete xmlns="{NAMESPACE}">{document}</Delete>'.encode())


def read_common(document: bytes) -> dict[str, Any] | None:
    """Return what the document tells, as its shape has it; None where it takes a closer look."""
    try:
        text = document.decode()
    except UnicodeDecodeError:
        return None
    common, deleted, error, member = _looks()
    if common.fullmatch(text) is None:
        return None
    found: dict[str, Any] = {}
    if keys := deleted.findall(text):
        found["Deleted"] = [{"Key": key} for key in keys]
    if errors := error.findall(text):
        found["Errors"] = [dict(member.findall(told)) for told in errors]
    return found
