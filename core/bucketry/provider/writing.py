"""Writing an object like a file: published whole, or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Self

from bucketry.errors import InvalidInput, InvalidSource
from bucketry.model import StoredObject

IN_MEMORY = 8 << 20
"""Bytes that are kept in memory; with more the whole goes to a temporary file."""


class ObjectWriter(io.RawIOBase):
    """An object being written; get one from ``Provider.open(key, "wb")``.

    What is written is kept here until the end and then uploaded in one operation, at the clean exit
    of the writer's own ``with`` or by `commit`. Everything else publishes nothing and leaves
    nothing: an exception, `close`, a wrapper such as `io.TextIOWrapper` that closes it (so `detach`
    the wrapper), garbage collection, the end of the process.

    `stored` is what was stored, None before.
    """

    def __init__(self, key: str, store: Callable[[IO[bytes]], StoredObject]) -> None:
        """`store` uploads the file it is given."""
        self.key = key
        self.stored: StoredObject | None = None
        self._store = store
        self._file: IO[bytes] = io.BytesIO()
        self._on_disk = False

    @property
    def name(self) -> str:
        """The object's key: `io.TextIOWrapper` and others ask a file for its name."""
        return self.key

    def write(self, data: Any, /) -> int:
        """Append bytes and return their number."""
        self._check_open()
        try:
            view = memoryview(data).cast("B")
        except (TypeError, ValueError, NotImplementedError):
            raise _NoBytes(f"a file takes bytes, not {type(data).__name__}") from None
        with _room():
            if not self._on_disk and self._file.tell() + len(view) > IN_MEMORY:
                self._move_to_disk()
            self._file.write(view)
        return len(view)

    def _move_to_disk(self) -> None:
        position = self._file.tell()
        self._file.seek(0)
        import tempfile  # only for what is large

        on_disk = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the writer
        on_disk.write(self._file.read())
        on_disk.seek(position)
        self._file, self._on_disk = on_disk, True

    def commit(self) -> StoredObject:
        """Upload what was written, close the writer and return what was stored.

        Raises what `Provider.upload` raises; then nothing is stored, and it may be tried again.
        """
        self._check_open()
        with _room():
            self._file.seek(0)
        self.stored = self._store(self._file)
        self.close()
        return self.stored

    def readinto(self, buffer: Any, /) -> int:
        """Raise `io.UnsupportedOperation`, as every file does that is open for writing."""
        raise io.UnsupportedOperation("not readable")

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True: nothing is sent yet."""
        return True

    def tell(self) -> int:
        """Return the number of the byte that is written next."""
        self._check_open()
        return self._file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to another byte, to write over it."""
        self._check_open()
        try:
            return self._file.seek(offset, whence)
        except (TypeError, ValueError, OSError) as error:
            raise InvalidInput(f"there is nothing to seek to: {error}") from None

    def close(self) -> None:
        """Throw away what was not committed; safe to call twice."""
        if not self.closed:
            super().close()
            self._file.close()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self.stored is None:
                self.commit()
        finally:
            self.close()

    def _check_open(self) -> None:
        if self.closed:
            raise InvalidInput(
                "the writer is closed"
                if self.stored
                else f"the writer of {self.key!a} was closed before it was committed, and nothing "
                "is stored; detach() a wrapper, which else closes it"
            )


class _NoBytes(InvalidInput, TypeError):
    """What files have for text: numpy's savetxt and others find out by it what a file takes."""


@contextmanager
def _room() -> Iterator[None]:
    """Say that what is written cannot be kept until it is uploaded; for calls of the system."""
    try:
        yield
    except OSError as error:
        import tempfile

        raise InvalidSource(
            f"what is written cannot be kept in {tempfile.gettempdir()}: {error.strerror or error}"
        ) from error
