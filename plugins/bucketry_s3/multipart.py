"""Large and endless uploads: bounded memory, equal parts, nothing left behind."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any

from attrs import field, frozen

from bucketry import InvalidSource, StorageError, Unavailable
from bucketry.model import ChecksumAlgorithm, Progress
from bucketry_s3.checksums import FULL_OBJECT, RunningCrc, checksum, checksum_param
from bucketry_s3.deadline import Deadline
from bucketry_s3.options import MIB
from bucketry_s3.transport import Transport

_MD5_ETAG = re.compile(r'"?([0-9a-f]{32})"?')


@frozen(kw_only=True)
class Job:
    """What a multipart upload needs to know.

    Attributes:
        place: bucket and key.
        params: native parameters of its creation.
        complete_params: preconditions that belong to its completion.
        parts_max: parts that the vendor allows.
        deadline: makes the time limit of a request with a body of so many bytes.
    """

    transport: Transport = field(repr=False)
    place: Mapping[str, str]
    params: Mapping[str, Any]
    complete_params: Mapping[str, Any]
    parts_max: int
    concurrency: int
    leave_parts_on_error: bool
    algorithm: ChecksumAlgorithm | None
    progress: Progress | None
    deadline: Callable[[int], Deadline]


@frozen(kw_only=True)
class Completed:
    """The answer to the completed upload, with what it takes to check it.

    `expected_etag` is the MD5 of the parts' MD5s, S3's usual ETag of a multipart object, or None
    where the parts' own ETags are no MD5s. `checksum` is the whole object's, for the algorithms
    that have one.
    """

    answer: Mapping[str, Any]
    parts: int
    size: int
    checksum: str | None
    expected_etag: str | None


def part_size_for(size: int | None, wanted: int, parts_max: int) -> int:
    """Return a part size of whole MiB with which `size` bytes fit into `parts_max` parts."""
    if size is None or size <= wanted * parts_max:
        return wanted
    return -(-size // (parts_max * MIB)) * MIB


def upload_parts(
    job: Job,
    first: bytearray,
    read: Callable[[bytearray], int],
    before_complete: Callable[[], None],
    settle: Callable[[Completed, StorageError], Mapping[str, Any]],
) -> Completed:
    """Upload `first`, a full part, and all that `read` fills buffers with; complete the object.

    At most `concurrency` parts are on their way while one more is read, in as many buffers, which
    are used again and again. `before_complete` may still refuse. `settle` is asked when the
    completion failed in a way that may have been a success: it returns the answer that stands in
    for the lost one, or raises.

    Whatever happens, Complete's own failure included, the parts are removed again, unless the
    configuration wants them left.
    """
    created, _ = job.transport.send(
        "CreateMultipartUpload", {**job.place, **job.params}, job.deadline(0)
    )
    upload_id = created["UploadId"]
    try:
        sent = _send_parts(job, upload_id, first, read)
        before_complete()
        return _complete(job, upload_id, sent, settle)
    except BaseException as error:
        if not job.leave_parts_on_error:
            _abort(job, upload_id, error)
        raise


@frozen(kw_only=True)
class _Sent:
    parts: list[dict[str, Any]]
    size: int
    checksum: str | None


def _send_parts(
    job: Job, upload_id: str, first: bytearray, read: Callable[[bytearray], int]
) -> _Sent:
    whole = RunningCrc(job.algorithm) if job.algorithm in FULL_OBJECT else None
    parts: list[dict[str, Any]] = []
    size = 0
    waiting: deque[tuple[Future[dict[str, Any]], bytearray]] = deque()
    buffer = first
    with ThreadPoolExecutor(job.concurrency, thread_name_prefix="bucketry-part") as pool:
        try:
            for number in count(1):
                if number > job.parts_max:
                    raise InvalidSource(
                        f"the stream is longer than {job.parts_max} parts of {len(first):,} "
                        "bytes, this vendor's limit; raise multipart.part_size"
                    )
                size += len(buffer)
                if whole is not None:
                    whole.update(buffer)
                waiting.append((pool.submit(_send_part, job, upload_id, number, buffer), buffer))
                if len(waiting) > job.concurrency:
                    future, buffer = waiting.popleft()
                    parts.append(future.result())
                else:
                    buffer = bytearray(len(first))
                filled = read(buffer)
                if not filled:
                    break
                del buffer[filled:]
            parts += [future.result() for future, _ in waiting]
        except BaseException:
            # Parts on their way must land before the abort, or they would be left behind.
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return _Sent(parts=parts, size=size, checksum=whole.value() if whole else None)


def _send_part(job: Job, upload_id: str, number: int, body: bytearray) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if job.algorithm is not None:
        params[checksum_param(job.algorithm)] = checksum(job.algorithm, body)
    answer, _ = job.transport.send(
        "UploadPart",
        {**job.place, "UploadId": upload_id, "PartNumber": number, "Body": body, **params},
        job.deadline(len(body)),
    )
    if job.progress is not None:
        job.progress(len(body))
    return {"PartNumber": number, "ETag": answer["ETag"], **params}


def _complete(
    job: Job,
    upload_id: str,
    sent: _Sent,
    settle: Callable[[Completed, StorageError], Mapping[str, Any]],
) -> Completed:
    params: dict[str, Any] = dict(job.complete_params)
    if job.algorithm is not None and sent.checksum is not None:
        params |= {checksum_param(job.algorithm): sent.checksum, "ChecksumType": "FULL_OBJECT"}
    completed = Completed(
        answer={},
        parts=len(sent.parts),
        size=sent.size,
        checksum=sent.checksum,
        expected_etag=_multipart_etag(sent.parts),
    )
    try:
        answer, _ = job.transport.send(
            "CompleteMultipartUpload",
            {
                **job.place,
                "UploadId": upload_id,
                "MultipartUpload": {"Parts": sent.parts},
                **params,
            },
            job.deadline(sent.size),
        )
    except StorageError as error:
        answer = dict(settle(completed, error))
    if not answer.get("ETag"):
        # A proxy's empty 200 looks like this, and so does Ceph's real answer.
        answer = dict(settle(completed, Unavailable("the answer has no ETag")))
    return Completed(
        answer=answer,
        parts=completed.parts,
        size=completed.size,
        checksum=completed.checksum,
        expected_etag=completed.expected_etag,
    )


def _multipart_etag(parts: list[dict[str, Any]]) -> str | None:
    digests = [_MD5_ETAG.fullmatch(part["ETag"]) for part in parts]
    joined = b"".join(bytes.fromhex(digest[1]) for digest in digests if digest)
    if len(joined) != 16 * len(parts):
        return None
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(parts)}"


def _abort(job: Job, upload_id: str, error: BaseException) -> None:
    """Remove the parts; if even that fails, the error on its way out says what was left."""
    try:
        job.transport.send(
            "AbortMultipartUpload", {**job.place, "UploadId": upload_id}, job.deadline(0)
        )
    except StorageError as abort_error:
        if abort_error.code != "NoSuchUpload":
            error.add_note(
                f"The parts of upload id {upload_id} were left behind, because removing them "
                f"failed too ({abort_error.reason}); `sweep` removes them later."
            )
