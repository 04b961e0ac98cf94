"""Large and endless uploads, and large copies: bounded memory, equal parts, nothing left behind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen

from bucketry import Capabilities, InvalidSource, StorageError
from bucketry.model import ChecksumAlgorithm, Progress
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.confirming import Write, confirm, with_etag
from bucketry_s3.objects.native import for_looking, for_removing
from bucketry_s3.objects.under_way import under_way
from bucketry_s3.options import MIB
from bucketry_s3.protocol.checksums import (
    FULL_OBJECT,
    checksum_param,
)
from bucketry_s3.protocol.retrying import Attempts

MAX_PARTS = 10_000
"""Parts of one upload where the vendor's page says nothing else (Amazon S3 User Guide)."""

_COMPLETE_PART = 64 * 1024
"""Completing moves no bytes, but servers look at each part: it counts as so many."""

_MD5_ETAG = re.compile(r'"?([0-9a-f]{32})"?', re.IGNORECASE)


@frozen(kw_only=True, eq=False)
class Job:
    """What an upload in parts needs to know.

    Attributes:
        params: native parameters of its creation.
        complete_params: preconditions that belong to its completion.
        answers: what has been answered so far, as far as it tells of encryption.
    """

    bucket: Bucket = field(repr=False)
    key: str
    params: Mapping[str, Any] = field(repr=False)
    complete_params: Mapping[str, Any] = field(factory=dict)
    algorithm: ChecksumAlgorithm | None = None
    progress: Progress | None = None
    answers: list[Mapping[str, Any]] = field(factory=list, repr=False)

    @property
    def whole_digest(self) -> bool:
        """Whether the object's digest is that of its bytes, not of its parts' digests."""
        return self.algorithm in FULL_OBJECT or self.params.get("ChecksumType") == "FULL_OBJECT"

    @property
    def signs_parts(self) -> bool:
        """Whether the signature of a part covers its bytes."""
        told = {checksum_param(self.algorithm): ""} if self.algorithm else {}
        return self.bucket.signs_body("UploadPart", told)


@frozen(kw_only=True, eq=False)
class Sent:
    """The parts that are there: their list for Complete, their bytes in all.

    `checksum` is the object's, of the whole or of its parts as the algorithm has it.
    """

    parts: list[dict[str, Any]]
    size: int
    checksum: str | None = None


def part_size_for(able: Capabilities, size: int | None, wanted: int) -> int:
    """Return the part size for `size` bytes: `wanted`, or the whole MiB that make them fit.

    Never more than a single request may carry, as a part or as an object. Raises `InvalidSource`
    if the vendor takes no object of that size.
    """
    most_parts = able.parts_max.value or MAX_PARTS
    wanted = min(wanted, able.put_size_max.value or wanted)
    if size is None or size <= wanted * most_parts:
        return wanted
    grown = -(-size // (most_parts * MIB)) * MIB
    limit = able.part_size_max.value
    if limit is not None and grown > limit:
        raise InvalidSource(
            f"{size:,} bytes are more than this vendor takes: {most_parts:,} parts of {limit:,} "
            "bytes each"
        )
    return grown


@contextmanager
def unfinished(job: Job) -> Iterator[str]:
    """Begin an upload and give its id; if what follows fails, remove its parts.

    They are removed whatever the failure is, Complete's own included, unless the configuration
    wants them left. A creation is repeated when its answer is lost: the upload that the lost one
    began has no parts, and `sweep` removes it.
    """
    bucket, place = job.bucket, {"Key": job.key}
    created = bucket.send("CreateMultipartUpload", {**place, **job.params})
    job.answers.append(created)
    upload_id = str(created["UploadId"])
    with under_way(bucket.limit.end):
        try:
            yield upload_id
        except BaseException as error:
            if bucket.options.multipart.leave_parts_on_error:
                error.add_note(f"The parts of upload id {upload_id} were left, as configured.")
            else:
                _abort(job, upload_id, error)
            raise


def complete(job: Job, upload_id: str, sent: Sent) -> dict[str, Any]:
    """Make the object of its parts and return the answer, or what proves that it is there."""
    params: dict[str, Any] = dict(job.complete_params)
    if job.bucket.capabilities.complete_size.value == "enforced":
        params["MpuObjectSize"] = sent.size
    if job.algorithm is not None and job.whole_digest:
        params |= {checksum_param(job.algorithm): sent.checksum, "ChecksumType": "FULL_OBJECT"}
    write = Write(
        key=job.key,
        params={**job.params, **job.complete_params},
        size=sent.size,
        etag=_multipart_etag(sent.parts),
    )
    attempts = Attempts()
    try:
        answer = job.bucket.send(
            "CompleteMultipartUpload",
            {
                "Key": job.key,
                "UploadId": upload_id,
                "MultipartUpload": {"Parts": sent.parts},
                **params,
                **for_looking(job.params),
            },
            size=len(sent.parts) * _COMPLETE_PART,
            attempts=attempts,
        )
    except StorageError as error:
        if error.code == "NoSuchUpload":
            # MinIO and Ceph say so of an upload that is complete already.
            error = error.evolve(may_have_applied=True)
        return confirm(job.bucket, write, error, attempts)
    return with_etag(job.bucket, write, answer)


def _multipart_etag(parts: list[dict[str, Any]]) -> str | None:
    """Return the MD5 of the parts' MD5s, S3's ETag; None where the parts' own are none."""
    digests = [_MD5_ETAG.fullmatch(part["ETag"]) for part in parts]
    joined = b"".join(bytes.fromhex(digest[1]) for digest in digests if digest)
    if len(joined) != 16 * len(parts):
        return None
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(parts)}"


def _abort(job: Job, upload_id: str, error: BaseException) -> None:
    """Remove the parts; if even that fails, the error on its way out says what was left."""
    try:
        job.bucket.send(
            "AbortMultipartUpload",
            {"Key": job.key, "UploadId": upload_id, **for_removing(job.params)},
            deadline=job.bucket.limit.afterwards(),
        )
    except StorageError as abort_error:
        if abort_error.code != "NoSuchUpload":
            error.add_note(
                f"The parts of upload id {upload_id} were left behind, because removing them "
                f"failed too ({abort_error.reason}); `sweep` removes them later."
            )
