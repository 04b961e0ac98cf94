"""One operation on the wire, whoever carries it: attempts, doubt and proof stand here, once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
from attrs import define

from bucketry.cancelling import cancelled
from bucketry.errors import ClockSkew, StorageError, Unavailable
from bucketry_s3.protocol.answers import understood
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.errors import ARRIVED_CHANGED
from bucketry_s3.protocol.markup import read_time
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.proof import is_s3
from bucketry_s3.protocol.retrying import Attempts, asked_to_wait, retry
from bucketry_s3.protocol.wire import S3Answer, S3Request

Send = Callable[[S3Request, Deadline], S3Answer]
"""Sends one request and returns one answer, whatever it is."""

log = logging.getLogger("bucketry.s3")
"""Tells each failed attempt, at DEBUG: operation, host and reason, never a header or a URL."""

_SKEWED = 60.0
"""Seconds of difference between two clocks that are worth another attempt."""

_NO_YEAR = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
"""From here on no date can be signed; nobody's clock is there."""

_MOST_MISMATCHES = 3
"""Attempts whose bytes arrived changed; a line that changes more is broken."""


@define(eq=False)
class Server:
    """What the answers of one server have shown so far, kept for all operations on it.

    Attributes:
        seen: whether one was S3's, so that server and bucket are surely there.
        clock_offset: seconds that its clock is ahead of ours, where signatures were refused for it.
    """

    seen: bool = False
    clock_offset: float = 0.0


def exchange(
    send: Send,
    request: S3Request,
    params: Mapping[str, Any],
    deadline: Deadline,
    server: Server,
    attempts: Attempts,
) -> dict[str, Any]:
    """Send until S3 has answered, for good or for ill, or time is up.

    `params` are the native parameters that the request was made of: the answer has to be theirs.
    Every attempt has headers of its own, which layers may add to. Raises `StorageError`; it may
    have taken effect only where the operation has an effect. What can be mended is tried again: a
    signature refused because of the clocks, once, with the server's time where that was told; bytes
    that arrived changed, from the buffer.
    """
    effective = OPERATIONS[request.operation].effective
    mended: list[StorageError] = []

    def attempt() -> dict[str, Any]:
        if deadline.cancelled:
            raise cancelled()
        own = request.attempt(server.clock_offset)
        try:
            answer = send(own, deadline)
            if answer.status >= 400:
                attempts.wait = asked_to_wait(answer.headers)
                _learn_clock(answer, server)
            if request.method == "HEAD" and answer.status == 404 and not is_s3(answer.headers):
                raise _told_by_get(send, own, answer, deadline)
            parsed = understood(request, params, answer)
        except StorageError as error:
            # What a server says can be anything, so its code stands for it here.
            why = f"HTTP {error.status} {error.code or ''}" if error.status else error.reason
            log.debug(
                "%s at %s, attempt %d: %s", request.operation, request.host, attempts.number, why
            )
            if error.code == "NoSuchKey":
                server.seen = True  # who misses an object has its bucket
            if error.may_have_applied and not effective:
                raise error.evolve(may_have_applied=False) from error.__cause__
            raise
        server.seen = True
        return parsed

    def mend(error: StorageError) -> bool:
        # Where no other time was told, another machine may answer, one whose clock is right.
        skewed = isinstance(error, ClockSkew)
        changed = error.code in ARRIVED_CHANGED and bool(request.body)
        of_this_kind = sum(type(other) is type(error) for other in mended)
        most = 1 if skewed else _MOST_MISMATCHES if changed else 0
        if of_this_kind >= most:
            if skewed:
                server.clock_offset = 0.0  # it was no help, so nobody shall sign with it
            return False
        mended.append(error)
        return True

    return retry(attempt, deadline, attempts, worked=server.seen, mended=mend)


def _learn_clock(answer: S3Answer, server: Server) -> None:
    """Note by how much the server's clock differs, where it refuses and the difference matters."""
    if answer.status not in (400, 403) or "date" not in answer.headers:
        return
    told = read_time(answer.headers["date"])
    if told is not None:
        moment = told.timestamp()
        offset = moment - time.time()
        believed = abs(offset) > _SKEWED and 0 < moment < _NO_YEAR
        server.clock_offset = offset if believed else 0.0


def _told_by_get(
    send: Send, request: S3Request, answer: S3Answer, deadline: Deadline
) -> StorageError:
    """Return what a 404 to HEAD was about, which has no body to prove itself.

    It may be a proxy's that knows nothing of the object, so the same is asked in a way that gives
    a body.
    """
    answer.body.close(reuse=False)
    asked = attrs.evolve(
        request, operation="GetObject", method="GET",
        headers={**request.headers, "Range": "bytes=0-0"},
    )  # fmt: skip
    if request.operation != "HeadObject":
        return Unavailable("the answer 404 is not S3's", status=404)
    second = send(asked, deadline)
    try:
        understood(asked, {}, second)["Body"].close(reuse=False)
    except StorageError as error:
        return error
    return Unavailable("HEAD is answered 404 by somebody else than S3, which has the object")
