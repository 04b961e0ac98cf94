"""An object's bytes on their way in: as many as announced, as stored, and at a useful pace."""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import field, frozen

from bucketry import IntegrityError, InvalidInput, StorageError, Unavailable
from bucketry.cancelling import Cancellation
from bucketry_s3.protocol.checksums import Digest
from bucketry_s3.protocol.deadline import MIN_RATE, Deadline
from bucketry_s3.protocol.retrying import pause_after
from bucketry_s3.protocol.wire import AnswerBody, read_into

_COLLECTING = 1.0
"""Seconds that pieces are put together for one read."""

_PIECE = 1 << 20
"""Bytes of one read."""


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
        if size < 0:
            first = self.read(_PIECE)
            if not self._left:
                return first
            return b"".join((first, *iter(lambda: self.read(_PIECE), b"")))
        view = memoryview(bytearray(min(size, self._left, _PIECE)))
        return bytes(view[: self.readinto(view)])

    def readinto(self, view: memoryview, /) -> int:
        """Fill a buffer with what comes first and return the number of bytes, 0 at the end."""
        if self._closed:
            raise InvalidInput("the reader is closed")
        view = view[: self._left]
        if not view:
            return 0
        breaks = 0
        while not (count := self._arrived(view, breaks)):
            breaks += 1
        self._left -= count
        if self._known is not None:
            self._known.running.update(view[:count])
        if not self._left:
            self._end()
        elif self._patience() < 0:
            raise Unavailable(
                f"the server sends too slowly: {self._length - self._left} bytes "
                f"in {self._waited:.0f} seconds"
            )
        return count

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

    def _arrived(self, view: memoryview, breaks: int) -> int:
        """Fill a buffer; less of it within a second from a slow server or before a break.

        Return the number of bytes. After a break, 0 means that the rest has been opened again.
        """
        began = time.monotonic()
        self._body.deadline = self._deadline(max(self._patience(), _COLLECTING))
        filled = 0
        try:
            if self._broken is not None:
                raise self._broken
            while filled < len(view):
                count = read_into(self._body, view[filled:])
                if not count:
                    raise Unavailable(f"the body ended {self._left - filled} bytes early")
                filled += count
                if time.monotonic() - began > _COLLECTING:
                    break
        except StorageError as error:
            self._broken = error
            if not filled:
                self._take_up(error, breaks, self._patience() - (time.monotonic() - began))
        finally:
            self._waited += time.monotonic() - began
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
