"""An object's bytes on their way in: as many as announced, as stored, and at a useful pace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from attrs import field, frozen

from bucketry import IntegrityError, InvalidInput, StorageError, Unavailable
from bucketry.cancelling import Cancellation
from bucketry_s3.protocol.checksums import Digest
from bucketry_s3.protocol.deadline import MIN_RATE, Deadline
from bucketry_s3.protocol.retrying import pause_after
from bucketry_s3.protocol.wire import AnswerBody, read_into, read_piece

T = TypeVar("T", bytes, int)

_COLLECTING = 1.0
"""Seconds that pieces are put together for one read."""

_PIECE = 1 << 20
"""Bytes of one read."""

_AT_ONCE = 16 * 1024
"""Bytes that are not put together in a buffer: they come in one piece, as a rule."""


@frozen(eq=False)
class Known:
    """What is known of a whole object's bytes: a digest, and how it is called."""

    name: str
    value: str
    running: Digest = field(repr=False)


class BodyStream:
    """What an `ObjectReader` reads from; a connection that breaks is taken up where it broke.

    The server may keep readers waiting for `seconds` in all, and at `MIN_RATE`; the time that the
    application takes between two reads is its own.
    """

    def __init__(
        self,
        body: AnswerBody,
        length: int,
        seconds: float,
        reopen: Callable[[int, Deadline], AnswerBody],
        closing: Cancellation,
        known: Known | None = None,
        *,
        told: bool = True,
    ) -> None:
        """Take a body of `length` bytes; without `told` its answer does not say how many.

        `closing` ends the reading. `reopen` gives the body of what follows so many bytes, of the
        same object. Where the body is the whole object, `known` is what its bytes are compared
        with.
        """
        self._body = body
        self._reopen = reopen
        self._closing = closing
        self._left = length
        self._length = length
        self._seconds = seconds
        self._waited = 0.0
        self._closed = False
        self._broken: StorageError | None = None  # told when what came before it has been read
        self._known = known
        self._told = told
        self.verified: str | None = None
        if not length:
            self._end()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end; everything left when negative."""
        self._check_open()
        most = min(self._left, _PIECE if size < 0 else size, _PIECE)
        if not most:
            return b""
        if most > _AT_ONCE:
            view = memoryview(bytearray(most))
            piece = bytes(view[: self.readinto(view)])
        else:
            at_hand = getattr(self._body, "at_hand", False)
            piece = self._piece(most) if at_hand else self._received(self._piece, most)
            self._count(piece)
        if size < 0 and self._left:
            return b"".join((piece, *iter(lambda: self.read(_PIECE), b"")))
        return piece

    def readinto(self, view: memoryview, /) -> int:
        """Fill a buffer with what comes first and return the number of bytes, 0 at the end."""
        self._check_open()
        view = view[: self._left]
        if not view:
            return 0
        count = self._received(self._filled, view)
        self._count(view[:count])
        return count

    def _check_open(self) -> None:
        if self._closed:
            raise InvalidInput("the reader is closed")

    def _count(self, data: bytes | memoryview) -> None:
        """Note what came; the last of it is what proves the whole."""
        self._left -= len(data)
        if self._known is not None:
            self._known.running.update(data)
        if not self._left:
            self._end()
        elif self._patience() < 0:
            raise Unavailable(
                f"the server sends too slowly: {self._length - self._left} bytes "
                f"in {self._waited:.0f} seconds"
            )

    def _end(self) -> None:
        if not self._told and self._more():
            raise IntegrityError("more bytes came than the object has")
        self._body.close()
        known = self._known
        if known is None:
            return
        if known.running.value() != known.value:
            raise IntegrityError(
                f"the bytes that came do not have the {known.name} that is stored",
                hint="Where this server's ETags are no MD5s, read a range: it is not compared."
                if known.name == "MD5"
                else "",
            )
        self.verified = known.name

    def _more(self) -> bool:
        try:
            return bool(self._body.read(1))
        except StorageError:
            return False  # all of the object is here, whatever became of the last chunk

    def _patience(self) -> float:
        """Return the seconds that may still be waited, given what has come."""
        return self._seconds + (self._length - self._left) / MIN_RATE - self._waited

    def _deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, keep=False, closing=self._closing)

    def _received(self, receive: Callable[[Any], T], room: Any) -> T:
        """Return what `receive` gives: something, or the body is taken up where it broke."""
        breaks = 0
        while True:
            began = time.monotonic()
            self._body.deadline = self._deadline(max(self._patience(), _COLLECTING))
            try:
                if self._broken is not None:
                    raise self._broken
                if got := receive(room):
                    return got
                raise Unavailable(f"the body ended {self._left} bytes early")
            except StorageError as error:
                self._broken = error
                self._take_up(error, breaks, self._patience() - (time.monotonic() - began))
            finally:
                self._waited += time.monotonic() - began
            breaks += 1

    def _piece(self, size: int) -> bytes:
        """Return what comes first."""
        return read_piece(self._body, size)

    def _filled(self, view: memoryview) -> int:
        """Fill a buffer; less of it within a second from a slow server, or before a break."""
        filled, until = 0, time.monotonic() + _COLLECTING
        try:
            while filled < len(view) and (count := read_into(self._body, view[filled:])):
                filled += count
                if time.monotonic() > until:
                    break
        except StorageError as error:
            if not filled:
                raise
            self._broken = error
        return filled

    def _take_up(self, error: StorageError, breaks: int, seconds: float) -> None:
        """Open the rest, or raise `error` where trying again is of no use or time is up."""
        self._body.close(reuse=False)
        error = error.evolve(may_have_applied=False)
        pause = pause_after(breaks) if breaks else 0.0
        if not error.retryable or pause >= seconds:
            raise error
        deadline = self._deadline(seconds)
        deadline.pause(pause)
        self._body = self._reopen(self._length - self._left, deadline)
        self._broken = None

    def close(self) -> None:
        """Give the connection back, or up if bytes are left."""
        self._closed = True
        self._body.close()
