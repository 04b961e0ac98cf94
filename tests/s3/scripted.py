"""A server that plays prepared answers, byte by byte where a test wants it so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence

Play = Sequence[bytes | float]
"""What one connection gets: bytes are sent, numbers are seconds of silence."""

Answering = Callable[[str], Play]
"""Makes a play of the head of the request that it answers."""


class Scripted:
    """A plain HTTP server on a loopback port. Each connection gets the next play, once.

    `heads` are the requests' own heads, in order. The last play is given again and again.
    """

    def __init__(self, *plays: Play | Answering) -> None:
        self.heads: list[str] = []
        self._plays = list(plays)
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            play = self._plays.pop(0) if len(self._plays) > 1 else self._plays[0]
            with connection:
                head = b""
                while b"\r\n\r\n" not in head and (data := connection.recv(65536)):
                    head += data
                self.heads.append(head.partition(b"\r\n\r\n")[0].decode("latin-1"))
                try:
                    self._play(connection, play(self.heads[-1]) if callable(play) else play)
                except OSError:
                    continue  # the client has had enough

    def _play(self, connection: socket.socket, play: Play) -> None:
        for piece in play:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif self._stopping.wait(piece):
                return

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


def answer(*headers: str, status: str = "200 OK") -> bytes:
    """Return the head of an answer of S3's after which the connection is closed."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", "x-amz-request-id: 1", *headers]
    return "\r\n".join([*lines, "", ""]).encode()
