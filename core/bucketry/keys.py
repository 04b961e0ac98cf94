"""Keys: what is refused, and how a key is joined to the root path.

A bad key is refused, never repaired: a repair makes two names share one object (``re..port`` and
``report``), and a stored key must be the one that was asked for. The rules are S3's own limits
plus everything that some client, proxy or operating system reads in a second way.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from bucketry.errors import InvalidKey
from bucketry.texts import encodes_nothing, not_in_url, plain

MAX_KEY_BYTES = 1024
"""Longest object key, in UTF-8 bytes, root path included (Amazon S3 User Guide, object keys)."""

# Marks that reorder, break or hide text: a key must look like what it is. As ranges of a regular
# expression: what Unicode calls Default_Ignorable_Code_Point or a format control, in any version,
# but for Arabic and other signs that are seen.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U00013455\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_is_invisible = re.compile(f"[{_INVISIBLE}]").match

# Joiners and selectors of a variant. Persian words, Mongolian, Japanese names and emoji need them,
# each one behind the character that it changes (a digit of a keycap, too); elsewhere they hide.
_CHANGING = "\u180b-\u180d\u180f\u200c\u200d\ufe0e\ufe0f\U000e0100-\U000e01ef"
_hiding = re.compile(
    rf"(?<![^\x00-\x7f])(?!(?<=[0-9#*])\ufe0f\u20e3)[{_CHANGING}]|([{_CHANGING}])\1"
).search

# All other characters above the controls have a place in XML 1.0 (section 2.2).
_NOT_IN_XML = frozenset("\ufffe\uffff")

# One look proves the common key: segments that do not begin with a dot, of characters that nothing
# below refuses. What does not match goes the long way, which says what is wrong, if anything is.
_REFUSED = (
    rf"\x00-\x1f/\\\x7f-\x9f\ud800-\udfff{_INVISIBLE}{_CHANGING}{''.join(sorted(_NOT_IN_XML))}"
)
# The ASCII of a segment first, which takes half the time of looking for it among all else.
_SEGMENT = rf"[^.{_REFUSED}][ -.0-\[\]-~]*+[^{_REFUSED}]*+"
_common = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*+").fullmatch

# The same of characters that stand in a URL as they are (RFC 3986, section 2.3).
_plain = re.compile(
    r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*+(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*+)*+"
).fullmatch

# Many such keys at once, of ASCII and a line each; the largest class that is looked at quickly.
_ASCII_SEGMENT = r"[ !-\-0-\[\]-~][ -.0-\[\]-~]*+"
_ascii_lines = re.compile(rf"{_ASCII_SEGMENT}(?:[/\n]{_ASCII_SEGMENT})*+").fullmatch

_SURELY_SHORT = MAX_KEY_BYTES // 4
"""Characters that are never too many bytes."""


def _refuse(key: str, reason: str, position: int | None = None) -> InvalidKey:
    where = "" if position is None else f" at position {position}"
    shown = key if len(key) <= 80 else key[:77] + "..."
    return InvalidKey(f"key {shown!a} is refused: {reason}{where}")


def _hides(key: str, position: int) -> InvalidKey:
    name = unicodedata.name(key[position], "an invisible mark")
    return _refuse(key, f"{name} hides", position)


def _too_long(key: str) -> InvalidKey:
    size = len(key.encode("utf-8", "surrogatepass"))
    return _refuse(key, f"{size} bytes are more than S3's limit of {MAX_KEY_BYTES}")


def is_common(key: str) -> bool:
    """Return whether one look shows that `key` may be stored; False says nothing of it."""
    return (
        len(key) <= MAX_KEY_BYTES
        and _common(key) is not None
        and (len(key) <= _SURELY_SHORT or len(key.encode()) <= MAX_KEY_BYTES)
        and (key.isascii() or unicodedata.is_normalized("NFC", key))
    )


def are_common(keys: Sequence[str]) -> bool:
    """Return whether one look shows that all of them may be stored; False says nothing of them."""
    lines = "\n".join(keys)
    return (
        _ascii_lines(lines) is not None
        and lines.count("\n") == len(keys) - 1
        and max(map(len, keys)) <= MAX_KEY_BYTES
    )


def is_plain(key: str) -> bool:
    """Return whether `key` may be stored and is its own percent-encoding; False says nothing."""
    return len(key) <= MAX_KEY_BYTES and _plain(key) is not None


_AS_IT_IS = string.ascii_letters + string.digits + "/-._~"
_ENCODED = [chr(byte) if chr(byte) in _AS_IT_IS else f"%{byte:02X}" for byte in range(256)]


def percent_encoded(text: str) -> str:
    """Return a key or other text percent-encoded but for letters, digits and ``/-._~``.

    It is `urllib.parse.quote`, in less than half the time.
    """
    return "".join([_ENCODED[byte] for byte in text.encode()])


_NO_URL = "is not a URL; write https://, the host and, where needed, a port and a path"
_HOST = re.compile(r"[0-9a-z_-]+(?:\.[0-9a-z_-]+)*|[0-9a-f]*:[0-9a-f:.]*")


def base_fault(url: str) -> str | None:
    """Return why keys cannot be appended to a configured address, or None. It is not repeated."""
    if "://" not in url:
        return "has no scheme; write https:// in front of the host"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        no_port = parts.port == 0  # raises for a bad port
    except ValueError:
        return _NO_URL
    if parts.scheme not in ("http", "https"):
        return "must start with https:// (or http://)"
    if not host or no_port or not_in_url(url) or encodes_nothing(parts.path):
        return _NO_URL
    if "@" in parts.netloc:
        return "must not hold a user name or password; keys belong in credentials"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "must not have a query or a fragment; it ends with the host or a path"
    if not _HOST.fullmatch(host):
        return "has a host that resolvers and certificates do not agree on; write its plain name"
    if not {".", ".."}.isdisjoint(unquote(parts.path).split("/")):
        return "has '.' or '..' in its path, which clients resolve differently; write the path out"
    return None


def check_key(key: str) -> str:
    """Return `key` if it may be stored, else raise `InvalidKey` that says why and where.

    Refused: the empty key; a leading ``/``; an empty, ``.`` or ``..`` segment (so ``//`` and a
    trailing ``/`` too); a backslash; control characters; invisible and bidirectional marks; lone
    surrogates; what XML has no place for; text that is not in Unicode normal form NFC; more than
    1,024 UTF-8 bytes.
    """
    if not isinstance(key, str):
        raise InvalidKey(f"a key is a str, not {type(key).__name__}")
    key = plain(key)
    if is_common(key):
        return key
    if not key:
        raise _refuse(key, "it is empty")
    if len(key) > MAX_KEY_BYTES:
        raise _too_long(key)  # at once: looking at every character of it would take its time
    if not key.isascii():
        for position, character in enumerate(key):
            if "\ud800" <= character <= "\udfff":
                raise _refuse(key, "a lone surrogate cannot be encoded", position)
            if _is_invisible(character):
                raise _hides(key, position)
            if character in _NOT_IN_XML:
                raise _refuse(
                    key, "XML, which S3 lists and deletes with, cannot carry it", position
                )
            if unicodedata.category(character) == "Cc":
                raise _refuse(key, "a control character", position)
        hiding = _hiding(key)
        if hiding is not None:
            raise _hides(key, hiding.start())
        if not unicodedata.is_normalized("NFC", key):
            normal = unicodedata.normalize("NFC", key)
            raise _refuse(
                key,
                "it is not in Unicode normal form NFC; unicodedata.normalize('NFC', key) gives one",
                next(n for n, character in enumerate(key) if not normal.startswith(character, n)),
            )
    for position, character in enumerate(key):
        if character < " " or character == "\x7f":
            raise _refuse(key, "a control character", position)
    if "\\" in key:
        raise _refuse(key, "a backslash is a separator to some systems", key.index("\\"))
    if key.startswith("/"):
        raise _refuse(key, "it starts with '/'")
    position = 0
    for segment in key.split("/"):
        if segment in ("", ".", ".."):
            raise _refuse(
                key, f"the segment {segment!r} is dropped or resolved by some clients", position
            )
        position += len(segment) + 1
    if len(key.encode()) > MAX_KEY_BYTES:
        raise _too_long(key)
    return key


class ExistingKey(str):
    """The key of an object that is there already, taken as it is.

    Other tools store keys that bucketry would give no new object: with ``//``, a leading or
    trailing ``/``, a backslash, in another normal form. What a listing shows has its key in this
    form then, so that it can be read, signed, copied from and deleted. For a key kept elsewhere,
    write ``ExistingKey(text)``.
    """

    __slots__ = ()


def check_existing_key(key: str) -> str:
    """Return a key that an object may have, else raise `InvalidKey`.

    It has 1 to 1,024 UTF-8 bytes (Amazon S3 User Guide, object keys). What is no `ExistingKey` has
    to be a good key, too.
    """
    if not isinstance(key, ExistingKey):
        return check_key(key)
    key = key if type(key) is ExistingKey else ExistingKey(plain(key))
    if not key:
        raise _refuse(key, "it is empty")
    if len(key) > MAX_KEY_BYTES:
        raise _too_long(key)
    try:
        size = len(key.encode())
    except UnicodeEncodeError as error:
        raise _refuse(key, "a lone surrogate cannot be encoded", error.start) from None
    if size > MAX_KEY_BYTES:
        raise _too_long(key)
    return key


def as_found(key: str) -> str:
    """Return the key of an object that was found, as an `ExistingKey` where a new one may not."""
    if is_common(key):
        return key
    try:
        return check_key(key)
    except InvalidKey:
        return ExistingKey(key)


class RootPath:
    """The folder of the bucket that a provider works in; `""` is the whole bucket.

    Keys that an application sees are relative to it. `join` and `strip` are exact inverses, and
    neither accepts a key outside.
    """

    def __init__(self, path: str) -> None:
        """Check `path` like a key; `""` is allowed."""
        self.path = check_key(path) if path else ""
        self.prefix = f"{self.path}/" if self.path else ""

    def join(self, key: str) -> str:
        """Return the object key in the bucket of the application's `key`."""
        if not self.prefix:
            return check_key(key)
        if type(key) is str and is_common(joined := self.prefix + key):
            return joined  # and so is the key, whose segments are the last ones of it
        return check_key(self.prefix + check_key(key))

    def existing(self, key: str) -> str:
        """Return the object key of an object that is there; `ExistingKey` is taken as it is."""
        if type(key) is str and is_common(joined := self.prefix + key):
            return joined
        if not isinstance(key, ExistingKey):
            return self.join(key)
        return ExistingKey(self.prefix + plain(check_existing_key(key)))

    def strip(self, object_key: str) -> str:
        """Return the application's key of `object_key`; `InvalidKey` if it lies outside."""
        if not object_key.startswith(self.prefix) or object_key == self.prefix:
            raise _refuse(object_key, f"it lies outside the root path {self.path!r}")
        return as_found(object_key[len(self.prefix) :])
