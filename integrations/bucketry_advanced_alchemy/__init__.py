"""A provider as the storage of advanced-alchemy's file objects, with Litestar or without.

>>> from advanced_alchemy.types import FileObject
>>> from advanced_alchemy.types.file_object import storages
>>> from bucketry_advanced_alchemy import BucketryBackend
>>> storages.register_backend(BucketryBackend(
...     "documents", {"provider": "local", "directory": "/tmp/bucketry-doc"},
... ))
>>> report = FileObject(backend="documents", filename="report.txt", content=b"hello").save()
>>> report.size, report.get_content()
(5, b'hello')
>>> report.delete()
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal

from advanced_alchemy.types.file_object import FileObject
from advanced_alchemy.types.file_object.base import (
    AsyncDataLike,
    DataLike,
    PathLike,
    StorageBackend,
)

from bucketry import ObjectInfo, Provider, StoredObject, Unsupported, open_provider
from bucketry.aio import Provider as AsyncProvider

__all__ = ["BucketryBackend"]

_HEADERS = {
    "cache-control": "cache_control",
    "content-disposition": "content_disposition",
    "content-encoding": "content_encoding",
    "content-language": "content_language",
}


class BucketryBackend(StorageBackend):
    """Keeps files with a provider; a file object's path is its key.

    A missing file is a `FileNotFoundError`. Of a file object's metadata the HTTP headers that are
    named as such (``Cache-Control`` ...) become headers of the object; all of it stays in the
    database. How a large file is cut into parts is the provider's to decide.
    """

    driver = "bucketry"

    def __init__(self, key: str, fs: Provider | str | Mapping[str, Any], **kwargs: Any) -> None:
        """Register it under `key`.

        `fs` is an open provider, or what `bucketry.open_provider` takes, together with `kwargs`:
        the name of a configured one, or a mapping with a configuration.
        """
        provider = fs if isinstance(fs, Provider) else open_provider(fs, **kwargs)
        super().__init__(key, provider, **kwargs)
        self.protocol = "file" if provider.vendor.name == "local" else "s3"
        self.provider = provider
        self._awaited = AsyncProvider(provider)

    @staticmethod
    def _to_path(path: PathLike) -> str:
        """Return the key of a path, whose separator is a slash on every machine."""
        return path if isinstance(path, str) else PurePath(path).as_posix()

    def get_content(self, path: PathLike, *, options: dict[str, Any] | None = None) -> bytes:
        """Return a file's bytes. There are no options."""
        return self.provider.read(self._to_path(path))

    async def get_content_async(
        self, path: PathLike, *, options: dict[str, Any] | None = None
    ) -> bytes:
        """Return a file's bytes. There are no options."""
        return await self._awaited.read(self._to_path(path))

    def save_object(
        self,
        file_object: FileObject,
        data: DataLike,
        *,
        use_multipart: bool | None = None,
        chunk_size: int = 5 * 1024 * 1024,
        max_concurrency: int = 12,
    ) -> FileObject:
        """Store a file and complete its file object."""
        stored = self.provider.upload(data, **_options(file_object))
        return _completed(file_object, stored, self.provider.head(stored.key))

    async def save_object_async(
        self,
        file_object: FileObject,
        data: AsyncDataLike,
        *,
        use_multipart: bool | None = None,
        chunk_size: int = 5 * 1024 * 1024,
        max_concurrency: int = 12,
    ) -> FileObject:
        """Store a file and complete its file object."""
        stored = await self._awaited.upload(data, **_options(file_object))
        return _completed(file_object, stored, await self._awaited.head(stored.key))

    def delete_object(self, paths: PathLike | Sequence[PathLike]) -> None:
        """Delete files; one that is not there is fine."""
        if isinstance(paths, (str, os.PathLike)):
            self.provider.delete(self._to_path(paths))
        else:
            self.provider.delete_many(self._keys(paths)).raise_failures()

    async def delete_object_async(self, paths: PathLike | Sequence[PathLike]) -> None:
        """Delete files; one that is not there is fine."""
        if isinstance(paths, (str, os.PathLike)):
            await self._awaited.delete(self._to_path(paths))
        else:
            (await self._awaited.delete_many(self._keys(paths))).raise_failures()

    def sign(
        self,
        paths: PathLike | Sequence[PathLike],
        *,
        expires_in: int | None = None,
        for_upload: bool = False,
    ) -> str | list[str]:
        """Return the signed URL of a file, or those of several; `NotImplementedError` if none is.

        They are passwords for a time: hand them out, do not log them.
        """
        method: Literal["PUT", "GET"] = "PUT" if for_upload else "GET"
        try:
            urls = [
                self.provider.sign(key, method=method, expires_in=expires_in).reveal()
                for key in self._keys(paths)
            ]
        except Unsupported as error:
            raise NotImplementedError(str(error)) from error
        return urls[0] if isinstance(paths, (str, os.PathLike)) else urls

    async def sign_async(
        self,
        paths: PathLike | Sequence[PathLike],
        *,
        expires_in: int | None = None,
        for_upload: bool = False,
    ) -> str | list[str]:
        """Return what `sign` returns, which waits for nothing."""
        return self.sign(paths, expires_in=expires_in, for_upload=for_upload)

    def _keys(self, paths: PathLike | Sequence[PathLike]) -> list[str]:
        several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
        return [self._to_path(path) for path in several]


def _options(file_object: FileObject) -> Any:
    metadata = (file_object.metadata or {}).items()
    headers = {
        _HEADERS[name.lower()]: value
        for name, value in metadata
        if isinstance(value, str) and name.lower() in _HEADERS
    }
    return {"key": file_object.path, "content_type": file_object.content_type, **headers}


def _completed(file_object: FileObject, stored: StoredObject, info: ObjectInfo) -> FileObject:
    file_object.size = stored.size
    if stored.etag is not None:
        file_object.etag = stored.etag
    if stored.version is not None:
        file_object.version_id = stored.version
    if stored.checksum is not None:
        file_object.checksum = f"{stored.checksum_algorithm}:{stored.checksum}"
    if info.last_modified is not None:
        file_object.last_modified = info.last_modified.timestamp()
    return file_object
