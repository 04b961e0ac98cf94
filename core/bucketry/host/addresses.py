"""Addresses that one look proves, and signatures made from what is proven once for all of them.

Those are made below every layer. What comes up as it was made there needs no further look; whatever
is not made there is left to the layers and to the checks of their answers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import inf
from threading import local
from types import MappingProxyType
from typing import Any

from bucketry.errors import BucketryError
from bucketry.keys import MAX_KEY_BYTES, is_common, is_plain, percent_encoded
from bucketry.model import SignedUrl, SigningFrame, SignRequest

Sign = Callable[[str, int | None], SignedUrl | None]
"""Gives a signed GET of a key, for so many seconds or as long as is configured; None: not here."""

_Known = tuple[int, Callable[[str], str], Callable[..., SignedUrl]]
"""The second that a frame is for, and what it does."""

MAX_URL_LENGTH = 8192
"""Longest URL that common servers and proxies accept."""

CLOCK_SLACK = 5
"""Seconds between a layer's look at the clock and the check's; times are cut to seconds, too."""

_LONGEST = 512
"""Longest signature that counts."""

_LIVES = 16
"""Lives whose frames are held; hardly anybody has more than two."""

# One look proves the common URL; what does not match goes the long way.
_common_url = re.compile(
    r"https?://[A-Za-z0-9.-]++(?::(?:[0-9]{1,4}|[1-5][0-9]{4}))?"
    r"(?:[/?][!$&-;=?-Z_a-z~]*+(?:%[0-9A-Fa-f]{2}[!$&-;=?-Z_a-z~]*+)*+)?"
).fullmatch


def is_common_url(url: str) -> bool:
    """Return whether one look shows that `url` is a good address; False says nothing of it."""
    return len(url) <= MAX_URL_LENGTH and _common_url(url) is not None


def fits_every_key(front: str, back: str = "", more: int = 0) -> bool:
    """Return whether every key makes a good address between the two, with `more` behind it."""
    longest = len(front) + 3 * MAX_KEY_BYTES + len(back) + more
    return front.endswith("/") and longest <= MAX_URL_LENGTH and is_common_url(f"{front}k{back}")


def quoted(object_key: str) -> str | None:
    """Return a key percent-encoded, where one look shows that it may be stored."""
    if is_plain(object_key):
        return object_key
    return percent_encoded(object_key) if is_common(object_key) else None


def never(*_: object) -> None:
    """Leave everything to the long way."""


def signer(
    frame_of: Callable[..., object] | None,
    *,
    checked: bool,
    prefix: str = "",
    configured: int = 0,
    longest: float = inf,
) -> Sign:
    """Return what signs with `frame_of`, a layer's ``signing_frame``.

    Keys are put behind `prefix`. A life may be `longest` at most, and is `configured` where None is
    given. `checked` says whether a layer reads such signatures back.
    """
    if frame_of is None:
        return never
    frames: dict[int, _Known] = {}

    def fresh(second: int, seconds: int) -> _Known | None:
        frame = None
        if 1 <= seconds <= longest:
            with suppress(BucketryError):  # the long way tells of it
                frame = frame_of(expires_in=seconds, second=second)
        # By type: one derived from it could sign in its own way.
        if type(frame) is not SigningFrame or not _is_good(frame, second + seconds):
            return None
        if len(frames) >= _LIVES:
            frames.clear()
        known = frames[seconds] = second, frame.signature, frame.signed
        return known

    def sign(key: str, expires_in: int | None) -> SignedUrl | None:
        seconds = configured if expires_in is None else expires_in
        if type(key) is not str or type(seconds) is not int:
            return None
        quoted_key = quoted(prefix + key)
        if quoted_key is None:
            return None
        second = int(time.time())
        known = frames.get(seconds)
        if known is None or known[0] != second:
            known = fresh(second, seconds)
            if known is None:
                return None
        _, signature_of, signed = known
        signature = signature_of(quoted_key)
        if not (signature.isascii() and signature.isalnum() and len(signature) <= _LONGEST):
            return None
        return signed(quoted_key, signature, checked=checked)

    return sign


def _is_good(frame: SigningFrame, ends: int) -> bool:
    return (
        fits_every_key(frame.front, frame.back, _LONGEST)
        and frame.expires_at.tzinfo is not None
        and frame.expires_at.timestamp() <= ends + CLOCK_SLACK
    )


_NONE: Mapping[str, str] = MappingProxyType({})


class Signed(local):
    """What was signed last below all layers in this thread; those above may change it, or not."""

    # The request, the answer, its headers, and whether it is made from what was proven before.
    _last: tuple[SignRequest | None, Any, Mapping[str, str], bool] = (None, None, _NONE, False)

    def kept(self, sign: Callable[..., Any], quick: Sign) -> Callable[..., Any]:
        """Return the lowest layer's `sign`, with `quick` before it, leaving the answers here."""

        def bucketry_sign(request: SignRequest) -> Any:
            if request.is_plain_get and request.stable is None:
                made = quick(request.key, request.expires_in)
                if made is not None:
                    self._last = (request, made, _NONE, True)
                    return made
            answer = sign(request=request)
            if isinstance(answer, SignedUrl):
                headers = dict(answer.headers) if answer.headers else _NONE
                self._last = (request, answer, headers, False)
            return answer

        return bucketry_sign

    def untouched(self, signed: Any, request: SignRequest, *, proven: bool = False) -> bool:
        """Return whether this is the very answer to this request, as it was given.

        `proven`: whether it is one that is good by the way it was made, too.
        """
        last_request, answer, headers, is_proven = self._last
        return (
            request is last_request
            and signed is answer
            and (is_proven or not proven)
            and answer.headers == headers
        )
