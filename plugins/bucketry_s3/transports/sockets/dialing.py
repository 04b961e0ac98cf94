"""From an address to a connected socket: name, proxy and TLS, all under the request's deadline."""

from __future__ import annotations

import socket
import ssl
import time

from attrs import field, frozen

from bucketry.errors import Rejected, StorageError
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.wire import Unreachable
from bucketry_s3.transports.head import Head
from bucketry_s3.transports.names import SLICE, check_time, connect
from bucketry_s3.transports.proxies import authorization_of, no_tunnel, proxy_of
from bucketry_s3.transports.tls_errors import NO_TLS, no_tls, untrusted

CONNECT_SECONDS = 10.0
"""Seconds at most for one connection: the name, the proxy, the handshake."""


@frozen(kw_only=True, eq=False)
class Proxy:
    """An HTTP proxy; `authorization` is what its Proxy-Authorization header says."""

    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)


@frozen(kw_only=True, eq=False)
class Route:
    """The way to one server: its address, the TLS settings, the proxy in between."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    proxy: Proxy | None = None

    @property
    def told(self) -> str:
        """The server's address for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class NotSpokenHere(Exception):
    """The environment names a proxy that is spoken to over TLS."""


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """Return the proxy that the environment names for a host, as in the Host header."""
    parts = proxy_of(scheme, host)
    if parts is None:
        return None
    if parts.scheme != "http":
        raise NotSpokenHere
    return Proxy(
        host=parts.hostname or "", port=parts.port or 80, authorization=authorization_of(parts)
    )


def dial(route: Route, deadline: Deadline) -> socket.socket:
    """Return a connected socket that waits for nothing; its first byte is the request's.

    Raises `Unreachable` where trying again may help, `Rejected` where it cannot.
    """
    until = time.monotonic() + min(CONNECT_SECONDS, deadline.remaining())
    near, what = (route.proxy, "the proxy ") if route.proxy else (route, "")
    plain = connect(near.host, near.port, until, deadline, what=what)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.settimeout(SLICE)
        made = plain
        if route.tls is not None:  # a proxy passes on plain requests without a tunnel
            if route.proxy is not None:
                _tunnel(plain, route, route.proxy, until, deadline)
            made = _secure(plain, route, route.tls, until, deadline)
        # Python's own timeouts would look before each read and write, and again after it.
        made.settimeout(0)
        return made
    except BaseException:
        plain.close()
        raise


def _tunnel(
    plain: socket.socket, route: Route, proxy: Proxy, until: float, deadline: Deadline
) -> None:
    """Ask the proxy for a tunnel to the server."""
    lines = [f"CONNECT {route.told} HTTP/1.1", f"Host: {route.told}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    head = Head(bodiless=True)
    try:
        plain.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        while not head.done:
            # Before each read: a proxy that drips never lets one time out.
            check_time(until, deadline, f"the proxy {proxy.host}:{proxy.port}")
            try:
                data = plain.recv(4096)
            except TimeoutError:
                continue
            if not data:
                raise Unreachable(f"the proxy {proxy.host}:{proxy.port} closed the connection")
            head.feed(data)
    except OSError as error:
        raise Unreachable(f"the proxy {proxy.host}:{proxy.port} broke off: {error}") from None
    if head.status // 100 != 2 or head.stray:
        raise no_tunnel(head.status, f"{proxy.host}:{proxy.port}", route.told)


def _secure(
    plain: socket.socket, route: Route, tls: ssl.SSLContext, until: float, deadline: Deadline
) -> ssl.SSLSocket:
    secure = plain
    try:
        # It looks at the connection, which can be broken by now.
        secure = tls.wrap_socket(plain, server_hostname=route.host, do_handshake_on_connect=False)
        while True:
            try:
                secure.do_handshake()
                return secure
            except TimeoutError:
                check_time(until, deadline, f"the TLS handshake with {route.told}")
    except BaseException as error:
        secure.close()
        told = _handshake_fault(error, route)
        if told is not None:
            raise told from None
        raise


def _handshake_fault(error: BaseException, route: Route) -> StorageError | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return untrusted(error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Unreachable(f"the TLS handshake with {route.told} was broken off")
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "SSL error").replace("_", " ").lower()
        if error.reason in NO_TLS:
            return no_tls(route.told, reason)
        return Rejected(
            f"the TLS handshake with {route.told} failed: {reason}",
            hint="Look at the endpoint's port, and at what stands between here and the server.",
        )
    if isinstance(error, OSError):
        return Unreachable(f"the TLS handshake with {route.told} broke off: {error}")
    return None
