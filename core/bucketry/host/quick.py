"""The quick way to an address, where nobody has a say but the layers at the bottom.

What all addresses share is made and checked once; the rest is proven by the characters that it has.
Answers are those of the long way, which is left to do whatever this one answers None for: another
layer, somebody who watches, a key that has to be looked at closely.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

from bucketry.errors import BucketryError
from bucketry.host.ask import CLOCK_SLACK, MAX_URL_LENGTH, is_common_url
from bucketry.host.layers import LayerStack
from bucketry.keys import MAX_KEY_BYTES, is_common, is_plain
from bucketry.model import SignedUrl, SigningFrame
from bucketry.once import once
from bucketry.vendor import CommonOptions

_Known = tuple[int, int, Callable[[str], str], Callable[..., SignedUrl]]
"""The second and the life that a frame is for, and what it does."""

Url = Callable[[str], str | None]
Sign = Callable[[str, int | None], SignedUrl | None]

_LONGEST_SIGNATURE = 512


class Quick:
    """The quick ways of one provider. Each is made when it is first gone, and then stays."""

    def __init__(
        self, stack: LayerStack, prefix: str, options: CommonOptions, max_expires_in: int | None
    ) -> None:
        """`prefix` is the root path's; `max_expires_in` is None where GET cannot be signed."""
        self._stack = stack
        self._prefix = prefix
        self._options = options
        self._max_expires_in = max_expires_in

    @once
    def object_url(self) -> Url:
        """Gives the permanent address of an object key."""
        front_of = self._stack.beside("bucketry_object_url", "url_front")
        front: object = None
        with suppress(BucketryError):  # the long way tells of it
            front = front_of() if front_of is not None else None
        if not isinstance(front, str) or not _holds(front, "", 0):
            return _never

        def object_url(object_key: str) -> str | None:
            quoted = _quoted(object_key)
            return None if quoted is None else front + quoted

        return object_url

    @once
    def url(self) -> Callable[[str, int | None], str | None]:
        """Gives the address that opens a key's object, a signed one if that is private."""
        if self._stack.watchers or not self._stack.alone("bucketry_is_private"):
            return _never
        prefix, object_url, sign = self._prefix, self.object_url, self.sign

        def public(key: str, expires_in: int | None) -> str | None:
            return object_url(prefix + key) if type(key) is str else None

        def private(key: str, expires_in: int | None) -> str | None:
            signed = sign(key, expires_in)
            return None if signed is None else signed.reveal()

        return public if self._options.visibility == "public" else private

    @once
    def sign(self) -> Sign:
        """Gives a signed GET of a key, for so many seconds or as long as is configured."""
        stack, longest = self._stack, self._max_expires_in
        frame_of = stack.beside("bucketry_sign", "signing_frame")
        others = stack.watchers or not stack.alone("bucketry_prepare_signing")
        if frame_of is None or others or longest is None:
            return _never
        prefix, configured = self._prefix, self._options.signed_url_expires
        checked = bool(stack.asked("bucketry_check_signed"))
        last: _Known | None = None

        def fresh(second: int, seconds: int) -> _Known | None:
            if type(seconds) is not int or not 1 <= seconds <= longest:
                return None
            if (before := last) is not None and before[:2] == (second, seconds):
                return second, seconds, *before[2:]
            frame = None
            with suppress(BucketryError):  # the long way tells of it
                frame = frame_of(expires_in=seconds, second=second)
            if not isinstance(frame, SigningFrame) or not _is_good(frame, second + seconds):
                return None
            return second, seconds, frame.signature, frame.signed

        def sign(key: str, expires_in: int | None) -> SignedUrl | None:
            if type(key) is not str:
                return None
            quoted = _quoted(prefix + key)
            if quoted is None:
                return None
            seconds = configured if expires_in is None else expires_in
            second = int(time.time())
            nonlocal last
            known = last
            if known is None or known[0] != second or known[1] is not seconds:
                known = fresh(second, seconds)
                if known is None:
                    return None
                last = known
            _, _, signature_of, signed = known
            signature = signature_of(quoted)
            if not (signature.isascii() and signature.isalnum()):
                return None
            return signed(quoted, signature, checked=checked)

        return sign


def _never(*_: object) -> None:
    """Leave everything to the long way."""


def _quoted(object_key: str) -> str | None:
    """Return a key percent-encoded, where one look shows that it may be stored."""
    if is_plain(object_key):
        return object_key
    return quote(object_key, safe="/-._~") if is_common(object_key) else None


def _holds(front: str, back: str, more: int) -> bool:
    """Return whether every key makes a good address between the two, with `more` behind it."""
    longest = len(front) + 3 * MAX_KEY_BYTES + len(back) + more
    return front.endswith("/") and longest <= MAX_URL_LENGTH and is_common_url(f"{front}k{back}")


def _is_good(frame: SigningFrame, ends: int) -> bool:
    return (
        _holds(frame.front, frame.back, _LONGEST_SIGNATURE)
        and frame.expires_at.tzinfo is not None
        and frame.expires_at.timestamp() <= ends + CLOCK_SLACK
    )
