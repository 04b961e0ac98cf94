"""boto3, with its defaults but for timeouts."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from faults.bodies import (
    FOLDER,
    LARGE,
    MEDIUM,
    METADATA,
    OLD,
    OLD_ETAG,
    OTHER_ETAG,
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

CUT = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=2)


class Stream(io.RawIOBase):
    """An iterator of bytes as a file."""

    def __init__(self, data: bytes) -> None:
        self._pieces = pieces(data)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def library(settings: Mapping[str, Any]) -> Operations:
    """Return what boto3 can do."""
    client: Any = boto3.client(
        "s3",
        endpoint_url=settings["endpoint"],
        verify=settings["ca_bundle"],
        region_name="us-east-1",
        aws_access_key_id=settings["credentials"]["access_key_id"],
        aws_secret_access_key=settings["credentials"]["secret_access_key"],
        config=Config(
            connect_timeout=settings["deadline"],
            read_timeout=settings["deadline"],
            s3={"addressing_style": "path"},
        ),
    )
    bucket = {"Bucket": "media"}

    def put(key: str, body: bytes, **more: Any) -> None:
        client.put_object(**bucket, Key=key, Body=body, **more)

    def exists(key: str) -> bool:
        try:
            client.head_object(**bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
                return False
            raise
        return True

    def get(key: str, **more: Any) -> str:
        return digest(client.get_object(**bucket, Key=key, **more)["Body"].read())

    def opened(_: Path) -> str:
        with client.get_object(**bucket, Key="stored.bin")["Body"] as body:
            return digest(b"".join(iter(lambda: body.read(10_000), b"")))

    def download(folder: Path) -> str:
        client.download_file("media", "stored.bin", str(folder / "target.bin"), Config=CUT)
        return digest((folder / "target.bin").read_bytes())

    def head(_: Path) -> list[Any]:
        told = client.head_object(**bucket, Key="stored.bin")
        etag = told.get("ETag", "").strip('"')
        return ["stored.bin", told["ContentLength"], etag in (STORED_ETAG, "")]

    def delete_many(_: Path) -> list[str]:
        keys = [{"Key": key} for key in sorted(FOLDER)]
        told = client.delete_objects(**bucket, Delete={"Objects": keys})
        return [error["Key"] for error in told.get("Errors", [])]

    def every(_: Path) -> str:
        pages = client.get_paginator("list_objects_v2").paginate(**bucket, Prefix="list/")
        return listed((o["Key"], o["Size"]) for page in pages for o in page.get("Contents", []))

    def upload_file(folder: Path, data: bytes, key: str, **more: Any) -> None:
        more = {"ContentType": TYPE, **more}
        client.upload_file(str(file_of(folder, data)), "media", key, ExtraArgs=more, Config=CUT)

    return {
        "warm": lambda _: exists("warm"),
        "upload": lambda _: put("new.bin", SMALL, ContentType=TYPE, Metadata=METADATA),
        "upload over": lambda _: put("old.bin", SMALL, ContentType=TYPE),
        "upload same bytes": lambda _: put("old.bin", OLD, ContentType="text/other"),
        "upload 4 MiB": lambda folder: upload_file(folder, MEDIUM, "medium.bin"),
        "upload parts": lambda folder: upload_file(folder, LARGE, "large.bin", Metadata=METADATA),
        "upload stream": lambda _: client.upload_fileobj(
            io.BufferedReader(Stream(LARGE)),
            "media",
            "large.bin",
            ExtraArgs={"ContentType": TYPE},
            Config=CUT,
        ),
        "create": lambda _: put("new.bin", SMALL, ContentType=TYPE, IfNoneMatch="*"),
        "create taken": lambda _: put("old.bin", SMALL, ContentType=TYPE, IfNoneMatch="*"),
        "if_match": lambda _: put("old.bin", SMALL, ContentType=TYPE, IfMatch=f'"{OLD_ETAG}"'),
        "if_match stale": lambda _: put("old.bin", SMALL, IfMatch=f'"{OTHER_ETAG}"'),
        "copy": lambda _: client.copy({**bucket, "Key": "old.bin"}, "media", "new.bin"),
        "delete": lambda _: client.delete_object(**bucket, Key="old.bin") and None,
        "delete many": delete_many,
        "head": head,
        "exists": lambda _: exists("stored.bin"),
        "exists not": lambda _: exists("missing.bin"),
        "read": lambda _: get("stored.bin"),
        "read missing": lambda _: get("missing.bin"),
        "open": opened,
        "open range": lambda _: get("stored.bin", Range="bytes=100000-199999"),
        "download": download,
        "list": every,
    }


def _code(*codes: str) -> Any:
    return lambda error: isinstance(error, ClientError) and error.response["Error"]["Code"] in codes


if __name__ == "__main__":
    serve(
        library,
        {
            "NotFound": _code("NoSuchKey", "404"),
            "PreconditionFailed": _code("PreconditionFailed"),
        },
    )
