"""Real web servers in processes of their own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

STARTS = 60.0
"""Seconds that a server may take to listen, on a busy machine."""


@frozen
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@frozen
class WebServer:
    """A server that listens on a port of this machine; `log` is what it has written."""

    port: int
    log: Path

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterator[bytes] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def break_off(self, path: str, announced: int, sent: bytes) -> bytes:
        """PUT less than is announced, and give what the server answers before it closes."""
        head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {announced}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(head.encode() + sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[WebServer]:
    """Run ``python -m`` a server that inherits the listening socket as file ``{fd}``.

    So it never finds its port taken, and whoever connects early waits in the queue. It finds
    modules in `folder`, and those of the tests.
    """
    log = folder / "server.log"
    with socket.create_server(("127.0.0.1", 0)) as listening, log.open("wb") as written:
        number = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", *(word.format(fd=number) for word in command)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=written,
            stderr=subprocess.STDOUT,
            pass_fds=[number],
        )
        server = WebServer(listening.getsockname()[1], log)
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: WebServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until and process.poll() is None:
        try:
            server.ask("GET", "/ready")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not start:\n{server.log.read_text()}")
