"""Files for many objects: all in one folder, no two the same."""

from __future__ import annotations

import os
import re
import secrets
import threading
import unicodedata
from pathlib import Path

from bucketry.errors import InvalidInput
from bucketry.provider.arguments import check_text, path_of
from bucketry.texts import shown

# What Windows reads as something else than a name (Microsoft, Naming Files, Paths, and Namespaces).
_NOT_ON_WINDOWS = re.compile(
    r'[<>:"|?*\x00-\x1f]|[. ]\Z'
    r"|\A(?:con|conin\$|conout\$|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])[ .]*(?:\.|\Z)",
    re.IGNORECASE,
)


def name_fault(name: str, *, windows: bool = os.name == "nt") -> str | None:
    """Return why the key, or the part of one, `name` cannot name a file below a folder, or None."""
    if "\0" in name:
        return "it holds a NUL"
    if "\\" in name:
        return "a backslash is a separator to some systems"
    for segment in name.split("/"):
        if segment in ("", ".", ".."):
            return f"{shown(segment)} between two slashes, or at an end, names no file"
        if windows and _NOT_ON_WINDOWS.search(segment):
            return f"Windows takes {shown(segment)} for something else"
    return None


class Folder:
    """The folder that the objects of one call are written to; made when it is first needed.

    Safe for threads. Names are remembered, so that no two objects get one file.
    """

    def __init__(self, folder: str | os.PathLike[str], prefix: str) -> None:
        """`prefix` is the folder of the keys that is left out of the files' names, or ""."""
        self._folder = path_of("the folder", folder)
        prefix = check_text("prefix", prefix)
        self._prefix = f"{prefix.removesuffix('/')}/" if prefix else ""
        self._lock = threading.Lock()
        self._root: Path | None = None
        self._folds = False
        self._taken: set[str] = set()
        self._good: set[Path] = set()

    def file(self, key: str, name: str | None = None) -> tuple[Path, Path]:
        """Return the file for `key`, named by `name` or by the key: where it is, and as it is told.

        Its folder is made. `InvalidInput` if it would be outside, or is another object's.
        """
        if name is None:
            if not key.startswith(self._prefix):
                raise InvalidInput(
                    f"key {shown(key)} is not below the prefix {shown(self._prefix)}"
                )
            name = key[len(self._prefix) :]
        name = check_text("the name of a file", name)
        fault = name_fault(name)
        if fault is not None:
            raise InvalidInput(f"{shown(name)} names no file: {fault}; give one as (key, name)")
        try:
            with self._lock:
                return self._file(name), self._folder / name
        except (OSError, ValueError) as error:
            if isinstance(error, InvalidInput):
                raise
            reason = getattr(error, "strerror", None) or error
            raise InvalidInput(f"{shown(name)} cannot be written: {reason}") from error

    def _file(self, name: str) -> Path:
        root = self._root or self._open()
        one = unicodedata.normalize("NFC", name).casefold() if self._folds else name
        if one in self._taken:
            raise InvalidInput(
                f"{shown(name)} is the file of another object of this call; give this one another "
                "name, as (key, name)"
            )
        file = root / name
        if file.parent not in self._good:
            # Before it is made: making follows links, too.
            if not Path(os.path.realpath(file.parent)).is_relative_to(root):
                raise InvalidInput(f"a symbolic link leads {shown(name)} out of {self._folder}")
            file.parent.mkdir(parents=True, exist_ok=True)
            self._good.add(file.parent)
        if file.is_symlink():
            raise InvalidInput(
                f"{shown(name)} is a symbolic link, and where it leads is not written"
            )
        self._taken.add(one)
        return file

    def _open(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        root = self._root = Path(os.path.realpath(self._folder))
        probe = root / f".bucketry-{secrets.token_hex(8)}.part"
        probe.touch()
        try:
            self._folds = probe.with_name(probe.name.upper()).exists()
        finally:
            probe.unlink()
        return root
