"""What is uploaded: bytes, a path, a binary file or an iterator of bytes, read in one way."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from inspect import iscoroutinefunction
from pathlib import Path
from typing import IO, Any

from bucketry import cancelling
from bucketry.bodies import (
    READING,
    Chunk,
    asked,
    chunks_of,
    gives_bytes,
    has,
    instead_of,
    path_of,
    reads_into,
    told,
    unreadable,
)
from bucketry.errors import BucketryError, InvalidSource, PluginError, SourceChanged
from bucketry.media_types import declared_type

TAKEN = "it read from the source before that is stored; source.peek() leaves the bytes there"
"""What is said of a layer that would make an object of the rest."""

_NOT_READY = "the file is in non-blocking mode and has no bytes ready"

Body = Chunk | os.PathLike[str] | IO[bytes] | Iterable[Chunk]
"""What `Provider.upload` takes. No `str`: it could be a path or the text."""


class Source:
    """The bytes of one upload, read forwards, once.

    `size` is the number of bytes, or None when only the end of the source will tell. `name` is the
    file's name where the source has one, and `content_type` the media type that it declares, as
    what web frameworks hand over does. A file that bucketry opened is closed by bucketry; a file
    that the caller passed is left open, its position behind the last byte read.
    """

    def __init__(self, body: Body) -> None:
        """Open `body`; `InvalidSource` for text, folders, unreadable files and other types."""
        self.size: int | None = None
        self.name: str | None = None
        self.content_type: str | None = None
        self._file: IO[bytes] | None = None
        self._chunks: Iterator[Chunk] | None = None
        # A view, because cutting bytes copies all that is left of them.
        self._pending = memoryview(b"")
        self._owned = False
        self._fills = False  # whether the file fills a buffer as it reads
        self._stat: os.stat_result | None = None
        self.bytes_read = 0
        if isinstance(body, Chunk):
            self._pending = memoryview(bytes(body))
            self.size = len(self._pending)
        elif isinstance(body, str):
            raise InvalidSource(
                "a str is not a source: pass pathlib.Path(...) for a file, .encode() for its text"
            )
        elif isinstance(body, os.PathLike):
            self._open_path(path_of(body))
        elif told(body, "read") is not None and not isinstance(body, type):
            self._use_file(body)
        elif isinstance(body, Iterable) and not isinstance(body, type | Mapping | Set):
            self._chunks = chunks_of(body)
            self._learn(body)
        else:
            raise InvalidSource(f"{type(body).__name__} is not a source: {instead_of(body)}")

    def _open_path(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except IsADirectoryError:
            raise InvalidSource(f"{path} is a folder; upload its files one by one") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise InvalidSource(f"{path} cannot be read: {reason}") from error
        self._owned = self._fills = True
        self.name = path.name
        self._measure(self._file)

    def _use_file(self, file: Any) -> None:
        if iscoroutinefunction(file.read):
            raise InvalidSource(
                f"reading a {type(file).__name__} is awaited: pass its .file, or upload with "
                "bucketry.aio"
            )
        if told(file, "closed") is True:
            raise InvalidSource("the file is closed; open it again, or upload before it is closed")
        if isinstance(file, io.TextIOBase) or isinstance(told(file, "encoding"), str):
            raise InvalidSource("the file is open in text mode; open it with mode 'rb'")
        if asked(file, "readable") is False and not gives_bytes(file):
            raise InvalidSource("the file is open for writing only; open it with mode 'rb'")
        self._file = file
        self._fills = reads_into(file)
        self._learn(file)
        self._measure(file)

    def _learn(self, file: Any) -> None:
        """Take the name and the type that a source says it has."""
        # What stands for a form's file has the field's name as `name` and the file's beside it.
        form = not (isinstance(file, io.IOBase) and has(file, "name")) and has(file, "filename")
        name = told(file, "filename" if form else "name")
        if isinstance(name, str) and name:
            self.name = re.split(r"[/\\]", name)[-1] or None
        self.content_type = declared_type(told(file, "content_type"))

    def _measure(self, file: Any) -> None:
        """Learn the number of bytes left and how the file looks now, where it is a real file."""
        if asked(file, "seekable") is not True:
            return
        try:
            start = file.tell()
            end = file.seek(0, os.SEEK_END) if isinstance(start, int) else None
        except Exception:
            return  # it says that it can seek, and cannot; how it fails is its own choice
        if not isinstance(start, int):
            return
        try:
            file.seek(start)
        except Exception as error:
            raise InvalidSource(f"the file cannot be rewound, though it says so: {error}") from None
        if not isinstance(end, int):
            return
        if 0 < end <= start:
            raise InvalidSource(
                "the file stands at its end, so nothing would be stored; rewind it with seek(0), "
                'or pass b"" for an empty object'
            )
        if end == start and (ahead := self._next_chunk(1 << 16)):
            self._pending = ahead  # the system counts no bytes in a file of its own, as in /proc
            return
        self.size = max(0, end - start)
        try:
            self._stat = os.fstat(file.fileno())
        except (AttributeError, OSError, ValueError, TypeError):
            self._stat = None

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """Fill `buffer` and return the number of bytes, less than its length only at the end.

        Short reads of the source are put together, so the end is never seen too early.
        """
        view = memoryview(buffer)
        filled = 0
        while filled < len(view):
            if self._fills and not self._pending:
                count = self._read_into(view[filled:])
                if not count:
                    break
                filled += count
                continue
            chunk = self._pending or self._next_chunk(len(view) - filled)
            if not chunk:
                break
            taken = min(len(chunk), len(view) - filled)
            view[filled : filled + taken] = chunk[:taken]
            self._pending = chunk[taken:]
            filled += taken
        self.bytes_read += filled
        return filled

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes, fewer only at the end."""
        buffer = bytearray(size)
        filled = self.readinto(buffer)
        return bytes(memoryview(buffer)[:filled])

    def peek(self, size: int) -> bytes:
        """Return the first `size` bytes of what is left, fewer only at the end, and keep them.

        They are read ahead and held in memory, so ask for few.
        """
        ahead = bytearray(self._pending)
        self._pending = memoryview(b"")
        try:
            while len(ahead) < size and (chunk := self._next_chunk(size - len(ahead))):
                ahead += chunk
        finally:
            self._pending = memoryview(bytes(ahead))
        return bytes(self._pending[:size])

    def exhausted(self) -> bool:
        """Return whether there is nothing left; may read ahead a little."""
        if not self._pending:
            self._pending = self._next_chunk(1 << 16)
        return not self._pending

    def _next_chunk(self, size: int) -> memoryview:
        """Return some bytes that follow `_pending`, none at the end."""
        cancelling.check()
        if self._file is not None:
            read = self._read(size)
            if read is None:
                raise InvalidSource(_NOT_READY)
            return _bytes_of(read)
        for chunk in self._chunks or ():
            view = _bytes_of(chunk)
            if view:
                return view
        return memoryview(b"")

    def _read(self, size: int) -> object:
        """Read the file."""
        assert self._file is not None  # noqa: S101 - only files are read
        with self._reading():
            return self._file.read(size)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in our words what Python says of a closed or unreadable file."""
        try:
            yield
        except BucketryError:
            raise  # another provider's, which may be an OSError, too
        except READING as error:
            raise unreadable(error, began=bool(self.bytes_read)) from error

    def _read_into(self, view: memoryview) -> int:
        """Let the file fill a buffer, and return the number of bytes."""
        cancelling.check()
        with self._reading():
            count = self._file.readinto(view)  # type: ignore[union-attr] # `_fills` says so
        if count is None:
            raise InvalidSource(_NOT_READY)
        if not 0 <= count <= len(view):
            raise InvalidSource(f"the file's readinto says {count}, given room for {len(view)}")
        return int(count)

    def digest(self) -> str:
        """Return the SHA-256 of the whole source in hex, read ahead and rewound.

        `InvalidSource` for a stream that cannot be rewound.
        """
        if self._file is None and self._chunks is None:
            return hashlib.sha256(self._pending).hexdigest()
        if self._file is None or self.size is None:
            raise InvalidSource(
                "a name made from the content needs bytes or a file; a stream is read only once, "
                "so give it a key"
            )
        start = self._file.tell()
        hasher = hashlib.sha256(self._pending)
        while chunk := self._read(1 << 20):
            hasher.update(_bytes_of(chunk))
        self._file.seek(start)
        return hasher.hexdigest()

    def check_untouched(self) -> None:
        """Raise `PluginError` if a layer has read from it: the rest would pass as the whole.

        Call it before the first read.
        """
        if self.bytes_read:
            raise PluginError("bucketry_upload", TAKEN)

    def check_complete(self) -> None:
        """Raise `SourceChanged` unless exactly the promised bytes came and the file is unchanged.

        Call it after the last read and before the object is published. A file rewritten with the
        same size within the clock's resolution cannot be noticed.
        """
        if self.size is not None and (self.bytes_read != self.size or not self.exhausted()):
            more = " and more" if self.bytes_read >= self.size else ""
            raise SourceChanged(
                f"the source had {self.size} bytes at the start and gave {self.bytes_read}{more}",
                hint="Upload a file that nobody writes to, or a copy of it.",
            )
        if self._stat is not None and self._file is not None:
            now = os.fstat(self._file.fileno())
            before = self._stat
            if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise SourceChanged(
                    "the file was written to during the upload",
                    hint="Upload a file that nobody writes to, or a copy of it.",
                )

    def close(self) -> None:
        """Close the file if bucketry opened it."""
        if self._owned and self._file is not None:
            self._file.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _bytes_of(chunk: object) -> memoryview:
    if not isinstance(chunk, Chunk):
        raise InvalidSource(f"the source gives {type(chunk).__name__}, not bytes")
    # Copied unless it is bytes: the source may use its buffer again.
    return memoryview(bytes(chunk))
