"""A proxy in front of an S3 server that does harm by rule: resets, stalls, lies.

It speaks TLS with certificates of an authority of its own, names the S3 operation of each request,
and hands the exchange to the act of the first strike that is due; without one it passes on
faithfully what both sides say. Signatures stay good: the Host header goes through as it came.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import trustme
from attrs import define, field, frozen

from faults.wire import Answer, Reader, Request, Upstream, read_chunked, read_request

CONNECT = "connect"
"""The operation of a strike on the connection itself, before TLS."""

WARM = "warm"
"""Key of the object that is read first where a fault needs a connection in use."""


class Behind(Protocol):
    """The server itself, around the proxy; for acts that do what another client would."""

    def put(self, key: str, data: bytes) -> None:
        """Store an object."""
        ...


Act = Callable[["Exchange"], None]
"""What happens instead of a faithful exchange."""


@frozen
class Strike:
    """When an act happens: from the nth request of that operation on, `times` times or for ever.

    A `key` narrows it to requests on that object.
    """

    operation: str
    act: Act
    nth: int = 1
    times: int | None = 1
    key: str | None = None


@define
class Planned:
    """A strike, and how many of its requests have come."""

    strike: Strike
    seen: int = 0

    def due(self, operation: str, key: str) -> bool:
        """Count a request and return whether it is to be struck."""
        strike = self.strike
        if operation != strike.operation or (strike.key or key) != key:
            return False
        if strike.key is None and key == WARM:
            return False
        self.seen += 1
        last = None if strike.times is None else strike.nth + strike.times
        return self.seen >= strike.nth and (last is None or self.seen < last)


class Exchange:
    """One request on one connection, in the hands of an act.

    On `CONNECT` there is no request yet, and `socket` is the bare one.
    """

    def __init__(self, proxy: FaultProxy, link: _Link, request: Request | None) -> None:
        self.proxy = proxy
        self.behind = proxy.behind
        self._link = link
        self._request = request
        self._begun = b""
        self._body: bytes | None = None

    @property
    def request(self) -> Request:
        """The request's head."""
        assert self._request is not None
        return self._request

    @property
    def socket(self) -> socket.socket:
        """The connection to the client."""
        return self._link.socket

    def begin_tls(self, tls: ssl.SSLContext) -> None:
        """Shake hands with another certificate than the proxy's own."""
        self._link.begin_tls(tls)

    # -- what the client sends

    def body(self) -> bytes:
        """Read the request's body, once, and return it."""
        if self._body is None:
            length = self.request.header("content-length")
            if self.request.header("expect").lower() == "100-continue":
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self.request.header("transfer-encoding").lower() == "chunked":
                self._body = read_chunked(self._link.reader)
            else:
                rest = int(length or 0) - len(self._begun)
                self._body = self._begun + self._link.reader.exactly(rest)
        return self._body

    def some_body(self, size: int) -> None:
        """Read up to `size` bytes of the body and no more."""
        length = int(self.request.header("content-length") or 0)
        self._begun = self._link.reader.exactly(min(size, length))

    # -- what the server makes of it

    def apply(self, body: bytes | None = None) -> Answer:
        """Let the server perform the request, with another `body` if one is given."""
        sent = self.body()
        return self._link.upstream.ask(self.request, sent if body is None else body)

    # -- what the client gets

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def answer(self, answer: Answer) -> None:
        """Send an answer; HEAD gets no body."""
        self.send(answer.head() if self.request.method == "HEAD" else answer.raw())

    def drip(self, data: bytes, pause: float) -> None:
        """Send byte by byte."""
        for at in range(len(data)):
            self.send(data[at : at + 1])
            self.pause(pause)

    def pause(self, seconds: float) -> None:
        """Wait; `EOFError` when the proxy is stopped meanwhile."""
        if self.proxy.stopping.wait(seconds):
            raise EOFError

    def stall(self, seconds: float = 60) -> None:
        """Do nothing until the client has gone, the proxy is stopped, or time is up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._link.gone():
            self.pause(0.05)

    def close(self) -> None:
        """Close as one does: with TLS's goodbye and FIN."""
        self._link.close()

    def cut(self) -> None:
        """Close without TLS's goodbye."""
        self._link.cut()

    def reset(self) -> None:
        """Close with a TCP reset."""
        self._link.reset()


