"""Storing objects: in one request, or in parts."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from bucketry import (
    AccessDenied,
    AlreadyExists,
    NotFound,
    PreconditionFailed,
    StorageError,
    StoredObject,
    Unsupported,
    Upload,
)
from bucketry.limits import cite
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.confirming import Write, confirm, with_write_id
from bucketry_s3.objects.multipart import Job, complete, part_size_for, send_parts, unfinished
from bucketry_s3.objects.native import (
    ALGORITHM,
    PRECONDITIONS,
    check_divisible,
    check_encrypted,
    check_native,
)
from bucketry_s3.objects.reading import head, unquoted, version_of
from bucketry_s3.protocol.checksums import checksum, checksum_param

# What is known of a precondition, in a single request and at the end of one in parts.
_PUT_FACTS = {"IfNoneMatch": "put_if_absent", "IfMatch": "put_if_match"}
_COMPLETE_FACTS = {"IfNoneMatch": "complete_if_absent", "IfMatch": "complete_if_match"}


def store(bucket: Bucket, upload: Upload, params: Mapping[str, Any]) -> StoredObject:
    """Store the upload in one request, or in parts if it is larger than one part."""
    check_native(params, "PutObject", "CreateMultipartUpload")
    _check_conditions_are_honoured(bucket, params)
    source, wanted = upload.source, bucket.options.multipart.part_size
    part_size = part_size_for(bucket.capabilities, source.size, wanted)
    if source.size is not None and source.size > part_size:
        _check_parts_are_possible(bucket)
    first = bytearray(part_size if source.size is None else min(part_size, source.size))
    marked = with_write_id(params)
    try:
        del first[source.readinto(first) :]
        if len(first) < part_size or source.exhausted():
            source.check_complete()
            return _put(bucket, upload, marked, first)
        _check_parts_are_possible(bucket)
        return _put_parts(bucket, upload, marked, first)
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


def _check_conditions_are_honoured(bucket: Bucket, params: Mapping[str, Any]) -> None:
    """Refuse a precondition that the vendor would overwrite against, or not take."""
    for name in PRECONDITIONS:
        fact = getattr(bucket.capabilities, _PUT_FACTS[name])
        if name in params and fact.value in ("ignored", "refused"):
            raise Unsupported(
                f"{_PUT_FACTS[name]} cannot be honoured: this vendor's servers have the "
                f"precondition {fact.value} {cite(fact)}",
                hint="Leave prevent_overwrite or if_match out.",
            )


def _check_parts_are_possible(bucket: Bucket) -> None:
    """Refuse what is larger than one part where the vendor takes no uploads in parts."""
    fact = bucket.capabilities.multipart
    if fact.value == "no":
        raise Unsupported(
            f"the upload is larger than one part, and this vendor takes no uploads in parts "
            f"{cite(fact)}",
            hint="Set multipart.part_size to the size of the largest upload; up to it an upload "
            "goes in one request, and is held in memory.",
        )


def _put(
    bucket: Bucket, upload: Upload, params: Mapping[str, Any], body: bytearray
) -> StoredObject:
    native = dict(params)
    algorithm: ChecksumAlgorithm | None = native.pop(ALGORITHM, None)
    digest = checksum(algorithm, body) if algorithm else None
    if algorithm:
        native[checksum_param(algorithm)] = digest
    _look(bucket, upload.key, params, _not_enforced(bucket, params, _PUT_FACTS))
    since = time.monotonic()
    try:
        answer = bucket.send(
            "PutObject", {**native, "Key": upload.key, "Body": body}, size=len(body)
        )
    except StorageError as error:
        if not error.may_have_applied:
            raise
        write = Write(
            key=upload.key,
            params=native,
            size=len(body),
            etag=hashlib.md5(body, usedforsecurity=False).hexdigest(),
            since=since,
        )
        answer = confirm(bucket, write, error)
    check_encrypted(bucket, params, answer)
    if upload.progress is not None:
        upload.progress(len(body))
    return _stored(bucket, upload, answer, len(body), algorithm, digest)


def _put_parts(
    bucket: Bucket, upload: Upload, params: Mapping[str, Any], first: bytearray
) -> StoredObject:
    check_divisible(params)
    conditions = {name: params[name] for name in PRECONDITIONS if name in params}
    not_enforced = _not_enforced(bucket, conditions, _COMPLETE_FACTS)
    job = Job(
        bucket=bucket,
        key=upload.key,
        params={name: value for name, value in params.items() if name not in conditions},
        complete_params=_complete_conditions(bucket, conditions),
        algorithm=params.get(ALGORITHM),
        progress=upload.progress,
    )
    # An object that is there already spares sending gigabytes for nothing.
    early = not_enforced | {"IfNoneMatch"}.intersection(conditions)
    try:
        _look(bucket, upload.key, conditions, early)
    except AccessDenied:
        # A key pair that may only write; then Complete decides.
        if not_enforced:
            raise
    with unfinished(job) as upload_id:
        sent = send_parts(job, upload_id, first, upload.source.readinto)
        upload.source.check_complete()
        # All the protection there is where Complete is not known to honour the condition.
        _look(bucket, upload.key, conditions, not_enforced)
        answer = complete(job, upload_id, sent)
    return _stored(bucket, upload, answer, sent.size, job.algorithm, sent.checksum, len(sent.parts))


def _not_enforced(
    bucket: Bucket, params: Mapping[str, Any], facts: Mapping[str, str]
) -> frozenset[str]:
    """Return the preconditions that the vendor is not known to enforce."""
    able = bucket.capabilities
    return frozenset(
        name for name in facts if name in params and getattr(able, facts[name]).value != "enforced"
    )


def _complete_conditions(bucket: Bucket, conditions: Mapping[str, str]) -> dict[str, str]:
    """Leave out a condition that the vendor answers with an error when an upload is completed."""
    able = bucket.capabilities
    return {
        name: value
        for name, value in conditions.items()
        if getattr(able, _COMPLETE_FACTS[name]).value != "refused"
    }


def _look(bucket: Bucket, key: str, params: Mapping[str, Any], conditions: frozenset[str]) -> None:
    """Raise `PreconditionFailed` unless the object, or its absence, is what `conditions` want."""
    if not conditions:
        return
    try:
        info = head(bucket, key)
    except NotFound:
        info = None
    if "IfNoneMatch" in conditions and info is not None:
        raise PreconditionFailed("there is an object under this key already")
    if "IfMatch" in conditions and (info is None or info.etag != unquoted(params["IfMatch"])):
        raise PreconditionFailed("the object there is not the version that was named")


def _stored(
    bucket: Bucket,
    upload: Upload,
    answer: Mapping[str, Any],
    size: int,
    algorithm: ChecksumAlgorithm | None,
    digest: str | None,
    parts: int = 0,
) -> StoredObject:
    if algorithm is not None:
        digest = answer.get(checksum_param(algorithm)) or digest
        verified = (bucket.capabilities.checksums.value or {}).get(algorithm) == "verified"
        if not verified and checksum_param(algorithm) not in answer:
            # A server that does not know the header says nothing of it, and verified nothing.
            algorithm = digest = None
    return StoredObject(
        key=upload.key,
        bucket=bucket.name,
        etag=unquoted(answer.get("ETag")),
        version=version_of(answer),
        size=size,
        checksum_algorithm=algorithm,
        checksum=digest,
        parts=parts,
        location=answer.get("Location"),
    )
