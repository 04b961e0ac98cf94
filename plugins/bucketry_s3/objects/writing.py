"""Storing objects: in one request, or in parts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bucketry import (
    AccessDenied,
    IntegrityError,
    PreconditionFailed,
    StorageError,
    StoredObject,
    Unsupported,
    Upload,
)
from bucketry.limits import cite
from bucketry.model import ChecksumAlgorithm
from bucketry.source import Source
from bucketry_s3.objects.apart import check_kept_in_parts, set_lost, without_lost
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.budget import room
from bucketry_s3.objects.conditions import (
    COMPLETE_FACTS,
    PUT_FACTS,
    already_there,
    check_honoured,
    look,
    not_enforced,
)
from bucketry_s3.objects.confirming import (
    Write,
    check_encryption_named,
    confirm,
    confirm_encrypted,
    with_write_id,
)
from bucketry_s3.objects.multipart import Job, complete, part_size_for, unfinished
from bucketry_s3.objects.native import (
    ALGORITHM,
    PRECONDITIONS,
    check_divisible,
    check_native,
)
from bucketry_s3.objects.reading import version_of
from bucketry_s3.objects.sending import send_parts
from bucketry_s3.protocol.checksums import checksum, checksum_param, default_algorithm
from bucketry_s3.protocol.fixed import UPLOADS
from bucketry_s3.protocol.markup import unquoted
from bucketry_s3.protocol.params import PARAMS
from bucketry_s3.protocol.retrying import Attempts
from bucketry_s3.protocol.wire import Payload

_PIECE = 256 * 1024

_DIGESTS = frozenset(name for name in PARAMS["PutObject"] if name.startswith("Checksum"))


def store(bucket: Bucket, upload: Upload, params: Mapping[str, Any]) -> StoredObject:
    """Store the upload in one request, or in parts if it is larger than one part."""
    check_native(params, *UPLOADS)
    check_honoured(bucket, params, PUT_FACTS)
    source, wanted = upload.source, bucket.options.multipart.part_size
    source.check_untouched()
    part_size = part_size_for(bucket.capabilities, source.size, wanted)
    whole = _only_whole(bucket, params)
    if whole:
        part_size = max(part_size, wanted * (bucket.options.multipart.concurrency + 1))
    if source.size is not None and source.size > part_size:
        _check_parts_are_possible(bucket, params, whole)
    marked = with_write_id(bucket, params)
    with already_there(params):
        first = _first(source, part_size)
        is_all = len(first) < part_size or source.exhausted()
        bucket.limit.restart()  # the source's time is its own
        if is_all:
            source.check_complete()
            return _put(bucket, upload, marked, first)
        _check_parts_are_possible(bucket, params, whole)
        return _put_parts(bucket, upload, marked, memoryview(first))


def _first(source: Source, part_size: int) -> bytearray | memoryview:
    """Return the first bytes, up to a part of them.

    Where the length is not known, most uploads are far from a part, and memory is taken as they
    come. What goes on gets that of a part: to grow further would copy it over and over, and leave
    holes behind.
    """
    if source.size is not None:
        buffer: bytearray | memoryview = (
            room(part_size) if source.size >= part_size else bytearray(source.size)
        )
        filled = source.readinto(buffer)
        return buffer if filled == len(buffer) else memoryview(buffer)[:filled]
    first, wanted = bytearray(), min(_PIECE, part_size)
    while len(first) < part_size // 8:
        piece = source.read(wanted)
        first += piece
        if len(piece) < wanted:
            return first
    part, filled = room(part_size), len(first)
    part[:filled] = first
    del first
    return part[: filled + source.readinto(part[filled:])]


def _only_whole(bucket: Bucket, params: Mapping[str, Any]) -> frozenset[str]:
    """Return the preconditions that a single request enforces and one in parts may not.

    In parts, two writers could both win. One request then takes as much as parts would hold in
    memory at the same time.
    """
    in_parts = not_enforced(bucket, params, COMPLETE_FACTS)
    return in_parts - not_enforced(bucket, params, PUT_FACTS)


def _check_parts_are_possible(
    bucket: Bucket, params: Mapping[str, Any], whole: frozenset[str]
) -> None:
    """Refuse what is larger than one request where it cannot go in parts."""
    for name in whole:
        fact = getattr(bucket.capabilities, COMPLETE_FACTS[name])
        raise Unsupported(
            f"the upload is too large for one request, and in parts its precondition is not known "
            f"to hold at this vendor {cite(fact)}",
            hint="Raise multipart.part_size (an upload may then be as large as concurrency + 1 "
            "parts), or leave prevent_overwrite or if_match out.",
        )
    fact = bucket.capabilities.multipart
    if fact.value == "no":
        raise Unsupported(
            f"the upload is larger than one part, and this vendor takes no uploads in parts "
            f"{cite(fact)}",
            hint="Set multipart.part_size to the size of the largest upload; up to it an upload "
            "goes in one request, and is held in memory.",
        )
    check_kept_in_parts(bucket, params)


def _algorithm(
    bucket: Bucket, params: Mapping[str, Any], *, in_parts: bool
) -> ChecksumAlgorithm | None:
    """Return the digest that goes along: the one chosen, else the vendor's, if none is there."""
    if not _DIGESTS.isdisjoint(params):
        chosen: ChecksumAlgorithm | None = params.get(ALGORITHM)
        return chosen
    return default_algorithm(bucket.capabilities, in_parts=in_parts)


