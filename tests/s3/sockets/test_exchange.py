from __future__ import annotations

import errno
import gc
import os
import socket
import ssl
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import trustme

from bucketry import InvalidInput, Rejected, StorageError, Unavailable
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.wire import S3Answer, Unreachable
from bucketry_s3.transports.sockets.dialing import Proxy, Route
from bucketry_s3.transports.sockets.exchange import exchange, request_head
from bucketry_s3.transports.sockets.pool import Connection, Pool
from s3.sockets.peer import Line, Peer, Script

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Start = Callable[..., tuple[Peer, Pool]]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(script: Script, *, tls: bool = False) -> tuple[Peer, Pool]:
            ca = trustme.CA()
            peer = stack.enter_context(Peer(script, tls=tls, ca=ca))
            context = None
            if tls:
                context = ssl.create_default_context()
                ca.configure_trust(context)
            pool = Pool(Route(host="localhost", port=peer.port, tls=context))
            stack.callback(pool.close)
            return peer, pool

        yield start


def send(
    pool: Pool, method: str = "GET", body: bytes = b"", *, seconds: float = 5, **more: Any
) -> S3Answer:
    head = request_head(method, "/k", "localhost", (), len(body) if method == "PUT" else None)
    given = {"repeatable": True, **more}
    return exchange(pool, head, body, Deadline(seconds), method=method, **given)


def whole(answer: S3Answer) -> bytes:
    data = b"".join(iter(lambda: answer.body.read(65536), b""))
    answer.body.close()
    return data


def says(*pieces: bytes, pause: float = 0) -> Script:
    """Answer every request with the pieces, one after the other."""

    def script(line: Line) -> None:
        while True:
            line.request()
            for piece in pieces:
                line.say(piece)
                line.pause(pause)

    return script


def once(*pieces: bytes, pause: float = 0) -> Script:
    def script(line: Line) -> None:
        line.request()
        for piece in pieces:
            line.say(piece)
            line.pause(pause)

    return script


# -- framing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    ("answer", "framing", "body"),
    [
        (OK, "length", b"ok"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "length", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "none", b""),
        (
            CHUNKED + b"2;x=y\r\nok\r\n1\r\n!\r\n0\r\n\r\n",
            "chunked",
            b"ok!",
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK,
            "length",
            b"ok",
        ),
    ],
)
def test_an_answer_is_read_to_its_end_and_its_connection_used_again(
    start: Start, answer: bytes, framing: str, body: bytes, tls: bool
) -> None:
    peer, pool = start(says(answer), tls=tls)

    for _ in range(3):
        got = send(pool)
        assert (framing, body) == (got.framing, whole(got))

    assert 1 == peer.connections


def test_it_does_not_matter_how_the_bytes_come(start: Start) -> None:
    text = b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 5\r\n\r\nhello'
    peer, pool = start(says(*(text[n : n + 1] for n in range(len(text)))))

    got = send(pool)

    assert ('"a"', b"hello") == (got.headers["etag"], whole(got))
    assert b"hello" == whole(send(pool))
    assert 1 == peer.connections


def test_an_answer_to_head_ends_at_its_head(start: Start) -> None:
    peer, pool = start(says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"))

    for _ in range(2):
        got = send(pool, "HEAD")
        assert ("none", b"", "1000") == (got.framing, whole(got), got.headers["content-length"])

    assert 1 == peer.connections


def test_a_body_framed_by_closing_says_so(start: Start) -> None:
    peer, pool = start(once(b"HTTP/1.1 200 OK\r\n\r\nall of it?"))

    got = send(pool)

    assert ("close", b"all of it?") == (got.framing, whole(got))
    whole(send(pool))
    assert 2 == peer.connections


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
    ],
)
def test_an_answer_that_ends_early_is_none(start: Start, answer: bytes) -> None:
    _, pool = start(once(answer))

    with pytest.raises(Unavailable, match="closed before") as caught:
        whole(send(pool))

    assert caught.value.may_have_applied


