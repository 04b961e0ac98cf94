"""Ends what a blocking HTTP client waits for, when its deadline is over.

The SDK's sockets wait as long as their timeout says, whatever a server drips and whoever has ended
the operation meanwhile. One thread looks after all of them, as long as there are any.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define

from bucketry.forking import forget_in_child
from bucketry_s3.protocol.deadline import Deadline

SLICE = 0.25
"""Seconds between two looks."""


@define(eq=False)
class Watched:
    """An exchange: its deadline, and the socket that it goes over once there is one."""

    deadline: Deadline
    sock: socket.socket | None = None


class Watchdog:
    """Shuts down the connection of each exchange whose deadline is over."""

    def __init__(self) -> None:
        self.forget()
        forget_in_child(self)

    def forget(self) -> None:
        """Begin anew, in a forked child: the thread stays with the parent."""
        self._lock = threading.Lock()
        self._watched: set[Watched] = set()
        self._running = False

    @contextmanager
    def watching(self, watched: Watched) -> Iterator[None]:
        """Look after an exchange during the block."""
        with self._lock:
            self._watched.add(watched)
            if not self._running:
                # While the interpreter goes down there are no new threads, and nobody looks.
                with suppress(RuntimeError):
                    threading.Thread(target=self._look, daemon=True, name="bucketry-watch").start()
                    self._running = True
        try:
            yield
        finally:
            with self._lock:
                self._watched.discard(watched)

    def _look(self) -> None:
        while True:
            time.sleep(SLICE)
            with self._lock:
                if not self._watched:
                    self._running = False
                    return
                over = [one for one in self._watched if not one.deadline.remaining()]
                for one in over:
                    _shut_down(one.sock)


def _shut_down(sock: socket.socket | None) -> None:
    if sock is not None:
        with suppress(OSError):  # it is closed already
            # Not SSLSocket.shutdown: that would pull TLS from under the thread that reads.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


WATCHDOG = Watchdog()
