"""opendal, with its layers for retries and timeouts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import opendal
from opendal.exceptions import AlreadyExists, ConditionNotMatch, NotFound
from opendal.layers import RetryLayer, TimeoutLayer

from faults.bodies import (
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
    listed,
    pieces,
)
from faults.peers.process import Operations, serve


def library(settings: Mapping[str, Any]) -> Operations:
    """Return what opendal can do."""
    limit = float(settings["deadline"])
    operator: Any = (
        opendal.Operator(
            "s3",
            bucket="media",
            endpoint=settings["endpoint"],
            region="us-east-1",
            access_key_id=settings["credentials"]["access_key_id"],
            secret_access_key=settings["credentials"]["secret_access_key"],
            disable_config_load="true",
            disable_ec2_metadata="true",
        )
        .layer(TimeoutLayer(timeout=limit, io_timeout=limit))
        .layer(RetryLayer())
    )

    def put(key: str, body: bytes, **more: Any) -> None:
        operator.write(key, body, **{"content_type": TYPE, **more})

    def parts(_: Path) -> None:
        put("large.bin", LARGE, chunk=PART, concurrent=2, user_metadata=METADATA)

    def stream(_: Path) -> None:
        with operator.open("large.bin", "wb", content_type=TYPE, chunk=PART) as file:
            for piece in pieces(LARGE):
                file.write(piece)

    def opened(_: Path) -> str:
        with operator.open("stored.bin", "rb") as file:
            return digest(b"".join(iter(lambda: file.read(10_000), b"")))

    def head(_: Path) -> list[Any]:
        told = operator.stat("stored.bin")
        etag = (told.etag or "").strip('"')
        return ["stored.bin", told.content_length, etag in (STORED_ETAG, "")]

    def every(_: Path) -> str:
        found = operator.list("list/")
        return listed((e.path, e.metadata.content_length) for e in found if e.path != "list/")

    return {
        "warm": lambda _: operator.exists("warm"),
        "upload": lambda _: put("new.bin", SMALL, user_metadata=METADATA),
        "upload over": lambda _: put("old.bin", SMALL),
        "upload same bytes": lambda _: put("old.bin", OLD, content_type="text/other"),
        "upload 4 MiB": lambda _: put("medium.bin", MEDIUM),
        "upload parts": parts,
        "upload stream": stream,
        "create": lambda _: put("new.bin", SMALL, if_not_exists=True),
        "create taken": lambda _: put("old.bin", SMALL, if_not_exists=True),
        "if_match": lambda _: put("old.bin", SMALL, if_match=f'"{OLD_ETAG}"'),
        "if_match stale": lambda _: put("old.bin", SMALL, if_match=f'"{OTHER_ETAG}"'),
        "copy": lambda _: operator.copy("old.bin", "new.bin"),
        "delete": lambda _: operator.delete("old.bin"),
        "head": head,
        "exists": lambda _: operator.exists("stored.bin"),
        "exists not": lambda _: operator.exists("missing.bin"),
        "read": lambda _: digest(bytes(operator.read("stored.bin"))),
        "read missing": lambda _: digest(bytes(operator.read("missing.bin"))),
        "open": opened,
        "open range": lambda _: digest(
            bytes(operator.read("stored.bin", offset=100_000, size=100_000))
        ),
        "list": every,
    }


if __name__ == "__main__":
    serve(
        library,
        {
            "NotFound": lambda e: isinstance(e, NotFound),
            "PreconditionFailed": lambda e: isinstance(e, AlreadyExists | ConditionNotMatch),
        },
    )