def test_heads_have_a_limit(start: Start) -> None:
    def script(line: Line) -> None:
        line.request()
        line.say(b"HTTP/1.1 200 OK\r\n")
        while True:
            line.say(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    _, pool = start(script)

    with pytest.raises(Unavailable, match="longer than 65536 bytes"):
        send(pool)


@pytest.mark.parametrize("begin", [b"2;", b"2\r\nok\r\n0\r\nX-Trailer: "])
def test_what_frames_a_body_has_a_limit(start: Start, begin: bytes) -> None:
    def script(line: Line) -> None:
        line.request()
        line.say(CHUNKED + begin)
        while True:
            line.say(b"x" * 10_000)

    _, pool = start(script)

    with pytest.raises(Unavailable, match="longer than 65536 bytes"):
        whole(send(pool))


def test_interim_answers_have_a_limit(start: Start) -> None:
    def script(line: Line) -> None:
        line.request()
        while True:
            line.say(b"HTTP/1.1 100 Continue\r\n\r\n")

    _, pool = start(script)

    with pytest.raises(Unavailable, match="nothing but interim answers"):
        send(pool)


# -- who may use a connection again ------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
        OK + b"stray",
        CHUNKED + b"2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\nok",
    ],
)
def test_a_connection_of_doubt_is_not_used_again(start: Start, answer: bytes) -> None:
    peer, pool = start(says(answer))

    for _ in range(2):
        assert b"ok" == whole(send(pool))

    assert 2 == peer.connections


def test_an_answer_that_came_unasked_is_nobodys(start: Start) -> None:
    """An idle server says 408 and hangs up; that is not the answer to the next request."""

    def script(line: Line) -> None:
        line.request()
        line.say(OK)
        if line.number == 1:
            line.say(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 3\r\n\r\n408")
        line.request()

    peer, pool = start(script)
    assert b"ok" == whole(send(pool))
    time.sleep(0.1)

    assert b"ok" == whole(send(pool))
    assert 2 == peer.connections


@pytest.mark.parametrize("tls", [False, True])
def test_what_came_behind_a_body_in_one_piece_is_nobodys(start: Start, tls: bool) -> None:
    """Over TLS the kernel knows nothing of it: it came in one record with the body's last bytes."""

    def script(line: Line) -> None:
        line.request()
        if line.number > 1:
            line.say(OK)
            return
        line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        head_is_read.wait(10)
        line.say(b"ok" + OK.replace(b"ok", b"no"))
        line.request()  # stays open

    head_is_read = threading.Event()
    peer, pool = start(script, tls=tls)
    answer = send(pool)
    head_is_read.set()

    assert whole(answer) == b"ok"
    assert whole(send(pool)) == b"ok"
    assert peer.connections == 2


def test_an_answer_leaves_nothing_to_the_garbage_collector(start: Start) -> None:
    _, pool = start(says(OK))
    gc.disable()
    try:
        answer = send(pool)
        head = weakref.ref(vars(answer.body)["_head"])
        assert whole(answer) == b"ok"
        del answer
        assert head() is None
    finally:
        gc.enable()


def test_an_answer_that_is_not_trusted_gives_its_connection_up(start: Start) -> None:
    peer, pool = start(says(OK))

    answer = send(pool)
    assert b"ok" == answer.body.read(10)
    answer.body.close(reuse=False)
    whole(send(pool))

    assert 2 == peer.connections


def test_an_answer_that_is_not_read_gives_its_connection_up(start: Start) -> None:
    peer, pool = start(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000))

    answer = send(pool)
    answer.body.close()
    answer.body.close()
    whole(send(pool))

    assert 2 == peer.connections
    with pytest.raises(InvalidInput, match="closed"):
        answer.body.read(100_000)