class _Link:
    """One connection of a client."""

    def __init__(self, bare: socket.socket, upstream: Upstream) -> None:
        self.socket = bare
        self.upstream = upstream
        self.reader = Reader(bare)
        self.open = True

    def begin_tls(self, tls: ssl.SSLContext) -> None:
        self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.reader = Reader(self.socket)

    def gone(self) -> bool:
        """Return whether the client has closed; what it sends meanwhile is not looked at."""
        state = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return state[0] != 1  # TCP_ESTABLISHED

    def close(self) -> None:
        self.open = False
        with contextlib.suppress(OSError):
            if isinstance(self.socket, ssl.SSLSocket):
                self.socket.settimeout(0.2)
                self.socket.unwrap()
        self.socket.close()

    def cut(self) -> None:
        self.open = False
        self.socket.close()

    def reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # on, zero seconds
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.cut()


class Certificates:
    """An authority, and a certificate for whatever name a client asks for."""

    def __init__(self, folder: Path, name: str = "ca.pem") -> None:
        self.authority = trustme.CA()
        self.bundle = folder / name
        self.authority.cert_pem.write_to_path(self.bundle)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.context = self.make("localhost", "127.0.0.1")
        self.context.sni_callback = self._choose

    def make(self, *names: str, **options: Any) -> ssl.SSLContext:
        """Return a server's context for `names`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names, **options).configure_cert(context)
        return context

    def _choose(self, connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        if name and re.fullmatch(r"[a-z0-9.-]+\.localhost", name):
            if name not in self._contexts:
                self._contexts[name] = self.make(name)
            connection.context = self._contexts[name]


@define(kw_only=True)
class FaultProxy:
    """The proxy, as a context manager.

    Attributes:
        upstream: URL of the server, and `ca_bundle` the authority that vouches for it.
        certificates: what it shows its clients.
        strikes: the harm to do.
        behind: the server around the proxy.
        seen: operation and key of each request, in order.
        struck: how many strikes have hit.
    """

    upstream: str
    ca_bundle: str
    certificates: Certificates
    strikes: Sequence[Strike]
    behind: Behind
    seen: list[tuple[str, str]] = field(factory=list, init=False)
    struck: int = field(default=0, init=False)
    stopping: threading.Event = field(factory=threading.Event, init=False)
    failures: list[BaseException] = field(factory=list, init=False)
    _planned: list[Planned] = field(factory=list, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _links: set[_Link] = field(factory=set, init=False)
    _threads: list[threading.Thread] = field(factory=list, init=False)
    _acting: int = field(default=0, init=False)
    _trust: ssl.SSLContext = field(init=False)
    _listener: socket.socket = field(init=False)

    def __enter__(self) -> FaultProxy:
        self._planned = [Planned(strike) for strike in self.strikes]
        self._trust = ssl.create_default_context(cafile=self.ca_bundle)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        # A small window: what the proxy does not read stays with the client.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
        self._listener.settimeout(0.05)
        self._start(self._accept)
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self.stopping.set()
        for link in list(self._links):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(link.socket, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()
        if self.failures and error is None:
            raise RuntimeError("the fault proxy itself failed") from self.failures[0]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.getsockname()[1])

    def settle(self, seconds: float) -> None:
        """Wait until no act is under way, so that what still lands has landed."""
        end = time.monotonic() + seconds
        while self._acting and time.monotonic() < end:
            time.sleep(0.02)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                bare, _ = self._listener.accept()
            except TimeoutError:
                continue
            bare.settimeout(60)
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            self._start(self._serve, bare)

    def _take(self, operation: str, key: str) -> Act | None:
        with self._lock:
            if operation != CONNECT:
                self.seen.append((operation, key))
            due = [one.strike.act for one in self._planned if one.due(operation, key)]
            self.struck += bool(due)
        return due[0] if due else None

    def _serve(self, bare: socket.socket) -> None:
        upstream = Upstream(self.upstream, self._trust)
        link = _Link(bare, upstream)
        self._links.add(link)
        try:
            act = self._take(CONNECT, "")
            if act is not None:
                self._perform(act, Exchange(self, link, None))
            if link.open:
                if not isinstance(link.socket, ssl.SSLSocket):
                    link.begin_tls(self.certificates.context)
                while link.open:
                    request = read_request(link.reader)
                    act = self._take(request.operation, request.key) or faithfully
                    self._perform(act, Exchange(self, link, request))
        except (EOFError, OSError):
            pass  # the client went, or the act closed
        except BaseException as error:
            self.failures.append(error)
        finally:
            self._links.discard(link)
            link.cut()
            upstream.close()

    def _perform(self, act: Act, exchange: Exchange) -> None:
        with self._lock:
            self._acting += 1
        try:
            act(exchange)
        finally:
            with self._lock:
                self._acting -= 1


def faithfully(x: Exchange) -> None:
    """Pass on what both sides say."""
    x.answer(x.apply())
