"""A loopback S3 endpoint that reads every body and keeps nothing: the other end of a benchmark."""

from __future__ import annotations

import hashlib
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_BLOCK = 1 << 20
_CREATED = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
_COMPLETED = (
    b"<CompleteMultipartUploadResult><Bucket>bench</Bucket><Key>stream</Key>"
    b'<ETag>"e-1"</ETag></CompleteMultipartUploadResult>'
)


class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _drain(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            left -= len(self.rfile.read(min(left, _BLOCK)))

    def _reply(self, body: bytes = b"", etag: str = "") -> None:
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", f'"{etag}"')
            self.send_header("x-amz-request-id", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_PUT(self) -> None:
        self._drain()
        self._reply(etag=hashlib.md5(self.path.encode(), usedforsecurity=False).hexdigest())

    def do_POST(self) -> None:
        self._drain()
        self._reply(_CREATED if "uploads" in self.path else _COMPLETED)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def sink() -> Iterator[str]:
    """Run the sink in a process of its own; give its endpoint."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    socketserver.TCPServer.allow_reuse_address = True
    with _Server(("127.0.0.1", 0), Sink) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
