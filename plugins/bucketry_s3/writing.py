"""Storing objects: parameters, single requests, multipart uploads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bucketry import (
    AlreadyExists,
    NotFound,
    PreconditionFailed,
    StorageError,
    StoredObject,
    Unconfirmed,
    Upload,
)
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.bucket import Bucket
from bucketry_s3.checksums import FULL_OBJECT, checksum, checksum_param
from bucketry_s3.multipart import Completed, Job, part_size_for, upload_parts
from bucketry_s3.reading import head, unquoted

MAX_PARTS = 10_000
"""Parts of one upload where the vendor's page says nothing else (Amazon S3 User Guide)."""

# Preconditions belong to the request that makes the object visible.
_PRECONDITIONS = ("IfNoneMatch", "IfMatch")

# boto3's name for the digest asked for. Sent with a body, boto3 would make a trailer of it.
_ALGORITHM_PARAM = "ChecksumAlgorithm"


def put_params(bucket: Bucket, upload: Upload) -> dict[str, Any]:
    """Return boto3's parameters of this upload: the call's, else the configuration's."""
    options = bucket.options
    params: dict[str, Any] = {
        "ContentType": upload.content_type,
        "CacheControl": upload.cache_control,
        "ContentDisposition": upload.content_disposition,
        "ContentEncoding": upload.content_encoding,
        "ContentLanguage": upload.content_language,
        "ACL": upload.acl or options.acl,
        "StorageClass": upload.storage_class or options.storage_class,
        _ALGORITHM_PARAM: upload.checksum_algorithm or options.checksum_algorithm,
    }
    # An empty header is an error at R2 and B2, so what is not set is not there.
    params = {name: value for name, value in params.items() if value}
    if upload.metadata:
        params["Metadata"] = dict(upload.metadata)
    encryption = upload.encryption or options.encryption
    if encryption is not None:
        params["ServerSideEncryption"] = encryption.type
        if encryption.kms_key_id:
            params["SSEKMSKeyId"] = encryption.kms_key_id
    tags = options.tags if upload.tags is None else upload.tags
    if tags:
        # Like JavaScript's encodeURIComponent, which is what the original sends.
        safe = "!~*'()-_."
        params["Tagging"] = "&".join(
            f"{quote(name, safe=safe)}={quote(value, safe=safe)}" for name, value in tags.items()
        )
    overwrite_refused = (
        options.prevent_overwrite and upload.if_match is None
        if upload.prevent_overwrite is None
        else upload.prevent_overwrite
    )
    if overwrite_refused:
        params["IfNoneMatch"] = "*"
    if upload.if_match is not None:
        params["IfMatch"] = _if_match(bucket, upload.if_match)
    params |= options.extra_params.upload
    if upload.source.size is None:
        params |= options.extra_params.upload_stream
    return params | dict(upload.extra_params)


def _if_match(bucket: Bucket, etag: str) -> str:
    """Write an ETag the way this vendor's If-Match wants it; Ceph refuses the quoted form."""
    bare = etag.strip('"')
    return bare if bucket.capabilities.if_match_etag.value == "unquoted" else f'"{bare}"'


def store(bucket: Bucket, upload: Upload, params: Mapping[str, Any]) -> StoredObject:
    """Store the upload in one request, or in parts if it is larger than one part."""
    source, multipart = upload.source, bucket.options.multipart
    parts_max = bucket.capabilities.parts_max.value or MAX_PARTS
    part_size = part_size_for(source.size, multipart.part_size, parts_max)
    first = bytearray(part_size if source.size is None else min(part_size, source.size))
    try:
        del first[source.readinto(first) :]
        if len(first) < part_size or source.exhausted():
            source.check_complete()
            return _put(bucket, upload, params, first)
        return _put_parts(bucket, upload, params, first)
    except PreconditionFailed as error:
        if "IfNoneMatch" not in params:
            raise
        raise AlreadyExists(
            "there is an object under this key already, and prevent_overwrite is on",
            hint="Choose another key, or use replace().",
            code=error.code,
            status=error.status,
            request_id=error.request_id,
        ) from error.__cause__


def _algorithm(params: dict[str, Any]) -> ChecksumAlgorithm | None:
    """Take the algorithm out of the parameters of a single request."""
    algorithm: ChecksumAlgorithm | None = params.pop(_ALGORITHM_PARAM, None)
    return algorithm


def _put(
    bucket: Bucket, upload: Upload, params: Mapping[str, Any], body: bytearray
) -> StoredObject:
    native = dict(params)
    algorithm = _algorithm(native)
    digest = checksum(algorithm, body) if algorithm else None
    if algorithm and digest:
        native[checksum_param(algorithm)] = digest
    native |= {"Key": upload.key, "Body": body}
    try:
        answer, _ = bucket.send("PutObject", native, size=len(body))
    except StorageError as error:
        answer = _settle_put(bucket, upload.key, body, native, error)
    if upload.progress is not None:
        upload.progress(len(body))
    return StoredObject(
        key=upload.key,
        bucket=bucket.name,
        etag=unquoted(answer.get("ETag")),
        version=answer.get("VersionId"),
        size=len(body),
        checksum_algorithm=algorithm,
        checksum=digest,
    )


