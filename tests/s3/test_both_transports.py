"""Both transports send the same, and make the same of the same answers.

Requests of all operations, drawn by chance, go through each of them to a server that records what
arrives, byte for byte, and gives each the same answer.
"""

from __future__ import annotations

import itertools
import random
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

    def __call__(self, line: Line) -> None:
        while True:
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


def as_got(send: Callable[..., S3Answer], request: S3Request) -> tuple[object, ...]:
    """Return what came of a request: the answer, or the error's kind and what it says."""
    try:
        answer = send(request=request, deadline=Deadline(20))
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
