"""The server of a case, and a way around the proxy: the stand-in, or a real server.

A real one is used where ``BUCKETRY_TEST_SERVER`` names it: ``python -m servers minio -- COMMAND``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from bucketry_s3.testing import (
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    OpenUpload,
    StandIn,
    StoredBytes,
)
from faults.operations import Held, State
from faults.proxy import WARM
from faults.table import Case
from servers.server import ENDPOINT_VARIABLE, VIRTUAL_HOST, Endpoint

BUCKET = "media"


class Around(ABC):
    """One bucket of a server, around the proxy.

    Attributes:
        url, ca_bundle: where the server is, and who vouches for it.
        written: what somebody else wrote, by key.
    """

    url: str
    ca_bundle: str

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        """Store as somebody else would while a client is at work."""
        self.store({key: data})
        self.written[key] = data

    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """Return what a provider has to know of the server, but for its address."""

    @abstractmethod
    def host(self, addressing: str) -> str:
        """Return the host to send requests to."""

    @abstractmethod
    def store(self, objects: Mapping[str, bytes]) -> None:
        """Store objects."""

    @abstractmethod
    def begin(self, keys: Sequence[str]) -> None:
        """Begin uploads and leave them."""

    @abstractmethod
    def state(self) -> State:
        """Return what the bucket holds."""

    @abstractmethod
    def uploads(self) -> Sequence[str]:
        """Return the ids of unfinished uploads."""


class AroundStandIn(Around):
    """The stand-in."""

    def __init__(self, server: StandIn) -> None:
        super().__init__()
        self._server = server
        self.url, self.ca_bundle = server.endpoint, server.ca_bundle

    def settings(self) -> Mapping[str, Any]:
        conditions = ("put_if_absent", "put_if_match", "complete_if_absent", "complete_if_match")
        return {
            "provider": "s3",
            "bucket": BUCKET,
            "region": "us-east-1",
            "credentials": {
                "access_key_id": ACCESS_KEY_ID,
                "secret_access_key": SECRET_ACCESS_KEY,
            },
            "capabilities": dict.fromkeys(conditions, "enforced"),
        }

    def host(self, addressing: str) -> str:
        return "localhost"

    def store(self, objects: Mapping[str, bytes]) -> None:
        for key, data in objects.items():
            self._server.put(BUCKET, key, data)

    def begin(self, keys: Sequence[str]) -> None:
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        template = StoredBytes(data=b"", etag="", modified=long_ago)
        for number, key in enumerate(keys):
            begun = OpenUpload(
                key=key, upload_id=f"begun-{number}", started=long_ago, template=template
            )
            self._server._store.bucket(BUCKET).uploads[begun.upload_id] = begun

    def state(self) -> State:
        return {
            key: Held(
                item.data,
                item.headers.get("Content-Type", item.headers.get("content-type", "")),
                _shown(item.metadata),
            )
            for key, item in self._server.objects(BUCKET).items()
            if key != WARM
        }

    def uploads(self) -> Sequence[str]:
        return [upload.upload_id for upload in self._server.open_uploads(BUCKET)]


class AroundServer(Around):
    """A bucket of its own on a real server, seen through plain boto3."""

    def __init__(self, endpoint: Endpoint, case: Case) -> None:
        super().__init__()
        self._endpoint = endpoint
        self.url, self.ca_bundle = endpoint.url, endpoint.ca_bundle
        self.bucket = f"faults-{uuid.uuid4().hex[:12]}"
        operation = case.operation
        self._seeds = {_md5(data): data for data in operation.seeds.values()}
        # MinIO tells of unfinished uploads of one key only.
        self._keys = sorted({*operation.effect, *operation.uploads})
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint.url,
            verify=endpoint.ca_bundle,
            aws_access_key_id=endpoint.access_key_id,
            aws_secret_access_key=endpoint.secret_access_key,
            region_name=endpoint.region,
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=8),
        )

    def settings(self) -> Mapping[str, Any]:
        return {
            "provider": self._endpoint.profile,
            "bucket": self.bucket,
            "region": self._endpoint.region,
            "credentials": {
                "access_key_id": self._endpoint.access_key_id,
                "secret_access_key": self._endpoint.secret_access_key,
            },
        }

    def host(self, addressing: str) -> str:
        return "127.0.0.1" if addressing == "path" else VIRTUAL_HOST

    def store(self, objects: Mapping[str, bytes]) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda item: self._put(*item), objects.items()))

    def _put(self, key: str, data: bytes) -> None:
        self._client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def begin(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._client.create_multipart_upload(Bucket=self.bucket, Key=key)

    def _listed(self) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [entry for page in pages for entry in page.get("Contents", [])]

    def state(self) -> State:
        return {e["Key"]: self._held(e) for e in self._listed() if e["Key"] != WARM}

    def _held(self, entry: Mapping[str, Any]) -> Held:
        seed = self._seeds.get(entry["ETag"].strip('"'))
        if seed is not None and entry["Key"] not in self._keys:
            return Held(seed)  # nobody writes to it
        told = self._client.get_object(Bucket=self.bucket, Key=entry["Key"])
        return Held(told["Body"].read(), told.get("ContentType", ""), _shown(told["Metadata"]))

    def uploads(self) -> Sequence[str]:
        return [
            upload["UploadId"]
            for key in self._keys
            for upload in self._client.list_multipart_uploads(Bucket=self.bucket, Prefix=key).get(
                "Uploads", []
            )
        ]

    def __enter__(self) -> AroundServer:
        self._client.create_bucket(Bucket=self.bucket)
        return self

    def __exit__(self, *_: object) -> None:
        for entry in self._listed():
            self._client.delete_object(Bucket=self.bucket, Key=entry["Key"])
        for key in self._keys:
            told = self._client.list_multipart_uploads(Bucket=self.bucket, Prefix=key)
            for upload in told.get("Uploads", []):
                self._client.abort_multipart_upload(
                    Bucket=self.bucket, Key=key, UploadId=upload["UploadId"]
                )
        self._client.delete_bucket(Bucket=self.bucket)
        self._client.close()


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _shown(metadata: Mapping[str, str]) -> dict[str, str]:
    """Leave out what bucketry adds for itself."""
    return {n.lower(): v for n, v in metadata.items() if not n.lower().startswith("bucketry-")}


def is_real() -> bool:
    """Return whether a real server is named."""
    return ENDPOINT_VARIABLE in os.environ


@contextlib.contextmanager
def server_of(case: Case) -> Iterator[Around]:
    """Give the server of a case with what must be there before."""
    with contextlib.ExitStack() as stack:
        around: Around
        if is_real():
            around = stack.enter_context(AroundServer(Endpoint.from_environment(), case))
        else:
            skew = timedelta(seconds=case.fault.clock)
            around = AroundStandIn(
                stack.enter_context(
                    StandIn(buckets=[BUCKET], clock=lambda: datetime.now(UTC) + skew)
                )
            )
        around.store({**case.operation.seeds, **({WARM: b"warm"} if case.fault.warm else {})})
        around.begin(case.operation.uploads)
        yield around
