"""minio-py, with its defaults but for timeouts."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from faults.bodies import (
    FOLDER,
    LARGE,
    MEDIUM,
    METADATA,
    OLD,
    PART,
    SMALL,
    STORED_ETAG,
    TYPE,
    digest,
    file_of,
    listed,
    pieces,
)
from faults.peers.process import Operations, serve


class Stream:
    """An iterator of bytes as what minio reads from."""

    def __init__(self, data: bytes) -> None:
        self._pieces = pieces(data)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        self._rest = self._rest or next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def library(settings: Mapping[str, Any]) -> Operations:
    """Return what minio can do."""
    timeout = urllib3.Timeout(connect=settings["deadline"], read=settings["deadline"])
    client = Minio(
        urlsplit(settings["endpoint"]).netloc,
        access_key=settings["credentials"]["access_key_id"],
        secret_key=settings["credentials"]["secret_access_key"],
        region="us-east-1",
        http_client=urllib3.PoolManager(
            timeout=timeout,
            cert_reqs="CERT_REQUIRED",
            ca_certs=settings["ca_bundle"],
            # The library's own default.
            retries=urllib3.Retry(
                total=5, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]
            ),
        ),
    )

    def put(key: str, body: bytes, type_: str = TYPE, **more: Any) -> None:
        client.put_object("media", key, io.BytesIO(body), len(body), content_type=type_, **more)

    def exists(key: str) -> bool:
        try:
            client.stat_object("media", key)
        except S3Error as error:
            if error.code in ("NoSuchKey", "NoSuchObject"):
                return False
            raise
        return True

    def get(key: str, **more: Any) -> str:
        answer = client.get_object("media", key, **more)
        try:
            return digest(answer.read())
        finally:
            answer.close()
            answer.release_conn()

    def opened(_: Path) -> str:
        answer = client.get_object("media", "stored.bin")
        try:
            return digest(b"".join(answer.stream(10_000)))
        finally:
            answer.close()
            answer.release_conn()

    def download(folder: Path) -> str:
        client.fget_object("media", "stored.bin", str(folder / "target.bin"))
        return digest((folder / "target.bin").read_bytes())

    def head(_: Path) -> list[Any]:
        told = client.stat_object("media", "stored.bin")
        return ["stored.bin", told.size, told.etag in (STORED_ETAG, None, "")]

    def delete_many(_: Path) -> list[str]:
        errors = client.remove_objects("media", [DeleteObject(key) for key in sorted(FOLDER)])
        return [str(error.name) for error in errors]

    def every(_: Path) -> str:
        found = client.list_objects("media", prefix="list/", recursive=True)
        return listed((str(entry.object_name), int(entry.size or 0)) for entry in found)

    def upload_file(folder: Path, data: bytes, key: str, **more: Any) -> None:
        path = str(file_of(folder, data))
        client.fput_object("media", key, path, content_type=TYPE, part_size=PART, **more)

    return {
        "warm": lambda _: exists("warm"),
        "upload": lambda _: put("new.bin", SMALL, metadata=METADATA),
        "upload over": lambda _: put("old.bin", SMALL),
        "upload same bytes": lambda _: put("old.bin", OLD, "text/other"),
        "upload 4 MiB": lambda folder: upload_file(folder, MEDIUM, "medium.bin"),
        "upload parts": lambda folder: upload_file(folder, LARGE, "large.bin", metadata=METADATA),
        "upload stream": lambda _: (
            client.put_object(
                "media",
                "large.bin",
                Stream(LARGE),
                -1,
                content_type=TYPE,
                part_size=PART,
            )
            and None
        ),
        "copy": lambda _: (
            client.copy_object("media", "new.bin", CopySource("media", "old.bin")) and None
        ),
        "delete": lambda _: client.remove_object("media", "old.bin"),
        "delete many": delete_many,
        "head": head,
        "exists": lambda _: exists("stored.bin"),
        "exists not": lambda _: exists("missing.bin"),
        "read": lambda _: get("stored.bin"),
        "read missing": lambda _: get("missing.bin"),
        "open": opened,
        "open range": lambda _: get("stored.bin", offset=100_000, length=100_000),
        "download": download,
        "list": every,
    }


if __name__ == "__main__":
    serve(
        library,
        {
            "NotFound": lambda error: (
                isinstance(error, S3Error) and error.code in ("NoSuchKey", "NoSuchObject")
            )
        },
    )
