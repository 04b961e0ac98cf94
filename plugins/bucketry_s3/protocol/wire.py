"""One request and one answer of the wire: all that a transport needs to know of S3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol
from urllib.parse import quote

from attrs import field, frozen

from bucketry.errors import InvalidHeader, Unavailable
from bucketry.headers import check_header_value
from bucketry.model import Method
from bucketry_s3.protocol.deadline import Deadline

Payload = bytes | bytearray | memoryview
"""A request's body, in memory, so that it can be sent again."""

Framing = Literal["none", "length", "chunked", "close"]
"""How the end of an answer's body is told. ``close`` is no proof that all of it came."""


# Without slots: each attempt makes one, and that is a third cheaper so.
@frozen(kw_only=True, slots=False)
class S3Request:
    """One HTTP request, unsigned. A layer may add headers; the transport signs all there are.

    Attributes:
        operation: S3's name of it (``PutObject``), for messages and for those who watch.
        method: the HTTP method.
        scheme, host: where it goes; `host` as in the Host header, with a port that is no default.
        path: percent-encoded, as it is sent and signed.
        query: names and values, not encoded yet.
        headers: all but Host, Content-Length and what the signature brings (Authorization,
            X-Amz-Date, X-Amz-Content-SHA256, X-Amz-Security-Token). Each attempt has a dictionary
            of its own, and wrappers may add to it.
        body: the bytes to send.
        signs_body: whether the signature has to cover the body. Where a signed digest of it is
            known to be verified, and the way is TLS, a transport may sign ``UNSIGNED-PAYLOAD``.
        body_sha256: the body's SHA-256 in hex where it is known already, for the signature.
        repeatable: whether sending it twice does what sending it once does, so that a connection
            found dead may be tried anew at once.
        patient: whether the server may work for minutes before it answers.
        clock_offset: seconds by which the server's clock is ahead of this machine's, as far as its
            answers have shown; the signature's time is this machine's plus so many.
    """

    operation: str
    method: Method
    scheme: Literal["https", "http"]
    host: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: dict[str, str] = field(factory=dict, repr=False)
    body: Payload = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")
    signs_body: bool = True
    body_sha256: str = ""
    repeatable: bool = True
    patient: bool = False
    clock_offset: float = 0.0

    def attempt(self, clock_offset: float) -> S3Request:
        """Return the request of one attempt, which has headers of its own."""
        own = object.__new__(type(self))
        vars(own).update(vars(self), headers=dict(self.headers), clock_offset=clock_offset)
        return own

    @property
    def encoded_query(self) -> str:
        """The query as it is sent and signed: sorted, percent-encoded."""
        if not self.query:
            return ""
        pairs = sorted(
            (quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in self.query
        )
        return "&".join(f"{name}={value}" for name, value in pairs)


_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

OF_THE_TRANSPORT = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "transfer-encoding",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    }
)
"""Headers that say where a request goes, as whom, and where it ends: the transport's alone."""


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse, with `InvalidHeader`, headers that nobody may add to a request or that break it."""
    seen: set[str] = set()
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise InvalidHeader(f"{name!a} is no header name")
        lower = name.lower()
        if lower in OF_THE_TRANSPORT:
            raise InvalidHeader(
                f"the header {name} says where a request goes, as whom or where it ends; "
                "no layer may set it"
            )
        if lower in seen:
            raise InvalidHeader(f"the header {name} is there twice")
        seen.add(lower)
        check_header_value(name, value)


class Unreachable(Unavailable):
    """No connection could be made, so nothing was sent: not one byte of the request."""


class AnswerBody(Protocol):
    """The body of an answer, read forwards.

    `deadline` is what reading obeys: that of the request, until whoever streams sets another. One
    that can fill a buffer without a copy also has ``readinto(view)``, which returns the number of
    bytes, as `read` would give them, and one that has bytes which need not be waited for says so
    by ``at_hand``.
    """

    deadline: Deadline

    def read(self, size: int, /) -> bytes:
        """Return some bytes, at most `size`, as soon as there are any; b"" only at the end.

        `Unavailable` when the connection breaks, stalls, or the deadline is over.
        """
        ...

    def close(self, *, reuse: bool = True) -> None:
        """Give the connection back, or up if bytes are left; safe to call twice.

        With ``reuse=False`` it is given up in any case: the answer could not be trusted.
        """
        ...


def read_into(body: AnswerBody, view: memoryview) -> int:
    """Fill a buffer with some bytes of a body; 0 only at its end. Raises as `read_piece` does."""
    readinto: Callable[[memoryview], int] | None = getattr(body, "readinto", None)
    if readinto is not None:
        return readinto(view)
    piece = read_piece(body, len(view))
    view[: len(piece)] = piece
    return len(piece)


def read_piece(body: AnswerBody, size: int) -> bytes:
    """Return some bytes of a body, at most `size`; b"" only at its end.

    Raises what reading raises, `Unavailable` too where more came than was asked for.
    """
    piece = body.read(size)
    if len(piece) > size:
        raise Unavailable("the body gave more bytes than were asked for")
    return piece


@frozen(kw_only=True, slots=False)
class S3Answer:
    """One HTTP answer, whatever its status; nothing of it is believed yet.

    Attributes:
        status: the HTTP status, never 1xx.
        headers: by lower-case name; a header that came twice is joined by ``, ``.
        body: the bytes behind the head; whoever gets the answer closes it.
        framing: how the body's end is told.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: AnswerBody = field(repr=False)
    framing: Framing = "length"


class BytesBody:
    """An answer's body that is here already: of a recorded answer, or one made by hand."""

    def __init__(self, data: bytes = b"") -> None:
        self.deadline = Deadline(0)
        self._data = data

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`."""
        piece, self._data = self._data[:size], self._data[size:]
        return piece

    def close(self, *, reuse: bool = True) -> None:
        """Do nothing: there is no connection."""
