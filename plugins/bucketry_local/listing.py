"""Keys of a directory tree, in the order of their UTF-8 bytes, without reading ahead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bucketry.keys import MAX_KEY_BYTES
from bucketry_local.disk import explain, no_folder

OWN = ".bucketry"
"""Folder of the store's own files; never a key's first segment."""


def entries(
    root: Path, *, prefix: str = "", delimiter: str = "", start_after: str = ""
) -> Iterator[tuple[str, bool]]:
    """Return each key behind `start_after`, or folder of keys, and whether it is a folder.

    Symbolic links are left out, and so is what no key can name: special files, names that are not
    UTF-8, paths longer than a key may be. Memory grows with the largest folder, not with the tree.
    """
    if delimiter in ("", "/"):
        return _walk(root, prefix, start_after, by_folder=bool(delimiter))
    return _cut(root, prefix, delimiter, start_after)


def _cut(root: Path, prefix: str, delimiter: str, start_after: str) -> Iterator[tuple[str, bool]]:
    """Yield the same for any delimiter."""
    seen = ""
    for key, _ in _walk(root, prefix, start_after, by_folder=False):
        at = key.find(delimiter, len(prefix))
        if at < 0:
            yield key, False
        elif (folder := key[: at + len(delimiter)]) != seen:
            seen = folder
            yield folder, True


def _walk(
    root: Path, prefix: str, start_after: str, *, by_folder: bool
) -> Iterator[tuple[str, bool]]:
    # Text compares by code point, which is the order of its UTF-8 bytes.
    stack = [_names(root, "", prefix)]
    while stack:
        for name in stack[-1]:
            if not name.endswith("/"):
                if name > start_after and name.startswith(prefix):
                    yield name, False
            elif name > start_after or start_after.startswith(name):
                # Every key in this folder begins with `name`.
                if by_folder and name.startswith(prefix) and name != prefix:
                    if any(True for _ in _walk(root, name, start_after, by_folder=False)):
                        yield name, True
                elif name.startswith(prefix) or prefix.startswith(name):
                    stack.append(_names(root / name, name, prefix))
                    break
        else:
            stack.pop()


def _names(folder: Path, base: str, prefix: str) -> Iterator[str]:
    """Yield the keys directly in `folder`, subfolders with a ``/`` at their end, sorted."""
    only, more, _ = prefix[len(base) :].partition("/")
    names = []
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if (more and entry.name != only) or (not base and entry.name.casefold() == OWN):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    names.append(f"{base}{entry.name}/")
                elif entry.is_file(follow_symlinks=False):
                    names.append(base + entry.name)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not base and isinstance(error, NotADirectoryError):
            raise no_folder(folder) from None
        return iter(())  # removed since its parent was read
    except PermissionError as error:
        if base == "lost+found/":  # a file system's own, at its top, and nobody's but root's
            return iter(())
        raise explain(error) from error
    except OSError as error:
        raise explain(error) from error
    return iter(sorted(filter(_nameable, names)))


def _nameable(name: str) -> bool:
    try:
        return len(name.encode()) <= MAX_KEY_BYTES
    except UnicodeEncodeError:
        return False
