"""Objects as readers and listings see them."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from typing import BinaryIO

from bucketry import ByteRange, IntegrityError, NotFound, ObjectInfo, ObjectReader, Page, Rejected
from bucketry.model import listed
from bucketry_local.disk import disk, explain, moment
from bucketry_local.listing import entries
from bucketry_local.records import Record, etag_by_hand
from bucketry_local.store import Store


def object_info(key: str, record: Record) -> ObjectInfo:
    """Return what `head` tells of an object."""
    details = record.details
    return ObjectInfo(
        key=key,
        size=record.size,
        etag=record.etag,
        last_modified=moment(record.mtime_ns),
        content_type=details.content_type,
        cache_control=details.cache_control,
        content_disposition=details.content_disposition,
        content_encoding=details.content_encoding,
        content_language=details.content_language,
        metadata=dict(details.metadata),
        checksums={"SHA256": record.sha256} if record.sha256 else {},
    )


def open_object(store: Store, key: str, byte_range: ByteRange | None) -> ObjectReader:
    """Open an object, or a range of it."""
    file, record = store.open(key)
    try:
        start, stop = _resolve(byte_range, record.size)
        sha256 = record.sha256 if byte_range is None else ""
        return ObjectReader(object_info(key, record), FileStream(file, start, stop, sha256))
    except BaseException:
        file.close()
        raise


def _resolve(byte_range: ByteRange | None, size: int) -> tuple[int, int]:
    """Return the first byte to read and the one behind the last."""
    if byte_range is None:
        return 0, size
    start = byte_range.start if byte_range.start >= 0 else max(0, size + byte_range.start)
    stop = size if byte_range.stop is None else min(byte_range.stop, size)
    if start >= size:
        raise Rejected(
            f"the range begins behind the object's end, which has {size} bytes",
            code="InvalidRange",
            status=416,
        )
    return start, stop


class FileStream:
    """Bytes `start` to `stop` of `file`, which it closes.

    `IntegrityError` if they end early, or are the whole file and do not have its `sha256`.
    """

    def __init__(self, file: BinaryIO, start: int, stop: int, sha256: str | None = None) -> None:
        self._file = file
        self._at = start  # not the file's own position, which a forked process moves, too
        self._left = stop - start
        self._sha256 = sha256
        self._digest = hashlib.sha256() if sha256 else None
        self.verified: str | None = None
        self._check()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end; as much as the system gives when negative."""
        wanted = self._left if size < 0 else min(size, self._left)
        with disk():
            data = os.pread(self._file.fileno(), wanted, self._at)  # at most 2 GiB
        if wanted and not data:
            raise IntegrityError("the file was cut short while it was read")
        self._at += len(data)
        self._left -= len(data)
        if self._digest is not None and data:
            self._digest.update(data)
            self._check()
        return data

    def _check(self) -> None:
        if self._digest is None or self._left:
            return
        if base64.b64encode(self._digest.digest()).decode() != self._sha256:
            raise IntegrityError("the bytes of the file do not have the SHA256 that is stored")
        self.verified = "SHA256"

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def pages(
    store: Store, prefix: str, delimiter: str, start_after: str, page_size: int
) -> Iterator[Page]:
    """Yield pages of a listing; no page is empty."""
    objects: list[ObjectInfo] = []
    folders: list[str] = []
    in_files, etag = store.records_in_files(), None
    for key, is_folder in entries(
        store.root, prefix=prefix, delimiter=delimiter, start_after=start_after
    ):
        if is_folder:
            folders.append(key)
        else:
            try:
                # What one file has, the next has most likely, too.
                seen, etag = store.listed(key, in_files, etag is not None)
            except NotFound:
                continue
            except OSError as error:
                if isinstance(error, FileNotFoundError | NotADirectoryError):
                    continue  # deleted since its folder was read
                raise explain(error) from error
            found = etag_by_hand(seen) if etag is None else etag or None
            objects.append(listed(key, seen.st_size, found, moment(seen.st_mtime_ns)))
        if len(objects) + len(folders) == page_size:
            yield Page(objects=objects, folders=folders)
            objects, folders = [], []
            in_files = store.records_in_files()
    if objects or folders:
        yield Page(objects=objects, folders=folders)
