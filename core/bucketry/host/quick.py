"""The quick way to an address, where nobody has a say but the layers at the bottom.

What all addresses share is made and checked once; the rest is proven by the characters that it has.
Answers are those of the long way, which is left to do whatever this one answers None for: another
layer, somebody who watches, a key that has to be looked at closely.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bucketry.errors import BucketryError
from bucketry.host.addresses import Sign, fits_every_key, never, quoted, signer
from bucketry.host.layers import LayerStack
from bucketry.once import once
from bucketry.vendor import CommonOptions

Url = Callable[[str], str | None]


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
        if not isinstance(front, str) or not fits_every_key(front):
            return never

        def object_url(object_key: str) -> str | None:
            quoted_key = quoted(object_key)
            return None if quoted_key is None else front + quoted_key

        return object_url

    @once
    def url(self) -> Callable[[str, int | None], str | None]:
        """Gives the address that opens a key's object, a signed one if that is private."""
        if self._stack.watchers or not self._stack.alone("bucketry_is_private"):
            return never
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
            return never
        return signer(
            frame_of,
            checked=bool(stack.asked("bucketry_check_signed")),
            prefix=self._prefix,
            configured=self._options.signed_url_expires,
            longest=longest,
        )
