"""What a download is written to: a file that is replaced at the end, or what takes bytes as is."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from bucketry.errors import InvalidInput
from bucketry.texts import shown

if sys.platform != "win32":
    import fcntl

# An open file of this process, by its number (Linux and macOS have both forms).
_OPEN_FILE = re.compile(r"/(?:dev|proc/(?:self|thread-self|(?P<process>[0-9]+)))/fd/([0-9]+)")
_LINKS = 40


@frozen(eq=False)
class Target:
    """An open target; `publish` makes what was written the target, None where it is already."""

    file: BinaryIO
    publish: Callable[[], None] | None


@contextmanager
def open_target(path: Path) -> Iterator[Target]:
    """Open what is to be written.

    A file is written beside its place, under the rights that it will have, and takes the place when
    it is whole. Links are followed. A device, a pipe or an open file (``/dev/fd/1``,
    ``/dev/stdout``) is written into. What fails leaves a file as it was, and nothing beside it.
    `InvalidInput` says what the system does not allow.
    """
    with disk(path):
        number = _open_file(path)
        there = None if number is not None else _look(path)
    if number is not None or (there is not None and not stat.S_ISREG(there.st_mode)):
        with disk(path):
            # A duplicate writes where the one stands that is open, and behind what it has written.
            taken = os.dup(number) if number is not None else os.open(path, os.O_WRONLY)
            file: BinaryIO = open(taken, "wb", buffering=0)  # noqa: SIM115 - closed below
        try:
            yield Target(file, None)
        finally:
            _close(file)
        return
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    made: list[Path] = []
    with ExitStack() as cleaning:
        cleaning.callback(_remove, made)
        with disk(path):
            if not place.parent.is_dir():
                raise InvalidInput(f"{place.parent} is no folder to write into; make it first")
            mode = 0o666 if there is None else there.st_mode & 0o777
            file = _temporary(place, mode, made)
        cleaning.callback(_close, file)

        def publish() -> None:
            with disk(path):
                file.flush()
                if there is not None:
                    _keep_rights(file.fileno(), there)
                os.fsync(file.fileno())
                if sys.platform == "win32":
                    file.close()  # there, no open file is renamed
                made[0].replace(place)
                made.clear()

        yield Target(file, publish)


def _close(file: BinaryIO) -> None:
    with suppress(OSError):
        file.close()


def _remove(made: list[Path]) -> None:
    for path in made:
        with suppress(OSError):
            path.unlink()


def _open_file(path: Path) -> int | None:
    """Return the number of the open file that a path stands for, None for any other path."""
    for _ in range(_LINKS):
        match = _OPEN_FILE.fullmatch(os.path.abspath(path))
        if match and match["process"] in (None, str(os.getpid())):
            return int(match[2])
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _look(path: Path) -> os.stat_result | None:
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(there.st_mode):
        raise InvalidInput(f"{path} is a folder; name the file to write")
    return there


def _keep_rights(number: int, there: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    mine = os.fstat(number)
    if (mine.st_uid, mine.st_gid) != (there.st_uid, there.st_gid):
        with suppress(OSError):  # only root gives a file away
            os.fchown(number, there.st_uid, there.st_gid)
    os.fchmod(number, there.st_mode & 0o777)


def _temporary(place: Path, mode: int, made: list[Path]) -> BinaryIO:
    """Return a new file beside `place`; `made` has its path as soon as it may be there.

    Its name follows from that of the place: what a killed download has left is cleared away by the
    next one. A file in use, or somebody else's, is left alone.
    """
    digest = hashlib.sha256(os.fsencode(place.name)).hexdigest()[:16]
    if sys.platform != "win32":
        path = place.parent / f".bucketry-{digest}.part"
        _clear_away(path)
        with suppress(OSError):
            file = _new(path, mode, made)
            if _locked(file, path):
                return file
            # A file system without locks, or another download that was quicker.
            if os.path.samestat(os.fstat(file.fileno()), path.lstat()):
                path.unlink()
            file.close()
        made.clear()
    return _new(place.parent / f".bucketry-{secrets.token_hex(8)}.part", mode, made)


def _new(path: Path, mode: int, made: list[Path]) -> BinaryIO:
    made.append(path)  # first, for an interrupt may come while it is made
    try:
        # Not tempfile's: its files are private, and a download has the rights of any new file.
        return open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode))
    except OSError:
        made.clear()  # somebody else's
        raise


def _clear_away(path: Path) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError):
        left = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(left, "rb+", buffering=0) as file:
            if os.fstat(left).st_uid == os.geteuid() and _locked(file, path):
                path.unlink()


def _locked(file: BinaryIO, path: Path) -> bool:
    """Lock a file unless another has it; return whether it is ours and still has its name."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine, named = os.fstat(file.fileno()), path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(mine.st_mode) and os.path.samestat(mine, named)


@contextmanager
def disk(target: Path) -> Iterator[None]:
    """Say which file the system would not let us write; only calls of the system belong inside."""
    try:
        yield
    except InvalidInput:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"{shown(str(target))} cannot be written: {reason}") from error