def _put(bucket: Bucket, upload: Upload, params: Mapping[str, Any], body: Payload) -> StoredObject:
    native = dict(params)
    algorithm = _algorithm(bucket, params, in_parts=False)
    for name in (ALGORITHM, "ChecksumType"):  # of parts; one request has the whole's
        native.pop(name, None)
    digest = checksum(algorithm, body) if algorithm else None
    if algorithm:
        native[checksum_param(algorithm)] = digest
    look(bucket, upload.key, params, not_enforced(bucket, params, PUT_FACTS))
    attempts = Attempts()
    try:
        answer = bucket.send(
            "PutObject",
            {**native, "Key": upload.key, "Body": body},
            size=len(body),
            attempts=attempts,
        )
    except StorageError as error:
        if not error.may_have_applied and not isinstance(error, PreconditionFailed):
            raise
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        write = Write(key=upload.key, params=native, size=len(body), etag=etag)
        answer = confirm(bucket, write, error, attempts)
    confirm_encrypted(bucket, upload.key, params, answer)
    if upload.progress is not None:
        upload.progress(len(body))
    signed = bucket.signs_body("PutObject", native)
    return _stored(bucket, upload, answer, len(body), algorithm, digest, signed=signed)


def _put_parts(
    bucket: Bucket, upload: Upload, params: Mapping[str, Any], first: memoryview
) -> StoredObject:
    check_divisible(params)
    algorithm = _algorithm(bucket, params, in_parts=True)
    conditions = {name: params[name] for name in PRECONDITIONS if name in params}
    doubtful = not_enforced(bucket, conditions, COMPLETE_FACTS)
    job = Job(
        bucket=bucket,
        key=upload.key,
        params={
            **without_lost(bucket, {n: v for n, v in params.items() if n not in conditions}),
            **({ALGORITHM: algorithm} if algorithm else {}),
        },
        complete_params=_complete_conditions(bucket, conditions),
        algorithm=algorithm,
        progress=upload.progress,
    )
    # An object that is there already spares sending gigabytes for nothing.
    early = doubtful | {"IfNoneMatch"}.intersection(conditions)
    try:
        look(bucket, upload.key, params, early)
    except AccessDenied:
        # A key pair that may only write; then Complete decides.
        if doubtful:
            raise
    with unfinished(job) as upload_id:
        try:
            sent = send_parts(job, upload_id, first, upload.source.readinto)
        finally:
            bucket.limit.restart()  # parts, too, have times of their own
        upload.source.check_complete()
        # All the protection there is where Complete is not known to honour the condition.
        look(bucket, upload.key, params, doubtful)
        check_encryption_named(bucket, params, job.answers)
        answer = complete(job, upload_id, sent)
        confirm_encrypted(bucket, upload.key, params, *job.answers, answer)
    set_lost(bucket, upload.key, params, answer)
    return _stored(
        bucket,
        upload,
        answer,
        sent.size,
        algorithm,
        sent.checksum,
        len(sent.parts),
        signed=job.signs_parts,
    )


def _complete_conditions(bucket: Bucket, conditions: Mapping[str, str]) -> dict[str, str]:
    """Leave out a condition that the vendor answers with an error when an upload is completed."""
    able = bucket.capabilities
    return {
        name: value
        for name, value in conditions.items()
        if getattr(able, COMPLETE_FACTS[name]).value != "refused"
    }


def _stored(
    bucket: Bucket,
    upload: Upload,
    answer: Mapping[str, Any],
    size: int,
    algorithm: ChecksumAlgorithm | None,
    digest: str | None,
    parts: int = 0,
    *,
    signed: bool,
) -> StoredObject:
    told = answer.get(checksum_param(algorithm)) if algorithm else None
    same = told is not None and told.partition("-")[0] == str(digest).partition("-")[0]
    # A digest of parts ("...-3") and one of the whole say nothing of each other, and some servers
    # leave out how many parts there are.
    if told and not same and ("-" in told) == ("-" in str(digest)):
        raise IntegrityError(
            f"the server tells another {algorithm} of what it has stored than that of what was "
            "sent",
            may_have_applied=True,
        )
    known = bucket.capabilities.checksums.value or {}
    if algorithm and not told and known.get(algorithm) != "verified":
        # A server that does not know the header says nothing of it, and verified nothing.
        algorithm = digest = None
    return StoredObject(
        key=upload.key,
        bucket=bucket.name,
        etag=unquoted(answer.get("ETag")),
        version=version_of(answer),
        size=size,
        checksum_algorithm=algorithm,
        checksum=told or digest,
        verified=algorithm if same else "SHA256" if signed else None,
        parts=parts,
        location=answer.get("Location"),
    )
