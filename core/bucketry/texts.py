"""Text from strangers."""

from __future__ import annotations

import re

not_in_url = re.compile(r"[^!#$-;=?-\[\]_a-z~]").search
"""Find what RFC 3986 leaves out, so that a URL must carry it percent-encoded."""

encodes_nothing = re.compile(r"%(?![0-9A-Fa-f]{2})").search
"""Find a ``%`` that encodes nothing."""


def plain(text: str) -> str:
    """Return the letters of a text as Python's own `str`.

    What derives from `str` may add, compare and print itself in its own way: markupsafe's texts
    escape whatever is put in front of them.
    """
    return text if type(text) is str else str.__str__(text)


_SHOWN = (str, bytes, int, float, bool, type(None))
_MOST = 80


def shown(value: object) -> str:
    """Return an argument as a message tells it: what is short and Python's own, else its type."""
    if type(value) is int and value.bit_length() > 64:
        return "a number this large"
    if isinstance(value, str):
        value = plain(value)
    if type(value) not in _SHOWN:
        return type(value).__name__
    cut = isinstance(value, str | bytes) and len(value) > _MOST
    return f"{value[:_MOST]!a}..." if cut else ascii(value)  # type: ignore[index] # it is cut
