"""Objects as plain files: whole or not at all, also under races and after a crash.

======================================  =======================================================
``<directory>/<key>``                   the bytes
``<directory>/.bucketry/objects/``      one JSON file per key, see `bucketry_local.records`
``<directory>/.bucketry/tmp/``          uploads on their way
``<directory>/.bucketry/lock``          held while names change
``<directory>/.bucketry/signing-key``   see `bucketry_local.signing`
======================================  =======================================================

An upload is received into a temporary file on the same file system and synced. Then, under one lock
for the whole store, its preconditions are checked, its record is written, and one rename (or, to
prevent an overwrite, one hard link, which fails if the name is taken) makes it visible. The lock is
held for that alone, never while bytes move, so one lock is enough; it also keeps a delete from
removing a folder that an upload is about to use. Readers take no lock.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bucketry import (
    AlreadyExists,
    Deleted,
    Failure,
    IntegrityError,
    InvalidKey,
    NotFound,
    PreconditionFailed,
    Rejected,
    StorageError,
    Unavailable,
    Unconfirmed,
)
from bucketry.keys import check_key
from bucketry.model import Progress
from bucketry.source import Source
from bucketry_local.disk import disk, sync_folder
from bucketry_local.listing import OWN
from bucketry_local.own import OwnFolder
from bucketry_local.records import Details, Record, Records, by_hand

CHUNK = 1 << 20
"""Bytes held in memory while an upload or a copy moves."""

_LOOKS = 100


class Store:
    """The files of one directory. Nothing is made on disk before the first upload.

    Every method raises `InvalidKey` for a key that cannot be a file here, and `StorageError`.
    Symbolic links are never followed: behind one there is no object, and nothing is written.
    """

    def __init__(self, directory: str) -> None:
        self.root = Path(os.path.realpath(Path(directory).expanduser()))
        self.own = OwnFolder(self.root / OWN)
        self._records = Records(self.own.path / "objects")

    def check(self, key: str) -> None:
        """Raise `InvalidKey` unless `key` may name an object here."""
        check_key(key)
        if key.partition("/")[0].casefold() == OWN:
            raise InvalidKey(f"key {key!a} is refused: the folder {OWN} is the store's own")

    def _path(self, key: str, refuse: type[StorageError]) -> Path:
        """Return the file of `key`, inside the directory for certain, else raise `refuse`."""
        self.check(key)
        path = self.root / key
        # The root is resolved and the key has no dots, so only a link can make a difference.
        if os.path.realpath(path) != str(path):
            raise refuse("there is a symbolic link in its path, and links are not followed")
        return path

    # -- reading -----------------------------------------------------------------------------

    def head(self, key: str) -> Record:
        """Return the record of an object."""
        return self.record_at(key, self._path(key, NotFound))

    def record_at(self, key: str, path: Path) -> Record:
        """Return the record of the file `path`, which a listing has found for `key`."""
        for _ in range(_LOOKS):
            with disk():
                seen = _regular(os.lstat(path))
            record = self._identify(key, path, seen)
            if record is not None:
                return record
        raise Unavailable("it is being replaced without a pause")

    def open(self, key: str) -> tuple[BinaryIO, Record]:
        """Return the bytes of an object, as they are now, and its record."""
        path = self._path(key, NotFound)
        for _ in range(_LOOKS):
            with disk():
                _regular(os.lstat(path))  # opening a pipe would wait for its other end
                file = open(path, "rb", opener=_open_no_link)  # noqa: SIM115 - the caller closes it
            try:
                record = self._identify(key, path, _regular(os.fstat(file.fileno())))
            except BaseException:
                file.close()
                raise
            if record is not None:
                return file, record
            file.close()
        raise Unavailable("it is being replaced without a pause")

    def _identify(self, key: str, path: Path, seen: os.stat_result) -> Record | None:
        """Return the record of the file seen, or None if another has taken its place since.

        The records of the file in place are written before it and removed after it. So a file that
        stays in place while no record is found for it has none.
        """
        with disk():
            record = self._records.find(key, seen)
            if record is not None:
                return record
            unrecorded = by_hand(key, seen)
            return unrecorded if unrecorded.describes(os.lstat(path)) else None

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
        path, _ = self._check(key, if_absent, if_match)
        with self.own.temporary() as (temporary, file):
            md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
            while chunk := source.read(CHUNK):
                with disk():
                    file.write(chunk)
                md5.update(chunk)
                sha256.update(chunk)
                if progress is not None:
                    progress(len(chunk))
                if source.bytes_read == source.size:
                    break  # a file that grows as it is read would never end
            source.check_complete()
            digest = base64.b64encode(sha256.digest()).decode()
            if sha256_wanted not in (None, digest):
                raise IntegrityError("the bytes on disk do not have the SHA256 that is stored")
            with disk():
                file.flush()
                os.fsync(file.fileno())
                file.close()
            with self.own.locked():
                _, current = self._check(key, if_absent, if_match)
                with disk():
                    stamp = _stamp(temporary, after=current.mtime_ns if current else 0)
                record = Record(
                    size=stamp.st_size,
                    mtime_ns=stamp.st_mtime_ns,
                    etag=md5.hexdigest(),
                    sha256=digest,
                    details=details,
                )
                self._publish(key, path, temporary, record, current, if_absent)
        return record

    def _check(self, key: str, if_absent: bool, if_match: str | None) -> tuple[Path, Record | None]:
        """Return the file of `key` and the record of what is there, if the preconditions hold."""
        path = self._path(key, Rejected)
        current: Record | None
        try:
            current = self.record_at(key, path)
        except NotFound:
            current = None
        if if_absent and current is not None:
            raise AlreadyExists(
                "there is an object under this key already, and prevent_overwrite is on",
                hint="Choose another key, or use replace().",
            )
        if if_match is not None and (current is None or current.etag != if_match.strip('"')):
            raise PreconditionFailed(
                "there is no object under this key, or it is another version of it"
            )
        return path, current

    def _publish(
        self,
        key: str,
        path: Path,
        temporary: Path,
        record: Record,
        current: Record | None,
        if_absent: bool,
    ) -> None:
        """Write the record and give the temporary file its name; the lock is held."""
        records = [record, current] if current else [record]
        try:
            with disk():
                self._make_folders(path.parent)
                if path.is_dir():
                    with suppress(OSError):
                        path.rmdir()  # an empty folder stands for nothing
                if path.is_dir():
                    raise Rejected(
                        "other keys have this one as their folder, and a file system has no room "
                        "for both",
                        hint="Choose another key; object storage takes both, a disk does not.",
                    )
                self._records.write(key, records, self.own.new_name())
                if if_absent:
                    os.link(temporary, path)
                else:
                    os.replace(temporary, path)
        except BaseException as error:
            if current is None:
                with suppress(OSError):
                    self._records.remove(key)
            self._prune(path.parent)
            if isinstance(error.__cause__, FileExistsError):
                raise AlreadyExists("something has taken this name already") from None
            raise
        try:
            sync_folder(path.parent)
        except OSError as error:
            raise Unconfirmed(
                f"the object is in place, but the disk did not confirm it: {error.strerror}",
                may_have_applied=True,
            ) from error

    def _make_folders(self, folder: Path) -> None:
        """Make `folder` and the missing ones above it."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            if each.exists():
                raise Rejected(
                    f"{each.relative_to(self.root).as_posix()!r} is an object, and a file system "
                    "has no room for others below it",
                    hint="Choose another key; object storage takes both, a disk does not.",
                )
            each.mkdir()
            sync_folder(each.parent)

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
        with disk():
            for folder in changed:
                with suppress(FileNotFoundError):
                    sync_folder(folder)
        return Deleted(keys=deleted, failures=failures)

    def delete_if(self, key: str, if_match: str) -> None:
        """Delete the object that has this ETag; `PreconditionFailed` if it is not there."""
        changed: set[Path] = set()
        self._delete(key, changed, if_match)
        for folder in changed:
            sync_folder(folder)

    def _delete(self, key: str, changed: set[Path], if_match: str | None = None) -> None:
        path = self._path(key, Rejected)
        try:
            with disk():
                _regular(os.lstat(path))
            with self.own.locked(), disk():
                _regular(os.lstat(path))
                if if_match is not None:
                    self._check(key, False, if_match)
                path.unlink()
                self._records.remove(key)
                changed.add(self._prune(path.parent))
        except NotFound:
            if if_match is not None:
                raise PreconditionFailed("there is no object under this key") from None


def _regular(seen: os.stat_result) -> os.stat_result:
    """Return `seen` if it is a file's: folders and pipes are no objects."""
    if not stat.S_ISREG(seen.st_mode):
        raise NotFound("there is no object under this key")
    return seen


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def _stamp(temporary: Path, *, after: int) -> os.stat_result:
    """Give the file a modification time later than `after`, so that no two versions share one.

    The kernel's clock ticks too slowly for that: two uploads within 4 ms would look alike.
    """
    wanted = max(time.time_ns(), after + 1)
    while True:
        os.utime(temporary, ns=(wanted, wanted))
        seen = os.stat(temporary)
        if seen.st_mtime_ns > after:
            return seen
        wanted += 1_000_000_000  # a file system that counts in seconds
