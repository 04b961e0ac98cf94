"""Which configuration file is meant when none is named.

The first of these counts:

1. the file in ``BUCKETRY_CONFIG``;
2. `bucketry.toml` (or .json, .yaml, .yml) in the working folder, else in the nearest folder above.

The way up ends at a project's root (a folder with ``.git`` or ``pyproject.toml``), at the user's
home, and before a folder that somebody else owns or may write: a configuration names code to run
(`overrides`) and where files go, so whoever can place one decides about both.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from bucketry.errors import ConfigError, Problem

NAMES = ("bucketry.toml", "bucketry.json", "bucketry.yaml", "bucketry.yml")
"""File names that are looked for in the working folder and above."""

VARIABLE = "BUCKETRY_CONFIG"
"""Environment variable with the configuration file to use; it comes before any that is found."""

_ROOT_MARKS = (".git", "pyproject.toml")
_HINT = f"name it if it is yours, with config= (--config) or {VARIABLE}"


def find(environ: Mapping[str, str]) -> str:
    """Return the configuration file.

    `ConfigError` when there is none, when one folder holds two, or when the one that is there could
    be somebody else's.
    """
    if environ.get(VARIABLE):
        return environ[VARIABLE]
    try:
        start = FilePath.cwd()
    except OSError:
        raise refused(f"the working folder is gone; change to another, or set {VARIABLE}") from None
    for folder in _way_up(start):
        here = [name for name in NAMES if os.path.isfile(folder / name)]
        if not here:
            if _foreign(folder):
                break
            continue
        if len(here) > 1:
            names = " and ".join(here)
            raise refused(f"{names} stand side by side; keep one of them", file=str(folder))
        shown = here[0] if folder == start else str(folder / here[0])
        reason = _foreign(folder / here[0]) or _foreign(folder)
        if reason:
            raise refused(f"is not read, because {reason}; {_HINT}", file=shown)
        return shown
    raise refused(
        f"no configuration found: {VARIABLE} is not set, and there is no {', '.join(NAMES[:-1])} "
        f"or {NAMES[-1]} in the working folder or above it, up to the project's root or home; "
        "`bucketry init VENDOR` writes one"
    )


def _way_up(start: FilePath) -> Iterator[FilePath]:
    home = FilePath(os.path.realpath(os.path.expanduser("~")))
    for folder in (start, *start.parents):
        yield folder
        if folder == home or any(os.path.exists(folder / mark) for mark in _ROOT_MARKS):
            return


def _foreign(path: FilePath) -> str:
    """Return how `path` is in somebody else's hands, or "". Root is nobody else; POSIX only."""
    if os.name != "posix":
        return ""
    try:
        about = path.stat()
    except OSError:
        return "it cannot be told whose it is"
    what = "the folder" if stat.S_ISDIR(about.st_mode) else "the file"
    if about.st_uid not in (0, os.geteuid()):
        return f"{what} belongs to another user"
    others = about.st_mode & stat.S_IWOTH
    if others or (about.st_mode & stat.S_IWGRP and not _own_group(about.st_gid)):
        return f"other users may write {what}"
    return ""


def _own_group(group: int) -> bool:
    """Whether a group is root's or the user's own: many systems make one of each user's name."""
    import grp
    import pwd

    if group == 0:
        return True
    try:
        return grp.getgrgid(group).gr_name == pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False


def refused(
    sentence: str, *, file: str | None = None, line: int | None = None, column: int | None = None
) -> ConfigError:
    """Return the error for a document that cannot be used at all."""
    return ConfigError([Problem(path="", sentence=sentence, file=file, line=line, column=column)])
