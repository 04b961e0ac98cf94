"""Strategies that name an upload when the caller gives no key.

=========  ============================================  ==================================
strategy   key for ``Näme & co.PNG`` (24 Nov 2026)       use it for
=========  ============================================  ==================================
``slug``   ``Naeme_and_co_3f9a0c11d2.PNG``               the default, and the original's rule
``name``   ``Näme & co.PNG``                             names that matter; may overwrite
``date``   ``2026/11/24/Naeme_and_co_3f9a0c11d2.PNG``    many files, looked at by day
``hash``   ``9f/86/9f86d081884c...0a08.PNG``             the same bytes stored once
=========  ============================================  ==================================

The ten hex digits keep names apart; they are no secret. Anything else is a `bucketry_build_key`
hook.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath

from bucketry.errors import InvalidKey
from bucketry.model import Upload

# What normal form NFKD cannot take apart.
_TRANSLITERATIONS = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS",
        "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "å": "a", "Å": "A",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d", "ı": "i",
        "&": " and ",
    }
)  # fmt: skip
_LONGEST_SLUG = 200


def slug(text: str) -> str:
    """Return `text` in ASCII letters, digits and ``_``, its case kept.

    Scripts without a transliteration here are left out, so the slug of ``日本語`` is empty.
    """
    spelled = unicodedata.normalize("NFC", text).translate(_TRANSLITERATIONS)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", ascii_only).strip("_")[:_LONGEST_SLUG]


def _name(upload: Upload) -> PurePosixPath:
    """Return the file's name without the folders that a form may send along (RFC 7578, 4.2)."""
    return PurePosixPath(re.split(r"[/\\]", upload.filename or "")[-1])


def _extension(upload: Upload) -> str:
    letters = re.sub(r"[^A-Za-z0-9]", "", _name(upload).suffix)
    return f".{letters}" if letters else ""


def _slugged(upload: Upload) -> str:
    return f"{slug(_name(upload).stem)}_{secrets.token_hex(5)}{_extension(upload)}"


def _plain(upload: Upload) -> str:
    name = str(_name(upload))
    if name == ".":
        raise InvalidKey("the upload has no file name to be named after; pass key= or filename=")
    return unicodedata.normalize("NFC", name)


def _dated(upload: Upload) -> str:
    return f"{datetime.now(UTC):%Y/%m/%d}/{_slugged(upload)}"


def _hashed(upload: Upload) -> str:
    digest = upload.source.digest()
    return f"{digest[:2]}/{digest[2:4]}/{digest}{_extension(upload)}"


STRATEGIES: dict[str, Callable[[Upload], str]] = {
    "slug": _slugged,
    "name": _plain,
    "date": _dated,
    "hash": _hashed,
}
"""Strategy name, as in the configuration's `key_strategy`, to the function that names."""
