"""The store's own folder: its lock, its temporary files, its signing key."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bucketry import BucketNotFound, Rejected, StorageError
from bucketry_local.disk import disk, locked, write_file

STALE_SECONDS = 86_400
"""Age at which a temporary file counts as left behind by a killed process."""


class OwnFolder:
    """The folder ``.bucketry`` of a store; it is made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._temporaries = path / "tmp"
        self._lock = path / "lock"
        self._tidied = False

    def locked(self) -> AbstractContextManager[None]:
        """Hold the lock of the whole store."""
        if not os.path.isdir(self.path):
            self._make(self.path)
        return locked(self._lock)

    def _make(self, folder: Path) -> None:
        try:
            with disk():
                folder.mkdir(parents=True, exist_ok=True)
        except StorageError as error:
            if isinstance(error.__cause__, FileExistsError | NotADirectoryError):
                raise BucketNotFound(
                    f"{self.path.parent} is not a folder", hint="Set directory to a folder."
                ) from None
            raise

    def signing_key(self) -> str:
        """Return the key kept in the store, made at random the first time."""
        file = self.path / "signing-key"
        with disk():
            if not file.exists():
                with self.locked():
                    if not file.exists():
                        text = secrets.token_hex(32)
                        write_file(file, text.encode(), self.new_name(), mode=0o600)
            text = file.read_text("utf-8").strip()
        if len(text) < 16:
            raise Rejected(
                f"{file} holds no signing key",
                hint="Delete the file, and a new one is made; URLs signed so far stop working.",
            )
        return text

    def new_name(self) -> Path:
        """Return the name of a temporary file; the folder exists from the first one on."""
        if not os.path.isdir(self._temporaries):
            self._make(self._temporaries)
        return self._temporaries / secrets.token_hex(16)

    @contextmanager
    def temporary(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Give a new file on the same file system, with a new file's usual rights."""
        with disk():
            path = self._temporaries / secrets.token_hex(16)
            try:
                file = open(path, "xb")  # noqa: SIM115 - closed below
            except (FileNotFoundError, NotADirectoryError):
                self._make(self._temporaries)
                file = open(path, "xb")  # noqa: SIM115 - closed below
            if not self._tidied:
                self._tidy()
        try:
            yield path, file
        finally:
            with suppress(OSError):
                file.close()  # on a full disk it fails again
            if os.path.lexists(path):  # it has not got another name
                path.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Remove what killed processes left behind."""
        oldest = time.time() - STALE_SECONDS
        for leftover in self._temporaries.iterdir():
            with suppress(FileNotFoundError):
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()
        self._tidied = True
