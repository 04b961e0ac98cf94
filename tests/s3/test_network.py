"""What may stand between here and a server: proxies of each kind, IPv6.

Each holds through both transports, and through what the first leaves to the second.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from bucketry import Provider, Rejected, Unavailable
from bucketry_s3.testing import StandIn
from s3.relay import Relay
from s3.sockets.peer import Line, Peer, black_hole

Open = Callable[..., Provider]

BODY = b"0123456789"
ETAG = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
HEAD = f'HTTP/1.1 200 OK\r\nETag: "{ETAG}"\r\nx-amz-request-id: 1\r\nContent-Length: 0\r\n'


@pytest.fixture(params=["sockets", "boto3"])
def transport_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(autouse=True)
def no_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def stores(arrived: list[bytes]) -> Callable[[Line], None]:
    def script(line: Line) -> None:
        while True:
            arrived.append(line.request())
            line.say(f"{HEAD}\r\n".encode())

    return script


def ipv6_is_here() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not ipv6_is_here(), reason="this machine has no IPv6")
def test_an_address_of_ipv6_is_a_host_in_brackets(open_on: Open, tmp_path: Path) -> None:
    ca, arrived = trustme.CA(), list[bytes]()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    with Peer(stores(arrived), tls=True, ca=ca, host="::1") as peer:
        media = open_on(endpoint=f"https://[::1]:{peer.port}", ca_bundle=str(tmp_path / "ca.pem"))
        media.upload(BODY, key="k")

        assert arrived[0].startswith(b"PUT /media/k HTTP/1.1\r\n")
        assert f"host: [::1]:{peer.port}".encode() in arrived[0].lower()


def test_an_address_that_says_nothing_costs_a_moment(
    open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is tried beside it, long before a connection takes too long."""
    arrived = list[bytes]()
    with Peer(stores(arrived)) as peer, black_hole() as silent:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
            for port in (silent, peer.port)
        ]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
        began = time.monotonic()
        endpoint = "http://two.example"
        open_on(endpoint=endpoint, allow_http=True, ca_bundle=None).upload(BODY, key="k")

    assert time.monotonic() - began < 5  # half of what a connection may take
    assert len(arrived) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        pytest.param("[::1]", marks=pytest.mark.skipif(not ipv6_is_here(), reason="no IPv6")),
    ],
)
def test_a_tunnel_leads_to_the_server(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with Relay(user="me", password="p@ss/wörd", host=host.strip("[]")) as relay:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%40ss%2Fw%C3%B6rd@{host}:{relay.port}")
        media = open_on()
        media.upload(BODY, key="k")

        assert BODY == media.read("k")
        assert relay.asked[0].startswith(f"CONNECT localhost:{server.port} HTTP/1.".encode())


@pytest.mark.parametrize(
    ("host", "without"),
    [
        ("localhost", "example.com, localhost"),
        ("localhost", "localhost:{port}"),
        ("127.0.0.1", "10.0.0.0/8,127.0.0.0/8"),
    ],
)
def test_a_host_that_needs_no_proxy_has_none(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch, host: str, without: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", without.format(port=server.port))

    open_on(endpoint=f"https://{host}:{server.port}").upload(BODY, key="k")


def test_a_proxy_whose_port_looks_like_a_refusal_is_not_there(
    open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:407")

    with pytest.raises(Unavailable, match="proxy"):
        open_on(deadline=1).upload(BODY, key="k")


def test_a_plain_request_goes_through_a_proxy_whole(
    open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = list[bytes]()
    with Peer(stores(arrived)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        media = open_on(endpoint="http://s3.example.com", allow_http=True, ca_bundle=None)
        media.upload(BODY, key="k")

    head = arrived[0].lower()
    assert head.startswith(b"put http://s3.example.com/media/k http/1.1\r\n")
    assert b"proxy-authorization: basic " + base64.b64encode(b"me:secret").lower() in head
    assert b"host: s3.example.com\r\n" in head


def test_a_proxy_over_tls_obeys_the_deadline(
    open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the connection and says nothing."""
    with Peer(lambda line: line.pause(30)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
        media = open_on(deadline=1)
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            media.upload(BODY, key="k")

    assert time.monotonic() - began < 15  # on a busy machine; the proxy is silent for 30
    assert not caught.value.may_have_applied


@pytest.mark.parametrize("endpoint", ["https://s3.example.com", "http://s3.example.com"])
def test_a_proxy_that_nobody_vouches_for_is_told_nothing(
    open_on: Open, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    arrived = list[bytes]()
    with Peer(stores(arrived), tls=True) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"https://me:secret@localhost:{proxy.port}")
        with pytest.raises(Rejected, match="certificate is not trusted"):
            open_on(endpoint=endpoint, allow_http=True).upload(BODY, key="k")

    assert not arrived


@pytest.mark.parametrize("address", ["socks5://host:1", "ftp://host", "http://", "host:no-port"])
def test_a_proxy_of_another_kind_is_not_passed_by(
    open_on: Open, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", address)

    with pytest.raises(Rejected, match="names a proxy for https that cannot be used"):
        open_on().upload(BODY, key="k")
