"""Looking at objects and reading them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from bucketry import (
    ByteRange,
    IntegrityError,
    InvalidInput,
    ObjectInfo,
    ObjectReader,
    Rejected,
    StorageError,
    Unavailable,
)
from bucketry.headers import RESERVED_METADATA_PREFIX
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.native import check_native
from bucketry_s3.objects.stream import BodyStream, Known
from bucketry_s3.protocol.checksums import CHEAPEST_FIRST, RunningChecksum, RunningMD5
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.markup import unquoted
from bucketry_s3.protocol.wire import AnswerBody, read_into

WRITE_ID = f"{RESERVED_METADATA_PREFIX}write-id"
"""Name of the metadata that marks a write under a precondition."""

_MD5 = re.compile(r"[0-9a-f]{32}")
_REPLACED = "the object was replaced while it was being read"
_CHECKSUMS = [(name, f"Checksum{name}") for name in get_args(ChecksumAlgorithm)]
_CHECKSUMS_TOLD = frozenset(param for _, param in _CHECKSUMS)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")


def version_of(answer: Mapping[str, Any]) -> str | None:
    """Return the version id; ``null`` is S3's word for an object that has none."""
    version = answer.get("VersionId")
    return version if version and version != "null" else None


# They choose other bytes than the object's, or answer with none.
_NOT_FOR_READING = ("IfModifiedSince", "IfNoneMatch", "PartNumber", "Range")


