"""Listing objects, and multipart uploads that were never finished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bucketry import NotFound, ObjectInfo, Page, StorageError, Swept
from bucketry_s3.bucket import Bucket
from bucketry_s3.reading import unquoted


def pages(
    bucket: Bucket, prefix: str, delimiter: str, start_after: str, page_size: int
) -> Iterator[Page]:
    """Yield pages of ListObjectsV2, each fetched when it is asked for."""
    params: dict[str, Any] = {"Prefix": prefix, "MaxKeys": page_size}
    if delimiter:
        params["Delimiter"] = delimiter
    if start_after:
        params["StartAfter"] = start_after
    while True:
        answer, _ = bucket.send("ListObjectsV2", params)
        yield Page(
            objects=[
                ObjectInfo(
                    key=entry["Key"],
                    size=int(entry["Size"]),
                    etag=unquoted(entry.get("ETag")),
                    last_modified=entry.get("LastModified"),
                    storage_class=entry.get("StorageClass"),
                )
                for entry in answer.get("Contents", [])
            ],
            folders=[entry["Prefix"] for entry in answer.get("CommonPrefixes", [])],
        )
        token = answer.get("NextContinuationToken")
        if not answer.get("IsTruncated") or not token:
            return
        params["ContinuationToken"] = token


def sweep(bucket: Bucket, prefix: str, older_than: datetime, dry_run: bool) -> list[Swept]:
    """Abort multipart uploads begun before `older_than`; return them."""
    swept = []
    for upload in _unfinished(bucket, prefix):
        if upload["Initiated"] >= older_than:
            continue
        if not dry_run:
            try:
                bucket.send(
                    "AbortMultipartUpload", {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                )
            except NotFound:
                continue  # somebody finished it in the meantime
            except StorageError as error:
                if error.code == "NoSuchUpload":
                    continue
                raise
        swept.append(
            Swept(key=upload["Key"], upload_id=upload["UploadId"], started=upload["Initiated"])
        )
    return swept


def _unfinished(bucket: Bucket, prefix: str) -> Iterator[dict[str, Any]]:
    params: dict[str, Any] = {}
    while True:
        answer, _ = bucket.send("ListMultipartUploads", params)
        # No prefix is sent, because MinIO lists only uploads whose whole key it is.
        yield from (u for u in answer.get("Uploads", []) if u["Key"].startswith(prefix))
        if not answer.get("IsTruncated"):
            return
        params["KeyMarker"] = answer.get("NextKeyMarker", "")
        params["UploadIdMarker"] = answer.get("NextUploadIdMarker", "")
