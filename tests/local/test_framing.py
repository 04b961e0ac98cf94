"""What HTTP calls no clear request is refused, and nothing of it is stored or answered twice."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from bucketry import Provider
from bucketry_local.server import Server
from bucketry_local.wsgi import app

CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"


def ask(server: Server, sent: bytes, *, end: bool = False) -> list[bytes]:
    """Send bytes, and return the answers: their status lines."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        with suppress(OSError):  # it may be refused before all of it is sent
            sock.sendall(sent)
        if end:
            sock.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := sock.recv(65536):
                answer += piece
    return [line for line in answer.split(b"\r\n") if line.startswith(b"HTTP/")]


@pytest.fixture
def put(private: Provider, server: Server) -> Callable[..., list[bytes]]:
    target = private.sign("k", method="PUT").reveal().removeprefix(server.url).encode()

    def put(
        headers: bytes, body: bytes, *, version: bytes = b"HTTP/1.1", end: bool = False
    ) -> list[bytes]:
        head = b"PUT %b %b\r\nHost: localhost\r\n%b\r\n" % (target, version, headers)
        return ask(server, head + body, end=end)

    return put


@pytest.mark.parametrize(
    ("version", "before"), [(b"HTTP/1.1", [b"100 Continue"]), (b"HTTP/1.0", [])]
)
def test_who_asks_first_is_told_to_go_on(
    put: Callable[..., list[bytes]], version: bytes, before: list[bytes]
) -> None:
    lines = put(b"Expect: 100-Continue\r\nContent-Length: 3\r\n", b"abc", version=version)
    assert [line[9:] for line in lines] == [*before, b"200 OK"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n", CHUNKS, 400),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 13\r\n", CHUNKS, 400),
        (b"Transfer-Encoding: chunked\r\n", CHUNKS, 411),
        (b"Transfer-Encoding: gzip, chunked\r\n", CHUNKS, 411),
        (b"Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 13\r\n", CHUNKS, 400),
        (b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd", 400),
        (b"Content-Length: 3, 3\r\n", b"abc", 400),
        (b"Content-Length: +3\r\n", b"abc", 400),
        (b"Content-Length: -3\r\n", b"abc", 400),
        (b"Content-Length: 0x3\r\n", b"abc", 400),
        (b"Content-Length: 1_0\r\n", b"0123456789", 400),
        (b"Content-Length: 3 4\r\n", b"abc", 400),
        (b"Content-Length:\r\n", b"", 400),
        (b"Content-Length: 99999999999999999999999\r\n", b"abc", 400),
        (b"Content-Length : 3\r\n", b"abc", 400),
        (b"Content_Length: 3\r\n", b"abc", 400),
        (b"Content-Length: 3\r\nIf_Match: x\r\n", b"abc", 400),
        (b"X: a\r\n b\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"X: a\0b\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"X: a\rContent-Length: 3\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"X: a\nContent-Length: 3\r\n", b"abc", 400),
        (b"nonsense\r\nContent-Length: 3\r\n", b"abc", 400),
        (b": x\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"Host: elsewhere\r\nContent-Length: 3\r\n", b"abc", 400),
        (b"X: " + b"x" * 70_000 + b"\r\nContent-Length: 3\r\n", b"abc", 431),
        (b"X: x\r\n" * 20_000 + b"Content-Length: 3\r\n", b"abc", 431),
    ],
)  # fmt: skip
def test_a_request_that_can_be_read_in_two_ways_is_refused(
    put: Callable[..., list[bytes]], private: Provider, headers: bytes, body: bytes, status: int
) -> None:
    (answer,) = put(headers, body)

    assert answer.split()[1] == str(status).encode()
    assert not private.exists("k")


@pytest.mark.parametrize(
    ("version", "headers", "status"),
    [
        (b"HTTP/1.0", b"Content-Length: 3\r\n", 200),
        (b"HTTP/1.1", b"Content-Length: \t3 \r\nContent-Type: a/b \r\n", 200),
        (b"HTTP/1.0", b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"HTTP/1.0", b"Transfer-Encoding: chunked\r\n", 400),
        (b"HTTP/2.0", b"Content-Length: 3\r\n", 505),
        (b"HTTP/1.1 x", b"Content-Length: 3\r\n", 400),
        (b"HTTP/11", b"Content-Length: 3\r\n", 400),
        (b"", b"Content-Length: 3\r\n", 400),
    ],
)
def test_versions_of_http(
    put: Callable[..., list[bytes]], private: Provider, version: bytes, headers: bytes, status: int
) -> None:
    (answer,) = put(headers, b"abc", version=version)

    assert answer.split()[1] == str(status).encode()
    assert private.exists("k") == (status == 200)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /k HTTP/1.1\r\n\r\n",
        b"GET /k\r\n",
        b"GET /k\r\n\r\n",
        b"GET /k HTTP/1.1\nHost: localhost\n\n",
        b"GET /k HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /k HTTP/1.1\r\nHost: local",
        b"GET /k HTT",
        b"G(T /k HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 100,
    ],
)
def test_what_is_no_whole_head_is_refused(public: Provider, server: Server, sent: bytes) -> None:
    public.upload(b"x", key="k")

    (answer,) = ask(server, sent, end=True)

    assert answer.split()[1] == b"400"


def test_lines_that_end_without_a_return_are_refused_at_once(
    public: Provider, server: Server
) -> None:
    (answer,) = ask(server, b"GET /k HTTP/1.1\nHost: localhost\n\n")
    assert answer.startswith(b"HTTP/1.0 400 ")


@pytest.mark.parametrize(("error", "told"), [(BrokenPipeError, ""), (KeyError, "KeyError")])
def test_a_client_that_goes_away_is_nothing_to_tell_of(
    capsys: pytest.CaptureFixture[str], error: type[Exception], told: str
) -> None:
    with Server(port=0) as server:
        try:
            raise error
        except error:
            server._server.handle_error(None, ("127.0.0.1", 1))
    said = capsys.readouterr().err
    assert told in said if told else not said


def test_a_connection_that_says_nothing_is_answered_nothing(server: Server) -> None:
    assert [] == ask(server, b"", end=True)


def test_a_body_that_ends_early_is_not_stored(
    put: Callable[..., list[bytes]], private: Provider, directory: Path
) -> None:
    (answer,) = put(b"Content-Length: 1000\r\n", b"abc", end=True)

    assert answer.split()[1] == b"400"
    assert not private.exists("k")
    assert not [*(directory / ".bucketry" / "tmp").iterdir()]


def test_a_second_request_behind_the_first_is_not_acted_on(
    put: Callable[..., list[bytes]], private: Provider, server: Server
) -> None:
    private.upload(b"x", key="other")
    delete = private.sign("other", method="DELETE").reveal().removeprefix(server.url).encode()
    behind = b"DELETE %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % delete

    answers = put(b"Content-Length: 3\r\n", b"abc" + behind)

    assert [b"200"] == [answer.split()[1] for answer in answers]
    assert (b"abc", b"x") == (private.read("k"), private.read("other"))


def test_behind_another_server_both_framings_are_refused_too(
    private: Provider, server: Server
) -> None:
    """One that hands both on, as Python's own does."""
    path, _, query = (
        private.sign("k", method="PUT").reveal().removeprefix(server.url).partition("?")
    )
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": "13",
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    setup_testing_defaults(environ)
    statuses = list[str]()

    def start_response(status: str, *_: object) -> Any:
        statuses.append(status)

    list(app(private)(environ, start_response))

    assert ["400 Bad Request"] == statuses
    assert not private.exists("k")
