"""What the operating system says and needs: errors in bucketry's words, locks, durable names."""

from __future__ import annotations

import errno
import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bucketry import (
    AccessDenied,
    BucketNotFound,
    NotFound,
    Rejected,
    StorageError,
    Unavailable,
    Unconfirmed,
    Unsupported,
)

if sys.platform != "win32":  # so that `unsuitable` can say it
    import fcntl

_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMLINK})
_IN_THE_WAY = frozenset({errno.EISDIR, errno.ELOOP})
_LACKING = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_NOTHING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


def explain(error: OSError) -> StorageError:
    """Return the typed error for what a call on the store's own files raised."""
    code = errno.errorcode.get(error.errno or 0)
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFound("there is no object under this key", code=code)
    if error.errno in _DENIED:
        return AccessDenied(
            f"the file system refuses {_name(error)}: {reason}",
            code=code,
            hint="It is mounted for reading only."
            if error.errno == errno.EROFS
            else "Give the user of this process the rights to read and write in the directory.",
        )
    if error.errno in _FULL:
        return Rejected(
            f"there is no room: {reason}", code=code, hint="Make room, or raise the quota."
        )
    if error.errno in _LACKING:
        return Unsupported(
            f"the file system lacks what this needs: {reason}",
            code=code,
            hint="Keep the directory on one with locks (flock) and, for prevent_overwrite, with "
            "hard links.",
        )
    if error.errno == errno.EXDEV:
        return Rejected(
            "its place is on another file system than the store's own folder",
            code=code,
            hint="Mount nothing below the directory: a file gets its name by a move, and none "
            "moves from one file system to another.",
        )
    if error.errno == errno.ENAMETOOLONG:
        return Rejected(
            "the file system has no names this long",
            code=code,
            hint="Shorten the name: most file systems take 255 bytes between two slashes.",
        )
    if error.errno in (errno.EINVAL, errno.EILSEQ):
        return Rejected(
            f"the file system takes no such name: {reason}",
            code=code,
            hint='Choose another key: some file systems take none of :*?"<>| and what is no UTF-8.',
        )
    if error.errno in _IN_THE_WAY:
        return Rejected(
            f"something else is in the way: {reason}", code=code, hint=f"Look at {_name(error)}."
        )
    return Unavailable(f"the file system failed: {reason}", code=code)


def _name(error: OSError) -> str:
    # A move's target first: its source is our own.
    named = (error.filename2, error.filename)
    return next((os.fspath(name) for name in named if isinstance(name, str | Path)), "it")


def is_full(error: StorageError) -> bool:
    """Return whether an error says that there is no room."""
    return error.code in {errno.errorcode[number] for number in _FULL}


def no_folder(path: str | Path) -> BucketNotFound:
    """Return the error of a store whose directory is something else."""
    return BucketNotFound(f"{path} is not a folder", hint="Set directory to a folder.")


class disk:
    """Turn an `OSError` of the store's own files into a `StorageError`; for a ``with``."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        # Some of a StorageError's kinds are an OSError, too.
        if isinstance(error, OSError) and not isinstance(error, StorageError):
            raise explain(error) from error


def unsuitable() -> str | None:
    """Return why files cannot be kept on this system, or None.

    Windows reads a key as something else than a name in the directory (``C:x``, ``a:b``, ``nul``,
    ``a.``), lets no open file be replaced, and locks against no other process.
    """
    if sys.platform == "win32":
        return "Windows has no file names that every key could be"
    return None


class locked:
    """Hold the lock `file` against every other thread and process of this machine; for a ``with``.

    flock belongs to the open file, so a thread that opens the file anew waits like a process. A
    killed process lets go of it.
    """

    __slots__ = ("_handle",)

    def __init__(self, file: str | Path) -> None:
        with disk():
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def __enter__(self) -> None:
        try:
            with disk():
                fcntl.flock(self._handle, fcntl.LOCK_EX)
        except BaseException:
            close(self._handle)
            raise

    def __exit__(self, *_: object) -> None:
        try:
            # Said aloud, because a process forked meanwhile shares the open file.
            fcntl.flock(self._handle, fcntl.LOCK_UN)
        except OSError:
            pass  # closed, it lets go as well; what was done under it is done
        finally:
            close(self._handle)


def sync_folder(folder: str | Path) -> None:
    """Make the names in `folder` survive a power failure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folders(folder: str, *, synced: bool) -> list[str]:
    """Make `folder` and the missing ones above it; return those that have a new one in them.

    They survive a power failure when these are synced, as `synced` does at once.
    `NotADirectoryError`, with the name, where a file is in the way.
    """
    missing = []
    # The last has none above it, and may not be to be looked at.
    while not os.path.isdir(folder) and (above := os.path.dirname(folder)) != folder:
        missing.append(folder)
        folder = above
    for each in reversed(missing):
        try:
            os.mkdir(each)
        except FileExistsError:
            if not os.path.isdir(each):
                reason = os.strerror(errno.ENOTDIR)
                raise NotADirectoryError(errno.ENOTDIR, reason, each) from None
    changed = [os.path.dirname(each) for each in missing]
    if synced:
        for each in changed:
            sync_folder(each)
    return changed


