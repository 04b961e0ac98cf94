"""Connections to one server, kept for the next request. Safe for threads and for forks."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import deque
from contextlib import suppress

from bucketry.forking import forget_in_child
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.transports.kernel import ROOM, is_open, unread, unsent
from bucketry_s3.transports.names import SLICE
from bucketry_s3.transports.sockets.dialing import Route, dial

MAX_IDLE = 32
"""Connections kept open while nobody uses them."""

IDLE_SECONDS = 30.0
"""Age at which an idle connection is not used again: servers and firewalls drop them silently."""


class Connection:
    """One connected socket, used by one request at a time. It waits for nothing by itself.

    `used` tells whether an answer came over it before, so that a failure may be its age. `full`
    tells whether as much came last as there was room for, so that TLS may hold more of it.
    """

    __slots__ = ("_number", "_poll", "_room", "full", "idle_since", "sock", "used")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.used = self.full = False
        self.idle_since = 0.0
        self._number, self._room = sock.fileno(), bytearray(ROOM)
        self._poll = select.poll()
        self._poll.register(self._number, select.POLLIN)

    def quiet(self) -> bool:
        """Return whether nothing waits to be read: neither an end nor an answer of nobody's."""
        if self._has_bytes():
            return False
        known = is_open(self.sock)
        return not self._poll.poll(0) if known is None else known

    def wait(self) -> None:
        """Wait until there is something to read, `SLICE` seconds at most."""
        if not self._has_bytes():
            self._poll.poll(SLICE * 1000)

    def wait_for_room(self) -> bool:
        """Return whether something can be sent within `SLICE` seconds."""
        poll = select.poll()
        poll.register(self._number, select.POLLOUT)
        return bool(poll.poll(SLICE * 1000))

    def unsent(self) -> bool:
        """Return whether some of the request has not arrived, as far as the kernel knows."""
        return unsent(self._number, self._room)

    def _has_bytes(self) -> bool:
        sock = self.sock
        held = self.full and isinstance(sock, ssl.SSLSocket) and sock.pending()
        return bool(held) or unread(self._number, self._room)

    def close(self) -> None:
        """Close the socket; another thread that waits for it notices."""
        with suppress(OSError):
            # Not SSLSocket.shutdown: that would pull TLS from under the thread that reads.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        self.sock.close()


class Pool:
    """The connections to one server.

    A forked child starts without any: what its parent has open is the parent's.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self._idle: deque[Connection] = deque()
        self._busy: set[Connection] = set()
        self._closed = False
        forget_in_child(self)

    def take(self, deadline: Deadline, *, fresh: bool = False) -> Connection:
        """Return a connection: an idle one that is still good, unless `fresh`, else a new one.

        Raises what `dial` raises.
        """
        while not fresh:
            try:
                connection = self._idle.pop()  # the latest, so that the others can grow old
            except IndexError:
                break
            if time.monotonic() - connection.idle_since < IDLE_SECONDS and connection.quiet():
                self._busy.add(connection)
                return connection
            connection.close()
        connection = Connection(dial(self.route, deadline))
        self._busy.add(connection)
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep a connection whose answer was read to its end."""
        self._busy.discard(connection)
        connection.used = True
        connection.idle_since = time.monotonic()
        self._idle.append(connection)
        # Looked at behind it: who closed a moment ago has met it neither in use nor idle.
        if self._closed or len(self._idle) > MAX_IDLE:
            with suppress(IndexError):
                self._idle.popleft().close()

    def give_up(self, connection: Connection) -> None:
        """Close a connection that must not be used again."""
        self._busy.discard(connection)
        connection.close()

    def close(self) -> None:
        """Close all connections, those in use too: whoever waits for an answer is told."""
        self._closed = True
        for connection in [*self._idle, *self._busy]:
            connection.close()
        self._idle.clear()

    def forget(self) -> None:
        """Drop the parent's connections, in a forked child, without a word to the server."""
        for connection in [*self._idle, *self._busy]:
            connection.sock.close()
        self._idle, self._busy = deque(), set()

    def __repr__(self) -> str:
        return f"Pool({self.route.told})"
