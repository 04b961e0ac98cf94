"""What holds on every transport: whose settings count, how long it waits, where it does not go."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import botocore.credentials
import botocore.session
import pytest
from botocore.exceptions import SSLError

from bucketry import (
    AmbientCredentials,
    BadCredentials,
    ClockSkew,
    Credentials,
    InvalidHeader,
    InvalidInput,
    PluginError,
    Provider,
    Rejected,
    Secret,
    StorageError,
    Unavailable,
    Unconfirmed,
    WrongRegion,
    hookimpl,
)
from bucketry.testing.http import Http
from bucketry_s3 import BytesBody, ClientSettings, KeyPair, S3Answer, S3Request, boto3_client
from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Delay, Reply, StandIn
from bucketry_s3.transports.boto3 import Boto3Transport
from bucketry_s3.transports.sdk import Connections

Open = Callable[..., Provider]

MIB = 1 << 20


@pytest.fixture(params=["sockets", "boto3"])
def transport_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def connections_of(provider: Provider) -> Connections:
    transport: Boto3Transport = provider.layer(Boto3Transport)
    return transport.connections


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

    with pytest.raises((Unavailable, Unconfirmed)):
        open_on(deadline=1).upload(b"x", key="k")

    assert time.monotonic() - began < 2


def test_a_server_that_stalls_once_is_asked_again(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.transports.sdk.READ_TIMEOUT", 0.5)
    monkeypatch.setattr("bucketry_s3.transports.sockets.exchange.SILENT_SECONDS", 0.5)
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
    monkeypatch.setattr("bucketry_s3.transports.sdk.READ_TIMEOUT", 0.5)
    monkeypatch.setattr("bucketry_s3.transports.sdk.PATIENT_TIMEOUT", 3)
    server.put("media", "k", b"x")
    provider = open_on(deadline=20)
    provider.head("k")
    server.faults.add("CopyObject", Delay(1), times=None)

    provider.copy("k", "copy")

    assert 1 == [r.operation for r in server.requests].count("CopyObject")


# -- threads and processes ---------------------------------------------------------------------


def test_a_child_forked_while_connections_were_made_can_make_its_own(
    server: StandIn, open_on: Open
) -> None:
    """The lock that another thread of the parent held is held for ever in the child."""
    provider = open_on()
    connections = connections_of(provider)
    read, write = os.pipe()
    with connections._lock:
        child = os.fork()
        if child == 0:
            worker = threading.Thread(target=provider.exists, args=("k",), daemon=True)
            worker.start()
            worker.join(5)
            os.write(write, b"stuck" if worker.is_alive() else b"made")
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert b"made" == pipe.read()


def test_many_threads_share_one_client(open_on: Open) -> None:
    provider = open_on()
    made: list[Any] = []
    threads = [
        threading.Thread(target=lambda: made.append(boto3_client(provider))) for _ in range(16)
    ]
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
def ambient(monkeypatch: pytest.MonkeyPatch) -> Callable[[Renewed], Connections]:
    """Give a function that makes connections from a machine that has these credentials."""
    settings = ClientSettings(
        endpoint="https://localhost:1",
        public_endpoint="https://localhost:1",
        region="us-east-1",
        addressing="path",
        credentials=AmbientCredentials(),
    )

    def make(source: Renewed) -> Connections:
        credentials = botocore.credentials.RefreshableCredentials.create_from_metadata(
            source(), source, method="test"
        )
        monkeypatch.setattr(
            "botocore.session.Session.get_credentials", lambda session, *args: credentials
        )
        return Connections(settings)

    return make


def test_a_signature_is_made_with_the_credentials_of_the_moment(ambient: Any) -> None:
    # Credentials with less than ten minutes left are renewed.
    connections = ambient(Renewed(timedelta(minutes=5), timedelta(hours=1)))

    pair = connections.ambient_pair()

    assert ("ASIA2", "token2") == (pair.access_key_id, pair.session_token)
    assert timedelta(minutes=59) < pair.expires - datetime.now(UTC) <= timedelta(hours=1)


def test_credentials_that_are_renewed_expired_are_bad_credentials(ambient: Any) -> None:
    connections = ambient(Renewed(timedelta(seconds=-1), timedelta(seconds=-1)))

    with pytest.raises(BadCredentials, match="expired"):
        connections.ambient_pair()


def test_each_request_and_each_url_asks_for_the_key_pair_of_the_moment(
    server: StandIn, open_on: Open
) -> None:
    class Vault:
        """Hands out the right pair once, then one that nobody knows."""

        def __init__(self) -> None:
            self.asked = 0

        @hookimpl
        def bucketry_s3_credentials(self) -> KeyPair:
            self.asked += 1
            known = self.asked == 1
            return KeyPair(
                access_key_id=ACCESS_KEY_ID if known else "AKIANOBODY",
                secret_access_key=SECRET_ACCESS_KEY,
            )

    vault = Vault()
    provider = open_on().with_layer(vault)

    provider.upload(b"x", key="k")
    with pytest.raises(BadCredentials):
        provider.upload(b"x", key="k")
    assert "AKIANOBODY" in provider.sign("k").reveal()
    assert 3 == vault.asked


def test_the_clock_of_a_server_that_refuses_is_told(open_on: Open) -> None:
    ahead = [timedelta(hours=2)]
    with StandIn(buckets=["media"], clock=lambda: datetime.now(UTC) + ahead[0]) as server:
        provider = open_on(endpoint=server.endpoint, ca_bundle=server.ca_bundle)
        provider.upload(b"x", key="k")  # with the server's time, which its refusal has told
        provider.upload(b"y", key="k")
        ahead[0] = timedelta()  # as if somebody set this machine's clock
        provider.upload(b"z", key="k")
        provider.upload(b"z", key="k")

        assert [403, 200, 200, 403, 200, 200] == [request.status for request in server.requests]


@pytest.mark.parametrize("hours", [-2, 2])
@pytest.mark.parametrize("layers", [0, 1])
def test_what_is_signed_counts_by_the_clock_of_a_server_that_has_refused(
    open_on: Open, hours: int, layers: int
) -> None:
    class Wrapper:
        @hookimpl(wrapper=True)
        def bucketry_sign(self) -> Generator[None, Any, Any]:
            return attrs.evolve((yield), checked=False)  # so that the signature is read back

    ahead = timedelta(hours=hours)
    with StandIn(buckets=["media"], clock=lambda: datetime.now(UTC) + ahead) as server:
        able = {"post_policy": "yes"}
        provider = open_on(endpoint=server.endpoint, ca_bundle=server.ca_bundle, capabilities=able)
        for _ in range(layers):
            provider = provider.with_layer(Wrapper())
        provider.upload(b"x", key="k")
        signed = [
            provider.sign("k", expires_in=600),
            provider.sign("k", expires_in=600, stable=600),
            provider.sign("k", expires_in=600, response={"content_type": "a/b"}),
        ]
        form = provider.upload_ticket("k", expires_in=600).signed
        http = Http(server.ca_bundle)

        assert [200] * 3 == [http.send(one).status for one in signed]
        assert http.post_form(form, b"x").status in (200, 201, 204)
        for one in (*signed, form):  # which is told by this machine's clock
            assert one.expires_at is not None
            assert 500 < one.expires_at.timestamp() - time.time() <= 1200


def test_a_clock_that_nothing_mends_is_told(open_on: Open) -> None:
    hours = iter(range(2, 100, 2))
    with StandIn(
        buckets=["media"], clock=lambda: datetime.now(UTC) + timedelta(hours=next(hours))
    ) as server:
        provider = open_on(endpoint=server.endpoint, ca_bundle=server.ca_bundle)
        with pytest.raises(ClockSkew, match=r"behind the server's by"):
            provider.upload(b"x", key="k")


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 -1400", "Mon, 01 Jan 0001 00:00:00 +1400"]
)
def test_a_clock_that_nobody_has_is_not_believed(server: StandIn, open_on: Open, date: str) -> None:
    refusal = Reply.error(403, "RequestTimeTooSkewed")
    server.faults.add("PutObject", attrs.evolve(refusal, headers={"Date": date}), times=2)
    provider = open_on()

    with pytest.raises(ClockSkew):
        provider.upload(b"x", key="k")
    provider.upload(b"x", key="k")


def test_a_clock_that_another_attempt_does_not_meet_is_passed_over(
    server: StandIn, open_on: Open
) -> None:
    server.faults.add("PutObject", Reply.error(403, "RequestTimeTooSkewed"))

    open_on().upload(b"x", key="k")

    assert [403, 200] == [request.status for request in server.requests]


def test_a_token_that_has_expired_is_refused_once(server: StandIn, open_on: Open) -> None:
    provider = open_on(
        credentials={
            "access_key_id": ACCESS_KEY_ID,
            "secret_access_key": SECRET_ACCESS_KEY,
            "session_token": "an-old-one",
        }
    )
    with pytest.raises(BadCredentials):
        provider.upload(b"x", key="k")
    assert 1 == len(server.requests)


def test_a_layer_that_gives_no_key_pair_is_named(server: StandIn, open_on: Open) -> None:
    class Vault:
        @hookimpl
        def bucketry_s3_credentials(self) -> dict[str, str]:
            return {"access_key_id": ACCESS_KEY_ID}

    with pytest.raises(PluginError, match="bucketry_s3_credentials: it answered dict, not KeyPair"):
        open_on().with_layer(Vault()).upload(b"x", key="k")
    assert not server.requests


def test_a_small_body_does_not_wait_for_an_answer_to_its_head(open_on: Open) -> None:
    """Without TCP_NODELAY each upload took 40 ms longer."""
    provider = open_on(transport="boto3")
    provider.upload(b"x", key="k")

    (session,) = connections_of(provider)._sessions.values()
    pools: Any = cast(Any, session)._manager.pools
    pool = pools[next(iter(pools.keys()))]
    connection = pool._get_conn()
    pool._put_conn(connection)
    assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# -- before anything was sent ------------------------------------------------------------------


class Refusing:
    """A server that does one thing to every connection before a request can be written."""

    def __init__(self, play: Callable[[socket.socket], object]) -> None:
        self._play = play
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self._play(connection)

    def __enter__(self) -> Refusing:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def plain_http(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def hang_up(connection: socket.socket) -> None:
    connection.recv(10)


@pytest.mark.parametrize(
    ("play", "kind"), [(plain_http, Rejected), (hang_up, Unavailable)], ids=["http", "hang up"]
)
def test_what_fails_before_the_first_byte_leaves_no_doubt(
    open_on: Open, play: Callable[[socket.socket], object], kind: type[StorageError]
) -> None:
    with Refusing(play) as refusing:
        provider = open_on(endpoint=f"https://127.0.0.1:{refusing.port}")
        for call in (lambda: provider.upload(b"x", key="k"), lambda: provider.delete("k")):
            with pytest.raises(kind) as caught:
                call()
            assert not caught.value.may_have_applied


def test_what_fails_behind_the_first_byte_may_have_applied(open_on: Open) -> None:
    def read_and_hang_up(connection: socket.socket) -> None:
        while b"x-amz-date" not in connection.recv(65536).lower():
            pass

    with Refusing(read_and_hang_up) as refusing:
        provider = open_on(endpoint=f"http://127.0.0.1:{refusing.port}")
        with pytest.raises(Unconfirmed) as caught:
            provider.upload(b"x", key="k")
    assert caught.value.may_have_applied


@pytest.mark.parametrize(
    ("status", "kind"), [(b"407 Login", Rejected), (b"502 Bad Gateway", Unavailable)]
)
def test_a_proxy_that_makes_no_tunnel_has_sent_nothing_on(
    open_on: Open, monkeypatch: pytest.MonkeyPatch, status: bytes, kind: type[StorageError]
) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with Refusing(answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        provider = open_on(endpoint="https://s3.example.com")
        with pytest.raises(kind) as caught:
            provider.upload(b"x", key="k")
    assert not caught.value.may_have_applied


# -- what layers can do to a request -----------------------------------------------------------


class Settings:
    """Changes the client's settings."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    @hookimpl(wrapper=True)
    def bucketry_s3_client_settings(self) -> Generator[None, ClientSettings, ClientSettings]:
        return attrs.evolve((yield), **self.changes)