def _closing_after_one(line: Line) -> None:
    line.request()
    line.say(OK)


@pytest.mark.parametrize("tls", [False, True])
def test_a_kept_connection_that_was_closed_is_not_noticed_by_anybody(
    start: Start, tls: bool
) -> None:
    peer, pool = start(_closing_after_one, tls=tls)

    for _ in range(3):
        assert b"ok" == whole(send(pool, "PUT", b"body", repeatable=False))
        time.sleep(0.05)

    assert 3 == peer.connections


def _closing_as_it_is_used_again(line: Line) -> None:
    line.request()
    line.say(OK)
    if line.number == 1:
        line.request()  # and no answer


def test_a_connection_that_dies_as_it_is_used_again_is_replaced(start: Start) -> None:
    _, pool = start(_closing_as_it_is_used_again)
    whole(send(pool))

    assert b"ok" == whole(send(pool))


def test_a_request_that_must_not_be_repeated_is_not(start: Start) -> None:
    peer, pool = start(_closing_as_it_is_used_again)
    whole(send(pool))

    with pytest.raises(Unavailable) as caught:
        send(pool, repeatable=False)

    assert caught.value.may_have_applied
    assert 1 == peer.connections


# -- time --------------------------------------------------------------------------------------


def _within(seconds: float, call: Callable[[], object]) -> StorageError:
    began = time.monotonic()
    with pytest.raises(StorageError) as caught:
        call()
    assert time.monotonic() - began < seconds
    return caught.value


def _silence(line: Line) -> None:
    line.request()
    line.pause(3)


def _drip(line: Line) -> None:
    line.request()
    for byte in b"HTTP/1.1 200 OK\r\nX-Very-Long: " + b"x" * 1000:
        line.say(bytes([byte]))
        line.pause(0.05)


def _drip_of_a_body(line: Line) -> None:
    line.request()
    line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        line.say(b"x")
        line.pause(0.05)


def _interim_drip(line: Line) -> None:
    line.request()
    while True:
        line.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        line.pause(0.1)


