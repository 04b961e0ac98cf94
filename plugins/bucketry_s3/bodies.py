"""Bodies on their way: what is given to the SDK, and what is taken from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bucketry import BadCredentials, StorageError

EFFECTIVE = frozenset(
    {
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "DeleteObject",
        "DeleteObjects",
        "PutObject",
    }
)
"""Operations that can have taken effect though they failed. A part makes nothing visible."""

_SMALL = 64 * 1024

_RECORD = 16 * 1024
"""Bytes of the largest TLS record: more does not come at once, and room for it would be wasted."""


@contextmanager
def sdk_errors(operation: str) -> Iterator[None]:
    """Turn the SDK's errors, and those of the HTTP client under it, into bucketry's."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    from bucketry_s3.errors import translate

    try:
        yield
    except StorageError:
        raise  # some of them are an OSError, too
    except (BotoCoreError, ClientError, HTTPError, OSError) as error:
        told = translate(error, operation)
        if isinstance(told, StorageError) and operation not in EFFECTIVE:
            told = told.evolve(may_have_applied=False)
        raise told from error
    except RuntimeError as error:
        if "expired" not in str(error):
            raise
        # botocore's word for credentials that have just been renewed and are expired all the same.
        raise BadCredentials(f"ambient credentials cannot be used: {error}") from error


def outgoing(buffer: bytearray) -> Any:
    """A small body goes out together with the headers; a large one must not be glued to them."""
    return bytes(buffer) if len(buffer) <= _SMALL else _File(buffer)


class _File:
    """A buffer as a file: botocore and its native signer copy bytes whole, but files in pieces."""

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self._position = 0

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._buffer) if size is None or size < 0 else self._position + size
        data = bytes(memoryview(self._buffer)[self._position : end])
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        start = (0, self._position, len(self._buffer))[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position


class Incoming:
    """The body of an answer; its errors are bucketry's."""

    def __init__(self, body: Any) -> None:
        """Take botocore's `StreamingBody`."""
        self._body = body
        # Reading all that is asked for would wait as long as a slow server likes.
        raw = getattr(body, "_raw_stream", body)
        self._read: Callable[[int], bytes] = getattr(raw, "read1", None) or body.read

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer at the end and what came within a second from a slow server.

        Only b"" means the end.
        """
        pieces = []
        until = time.monotonic() + 1
        with sdk_errors("GetObject"):
            while size and (piece := self._read(min(size, _RECORD))):
                pieces.append(piece)
                size -= len(piece)
                if time.monotonic() > until:
                    break
        return b"".join(pieces)

    def close(self) -> None:
        """Give up the connection unless the body was read to its end."""
        self._body.close()
