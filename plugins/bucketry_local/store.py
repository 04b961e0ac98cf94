"""Objects as plain files: whole or not at all, also under races and after a crash.

======================================  =======================================================
``<directory>/<key>``                   the bytes, and in an extended attribute their record
``<directory>/.bucketry/objects/``      records without such attributes, a file per key
``<directory>/.bucketry/tmp/``          uploads on their way
``<directory>/.bucketry/lock``          held while names change
``<directory>/.bucketry/signing-key``   see `bucketry_local.signing`
======================================  =======================================================

An upload is received into a temporary file on the same file system, gets its record and is synced.
Then, under one lock for the whole store, its preconditions are checked and one rename (or, to
prevent an overwrite, one hard link, which fails if the name is taken) makes it visible. The lock is
held for that alone, never while bytes move, so one lock is enough; it also keeps a delete from
removing a folder that an upload is about to use. Readers take no lock.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bucketry import (
    AlreadyExists,
    Deleted,
    Failure,
    InvalidKey,
    NotFound,
    PreconditionFailed,
    Rejected,
    StorageError,
    Unavailable,
    Unconfirmed,
    Unsupported,
)
from bucketry.model import Progress
from bucketry.source import Source
from bucketry_local.attributes import has_attached
from bucketry_local.disk import disk, make_folders, open_no_link, regular, sync_folder, unsuitable
from bucketry_local.listing import OWN
from bucketry_local.names import Names, check_name
from bucketry_local.own import OwnFolder
from bucketry_local.receiving import Received
from bucketry_local.records import Details, Record, Records, by_hand, same_file

_LOOKS = 100


class Store:
    """The files of one directory. Nothing is made on disk before the first upload.

    Every method raises `InvalidKey` for a key that cannot be a file here, and `StorageError`.
    Symbolic links are never followed: behind one there is no object, and nothing is written.
    """

    def __init__(self, directory: str, *, synced: bool = True) -> None:
        """With `synced` what was stored survives a power failure.

        `Unsupported` on a system where keys cannot be names.
        """
        reason = unsuitable()
        if reason:
            raise Unsupported(reason)
        self.root = Path(os.path.realpath(Path(directory).expanduser()))
        self._base = str(self.root)
        self._synced = synced
        self.own = OwnFolder(self.root / OWN, synced=synced)
        self._records = Records(self.own.path / "objects")
        self._names = Names(self._base)

    # -- reading -----------------------------------------------------------------------------

    def head(self, key: str) -> Record:
        """Return the record of an object."""
        return self._record_at(key, *self._names.find(key, NotFound))

    def _record_at(self, key: str, path: str, seen: os.stat_result | None) -> Record:
        for _ in range(_LOOKS):
            with disk():
                record = self._identify(key, path, regular(seen or os.lstat(path)), path)
            if record is not None:
                return record
            seen = None
        raise Unavailable("it is being replaced without a pause")

    def listed(self, key: str, in_files: bool, likely: bool) -> tuple[os.stat_result, str | None]:
        """Return what a listing tells of `key`, which it has found: the file's state and the ETag.

        The ETag is None for a file made by hand. `in_files` says whether the store has records in
        files, `likely` whether this one has a record. Raises `OSError` and `NotFound`.
        """
        path = f"{self._base}/{key}"
        for _ in range(_LOOKS):
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode):
                raise NotFound("another has taken its place")
            if not (likely or in_files or has_attached(path)):
                return seen, None
            told = self._records.look(key, seen, path, in_files)
            if told is not None:
                return seen, told[0]
            if same_file(seen, os.lstat(path)):
                return seen, None
        raise Unavailable("it is being replaced without a pause")

    def records_in_files(self) -> bool:
        """Return whether there are records besides those that files have with them."""
        with disk():
            return self._records.any()

    def open(self, key: str) -> tuple[BinaryIO, Record]:
        """Return the bytes of an object, as they are now, and its record."""
        path, seen = self._names.find(key, NotFound)
        for _ in range(_LOOKS):
            with disk():
                regular(seen or os.lstat(path))  # opening a pipe would wait for its other end
                file = open(path, "rb", buffering=0, opener=open_no_link)  # noqa: SIM115 - the caller's
            try:
                with disk():
                    handle = file.fileno()
                    record = self._identify(key, path, regular(os.fstat(handle)), handle)
            except BaseException:
                file.close()
                raise
            if record is not None:
                return file, record
            file.close()
            seen = None
        raise Unavailable("it is being replaced without a pause")

    def _identify(
        self, key: str, path: str, seen: os.stat_result, file: int | str
    ) -> Record | None:
        """Return the record of the file seen, or None if another has taken its place since.

        Records in files are written before the object in place and removed after it. So a file that
        stays in place while no record is found for it has none.
        """
        record = self._records.find(key, seen, file)
        if record is not None:
            return record
        return by_hand(key, seen) if same_file(seen, os.lstat(path)) else None

    # -- writing -----------------------------------------------------------------------------

    def put(
        self,
        key: str,
        source: Source,
        details: Details,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
        sha256_wanted: str | None = None,
        progress: Progress | None = None,
    ) -> Record:
        """Store the bytes of `source` under `key` and return their record.

        `IntegrityError` if they do not have the digest `sha256_wanted`.

        With `if_absent`, exactly one of several writers wins and the others get `AlreadyExists`.
        With `if_match`, the object there must have that ETag, or `PreconditionFailed`. Both are
        checked before the source is read, and again when it counts. Whatever fails, also in
        `source`, leaves the old object as it was.
        """
        check_name(key)
        if if_absent or if_match is not None:
            self._check(key, *self._names.look(key, Rejected), if_absent, if_match)
        with self.own.temporary(key) as (temporary, handle):
            received = Received(handle, source, sha256_wanted=sha256_wanted, progress=progress)
            record, with_it = received.record(details, after=0, synced=self._synced)
            with self.own.locked():
                path, seen = self._names.look(key, Rejected)
                self._check(key, path, seen, if_absent, if_match)
                current = seen if _is_file(seen) else None
                if current is not None and current.st_mtime_ns >= record.mtime_ns:
                    record, with_it = received.record(
                        details, after=current.st_mtime_ns, synced=self._synced
                    )
                records = [] if with_it else [record]
                if records and current is not None:
                    with suppress(NotFound):  # it was removed by hand
                        records.append(self._record_at(key, path, current))
                self._publish(key, path, temporary, records, seen, if_absent)
        return record

    def _check(
        self,
        key: str,
        path: str,
        seen: os.stat_result | None,
        if_absent: bool,
        if_match: str | None,
    ) -> None:
        """Raise unless the preconditions hold for what was seen at `path`."""
        if if_absent and _is_file(seen):
            raise AlreadyExists(
                "there is an object under this key already, and prevent_overwrite is on",
                hint="Choose another key, or use replace().",
            )
        if if_match is not None:
            try:
                etag = self._record_at(key, path, seen).etag
            except NotFound:
                etag = None
            if etag != if_match.strip('"'):
                raise PreconditionFailed(
                    "there is no object under this key, or it is another version of it"
                )

    def _publish(
        self,
        key: str,
        path: str,
        temporary: str,
        records: Sequence[Record],
        seen: os.stat_result | None,
        if_absent: bool,
    ) -> None:
        """Give the temporary file its name, its `records` first; the lock is held.

        `seen` is what stands there.
        """
        folder = path.rpartition("/")[0]
        changed = [folder]
        try:
            with disk():
                if seen is None:
                    changed += self._make_folders(folder)
                elif not _is_file(seen):
                    with suppress(OSError):
                        os.rmdir(path)  # an empty folder stands for nothing
                    if not stat.S_ISDIR(seen.st_mode):
                        raise Rejected(
                            "a pipe, a device or a socket has this name, and stays",
                            hint="Choose another key, or remove it by hand.",
                        )
                    if os.path.isdir(path):
                        raise Rejected(
                            "other keys have this one as their folder, and a file system has no "
                            "room for both",
                            hint="Choose another key; object storage takes both, a disk does not.",
                        )
                if records:
                    self._records.write(key, records, self.own.new_name(key), synced=self._synced)
                if if_absent:
                    os.link(temporary, path)
                    with suppress(OSError):
                        os.unlink(temporary)
                else:
                    os.replace(temporary, path)
        except BaseException as error:
            if not _is_file(seen):
                with suppress(OSError):
                    self._records.remove(key)
            self._prune(Path(folder))
            if isinstance(error.__cause__, FileExistsError):
                raise AlreadyExists("something has taken this name already") from None
            raise
        try:
            if seen is not None and not records:
                self._records.remove(key)  # what an older file had, where it had one
            for each in changed:
                self._sync(each)
        except OSError as error:
            raise Unconfirmed(
                f"the object is in place, but the disk did not confirm it: {error.strerror}",
                may_have_applied=True,
            ) from error

    def _sync(self, folder: str | Path) -> None:
        if self._synced:
            sync_folder(folder)

    def _make_folders(self, folder: str) -> list[str]:
        # Synced after the file has its name: most file systems keep all of it at once.
        try:
            return make_folders(folder, synced=False)
        except NotADirectoryError as error:
            raise Rejected(
                f"{str(error.filename)[len(self._base) + 1 :]!r} is no folder, and a file system "
                "has no room for objects below it",
                hint="Choose another key; object storage takes both, a disk does not.",
            ) from None

    def _prune(self, folder: Path) -> Path:
        """Remove empty folders upwards and return the first that stays; the lock is held."""
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:
                if os.path.lexists(folder):
                    break
            folder = folder.parent
        return folder

    def delete(self, keys: Sequence[str]) -> Deleted:
        """Delete objects and the folders that get empty; an outcome for each key."""
        deleted: list[str] = []
        failures: list[Failure] = []
        changed: set[Path] = set()
        for key in keys:
            try:
                self._delete(key, changed)
            except (StorageError, InvalidKey) as error:
                reason = error.reason if isinstance(error, StorageError) else str(error)
                failures.append(Failure(key=key, reason=reason, code=getattr(error, "code", None)))
            else:
                deleted.append(key)
        self._sync_all(changed)
        return Deleted(keys=deleted, failures=failures)

    def delete_one(self, key: str, if_match: str | None = None) -> None:
        """Delete one object; with `if_match` `PreconditionFailed` unless it has this ETag."""
        changed: set[Path] = set()
        self._delete(key, changed, if_match)
        self._sync_all(changed)

    def _sync_all(self, folders: set[Path]) -> None:
        with disk():
            for folder in folders:
                with suppress(FileNotFoundError):  # it has been removed since
                    self._sync(folder)

    def _delete(self, key: str, changed: set[Path], if_match: str | None = None) -> None:
        path, seen = self._names.find(key, Rejected)
        try:
            with disk():
                regular(seen or os.lstat(path))
            with self.own.locked(), disk():
                path, seen = self._names.look(key, Rejected)
                regular(seen or os.lstat(path))
                if if_match is not None:
                    self._check(key, path, seen, False, if_match)
                os.unlink(path)
                self._records.remove(key)
                changed.add(self._prune(Path(path).parent))
        except NotFound:
            if if_match is not None:
                raise PreconditionFailed("there is no object under this key") from None


def _is_file(seen: os.stat_result | None) -> bool:
    return seen is not None and stat.S_ISREG(seen.st_mode)
