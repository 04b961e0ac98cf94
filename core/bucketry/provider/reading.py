"""Operations that look and read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from bucketry.errors import (
    IntegrityError,
    InvalidInput,
    NotFound,
)
from bucketry.headers import check_param_values
from bucketry.model import (
    ByteRange,
    ObjectInfo,
    ObjectReader,
    Page,
    Progress,
)
from bucketry.provider.base import ProviderBase
from bucketry.transfer import download

LIST_PAGE = 1000
"""Keys in one page of a listing; the most that S3 gives."""


class Listing(ProviderBase):
    """Head, open, read, download, list."""

    def head(self, key: str) -> ObjectInfo:
        """Return size, type, metadata and ETag; `NotFound` if there is no such object."""
        with self._operation("head", key):
            object_key = self._root.join(key)
            return self._told(
                self._answers.info(
                    self._hooks.bucketry_head(key=object_key), object_key, "bucketry_head"
                )
            )

    def exists(self, key: str) -> bool:
        """Return whether there is an object. A denied look is an error, not a no."""
        try:
            self.head(key)
        except NotFound:
            return False
        return True

    def open(self, key: str, byte_range: ByteRange | None = None) -> ObjectReader:
        """Open an object, or a range of it, for reading; close the reader, best by ``with``.

        `byte_range` follows Python's slices: ``ByteRange(start=0, stop=100)`` is the first hundred
        bytes, ``ByteRange(start=-100)`` the last.
        """
        if byte_range is not None:
            _check_range(byte_range)
        with self._operation("open", key):
            object_key = self._root.join(key)
            reader = self._answers.reader(
                self._hooks.bucketry_open(key=object_key, byte_range=byte_range),
                object_key,
                "bucketry_open",
            )
            reader.info = self._told(reader.info)
            return reader

    def read(self, key: str) -> bytes:
        """Return a whole object's bytes; for objects that fit into memory."""
        with self.open(key) as reader, self._operation("read", key):
            body = reader.read()
            if len(body) != reader.info.size:
                raise IntegrityError(
                    f"{len(body)} bytes arrived, {reader.info.size} were announced"
                )
            return body

    def download(
        self, key: str, target: str | Path, *, progress: Progress | None = None
    ) -> ObjectInfo:
        """Write an object to a file, whole or not at all; a broken connection is taken up again."""
        with self._operation("download", key):
            return download(lambda byte_range: self.open(key, byte_range), Path(target), progress)

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield every object whose key starts with the text `prefix`, page by page, lazily.

        `start_after` begins behind that key. Folder markers and other objects whose keys bucketry
        itself would refuse are listed as they are.
        """
        for page in self.pages(prefix, start_after=start_after):
            yield from page.objects

    def pages(
        self, prefix: str = "", *, delimiter: str = "", start_after: str = ""
    ) -> Iterator[Page]:
        """Yield pages of a listing; with ``delimiter="/"`` one level with its folders."""
        for name, text in (("prefix", prefix), ("delimiter", delimiter), ("after", start_after)):
            check_param_values(name, text)
        with self._operation("list", prefix or None):
            after = self._root.prefix + start_after if start_after else ""
            for page in self._pages(self._root.prefix + prefix, delimiter, after):
                yield Page(
                    objects=[self._told(info) for info in page.objects],
                    folders=[self._root.strip(folder) for folder in page.folders],
                )

    def _pages(self, prefix: str, delimiter: str, start_after: str) -> Iterator[Page]:
        pages = self._hooks.bucketry_list(
            prefix=prefix, delimiter=delimiter, start_after=start_after, page_size=LIST_PAGE
        )
        for page in self._answers.pages(pages, prefix, "bucketry_list"):
            # The root path itself may exist as a folder marker; it is no object of this provider.
            yield attrs.evolve(
                page, objects=[info for info in page.objects if info.key != self._root.prefix]
            )

    def _told(self, info: ObjectInfo) -> ObjectInfo:
        return attrs.evolve(info, key=self._root.strip(info.key)) if self._root.prefix else info


def _check_range(byte_range: ByteRange) -> None:
    start, stop = byte_range.start, byte_range.stop
    if (start < 0 and stop is not None) or (stop is not None and stop <= start):
        raise InvalidInput(
            "a range is start < stop, both counted from 0, or a negative start without stop"
        )