class WithHeader:
    """Puts one header on every request."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value

    @hookimpl(wrapper=True)
    def bucketry_s3_send(self, request: S3Request) -> Generator[None, S3Answer, S3Answer]:
        request.headers[self.name] = self.value
        return (yield)


def test_a_header_that_a_layer_adds_is_signed_along(server: StandIn, open_on: Open) -> None:
    server.faults.add("PutObject", Reply.error(503, "SlowDown"))
    provider = open_on().with_layer(WithHeader("x-acme-team", "web"))

    provider.upload(b"x", key="k")

    assert ["PutObject", "PutObject"] == [request.operation for request in server.requests]
    for request in server.requests:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert "web" == headers["x-acme-team"]
        assert ";x-acme-team;" in headers["authorization"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-acme", "a\r\nHost: elsewhere.example"),
        ("x acme", "a"),
        ("x-acme\n", "a"),
        ("x-acme", "\u20ac"),
        ("Host", "elsewhere.example"),
        ("authorization", "AWS4-HMAC-SHA256 ..."),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("x-amz-security-token", "t"),
        ("content-type", "text/html"),
    ],
)
def test_a_header_that_no_layer_may_add_stops_the_request(
    server: StandIn, open_on: Open, name: str, value: str
) -> None:
    """The last one is there already, under another spelling."""
    provider = open_on().with_layer(WithHeader(name, value))

    with pytest.raises(InvalidHeader):
        provider.upload(b"x", key="k")

    assert [] == server.requests


class Recorder:
    """Keeps what was answered."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []

    @hookimpl(wrapper=True)
    def bucketry_s3_send(self) -> Generator[None, S3Answer, S3Answer]:
        answer = yield
        body = b"".join(iter(lambda: answer.body.read(1 << 16), b""))
        answer.body.close()
        self.answers.append((answer.status, dict(answer.headers), body))
        return S3Answer(status=answer.status, headers=answer.headers, body=BytesBody(body))