@pytest.mark.parametrize("script", [_silence, _drip, _drip_of_a_body, _interim_drip])
@pytest.mark.parametrize("tls", [False, True])
def test_the_deadline_ends_everything(
    start: Start, script: Script, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.transports.sockets.exchange._LEAST_SILENT", 20.0)
    _, pool = start(script, tls=tls)

    error = _within(3, lambda: whole(send(pool, seconds=2)))

    assert "time is up" in error.reason
    assert error.may_have_applied


@pytest.fixture
def soon_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bucketry_s3.transports.sockets.exchange.SILENT_SECONDS", 0.5)


def test_a_silent_connection_is_given_up_before_the_deadline(
    start: Start, soon_silent: None
) -> None:
    _, pool = start(_silence)

    error = _within(2, lambda: send(pool, seconds=60))

    assert "sends nothing" in error.reason


def test_a_server_that_stops_reading_is_given_up(start: Start, soon_silent: None) -> None:
    def script(line: Line) -> None:
        line.sock.recv(10)
        line.pause(3)

    _, pool = start(script)

    error = _within(2, lambda: send(pool, "PUT", bytes(50_000_000), seconds=60))

    assert "takes no more bytes" in error.reason
    assert not error.may_have_applied


def test_another_thread_can_end_it(start: Start) -> None:
    _, pool = start(_silence)
    deadline = Deadline(60)
    head = request_head("GET", "/", "h", (), None)
    threading.Timer(0.3, deadline.end).start()

    _within(
        1,
        lambda: exchange(pool, head, b"", deadline, method="GET", repeatable=True),
    )


def test_closing_the_pool_ends_what_waits(start: Start) -> None:
    _, pool = start(_silence)
    threading.Timer(0.3, pool.close).start()

    _within(1, lambda: send(pool, seconds=60))


def test_a_connection_given_back_while_the_pool_is_closed_is_closed(start: Start) -> None:
    class Idle(deque[Connection]):
        def append(self, connection: Connection) -> None:
            pool.close()  # as another thread may, which sees it neither in use nor here
            super().append(connection)

    _, pool = start(_silence)
    pool._idle = Idle()
    connection = pool.take(Deadline(5))

    pool.give_back(connection)

    assert -1 == connection.sock.fileno()


# -- answers before the request is out ---------------------------------------------------------

_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"


def _refusing_early(line: Line) -> None:
    line.sock.recv(100)
    line.say(_REFUSAL)
    line.pause(0.5)


@pytest.mark.parametrize("tls", [False, True])
def test_an_early_refusal_is_the_answer(start: Start, tls: bool) -> None:
    _, pool = start(_refusing_early, tls=tls)

    answer = send(pool, "PUT", bytes(50_000_000))

    assert (403, b"no") == (answer.status, whole(answer))


def test_an_early_success_is_none(start: Start) -> None:
    def script(line: Line) -> None:
        line.sock.recv(100)
        line.say(OK)
        line.pause(1)

    _, pool = start(script)

    error = _within(3, lambda: send(pool, "PUT", bytes(50_000_000)))

    assert "before all of the request was sent" in error.reason
    assert error.may_have_applied


# -- nothing was sent --------------------------------------------------------------------------


def test_a_refused_connection_says_that_nothing_was_sent() -> None:
    pool = Pool(Route(host="127.0.0.1", port=9, tls=None))

    error = _within(1, lambda: send(pool))

    assert isinstance(error, Unreachable)
    assert not error.may_have_applied
    assert "127.0.0.1:9: Connection refused" in error.reason


def test_an_unknown_name_says_that_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)

    error = _within(1, lambda: send(Pool(Route(host="nowhere.example", port=443, tls=None))))

    assert isinstance(error, Unreachable)
    assert "nowhere.example cannot be resolved: Name or service not known" in error.reason


def test_a_resolver_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: hang.wait(5) and [])

    error = _within(
        2, lambda: send(Pool(Route(host="slow.example", port=443, tls=None)), seconds=1)
    )
    hang.set()

    assert isinstance(error, Unreachable)
    assert "looking up slow.example took too long" in error.reason


def test_the_next_address_is_tried(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, _ = start(says(OK))
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", peer.port)),
    ]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: addresses)
    pool = Pool(Route(host="two.example", port=443, tls=None))

    assert b"ok" == whole(send(pool))
    pool.close()


