"""Objects as plain files: whole or not at all, also under races and after a crash.

======================================  =======================================================
``<directory>/<key>``                   the bytes, and in an extended attribute their record
``<directory>/.bucketry/objects/``      records without such attributes, a JSON file per key
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
from bucketry_local.disk import disk, open_no_link, regular, sync_folder, unsuitable
from bucketry_local.listing import OWN
from bucketry_local.names import Names, check_name
from bucketry_local.own import OwnFolder
from bucketry_local.receiving import Received
from bucketry_local.records import (
    Details,
    Record,
    Records,
    by_hand,
    etag_by_hand,
    same_file,
)

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
        self.own = OwnFolder(self.root / OWN)
        self._records = Records(self.own.path / "objects")
        self._names = Names(self._base)

    def check(self, key: str) -> None:
        """Raise `InvalidKey` unless `key` may name a file of the store."""
        check_name(key)

    def _path(self, key: str, refuse: type[StorageError]) -> str:
        return self._names.path(key, refuse)

    # -- reading -----------------------------------------------------------------------------

    def head(self, key: str) -> Record:
        """Return the record of an object."""
        return self._record_at(key, self._path(key, NotFound))

    def _record_at(self, key: str, path: str) -> Record:
        for _ in range(_LOOKS):
            with disk():
                seen = regular(os.lstat(path))
                record = self._identify(key, path, seen, path)
            if record is not None:
                return record
        raise Unavailable("it is being replaced without a pause")

    def listed(self, key: str, *, in_files: bool) -> tuple[os.stat_result, str]:
        """Return what a listing tells of `key`, which it has found: the file's state and the ETag.

        `in_files` says whether the store has records in files. Raises `OSError` and `NotFound`.
        """
        path = f"{self._base}/{key}"
        for _ in range(_LOOKS):
            seen = regular(os.lstat(path))
            etag = self._records.etag(key, seen, path, in_files=in_files)
            if etag is not None:
                return seen, etag
            if not in_files or same_file(seen, os.lstat(path)):
                return seen, etag_by_hand(seen)
        raise Unavailable("it is being replaced without a pause")

    def records_in_files(self) -> bool:
        """Return whether there are records besides those that files have with them."""
        with disk():
            return self._records.any()

    def open(self, key: str) -> tuple[BinaryIO, Record]:
        """Return the bytes of an object, as they are now, and its record."""
        path = self._path(key, NotFound)
        for _ in range(_LOOKS):
            with disk():
                regular(os.lstat(path))  # opening a pipe would wait for its other end
                file = open(path, "rb", opener=open_no_link)  # noqa: SIM115 - the caller closes it
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
        path = self._path(key, Rejected)
        if if_absent or if_match is not None:
            self._check(key, path, if_absent, if_match)
        with self.own.temporary(key) as (temporary, file):
            received = Received(file, source, sha256_wanted=sha256_wanted, progress=progress)
            record, with_it = received.record(key, details, after=0, synced=self._synced)
            with self.own.locked():
                self._path(key, Rejected)
                current = None
                if os.path.isfile(path):
                    current = self._check(key, path, if_absent, if_match)
                elif if_match is not None:
                    raise _no_such_version()
                if current is not None and current.mtime_ns >= record.mtime_ns:
                    record, with_it = received.record(
                        key, details, after=current.mtime_ns, synced=self._synced
                    )
                records = [] if with_it else [record, *([current] if current else [])]
                self._publish(key, path, str(temporary), records, current, if_absent)
        return record

    def _check(self, key: str, path: str, if_absent: bool, if_match: str | None) -> Record | None:
        """Return the record of what is there, if the preconditions hold."""
        current: Record | None
        try:
            current = self._record_at(key, path)
        except NotFound:
            current = None
        if if_absent and current is not None:
            raise AlreadyExists(
                "there is an object under this key already, and prevent_overwrite is on",
                hint="Choose another key, or use replace().",
            )
        if if_match is not None and (current is None or current.etag != if_match.strip('"')):
            raise _no_such_version()
        return current

    def _publish(
        self,
        key: str,
        path: str,
        temporary: str,
        records: Sequence[Record],
        current: Record | None,
        if_absent: bool,
    ) -> None:
        """Give the temporary file its name, its `records` first; the lock is held."""
        folder = os.path.dirname(path)
        try:
            with disk():
                self._make_folders(folder)
                if current is None and os.path.isdir(path):
                    with suppress(OSError):
                        os.rmdir(path)  # an empty folder stands for nothing
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
                else:
                    os.replace(temporary, path)
        except BaseException as error:
            if current is None:
                with suppress(OSError):
                    self._records.remove(key)
            self._prune(Path(folder))
            if isinstance(error.__cause__, FileExistsError):
                raise AlreadyExists("something has taken this name already") from None
            raise
        try:
            if current is not None and not records:
                self._records.remove(key)  # what an older file had, where it had one
            self._sync(folder)
        except OSError as error:
            raise Unconfirmed(
                f"the object is in place, but the disk did not confirm it: {error.strerror}",
                may_have_applied=True,
            ) from error

    def _sync(self, folder: str | Path) -> None:
        if self._synced:
            sync_folder(folder)

    def _make_folders(self, folder: str) -> None:
        """Make `folder` and the missing ones above it."""
        missing = []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for each in reversed(missing):
            if os.path.exists(each):
                raise Rejected(
                    f"{each[len(self._base) + 1 :]!r} is an object, and a file system has no room "
                    "for others below it",
                    hint="Choose another key; object storage takes both, a disk does not.",
                )
            os.mkdir(each)
            self._sync(os.path.dirname(each))

    def _prune(self, folder: Path) -> Path:
        """Remove empty folders upwards and return the first that stays; the lock is held."""
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:
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
        path = self._path(key, Rejected)
        try:
            with disk():
                regular(os.lstat(path))
            with self.own.locked(), disk():
                regular(os.lstat(self._path(key, Rejected)))
                if if_match is not None:
                    self._check(key, path, False, if_match)
                os.unlink(path)
                self._records.remove(key)
                changed.add(self._prune(Path(path).parent))
        except NotFound:
            if if_match is not None:
                raise PreconditionFailed("there is no object under this key") from None


def _no_such_version() -> PreconditionFailed:
    return PreconditionFailed("there is no object under this key, or it is another version of it")
