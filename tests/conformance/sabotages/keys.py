"""Keys that are mangled, repaired or let through."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from bucketry import InvalidKey, ObjectInfo, Provider, Rejected
from conformance.sabotages.tools import instead, key, listed_key, sabotage, stored

MANGLED: dict[str, Callable[[str], str]] = {
    "many-folders": lambda key: key.replace("/g/h/", "/"),
    "blanks-inside": lambda key: key.replace(" ", "+"),
    "blanks-at-both-ends": str.rstrip,
    "accents-in-normal-form-NFC": lambda key: unicodedata.normalize("NFD", key),
    "Chinese-Japanese-and-Korean": lambda key: key.encode("ascii", "replace").decode(),
    "an-emoji-of-several-code-points": lambda key: key.replace("\u200d", ""),
    "right-to-left-script": lambda key: key.replace("ש", ""),
    "a-plus-sign": lambda key: key.replace("+", " "),
    "percent-signs-and-what-looks-like-an-escape": unquote,
    "a-question-mark-and-a-number-sign": lambda key: key.partition("?")[0],
    "ampersands-equals-signs-and-semicolons": lambda key: key.replace("&", "&amp;"),
    "quotes-and-angle-brackets": html.unescape,
    "square-and-curly-brackets": lambda key: key.replace("[", "%5B"),
    "colons-at-signs-asterisks-and-bars": lambda key: key.replace(":", "_"),
    "commas-exclamation-marks-dollars-and-parentheses": lambda key: key.replace(",", "%2C"),
    "carets-backticks-and-tildes": lambda key: key.replace("~", "%7E"),
    "names-that-begin-with-a-dot": lambda key: key.replace("/.", "/"),
    "names-that-end-with-dots": lambda key: key.rstrip("."),
}

REPAIRED: dict[str, Callable[[str], str]] = {
    "empty-key": lambda key: key or "unnamed",
    "leading-slash": lambda key: key.lstrip("/"),
    "trailing-slash": lambda key: key.rstrip("/"),
    "double-slash": lambda key: key.replace("//", "/"),
    "segment-of-one-dot": lambda key: key.replace("/./", "/"),
    "segment-of-two-dots": lambda key: key.replace("/../", "/"),
    "backslash": lambda key: key.replace("\\", "/"),
    "line-break": lambda key: key.replace("\n", " "),
    "NUL-character": lambda key: key.replace("\0", ""),
    "delete-character": lambda key: key.replace("\x7f", ""),
    "C1-control-character": lambda key: key.replace("\x85", ""),
    "mark-that-reverses-the-text": lambda key: key.replace("\u202e", ""),
    "mark-without-width": lambda key: key.replace("\u200b", ""),
    "lone-surrogate": lambda key: key.encode(errors="replace").decode(),
    "decomposed-accent": lambda key: unicodedata.normalize("NFC", key),
}


def _shortened(text: str) -> str:
    return text if len(text.encode()) < 990 else text.encode()[:900].decode(errors="ignore")


def _makes_room(self: Provider, source: Any, *, key: str, **options: Any) -> Any:
    try:
        return Provider.upload(self, source, key=key, **options)
    except Rejected:
        self.delete(key.rpartition("/")[0])
        return Provider.upload(self, source, key=key, **options)


def _without_reason(self: Provider, source: Any, *, key: str, **options: Any) -> Any:
    try:
        return Provider.upload(self, source, key=key, **options)
    except InvalidKey:
        raise InvalidKey("this key is bad") from None


SABOTAGES = [
    *(
        sabotage(f"keys.comes_back[{name}]", "the names listed", hooks=listed_key(change))
        for name, change in MANGLED.items()
    ),
    *(
        sabotage(f"keys.refused[{name}]", "but it succeeded", methods=key(change))
        for name, change in REPAIRED.items()
    ),
    sabotage(
        "keys.of_greatest_length",
        "the length of the object key",
        methods=key(lambda text: text[:-1] if len(text) > 900 else text),
    ),
    sabotage("keys.too_long", "but it succeeded", methods=key(_shortened)),
    sabotage(
        "keys.differ_in_case",
        "the object with the capital letter",
        methods=key(str.lower, "upload", "read"),
    ),
    sabotage(
        "keys.beside_its_own_folder",
        "the names listed: wanted ['report', 'report/page-1']",
        methods={"upload": _makes_room},
    ),
    sabotage(
        "keys.refused_alike",
        "head with the key",
        methods=instead("head", InvalidKey, result=ObjectInfo(key="a/b", size=0)),
    ),
    sabotage("keys.no_text", "but it succeeded", methods=key(str)),
    sabotage(
        "keys.below_the_root",
        "the object key",
        methods=stored(object_key=lambda true: true.key),
    ),
    sabotage(
        "keys.no_way_out",
        "reading '../outside.txt': wanted InvalidKey, but it succeeded",
        methods={"read": lambda self, key: b"" if ".." in key else Provider.read(self, key)},
    ),
    sabotage("keys.refused_with_a_reason", "does not say", methods={"upload": _without_reason}),
    sabotage(
        "keys.not_the_folder",
        "exists of the folder",
        methods={"exists": lambda self, key: any(self.list(key))},
    ),
]
