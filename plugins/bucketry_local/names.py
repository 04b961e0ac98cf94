"""From a key to the file that it names, and to no other."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from contextlib import suppress

from bucketry import InvalidKey, NotFound, Rejected, StorageError
from bucketry.keys import ExistingKey, check_existing_key, check_key
from bucketry_local.disk import explain, make_folders, no_folder
from bucketry_local.listing import OWN


def check_name(key: str) -> None:
    """Raise `InvalidKey` unless `key` may name a file of a store.

    A file that was put there by hand may have a name that no new key could have.
    """
    if not isinstance(key, ExistingKey):
        check_key(key)
    elif not set(check_existing_key(key).split("/")).isdisjoint(("", ".", "..")) or "\0" in key:
        raise InvalidKey(f"key {key!a} is refused: no file here can have this name")
    if key.partition("/")[0].casefold() == OWN:
        raise InvalidKey(f"key {key!a} is refused: the folder {OWN} is the store's own")


class Names:
    """The names of the files below `base`, a resolved directory."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._folds: bool | None = None  # until the store has files of its own to look at

    def find(self, key: str, refuse: type[StorageError]) -> tuple[str, os.stat_result | None]:
        """Check the name of `key`, and look for it."""
        check_name(key)
        return self.look(key, refuse)

    def look(self, key: str, refuse: type[StorageError]) -> tuple[str, os.stat_result | None]:
        """Return the path of `key` and what stands there, None if nothing does.

        It is inside the directory for certain, else `refuse` is raised.
        """
        # The base is resolved and the key has no dots, so only a link can lead elsewhere, and only
        # a system that takes two names for one to another key's file.
        path, seen = self._base, None
        folds = self._ignores_case()
        for segment in key.split("/"):
            folder, path = path, f"{path}/{segment}"
            try:
                seen = os.lstat(path)
            except (FileNotFoundError, NotADirectoryError) as error:
                if isinstance(error, NotADirectoryError) and folder == self._base:
                    raise no_folder(folder) from None
                return f"{self._base}/{key}", None
            except OSError as error:
                if error.errno == errno.ENAMETOOLONG and refuse is NotFound:
                    raise NotFound("there is no object under this key") from None
                raise explain(error) from error
            if stat.S_ISLNK(seen.st_mode):
                raise refuse("there is a symbolic link in its path, and links are not followed")
            if folds and not _is_named(folder, segment):
                raise refuse(
                    f"{segment!a} stands there in another spelling, and this file system takes "
                    "both for one"
                )
        return path, seen

    def _ignores_case(self) -> bool:
        if self._folds is None and os.path.lexists(f"{self._base}/{OWN}"):
            self._folds = os.path.lexists(f"{self._base}/{OWN.upper()}")
        return bool(self._folds)


def _is_named(folder: str, name: str) -> bool:
    """Return whether `folder` has an entry with this name, letter by letter.

    Some systems keep names in another normal form than they were given.
    """
    return any(unicodedata.normalize("NFC", entry) == name for entry in os.listdir(folder))


def make_way(path: str, seen: os.stat_result) -> None:
    """Remove empty folders at `path`, which stand for nothing; `Rejected` if one has to stay."""
    for folder, _, files in os.walk(path, topdown=False):
        if files:
            break
        with suppress(OSError):
            os.rmdir(folder)
    if not stat.S_ISDIR(seen.st_mode):
        raise Rejected(
            "a pipe, a device or a socket has this name, and stays",
            hint="Choose another key, or remove it by hand.",
        )
    if os.path.isdir(path):
        raise Rejected(
            "other keys have this one as their folder, and a file system has no room for both",
            hint="Choose another key; object storage takes both, a disk does not.",
        )


def make_room(folder: str, base: str) -> list[str]:
    """Make `folder`; return those that have a new one in them, and none of which is synced.

    `Rejected` if a file is in the way.
    """
    # Synced after the file has its name: most file systems keep all of it at once.
    try:
        return make_folders(folder, synced=False)
    except NotADirectoryError as error:
        raise Rejected(
            f"{str(error.filename)[len(base) + 1 :]!r} is no folder, and a file system has no "
            "room for objects below it",
            hint="Choose another key; object storage takes both, a disk does not.",
        ) from None