def prune(folder: Path, root: Path) -> Path:
    """Remove empty folders upwards, `root` never, and return the first that stays."""
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            if os.path.lexists(folder):
                break
        folder = folder.parent
    return folder


def write_file(
    target: Path, data: bytes, temporary: Path, mode: int = 0o666, *, synced: bool = True
) -> None:
    """Put `data` into `target`, whole or not at all, through the new file `temporary`."""
    handle = create(temporary, mode)
    try:
        try:
            write_all(handle, data)
            if synced:
                os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if synced:
        sync_folder(target.parent)


def close(handle: int) -> None:
    """Close a descriptor; the system has let go of it also where it tells of a failure."""
    try:  # noqa: SIM105 - each upload closes two, and a with statement makes three calls more
        os.close(handle)
    except OSError:
        pass


def create(path: str | Path, mode: int = 0o666) -> int:
    """Return the descriptor of a new file; `FileExistsError` if there is one."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)


def link(path: str, name: str) -> None:
    """Give the file at `path` a further name; `FileExistsError` if something has it."""
    try:
        os.link(path, name)
    except PermissionError as error:
        if error.errno == errno.EPERM:  # as a file system says it that has no hard links
            raise OSError(errno.ENOTSUP, "it makes no hard link", path, None, name) from error
        raise


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write all of `data`, of which the system may take a part at a time; raises `OSError`."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def moment(mtime_ns: int) -> datetime | None:
    """Return the time of so many nanoseconds since 1970; None for a year that no calendar has.

    A file system keeps any that somebody gives a file.
    """
    try:
        return _BEGINNING + timedelta(0, 0, mtime_ns // 1000)  # days, seconds, microseconds
    except OverflowError:
        return None


def regular(seen: os.stat_result) -> os.stat_result:
    """Return `seen` if it is a file's: folders and pipes are no objects."""
    if not stat.S_ISREG(seen.st_mode):
        raise NotFound("there is no object under this key")
    return seen


def open_no_link(path: str, flags: int) -> int:
    """Open a file for `open`, unless a symbolic link has its name."""
    return os.open(path, flags | os.O_NOFOLLOW)


def is_at(handle: int, path: str) -> bool:
    """Return whether `path` is a name of the open file; `Unconfirmed` if that cannot be told."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except OSError as error:
        if error.errno in _NOTHING:
            return False
        raise unconfirmed("the object may be in place", error) from error


def is_gone(path: str, failure: OSError) -> bool:
    """Return whether nothing stands at `path`, although its removal has met this `failure`.

    `Unconfirmed` if that cannot be told.
    """
    try:
        os.lstat(path)
    except OSError as error:
        if error.errno in _NOTHING:
            return True
        raise unconfirmed("it may be deleted", failure) from failure
    return False


def unconfirmed(done: str, error: OSError) -> Unconfirmed:
    """Return the error of what is `done`, or may be, and may not survive a power failure."""
    return Unconfirmed(
        f"{done}, but the disk did not confirm it: {error.strerror}", may_have_applied=True
    )
