"""What every S3 operation works on: one bucket behind one transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import Capabilities
from bucketry.limits import Limits
from bucketry_s3.options import S3Options
from bucketry_s3.protocol.deadline import AFTERWARDS, Deadline
from bucketry_s3.transport import Transport


class Bucket:
    """One bucket: how to reach it, what was configured for it, what its vendor can and cannot do.

    `seen` tells whether any request has succeeded yet, so that the bucket surely exists.
    """

    def __init__(
        self,
        transport: Transport,
        options: S3Options,
        capabilities: Capabilities,
        limits: Limits,
    ) -> None:
        self.transport = transport
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
        """Send one operation on this bucket and return the answer.

        It moves `size` bytes and has the time for them, unless it is given a `deadline`.
        """
        answer = self.transport.send(
            operation, {"Bucket": self.name, **params}, deadline or self.deadline(size)
        )
        self.seen = True
        return answer
