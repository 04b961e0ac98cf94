"""minio-py."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import urllib3
from minio import Minio
from minio.deleteobjects import DeleteObject

from benchmarks.place import BUCKET, CONCURRENCY, EXPIRES, PART, REGION, SECRET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.client = Minio(
            place.host,
            access_key=place.name,
            secret_key=SECRET,
            region=REGION,
            http_client=urllib3.PoolManager(ca_certs=place.ca, maxsize=64),
        )

    def sign(self, keys: list[str]) -> list[str]:
        seconds = timedelta(seconds=EXPIRES)
        return [self.client.presigned_get_object(BUCKET, key, expires=seconds) for key in keys]

    def put(self, keys: list[str], body: bytes) -> None:
        for key in keys:
            self.client.put_object(BUCKET, key, io.BytesIO(body), len(body))

    def get(self, keys: list[str]) -> list[bytes]:
        bodies = []
        for key in keys:
            answer = self.client.get_object(BUCKET, key)
            bodies.append(answer.read())
            answer.close()
            answer.release_conn()
        return bodies

    def head(self, keys: list[str]) -> list[int | None]:
        return [self.client.stat_object(BUCKET, key).size for key in keys]

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            self.client.remove_object(BUCKET, key)

    def delete_many(self, keys: list[str]) -> list[str | None]:
        errors = self.client.remove_objects(BUCKET, [DeleteObject(key) for key in keys])
        return [error.name for error in errors]

    delete_all = delete_many

    def list_keys(self, prefix: str) -> list[tuple[str | None, int | None]]:
        found = self.client.list_objects(BUCKET, prefix, recursive=True)
        return [(item.object_name, item.size) for item in found]

    def upload_file(self, path: Path, key: str) -> None:
        self.client.fput_object(
            BUCKET, key, str(path), part_size=PART, num_parallel_uploads=CONCURRENCY
        )

    def upload_stream(self, stream: Any, key: str) -> None:
        self.client.put_object(
            BUCKET, key, stream, -1, part_size=PART, num_parallel_uploads=CONCURRENCY
        )

    def download(self, key: str, path: Path) -> None:
        self.client.fget_object(BUCKET, key, str(path))
