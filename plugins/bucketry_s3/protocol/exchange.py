"""One operation on the wire, whoever carries it: attempts, doubt and proof stand here, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from bucketry.errors import StorageError
from bucketry_s3.protocol.answers import understood
from bucketry_s3.protocol.deadline import Deadline, retry
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.wire import S3Answer, S3Request

Send = Callable[[S3Request, Deadline], S3Answer]
"""Sends one request and returns one answer, whatever it is."""


def exchange(send: Send, request: S3Request, deadline: Deadline) -> dict[str, Any]:
    """Send until S3 has answered, for good or for ill, or time is up.

    Every attempt has headers of its own, which layers may add to. Raises `StorageError`; it may
    have taken effect only where the operation has an effect.
    """
    effective = OPERATIONS[request.operation].effective

    def attempt() -> dict[str, Any]:
        own = attrs.evolve(request, headers=dict(request.headers))
        try:
            answer = send(own, deadline)
        except StorageError as error:
            if error.may_have_applied and not effective:
                raise error.evolve(may_have_applied=False) from error.__cause__
            raise
        return understood(request.operation, answer)

    return retry(attempt, deadline)