def _settle_put(
    bucket: Bucket, key: str, body: bytearray, params: Mapping[str, Any], error: StorageError
) -> dict[str, Any]:
    """Find out whether a failed request was stored all the same; raise `error` if it was not.

    A create-only upload whose first answer was lost is told on the second try that the object
    exists. If the bytes there are ours, it does because we made it.
    """
    doubtful = error.may_have_applied or (
        isinstance(error, PreconditionFailed) and "IfNoneMatch" in params
    )
    if not doubtful:
        raise error
    try:
        info = head(bucket, key)
    except NotFound:
        raise error from error.__cause__
    except StorageError as second:
        raise _unconfirmed(error) from second
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    if info.size == len(body) and info.etag == md5:
        return {"ETag": info.etag, "VersionId": info.version}
    raise error from error.__cause__


def _unconfirmed(error: StorageError) -> Unconfirmed:
    return Unconfirmed(
        f"{error.reason.rstrip('.')}; and whether the object is there could not be looked up",
        hint="Look with head() whether size and ETag are those of your file, then upload again.",
        code=error.code,
        status=error.status,
        may_have_applied=True,
    )


def _put_parts(
    bucket: Bucket,
    upload: Upload,
    params: Mapping[str, Any],
    first: bytearray,
) -> StoredObject:
    native = dict(params)
    algorithm = native.get(_ALGORITHM_PARAM)
    conditions = {name: native.pop(name) for name in _PRECONDITIONS if name in native}
    absent = "IfNoneMatch" in conditions
    if absent:
        # The condition counts only at the end; this spares sending gigabytes for nothing.
        _refuse_existing(bucket, upload.key)

    def before_complete() -> None:
        upload.source.check_complete()
        if absent and bucket.capabilities.complete_if_absent.value != "enforced":
            # All the protection there is where Complete is not known to honour the condition.
            _refuse_existing(bucket, upload.key)

    completed = upload_parts(
        Job(
            transport=bucket.transport,
            place={"Bucket": bucket.name, "Key": upload.key},
            params=native,
            complete_params=_complete_conditions(bucket, conditions),
            parts_max=bucket.capabilities.parts_max.value or MAX_PARTS,
            concurrency=bucket.options.multipart.concurrency,
            leave_parts_on_error=bucket.options.multipart.leave_parts_on_error,
            algorithm=algorithm,
            progress=upload.progress,
            deadline=bucket.deadline,
        ),
        first,
        upload.source.readinto,
        before_complete,
        lambda outcome, error: _settle_complete(bucket, upload.key, outcome, error),
    )
    full = algorithm in FULL_OBJECT
    return StoredObject(
        key=upload.key,
        bucket=bucket.name,
        etag=unquoted(completed.answer.get("ETag")),
        version=completed.answer.get("VersionId"),
        size=completed.size,
        checksum_algorithm=algorithm,
        checksum=completed.checksum
        if full
        else completed.answer.get(checksum_param(algorithm))
        if algorithm
        else None,
        parts=completed.parts,
        location=completed.answer.get("Location"),
    )


def _complete_conditions(bucket: Bucket, conditions: Mapping[str, str]) -> dict[str, str]:
    """Leave out a condition that the vendor answers with an error when an upload is completed."""
    capabilities = bucket.capabilities
    refused = {
        "IfNoneMatch": capabilities.complete_if_absent.value == "refused",
        "IfMatch": capabilities.complete_if_match.value == "refused",
    }
    return {name: value for name, value in conditions.items() if not refused[name]}


def _refuse_existing(bucket: Bucket, key: str) -> None:
    try:
        head(bucket, key)
    except NotFound:
        return
    raise PreconditionFailed("there is an object under this key already")


def _settle_complete(
    bucket: Bucket, key: str, outcome: Completed, error: StorageError
) -> dict[str, Any]:
    """Find out whether a completion whose answer is lost or odd has made the object."""
    doubtful = error.may_have_applied or error.code == "NoSuchUpload" or error.code is None
    if not doubtful and not isinstance(error, PreconditionFailed):
        raise error
    try:
        info = head(bucket, key)
    except NotFound:
        raise error from error.__cause__
    except StorageError as second:
        raise _unconfirmed(error) from second
    if info.size == outcome.size and info.etag == outcome.expected_etag:
        return {"ETag": info.etag, "VersionId": info.version}
    raise error from error.__cause__
