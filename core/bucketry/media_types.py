"""Media types: what a file's ending says, and what a source says of itself."""

from __future__ import annotations

import re
from functools import cache

UNKNOWN = "application/octet-stream"
"""The type of bytes that nothing is known of (RFC 2046, section 4.5.1)."""

# A type, a subtype and their parameters (RFC 9110, section 8.3.1), in ASCII and within reason.
_DECLARED = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:[ \t]*;[\x20-\x7e\t]*)?", re.ASCII)
_LONGEST = 255


@cache
def _by_ending() -> dict[str, str]:
    from importlib.resources import files  # which imports much that a start does not need

    text = files("bucketry").joinpath("media.types").read_text("ascii")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {
        ending: media_type for media_type, *endings in filter(None, lines) for ending in endings
    }


def guess_content_type(name: str) -> str:
    """Return the media type of a file name, or ``application/octet-stream``.

    The table is bucketry's own, in ``media.types``: the same on every machine and Python.
    """
    stem, dot, ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    return _by_ending().get(ending.lower(), UNKNOWN) if dot and stem else UNKNOWN


def declared_type(value: object) -> str | None:
    """Return the media type that a source says it has, None where it says nothing of use.

    It is a stranger's word, often a browser's: what is no media type counts as nothing said.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    value = value.strip()
    if not _DECLARED.fullmatch(value) or value.partition(";")[0].strip().lower() == UNKNOWN:
        return None
    return value


_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)

# What runs code, or styles and frames it, in the page's origin when a browser opens it.
_ACTIVE = frozenset(
    {
        "application/x-shockwave-flash",
        "message/rfc822",
        "text/cache-manifest",
        "text/html",
        "text/xsl",
    }
)


def is_active(content_type: str) -> bool:
    """Return whether a browser could run what has this type: HTML, SVG, XML, scripts, multiparts.

    What is no media type counts too, and so does a list of several, of which a browser takes one.
    """
    kind = content_type.partition(";")[0].strip().lower()
    return (
        kind in _ACTIVE
        or kind.startswith("multipart/")
        or kind.endswith(("/xml", "+xml"))
        or "script" in kind  # javascript, ecmascript, jscript, postscript
        or "," in content_type
        or not _TYPE.fullmatch(kind)
    )
