"""What is uploaded: bytes, a path, a binary file or an iterator of bytes, read in one way."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import AsyncIterable, Iterable, Iterator
from contextlib import contextmanager, suppress
from inspect import iscoroutine, iscoroutinefunction
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from bucketry import cancelling
from bucketry.errors import BucketryError, InvalidSource, SourceChanged
from bucketry.media_types import declared_type

Chunk = bytes | bytearray | memoryview
"""A piece of a source."""

READING = (OSError, ValueError, TypeError, AttributeError)
"""What Python raises of files that cannot be read; anything else is the application's own."""

_NOT_READY = "the file is in non-blocking mode and has no bytes ready"

_OWN_FILES = frozenset({io.BufferedReader, io.BufferedRandom, io.BytesIO, io.FileIO})

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
            self._open_path(_path_of(body))
        elif _told(body, "read") is not None and not isinstance(body, type):
            self._use_file(body)
        elif isinstance(body, Iterable) and not isinstance(body, type):
            self._chunks = _chunks_of(body)
            self._learn(body)
        else:
            raise InvalidSource(f"{type(body).__name__} is not a source: {_instead_of(body)}")

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
        if _told(file, "closed") is True:
            raise InvalidSource("the file is closed; open it again, or upload before it is closed")
        if isinstance(file, io.TextIOBase) or isinstance(_told(file, "encoding"), str):
            raise InvalidSource("the file is open in text mode; open it with mode 'rb'")
        if _asked(file, "readable") is False and not _gives_bytes(file):
            raise InvalidSource("the file is open for writing only; open it with mode 'rb'")
        self._file = file
        self._fills = _reads_into(file)
        self._learn(file)
        self._measure(file)

    def _learn(self, file: Any) -> None:
        """Take the name and the type that a source says it has."""
        # What stands for a form's file has the field's name as `name` and the file's beside it.
        name = _told(file, "filename" if hasattr(file, "filename") else "name")
        if isinstance(name, str) and name:
            self.name = re.split(r"[/\\]", name)[-1] or None
        self.content_type = declared_type(_told(file, "content_type"))

    def _measure(self, file: Any) -> None:
        """Learn the number of bytes left and how the file looks now, where it is a real file."""
        if _asked(file, "seekable") is not True:
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def unreadable(error: Exception, *, began: bool) -> SourceChanged | InvalidSource:
    """Return in our words what Python says of a closed or unreadable file."""
    reason = getattr(error, "strerror", None) or error
    if began:
        return SourceChanged(f"the file could be read no further: {reason}")
    return InvalidSource(f"the file cannot be read: {reason}")


def _told(body: object, name: str) -> object:
    """Return an attribute of a stranger's file, None where it has none or fails to tell."""
    with suppress(Exception):
        return getattr(body, name, None)
    return None


def _asked(body: object, name: str) -> object:
    """Return what a method without arguments says, None where there is none or it fails."""
    method: Any = _told(body, name)
    with suppress(Exception):
        return method() if callable(method) else None
    return None


def _path_of(body: os.PathLike[str]) -> Path:
    try:
        return Path(body)
    except Exception as error:
        raise InvalidSource(f"{type(body).__name__} is no path: {_reason(error)}") from error


def _chunks_of(body: Iterable[Chunk]) -> Iterator[Chunk]:
    try:
        return iter(body)
    except Exception as error:
        raise InvalidSource(
            f"{type(body).__name__} cannot be iterated: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """Return what an error of somebody else's says, where it can say anything."""
    with suppress(Exception):
        return str(error)
    return type(error).__name__


def _gives_bytes(file: Any) -> bool:
    """Return whether a file can be read, though a class that has only `read` denies it."""
    try:
        file.read(0)
    except Exception:
        return False
    return True


def _instead_of(body: object) -> str:
    """Return what to pass instead."""
    if isinstance(body, AsyncIterable) or iscoroutine(body):
        return "it is awaited; upload it with bucketry.aio"
    if hasattr(_told(body, "file"), "read"):
        return "pass its .file"
    return "pass bytes, a pathlib.Path, a file opened in binary mode, or an iterator of bytes"


def _reads_into(file: object) -> bool:
    """Return whether `readinto` gives what `read` gives: both are Python's own, or one is."""
    if type(file) in _OWN_FILES:
        return True
    return isinstance(file, io.RawIOBase) and getattr(type(file), "read", None) is io.RawIOBase.read


def _bytes_of(chunk: object) -> memoryview:
    if not isinstance(chunk, Chunk):
        raise InvalidSource(f"the source gives {type(chunk).__name__}, not bytes")
    # Copied unless it is bytes: the source may use its buffer again.
    return memoryview(bytes(chunk))
