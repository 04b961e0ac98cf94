"""Operations on one object: put, get, head, delete, copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote

from attrs import evolve

from bucketry_s3.testing import attributes
from bucketry_s3.testing.call import Call
from bucketry_s3.testing.checks import base64_digest
from bucketry_s3.testing.conditions import (
    check_copy_source,
    check_if_match,
    check_write,
    read_status,
)
from bucketry_s3.testing.errors import (
    S3Error,
    invalid_argument,
    invalid_request,
    no_such_key,
    not_implemented,
    precondition_failed,
)
from bucketry_s3.testing.markup import document, text
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import Bucket, StoredBytes

MAX_KEY_BYTES = 1024
_OVERRIDES = {f"response-{name.lower()}": name for name in attributes.CONTENT_HEADERS}


def iso(moment: datetime) -> str:
    """Return a time as S3's XML writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def template(call: Call, headers: Mapping[str, str]) -> StoredBytes:
    """Return the object that `headers` ask for, still without bytes; refuse what is refused."""
    if len(call.key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        raise S3Error(400, "KeyTooLongError", "Your key is too long")
    bucket, personality = call.bucket, call.personality
    acl = headers.get("x-amz-acl")
    return StoredBytes(
        data=b"",
        etag="",
        modified=call.now,
        headers=attributes.content_headers(headers),
        metadata=attributes.metadata(headers, personality),
        tags=attributes.header_tags(headers, personality),
        acl="private" if acl is None else attributes.check_acl(acl, bucket, personality),
        storage_class=attributes.check_storage_class(headers, personality),
        encryption=attributes.encryption(headers, personality, call.region),
        version=call.store.new_version(bucket),
    )


def fill(call: Call, item: StoredBytes, data: bytes, checksums: Mapping[str, str]) -> StoredBytes:
    """Return the object with its bytes, ETag and checksums."""
    if len(data) > call.personality.put_size_max:
        raise too_large(len(data), call.personality.put_size_max)
    if not checksums and call.personality.habits.adds_checksum:
        checksums = {"CRC64NVME": base64_digest("CRC64NVME", data)}
    return evolve(
        item,
        data=data,
        etag=attributes.object_etag(data, item.encryption),
        checksums=dict(checksums),
    )


def too_large(size: int, limit: int) -> S3Error:
    """Return the error for more bytes than one request may carry."""
    return S3Error(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
        details={"ProposedSize": str(size), "MaxSizeAllowed": str(limit)},
    )


def written(item: StoredBytes) -> dict[str, str]:
    """Return the headers that answer a write."""
    headers = {"ETag": f'"{item.etag}"', **item.encryption, **attributes.checksum_answer(item)}
    return headers | ({"x-amz-version-id": item.version} if item.version else {})


def check_put_conditions(call: Call) -> None:
    """Apply the preconditions of a single write."""
    check_write(
        call.request.headers,
        call.key,
        call.bucket.current(call.key),
        call.personality,
        if_absent=call.personality.put_if_absent,
        if_match=call.personality.put_if_match,
    )


def check_locked(call: Call, what: str) -> None:
    """Refuse a body without a digest where Object Lock keeps what is stored, as Amazon S3 does."""
    if (
        call.bucket.retention
        and not call.payload.sent
        and "content-md5" not in call.request.headers
    ):
        raise invalid_request(
            f"Content-MD5 OR x-amz-checksum- HTTP header is required for Put {what} requests with "
            "Object Lock parameters"
        )


def put_object(call: Call) -> Response:
    """PutObject."""
    bucket = call.bucket
    check_locked(call, "Object")
    item = template(call, call.request.headers)
    check_put_conditions(call)
    item = fill(call, item, call.payload.data, call.payload.checksums)
    bucket.put(call.key, item)
    return Response(headers=written(item))


def find(bucket: Bucket, key: str, version: str) -> StoredBytes:
    """Return an object or one of its versions; S3's own errors for what is not there."""
    item = bucket.get(key, version)
    if item is None and version:
        raise S3Error(404, "NoSuchVersion", "The specified version does not exist.")
    if item is None:
        raise no_such_key(key)
    if item.deleted:
        marker = {"x-amz-delete-marker": "true"}
        if version:
            raise S3Error(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                headers=marker,
            )
        error = no_such_key(key)
        error.headers |= marker
        raise error
    return item


def get_object(call: Call) -> Response:
    """GetObject and HeadObject."""
    request = call.request
    if request.has("partNumber"):
        raise not_implemented("The stand-in reads whole objects and ranges, not parts")
    item = find(call.bucket, call.key, request.param("versionId"))
    status = read_status(request.headers, item)
    if status == 412:
        raise precondition_failed("If-Match")
    checksums = request.header("x-amz-checksum-mode").upper() == "ENABLED"
    headers = attributes.describe(item, checksums=checksums)
    if status == 304:
        kept = ("ETag", "Last-Modified", "x-amz-version-id", "Cache-Control")
        return Response(status=304, headers={k: v for k, v in headers.items() if k in kept})
    for parameter, name in _OVERRIDES.items():
        if request.has(parameter):
            headers[name] = attributes.check_value(parameter, request.param(parameter))
    data = item.data
    span = _range(request.header("range"), len(data))
    if span is not None:
        start, stop = span
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
        data, status = data[start:stop], 206
        headers = {n: v for n, v in headers.items() if not n.startswith("x-amz-checksum-")}
    headers["Content-Length"] = str(len(data))
    return Response(status=status, headers=headers, body=b"" if request.method == "HEAD" else data)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Return start and stop of a Range header; None when there is none that S3 obeys."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if first:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    else:
        start, stop = max(0, size - int(last)), size
    if start >= size or stop <= start:
        raise S3Error(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
            details={"RangeRequested": header, "ActualObjectSize": str(size)},
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, stop


def delete_version(call: Call, bucket: Bucket, key: str, version: str) -> dict[str, str]:
    """Delete a key or one version of it; return the headers that tell what happened."""
    if version:
        removed = bucket.remove(key, version)
        marker = removed is not None and removed.deleted
        return {"x-amz-version-id": version} | ({"x-amz-delete-marker": "true"} if marker else {})
    if not bucket.versioning:
        bucket.remove(key, "")
        return {}
    made = call.store.new_version(bucket)
    bucket.put(key, StoredBytes(data=b"", etag="", modified=call.now, version=made, deleted=True))
    return {"x-amz-version-id": made or "null", "x-amz-delete-marker": "true"}


def delete_object(call: Call) -> Response:
    """DeleteObject."""
    bucket, headers = call.bucket, call.request.headers
    if "if-match" in headers:
        check_if_match(
            headers["if-match"],
            call.key,
            bucket.current(call.key),
            call.personality,
            call.personality.delete_if_match,
        )
    done = delete_version(call, bucket, call.key, call.request.param("versionId"))
    return Response(status=204, headers=done)


def copy_source(call: Call) -> StoredBytes:
    """Return the object that ``x-amz-copy-source`` names, its preconditions met."""
    if call.personality.copy == "no":
        raise call.personality.refuse("copy", "x-amz-copy-source")
    source, _, query = call.request.header("x-amz-copy-source").partition("?")
    bucket_name, slash, key = unquote(source).removeprefix("/").partition("/")
    if not slash or not key or (query and not query.startswith("versionId=")):
        raise invalid_argument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source",
            source,
        )
    version = query.removeprefix("versionId=")
    item = find(call.store.bucket(bucket_name), key, version)
    check_copy_source(call.request.headers, item)
    return item


def _directive(call: Call, header: str) -> bool:
    """Return whether a directive header says REPLACE."""
    value = call.request.header(header, "COPY")
    if value not in ("COPY", "REPLACE"):
        raise invalid_argument("Unknown directive.", header, value)
    return value == "REPLACE"


def copy_object(call: Call) -> Response:
    """CopyObject."""
    bucket, headers = call.bucket, call.request.headers
    source = copy_source(call)
    replace = _directive(call, "x-amz-metadata-directive")
    item = template(call, headers)
    changes = {"x-amz-storage-class", attributes.SSE, "x-amz-tagging-directive"} & set(headers)
    if bucket.current(call.key) is source and not replace and not changes:
        raise invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without "
            "changing the object's metadata, storage class, website redirect location or "
            "encryption attributes."
        )
    check_put_conditions(call)
    if not replace:
        # All go along but this one, as at Amazon.
        redirect = {n: v for n, v in item.headers.items() if n == attributes.REDIRECT}
        kept_headers = {n: v for n, v in source.headers.items() if n != attributes.REDIRECT}
        item = evolve(item, headers={**kept_headers, **redirect}, metadata=source.metadata)
    if not _directive(call, "x-amz-tagging-directive"):
        item = evolve(item, tags=source.tags)
    algorithm = headers.get("x-amz-checksum-algorithm") or next(iter(source.checksums), "")
    kept = call.personality.checksums.get(algorithm) == "verified"
    digest = {algorithm: base64_digest(algorithm, source.data)} if kept else {}
    item = fill(call, item, source.data, digest)
    bucket.put(call.key, item)
    answer = {name: value for name, value in written(item).items() if "checksum" not in name}
    checksums = (text(f"Checksum{name}", value) for name, value in item.checksums.items())
    body = document(
        "CopyObjectResult",
        text("LastModified", iso(item.modified)),
        text("ETag", f'"{item.etag}"'),
        *checksums,
    )
    return Response(headers={n: v for n, v in answer.items() if n != "ETag"}, body=body)
