"""Both transports send the same, and make the same of the same answers.

Requests of all operations, drawn by chance, go through each of them to a server that records what
arrives, byte for byte, and gives each the same answer. What differs on purpose: the SDK's client
says that a DELETE has a body of no bytes, signs each body, takes 100 headers at most, and reads
trailers to their end.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import trustme

from bucketry import Credentials, LayerContext, Secret, StorageError
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.requests import Place
from bucketry_s3.protocol.signing import KeyPair
from bucketry_s3.protocol.wire import S3Answer, S3Request
from bucketry_s3.settings import ClientSettings
from bucketry_s3.transports.boto3 import Boto3Transport
from bucketry_s3.transports.sockets.layer import SocketTransport
from s3.generated_requests import Draw
from s3.sockets.peer import Line, Peer

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ABC = b"Content-Length: 3\r\n\r\nabc"
NO_CLEAR_ANSWERS = {
    "both framings": HEAD + b"Transfer-Encoding: chunked\r\n" + ABC,
    "both framings, chunks": HEAD
    + b"Content-Length: 3\r\n"
    + CHUNKED[17:]
    + b"3\r\nabc\r\n0\r\n\r\n",
    "length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "length below zero": HEAD + b"Content-Length: -1\r\n\r\nabc",
    "length with an underscore": HEAD + b"Content-Length: 1_0\r\n\r\nabcdefghij",
    "length in hex": HEAD + b"Content-Length: 0x3\r\n\r\nabc",
    "length and more": HEAD + b"Content-Length: 3 x\r\n\r\nabc",
    "length of other digits": HEAD + "Content-Length: \u0663\r\n\r\nabc".encode(),
    "length beyond all": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc",
    "no length": HEAD + b"Content-Length:\r\n\r\nabc",
    "length twice in one": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "length twice": HEAD + b"Content-Length: 3\r\n" + ABC,
    "two lengths": HEAD + b"Content-Length: 4\r\n" + ABC,
    "space before the colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "another coding": HEAD + b"Transfer-Encoding: gzip\r\n\r\nabc",
    "two codings": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "coding with a tab": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"HTTP/1.0" + CHUNKED[8:] + b"3\r\nabc\r\n0\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
    "bare carriage return": HEAD + b"X: a\rY: b\r\n" + ABC,
    "folded header": HEAD + b"X: a\r\n folded\r\n" + ABC,
    "NUL in a value": HEAD + b"X: a\0b\r\n" + ABC,
    "NUL in a name": HEAD + b"X\0: a\r\n" + ABC,
    "no colon": HEAD + b"nonsense\r\n" + ABC,
    "no name": HEAD + b": x\r\n" + ABC,
    "upgrade": b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    "status with a sign": b"HTTP/1.1 +200 OK\r\n" + ABC,
    "status of four digits": b"HTTP/1.1 2000 OK\r\n" + ABC,
    "HTTP/0.9": b"HTTP/0.9 200 OK\r\n" + ABC,
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n" + ABC,
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\n" + ABC,
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a page alone": b"<html>login</html>",
    "NULs": b"\0" * 100,
    "interim answers alone": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
    "interim answers without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 60 + HEAD + ABC,
    "head without end": HEAD + b"X: a\r\n" * 20_000,
    "chunk that is none": CHUNKED + b"2\r\nok\r\nzz\r\n",
    "chunk below zero": CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n",
    "chunk in hex": CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "chunk with a sign": CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n",
    "chunk with an underscore": CHUNKED + b"0_3\r\nabc\r\n0\r\n\r\n",
    "chunk beyond all": CHUNKED + b"10000000000000003\r\nabc\r\n0\r\n\r\n",
    "chunk without an end": CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n",
    "chunks with bare line feeds": CHUNKED + b"3\nabc\n0\n\n",
    "chunk without a size": CHUNKED + b";x\r\nabc\r\n0\r\n\r\n",
    "extension without end": CHUNKED + b"3;" + b"x" * 400_000,
    "trailer without end": CHUNKED + b"3\r\nabc\r\n0\r\nX: " + b"y" * 400_000,
    "no last chunk": CHUNKED + b"3\r\nabc\r\n",
    "no end behind the last chunk": CHUNKED + b"3\r\nabc\r\n0\r\n",
}

NOW = 1_795_659_300.0  # 2026-11-26T02:15:00Z
PAIR = KeyPair(access_key_id="AK", secret_access_key="SK", session_token="tok/en+==")
COUNTS = [300, pytest.param(5_000, marks=pytest.mark.full)]


class Context:
    """As much of a provider as a transport asks for."""

    def __init__(self) -> None:
        self.hooks = self
        self.opened: list[Any] = []

    def bucketry_s3_credentials(self, settings: ClientSettings) -> KeyPair:
        return PAIR

    def share(self, key: object, make: Callable[[], Any]) -> Any:
        self.opened.append(make())
        return self.opened[-1]


class Recorder:
    """Answers each request with the next answer, and keeps the request."""

    def __init__(self) -> None:
        self.arrived: list[bytes] = []
        self.answer, self.closes = b"", False
        self.early: float | None = None  # seconds that it stays behind an answer too early

    def __call__(self, line: Line) -> None:
        while True:
            if self.early is not None:
                line.sock.recv(1000)
                line.say(self.answer)
                line.pause(self.early)
                return
            self.arrived.append(line.request())
            closes = self.closes
            line.say(self.answer)
            if closes:
                return


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[tuple[Recorder, Place, dict[str, Any]]]:
    recorder, ca = Recorder(), trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    with Peer(recorder, tls=True, ca=ca) as peer:
        settings = ClientSettings(
            endpoint=f"https://localhost:{peer.port}",
            public_endpoint=f"https://localhost:{peer.port}",
            region="eu-west-1",
            addressing="path",
            credentials=Credentials(access_key_id="AK", secret_access_key=Secret("SK")),
            ca_bundle=str(tmp_path / "ca.pem"),
        )
        contexts = Context(), Context()
        transports = {
            "sockets": SocketTransport(cast(LayerContext, contexts[0]), lambda: settings),
            "boto3": Boto3Transport(cast(LayerContext, contexts[1]), lambda: settings),
        }
        yield recorder, Place.of(settings.endpoint, "media", "path"), transports
        for opened in itertools.chain(*(context.opened for context in contexts)):
            opened.close()


def as_sent(raw: bytes) -> tuple[bytes, list[tuple[str, str]], bytes]:
    """Return first line, headers in any order, and body of a request.

    The one difference: the SDK's client says of a DELETE, too, that its body has no bytes.
    """
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = [line.decode("latin-1").partition(": ") for line in lines]
    told = {(name.lower(), value) for name, _, value in headers}
    if first.startswith(b"DELETE "):
        told.discard(("content-length", "0"))
    assert len(told) == len(headers) or first.startswith(b"DELETE ")
    return first, sorted(told), body


def as_got(
    send: Callable[..., S3Answer], request: S3Request, seconds: float = 20
) -> tuple[object, ...]:
    """Return what came of a request: the answer, or the error's kind and what it says."""
    try:
        answer = send(request=request, deadline=Deadline(seconds))
        try:
            body = b"".join(iter(lambda: answer.body.read(8192), b""))
        finally:
            answer.body.close()
    except StorageError as error:
        return type(error).__name__, error.may_have_applied, error.retryable
    return answer.status, dict(answer.headers), answer.framing, body


