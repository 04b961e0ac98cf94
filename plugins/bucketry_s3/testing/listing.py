"""Listings: objects (both versions of the API), versions, and the paging they share."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote

from attrs import frozen

from bucketry_s3.testing.call import Call
from bucketry_s3.testing.errors import invalid_argument
from bucketry_s3.testing.markup import document, element, text
from bucketry_s3.testing.objects import iso
from bucketry_s3.testing.request import Request, Response
from bucketry_s3.testing.store import StoredBytes

MAX_KEYS = 1000
OWNER = element("Owner", text("ID", "0" * 64), text("DisplayName", "owner"))


@frozen(kw_only=True)
class Slice:
    """One page: whole keys, folders (common prefixes), and where the next page starts, or None."""

    keys: Sequence[str]
    folders: Sequence[str]
    marker: str | None


def page(
    keys: Iterable[str],
    *,
    prefix: str,
    delimiter: str,
    after: str,
    limit: int,
    in_order: bool = True,
) -> Slice:
    """Cut a page out of `keys`.

    A folder counts as one entry. `after` may be a folder that the page before ended with: then
    what lies in it is skipped. Without `in_order` entries come in an order of the server's own.
    """

    def entry_of(key: str) -> tuple[str, bool]:
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        return (key, False) if end < 0 else (key[: end + len(delimiter)], True)

    def rank(key: str, entry: str) -> str:
        return key if in_order else hashlib.sha256(entry.encode()).hexdigest()

    wanted = [(key, *entry_of(key)) for key in keys if key.startswith(prefix)]
    entries: dict[str, bool] = {}
    marker: str | None = None
    for key, entry, folder in sorted(wanted, key=lambda item: rank(item[0], item[1])):
        if entry in entries or entry == after:
            continue
        if after and rank(key, entry) <= rank(after, after):
            continue
        if len(entries) == limit:
            break
        entries[entry] = folder
        marker = entry
    else:
        marker = None
    return Slice(
        keys=[entry for entry, folder in entries.items() if not folder],
        folders=[entry for entry, folder in entries.items() if folder],
        marker=marker,
    )


def limit_of(request: Request, name: str) -> int:
    """Return ``max-keys`` and its like, at most 1,000."""
    value = request.param(name, str(MAX_KEYS))
    if not value.isdigit():
        raise invalid_argument(
            f"Provided {name} not an integer or within integer range", name, value
        )
    return min(int(value), MAX_KEYS)


def key_encoder(request: Request) -> Callable[[str], str]:
    """Return how keys are written in the answer, as ``encoding-type`` asks."""
    value = request.param("encoding-type")
    if value not in ("", "url"):
        raise invalid_argument(
            "Invalid Encoding Method specified in Request", "encoding-type", value
        )
    return quote if value else str


def _entry(key: str, item: StoredBytes, *, owner: bool) -> str:
    return element(
        "Contents",
        text("Key", key),
        text("LastModified", iso(item.modified)),
        text("ETag", f'"{item.etag}"'),
        *(text("ChecksumAlgorithm", name) for name in item.checksums),
        text("Size", len(item.data)),
        text("StorageClass", item.storage_class),
        OWNER if owner else "",
    )


def _folders(found: Slice, encode: Callable[[str], str]) -> str:
    return "".join(
        element("CommonPrefixes", text("Prefix", encode(folder))) for folder in found.folders
    )


def list_objects_v2(call: Call) -> Response:
    """ListObjectsV2."""
    request, objects = call.request, call.bucket.objects()
    encode, limit = key_encoder(request), limit_of(request, "max-keys")
    prefix, delimiter = request.param("prefix"), request.param("delimiter")
    start, token = request.param("start-after"), request.param("continuation-token")
    found = page(
        objects,
        prefix=prefix,
        delimiter=delimiter,
        after=_open_token(token) if token else start,
        limit=limit,
        in_order=call.personality.habits.sorted_listing,
    )
    truncated = found.marker is not None
    body = document(
        "ListBucketResult",
        text("Name", call.route.bucket),
        text("Prefix", encode(prefix)),
        text("Delimiter", encode(delimiter) if delimiter else None),
        text("StartAfter", encode(start) if start else None),
        text("MaxKeys", limit),
        text("EncodingType", request.param("encoding-type") or None),
        text("KeyCount", len(found.keys) + len(found.folders)),
        text("ContinuationToken", token or None),
        text("IsTruncated", str(truncated).lower()),
        text("NextContinuationToken", _make_token(found.marker or "") if truncated else None),
        *(
            _entry(encode(key), objects[key], owner=request.param("fetch-owner") == "true")
            for key in found.keys
        ),
        _folders(found, encode),
    )
    return Response(body=body)


def list_objects(call: Call) -> Response:
    """ListObjects, the first version: the marker is a key."""
    request, objects = call.request, call.bucket.objects()
    encode, limit = key_encoder(request), limit_of(request, "max-keys")
    prefix, delimiter = request.param("prefix"), request.param("delimiter")
    marker = request.param("marker")
    found = page(
        objects,
        prefix=prefix,
        delimiter=delimiter,
        after=marker,
        limit=limit,
        in_order=call.personality.habits.sorted_listing,
    )
    truncated = found.marker is not None
    body = document(
        "ListBucketResult",
        text("Name", call.route.bucket),
        text("Prefix", encode(prefix)),
        text("Marker", encode(marker)),
        text("NextMarker", encode(found.marker or "") if truncated and delimiter else None),
        text("MaxKeys", limit),
        text("Delimiter", encode(delimiter) if delimiter else None),
        text("EncodingType", request.param("encoding-type") or None),
        text("IsTruncated", str(truncated).lower()),
        *(_entry(encode(key), objects[key], owner=True) for key in found.keys),
        _folders(found, encode),
    )
    return Response(body=body)


def list_object_versions(call: Call) -> Response:
    """ListObjectVersions, in one page: the stand-in's buckets are small."""
    encode, prefix = key_encoder(call.request), call.request.param("prefix")
    entries = []
    for key, item, latest in call.bucket.all_versions():
        if key.startswith(prefix):
            entries.append(
                element(
                    "DeleteMarker" if item.deleted else "Version",
                    text("Key", encode(key)),
                    text("VersionId", item.version or "null"),
                    text("IsLatest", str(latest).lower()),
                    text("LastModified", iso(item.modified)),
                    text("ETag", None if item.deleted else f'"{item.etag}"'),
                    text("Size", None if item.deleted else len(item.data)),
                    text("StorageClass", None if item.deleted else item.storage_class),
                    OWNER,
                )
            )
    body = document(
        "ListVersionsResult",
        text("Name", call.route.bucket),
        text("Prefix", encode(prefix)),
        text("EncodingType", call.request.param("encoding-type") or None),
        text("MaxKeys", MAX_KEYS),
        text("IsTruncated", "false"),
        *entries,
    )
    return Response(body=body)


def _make_token(marker: str) -> str:
    return base64.urlsafe_b64encode(marker.encode()).decode()


def _open_token(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_argument(
            "The continuation token provided is incorrect", "continuation-token"
        ) from None
