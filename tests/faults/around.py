"""The server itself, around the proxy."""

from __future__ import annotations

from datetime import UTC, datetime

from bucketry_s3.testing import OpenUpload, StandIn, StoredBytes
from faults.operations import Held, State
from faults.proxy import WARM
from faults.table import Case

BUCKET = "media"


class Around:
    """The stand-in around the proxy."""

    def __init__(self, server: StandIn) -> None:
        self._server = server
        self.written: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        """Store as somebody else."""
        self._server.put(BUCKET, key, data)
        self.written[key] = data

    def seed(self, case: Case) -> None:
        """Store what must be there before."""
        warm = {WARM: b"warm"} if case.fault.warm else {}
        for key, data in {**case.operation.seeds, **warm}.items():
            self._server.put(BUCKET, key, data)
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        template = StoredBytes(data=b"", etag="", modified=long_ago)
        for number, key in enumerate(case.operation.uploads):
            begun = OpenUpload(
                key=key, upload_id=f"begun-{number}", started=long_ago, template=template
            )
            self._server._store.bucket(BUCKET).uploads[begun.upload_id] = begun

    def state(self) -> State:
        """Return what the bucket holds."""
        return {
            key: Held(
                item.data,
                item.headers.get("Content-Type", item.headers.get("content-type", "")),
                {n: v for n, v in item.metadata.items() if not n.startswith("bucketry-")},
            )
            for key, item in self._server.objects(BUCKET).items()
            if key != WARM
        }

    def uploads(self) -> list[str]:
        """Return the ids of unfinished uploads."""
        return [upload.upload_id for upload in self._server.open_uploads(BUCKET)]
