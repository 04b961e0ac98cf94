"""The client under it all: whose settings count, how long it waits, where it does not go."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.credentials
import botocore.session
import pytest

from bucketry import (
    AmbientCredentials,
    BadCredentials,
    ClientSettings,
    ClockSkew,
    InvalidInput,
    Provider,
    Unavailable,
    WrongRegion,
)
from bucketry_s3 import S3Layer
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Delay, Reply, StandIn
from bucketry_s3.transport import Boto3Transport

Open = Callable[..., Provider]

MIB = 1 << 20


def transport_of(provider: Provider) -> Any:
    return provider.layer(S3Layer).transport


# -- whose settings ----------------------------------------------------------------------------


def test_no_variable_of_the_sdk_counts(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the SDK reads: a variable that it cannot even parse must not matter."""
    names = {
        name
        for _, variables, _, _ in botocore.session.Session.SESSION_VARIABLES.values()
        for name in (variables if isinstance(variables, list) else [variables])
        if name and name != "AWS_CA_BUNDLE"
    }
    assert len(names) > 20
    for name in names:
        monkeypatch.setenv(name, "nonsense")

    open_on().upload(b"x", key="k")

    assert {"k"} == set(server.objects("media"))


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_ca_bundle_that_cannot_be_read_is_bad_input(
    server: StandIn, open_on: Open, tmp_path: Path, text: str | None
) -> None:
    """Not an outage that is waited for."""
    bundle = tmp_path / "ca.pem"
    if text is not None:
        bundle.write_text(text)

    with pytest.raises(InvalidInput, match="ca_bundle holds no certificates"):
        open_on(ca_bundle=str(bundle)).upload(b"x", key="k")
    assert [] == server.requests


# -- where it does not go ----------------------------------------------------------------------

MOVED = {"Location": "https://elsewhere.example/k", "x-amz-bucket-region": "eu-west-3"}


@pytest.mark.parametrize("status", [301, 307])
def test_no_operation_follows_a_redirect(server: StandIn, open_on: Open, status: int) -> None:
    for operation in (
        "PutObject", "CreateMultipartUpload", "GetObject", "HeadObject", "ListObjectsV2",
        "CopyObject", "DeleteObject", "DeleteObjects", "ListMultipartUploads",
    ):  # fmt: skip
        server.faults.add(operation, Reply(status, headers=MOVED), times=None)
    provider = open_on()
    calls: list[Callable[[], object]] = [
        lambda: provider.upload(b"x", key="k"),
        lambda: provider.upload(iter([bytes(6 * MIB)]), key="k"),
        lambda: provider.read("k"),
        lambda: provider.head("k"),
        lambda: provider.exists("k"),
        lambda: list(provider.list()),
        lambda: provider.copy("k", "l"),
        lambda: provider.delete("k"),
        lambda: provider.delete_many(["k", "l"]),
        lambda: provider.sweep(),
    ]

    for call in calls:
        before = len(server.requests)
        with pytest.raises(WrongRegion, match="the bucket is in eu-west-3"):
            call()
        assert before + 1 == len(server.requests)


# -- how long it waits -------------------------------------------------------------------------


def test_a_short_deadline_shortens_the_wait_for_a_silent_server(
    server: StandIn, open_on: Open
) -> None:
    server.faults.add("PutObject", Delay(30), times=None)
    began = time.monotonic()

    with pytest.raises(Unavailable):
        open_on(deadline=1).upload(b"x", key="k")

    assert time.monotonic() - began < 5


