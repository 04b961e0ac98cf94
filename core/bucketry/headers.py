"""Header values: what is refused, and how a download name is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bucketry.errors import InvalidHeader, InvalidInput
from bucketry.texts import shown

RESERVED_METADATA_PREFIX = "bucketry-"
"""User metadata under this prefix is bucketry's own and refused from callers."""

MAX_METADATA_BYTES = 2048
"""All user metadata of an object, names and values (Amazon S3 User Guide, object metadata)."""

MAX_HEADER_VALUE = 8192
"""Longest header; S3 takes as many bytes of all of them (Amazon S3 API reference, PutObject)."""

MAX_TAGS = 10
"""Tags on one object; a name has at most 128 characters, a value 256 (Amazon S3 User Guide)."""

_TAG_SIGNS = "+ - = . _ : / @"
"""What tags may hold besides letters, digits and spaces of any script (Amazon S3 User Guide)."""

# One look proves the common value; what does not match is told in the long way.
_good_value = re.compile(r"[\t -~\x80-\xff]*+").fullmatch
_breaks = re.compile(r"[\r\n\0]").search

# S3's deepest document has six levels.
_DEEPEST = 16

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def check_header_name(name: str) -> str:
    """Return `name` if it is an HTTP token (RFC 9110, section 5.1), else raise `InvalidHeader`."""
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise InvalidHeader(f"{shown(name)} is no header name")
    return name


def check_header_value(name: str, value: str) -> str:
    """Return `value` if it can be sent in header `name`, else raise `InvalidHeader`.

    CR, LF and NUL would end the header or the string; other control characters are refused by
    servers one way or another; what is not latin-1 cannot be sent in an HTTP header.
    """
    if not isinstance(value, str):
        raise InvalidHeader(f"{name} must be text, not {type(value).__name__}")
    if len(value) > MAX_HEADER_VALUE:
        raise InvalidHeader(
            f"{name} has {len(value):,} characters; S3 takes {MAX_HEADER_VALUE:,} bytes of headers"
        )
    if _good_value(value):
        return value
    for position, character in enumerate(value):
        if (character < " " and character != "\t") or character == "\x7f":
            raise InvalidHeader(
                f"{name} has the control character {character!a} at position {position}; "
                "a header value is one line of text"
            )
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise InvalidHeader(
            f"{name} has a character at position {error.start} that HTTP headers cannot carry; "
            "percent-encode it"
        ) from None
    return value


def check_kept_value(name: str, value: str) -> str:
    """Return `value` if it is sent and comes back the same, else raise `InvalidHeader`.

    HTTP drops blanks around a value (RFC 9110, section 5.5).
    """
    check_header_value(name, value)
    if value != value.strip(" \t"):
        raise InvalidHeader(f"{name} begins or ends with a blank, which HTTP does not keep")
    return value


_RESPONSE = frozenset(
    {
        "cache_control",
        "content_disposition",
        "content_encoding",
        "content_language",
        "content_type",
        "expires",
    }
)


def check_response(response: Mapping[str, str]) -> None:
    """Refuse what cannot be sent in place of an object's own headers.

    `InvalidInput` for a name that there is none of, `InvalidHeader` for a value.
    """
    if not isinstance(response, Mapping):
        raise InvalidInput(f"response is a mapping, not {type(response).__name__}")
    if unknown := sorted(str(name) for name in response.keys() - _RESPONSE):
        raise InvalidInput(
            f"no such response header: {', '.join(unknown)}; "
            f"there are {', '.join(sorted(_RESPONSE))}"
        )
    for name, value in response.items():
        check_header_value(f"response {name}", value)


