"""What the kernel says of a connection, beside what happens to it."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from bucketry_s3.transports import kernel
from bucketry_s3.transports.sockets import pool
from bucketry_s3.transports.sockets.pool import Connection

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both ends of a connection, ours first; it waits for nothing, the other for ten seconds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    ours.setblocking(False)
    theirs.settimeout(10)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture(params=["asked", "polled"])
def connection(
    pair: Pair, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Connection:
    """Our end, looked at in both ways: what the kernel knows, and what any system tells."""
    if request.param == "polled":
        monkeypatch.setattr(pool, "is_open", lambda sock: None)
        monkeypatch.setattr(pool, "unread", lambda number, room: False)
    return Connection(pair[0])


def arrived(connection: Connection) -> None:
    """Wait until what the other side did is here."""
    for _ in range(40):
        connection.wait()
        if not connection.quiet():
            return
    raise AssertionError("it never came")


def test_a_connection_is_quiet_until_something_comes(connection: Connection, pair: Pair) -> None:
    assert connection.quiet()
    pair[1].sendall(b"stray")
    arrived(connection)
    assert connection.sock.recv(100) == b"stray"
    assert connection.quiet()


def test_an_end_is_noticed(connection: Connection, pair: Pair) -> None:
    pair[1].shutdown(socket.SHUT_WR)
    arrived(connection)


def test_a_reset_is_noticed(connection: Connection, pair: Pair) -> None:
    pair[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    pair[1].close()
    arrived(connection)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its number is asked for")
def test_a_closed_connection_is_not_quiet(pair: Pair) -> None:
    connection = Connection(pair[0])
    connection.close()
    assert not connection.quiet()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_kernel_tells_both_directions(pair: Pair) -> None:
    ours, theirs = pair
    connection = Connection(ours)
    number, room = ours.fileno(), bytearray(kernel.ROOM)
    assert not kernel.unread(number, room)
    assert not kernel.unsent(number, room)
    theirs.sendall(b"x" * 700)
    arrived(connection)
    assert kernel.unread(number, room)
    assert not kernel.unsent(number, room)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ours.send(b"y" * 10_000_000)
    assert kernel.unsent(number, room)
    ours.close()
    assert not kernel.unread(-1, room)
    assert not kernel.unsent(-1, room)
