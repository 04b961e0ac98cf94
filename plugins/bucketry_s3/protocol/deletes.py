"""Batch deletes: both documents in one look, where they are common ones.

Most of them is a thousand times the same. An expression that describes a whole answer, from its
first character to its last, proves that nothing else is in it; what does not match is read as any
XML is. So is written whatever has a character that XML spells in another way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bucketry_s3.protocol.markup import NAMESPACE, SPECIAL, Written

# Without what XML writes in another way, changes or forbids.
_TEXT = r"[^<>&\x00-\x1f\ufffe\uffff]*"
_DELETED = f"<Deleted><Key>{_TEXT}</Key></Deleted>"
_TOLD = "|".join(f"<{name}>{_TEXT}</{name}>" for name in ("Key", "VersionId", "Code", "Message"))
_ERROR = f"<Error>(?:{_TOLD})*</Error>"

_is_common = re.compile(
    r'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>\s*)?'
    f'<DeleteResult(?: xmlns="{re.escape(NAMESPACE)}")?>'
    f"(?:{_DELETED}|{_ERROR})*"
    r"</DeleteResult>\s*"
).fullmatch
_deleted = re.compile(r"<Deleted><Key>([^<]*)").findall
_errors = re.compile(r"<Error>(.*?)</Error>").findall
_members = re.compile(r"<([A-Z][A-Za-z]*)>([^<]*)").findall


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
    if _is_common(text) is None:
        return None
    found: dict[str, Any] = {}
    if deleted := _deleted(text):
        found["Deleted"] = [{"Key": key} for key in deleted]
    if errors := _errors(text):
        found["Errors"] = [dict(_members(error)) for error in errors]
    return found
