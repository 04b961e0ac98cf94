"""Sending the parts of an upload, several at once where there is room for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from itertools import count
from typing import Any

from bucketry import InvalidSource
from bucketry_s3.objects.budget import Permit
from bucketry_s3.objects.multipart import MAX_PARTS, Job, Sent
from bucketry_s3.objects.native import for_looking
from bucketry_s3.objects.under_way import under_way
from bucketry_s3.protocol.checksums import (
    RunningChecksum,
    checksum_of_parts,
    checksum_param,
)
from bucketry_s3.protocol.deadline import Deadline

_AT_ONCE = 256 * 1024
"""Bytes that are read and digested in turns: they stay in the processor's cache in between, where a
SHA-256 takes two thirds of what it takes from memory."""


class _Digests:
    """What is told of one part, computed while it is read.

    That is the digest that goes along, and the SHA-256 that a signature of all its bytes needs.
    """

    def __init__(self, job: Job, whole: RunningChecksum | None) -> None:
        self._own = RunningChecksum(job.algorithm) if job.algorithm else None
        self._sha256: RunningChecksum | None = None
        if job.signs_parts:
            same = job.algorithm == "SHA256"
            self._sha256 = self._own if same else RunningChecksum("SHA256")
        self._running = {one for one in (whole, self._own, self._sha256) if one}

    def fill(self, buffer: memoryview, read: Callable[[memoryview], int]) -> int:
        """Have `read` fill a buffer; return the number of bytes, less than all at the end."""
        filled = 0
        while filled < len(buffer):
            piece = buffer[filled : filled + _AT_ONCE]
            count = read(piece)
            for digest in self._running:
                digest.update(piece[:count])
            filled += count
            if count < len(piece):
                break
        return filled

    @property
    def params(self) -> dict[str, str]:
        """The native parameters that tell the part's digest."""
        return {checksum_param(self._own.algorithm): self._own.value()} if self._own else {}

    @property
    def sha256(self) -> str:
        """The SHA-256 in hex; "" where the signature does not cover the bytes."""
        return self._sha256.hex() if self._sha256 else ""


def send_parts(
    job: Job, upload_id: str, first: memoryview, read: Callable[[memoryview], int]
) -> Sent:
    """Upload `first`, a full part, and all that `read` fills buffers with.

    While the provider's budget has room, parts are sent by threads and the next one is read
    meanwhile; else the caller's own thread sends. Progress is told from that one alone.
    """
    bucket = job.bucket
    most_parts = bucket.capabilities.parts_max.value or MAX_PARTS
    whole = RunningChecksum(job.algorithm) if job.algorithm and job.whole_digest else None
    parts: list[dict[str, Any]] = []
    size = 0
    waiting: deque[tuple[Future[dict[str, Any]], threading.Thread, int]] = deque()
    deadlines: list[Deadline] = []
    failures: list[BaseException] = []

    def stop() -> None:
        for deadline in deadlines:
            deadline.end()

    def send(number: int, body: memoryview, digests: _Digests) -> dict[str, Any]:
        deadline = bucket.deadline(len(body))
        deadlines.append(deadline)
        try:
            return _send_part(job, upload_id, number, body, digests, deadline)
        except BaseException as error:
            failures.append(error)
            stop()
            raise

    def started(permit: Permit, number: int, body: memoryview, digests: _Digests) -> bool:
        """Send in a thread; False where none can be had: the interpreter is going down."""
        future: Future[dict[str, Any]] = Future()
        context = copy_context()  # the thread belongs to the operation: cancelled, watched with it

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                try:
                    part = context.run(send, number, body, digests)
                finally:
                    bucket.parts.give_back(permit, body)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(part)

        thread = threading.Thread(target=run, name="bucketry-part")
        waiting.append((future, thread, len(body)))  # first: an interrupt may come as it starts
        try:
            thread.start()
        except RuntimeError:
            waiting.pop()
            return False
        return True

    def arrived(part: dict[str, Any], size: int) -> None:
        parts.append(part)
        if job.progress is not None:
            job.progress(size)

    def collect() -> None:
        future, thread, size = waiting[0]
        future.exception()  # waits; a part behind this one may have failed first
        thread.join()
        waiting.popleft()
        if failures:
            raise failures[0]
        arrived(future.result(), size)

    def hand_over(number: int, body: memoryview, digests: _Digests) -> memoryview:
        """Have a part sent, and return the buffer for the next one."""
        while (more := bucket.parts.another(part_size)) is None and waiting:
            collect()
        if more is not None and started(more[0], number, body, digests):
            return more[1]
        while waiting:
            collect()
        arrived(send(number, body, digests), len(body))
        return body

    part_size = len(first)
    buffer = first
    digests = _Digests(job, whole)
    digests.fill(first, len)  # it was read before anybody knew that there would be parts
    with bucket.parts.upload(), under_way(stop):
        try:
            for number in count(1):
                if number > most_parts:
                    raise InvalidSource(
                        f"the stream is longer than {most_parts} parts of {part_size:,} "
                        "bytes, this vendor's limit; raise multipart.part_size"
                    )
                size += len(buffer)
                buffer = hand_over(number, buffer, digests)
                digests = _Digests(job, whole)
                filled = digests.fill(buffer, read)
                if not filled:
                    break
                buffer = buffer[:filled]
            while waiting:
                collect()
        except BaseException:
            stop()  # nothing is tried again for an upload that has failed
            raise
        finally:
            # Parts on their way must land before the abort, or they would be left behind.
            for future, thread, _ in waiting:
                if not future.cancel():
                    future.exception()
                    thread.join()
    digest = whole.value() if whole is not None else None
    if digest is None and job.algorithm is not None:
        name = checksum_param(job.algorithm)
        digest = checksum_of_parts(job.algorithm, [part[name] for part in parts])
    return Sent(parts=parts, size=size, checksum=digest)


def _send_part(
    job: Job, upload_id: str, number: int, body: memoryview, digests: _Digests, deadline: Deadline
) -> dict[str, Any]:
    told = digests.params
    answer = job.bucket.send(
        "UploadPart",
        {
            "Key": job.key,
            "UploadId": upload_id,
            "PartNumber": number,
            "Body": body,
            **told,
            **for_looking(job.params),
        },
        deadline=deadline,
        body_sha256=digests.sha256,
    )
    job.answers.append({"ServerSideEncryption": answer.get("ServerSideEncryption")})
    return {"PartNumber": number, "ETag": answer["ETag"], **told}