@pytest.mark.parametrize("count", COUNTS)
def test_the_same_arrives_and_is_made_of_the_same_answer(
    recorder: tuple[Recorder, Place, dict[str, Any]], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, place, transports = recorder
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # pytest shows it where the test fails
    draw = Draw(seed)
    monkeypatch.setattr(time, "time", lambda: NOW)  # or the signatures would differ
    for _ in range(count):
        request = draw.request(place)
        server.answer, server.closes = draw.answer(bodiless=request.method == "HEAD")
        server.arrived.clear()

        got = {name: as_got(one.bucketry_s3_send, request) for name, one in transports.items()}

        ours, theirs = map(as_sent, server.arrived)
        assert ours == theirs, request
        assert got["sockets"] == got["boto3"], server.answer


@pytest.mark.parametrize("transport", ["sockets", "boto3"])
@pytest.mark.parametrize("name", NO_CLEAR_ANSWERS)
def test_what_is_no_clear_answer_is_none(
    recorder: tuple[Recorder, Place, dict[str, Any]], name: str, transport: str
) -> None:
    server, place, transports = recorder
    server.answer, server.closes = NO_CLEAR_ANSWERS[name], True
    asked = S3Request(
        operation="GetObject", method="GET", scheme="https", host=place.host, path="/"
    )

    got = as_got(transports[transport].bucketry_s3_send, asked)

    assert ("Unavailable", True, True) == got


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what has arrived")
@pytest.mark.parametrize("transport", ["sockets", "boto3"])
@pytest.mark.parametrize(
    ("status", "counts"),
    [(b"200 OK", False), (b"301 Moved Permanently", True), (b"403 Forbidden", True)],
)
@pytest.mark.parametrize(("size", "stays"), [(1 << 20, 20), (1 << 24, 0.1)], ids=["stays", "goes"])
def test_only_a_refusal_may_come_before_all_of_the_request(
    recorder: tuple[Recorder, Place, dict[str, Any]],
    transport: str,
    status: bytes,
    counts: bool,
    size: int,
    stays: float,
) -> None:
    """The body is on its way in the buffers of this machine, or no longer taken by the other."""
    server, place, transports = recorder
    server.answer = b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status
    server.early = stays
    asked = S3Request(
        operation="PutObject", method="PUT", scheme="https", host=place.host, path="/media/k",
        body=bytes(size),
    )  # fmt: skip

    got = as_got(transports[transport].bucketry_s3_send, asked)

    assert counts == (got[0] == int(status[:3]))
    assert counts or ("Unavailable", True, True) == got


@pytest.mark.parametrize("transport", ["sockets", "boto3"])
def test_a_request_that_is_not_all_out_has_no_effect(
    recorder: tuple[Recorder, Place, dict[str, Any]], transport: str
) -> None:
    """The server stops reading in the middle of it, and says nothing."""
    server, place, transports = recorder
    server.early = 20
    asked = S3Request(
        operation="PutObject", method="PUT", scheme="https", host=place.host, path="/media/k",
        body=bytes(1 << 24), body_sha256="ab" * 32,
    )  # fmt: skip

    got = as_got(transports[transport].bucketry_s3_send, asked, seconds=1)

    assert ("Unavailable", False, True) == got


@pytest.mark.parametrize("transport", ["sockets", "boto3"])
def test_a_digest_that_is_known_is_not_made_again(
    recorder: tuple[Recorder, Place, dict[str, Any]], transport: str
) -> None:
    """That of another body, so that it can come from nowhere else."""
    server, place, transports = recorder
    server.answer = HEAD + ABC
    asked = S3Request(
        operation="UploadPart", method="PUT", scheme="https", host=place.host, path="/media/k",
        body=b"x", body_sha256="ab" * 32,
    )  # fmt: skip

    as_got(transports[transport].bucketry_s3_send, asked)

    _, headers, _ = as_sent(server.arrived[0])
    assert ("x-amz-content-sha256", "ab" * 32) in headers
