"""An open object, which is a file."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol, Self

from bucketry.errors import IntegrityError, InvalidInput, PluginError
from bucketry.model.objects import ObjectInfo

_FOR_LINES = 64 * 1024
_UNLIMITED = sys.maxsize


def _limit(size: int | None) -> int:
    """Return how many bytes may be given; the protocol of files has None and negatives for all."""
    if size is None:
        return _UNLIMITED
    if not isinstance(size, int):
        raise InvalidInput(f"a size is a number of bytes (an int), not {type(size).__name__}")
    return _UNLIMITED if size < 0 else min(size, _UNLIMITED)


def _no_stream(given: object, size: int) -> PluginError:
    told = f"{len(given):,} bytes" if isinstance(given, bytes) else f"a {type(given).__name__}"
    wanted = "bytes" if size < 0 else f"at most {size:,} bytes"
    return PluginError("bucketry_open", f"its stream gave {told} where {wanted} were asked for")


class ByteStream(Protocol):
    """What `bucketry_open` reads from.

    It may have ``readinto(view)``, too, as files do, which spares a copy of every byte. It takes up
    by itself what breaks off. One that compares the bytes with a known digest has the
    digest's name as `verified` once they are found to be the same, None before.
    """

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end; everything left when negative."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class ObjectReader(io.RawIOBase):
    """An open object: `info`, and its bytes as a binary file. Use it as a context manager.

    It is what `bucketry_open` answers, read forwards. What `Provider.open` returns can seek, too:
    it opens the object again at that place, and notices if it is another one by then.
    """

    def __init__(self, info: ObjectInfo, stream: ByteStream) -> None:
        """`info.size` is the size of the whole object, also when a range was asked for."""
        self.info = info
        self._stream = stream
        self._position = 0
        # Read for the sake of whole lines; what is before `_given` has been given out.
        self._ahead = b""
        self._given = 0

    @property
    def name(self) -> str:
        """The object's key: `io.TextIOWrapper` and others ask a file for its name."""
        return self.info.key

    @property
    def verified(self) -> str | None:
        """The digest that the bytes were found to have, such as ``"CRC64NVME"`` or ``"MD5"``.

        None before the whole object has been read, where none is known, and for a range.
        """
        verified: str | None = getattr(self._stream, "verified", None)
        return verified

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, fewer only at the end; everything left when negative."""
        self._check_open()
        left = _limit(size)
        parts: list[bytes] = []
        while left > 0 and not (parts and self.verified):  # behind what is proven comes nothing
            if self._given < len(self._ahead):
                data = self._take(left)
            elif data := self._pull(-1 if left > _UNLIMITED // 2 else left):
                self._position += len(data)
            else:
                break
            parts.append(data)
            left -= len(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readall(self) -> bytes:
        """Return everything left."""
        return self.read(-1)

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` with what comes first and return the number of bytes, 0 at the end."""
        self._check_open()
        try:
            view = memoryview(buffer).cast("B")
        except (TypeError, ValueError, NotImplementedError):
            raise InvalidInput(f"a {type(buffer).__name__} cannot be filled with bytes") from None
        if view.readonly:
            raise InvalidInput(f"a {type(buffer).__name__} cannot be filled with bytes")
        data = self._take(len(view))
        if data or not view:
            view[: len(data)] = data
            return len(data)
        count = self._pull_into(view)
        self._position += count
        return count

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the bytes up to and with the next newline, at most `size` if not negative."""
        self._check_open()
        left = _limit(size)
        parts = []
        while left > 0:
            if self._given == len(self._ahead):
                self._ahead, self._given = self._pull(_FOR_LINES), 0
                if not self._ahead:
                    break
            end = self._ahead.find(b"\n", self._given) + 1
            part = self._take(min(left, end - self._given) if end else left)
            parts.append(part)
            left -= len(part)
            if part.endswith(b"\n"):
                break
        return b"".join(parts)

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """Yield the bytes left in pieces of `size`."""
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise InvalidInput("chunks have a size of at least 1 byte, given as an int")
        return iter(lambda: self.read(size), b"")

    def write(self, data: Any, /) -> int:
        """Raise `io.UnsupportedOperation`, as every file does that is open for reading."""
        raise io.UnsupportedOperation("not writable")

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the number of the byte that is read next, counted from the start of the range."""
        self._check_open()
        return self._position

    def close(self) -> None:
        """Give the connection back; safe to call twice."""
        if not self.closed:
            super().close()
            self._stream.close()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("an open object is not pickled or copied; send its key and open it there")

    def __iter__(self) -> Self:
        """Yield lines, as every file does; `chunks` gives pieces."""
        self._check_open()
        return self

    def _take(self, size: int) -> bytes:
        """Return up to `size` bytes of what is at hand."""
        data = self._ahead[self._given : self._given + size]
        self._given += len(data)
        self._position += len(data)
        return data

    def _pull(self, size: int) -> bytes:
        """Return up to `size` bytes of the stream, everything left when negative."""
        data: object = self._stream.read(size)
        if not isinstance(data, bytes) or -1 < size < len(data):
            raise _no_stream(data, size)
        self._check_end(len(data))
        return data

    def _pull_into(self, view: memoryview) -> int:
        """Fill a buffer with some bytes of the stream, 0 at the end."""
        readinto: Callable[[memoryview], int] | None = getattr(self._stream, "readinto", None)
        if readinto is None:
            data = ObjectReader._pull(self, len(view))
            view[: len(data)] = data
            return len(data)
        count: object = readinto(view)
        if not isinstance(count, int) or not 0 <= count <= len(view):
            raise _no_stream(count, len(view))
        self._check_end(count)
        return count

    def _check_end(self, count: int) -> None:
        """Refuse what comes behind the last byte of the object: some streams never end."""
        arrived = self._position + count
        if arrived > self.info.size:
            raise IntegrityError(f"{arrived} bytes arrived, {self.info.size} were announced")

    def _check_open(self) -> None:
        if self.closed:
            raise InvalidInput("the reader is closed")
