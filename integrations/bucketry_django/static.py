"""Storages for static files, and how ``collectstatic`` fills them at once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import md5
from typing import Any

from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.files.base import ContentFile, File

from bucketry import ObjectInfo, Provider
from bucketry_django.storage import (
    Storage,
    as_django_has_it,
    body_of,
    key_of,
    suspicious_names,
)

_SMALL = 8 << 20
"""Bytes of a file that is uploaded together with others."""

_TOGETHER = 32 << 20
"""Bytes of files that wait to be uploaded together, at most."""


class StaticFilesStorage(Storage):
    """Keeps static files where a provider says, each under its own name.

    With the app ``bucketry_django`` installed, ``collectstatic`` lists once what is there, uploads
    only what has changed, many files at once, and deletes at the end.
    """

    def __init__(self, provider: str | Provider | None = None, **options: Any) -> None:
        super().__init__(provider, **{"allow_overwrite": True, **options})
        self._collection: Collection | None = None

    @contextmanager
    def collecting(self, *, compare: bool = True) -> Iterator[None]:
        """Put off what is saved and deleted until it can be done at once, at the latest at the end.

        Without `compare` what has not changed is uploaded, too. `ManyFailed` if some could not be
        stored or deleted; what an exception interrupts is not deleted.
        """
        self._collection = collection = Collection(self.provider, compare=compare)
        try:
            yield
            collection.finish()
        finally:
            self._collection = None

    def _save(self, name: str, content: File[Any]) -> str:
        if self._collection is None:
            return super()._save(name, content)
        body = body_of(content)
        if isinstance(body, Iterator):
            body = b"".join(body)
        key = key_of(name)
        with suspicious_names():
            self._collection.save(key, body)
        return key

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if self._collection is not None:
            waiting = self._collection.waiting(key_of(name))
            if waiting is not None and mode == "rb":
                return ContentFile(waiting, name)
            self._collection.flush()
        return super()._open(name, mode)

    def delete(self, name: str) -> None:
        """Delete a file; while files are collected, at the end."""
        if self._collection is None or not name:
            super().delete(name)
        else:
            self._collection.delete(key_of(name))

    def exists(self, name: str) -> bool:
        """Return whether there is a file, or a folder with files."""
        if self._collection is None:
            return super().exists(name)
        return self._collection.has(key_of(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of folders and of files in a folder."""
        if self._collection is None:
            return super().listdir(path)
        return self._collection.listdir(key_of(path))

    def get_modified_time(self, name: str) -> datetime:
        """Return when the file was stored."""
        if self._collection is None:
            return super().get_modified_time(name)
        return as_django_has_it(self._collection.info(key_of(name)).last_modified)


class ManifestStaticFilesStorage(ManifestFilesMixin, StaticFilesStorage):  # type: ignore[misc]
    """The same under names that tell of the content, which never change and can be cached.

    The manifest is read when a name is first looked up, and not when the storage is made: that
    touches no network.
    """

    _made = False

    def __init__(self, provider: str | Provider | None = None, **options: Any) -> None:
        super().__init__(provider, **options)
        del self.hashed_files, self.manifest_hash
        self._made = True

    def read_manifest(self) -> Any:
        """Return the manifest, None where there is none; Django asks for it too early, too."""
        return super().read_manifest() if self._made else None

    def __getattr__(self, name: str) -> Any:
        """Read the manifest when something of it is first asked for."""
        if name not in ("hashed_files", "manifest_hash"):
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        manifest: Any = self.load_manifest()
        self.hashed_files, self.manifest_hash = manifest
        return self.__dict__[name]


def _md5(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


class Collection:
    """What ``collectstatic`` has found, and what it has still to do."""

    def __init__(self, provider: Provider, *, compare: bool) -> None:
        self._provider = provider
        self._before = {info.key: info for info in provider.list()}
        self._there: dict[str, ObjectInfo] = dict(self._before)
        self._compare = compare
        self._waiting: dict[str, bytes] = {}
        self._bytes = 0

    def has(self, key: str) -> bool:
        """Return whether there is a file or a folder."""
        return not key or key in self._there or any(k.startswith(f"{key}/") for k in self._there)

    def info(self, key: str) -> ObjectInfo:
        """Return what is known of a file."""
        try:
            return self._there[key]
        except KeyError:
            raise FileNotFoundError(key) from None

    def listdir(self, key: str) -> tuple[list[str], list[str]]:
        """Return folders and files."""
        prefix = f"{key}/" if key else ""
        rests = [k.removeprefix(prefix) for k in self._there if k.startswith(prefix)]
        heads = [rest.partition("/") for rest in rests]
        folders = dict.fromkeys(head for head, slash, _ in heads if slash)
        return list(folders), [head for head, slash, _ in heads if head and not slash]

    def save(self, key: str, body: Any) -> None:
        """Have a file uploaded; a large one at once."""
        size = len(body) if isinstance(body, bytes) else body.size
        self._there[key] = ObjectInfo(key=key, size=size)
        if size > _SMALL:
            self._waiting.pop(key, None)
            self._provider.upload(
                body, key=key, filename=posixpath.basename(key), prevent_overwrite=False
            )
            return
        data = body if isinstance(body, bytes) else body.read()
        before = self._before.get(key)
        # Where an ETag is no MD5, none is equal.
        if self._compare and before is not None and before.etag == _md5(data):
            return
        self._waiting[key] = data
        self._bytes += len(data)
        if self._bytes > _TOGETHER:
            self.flush()

    def delete(self, key: str) -> None:
        """Have a file deleted at the end, unless it is saved again."""
        self._there.pop(key, None)
        self._waiting.pop(key, None)

    def waiting(self, key: str) -> bytes | None:
        """Return the bytes of a file that waits to be uploaded."""
        return self._waiting.get(key)

    def flush(self) -> None:
        """Upload what waits."""
        waiting, self._waiting, self._bytes = self._waiting, {}, 0
        if waiting:
            self._provider.upload_many(waiting.items(), prevent_overwrite=False).raise_failures()

    def finish(self) -> None:
        """Upload what waits, then delete what is not there any more."""
        self.flush()
        gone = self._before.keys() - self._there.keys()
        self._provider.delete_many(sorted(gone)).raise_failures()
