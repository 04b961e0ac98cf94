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
from bucketry_local.disk import (
    disk,
    is_at,
    is_gone,
    link,
    open_no_link,
    prune,
    regular,
    sync_folder,
    unconfirmed,
    unsuitable,
)
from bucketry_local.listing import OWN
from bucketry_local.names import Names, check_name, make_room, make_way
from bucketry_local.own import OwnFolder
from bucketry_local.receiving import CHUNK, Received
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

        The ETag is None for a file made by hand, and "" where it may not be read. `in_files` says
        whether the store has records in files, `likely` whether this one has a record. Raises
        `OSError` and `NotFound`.
        """
        path = f"{self._base}/{key}"
        for _ in range(_LOOKS):
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode):
                raise NotFound("another has taken its place")
            try:
                if not (likely or in_files or has_attached(path)):
                    return seen, None
                told = self._records.look(key, seen, path, in_files)
            except PermissionError:
                return seen, ""
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
        checked before the source is read, and again when it counts; so is the path of a long one.
        Whatever fails, also in `source`, leaves the old object as it was.
        """
        check_name(key)
        # Of a source that one buffer holds nothing is lost by looking once, when it counts.
        if if_absent or if_match is not None or source.size is None or source.size > CHUNK:
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
                self._publish(key, path, temporary, handle, records, seen, if_absent)
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
        handle: int,
        records: Sequence[Record],
        seen: os.stat_result | None,
        if_absent: bool,
    ) -> None:
        """Give the temporary file, open as `handle`, its name; the lock is held.

        Its `records` come first. `seen` is what stands there.
        """
        folder = path.rpartition("/")[0]
        changed = [folder]
        give = link if if_absent else os.replace
        try:
            with disk():
                if seen is not None and not _is_file(seen):
                    make_way(path, seen)
                if records:
                    self._records.write(key, records, self.own.new_name(key), synced=self._synced)
                try:
                    give(temporary, path)
                except (FileNotFoundError, NotADirectoryError):
                    changed += make_room(folder, self._base)
                    give(temporary, path)
        except BaseException as error:
            cause = error.__cause__
            if not is_at(handle, path):
                if not _is_file(seen):
                    with suppress(OSError):
                        self._records.remove(key)
                prune(Path(folder), self.root)
                if isinstance(cause, FileExistsError):
                    raise AlreadyExists("something has taken this name already") from None
                if isinstance(cause, FileNotFoundError):
                    raise Unavailable("something has swept its temporary file") from cause
                raise
            if not isinstance(cause, OSError):
                raise
            # Else it is done: only the answer of a disk across a network was lost.
        if if_absent:
            with suppress(OSError):
                os.unlink(temporary)
        try:
            if seen is not None and not records:
                self._records.remove(key)  # what an older file had, where it had one
            for each in changed:
                self._sync(each)
        except OSError as error:
            raise unconfirmed("the object is in place", error) from error

    def _sync(self, folder: str | Path) -> None:
        if self._synced:
            sync_folder(folder)

    def delete(self, keys: Sequence[str]) -> Deleted:
        """Delete objects and the folders that get empty; an outcome for each key."""
        deleted, failures, changed = list[str](), list[Failure](), set[Path]()
        for key in keys:
            try:
                self._delete(key, changed)
            except (StorageError, InvalidKey) as error:
                reason = error.reason if isinstance(error, StorageError) else str(error)
                failures.append(Failure(key=key, reason=reason, code=getattr(error, "code", None)))
            else:
                deleted.append(key)
        try:
            self._sync_all(changed)
        except Unconfirmed as error:
            failures += [Failure(key=key, reason=error.reason) for key in deleted]
            deleted.clear()
        return Deleted(keys=deleted, failures=failures)

    def delete_one(self, key: str, if_match: str | None = None) -> None:
        """Delete one object; with `if_match` `PreconditionFailed` unless it has this ETag."""
        changed: set[Path] = set()
        self._delete(key, changed, if_match)
        self._sync_all(changed)

    def _sync_all(self, folders: set[Path]) -> None:
        try:
            for folder in folders:
                for each in (folder, *folder.parents):
                    with suppress(FileNotFoundError):  # another has removed it, empty, since
                        self._sync(each)
                        break
        except OSError as error:
            raise unconfirmed("it is deleted", error) from error

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
                try:
                    os.unlink(path)
                except OSError as error:
                    if not is_gone(path, error):
                        raise
                changed.add(prune(Path(path).parent, self.root))
                try:
                    self._records.remove(key)
                except OSError as error:
                    raise unconfirmed("it is deleted", error) from error
        except NotFound:
            if if_match is not None:
                raise PreconditionFailed("there is no object under this key") from None


def _is_file(seen: os.stat_result | None) -> bool:
    return seen is not None and stat.S_ISREG(seen.st_mode)
