"""Listing objects, and multipart uploads that were never finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bucketry import NotFound, ObjectInfo, Page, Rejected, StorageError, Swept
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.reading import unquoted


def pages(
    bucket: Bucket, prefix: str, delimiter: str, start_after: str, page_size: int
) -> Iterator[Page]:
    """Yield pages of ListObjectsV2, each fetched when it is asked for.

    Raises `Rejected` where the server says that there is more and not where.
    """
    # Encoded, because XML cannot hold every character that a key may have.
    params: dict[str, Any] = {"Prefix": prefix, "MaxKeys": page_size, "EncodingType": "url"}
    if delimiter:
        params["Delimiter"] = delimiter
    if start_after:
        params["StartAfter"] = start_after
    for answer in _answers(
        bucket, "ListObjectsV2", params, {"NextContinuationToken": "ContinuationToken"}
    ):
        yield Page(
            objects=[
                ObjectInfo(
                    key=_told(entry, "Key"),
                    size=_told(entry, "Size"),
                    etag=unquoted(entry.get("ETag")),
                    last_modified=entry.get("LastModified"),
                    storage_class=entry.get("StorageClass"),
                )
                for entry in answer.get("Contents", [])
            ],
            folders=[_told(entry, "Prefix") for entry in answer.get("CommonPrefixes", [])],
        )


def _told(entry: Mapping[str, Any], name: str) -> Any:
    """Return what a listing must tell of each entry; to leave one out in silence would lose it."""
    if entry.get(name) in (None, ""):
        raise Rejected(
            f"the server's listing has an entry without {name} ({entry.get('Key', 'no key')!a})"
        )
    return entry[name]


def _answers(
    bucket: Bucket, operation: str, params: Mapping[str, Any], markers: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield the answers of a listing; `markers` are what an answer tells to what is sent next."""
    place: dict[str, Any] = {}
    while True:
        answer = bucket.send(operation, {**params, **place})
        yield answer
        # Each page has its time; what the caller does with it takes none of the next one's.
        bucket.limit.restart()
        if not answer.get("IsTruncated"):
            return
        following = {sent: answer[told] for told, sent in markers.items() if answer.get(told)}
        if following in ({}, place):
            # To stop would pass a part off for the whole, to go on give the same page for ever.
            raise Rejected("the server says that the listing goes on, but not where")
        place = following


def sweep(bucket: Bucket, prefix: str, older_than: datetime, dry_run: bool) -> list[Swept]:
    """Abort multipart uploads begun before `older_than`; return them."""
    swept = []
    for upload in _unfinished(bucket, prefix):
        if _told(upload, "Initiated") >= older_than:
            continue
        if not dry_run:
            try:
                bucket.send(
                    "AbortMultipartUpload",
                    {"Key": upload["Key"], "UploadId": _told(upload, "UploadId")},
                )
            except StorageError as error:
                if isinstance(error, NotFound) or error.code == "NoSuchUpload":
                    continue  # somebody finished it in the meantime
                raise
        swept.append(
            Swept(key=upload["Key"], upload_id=upload["UploadId"], started=upload["Initiated"])
        )
    return swept


def _unfinished(bucket: Bucket, prefix: str) -> Iterator[dict[str, Any]]:
    markers = {"NextKeyMarker": "KeyMarker", "NextUploadIdMarker": "UploadIdMarker"}
    for answer in _answers(bucket, "ListMultipartUploads", {}, markers):
        # No prefix is sent, because MinIO lists only uploads whose whole key it is.
        yield from (u for u in answer.get("Uploads", []) if _told(u, "Key").startswith(prefix))
