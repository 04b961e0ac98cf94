"""One client connection: HTTP/1.1 with keep-alive over TLS, and the faults that break it."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from bucketry_s3.testing.errors import S3Error
from bucketry_s3.testing.faults import Alter, Delay, Drop, Fault, Reply, Truncate
from bucketry_s3.testing.request import Request, Response, Route, find_route, parse_target
from bucketry_s3.testing.service import Service, error_response

if TYPE_CHECKING:
    pass

_CHUNK = 1 << 20


@define(kw_only=True)
class Recorded:
    """A request as it arrived, for tests that look at the wire.

    Its repr shows neither query nor headers: they carry signatures. `operation` is "" when the
    request is none of S3's; `status` is 0 while there is no answer, or none was sent.
    """

    method: str
    path: str
    query: list[tuple[str, str]] = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    operation: str = ""
    bucket: str = ""
    key: str = ""
    body_length: int = 0
    status: int = 0


class _Dropped(Exception):
    """The connection is to be reset."""


class Connection(BaseHTTPRequestHandler):
    """The handler of one connection; `shared` is everything that outlives it."""

    protocol_version = "HTTP/1.1"
    server_version = "StandIn"
    sys_version = ""
    request: Any

    @property
    def shared(self) -> Any:
        """What all connections share: the `TlsServer`."""
        return self.server

    def setup(self) -> None:
        """Begin TLS here, in the connection's own thread, so that a slow client blocks nobody."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.request.settimeout(self.shared.body_timeout)
        self.request = self.shared.tls.wrap_socket(self.request, server_side=True)
        self.shared.track(self.request)
        super().setup()

    def finish(self) -> None:
        """Close what `setup` opened."""
        with contextlib.suppress(OSError):
            super().finish()
        self.shared.untrack(self.request)
        self.request.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: `Recorded` is what tests read."""

    def handle_one_request(self) -> None:
        """Read one request and answer it."""
        self.close_connection = True
        self.request.settimeout(None)  # an idle connection may stay
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            return
        self.request.settimeout(self.shared.body_timeout)
        try:
            self._exchange()
        except _Dropped:
            self._reset()

    def _exchange(self) -> None:
        # The base class shortens leading slashes of `self.path`; a signature covers them.
        path, query = parse_target(self.requestline.split(" ")[1])
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value.strip()
        request = Request(method=self.command, raw_path=path, query=query, headers=headers)
        record = Recorded(method=self.command, path=path, query=query, headers=headers)
        self.shared.requests.append(record)
        try:
            route = find_route(
                request,
                base_path=self.shared.base_path,
                styles=self.shared.service.personality.addressing,
            )
            record.operation, record.bucket, record.key = route.operation, route.bucket, route.key
            fault = self.shared.faults.take(route.operation)
            if isinstance(fault, Drop) and fault.moment == "request":
                self.rfile.read(min(fault.after, int(headers.get("content-length", fault.after))))
                raise _Dropped
            body = self._read_body(headers)
            record.body_length = len(body)
        except S3Error as error:
            response = error_response(error, request)
            record.status = response.status
            self.close_connection = True  # the rest of the body is still on its way
            self._send(response)
            return
        response = self._faulty(fault, evolve(request, body=body), route)
        record.status = response.status
        self._send(response, keep=fault.keep if isinstance(fault, Truncate) else None)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        try:
            if headers.get("transfer-encoding", "").lower() == "chunked":
                return self._read_chunked()
            return self._read_exactly(self._length(headers))
        except TimeoutError:
            raise S3Error(
                400,
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the "
                "timeout period. Idle connections will be closed.",
            ) from None

    def _length(self, headers: dict[str, str]) -> int:
        length = headers.get("content-length")
        if length is None and self.command in ("PUT", "POST"):
            raise S3Error(
                411,
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
            )
        if length is not None and not length.isdigit():
            raise S3Error(400, "InvalidArgument", "Invalid Content-Length")
        return int(length or 0)

    def _read_exactly(self, size: int) -> bytes:
        pieces, missing = [], size
        while missing:
            piece = self.rfile.read(min(missing, _CHUNK))
            if not piece:
                raise S3Error(
                    400,
                    "IncompleteBody",
                    "You did not provide the number of bytes specified by the Content-Length HTTP "
                    "header",
                )
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def _read_chunked(self) -> bytes:
        pieces = []
        while True:
            head = self.rfile.readline(1024).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]+", head):
                raise S3Error(400, "IncompleteBody", "The chunked body is malformed")
            size = int(head, 16)
            pieces.append(self._read_exactly(size))
            line = self.rfile.readline(1024)
            if size == 0:
                while line.strip():
                    line = self.rfile.readline(1024)
                return b"".join(pieces)

    def _faulty(self, fault: Fault | None, request: Request, route: Route) -> Response:
        """Return the answer as the fault has it."""
        service: Service = self.shared.service
        match fault:
            case Reply(apply=applied):
                if applied:
                    service.answer(request, route)
                body = b"" if request.method == "HEAD" else fault.body
                return Response(status=fault.status, headers=fault.headers, body=body)
            case Drop():
                service.answer(request, route)
                raise _Dropped
            case Delay(seconds):
                self.shared.stopping.wait(seconds)
            case Alter(request=change) if change is not None:
                request = evolve(request, body=change(request.body))
        response = service.answer(request, route)
        if isinstance(fault, Alter) and fault.response is not None:
            return fault.response(response)
        return response

    def _send(self, response: Response, *, keep: int | None = None) -> None:
        """Send an answer in one piece; `keep` cuts its body short."""
        status, body = response.status, response.body
        headers = {
            "x-amz-request-id": self.shared.next_request_id(),
            "x-amz-id-2": "stand-in",
            "Date": format_datetime(self.shared.service.clock().astimezone(UTC), usegmt=True),
            "Server": self.server_version,
            **({"Content-Type": "application/xml"} if body else {}),
            **response.headers,
        }
        if status not in (204, 304):
            headers.setdefault("Content-Length", str(len(body)))
        close = keep is not None or self.close_connection
        if close:
            headers["Connection"] = "close"
        # Supabase and Cloudflare answer numbers that HTTP does not know.
        known = status in HTTPStatus._value2member_map_
        phrase = HTTPStatus(status).phrase if known else "Error"
        head = f"HTTP/1.1 {status} {phrase}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items()
        )
        shown = body if keep is None else body[:keep]
        self.wfile.write(head.encode("latin-1") + b"\r\n" + shown)
        self.close_connection = close

    def _reset(self) -> None:
        """Close with a TCP reset, as a crashed peer or a middlebox does."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)  # on, zero seconds
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
