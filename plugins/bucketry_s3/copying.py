"""Copies on the vendor's side."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bucketry import ObjectInfo, StorageError, StoredObject, Unavailable
from bucketry_s3.bucket import Bucket
from bucketry_s3.options import MIB
from bucketry_s3.reading import head, unquoted

MAX_SINGLE_COPY = 5 * 1024**3
"""Bytes that CopyObject moves in one request (Amazon S3 API reference)."""

COPY_PART = 512 * MIB
"""Bytes of one part of a larger copy."""


def copy(bucket: Bucket, source: str, target: str, params: Mapping[str, Any]) -> StoredObject:
    """Copy an object, in parts above 5 GiB; type, headers and metadata go along."""
    info = head(bucket, source)
    origin = {"Bucket": bucket.name, "Key": source}
    if info.size > MAX_SINGLE_COPY:
        result, version = _copy_parts(bucket, origin, target, params, info)
    else:
        answer, _ = bucket.send(
            "CopyObject", {"Key": target, "CopySource": origin, **params}, size=info.size
        )
        result, version = answer.get("CopyObjectResult") or {}, answer.get("VersionId")
    if not result.get("ETag"):
        raise Unavailable("the answer is not S3's: it has no ETag", may_have_applied=True)
    return StoredObject(
        key=target,
        bucket=bucket.name,
        etag=unquoted(result["ETag"]),
        version=version,
        size=info.size,
    )


def _copy_parts(
    bucket: Bucket,
    origin: Mapping[str, str],
    target: str,
    params: Mapping[str, Any],
    info: ObjectInfo,
) -> tuple[Mapping[str, Any], str | None]:
    headers = {
        "ContentType": info.content_type,
        "CacheControl": info.cache_control,
        "ContentDisposition": info.content_disposition,
        "ContentEncoding": info.content_encoding,
        "ContentLanguage": info.content_language,
        "Metadata": dict(info.metadata or {}),
    }
    kept = {name: value for name, value in headers.items() if value}
    created, _ = bucket.send("CreateMultipartUpload", {"Key": target, **kept, **params})
    place = {"Key": target, "UploadId": created["UploadId"]}
    try:
        parts = []
        for number, start in enumerate(range(0, info.size, COPY_PART), 1):
            last = min(start + COPY_PART, info.size) - 1
            answer, _ = bucket.send(
                "UploadPartCopy",
                {
                    **place,
                    "PartNumber": number,
                    "CopySource": origin,
                    "CopySourceRange": f"bytes={start}-{last}",
                    # Another object under the source's key in between would be torn into this one.
                    "CopySourceIfMatch": f'"{info.etag}"',
                },
                size=last + 1 - start,
            )
            parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
        completed, _ = bucket.send(
            "CompleteMultipartUpload", {**place, "MultipartUpload": {"Parts": parts}}
        )
    except BaseException:
        with suppress(StorageError):
            bucket.send("AbortMultipartUpload", place)
        raise
    return completed, completed.get("VersionId")