def test_a_server_that_stalls_once_is_asked_again(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.transport.READ_TIMEOUT", 0.2)
    for operation in ("PutObject", "UploadPart", "CompleteMultipartUpload", "GetObject"):
        server.faults.add(operation, Delay(30))
    provider = open_on()

    provider.upload(b"x", key="small")
    provider.upload(iter([bytes(6 * MIB)]), key="large")

    assert b"x" == provider.read("small")
    assert bytes(6 * MIB) == server.objects("media")["large"].data
    assert [] == server.open_uploads("media")


def test_a_long_copy_may_take_its_time(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that copies gigabytes sends nothing meanwhile; each repetition begins anew."""
    monkeypatch.setattr("bucketry_s3.transport.READ_TIMEOUT", 0.1)
    monkeypatch.setattr("bucketry_s3.transport.PATIENT_TIMEOUT", 3)
    server.put("media", "k", b"x")
    provider = open_on(deadline=20)
    provider.head("k")
    server.faults.add("CopyObject", Delay(0.5), times=None)

    provider.copy("k", "copy")

    assert ["HeadObject", "HeadObject", "CopyObject"] == [r.operation for r in server.requests]


# -- threads and processes ---------------------------------------------------------------------


def test_a_child_forked_while_the_client_was_made_can_make_its_own(
    server: StandIn, open_on: Open
) -> None:
    """The lock that another thread of the parent held is held for ever in the child."""
    provider = open_on()
    transport = transport_of(provider)
    read, write = os.pipe()
    with transport._lock:
        child = os.fork()
        if child == 0:
            worker = threading.Thread(target=transport.client, daemon=True)
            worker.start()
            worker.join(5)
            os.write(write, b"stuck" if worker.is_alive() else b"made")
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert b"made" == pipe.read()


def test_many_threads_share_one_client(open_on: Open) -> None:
    transport = transport_of(open_on())
    made: list[Any] = []
    threads = [threading.Thread(target=lambda: made.append(transport.client())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 16 == len(made)
    assert 1 == len({id(client) for client in made})


def test_a_closed_provider_has_no_connections(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    provider.upload(b"x", key="k")
    assert 1 == len(server._server._open)

    provider.close()
    provider.close()

    until = time.monotonic() + 2
    while server._server._open and time.monotonic() < until:
        time.sleep(0.01)
    assert 0 == len(server._server._open)


# -- credentials that change -------------------------------------------------------------------


class Renewed:
    """A source of temporary credentials, as a machine's role is."""

    def __init__(self, *lives: timedelta) -> None:
        self.lives = list(lives)
        self.count = 0

    def __call__(self) -> dict[str, str]:
        self.count += 1
        until = datetime.now(UTC) + self.lives.pop(0)
        return {
            "access_key": f"ASIA{self.count}",
            "secret_key": "secret",
            "token": f"token{self.count}",
            "expiry_time": until.isoformat(),
        }


@pytest.fixture
def ambient(monkeypatch: pytest.MonkeyPatch) -> Callable[[Renewed], Boto3Transport]:
    """Give a function that makes a transport whose machine has these credentials."""
    settings = ClientSettings(
        endpoint="https://localhost:1",
        public_endpoint="https://localhost:1",
        region="us-east-1",
        addressing="path",
        credentials=AmbientCredentials(),
    )

    def make(source: Renewed) -> Boto3Transport:
        credentials = botocore.credentials.RefreshableCredentials.create_from_metadata(
            source(), source, method="test"
        )
        monkeypatch.setattr(
            "botocore.session.Session.get_credentials", lambda session, *args: credentials
        )
        return Boto3Transport(settings, "media", 1)

    return make


def test_a_signature_is_made_with_the_credentials_of_the_moment(ambient: Any) -> None:
    # Credentials with less than ten minutes left are renewed.
    transport = ambient(Renewed(timedelta(minutes=5), timedelta(hours=1)))

    pair = transport.key_pair()

    assert ("ASIA2", "token2") == (pair.access_key_id, pair.session_token)
    assert timedelta(minutes=59) < pair.expires - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize(
    "use",
    [
        lambda transport: transport.key_pair(),
        lambda transport: transport.send("HeadBucket", {"Bucket": "media"}, Deadline(1)),
    ],
    ids=["to sign", "to send"],
)
def test_credentials_that_are_renewed_expired_are_bad_credentials(
    ambient: Any, use: Callable[[Boto3Transport], object]
) -> None:
    transport = ambient(Renewed(timedelta(seconds=-1), timedelta(seconds=-1)))

    with pytest.raises(BadCredentials, match="expired"):
        use(transport)


def test_the_clock_of_a_server_that_refuses_is_told(open_on: Open) -> None:
    with StandIn(buckets=["media"], clock=lambda: datetime.now(UTC) + timedelta(hours=2)) as server:
        provider = open_on(endpoint=server.endpoint, ca_bundle=server.ca_bundle)
        with pytest.raises(ClockSkew, match=r"behind the server's by [12]:"):
            provider.upload(b"x", key="k")


def test_a_token_that_has_expired_is_refused_once(server: StandIn, open_on: Open) -> None:
    provider = open_on(
        credentials={
            "access_key_id": ACCESS_KEY_ID,
            "secret_access_key": SECRET_ACCESS_KEY,
            "session_token": "an old one",
        }
    )
    with pytest.raises(BadCredentials):
        provider.upload(b"x", key="k")
    assert 1 == len(server.requests)
