"""An object's bytes on their way in: as many as announced, as stored, and at a useful pace."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bucketry import IntegrityError, InvalidInput, StorageError, Unavailable
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.protocol.checksums import CHEAPEST_FIRST, RunningChecksum
from bucketry_s3.protocol.deadline import MIN_RATE, Deadline
from bucketry_s3.protocol.wire import AnswerBody

_COLLECTING = 1.0
"""Seconds that pieces are put together for one read."""


class BodyStream:
    """What an `ObjectReader` reads from.

    The server may keep readers waiting for `seconds` in all, and at `MIN_RATE`; the time that the
    application takes between two reads is its own.
    """

    def __init__(
        self, body: AnswerBody, length: int, seconds: float, checksums: Mapping[str, str]
    ) -> None:
        """Take a body of `length` bytes, and the digests that are known of all of them."""
        self._body = body
        self._left = length
        self._length = length
        self._seconds = seconds
        self._waited = 0.0
        self._closed = False
        # "...-3" is a digest of three parts' digests, which the bytes alone cannot tell.
        known: list[ChecksumAlgorithm] = [
            name for name in CHEAPEST_FIRST if "-" not in checksums.get(name, "-")
        ]
        self._checksum = RunningChecksum(known[0]) if known else None
        self._stored = checksums[known[0]] if known else ""
        if not length:
            body.close()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end; everything left when negative."""
        if self._closed:
            raise InvalidInput("the reader is closed")
        if size < 0:
            return b"".join(iter(lambda: self._some(self._left), b""))
        return self._some(size)

    def _some(self, size: int) -> bytes:
        if not size or not self._left:
            return b""
        began = time.monotonic()
        data = self._arrived(min(size, self._left), began)
        self._waited += time.monotonic() - began
        if not data:
            raise Unavailable(f"the body ended {self._left} bytes early")
        self._left -= len(data)
        if self._checksum is not None:
            self._checksum.update(data)
            if not self._left and self._checksum.value() != self._stored:
                raise IntegrityError(
                    f"the bytes that came do not have the {self._checksum.algorithm} that is stored"
                )
        if not self._left:
            self._body.close()
        elif self._patience() < 0:
            raise Unavailable(
                f"the server sends too slowly: {self._length - self._left} bytes "
                f"in {self._waited:.0f} seconds"
            )
        return data

    def _patience(self) -> float:
        """Return the seconds that may still be waited, given what has come."""
        return self._seconds + (self._length - self._left) / MIN_RATE - self._waited

    def _arrived(self, size: int, began: float) -> bytes:
        """Return `size` bytes, fewer at the end and what came within a second from a slow server.

        Only b"" means the end.
        """
        self._body.deadline = Deadline(max(self._patience(), _COLLECTING))
        pieces = []
        try:
            while size and (piece := self._body.read(size)):
                pieces.append(piece)
                size -= len(piece)
                if time.monotonic() - began > _COLLECTING:
                    break
        except StorageError as error:
            raise error.evolve(may_have_applied=False) from error.__cause__
        return b"".join(pieces)

    def close(self) -> None:
        """Give the connection back, or up if bytes are left."""
        self._closed = True
        self._body.close()