class Replay:
    """Gives answers again, in order, and asks nobody."""

    def __init__(self, recorder: Recorder) -> None:
        self.answers = list(recorder.answers)

    @hookimpl
    def bucketry_s3_send(self) -> S3Answer:
        status, headers, body = self.answers.pop(0)
        return S3Answer(status=status, headers=headers, body=BytesBody(body))


def test_a_layer_can_record_and_replay(server: StandIn, open_on: Open) -> None:
    recorder = Recorder()
    server.put("media", "k", b"hello")
    told = [open_on().with_layer(recorder).read("k")]
    replay = Replay(recorder)
    seen = len(server.requests)

    told.append(open_on().with_layer(replay).read("k"))

    assert [b"hello", b"hello"] == told
    assert [] == replay.answers
    assert seen == len(server.requests)


def test_a_failure_that_a_layer_injects_is_survived(server: StandIn, open_on: Open) -> None:
    class Chaos:
        """Loses the answer to the first attempt of each operation."""

        def __init__(self) -> None:
            self.seen: set[str] = set()

        @hookimpl(wrapper=True)
        def bucketry_s3_send(self, request: S3Request) -> Generator[None, S3Answer, S3Answer]:
            answer = yield
            if request.operation not in self.seen:
                self.seen.add(request.operation)
                answer.body.close(reuse=False)
                raise Unavailable("injected", may_have_applied=True)
            return answer

    chaos = Chaos()
    provider = open_on().with_layer(chaos)

    assert 1 == provider.upload(b"x", key="k").size
    assert b"x" == provider.read("k")
    assert {"PutObject", "GetObject"} == chaos.seen


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"endpoint": "http://s3.example.com"}, "endpoint is plain http"),
        ({"endpoint": "https://user:password@s3.example.com"}, "endpoint must not hold a user"),
        ({"endpoint": "https://169.254.169.254"}, "endpoint is an address where clouds"),
        ({"endpoint": "https://s3.example.com\r\nHost: x"}, "endpoint is not a URL"),
        ({"endpoint": None}, "endpoint is no text"),
        ({"public_endpoint": "http://s3.example.com"}, "public_endpoint is plain http"),
        ({"region": "eu\r\nHost: x"}, "region is no name of a region"),
        ({"region": ""}, "region is no name of a region"),
        ({"addressing": "dns"}, "addressing is none of path, virtual"),
        ({"credentials": ("AK", "SK")}, "credentials are neither"),
    ],
)
def test_what_a_configuration_may_not_say_a_layer_may_not_answer(
    server: StandIn, open_on: Open, changes: dict[str, Any], fault: str
) -> None:
    provider = open_on().with_layer(Settings(**changes))

    for call in (lambda: provider.upload(b"x", key="k"), lambda: provider.sign("k")):
        with pytest.raises(PluginError, match=f"bucketry_s3_client_settings: {fault}"):
            call()
    assert [] == server.requests


