"""Origins of web pages, as browsers send them."""

from __future__ import annotations

import re

from bucketry.errors import InvalidInput
from bucketry.texts import shown

# A scheme and a host; apps have schemes of their own.
_ORIGIN = re.compile(r"https?://[a-z0-9.*-]+(:[0-9]{1,5})?|[a-z][a-z0-9+.-]*://[a-z0-9.*-]+")


def origin_of(value: object, *, patterns: bool = False) -> str:
    """Return an origin in small letters, without a slash and without the scheme's own port.

    With `patterns`, one ``*`` may stand for a part of it, as servers take it, or for all origins.
    `InvalidInput` for anything else.
    """
    origin = value.lower().removesuffix("/") if isinstance(value, str) else ""
    if _ORIGIN.fullmatch(origin) and origin.count("*") <= patterns:
        return re.sub(r"^(https://[^:]+):443$|^(http://[^:]+):80$", r"\1\2", origin)
    if patterns and origin == "*":
        return origin
    raise InvalidInput(
        f"{shown(value)} is no origin: a scheme and a host, https://www.example.com, with a port "
        f"where there is one, without a path{'; one * may stand for a part' if patterns else ''}"
    )
