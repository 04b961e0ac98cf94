"""obstore: Rust's object_store; `unsigned` leaves the body out of the signature."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, S3Store

from benchmarks.contestants import NotThere
from benchmarks.place import BUCKET, CONCURRENCY, EXPIRES, PART, REGION, SECRET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        unsigned = {"unsigned_payload": True} if place.variant == "unsigned" else {}
        self.store = S3Store(
            BUCKET,
            endpoint=place.endpoint,
            access_key_id=place.name,
            secret_access_key=SECRET,
            region=REGION,
            virtual_hosted_style_request=False,
            **unsigned,
        )

    def sign(self, keys: list[str]) -> list[str]:
        store, seconds = self.store, timedelta(seconds=EXPIRES)
        return [obstore.sign(store, "GET", key, seconds) for key in keys]

    def sign_many(self, keys: list[str]) -> list[str]:
        seconds = timedelta(seconds=EXPIRES)
        return [
            url
            for start in range(0, len(keys), 1000)
            for url in obstore.sign(self.store, "GET", keys[start : start + 1000], seconds)
        ]

    def sign_layered(self, keys: list[str], layers: int) -> list[str]:
        """Obstore has no layers; beside a wrapped call stands its plain one."""
        if layers > 1:
            raise NotThere("no layers")
        return self.sign(keys)

    def put(self, keys: list[str], body: bytes) -> None:
        for key in keys:
            obstore.put(self.store, key, body, use_multipart=False)

    def put_async(self, keys: list[str], body: bytes, at_once: int) -> None:
        async def everything() -> None:
            slots = asyncio.Semaphore(at_once)

            async def one(key: str) -> None:
                async with slots:
                    await obstore.put_async(self.store, key, body, use_multipart=False)

            await asyncio.gather(*(one(key) for key in keys))

        asyncio.run(everything())

    put_many = put_async

    def get(self, keys: list[str]) -> list[Any]:
        return [obstore.get(self.store, key).bytes() for key in keys]

    def head(self, keys: list[str]) -> list[int]:
        return [obstore.head(self.store, key)["size"] for key in keys]

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            obstore.delete(self.store, key)

    def delete_all(self, keys: list[str]) -> None:
        obstore.delete(self.store, keys)

    def list_keys(self, prefix: str) -> list[tuple[str, int]]:
        return [
            (item["path"], item["size"])
            for batch in obstore.list(self.store, prefix, chunk_size=1000)
            for item in batch
        ]

    def upload_file(self, path: Path, key: str) -> None:
        obstore.put(self.store, key, path, chunk_size=PART, max_concurrency=CONCURRENCY)

    def upload_stream(self, stream: Any, key: str) -> None:
        pieces = iter(lambda: stream.read(1 << 20), b"")
        obstore.put(self.store, key, pieces, chunk_size=PART, max_concurrency=CONCURRENCY)

    def download(self, key: str, path: Path) -> None:
        with path.open("wb") as file:
            for piece in obstore.get(self.store, key).stream(min_chunk_size=1 << 20):
                file.write(piece)

    def local_put_relaxed(self, keys: list[str], body: bytes) -> str:
        root = self.place.file("relaxed")
        store = LocalStore(root, mkdir=True)
        for key in keys:
            obstore.put(store, key, body, use_multipart=False)
        return str(root)

    def local_list(self, root: str) -> list[tuple[str, int]]:
        found = obstore.list(LocalStore(root))
        return [(item["path"], item["size"]) for batch in found for item in batch]
