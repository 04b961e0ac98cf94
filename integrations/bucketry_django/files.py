"""Open files of a storage."""

from __future__ import annotations

import io
from types import TracebackType
from typing import IO, Any

from django.core.files import File

from bucketry import ObjectWriter, Provider

BUFFER = 256 * 1024
"""Bytes read at once; who looks here and there in a head, as for an image's size, stays in it."""

_MODES = ("r", "rb", "rt", "w", "wb", "wt")


class StoredFile(File):  # type: ignore[type-arg]
    """An object as a file of Django's.

    One that is written is stored when it is closed, whole. An exception inside of its ``with``
    stores nothing, and so does a file that nobody closes.
    """

    def __init__(self, provider: Provider, key: str, name: str, mode: str) -> None:
        """Open the object; `ValueError` for a mode that objects do not have."""
        if mode not in _MODES:
            raise ValueError(f"the mode is one of {', '.join(_MODES)}, not {mode!a}")
        self._provider = provider
        self._key = key
        self._writer: ObjectWriter | None = None
        super().__init__(self._opened(mode), name)
        self.mode = mode

    def _opened(self, mode: str) -> IO[Any]:
        raw: io.RawIOBase
        if mode.startswith("w"):
            raw = self._writer = self._provider.open(self._key, "wb", prevent_overwrite=False)
            buffered: Any = io.BufferedWriter(raw, BUFFER)
        else:
            raw = reader = self._provider.open(self._key)
            self.__dict__["size"] = reader.info.size
            buffered = io.BufferedReader(raw, BUFFER)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding="utf-8")

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> StoredFile:
        """Go to the start, of a closed file by opening it again."""
        if self.closed:
            self.file = self._opened(mode or self.mode)
        else:
            self.seek(0)
        return self

    def close(self) -> None:
        """Close the file; what was written is stored."""
        if self._writer is not None and not self._writer.closed:
            self.flush()
            self._writer.commit()
        super().close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None and self._writer is not None:
            self._writer.close()
        super().__exit__(kind, error, traceback)
