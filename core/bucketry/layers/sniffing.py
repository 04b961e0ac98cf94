"""What bytes are, told from how they begin."""

from __future__ import annotations

import codecs
import re

from bucketry.errors import PluginError
from bucketry.media_types import UNKNOWN

LENGTH = 4096
"""Bytes that are looked at; browsers look at 1,445 (MIME Sniffing Standard, section 5.2)."""

# What makes browsers take bytes for HTML: one of these tags and then a blank or ">", or a comment
# (MIME Sniffing Standard, section 7.1).
_HTML = re.compile(
    r"<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)"
    r"[\s>])",
    re.IGNORECASE,
)
_XML = re.compile(r"<(?:\?xml|!doctype|svg)\b", re.IGNORECASE)
_SVG = re.compile(r"<(?:[\w-]+:)?svg\b|<!doctype svg", re.IGNORECASE)
_BLANKS = "\t\n\x0c\r "
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}

# Types that browsers show by themselves. Their bytes are known by their beginning, so that others
# under such a type are not what they say.
_SHOWN = """
    application/pdf
    audio/aac audio/flac audio/mp4 audio/mpeg audio/ogg audio/wav audio/webm
    image/avif image/bmp image/gif image/heic image/jpeg image/jxl image/png image/tiff
    image/vnd.microsoft.icon image/webp image/x-icon
    video/mp4 video/ogg video/quicktime video/webm
"""
SHOWN = frozenset(_SHOWN.split())

_SURE = 0.3
"""Of puremagic's confidences: a signature of three bytes; shorter ones are found by chance."""


class Sniffer:
    """Tells what bytes are by the signatures of puremagic, and markup as browsers do."""

    def __init__(self) -> None:
        """Load the signatures; `PluginError` where puremagic is not installed."""
        try:
            import puremagic
        except ImportError:
            raise PluginError(
                "content_policy", "needs puremagic: pip install 'bucketry[content]'"
            ) from None
        self._identify = puremagic.magic_string

    def belied(self, media_type: str, head: bytes) -> str | None:
        """Return the type of bytes that are not what `media_type` says, None where they may be.

        Only a type that browsers show by themselves can be belied; one that says nothing gives way
        to such a type.
        """
        if not head or media_type not in (*SHOWN, UNKNOWN):
            return None
        markup = markup_type(head)
        if markup is not None:
            return None if media_type == UNKNOWN else markup
        try:
            matches = self._identify(head)
        except LookupError:  # older releases raise it where newer ones return an empty list
            return None
        shown = {match.mime_type for match in matches} & SHOWN
        only = shown.pop() if len(shown) == 1 else None
        if media_type == UNKNOWN:
            return only
        alike = any(_family(match.mime_type) == _family(media_type) for match in matches)
        sure = any(match.confidence >= _SURE for match in matches)
        return (only or UNKNOWN) if sure and not alike else None


def _family(media_type: str) -> str:
    """Return what containers of sound and pictures share: one signature stands for all of them."""
    kind = media_type.partition("/")[0]
    return {"audio": "video", "application": media_type}.get(kind, kind)


def markup_type(head: bytes) -> str | None:
    """Return the type of HTML, SVG and other XML, None for anything else."""
    encoding = next((name for bom, name in _BOMS.items() if head.startswith(bom)), "latin-1")
    text = head.decode(encoding, "replace").lstrip(f"\ufeff{_BLANKS}")
    if _XML.match(text):
        if _SVG.search(text):
            return "image/svg+xml"
        return "text/html" if _HTML.match(text) else "text/xml"
    return "text/html" if _HTML.match(text) else None
