"""obstore, with its defaults but for timeouts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, NotFoundError, PreconditionError
from obstore.store import S3Store

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


def library(settings: Mapping[str, Any]) -> Operations:
    """Return what obstore can do."""
    limit = timedelta(seconds=settings["deadline"])
    store: Any = S3Store(
        "media",
        endpoint=settings["endpoint"],
        region="us-east-1",
        access_key_id=settings["credentials"]["access_key_id"],
        secret_access_key=settings["credentials"]["secret_access_key"],
        virtual_hosted_style_request=False,
        client_options={"timeout": limit, "connect_timeout": limit},
        retry_config={"retry_timeout": limit},
    )

    def put(key: str, body: Any, type_: str = TYPE, **more: Any) -> None:
        metadata = more.pop("metadata", {})
        obstore.put(store, key, body, attributes={"Content-Type": type_, **metadata}, **more)

    def exists(key: str) -> bool:
        try:
            obstore.head(store, key)
        except FileNotFoundError:
            return False
        return True

    def get(key: str) -> str:
        return digest(bytes(obstore.get(store, key).bytes()))

    def opened(_: Path) -> str:
        answer = obstore.get(store, "stored.bin")
        return digest(b"".join(bytes(piece) for piece in answer.stream(10_000)))

    def ranged(_: Path) -> str:
        return digest(bytes(obstore.get_range(store, "stored.bin", start=100_000, end=200_000)))

    def head(_: Path) -> list[Any]:
        told = obstore.head(store, "stored.bin")
        etag = (told["e_tag"] or "").strip('"')
        return ["stored.bin", told["size"], etag in (STORED_ETAG, "")]

    def every(_: Path) -> str:
        found = obstore.list(store, prefix="list")
        return listed((entry["path"], entry["size"]) for batch in found for entry in batch)

    def parts(folder: Path) -> None:
        body = file_of(folder, LARGE)
        more: dict[str, Any] = {"metadata": METADATA, "chunk_size": PART, "max_concurrency": 2}
        put("large.bin", body, use_multipart=True, **more)

    return {
        "warm": lambda _: exists("warm"),
        "upload": lambda _: put("new.bin", SMALL, metadata=METADATA),
        "upload over": lambda _: put("old.bin", SMALL),
        "upload same bytes": lambda _: put("old.bin", OLD, "text/other"),
        "upload 4 MiB": lambda folder: put("medium.bin", file_of(folder, MEDIUM)),
        "upload parts": parts,
        "upload stream": lambda _: put(
            "large.bin", pieces(LARGE), chunk_size=PART, max_concurrency=2
        ),
        "create": lambda _: put("new.bin", SMALL, mode="create"),
        "create taken": lambda _: put("old.bin", SMALL, mode="create"),
        "if_match": lambda _: put("old.bin", SMALL, mode={"e_tag": f'"{OLD_ETAG}"'}),
        "if_match stale": lambda _: put("old.bin", SMALL, mode={"e_tag": f'"{OTHER_ETAG}"'}),
        "copy": lambda _: obstore.copy(store, "old.bin", "new.bin"),
        "delete": lambda _: obstore.delete(store, "old.bin"),
        "delete many": lambda _: obstore.delete(store, sorted(FOLDER)) or [],
        "head": head,
        "exists": lambda _: exists("stored.bin"),
        "exists not": lambda _: exists("missing.bin"),
        "read": lambda _: get("stored.bin"),
        "read missing": lambda _: get("missing.bin"),
        "open": opened,
        "open range": ranged,
        "list": every,
    }


if __name__ == "__main__":
    serve(
        library,
        {
            "NotFound": lambda e: isinstance(e, NotFoundError | FileNotFoundError),
            "AlreadyExists": lambda e: isinstance(e, AlreadyExistsError),
            "PreconditionFailed": lambda e: isinstance(e, PreconditionError),
        },
    )
