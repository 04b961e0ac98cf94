"""What every S3 operation works on: one bucket behind whatever carries its requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import Capabilities
from bucketry.cancelling import Cancellation
from bucketry.noting import Notes, notes
from bucketry_s3.objects.budget import PartBudget
from bucketry_s3.options import S3Options
from bucketry_s3.protocol.checksums import covers_body
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.exchange import Send, Server, exchange
from bucketry_s3.protocol.requests import Place, request_for
from bucketry_s3.protocol.retrying import Attempts
from bucketry_s3.protocol.wire import S3Answer, S3Request

_BODIES = frozenset({"PutObject", "UploadPart"})


class Bucket:
    """One bucket: how to reach it, what was configured for it, what its vendor can and cannot do.

    `carry` sends one request and gives one answer, `parts` says how much all uploads together may
    have on their way. Each operation works on a view of its own, which `begin` gives: its `limit`
    is the time for all requests of the operation. `closing` ends all of them.
    """

    def __init__(
        self,
        carry: Send,
        place: Place,
        options: S3Options,
        capabilities: Capabilities,
        parts: PartBudget,
    ) -> None:
        self._carry = carry
        self._place = place
        self._server = Server()
        self.closing = Cancellation()
        self.options = options
        self.capabilities = capabilities
        self.parts = parts
        self.name = options.bucket
        self.limit = self.deadline()

    def begin(self) -> Bucket:
        """Return the view of an operation that begins now."""
        view = object.__new__(type(self))
        vars(view).update(vars(self))  # a third of what copy.copy takes, and each operation pays it
        view.limit = self.deadline()
        noted = notes()
        if noted is not None:
            view._carry = _counting(self._carry, noted)
        return view

    @property
    def seen(self) -> bool:
        """Whether any request has been answered by S3 yet, so that the bucket surely exists."""
        return self._server.seen

    @property
    def clock_offset(self) -> float:
        """Seconds that the server's clock is ahead, as far as its refusals have shown."""
        return self._server.clock_offset

    def signs_body(self, operation: str, params: Mapping[str, Any]) -> bool:
        """Return whether the signature of a request covers its body, as it does without TLS."""
        in_parts = operation == "UploadPart"
        return self._place.scheme != "https" or not covers_body(
            self.capabilities, params, in_parts=in_parts
        )

    def deadline(self, size: int = 0) -> Deadline:
        """Return a time limit of its own, for what moves `size` bytes beside the operation."""
        return Deadline(self.options.deadline, size, closing=self.closing)

    def end(self) -> None:
        """End what is under way. What begins later is not concerned."""
        self.closing.cancel()
        self.closing = Cancellation()

    def send(
        self,
        operation: str,
        params: Mapping[str, Any],
        *,
        size: int = 0,
        deadline: Deadline | None = None,
        attempts: Attempts | None = None,
        body_sha256: str = "",
    ) -> dict[str, Any]:
        """Send one request on this bucket and return the answer, spelled as boto3 does.

        It has the time of the operation, and more for the `size` bytes that it moves, unless it is
        given a `deadline`. `attempts` tells what became of them. `body_sha256` is the body's, in
        hex, where it is known already. Raises `InvalidInput` for parameters that the request does
        not take.
        """
        params = {"Bucket": self.name, **params}
        request = request_for(
            self._place,
            operation,
            params,
            signs_body=operation not in _BODIES or self.signs_body(operation, params),
            body_sha256=body_sha256,
        )
        if deadline is None:
            deadline = self.limit
            deadline.extend(size)
        return exchange(
            self._carry, request, params, deadline, self._server, attempts or Attempts()
        )


def _counting(carry: Send, noted: Notes) -> Send:
    """Return what carries the requests of an operation that somebody watches."""

    def counted(request: S3Request, deadline: Deadline) -> S3Answer:
        noted.attempted()
        return carry(request, deadline)

    return counted
