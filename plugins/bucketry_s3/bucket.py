"""What every S3 operation works on: one bucket behind one transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import Capabilities
from bucketry_s3.deadline import Deadline
from bucketry_s3.options import S3Options
from bucketry_s3.schema import Limits
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
        """Return the time limit of one operation that moves `size` bytes."""
        return Deadline(self.options.deadline, size)

    def send(
        self, operation: str, params: Mapping[str, Any], *, size: int = 0
    ) -> tuple[dict[str, Any], int]:
        """Send one operation on this bucket; return the answer and the number of attempts."""
        answer = self.transport.send(
            operation, {"Bucket": self.name, **params}, self.deadline(size)
        )
        self.seen = True
        return answer