def test_an_address_that_this_machine_cannot_use_is_passed_over(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel without IPv6, where names have such addresses all the same."""
    peer, _ = start(says(OK))
    addresses = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", peer.port, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", peer.port)),
    ]

    class WithoutIPv6(socket.socket):
        def __init__(self, family: int = -1, *more: Any, **named: Any) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
            super().__init__(family, *more, **named)

    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: addresses)
    monkeypatch.setattr("socket.socket", WithoutIPv6)
    pool = Pool(Route(host="two.example", port=443, tls=None))

    assert b"ok" == whole(send(pool))
    pool.close()


def test_too_many_open_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any, **__: Any) -> socket.socket:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("socket.socket", none_left)

    with pytest.raises(Unreachable, match="Too many open files"):
        send(Pool(Route(host="127.0.0.1", port=9, tls=None)))


def test_a_certificate_of_somebody_elses_is_final(start: Start) -> None:
    peer, _ = start(says(OK), tls=True)
    pool = Pool(Route(host="localhost", port=peer.port, tls=ssl.create_default_context()))

    error = _within(2, lambda: send(pool))

    assert isinstance(error, Rejected)
    assert "certificate is not trusted" in error.reason
    assert "ca_bundle" in error.hint
    assert not error.may_have_applied


def test_plain_http_where_tls_is_wanted_is_final(start: Start) -> None:
    def script(line: Line) -> None:
        line.sock.recv(1000)
        line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    peer, _ = start(script)
    pool = Pool(Route(host="localhost", port=peer.port, tls=ssl.create_default_context()))

    error = _within(2, lambda: send(pool))

    assert isinstance(error, Rejected)
    assert "no TLS" in error.hint
    assert not error.may_have_applied


def test_a_handshake_that_hangs_is_given_up(start: Start) -> None:
    peer, _ = start(lambda line: line.pause(3))
    pool = Pool(Route(host="localhost", port=peer.port, tls=ssl.create_default_context()))

    error = _within(2, lambda: send(pool, seconds=1))

    assert isinstance(error, Unreachable)
    assert "TLS handshake" in error.reason


# -- proxies -----------------------------------------------------------------------------------


def _through(peer: Peer, pool: Pool, authorization: str | None = None) -> Pool:
    proxy = Proxy(host="127.0.0.1", port=peer.port, authorization=authorization)
    return Pool(
        Route(host="s3.example.com", port=443, tls=ssl.create_default_context(), proxy=proxy)
    )


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (b"407 Proxy Authentication Required", Rejected, "wants a user name"),
        (b"403 Forbidden", Rejected, "opens no way to s3.example.com:443"),
        (b"429 Too Many Requests", Unreachable, "HTTP 429"),
        (b"502 Bad Gateway", Unreachable, "HTTP 502"),
    ],
)
def test_a_proxy_that_refuses_is_told(
    start: Start, status: bytes, kind: type[StorageError], words: str
) -> None:
    peer, pool = start(once(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"))

    error = _within(2, lambda: send(_through(peer, pool)))

    assert kind is type(error)
    assert words in error.reason
    assert not error.may_have_applied


def test_a_proxy_that_hangs_is_given_up(start: Start) -> None:
    peer, pool = start(_silence)

    error = _within(2, lambda: send(_through(peer, pool), seconds=1))

    assert isinstance(error, Unreachable)


def test_a_tunnel_is_asked_for_with_the_proxys_password(start: Start) -> None:
    asked: list[bytes] = []

    def script(line: Line) -> None:
        asked.append(line.request())
        line.say(b"HTTP/1.1 407 No\r\n\r\n")

    peer, pool = start(script)

    _within(2, lambda: send(_through(peer, pool, "Basic dTpw")))

    assert [
        b"CONNECT s3.example.com:443 HTTP/1.1\r\nHost: s3.example.com:443\r\n"
        b"Proxy-Authorization: Basic dTpw\r\n\r\n"
    ] == asked


# -- processes and threads ---------------------------------------------------------------------


def test_a_forked_child_opens_connections_of_its_own(start: Start) -> None:
    def script(line: Line) -> None:
        while True:
            line.request()
            body = b"%d" % line.number
            line.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    _, pool = start(script, tls=True)
    assert b"1" == whole(send(pool))

    child = os.fork()
    if child == 0:
        os._exit(0 if whole(send(pool)) == b"2" else 1)
    _, status = os.waitpid(child, 0)

    assert 0 == status
    assert b"1" == whole(send(pool))


def test_many_threads_get_their_own_answers(start: Start) -> None:
    def script(line: Line) -> None:
        while True:
            request = line.request()
            body = request.rpartition(b"\r\n\r\n")[2]
            line.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    peer, pool = start(script, tls=True)
    wrong: list[bytes] = []

    def work(number: int) -> None:
        for turn in range(20):
            body = b"%d-%d" % (number, turn)
            if whole(send(pool, "PUT", body)) != body:
                wrong.append(body)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong
    assert peer.connections <= 32
    assert not peer.failures


def test_the_head_of_a_request_does_not_show_itself() -> None:
    head = request_head("GET", "/", "h", [("Authorization", "secret")], None)

    assert b"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: secret\r\n\r\n" == bytes(head)
    assert "secret" not in repr(head)
