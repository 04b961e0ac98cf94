"""Objects as files that are awaited."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Self

import bucketry
from bucketry.aio.threads import Twin, awaited, unchanged
from bucketry.model import ObjectInfo, StoredObject


class ObjectReader(Twin[bucketry.ObjectReader]):
    """An object open for reading: what `bucketry.ObjectReader` does, awaited.

    Get one from ``await Provider.open(key)`` and close it best by ``async with``. Iterated over, it
    yields lines.
    """

    read = awaited(bucketry.ObjectReader.read)
    readall = awaited(bucketry.ObjectReader.readall)
    readinto = awaited(bucketry.ObjectReader.readinto)
    readline = awaited(bucketry.ObjectReader.readline)
    seek = awaited(bucketry.ObjectReader.seek)
    seekable = unchanged(bucketry.ObjectReader.seekable)
    tell = unchanged(bucketry.ObjectReader.tell)

    @property
    def info(self) -> ObjectInfo:
        """What is known of the whole object."""
        return self._sync.info

    @property
    def verified(self) -> str | None:
        """The digest that the bytes were found to have; see `bucketry.ObjectReader.verified`."""
        return self._sync.verified

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._sync.closed

    async def chunks(self, size: int = 1 << 20) -> AsyncGenerator[bytes, None]:
        """Yield the bytes left in pieces of `size`."""
        self._sync.chunks(size)  # refuses a bad size
        while chunk := await self.read(size):
            yield chunk

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        line = await self.readline()
        if not line:
            raise StopAsyncIteration
        return line


class ObjectWriter(Twin[bucketry.ObjectWriter]):
    """An object being written: what `bucketry.ObjectWriter` does, awaited.

    Published at the clean exit of its ``async with``, or by `commit`; else nothing is stored.
    """

    write = awaited(bucketry.ObjectWriter.write)
    seek = awaited(bucketry.ObjectWriter.seek)
    tell = unchanged(bucketry.ObjectWriter.tell)
    commit = awaited(bucketry.ObjectWriter.commit)

    @property
    def key(self) -> str:
        """The key it is written to."""
        return self._sync.key

    @property
    def stored(self) -> StoredObject | None:
        """What was stored, None before."""
        return self._sync.stored

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._sync.closed

    async def __aexit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self.stored is None:
                await self.commit()
        finally:
            await self.aclose()
