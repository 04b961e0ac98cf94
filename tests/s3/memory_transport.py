"""A transport that keeps objects in a dictionary and fails where a test says so.

It is a layer like every transport; inside, requests and answers are spelled as in boto3.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import attrs

from bucketry import (
    Capabilities,
    Credentials,
    Fact,
    NotFound,
    PreconditionFailed,
    Provider,
    Rejected,
    Secret,
    StorageError,
    Unavailable,
    hookimpl,
)
from bucketry_s3 import (
    Deadline,
    Multipart,
    Profile,
    S3Answer,
    S3Options,
    S3Request,
    s3_vendor,
)
from s3.models import answer_of, params_of

MIB = 1 << 20
Fault = Callable[["MemoryTransport", str, Mapping[str, Any]], None]


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def checksums_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checksums among parameters: a server repeats those it has verified."""
    return {
        name: value
        for name, value in params.items()
        if name.startswith("Checksum") and name != "ChecksumType"
    }


SHOWN = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "ServerSideEncryption",
    "SSECustomerAlgorithm",
    "StorageClass",
)


class MemoryTransport:
    """Answers S3's operations; `fail[name]` is called before, `after[name]` behind one."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.etags: dict[str, str] = {}
        self.metadata: dict[str, Mapping[str, str]] = {}
        self.shown: dict[str, dict[str, Any]] = {}
        """What HEAD tells of an object besides."""
        self.age = timedelta(0)
        """How old every object seems to be."""
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.fail: dict[str, Fault] = {}
        self.after: dict[str, Fault] = {}
        self.in_flight = 0
        self.most_in_flight = 0
        self._lock = threading.Lock()

    @hookimpl
    def bucketry_s3_send(self, request: S3Request, deadline: Deadline) -> S3Answer:
        try:
            told = self.send(request.operation, params_of(request), deadline)
        except StorageError:
            deadline.end()  # a failure here is the last of its operation
            raise
        return answer_of(request.operation, told)

    def send(self, operation: str, params: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        # The body is copied, because the caller fills its buffer again.
        noted = {**params, "Body": bytes(params["Body"])} if "Body" in params else dict(params)
        with self._lock:
            self.sent.append((operation, noted))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if operation in self.fail:
                self.fail[operation](self, operation, noted)
            answer: dict[str, Any] = getattr(self, f"_{operation}")(noted)
            if operation in self.after:
                self.after[operation](self, operation, noted)
            return answer
        finally:
            with self._lock:
                self.in_flight -= 1

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.sent]

    def params_of(self, operation: str) -> list[dict[str, Any]]:
        return [params for name, params in self.sent if name == operation]

    def _PutObject(self, p: Mapping[str, Any]) -> dict[str, Any]:
        if p.get("IfNoneMatch") == "*" and p["Key"] in self.objects:
            raise PreconditionFailed("exists", code="PreconditionFailed", status=412)
        self.objects[p["Key"]] = p["Body"]
        self.metadata[p["Key"]] = p.get("Metadata", {})
        self.shown[p["Key"]] = {name: p[name] for name in SHOWN if name in p}
        return {"ETag": f'"{md5(p["Body"])}"', **checksums_of(p)}

    def _HeadObject(self, p: Mapping[str, Any]) -> dict[str, Any]:
        if p["Key"] not in self.objects:
            raise NotFound("none", code="NoSuchKey", status=404)
        data = self.objects[p["Key"]]
        return {
            "ETag": f'"{self.etags.get(p["Key"], md5(data))}"',
            "ContentLength": len(data),
            "LastModified": datetime.now(UTC) - self.age,
            "Metadata": self.metadata.get(p["Key"], {}),
            **self.shown.get(p["Key"], {}),
            "ResponseMetadata": {"HTTPHeaders": {"date": formatdate(usegmt=True)}},
        }

    def _CreateMultipartUpload(self, p: Mapping[str, Any]) -> dict[str, Any]:
        self.uploads["U1"] = {}
        self.metadata["U1"] = p.get("Metadata", {})
        self.shown["U1"] = {name: p[name] for name in SHOWN if name in p}
        return {"UploadId": "U1"}

    def _UploadPart(self, p: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.uploads[p["UploadId"]][p["PartNumber"]] = p["Body"]
        return {"ETag": f'"{md5(p["Body"])}"'}

    def _CompleteMultipartUpload(self, p: Mapping[str, Any]) -> dict[str, Any]:
        if p["UploadId"] not in self.uploads:
            raise Rejected("no such upload", code="NoSuchUpload", status=404)
        if p.get("IfNoneMatch") == "*" and p["Key"] in self.objects:
            raise PreconditionFailed("exists", code="PreconditionFailed", status=412)
        stored = self.uploads.pop(p["UploadId"])
        listed = p["MultipartUpload"]["Parts"]
        assert [part["PartNumber"] for part in listed] == sorted(stored)
        self.objects[p["Key"]] = b"".join(stored[number] for number in sorted(stored))
        joined = b"".join(bytes.fromhex(md5(stored[number])) for number in sorted(stored))
        etag = f"{md5(joined)}-{len(stored)}"
        self.etags[p["Key"]] = etag
        self.metadata[p["Key"]] = self.metadata["U1"]
        self.shown[p["Key"]] = self.shown["U1"]
        told = {"ETag": f'"{etag}"', "Location": "media/big", "Key": p["Key"]}
        return {**told, **checksums_of(p)}

    def _AbortMultipartUpload(self, p: Mapping[str, Any]) -> dict[str, Any]:
        if p["UploadId"] not in self.uploads:
            raise Rejected("no such upload", code="NoSuchUpload", status=404)
        del self.uploads[p["UploadId"]]
        return {}


def always(error: Exception) -> Fault:
    def fault(transport: MemoryTransport, operation: str, params: Mapping[str, Any]) -> None:
        raise error

    return fault


def lost() -> Unavailable:
    return Unavailable("the connection broke", may_have_applied=True)


def provider_on(
    transport: MemoryTransport, *, capabilities: Capabilities | None = None, **options: Any
) -> Provider:
    """Return an S3 provider whose bytes go to `transport`; parts of 5 MiB, 3 at a time.

    Its vendor honours create-only uploads, two storage classes and two kinds of encryption.
    """
    vendor = s3_vendor(
        name="memory",
        title="Memory",
        summary="",
        profile=Profile(endpoint="https://s3.example.com", addressing="path"),
        capabilities=attrs.evolve(
            capabilities or Capabilities(),
            put_if_absent=Fact("enforced"),
            encryption=Fact({"AES256": "yes", "aws:kms": "yes"}),
            storage_classes=Fact(frozenset({"STANDARD", "STANDARD_IA"})),
        ),
        docs_url="",
    )
    chosen = S3Options(
        bucket="media",
        credentials=Credentials(access_key_id="AK", secret_access_key=Secret("SK")),
        **{"multipart": Multipart(part_size=5 * MIB, concurrency=3), **options},
    )
    return Provider(name="m", vendor=vendor, options=chosen).with_layer(transport)