def native_params(version: str | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the native parameters of a read, checked."""
    of_version = {} if version is None else {"VersionId": version}
    if not params:
        return of_version
    taken = [name for name in _NOT_FOR_READING if name in params]
    if taken:
        raise InvalidInput(f"extra_params may not set {', '.join(taken)} of a read")
    check_native(params, "GetObject")
    return {**params, **of_version}


def head(bucket: Bucket, key: str, params: Mapping[str, Any]) -> ObjectInfo:
    """Return what HeadObject tells; `NotFound` for a missing object."""
    return info_of(key, head_answer(bucket, key, params))


def info_of(key: str, answer: Mapping[str, Any]) -> ObjectInfo:
    """Return the common form of an answer to HeadObject."""
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
        if error.status == 404 and bucket.seen:
            raise
        _ask_for_the_reason(bucket, key, params, deadline)
    # What the same key pair may read, it may look at: whatever refused has been mended since.
    return bucket.send("HeadObject", asked, deadline=deadline)


def _ask_for_the_reason(
    bucket: Bucket, key: str, params: Mapping[str, Any], deadline: Deadline | None
) -> None:
    """Raise what the refusal was about: the answer to a HEAD has no body that would say it.

    Without this, a wrong bucket or an unknown key pair would look like a missing object, a wrong
    secret like a missing permission.
    """
    try:
        asked = {"Key": key, "Range": "bytes=0-0", **params}
        bucket.send("GetObject", asked, deadline=deadline)["Body"].close()
    except StorageError as error:
        if error.status != 416:  # an empty object is there, too
            raise


def _checksum_mode(bucket: Bucket) -> dict[str, str]:
    """Ask for stored checksums where the vendor is known to keep them; B2 refuses the question."""
    known = bucket.capabilities.checksums.value or {}
    return {"ChecksumMode": "ENABLED"} if "verified" in known.values() else {}


def _object_info(key: str, answer: Mapping[str, Any], size: int) -> ObjectInfo:
    """Return the common form of the answers to HeadObject and GetObject."""
    metadata, own = answer.get("Metadata"), {}
    if metadata:
        metadata = {name.lower(): value for name, value in metadata.items()}
        own = {
            name: value
            for name, value in metadata.items()
            if not name.startswith(RESERVED_METADATA_PREFIX)
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
        metadata=own,
        storage_class=answer.get("StorageClass"),
        encryption=answer.get("ServerSideEncryption"),
        version=version_of(answer),
        checksums=_checksums(answer),
        write_id=metadata.get(WRITE_ID) if metadata else None,
    )


def _checksums(answer: Mapping[str, Any]) -> dict[str, str]:
    if _CHECKSUMS_TOLD.isdisjoint(answer):
        return {}
    return {name: answer[param] for name, param in _CHECKSUMS if answer.get(param)}


def open_object(
    bucket: Bucket, key: str, byte_range: ByteRange | None, wanted: Mapping[str, Any]
) -> ObjectReader:
    """Open an object; reading fails if its bytes do not all come or are not those that were stored.

    The latter is noticed where the whole object is read, and a checksum or an MD5 of it is known.
    What breaks off is opened again at that place, if the object is still the same.
    """
    params = {"Key": key, **wanted}
    if byte_range is None:
        params |= _checksum_mode(bucket)
    else:
        params["Range"] = _range_header(byte_range)
    try:
        answer = bucket.send("GetObject", params)
    except StorageError as error:
        if error.status == 416:
            raise _behind_the_end(error.code) from error.__cause__
        raise
    body = answer["Body"]
    try:
        length, known = answer.get("ContentLength"), None
        if byte_range is not None:
            start, stop, size = _placed(byte_range, answer)
            info = _object_info(key, answer, size)
        else:
            whole = _size_of(bucket, key, answer, wanted) if length is None else int(length)
            start, stop = 0, whole
            info = _object_info(key, answer, stop)
            known = _known(info, answer)

        def reopen(received: int, deadline: Deadline) -> AnswerBody:
            rest = ByteRange(start=start + received, stop=stop)
            return _rest(bucket, info, rest, wanted, deadline)

        stream = BodyStream(
            body,
            stop - start,
            bucket.options.deadline,
            reopen,
            bucket.closing,
            known,
            told=length is not None,
        )
    except BaseException:
        body.close()
        raise
    return ObjectReader(info, stream)


def _size_of(bucket: Bucket, key: str, answer: Mapping[str, Any], wanted: Mapping[str, Any]) -> int:
    """Return the size of an object whose bytes come in chunks, so that no header tells it."""
    seen = head_answer(bucket, key, wanted)
    if unquoted(seen["ETag"]) != unquoted(answer["ETag"]):
        raise IntegrityError(_REPLACED)
    return int(seen["ContentLength"])


def _known(info: ObjectInfo, answer: Mapping[str, Any]) -> Known | None:
    """Return what the bytes of a whole object can be compared with.

    That is a stored checksum ("...-3" is one of parts' checksums, which the bytes alone cannot
    tell), else an ETag that is an MD5.
    """
    if stored := info.checksums:
        for name in CHEAPEST_FIRST:
            if "-" not in stored.get(name, "-"):
                return Known(name, stored[name], RunningChecksum(name))
    md5 = _md5(info.etag, answer)
    return Known("MD5", md5, RunningMD5()) if md5 else None


def md5_of(answer: Mapping[str, Any]) -> str | None:
    """Return the MD5 that an object's ETag is, else None.

    What has the form of one is one, all but under some encryptions (Amazon S3 API reference,
    Object).
    """
    return _md5(unquoted(answer["ETag"]), answer)


def _md5(etag: str | None, answer: Mapping[str, Any]) -> str | None:
    told = (etag or "").lower()
    plain = (answer.get("ServerSideEncryption") or "AES256") == "AES256"
    return told if _MD5.fullmatch(told) and plain and "SSECustomerAlgorithm" not in answer else None


def _rest(
    bucket: Bucket,
    info: ObjectInfo,
    byte_range: ByteRange,
    wanted: Mapping[str, Any],
    deadline: Deadline,
) -> AnswerBody:
    """Open what is left of an object; `IntegrityError` if it is another one by now.

    A server that answers a range with the whole is heard again up to there.
    """
    params = {"Key": info.key, **wanted, "Range": _range_header(byte_range)}
    try:
        answer = bucket.send("GetObject", params, deadline=deadline)
    except StorageError as error:
        if error.status == 416:
            raise IntegrityError(_REPLACED) from error.__cause__
        raise
    body: AnswerBody = answer["Body"]
    try:
        size = answer.get("ContentLength")
        whole = _is_whole(answer) and size in (None, info.size)
        if not whole:
            _, _, size = _placed(byte_range, answer)
        if unquoted(answer["ETag"]) != info.etag or size not in (None, info.size):
            raise IntegrityError(_REPLACED)
        if whole:
            _pass_over(body, byte_range.start, deadline)
    except BaseException:
        body.close()
        raise
    return body


def _pass_over(body: AnswerBody, size: int, deadline: Deadline) -> None:
    """Read so many bytes and leave them."""
    body.deadline = deadline
    view = memoryview(bytearray(min(size, 1 << 20)))
    while size:
        count = read_into(body, view[:size])
        if not count:
            raise Unavailable(f"the body ended {size} bytes early")
        size -= count


def _range_header(byte_range: ByteRange) -> str:
    if byte_range.start < 0:
        return f"bytes={byte_range.start}"
    last = "" if byte_range.stop is None else str(byte_range.stop - 1)
    return f"bytes={byte_range.start}-{last}"


def _behind_the_end(code: str | None = None) -> Rejected:
    return Rejected("the range begins behind the object's end", code=code, status=416)


def _is_whole(answer: Mapping[str, Any]) -> bool:
    """Return whether it is one of the whole object, whatever was asked for."""
    status: int = answer["ResponseMetadata"]["HTTPStatusCode"]
    return status == 200 and answer.get("ContentRange") is None


def _placed(byte_range: ByteRange, answer: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return the first byte, the one behind the last and the object's size: ``bytes 0-9/100``.

    Refuse other bytes than were asked for.
    """
    length: int | None = answer.get("ContentLength")  # None where they come in chunks
    told = _CONTENT_RANGE.fullmatch(answer.get("ContentRange") or "")
    if _is_whole(answer) and length is not None and max(0, byte_range.start) >= length:
        raise _behind_the_end()  # some answer such a range with the whole
    if told is None:
        raise Rejected("a range was asked for, and the answer does not tell that it is one")
    first, last, size = (int(number) for number in told.groups())
    start = byte_range.start if byte_range.start >= 0 else max(0, size + byte_range.start)
    stop = size if byte_range.stop is None else min(byte_range.stop, size)
    if (first, last + 1) != (start, stop) or length not in (None, stop - start):
        raise Rejected(
            f"bytes {start} to {stop - 1} were asked for and bytes {first} to {last} came"
        )
    return start, stop, size
