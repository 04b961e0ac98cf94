"""Looking at objects and reading them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from bucketry import AccessDenied, ByteRange, ObjectInfo, ObjectReader, Rejected, StorageError
from bucketry.headers import RESERVED_METADATA_PREFIX
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.stream import BodyStream
from bucketry_s3.protocol.deadline import Deadline

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def unquoted(etag: str | None) -> str | None:
    """Return an ETag without quotes, or None for a missing or empty one.

    A proxy that compresses marks it as weak; it still names the same version.
    """
    return etag.removeprefix("W/").strip('"') or None if etag else None


def version_of(answer: Mapping[str, Any]) -> str | None:
    """Return the version id; ``null`` is S3's word for an object that has none."""
    version = answer.get("VersionId")
    return version if version and version != "null" else None


def head(bucket: Bucket, key: str) -> ObjectInfo:
    """Return what HeadObject tells; `NotFound` for a missing object."""
    answer = head_answer(bucket, key, {})
    return _object_info(key, answer, int(answer["ContentLength"]))


def head_answer(
    bucket: Bucket, key: str, params: Mapping[str, Any], *, deadline: Deadline | None = None
) -> dict[str, Any]:
    """Return the answer to HeadObject as it came."""
    asked = {"Key": key, **_checksum_mode(bucket), **params}
    try:
        return bucket.send("HeadObject", asked, deadline=deadline)
    except StorageError as error:
        if error.code is not None or error.status not in (400, 403, 404):
            raise
        _ask_for_the_reason(bucket, key, error)
        if error.status == 404:
            raise
    # What the same key pair may read, it may look at: whatever refused has been mended since.
    return bucket.send("HeadObject", asked, deadline=deadline)


def _ask_for_the_reason(bucket: Bucket, key: str, error: StorageError) -> None:
    """Raise what the refusal was about: the answer to a HEAD has no body that would say it.

    Without this, a wrong bucket would look like a missing object, a wrong secret like a missing
    permission.
    """
    if error.status != 404:
        bucket.send("GetObject", {"Key": key, "Range": "bytes=0-0"})["Body"].close()
    elif not bucket.seen:
        try:
            bucket.send("HeadBucket", {})
        except AccessDenied:
            # Some key pairs may look at objects only; then the object's own answer stands.
            return


def _checksum_mode(bucket: Bucket) -> dict[str, str]:
    """Ask for stored checksums where the vendor is known to keep them; B2 refuses the question."""
    known = bucket.capabilities.checksums.value or {}
    return {"ChecksumMode": "ENABLED"} if "verified" in known.values() else {}


def _object_info(key: str, answer: Mapping[str, Any], size: int) -> ObjectInfo:
    """Return the common form of the answers to HeadObject and GetObject."""
    metadata = {name.lower(): value for name, value in answer.get("Metadata", {}).items()}
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
        metadata={
            name: value
            for name, value in metadata.items()
            if not name.startswith(RESERVED_METADATA_PREFIX)
        },
        storage_class=answer.get("StorageClass"),
        encryption=answer.get("ServerSideEncryption"),
        version=version_of(answer),
        checksums=_checksums(answer),
    )


def _checksums(answer: Mapping[str, Any]) -> dict[str, str]:
    names = get_args(ChecksumAlgorithm)
    return {name: answer[f"Checksum{name}"] for name in names if answer.get(f"Checksum{name}")}


def open_object(bucket: Bucket, key: str, byte_range: ByteRange | None) -> ObjectReader:
    """Open an object; reading fails if the bytes end early or are not those that were stored.

    The latter is noticed where the whole object is read and the vendor has its checksum.
    """
    params = {"Key": key}
    if byte_range is None:
        params |= _checksum_mode(bucket)
    else:
        params["Range"] = _range_header(byte_range)
    try:
        answer = bucket.send("GetObject", params)
    except StorageError as error:
        if error.status == 416:
            raise Rejected(
                "the range begins behind the object's end", code=error.code, status=416
            ) from error.__cause__
        raise
    body = answer["Body"]
    try:
        length = int(answer["ContentLength"])
        size, checksums = length, _checksums(answer)
        if byte_range is not None:
            size, checksums = _whole_size(byte_range, answer.get("ContentRange"), length), {}
        info = _object_info(key, answer, size)
        stream = BodyStream(body, length, bucket.options.deadline, checksums)
    except BaseException:
        body.close()
        raise
    return ObjectReader(info, stream)


def _range_header(byte_range: ByteRange) -> str:
    if byte_range.start < 0:
        return f"bytes={byte_range.start}"
    last = "" if byte_range.stop is None else str(byte_range.stop - 1)
    return f"bytes={byte_range.start}-{last}"


def _whole_size(byte_range: ByteRange, content_range: str | None, length: int) -> int:
    """Return the object's size from ``bytes 0-9/100``; refuse other bytes than were asked for."""
    told = _CONTENT_RANGE.fullmatch(content_range or "")
    if told is None:
        raise Rejected(
            f"a range was asked for, and the answer ({length} bytes) does not tell that it is one"
        )
    first, last, size = (int(number) for number in told.groups())
    start = byte_range.start if byte_range.start >= 0 else max(0, size + byte_range.start)
    stop = size if byte_range.stop is None else min(byte_range.stop, size)
    if (first, last + 1, length) != (start, stop, stop - start):
        raise Rejected(
            f"bytes {start} to {stop - 1} were asked for and bytes {first} to {last} came"
        )
    return size
