"""Listing objects, and multipart uploads that were never finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bucketry import (
    NotFound,
    ObjectVersion,
    Page,
    Rejected,
    StorageError,
    Swept,
    Unsupported,
)
from bucketry.model import listed
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.protocol.common import Table, tabled
from bucketry_s3.protocol.markup import unquoted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_EMPTY = tabled(())
_ENTRIES = ("Contents", "CommonPrefixes", "Uploads", "Versions", "DeleteMarkers")


def pages(
    bucket: Bucket, prefix: str, delimiter: str, start_after: str, page_size: int
) -> Iterator[Page]:
    """Yield pages of ListObjectsV2, each fetched when it is asked for.

    Raises `Rejected` where a page is not what was asked for, or the server says that there is more
    and not where: a part is never passed off for the whole.
    """
    # Encoded, because XML cannot hold every character that a key may have.
    params: dict[str, Any] = {"Prefix": prefix, "MaxKeys": page_size, "EncodingType": "url"}
    if delimiter:
        params["Delimiter"] = delimiter
    if start_after:
        params["StartAfter"] = start_after
    order = _Order(start_after)
    for answer in _answers(
        bucket, "ListObjectsV2", params, {"NextContinuationToken": "ContinuationToken"}
    ):
        table = answer.get("Contents", _EMPTY)
        _check_told(table)
        keys = table["Key"]
        page = Page(
            objects=list(map(listed, *table.values())),
            folders=[_told(entry, "Prefix") for entry in answer.get("CommonPrefixes", [])],
        )
        _check_prefix(prefix, [*keys, *page.folders])
        if page.folders and not delimiter:
            raise Rejected("the server's listing has folders, and what is in them was asked for")
        # Some servers leave the folders out of the count; more than came is a page cut short.
        if (answer.get("KeyCount") or 0) > len(keys) + len(page.folders):
            raise Rejected(
                f"the server announced {answer['KeyCount']} entries of the listing, and "
                f"{len(keys) + len(page.folders)} came"
            )
        order.check(keys, page.folders)
        yield page


def versions(bucket: Bucket, prefix: str, page_size: int) -> Iterator[ObjectVersion]:
    """Yield what ListObjectVersions tells, the versions of a key together, the newest first."""
    if bucket.capabilities.versioning.value == "no":
        raise Unsupported("the vendor keeps no versions")
    return _versions(bucket, prefix, page_size)


def _versions(bucket: Bucket, prefix: str, page_size: int) -> Iterator[ObjectVersion]:
    params = {"Prefix": prefix, "MaxKeys": page_size, "EncodingType": "url"}
    markers = {"NextKeyMarker": "KeyMarker", "NextVersionIdMarker": "VersionIdMarker"}
    for answer in _answers(bucket, "ListObjectVersions", params, markers):
        found = [
            ObjectVersion(
                key=_told(entry, "Key"),
                version=_told(entry, "VersionId"),
                latest=bool(entry.get("IsLatest")),
                is_deleted=kind == "DeleteMarkers",
                size=entry.get("Size") or 0,
                etag=unquoted(entry.get("ETag")),
                last_modified=entry.get("LastModified"),
                storage_class=entry.get("StorageClass"),
            )
            for kind in ("Versions", "DeleteMarkers")
            for entry in answer.get(kind, [])
        ]
        _check_prefix(prefix, [one.key for one in found])
        # The document has both kinds mixed, which the answer has apart.
        found.sort(key=lambda one: one.last_modified or _EPOCH, reverse=True)
        found.sort(key=lambda one: (one.key, not one.latest))
        yield from found


def _check_prefix(prefix: str, keys: Sequence[str]) -> None:
    for key in keys:
        if not key.startswith(prefix):
            raise Rejected(
                f"{key!a} is in the server's listing of {prefix!a}, and does not begin so"
            )


class _Order:
    """Notices pages that come again, and what comes though it was to be left out.

    Nearly every server sorts, so what follows a page is behind it. One that does not, as Storj's,
    is told by its first page; there, only what comes twice in one page is noticed.
    """

    def __init__(self, start_after: str) -> None:
        self._start_after = start_after
        self._last = ""
        self._sorted = True

    def check(self, keys: Sequence[str], folders: Sequence[str]) -> None:
        """Raise `Rejected` if an entry cannot follow those before it."""
        for names in (keys, folders):
            if len(set(names)) < len(names):
                raise Rejected("the server's listing has an entry twice")
            self._sorted = self._sorted and list(names) == sorted(names)
        if not self._sorted or not (keys or folders):
            return
        first = min([*keys[:1], *folders[:1]])
        # A folder may begin before the key that the listing starts after, and end behind it.
        for last, one in ((self._last, first), (self._start_after, min(keys[:1], default=""))):
            if last and one and one <= last:
                raise Rejected(f"the server's listing goes back, from {last!a} to {one!a}")
        self._last = max([*keys[-1:], *folders[-1:]])


def _check_told(table: Table) -> None:
    """Do for all entries what `_told` does for one."""
    for name in ("Key", "Size"):
        if None in table[name] or "" in table[name]:
            for entry in zip(*table.values(), strict=True):
                _told(dict(zip(table, entry, strict=True)), name)


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
    been: set[tuple[str, ...]] = set()
    while True:
        answer = bucket.send(operation, {**params, **place})
        yield answer
        # Each page has its time; what the caller does with it takes none of the next one's. One
        # without entries is no progress.
        if any(answer.get(entries) for entries in _ENTRIES):
            bucket.limit.restart()
        place = {sent: answer[told] for told, sent in markers.items() if answer.get(told)}
        # A token means more, whatever else is said; markers are told at the end too.
        if not answer.get("IsTruncated") and "ContinuationToken" not in place:
            return
        if not place or tuple(place.values()) in been:
            # To stop would pass a part off for the whole, to go on give the same page for ever.
            raise Rejected("the server says that the listing goes on, but not where")
        been.add(tuple(place.values()))


def sweep(bucket: Bucket, prefix: str, older_than: datetime, dry_run: bool) -> list[Swept]:
    """Abort multipart uploads begun before `older_than`; return them."""
    swept: list[Swept] = []
    try:
        for upload in _unfinished(bucket, prefix):
            one = Swept(
                key=upload["Key"],
                upload_id=_told(upload, "UploadId"),
                started=_told(upload, "Initiated"),
            )
            if one.started < older_than and (dry_run or _aborted(bucket, one)):
                swept.append(one)
                bucket.limit.restart()  # each of them has its time, as pages have
    except StorageError as error:
        if dry_run or not swept:
            raise
        reason = f"{error.reason.rstrip('.')}; {len(swept)} unfinished uploads are removed by now"
        raise error.evolve(reason=reason, may_have_applied=True) from error.__cause__
    return swept


def _aborted(bucket: Bucket, upload: Swept) -> bool:
    """Remove an unfinished upload; False if somebody has finished it in the meantime."""
    try:
        bucket.send("AbortMultipartUpload", {"Key": upload.key, "UploadId": upload.upload_id})
    except StorageError as error:
        if isinstance(error, NotFound) or error.code == "NoSuchUpload":
            return False
        raise
    return True


def _unfinished(bucket: Bucket, prefix: str) -> Iterator[dict[str, Any]]:
    markers = {"NextKeyMarker": "KeyMarker", "NextUploadIdMarker": "UploadIdMarker"}
    for answer in _answers(bucket, "ListMultipartUploads", {}, markers):
        # No prefix is sent, because MinIO lists only uploads whose whole key it is.
        yield from (u for u in answer.get("Uploads", []) if _told(u, "Key").startswith(prefix))
