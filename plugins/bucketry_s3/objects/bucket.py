"""What every S3 operation works on: one bucket behind whatever carries its requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import Capabilities
from bucketry.limits import Limits
from bucketry_s3.options import S3Options
from bucketry_s3.protocol.deadline import AFTERWARDS, Deadline
from bucketry_s3.protocol.exchange import Send, exchange
from bucketry_s3.protocol.requests import Place, request_for


class Bucket:
    """One bucket: how to reach it, what was configured for it, what its vendor can and cannot do.

    `carry` sends one request and gives one answer. `seen` tells whether any request has succeeded
    yet, so that the bucket surely exists.
    """

    def __init__(
        self,
        carry: Send,
        place: Place,
        options: S3Options,
        capabilities: Capabilities,
        limits: Limits,
    ) -> None:
        self._carry = carry
        self._place = place
        self.options = options
        self.capabilities = capabilities
        self.limits = limits
        self.name = options.bucket
        self.seen = False

    def deadline(self, size: int = 0) -> Deadline:
        """Return the time limit of one request that moves `size` bytes."""
        return Deadline(self.options.deadline, size)

    def afterwards(self) -> Deadline:
        """Return the time limit of what follows a failure."""
        return Deadline(min(AFTERWARDS, self.options.deadline))

    def send(
        self,
        operation: str,
        params: Mapping[str, Any],
        *,
        size: int = 0,
        deadline: Deadline | None = None,
    ) -> dict[str, Any]:
        """Send one operation on this bucket and return the answer, spelled as boto3 does.

        It moves `size` bytes and has the time for them, unless it is given a `deadline`. Raises
        `InvalidInput` for parameters that the operation does not take.
        """
        request = request_for(self._place, operation, {"Bucket": self.name, **params})
        answer = exchange(self._carry, request, deadline or self.deadline(size))
        self.seen = True
        return answer
