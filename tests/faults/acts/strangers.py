"""What is between or beside: handshakes, certificates, tunnels, other writers."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import trustme

from faults.proxy import Act, Exchange

# -- before there is a connection to speak of ---------------------------------------------------


def _on_bare_socket(data: bytes) -> Act:
    """Answer the client's hello with `data`."""

    def act(x: Exchange) -> None:
        x.socket.recv(65_536)
        x.send(data)
        x.pause(0.1)
        x.cut()

    return act


tls_alert = _on_bare_socket(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure
plain_http = _on_bare_socket(
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 58\r\n"
    b"Connection: close\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>"
)


def connection_reset(x: Exchange) -> None:
    """Accept the connection and reset it."""
    x.reset()


def connection_closed(x: Exchange) -> None:
    """Accept the connection and close it."""
    x.cut()


def stall_in_handshake(x: Exchange) -> None:
    """Accept the connection and say nothing to the hello."""
    x.stall()


def drip_handshake(x: Exchange) -> None:
    """Send the beginning of a record, byte by byte."""
    x.socket.recv(65_536)
    x.drip(b"\x16\x03\x03\x40\x00" + bytes(1_000), 0.2)


# -- certificates and tunnels --------------------------------------------------------------------


def wrong_name(x: Exchange) -> None:
    """Show a certificate of another host."""
    x.begin_tls(x.proxy.certificates.make("files.example.com"))


def expired(x: Exchange) -> None:
    """Show a certificate that was good until yesterday."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    names = ("localhost", "media.localhost")
    x.begin_tls(x.proxy.certificates.make(*names, not_after=yesterday))


def unknown_authority(x: Exchange) -> None:
    """Show a certificate that an authority nobody knows vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost", "media.localhost").configure_cert(context)
    x.begin_tls(context)


def client_certificate_wanted(x: Exchange) -> None:
    """Demand a certificate of the client, which TLS 1.3 tells behind the handshake."""
    context = x.proxy.certificates.make("localhost", "media.localhost")
    context.verify_mode = ssl.CERT_REQUIRED
    x.begin_tls(context)


def tunnel(answer: bytes, *, go_on: bool = False) -> Act:
    """Be an HTTP proxy that answers CONNECT with this; then, perhaps, the server behind it."""

    def act(x: Exchange) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += x.socket.recv(1) or b"\r\n\r\n"
        assert head.startswith(b"CONNECT "), head
        x.send(answer)
        if not go_on:
            x.pause(0.1)
            x.cut()

    return act


tunnel_well = tunnel(b"HTTP/1.1 200 Connection established\r\n\r\n", go_on=True)
tunnel_login = tunnel(
    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
    b"Content-Length: 0\r\n\r\n"
)
tunnel_bad_gateway = tunnel(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
tunnel_forbidden = tunnel(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
tunnel_garbage = tunnel(b"\x05\x00\x00\x01" + b"\r\n\r\n")


def tunnel_stalls(x: Exchange) -> None:
    """Take CONNECT and never answer."""
    x.stall()


def tunnel_drips(x: Exchange) -> None:
    """Answer CONNECT with a head that never ends."""
    x.send(b"HTTP/1.1 200 OK\r\n")
    x.drip(b"X-Wait: " + b"a" * 1_000, 0.2)


# -- somebody else ------------------------------------------------------------------------------


def other_first(x: Exchange) -> None:
    """Let another writer store under the key before the request is applied."""
    x.behind.put(x.request.key, b"somebody else was first")
    x.answer(x.apply())


def other_after_lost(x: Exchange) -> None:
    """Apply, lose the answer, and let another writer store over it."""
    x.apply()
    x.behind.put(x.request.key, b"somebody else came after")
    x.reset()


def other_after_half(x: Exchange) -> None:
    """Send half of an object, then let another writer replace it."""
    answer = x.apply()
    x.send(answer.head() + answer.body[: len(answer.body) // 2])
    x.pause(0.05)
    # The same one each time: what is read in between is there at the end, too.
    x.behind.put(x.request.key, bytes(300_000))
    x.reset()


def applied_twice(x: Exchange) -> None:
    """Apply the request twice, as a middlebox that repeats it does, and tell the second answer."""
    x.apply()
    x.answer(x.apply())
