"""Looking at objects and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import (
    ByteRange,
    IntegrityError,
    ObjectInfo,
    ObjectReader,
    Rejected,
    StorageError,
)
from bucketry_s3.bucket import Bucket

_CHECKSUMS = ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME")


def unquoted(etag: str | None) -> str | None:
    """Return an ETag without its quotes, or None for a missing or empty one."""
    return etag.strip('"') or None if etag else None


def head(bucket: Bucket, key: str) -> ObjectInfo:
    """Return what HeadObject tells; `NotFound` for a missing object."""
    try:
        answer, _ = bucket.send("HeadObject", {"Key": key, **_checksum_mode(bucket)})
    except StorageError as error:
        if error.code is None and error.status in (400, 403, 404):
            _ask_for_the_reason(bucket, key, error)
        raise
    return object_info(key, answer, int(answer.get("ContentLength", 0)))


def _ask_for_the_reason(bucket: Bucket, key: str, error: StorageError) -> None:
    """Raise what the refusal was about: the answer to a HEAD has no body that would say it.

    Without this, a wrong bucket would look like a missing object, a wrong secret like a missing
    permission.
    """
    if error.status != 404:
        answer, _ = bucket.send("GetObject", {"Key": key, "Range": "bytes=0-0"})
        answer["Body"].close()
    elif not bucket.seen:
        bucket.send("HeadBucket", {})


def _checksum_mode(bucket: Bucket) -> dict[str, str]:
    """Ask for stored checksums where the vendor is known to keep them; B2 refuses the question."""
    known = bucket.capabilities.checksums.value or {}
    return {"ChecksumMode": "ENABLED"} if "verified" in known.values() else {}


def object_info(key: str, answer: Mapping[str, Any], size: int) -> ObjectInfo:
    """Return the common form of the answers to HeadObject and GetObject."""
    checksums = {
        name: answer[f"Checksum{name}"] for name in _CHECKSUMS if answer.get(f"Checksum{name}")
    }
    return ObjectInfo(
        key=key,
        size=size,
        etag=unquoted(answer["ETag"]),
        last_modified=answer.get("LastModified"),
        content_type=answer.get("ContentType"),
        cache_control=answer.get("CacheControl"),
        content_disposition=answer.get("ContentDisposition"),
        content_encoding=answer.get("ContentEncoding"),
        content_language=answer.get("ContentLanguage"),
        metadata={name.lower(): value for name, value in answer.get("Metadata", {}).items()},
        storage_class=answer.get("StorageClass"),
        encryption=answer.get("ServerSideEncryption"),
        version=_version(answer),
        checksums=checksums,
    )


def _version(answer: Mapping[str, Any]) -> str | None:
    version = answer.get("VersionId")
    return version if version and version != "null" else None


def open_object(bucket: Bucket, key: str, byte_range: ByteRange | None) -> ObjectReader:
    """Open an object; the stream fails if it ends early."""
    params: dict[str, Any] = {"Key": key}
    if byte_range is not None:
        params["Range"] = _range_header(byte_range)
    try:
        answer, _ = bucket.send("GetObject", params)
    except StorageError as error:
        if error.status == 416:
            raise Rejected(
                "the range begins behind the object's end", code=error.code, status=416
            ) from error.__cause__
        raise
    body = answer["Body"]
    try:
        length = int(answer.get("ContentLength", 0))
        size = length
        if byte_range is not None:
            size = _whole_size(answer.get("ContentRange"), length)
        info = object_info(key, answer, size)
    except BaseException:
        body.close()
        raise
    return ObjectReader(info, _Stream(body, length))


def _range_header(byte_range: ByteRange) -> str:
    if byte_range.start < 0:
        return f"bytes={byte_range.start}"
    last = "" if byte_range.stop is None else str(byte_range.stop - 1)
    return f"bytes={byte_range.start}-{last}"


def _whole_size(content_range: str | None, length: int) -> int:
    """Return the object's size from ``bytes 0-9/100``; refuse an answer that ignored the range."""
    total = (content_range or "").rpartition("/")[2]
    if not total.isdigit():
        raise Rejected(f"a range was asked for and the whole object came ({length} bytes)")
    return int(total)


class _Stream:
    """The body of an answer: knows how long it must be, and speaks bucketry's errors."""

    def __init__(self, body: Any, length: int) -> None:
        self._body = body
        self._left = length

    def read(self, size: int = -1, /) -> bytes:
        from botocore.exceptions import BotoCoreError, HTTPClientError
        from urllib3.exceptions import HTTPError

        from bucketry_s3.errors import translate

        try:
            data: bytes = self._body.read() if size < 0 else self._body.read(size)
        except (BotoCoreError, HTTPClientError, HTTPError, OSError) as error:
            raise translate(error, "GetObject") from error
        self._left -= len(data)
        if self._left < 0 or (self._left > 0 and (not data or size < 0)):
            raise IntegrityError(
                f"the body has {abs(self._left)} bytes less or more than announced"
            )
        return data

    def close(self) -> None:
        self._body.close()
