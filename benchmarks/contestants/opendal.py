"""OpenDAL (Rust)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import opendal

from benchmarks.place import BUCKET, CONCURRENCY, EXPIRES, PART, REGION, SECRET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.operator = opendal.Operator(
            "s3",
            bucket=BUCKET,
            endpoint=place.endpoint,
            region=REGION,
            access_key_id=place.name,
            secret_access_key=SECRET,
        )

    def sign(self, keys: list[str]) -> list[str]:
        operator = self.operator.to_async_operator()  # it signs asynchronously only

        async def everything() -> list[str]:
            return [(await operator.presign_read(key, EXPIRES)).url for key in keys]

        return asyncio.run(everything())

    def put(self, keys: list[str], body: bytes) -> None:
        for key in keys:
            self.operator.write(key, body)

    def get(self, keys: list[str]) -> list[bytes]:
        return [self.operator.read(key) for key in keys]

    def head(self, keys: list[str]) -> list[int]:
        return [self.operator.stat(key).content_length for key in keys]

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            self.operator.delete(key)

    def list_keys(self, prefix: str) -> list[tuple[str, int]]:
        return [(entry.path, entry.metadata.content_length) for entry in self.operator.scan(prefix)]

    def upload_file(self, path: Path, key: str) -> None:
        with path.open("rb") as file:
            self.upload_stream(file, key)

    def upload_stream(self, stream: Any, key: str) -> None:
        with self.operator.open(key, "wb", chunk=PART, concurrent=CONCURRENCY) as target:
            while piece := stream.read(PART):
                target.write(piece)

    def download(self, key: str, path: Path) -> None:
        with self.operator.open(key, "rb") as source, path.open("wb") as file:
            while piece := source.read(1 << 20):
                file.write(piece)
