"""A small HTTP server for `bucketry_local.wsgi.app`: for development, tests and demonstrations."""

from __future__ import annotations

import socketserver
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from socket import AF_INET6, SHUT_WR
from threading import Thread
from time import monotonic
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from bucketry import Provider
from bucketry_local.cors import allow_origins
from bucketry_local.framing import Refused, read_head
from bucketry_local.wsgi import app

_LINGER = 1.0
"""Seconds that a client has to take its answer, while it still sends."""

_PIECE = 1 << 16


class Server:
    """Serves one provider, one thread per request, without a log; use it as a context manager.

    It listens from the start, so that with ``port=0`` the provider can be given its address::

        with Server(port=0) as server:
            media = bucketry.open_provider(
                {"provider": "local", "directory": "files", "base_url": server.url}
            )
            server.mount(media)

    It speaks HTTP/1.0 without TLS. For more, put `app` behind any WSGI server.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 8900) -> None:
        self._server = _ThreadingServer((host, port), _Handler)
        self._server.set_app(_nothing_mounted)
        self._host = host
        # The pause is how long closing may take.
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address to use as `base_url`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def mount(self, provider: Provider, origins: Collection[str] = ()) -> None:
        """Serve `provider` from now on; pages of these `origins` may use it, too."""
        served = app(provider)
        self._server.set_app(allow_origins(served, origins) if origins else served)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def serve(provider: Provider, host: str = "127.0.0.1", port: int = 8900) -> Iterator[Server]:
    """Serve `provider` while the block runs. The provider's `base_url` must lead here."""
    with Server(host, port) as server:
        server.mount(provider)
        yield server


class _ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, where: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        if ":" in where[0]:
            self.address_family = AF_INET6
        super().__init__(where, handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks the name service for the machine's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away is nothing to tell of.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(WSGIRequestHandler):
    timeout = 30  # seconds that a silent client may keep a thread
    raw_requestline: bytes

    def get_environ(self) -> dict[str, Any]:
        environ = super().get_environ()
        # wsgiref makes up a type, and strips all headers but these.
        environ["CONTENT_TYPE"] = self.headers.get("content-type", "").strip()
        environ["CONTENT_LENGTH"] = self.headers.get("content-length", "").strip()
        return environ

    def parse_request(self) -> bool:
        if not self.raw_requestline:
            return False
        self.close_connection = True
        self.command, self.requestline, self.request_version = "", "", "HTTP/1.0"
        try:
            head = read_head(self.raw_requestline, self.rfile)
        except Refused as refused:
            self.send_error(refused.status, explain=str(refused))
            return False
        body, self.rfile = self.rfile, BytesIO(head)
        self.raw_requestline = self.rfile.readline()
        try:
            parsed = super().parse_request()
        finally:
            self.rfile = body
        asked = parsed and self.request_version >= "HTTP/1.1"
        if asked and self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")  # else clients wait a second
        return parsed

    def finish(self) -> None:
        super().finish()
        # What is left unread would reset the connection, and take the answer along.
        with suppress(OSError):
            self.connection.shutdown(SHUT_WR)
            until = monotonic() + _LINGER
            while (left := until - monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(_PIECE):
                    break

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: a request line has the signature in it."""


def _nothing_mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"nothing is served here yet\n"]
