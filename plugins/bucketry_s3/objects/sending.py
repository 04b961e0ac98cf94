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
    checksum,
    checksum_of_parts,
    checksum_param,
)
from bucketry_s3.protocol.deadline import Deadline

Part = bytearray | memoryview


def send_parts(job: Job, upload_id: str, first: bytearray, read: Callable[[Part], int]) -> Sent:
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

    def send(number: int, body: Part) -> dict[str, Any]:
        deadline = bucket.deadline(len(body))
        deadlines.append(deadline)
        try:
            return _send_part(job, upload_id, number, body, deadline)
        except BaseException as error:
            failures.append(error)
            stop()
            raise

    def started(permit: Permit, number: int, body: Part) -> bool:
        """Send in a thread; False where none can be had: the interpreter is going down."""
        future: Future[dict[str, Any]] = Future()
        context = copy_context()  # the thread belongs to the operation: cancelled, watched with it

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                try:
                    part = context.run(send, number, body)
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

    def hand_over(number: int, body: Part) -> Part:
        """Have a part sent, and return the buffer for the next one."""
        while (more := bucket.parts.another(part_size)) is None and waiting:
            collect()
        if more is not None and started(more[0], number, body):
            return more[1]
        while waiting:
            collect()
        arrived(send(number, body), len(body))
        return body

    part_size = len(first)
    buffer: Part = first
    with bucket.parts.upload(), under_way(stop):
        try:
            for number in count(1):
                if number > most_parts:
                    raise InvalidSource(
                        f"the stream is longer than {most_parts} parts of {part_size:,} "
                        "bytes, this vendor's limit; raise multipart.part_size"
                    )
                size += len(buffer)
                if whole is not None:
                    whole.update(buffer)
                buffer = hand_over(number, buffer)
                filled = read(buffer)
                if not filled:
                    break
                if filled < len(buffer):
                    # Not cut off: whoever still looks into it, an error's frames, would forbid it.
                    buffer = memoryview(buffer)[:filled]
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
    job: Job, upload_id: str, number: int, body: Part, deadline: Deadline
) -> dict[str, Any]:
    digest: dict[str, Any] = {}
    if job.algorithm is not None:
        digest[checksum_param(job.algorithm)] = checksum(job.algorithm, body)
    answer = job.bucket.send(
        "UploadPart",
        {
            "Key": job.key,
            "UploadId": upload_id,
            "PartNumber": number,
            "Body": body,
            **digest,
            **for_looking(job.params),
        },
        deadline=deadline,
    )
    job.answers.append({"ServerSideEncryption": answer.get("ServerSideEncryption")})
    return {"PartNumber": number, "ETag": answer["ETag"], **digest}
