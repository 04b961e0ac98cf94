"""What is on the wire, read strictly: one request of a client, one answer of the server."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen

from bucketry_s3.testing.errors import S3Error
from bucketry_s3.testing.request import Request as Parsed
from bucketry_s3.testing.request import find_route, parse_target

Headers = tuple[tuple[str, str], ...]


class Line(Protocol):
    """The side of a socket that reads."""

    def recv(self, size: int, /) -> bytes:
        """Return what has come, b"" at the end."""
        ...


@define
class Reader:
    """Buffered reading of one connection."""

    line: Line
    _buffer: bytes = b""

    def until(self, mark: bytes) -> bytes:
        """Return everything up to and with `mark`; `EOFError` if the connection ends before."""
        while mark not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(mark)
        return head + mark

    def some(self, size: int) -> bytes:
        """Return 1 to `size` bytes."""
        if not self._buffer:
            self._more()
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        return piece

    def exactly(self, size: int) -> bytes:
        """Return `size` bytes."""
        pieces = []
        while size:
            pieces.append(self.some(size))
            size -= len(pieces[-1])
        return b"".join(pieces)

    def _more(self) -> None:
        data = self.line.recv(1 << 18)
        if not data:
            raise EOFError
        self._buffer += data


@frozen
class Request:
    """The head of one request, and which S3 operation it is ("" where it is none)."""

    method: str
    target: str
    headers: Headers = field(repr=False)
    operation: str
    key: str

    def header(self, name: str) -> str:
        """Return a header's value, "" without one."""
        return next((value for found, value in self.headers if found.lower() == name), "")


def read_request(reader: Reader) -> Request:
    """Read one request head; `EOFError` for what is none, a body's rest for example."""
    words = reader.until(b"\r\n").decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise EOFError
    method, target, _ = words
    headers = []
    while line := reader.until(b"\r\n").decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    path, query = parse_target(target)
    parsed = Parsed(
        method=method,
        raw_path=path,
        query=query,
        headers={name.lower(): value for name, value in headers},
    )
    try:
        route = find_route(parsed, base_path="", styles=frozenset({"path", "virtual"}))
    except S3Error:
        return Request(method, target, tuple(headers), "", "")
    return Request(method, target, tuple(headers), route.operation, route.key)


def read_chunked(reader: Reader) -> bytes:
    """Read a body in HTTP's chunks, which are not those of ``aws-chunked``."""
    pieces = []
    while size := int(reader.until(b"\r\n").split(b";")[0], 16):
        pieces.append(reader.exactly(size))
        reader.until(b"\r\n")
    while reader.until(b"\r\n") != b"\r\n":
        pass
    return b"".join(pieces)


@frozen
class Answer:
    """One answer. `length` is what it announces for a body that HEAD leaves out."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    reason: str = "Whatever"

    def with_header(self, name: str, value: str | None) -> Answer:
        """Replace all headers of that name by one; None removes them."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return evolve(self, headers=kept if value is None else (*kept, (name, value)))

    def header(self, name: str) -> str:
        """Return a header's value, "" without one."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), "")

    def with_body(self, body: bytes) -> Answer:
        """Replace the body and its length."""
        return evolve(self.with_header("Content-Length", str(len(body))), body=body)

    def edited(self, change: Callable[[bytes], bytes]) -> Answer:
        """Replace the body by `change` of it."""
        return self.with_body(change(self.body))

    def head(self) -> bytes:
        """The status line and headers as they are sent."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def raw(self) -> bytes:
        """The whole answer as it is sent."""
        return self.head() + self.body


class Upstream:
    """One connection to the real server."""

    def __init__(self, url: str, tls: ssl.SSLContext) -> None:
        """Connect when the first request is sent."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._link = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=30, context=tls
        )

    def ask(self, request: Request, body: bytes) -> Answer:
        """Send a request as it came, its body whole, and return the server's answer."""
        self._link.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers:
            if name.lower() not in ("expect", "transfer-encoding", "content-length", "connection"):
                self._link.putheader(name, value.encode("latin-1"))
        if body or request.method in ("PUT", "POST"):
            self._link.putheader("Content-Length", str(len(body)))
        self._link.endheaders(body or None)
        got = self._link.getresponse()
        answer = Answer(got.status, tuple(got.getheaders()), got.read(), got.reason)
        if request.method != "HEAD" and got.status not in (204, 304):
            # Chunks of the server's own are taken off.
            answer = answer.with_header("Transfer-Encoding", None).with_body(answer.body)
        return answer.with_header("Connection", None)

    def close(self) -> None:
        """Close the connection."""
        self._link.close()
