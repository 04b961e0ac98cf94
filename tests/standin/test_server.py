"""The server itself: TLS, names, connections, routes, and how it ends."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Alter, StandIn
from standin.wire import call, client_for, connect, error_code, presigned, refusal, send


def virtual(server: StandIn) -> Any:
    return client_for(server, s3={"addressing_style": "virtual"})


@pytest.mark.usefixtures("localhost_names")
def test_virtual_hosted_addressing(aws: StandIn) -> None:
    client = virtual(aws)
    client.put_object(Bucket="media", Key="dir/ü b", Body=b"hello")
    assert client.get_object(Bucket="media", Key="dir/ü b")["Body"].read() == b"hello"
    assert aws.requests[-1].headers["host"] == f"media.localhost:{aws.port}"
    assert aws.requests[-1].path == "/dir/%C3%BC%20b"
    assert client.list_objects_v2(Bucket="media")["KeyCount"] == 1
    client.close()
    path = client_for(aws, s3={"addressing_style": "path"})
    assert path.get_object(Bucket="media", Key="dir/ü b")["Body"].read() == b"hello"
    path.close()


@pytest.mark.usefixtures("localhost_names")
def test_a_server_without_virtual_hosts_does_not_see_the_bucket(
    start_stand_in: Callable[..., StandIn],
) -> None:
    server = start_stand_in(evolve(AWS_LIKE, addressing=frozenset({"path"})), buckets=["media"])
    client = virtual(server)
    assert refusal(lambda: client.put_object(Bucket="media", Key="dir/a", Body=b"x")) == (
        404,
        "NoSuchBucket",
    )
    client.close()
    assert server.objects("media") == {}


def test_a_server_without_paths_refuses_them(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(evolve(AWS_LIKE, addressing=frozenset({"virtual"})), buckets=["media"])
    answer = send(server, "PUT", "/media/a", body=b"x")
    assert (answer.status, error_code(answer)) == (403, "SecondLevelDomainForbidden")


@pytest.mark.usefixtures("localhost_names")
def test_a_bucket_with_a_dot_has_no_certificate(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(buckets=["my.media"])
    trusted = ssl.create_default_context(cafile=server.ca_bundle)
    with (
        socket.create_connection(("127.0.0.1", server.port)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        trusted.wrap_socket(raw, server_hostname="my.media.localhost")
    client = client_for(server, s3={"addressing_style": "path"})
    client.put_object(Bucket="my.media", Key="a", Body=b"x")
    client.close()


def test_names_are_resolved_only_inside_the_fixture(localhost_names: None) -> None:
    assert socket.getaddrinfo("media.localhost", 443)[0][4][0] == "127.0.0.1"
    assert socket.getaddrinfo(b"media.localhost", 443)[0][4][0] == "127.0.0.1"


def test_the_certificate_is_not_trusted_without_the_bundle(aws: StandIn) -> None:
    with (
        socket.create_connection(("127.0.0.1", aws.port)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")
    trusted = ssl.create_default_context(cafile=aws.ca_bundle)
    for name in ("localhost", "127.0.0.1"):
        with (
            socket.create_connection(("127.0.0.1", aws.port)) as raw,
            trusted.wrap_socket(raw, server_hostname=name) as connection,
        ):
            assert connection.version() in ("TLSv1.2", "TLSv1.3")


def test_one_connection_serves_many_requests(aws: StandIn) -> None:
    aws.put("media", "a", b"hello")
    connection = connect(aws)
    target = presigned(aws, "GET", "/media/a", 60).partition(f":{aws.port}")[2]
    ports = set()
    for _ in range(3):
        connection.request("GET", target)
        response = connection.getresponse()
        assert response.read() == b"hello"
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1


def test_many_clients_at_once(aws: StandIn) -> None:
    def put(number: int) -> int:
        return send(aws, "PUT", f"/media/k{number}", body=b"x" * 1000).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(put, range(40))) == {200}
    assert len(aws.objects("media")) == 40
    assert len(aws.requests) == 40


def test_requests_are_recorded_as_they_were(aws: StandIn) -> None:
    send(aws, "PUT", "/media/a%20b", body=b"hello", headers={"x-amz-meta-owner": "me"})
    (sent,) = aws.requests
    assert (sent.method, sent.path, sent.operation) == ("PUT", "/media/a%20b", "PutObject")
    assert (sent.bucket, sent.key, sent.body_length, sent.status) == ("media", "a b", 5, 200)
    assert sent.headers["x-amz-meta-owner"] == "me"


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/media?website", 501, "NotImplemented"),
        ("PUT", "/media/a?policy", 501, "NotImplemented"),
        ("PUT", "/media?encryption", 501, "NotImplemented"),
        ("PUT", "/media?tagging", 501, "NotImplemented"),
        ("PUT", "/media/a?retention", 501, "NotImplemented"),
        ("PATCH", "/media/a", 405, "MethodNotAllowed"),
        ("POST", "/media/a", 405, "MethodNotAllowed"),
        ("DELETE", "/", 405, "MethodNotAllowed"),
    ],
)
def test_what_it_does_not_have_it_refuses(
    aws: StandIn, method: str, target: str, status: int, code: str
) -> None:
    aws.put("media", "a", b"kept")
    answer = send(aws, method, target, body=b"x")
    assert (answer.status, error_code(answer)) == (status, code)
    assert aws.objects("media")["a"].data == b"kept"


def test_the_endpoint_may_have_a_path(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(buckets=["media"], base_path="/storage/v1/s3")
    assert server.endpoint == f"https://localhost:{server.port}/storage/v1/s3"
    client = client_for(server, s3={"addressing_style": "path"})
    client.put_object(Bucket="media", Key="a", Body=b"x")
    client.close()
    assert list(server.objects("media")) == ["a"]
    assert send(server, "PUT", "/media/b", body=b"x").status == 404


def test_it_goes_away_without_a_trace() -> None:
    before = threading.active_count()
    with StandIn(buckets=["media"]) as server:
        connection = connect(server)  # left open on purpose
        connection.request("GET", "/media/a")
        assert connection.getresponse().read()
        bundle, port = server.ca_bundle, server.port
    assert threading.active_count() == before
    assert not os.path.exists(bundle)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    connection.close()


def test_its_own_failures_are_loud() -> None:
    def broken(body: bytes) -> bytes:
        raise ZeroDivisionError("a fault with a fault")

    server = StandIn(buckets=["media"])
    server.__enter__()
    server.faults.add("PutObject", Alter(request=broken))
    with pytest.raises(OSError):  # noqa: PT011 - the connection just ends
        send(server, "PUT", "/media/a", body=b"x")
    with pytest.raises(RuntimeError, match="itself failed"):
        server.__exit__(None, None, None)


def test_a_client_that_talks_nonsense_harms_nobody(aws: StandIn) -> None:
    with socket.create_connection(("127.0.0.1", aws.port)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")  # no TLS
        raw.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            raw.recv(1000)
    trusted = ssl.create_default_context(cafile=aws.ca_bundle)
    with (
        socket.create_connection(("127.0.0.1", aws.port)) as raw,
        trusted.wrap_socket(raw, server_hostname="localhost") as connection,
    ):
        connection.sendall(b"nonsense\r\n\r\n")
        assert b"400" in connection.recv(1000)
    assert call(aws, "GET", "/media/a").status == 403


@pytest.mark.parametrize(
    "header",
    ["x-amz-grant-read", "x-amz-object-lock-mode", "x-amz-server-side-encryption-customer-key"],
)
def test_a_header_that_would_have_no_effect_is_refused(aws: StandIn, header: str) -> None:
    answer = send(aws, "PUT", "/media/a", body=b"x", headers={header: "value"})
    assert (answer.status, error_code(answer)) == (501, "NotImplemented")
    assert aws.objects("media") == {}
