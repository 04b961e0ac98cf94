"""The probes of files on disk: the folder, the room in it, and whether its URLs lead anywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bucketry.doctor import Bench, Codes, Finding, Known, Probe
from bucketry.doctor import found as _found

CODES: Codes = {
    "bad-directory": Known("error", "Let `directory` name a folder that this user may write."),
    "little-space": Known("warning", "Make room, or move `directory` to a larger disk."),
    "not-served": Known(
        "error",
        "Run `bucketry serve`, or mount `bucketry_local.wsgi.app` at the address that `base_url` "
        "names. If nobody opens URLs, as in a batch job, this may stay so.",
    ),
}
"""By code."""

LEAST_SPACE = 64 * 1024 * 1024
"""Bytes that ought to be free on the disk."""

found = partial(_found, codes=CODES)


def probes(bench: Bench, root: Path, base_url: str) -> list[Probe]:
    """Return the probes of a store at `root` that is served at `base_url`."""
    return [
        Probe("access", partial(_access, root)),
        Probe("space", partial(_space, root), ("access",)),
        Probe("served", partial(_served, bench, base_url)),
    ]


def _access(root: Path) -> Iterator[Finding]:
    """The folder is there and may be written, or can be made."""
    there = root
    while not os.path.exists(there) and there != there.parent:  # Path.exists may raise
        there = there.parent
    if not os.path.isdir(there):
        yield found("bad-directory", f"{there} is no folder", evidence=f"`directory` is {root}")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield found("bad-directory", f"{there} may not be written by this user")


def _space(root: Path) -> Iterator[Finding]:
    """There is room for more."""
    if not os.path.exists(root):
        return
    free = shutil.disk_usage(root).free
    if free < LEAST_SPACE:
        yield found("little-space", f"{free / 1024 / 1024:,.0f} MiB are free on the disk")


def _served(bench: Bench, base_url: str) -> Iterator[Finding]:
    """Somebody answers at `base_url`."""
    try:
        bench.http.send(base_url, "HEAD")
    except OSError as error:
        yield found(
            "not-served", "nobody answers at `base_url`, so URLs open nowhere", evidence=error
        )
