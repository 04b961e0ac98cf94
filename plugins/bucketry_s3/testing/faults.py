"""Faults on purpose: what networks, middleboxes and servers do on a bad day.

A fault waits for an operation by its S3 name ("PutObject", "UploadPart" ...) and strikes from the
nth occurrence on, for a number of times. Occurrences are counted from when it was added.

>>> server.faults.add("UploadPart", Reply.error(503, "SlowDown"), nth=2)       # doctest: +SKIP
>>> server.faults.add("CompleteMultipartUpload", Drop("answer"))               # doctest: +SKIP
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Literal

from attrs import define, field, frozen

from bucketry_s3.testing.markup import text
from bucketry_s3.testing.request import Response


@frozen
class Reply:
    """Answer this instead of the truth.

    With `apply` the operation takes effect first: a success whose answer is lost or wrong.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(factory=dict, kw_only=True)
    apply: bool = field(default=False, kw_only=True)

    @classmethod
    def error(cls, status: int, code: str, message: str = "", *, apply: bool = False) -> Reply:
        """Answer with S3's ``<Error>`` document; status 200 is what Complete and Copy may do."""
        body = f"<Error>{text('Code', code)}{text('Message', message)}</Error>"
        xml = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()
        return cls(status, xml, headers={"Content-Type": "application/xml"}, apply=apply)


@frozen
class Drop:
    """Reset the connection.

    ``request``: after `after` bytes of the request's body, nothing applied. ``answer``: the
    operation is applied and nothing is answered.
    """

    moment: Literal["request", "answer"]
    after: int = field(default=0, kw_only=True)


@frozen
class Truncate:
    """Send `keep` bytes of the answer's body, with the length of all of it, and close."""

    keep: int


@frozen
class Delay:
    """Answer truthfully, `seconds` late."""

    seconds: float


@frozen
class Alter:
    """Change the request's body on its way in, or the answer on its way out."""

    request: Callable[[bytes], bytes] | None = field(default=None, kw_only=True)
    response: Callable[[Response], Response] | None = field(default=None, kw_only=True)


Fault = Reply | Drop | Truncate | Delay | Alter


def without_header(name: str) -> Alter:
    """Leave a header out of the answer, the ETag for example."""

    def change(response: Response) -> Response:
        kept = {n: v for n, v in response.headers.items() if n.lower() != name.lower()}
        return Response(status=response.status, headers=kept, body=response.body)

    return Alter(response=change)


@define
class _Planned:
    operation: str
    fault: Fault
    nth: int
    times: int | None
    seen: int = 0

    def strikes(self, operation: str) -> bool:
        if operation != self.operation:
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


class Faults:
    """The faults that are planned on one server."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def add(self, operation: str, fault: Fault, *, nth: int = 1, times: int | None = 1) -> None:
        """Plan a fault for the nth and the following occurrences; `times=None` is for ever."""
        if nth < 1 or (times is not None and times < 1):
            raise ValueError("nth and times start at 1")
        with self._lock:
            self._planned.append(_Planned(operation, fault, nth, times))

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._planned.clear()

    def take(self, operation: str) -> Fault | None:
        """Count an occurrence and return the fault that strikes it, the first one planned."""
        with self._lock:
            striking = [plan.fault for plan in self._planned if plan.strikes(operation)]
        return striking[0] if striking else None
