"""bucketry, by its public names alone, so that any version of it can be measured."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import bucketry
from benchmarks.contestants import NotThere
from benchmarks.place import BUCKET, CDN, CONCURRENCY, EXPIRES, PART, REGION, SECRET, Place


class Through:
    """A wrapper that does nothing: what a layer costs."""

    @bucketry.hookimpl(wrapper=True)
    def bucketry_sign(self, request: bucketry.SignRequest) -> Any:
        return (yield)


class Stub:
    """Answers an upload itself, so that all above it is what remains."""

    @bucketry.hookimpl
    def bucketry_upload(self, upload: bucketry.Upload) -> bucketry.StoredObject:
        return bucketry.StoredObject(
            provider="stub", bucket=BUCKET, key=upload.key, url=f"{CDN}/{upload.key}", etag='"1"',
            size=4096,
        )  # fmt: skip


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.provider = self.opened()
        self.public = self.opened(base_url=CDN, visibility="public")
        self.layered = cache(self._layered)

    def opened(self, provider: str = "s3", **options: Any) -> Any:
        return bucketry.open_provider(
            {
                "provider": provider,
                "bucket": BUCKET,
                "region": REGION,
                "endpoint": self.place.endpoint,
                "addressing": "path",
                "ca_bundle": self.place.ca,
                "signed_url_expires": EXPIRES,
                "credentials": {"access_key_id": self.place.name, "secret_access_key": SECRET},
                "multipart": {"part_size": PART, "concurrency": CONCURRENCY},
                **options,
            }
        )

    def _layered(self, layers: int) -> Any:
        provider = self.provider
        for _ in range(layers):
            provider = provider.with_layer(Through())
        return provider

    def sign(self, keys: list[str]) -> list[str]:
        sign = self.provider.sign
        return [sign(key).reveal() for key in keys]

    def sign_layered(self, keys: list[str], layers: int) -> list[str]:
        sign = self.layered(layers).sign
        return [sign(key).reveal() for key in keys]

    def sign_many(self, keys: list[str]) -> list[str]:
        many = self.provider.sign_many
        return [
            signed.reveal()
            for start in range(0, len(keys), 1000)
            for signed in many(keys[start : start + 1000]).values()
        ]

    def url(self, keys: list[str]) -> list[str]:
        url = self.public.url
        return [url(key) for key in keys]

    def put(self, keys: list[str], body: bytes) -> None:
        upload = self.provider.upload
        for key in keys:
            upload(body, key=key)

    def put_many(self, keys: list[str], body: bytes, at_once: int) -> None:
        many = _there(self.provider, "upload_many")
        options = {"concurrency": at_once} if "concurrency" in _parameters(many) else {}
        outcomes = list(many(((key, body) for key in keys), **options))
        assert len(outcomes) == len(keys), f"{len(outcomes)} outcomes of {len(keys)}"

    def put_async(self, keys: list[str], body: bytes, at_once: int) -> None:
        import anyio  # not on the way of what does not need it
        import anyio.to_thread

        upload = self.provider.upload

        async def one(slots: anyio.Semaphore, key: str) -> None:
            async with slots:
                await anyio.to_thread.run_sync(lambda: upload(body, key=key))

        async def everything() -> None:
            slots = anyio.Semaphore(at_once)
            async with anyio.create_task_group() as group:
                for key in keys:
                    group.start_soon(one, slots, key)

        anyio.run(everything)

    def get(self, keys: list[str]) -> list[bytes]:
        read = self.provider.read
        return [read(key) for key in keys]

    def head(self, keys: list[str]) -> list[int]:
        head = self.provider.head
        return [head(key).size for key in keys]

    def delete(self, keys: list[str]) -> None:
        delete = self.provider.delete
        for key in keys:
            delete(key)

    def delete_many(self, keys: list[str]) -> list[str]:
        return [failure.key for failure in self.provider.delete_many(keys).failures]

    delete_all = delete_many

    def list_keys(self, prefix: str) -> list[tuple[str, int]]:
        return [(info.key, info.size) for info in self.provider.list(prefix)]

    def upload_file(self, path: Path, key: str) -> None:
        self.provider.upload(path, key=key)

    def upload_checked(self, path: Path, key: str) -> None:
        # As MinIO, which is known to verify what it is told.
        self.verifying.upload(path, key=key)

    @property
    def verifying(self) -> Any:
        found = self.__dict__.get("_verifying")
        if found is None:
            found = self.opened("minio", checksum_algorithm="CRC64NVME")
            self.__dict__["_verifying"] = found
        return found

    def upload_stream(self, stream: Any, key: str) -> None:
        self.provider.upload(stream, key=key)

    def download(self, key: str, path: Path) -> None:
        self.provider.download(key, path)

    def download_checked(self, key: str, path: Path) -> None:
        info = self.verifying.download(key, path)
        if not hasattr(info, "verified"):
            raise NotThere("does not tell what it has compared")
        assert info.verified == "CRC64NVME", "not compared"

    def facade(self, keys: list[str], body: bytes) -> list[str]:
        upload = self.provider.with_layer(Stub()).upload
        return [upload(body, key=key).key for key in keys]

    def local(self, directory: Path, **options: Any) -> Any:
        directory.mkdir(parents=True, exist_ok=True)
        return bucketry.open_provider(
            {"provider": "local", "directory": str(directory), "base_url": CDN, **options}
        )

    def local_put(self, keys: list[str], body: bytes) -> str:
        root = self.place.file("local")
        provider = self.local(root)
        for key in keys:
            provider.upload(body, key=key)
        return str(root)

    def local_put_relaxed(self, keys: list[str], body: bytes) -> str:
        root = self.place.file("relaxed")
        try:
            provider = self.local(root, durability="relaxed")
        except bucketry.ConfigError as error:
            raise NotThere("no durability to choose") from error
        for key in keys:
            provider.upload(body, key=key)
        return str(root)

    def local_list(self, root: str) -> list[tuple[str, int]]:
        return [(info.key, info.size) for info in self.local(Path(root)).list()]


def _there(owner: Any, name: str) -> Callable[..., Any]:
    method: Callable[..., Any] | None = getattr(owner, name, None)
    if method is None:
        raise NotThere(f"no {name}")
    return method


def _parameters(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters)
