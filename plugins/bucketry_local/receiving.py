"""An upload on its way: its bytes in a temporary file, and the record that goes with them."""

from __future__ import annotations

import hashlib
import os
import time
from binascii import b2a_base64

from bucketry import IntegrityError
from bucketry.model import Progress
from bucketry.source import Source
from bucketry_local.attributes import attach
from bucketry_local.disk import disk, write_all
from bucketry_local.records import Details, Record, as_attribute

CHUNK = 1 << 20
"""Bytes held in memory while an upload or a copy moves."""


class Received:
    """The bytes of one source, all of them, in the open file `handle`."""

    def __init__(
        self,
        handle: int,
        source: Source,
        *,
        sha256_wanted: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Receive them; raises what reading the source raises, and `IntegrityError`."""
        self._handle = handle
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        # No more room than it takes: what is not needed would still be filled with zeros.
        size = CHUNK if source.size is None else max(1, min(CHUNK, source.size))
        buffer = memoryview(bytearray(size))
        while count := source.readinto(buffer):
            chunk = buffer[:count]
            with disk():
                write_all(handle, chunk)
            md5.update(chunk)
            sha256.update(chunk)
            if progress is not None:
                progress(count)
            if source.bytes_read == source.size:
                break  # a file that grows as it is read would never end
        source.check_complete()
        self._etag = md5.hexdigest()
        self._sha256 = b2a_base64(sha256.digest(), newline=False).decode()
        if sha256_wanted not in (None, self._sha256):
            raise IntegrityError("the bytes on disk do not have the SHA256 that is stored")

    def record(self, details: Details, *, after: int, synced: bool) -> tuple[Record, bool]:
        """Stamp the file later than `after`; return its record, and whether the file has it.

        `synced`, all of it is on disk then.
        """
        handle = self._handle
        with disk():
            state = _stamp(handle, after)
            record = Record(
                size=state.st_size,
                mtime_ns=state.st_mtime_ns,
                etag=self._etag,
                sha256=self._sha256,
                details=details,
            )
            with_it = attach(handle, as_attribute(record))
            if synced:
                os.fsync(handle)
        return record, with_it


def _stamp(handle: int, after: int) -> os.stat_result:
    """Give the file a modification time later than `after`, so that no two versions share one.

    The kernel's clock ticks too slowly for that: two uploads within 4 ms would look alike. Where
    the file there has the last time that the file system can tell, it gets the time of now.
    """
    now = time.time_ns()
    first = max(now, after + 1)
    # Some file systems count in seconds, some in two.
    for wanted in (first, first + 1_000_000_000, first + 2_000_000_000, now):
        os.utime(handle, ns=(wanted, wanted))
        seen = os.fstat(handle)
        if seen.st_mtime_ns > after:
            break
    return seen
