"""What a row of the table says: a fault, where it strikes, how it must end where that is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import Factory, field, frozen

from faults.operations import Operation
from faults.proxy import CONNECT, WARM, Act, Strike, faithfully

Spot = tuple[str, str]
"""An operation, and which of its requests is struck."""

Must = Literal["ok", "refused", ""]
"""How it must end: well, refused without doubt, or in any way that is no lie."""

Place = Literal["proxy", "refused", "black hole", "unknown host", "hanging names"]
"""Where the client is sent."""

PUT: Sequence[Spot] = [("upload", "PutObject"), ("create", "PutObject"), ("if_match", "PutObject")]
PARTS: Sequence[Spot] = [
    ("upload parts", "CreateMultipartUpload"),
    ("upload parts", "UploadPart"),
    ("upload parts", "CompleteMultipartUpload"),
]
COPY: Sequence[Spot] = [("copy", "CopyObject"), ("copy parts", "UploadPartCopy")]
DELETE: Sequence[Spot] = [("delete", "DeleteObject"), ("delete many", "DeleteObjects")]
LOOK: Sequence[Spot] = [
    ("head", "HeadObject"),
    ("exists", "HeadObject"),
    ("exists not", "HeadObject"),
]
READ: Sequence[Spot] = [
    ("read", "GetObject"),
    ("open", "GetObject"),
    ("open range", "GetObject"),
    ("download", "GetObject"),
]
LIST: Sequence[Spot] = [
    ("list", "ListObjectsV2"),
    ("list folders", "ListObjectsV2"),
    ("sweep", "ListMultipartUploads"),
]
WRITE = [*PUT, *PARTS, *COPY, *DELETE]
BODIES: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("upload 4 MiB", "PutObject"),
    ("upload parts", "UploadPart"),
    ("upload stream", "UploadPart"),
]
ANY: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("create", "PutObject"),
    *PARTS,
    ("copy", "CopyObject"),
    *DELETE,
    ("head", "HeadObject"),
    ("exists", "HeadObject"),
    ("exists not", "HeadObject"),
    ("read", "GetObject"),
    ("download", "GetObject"),
    ("list", "ListObjectsV2"),
    ("sweep", "ListMultipartUploads"),
]
"""One of each kind."""

FEW: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("create", "PutObject"),
    ("delete", "DeleteObject"),
    ("exists", "HeadObject"),
    ("read", "GetObject"),
    ("list", "ListObjectsV2"),
]
"""For what lasts until the deadline."""

XML_ANSWERS: Sequence[Spot] = [
    ("upload parts", "CreateMultipartUpload"),
    ("upload parts", "CompleteMultipartUpload"),
    *COPY,
    ("delete many", "DeleteObjects"),
    ("list", "ListObjectsV2"),
    ("sweep", "ListMultipartUploads"),
]


def _deadline(fault: Fault) -> int:
    """Return time for a busy machine, but little where all of it is spent."""
    return 2 if fault.times is None and fault.must != "ok" else 8


_LOOKS = ("HeadObject", "GetObject", "HeadBucket", "ListObjectsV2")


@frozen(kw_only=True)
class Fault:
    """One row of the table.

    Attributes:
        on: where it strikes.
        times: how many requests it strikes, None for all of them.
        warm: the harm is done to the connection by the request before, a read of another object.
        connect: the harm is done to the connection itself.
        must: how it must end.
        musts: the same for single operations that are an exception.
        clock: seconds that the server's clock is ahead.
        orphans: an unfinished upload whose id nobody was told may stay; `sweep` finds it.
        deadline: the option of that name.
        more: strikes instead of those, for a run with several faults.
        ends: seconds after which it must have ended, where that is sooner than the deadline.
    """

    name: str
    act: Act = faithfully
    on: Sequence[Spot]
    times: int | None = 1
    nth: int = 1
    warm: bool = False
    connect: bool = False
    must: Must = ""
    musts: Mapping[str, Must] = field(factory=dict)
    place: Place = "proxy"
    tunnel: bool = False
    clock: float = 0
    orphans: bool = False
    deadline: int = Factory(_deadline, takes_self=True)
    more: Sequence[Strike] = ()
    ends: float | None = Factory(lambda self: 6 if self.must == "ok" else None, takes_self=True)

    @property
    def hits(self) -> bool:
        """Whether the proxy has something to do: somebody reaches it, and something is wrong."""
        return self.place == "proxy" and self.act is not faithfully

    def strikes(self, wire: str) -> list[Strike]:
        """Return what the proxy is told."""
        if self.warm:
            return [Strike("HeadObject", self.act, key=WARM)]
        if self.connect:
            return [Strike(CONNECT, self.act, self.nth, self.times)]
        # What answers every HEAD so does not answer a second look truthfully.
        wires = _LOOKS if (wire, self.times) == ("HeadObject", None) else [wire]
        return [Strike(each, self.act, self.nth, self.times) for each in wires]


def once(name: str, act: Act, on: Sequence[Spot], must: Must = "ok", **more: Any) -> Fault:
    """Return a fault that strikes one request."""
    return Fault(name=name, act=act, on=on, must=must, **more)


def always(name: str, act: Act, on: Sequence[Spot], must: Must = "", **more: Any) -> Fault:
    """Return a fault that strikes every request."""
    return Fault(name=f"{name}, always", act=act, on=on, must=must, times=None, **more)


def warm(name: str, act: Act, must: Must = "ok") -> Fault:
    """Return a fault that strikes the connection that is used next."""
    return Fault(name=f"{name}, then", act=act, on=ANY, must=must, warm=True)


MIN_RATE = 256 * 1024
"""Bytes a second that a deadline allows for what is moved."""


@frozen
class Case:
    """One fault at one place of one operation."""

    group: str
    fault: Fault
    operation: Operation
    wire: str

    @property
    def name(self) -> str:
        """A name that stays: ``group: fault / operation / request``."""
        return f"{self.group}: {self.fault.name} / {self.operation.name} / {self.wire}"

    @property
    def must(self) -> Must:
        """How it must end."""
        return self.fault.musts.get(self.operation.name, self.fault.must)

    @property
    def strikes(self) -> Sequence[Strike]:
        """What the proxy is told."""
        return self.fault.more or self.fault.strikes(self.wire)

    @property
    def limit(self) -> float:
        """Seconds after which the deadline demands an end."""
        return self.fault.deadline + self.operation.moved / MIN_RATE + 1

    @property
    def due(self) -> float:
        """Seconds after which it must have ended."""
        if self.fault.ends is None:
            return self.limit
        return self.fault.ends + self.operation.moved / MIN_RATE