# -- what is shared ----------------------------------------------------------------------------


class Nothing:
    @hookimpl
    def bucketry_is_private(self) -> bool | None:
        return None


def test_providers_made_from_one_another_share_connections(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    provider.upload(b"x", key="k")
    layered = provider.with_layer(Nothing())

    assert connections_of(provider) is connections_of(layered)
    assert b"x" == layered.read("k")
    assert 1 == len(server._server._open)
    provider.close()
    assert b"x" == layered.read("k")
    assert 1 == len(server._server._open)


def test_another_identity_has_connections_of_its_own(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    for changes in (
        {"endpoint": "https://localhost:1"},
        {"addressing": "virtual"},
        {"credentials": Credentials(access_key_id="other", secret_access_key=Secret("o"))},
        {"ca_bundle": "/elsewhere.pem"},
    ):
        other = provider.with_layer(Settings(**changes))
        assert connections_of(provider) is not connections_of(other)


# -- verification ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [False, "", 0])
def test_nothing_empty_switches_verification_off(
    server: StandIn, open_on: Open, value: Any
) -> None:
    with pytest.raises((InvalidInput, Rejected)):
        open_on().with_layer(Settings(ca_bundle=value)).upload(b"x", key="k")
    assert [] == server.requests


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_CA_BUNDLE", ""),
        ("REQUESTS_CA_BUNDLE", ""),
        ("CURL_CA_BUNDLE", ""),
        ("SSL_CERT_FILE", ""),
        ("SSL_CERT_DIR", ""),
        ("PYTHONHTTPSVERIFY", "0"),
    ],
)
def test_no_variable_switches_verification_off(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Rejected, match="certificate is not trusted"):
        open_on(ca_bundle=None).upload(b"x", key="k")
    assert [] == server.requests
    # The client that leads past bucketry is no softer.
    with pytest.raises(SSLError):
        boto3_client(open_on(ca_bundle=None)).list_objects_v2(Bucket="media")


def test_a_variable_names_the_authorities_to_trust(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", server.ca_bundle)

    open_on(ca_bundle=None).upload(b"x", key="k")

    assert {"k"} == set(server.objects("media"))