def check_param_values(name: str, value: Any, depth: int = 0) -> None:
    """Check every text inside native request parameters for CR, LF and NUL, at any depth."""
    if depth > _DEEPEST:
        raise InvalidHeader(f"{name.partition('.')[0]} are nested too deep to be sent")
    if isinstance(value, str):
        bad = _breaks(value)
        if bad is not None:
            raise InvalidHeader(
                f"{name} has the control character {bad[0]!a}; a header value is one line of text"
            )
    elif isinstance(value, dict | Mapping):  # a dict at once: Mapping takes its time
        for key, inner in value.items():
            if type(key) is type(inner) is str and not _breaks(key) and not _breaks(inner):
                continue
            told = key if type(key) is str and len(key) <= 80 else "..."
            check_param_values(f"{name}.{told}", inner, depth + 1)
            check_param_values(f"a name in {name}", key, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            check_param_values(name, inner, depth + 1)


def check_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return user metadata with names in lower case; refuse what a vendor would mangle.

    Names are HTTP tokens, values printable ASCII (Amazon S3 User Guide: other text arrives
    mangled), names differ in more than case, and all of it fits in 2,048 bytes.
    """
    if not isinstance(metadata, Mapping):
        raise InvalidHeader(f"metadata is a mapping, not {type(metadata).__name__}")
    checked: dict[str, str] = {}
    size = 0
    for name, value in metadata.items():
        token = isinstance(name, str) and name.isascii() and name.replace("-", "").replace("_", "")
        if not token or not token.isalnum():
            raise InvalidHeader(f"metadata name {shown(name)} is not letters, digits, '-' and '_'")
        lower = name.lower()
        if lower.startswith(RESERVED_METADATA_PREFIX):
            raise InvalidHeader(f"metadata name {shown(name)} is reserved; choose another prefix")
        if lower in checked:
            raise InvalidHeader(f"metadata name {shown(name)} is given twice; names ignore case")
        check_kept_value(f"metadata {shown(name)}", value)
        if "\t" in value:
            raise InvalidHeader(
                f"metadata {shown(name)} has a tab, which some servers take for a blank; "
                "percent-encode it"
            )
        if not value.isascii():
            raise InvalidHeader(
                f"metadata {shown(name)} has a non-ASCII character, which vendors store in "
                "different ways; percent-encode it"
            )
        checked[lower] = value
        size += len(lower) + len(value)
    if size > MAX_METADATA_BYTES:
        raise InvalidHeader(
            f"metadata takes {size} bytes, more than S3's limit of {MAX_METADATA_BYTES}"
        )
    return checked


def check_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags within S3's limits, else raise `InvalidHeader`."""
    if not isinstance(tags, Mapping):
        raise InvalidHeader(f"tags are a mapping, not {type(tags).__name__}")
    if len(tags) > MAX_TAGS:
        raise InvalidHeader(f"{len(tags)} tags are more than S3's limit of {MAX_TAGS}")
    for name, value in tags.items():
        check_param_values(f"tag {shown(name)}", [name, value])
        if not isinstance(name, str) or not isinstance(value, str):
            raise InvalidHeader(f"tag {shown(name)} is not text")
        if not 1 <= len(name) <= 128 or len(value) > 256:
            raise InvalidHeader(
                f"tag {shown(name)}: a name has 1 to 128 characters, a value at most 256"
            )
        if not all(map(_fits_in_tag, name + value)):
            raise InvalidHeader(
                f"tag {shown(name)}: names and values have letters, digits, spaces and {_TAG_SIGNS}"
            )
    return dict(tags)


def _fits_in_tag(character: str) -> bool:
    return character in _TAG_SIGNS or unicodedata.category(character)[0] in "LNZ"


def content_disposition(filename: str, *, inline: bool = False) -> str:
    """Return a Content-Disposition that saves as `filename`, in any script (RFC 6266, RFC 8187).

    The name is quoted, never pasted: quotes, slashes and line breaks in it cannot change the
    header. Old clients see an ASCII fallback.
    """
    if not isinstance(filename, str):
        raise InvalidHeader(f"a file name is text, not {type(filename).__name__}")
    if len(filename) > MAX_HEADER_VALUE:
        raise InvalidHeader(f"a file name of {len(filename):,} characters fits into no header")
    kind = "inline" if inline else "attachment"
    name = "".join(
        "_" if c in '/\\"' or c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" else c
        for c in filename
    )
    fallback = name.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    header = f'{kind}; filename="{fallback}"'
    if fallback != name:
        header += f"; filename*=UTF-8''{quote(name, safe='')}"
    return header


def as_attachment(disposition: str | None) -> str:
    """Return a Content-Disposition that has a browser save the body, under the same name."""
    return "attachment" + "".join((disposition or "").partition(";")[1:])
