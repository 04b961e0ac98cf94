"""Copies on the vendor's side."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from bucketry import ObjectInfo, StorageError, StoredObject, Unavailable
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.confirming import Write, confirm
from bucketry_s3.objects.multipart import Job, Sent, complete, part_size_for, unfinished
from bucketry_s3.objects.native import check_encrypted, check_native, for_looking, stored_as
from bucketry_s3.objects.reading import head, unquoted, version_of
from bucketry_s3.options import MIB

MAX_SINGLE_COPY = 5 * 1024**3
"""Bytes that CopyObject moves in one request (Amazon S3 API reference)."""

COPY_PART = 512 * MIB
"""Bytes of one part of a larger copy; more where the vendor allows few parts."""

_FASTER = 8
"""A server moves bytes at least so many times faster than they must move to and from it."""


def copy(bucket: Bucket, source: str, target: str, params: Mapping[str, Any]) -> StoredObject:
    """Copy an object, in parts above 5 GiB; type, headers and metadata go along.

    ACL, storage class and encryption do not, in S3: the copy gets those of the configuration, as an
    upload does. Tags go along with a copy in one request only.
    """
    options = bucket.options
    params = {**stored_as(options.acl, options.storage_class, options.encryption), **params}
    check_native(params, "CopyObject", "CreateMultipartUpload")
    info = head(bucket, source)
    origin = {"Bucket": bucket.name, "Key": source}
    if info.size > MAX_SINGLE_COPY:
        answer = _copy_parts(bucket, origin, target, params, info)
    else:
        answer = _copy_whole(bucket, origin, target, params, info)
    return StoredObject(
        key=target,
        bucket=bucket.name,
        etag=unquoted(answer["ETag"]),
        version=version_of(answer),
        size=info.size,
    )


def _copy_whole(
    bucket: Bucket,
    origin: Mapping[str, str],
    target: str,
    params: Mapping[str, Any],
    info: ObjectInfo,
) -> dict[str, Any]:
    write = Write(key=target, params=params, size=info.size, etag=info.etag, since=time.monotonic())
    try:
        answer = bucket.send(
            "CopyObject",
            {"Key": target, "CopySource": origin, **params},
            size=info.size // _FASTER,
        )
    except StorageError as error:
        return confirm(bucket, write, error)
    check_encrypted(bucket, params, answer)
    if not answer["CopyObjectResult"].get("ETag"):
        doubt = Unavailable("the answer has no ETag", may_have_applied=True)
        return confirm(bucket, write, doubt)
    return {**answer, **answer["CopyObjectResult"]}


def _copy_parts(
    bucket: Bucket,
    origin: Mapping[str, str],
    target: str,
    params: Mapping[str, Any],
    info: ObjectInfo,
) -> dict[str, Any]:
    headers = {
        "ContentType": info.content_type,
        "CacheControl": info.cache_control,
        "ContentDisposition": info.content_disposition,
        "ContentEncoding": info.content_encoding,
        "ContentLanguage": info.content_language,
        "Metadata": dict(info.metadata or {}),
    }
    kept = {name: value for name, value in headers.items() if value}
    part_size = part_size_for(bucket.capabilities, info.size, COPY_PART)
    job = Job(bucket=bucket, key=target, params={**kept, **params})
    with unfinished(job) as upload_id:
        parts = []
        for number, start in enumerate(range(0, info.size, part_size), 1):
            last = min(start + part_size, info.size) - 1
            answer = bucket.send(
                "UploadPartCopy",
                {
                    "Key": target,
                    "UploadId": upload_id,
                    "PartNumber": number,
                    "CopySource": origin,
                    "CopySourceRange": f"bytes={start}-{last}",
                    # Another object under the source's key in between would be torn into this one.
                    "CopySourceIfMatch": f'"{info.etag}"',
                    **for_looking(params),
                },
                size=(last + 1 - start) // _FASTER,
            )
            parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
        return complete(job, upload_id, Sent(parts=parts, size=info.size))
