"""The store's own folder: its lock, its temporary files, its signing key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from attrs import frozen

from bucketry import AccessDenied, BadCredentials, NotFound, StorageError, Swept
from bucketry.keys import percent_encoded
from bucketry_local.disk import (
    close,
    create,
    disk,
    locked,
    make_folders,
    moment,
    no_folder,
    write_file,
)

STALE_SECONDS = 86_400
"""Age at which a temporary file counts as left behind by a killed process."""


# Characters of a key, percent-encoded, in a file name; most file systems have 255 in all.
_TOLD = 160


@frozen(kw_only=True)
class Leftover:
    """A temporary file: the key that it is for, or how that begins, and when it was written."""

    path: Path
    key: str
    written: datetime


class Temporary:
    """The path and the open handle of a new file; for a ``with``.

    Whoever is done with it has given it another name; it is removed where an error comes first.
    """

    __slots__ = ("_file",)

    def __init__(self, path: str, handle: int) -> None:
        self._file = path, handle

    def __enter__(self) -> tuple[str, int]:
        return self._file

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        path, handle = self._file
        if error is not None:
            with suppress(OSError):
                os.unlink(path)
        close(handle)


class OwnFolder:
    """The folder ``.bucketry`` of a store; it is made when it is first needed."""

    def __init__(self, path: Path, *, synced: bool) -> None:
        """With `synced` it survives a power failure, and so does the folder that it is in."""
        self.path = path
        self._synced = synced
        self._temporaries = str(path / "tmp")
        self._lock = str(path / "lock")
        self._tidied = False

    def locked(self) -> locked:
        """Hold the lock of the whole store."""
        try:
            return locked(self._lock)
        except NotFound:
            self._make(str(self.path))
            return locked(self._lock)

    def _make(self, folder: str) -> None:
        try:
            with disk():
                make_folders(folder, synced=self._synced)
        except StorageError as error:
            # The second where nothing can be made, as below /proc.
            if isinstance(error.__cause__, NotADirectoryError | FileNotFoundError):
                raise no_folder(error.__cause__.filename) from None
            raise

    def signing_key(self) -> str:
        """Return the key kept in the store, made at random the first time."""
        file = self.path / "signing-key"
        with disk():
            if not file.exists():
                try:
                    self._make_key(file)
                except AccessDenied as error:
                    raise error.evolve(
                        hint="Configure a signing_key: without one, it is kept in the store."
                    ) from error.__cause__
            text = file.read_bytes().decode(errors="replace").strip()
        if len(text) < 16 or "\ufffd" in text:
            raise BadCredentials(
                f"{file} holds no signing key",
                hint="Delete the file, and a new one is made; URLs signed so far stop working.",
            )
        return text

    def _make_key(self, file: Path) -> None:
        with self.locked(), disk():
            if not file.exists():
                text = secrets.token_hex(32)
                write_file(file, text.encode(), self.new_name(), mode=0o600)

    def new_name(self, key: str = "") -> Path:
        """Return the name of a temporary file; the folder exists from the first one on."""
        if not os.path.isdir(self._temporaries):
            self._make(self._temporaries)
        return Path(self._name(key))

    def _name(self, key: str) -> str:
        # It tells whoever sweeps the key that it is for, or how that begins.
        told = percent_encoded(key).replace("/", "%2F")[:_TOLD]
        return f"{self._temporaries}/{os.urandom(16).hex()}.{told}"

    def temporary(self, key: str) -> Temporary:
        """Make a new file on the same file system, with a new file's usual rights."""
        if not self._tidied:
            self._tidy()
        with disk():
            path = self._name(key)
            try:
                return Temporary(path, create(path))
            except (FileNotFoundError, NotADirectoryError):
                self._make(self._temporaries)
                return Temporary(path, create(path))

    def _tidy(self) -> None:
        """Remove what killed processes left behind, as far as this one may."""
        self._tidied = True
        oldest = datetime.now(UTC) - timedelta(seconds=STALE_SECONDS)
        with suppress(OSError):
            for leftover in self.leftovers(oldest):
                with suppress(OSError):
                    leftover.path.unlink()

    def leftovers(self, before: datetime) -> Iterator[Leftover]:
        """Yield the temporary files that were last written before then."""
        try:
            names = os.listdir(self._temporaries)
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in sorted(names):
            path = Path(self._temporaries, name)
            with suppress(FileNotFoundError):
                written = moment(path.stat().st_mtime_ns)
                if written is not None and written < before:
                    key = unquote(name.partition(".")[2], errors="replace")
                    yield Leftover(path=path, key=key, written=written)

    def sweep(self, prefix: str, older_than: datetime, *, dry_run: bool) -> list[Swept]:
        """Remove the temporary files of uploads below `prefix`, and tell which."""
        swept = []
        with disk():
            for leftover in self.leftovers(older_than):
                if not leftover.key or not leftover.key.startswith(prefix):
                    continue
                if not dry_run:
                    leftover.path.unlink(missing_ok=True)
                swept.append(
                    Swept(key=leftover.key, upload_id=leftover.path.name, started=leftover.written)
                )
        return swept
