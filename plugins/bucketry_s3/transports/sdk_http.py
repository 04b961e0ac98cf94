"""botocore's HTTP session, ended by the deadline; and whether a byte was written when it failed."""

from __future__ import annotations

import functools
import http.client
import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, cast
from urllib.parse import urlsplit

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPResponse,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import URLLib3Session

from bucketry import Unavailable
from bucketry.forking import not_while_forking
from bucketry_s3.transports.head import Head
from bucketry_s3.transports.names import connect
from bucketry_s3.transports.proxies import authorization_of, proxy_of
from bucketry_s3.transports.trust import TlsSocket
from bucketry_s3.transports.watchdog import Watched


class Attempt(threading.local):
    """What this thread is sending: `written` once the first byte was, `cut` if not all could be.

    `watched` is told the socket that it goes over.
    """

    written = False
    cut = False
    watched: Watched | None = None


ATTEMPT = Attempt()


# What the lines between the pieces of a chunked body look like: sizes, trailers, ends.
_OF_CHUNKS = re.compile(rb"(?:[0-9A-Fa-f]{1,15}(?:;[^\n]*)?|[^\s:]+:[^\n]*)?\r\n")


class _Lines(io.BufferedReader):
    """Takes no line for whole that breaks off, as the SDK would; keeps those of the head."""

    def __init__(self, raw: Any) -> None:
        super().__init__(raw)
        self.head: list[bytes] | None = []

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and (size is None or not 0 <= size <= len(line)):
            raise http.client.RemoteDisconnected("the answer breaks off")
        if self.head is not None:
            self.head.append(line)
        elif not _OF_CHUNKS.fullmatch(line):
            raise http.client.BadStatusLine("no line of a chunked body")
        return line


class _Answer(AWSHTTPResponse):
    """An answer whose head is read as strictly as on our own sockets, and by the same code."""

    _method: str

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fp = self._lines = _Lines(self.fp.detach())

    def begin(self) -> None:
        inner: Any = super()
        inner.begin()
        lines, self._lines.head = self._lines.head, None
        self.told = Head(bodiless=self._method == "HEAD")
        try:
            self.told.feed(b"".join(lines or ()))
        except Unavailable as error:
            raise error.evolve(may_have_applied=True) from None
        finally:
            self.told.release()
        # The SDK does not strip the blanks that may stand behind a value.
        self.chunked, self.chunk_left = self.told.framing == "chunked", None

    def _read_status(self) -> tuple[str, int, str]:
        inner: Any = super()
        version, status, reason = inner._read_status()
        # Only 100 is passed over, and 103 taken for the answer.
        return version, 100 if 101 < status < 200 else status, reason


class _Noting:
    """A connection that notes when a request begins to be written; to a proxy it is none yet."""

    response_class = staticmethod(functools.partial(_Answer, status_tuple=None))
    sock: Any
    port: int
    timeout: float
    proxy: Any
    socket_options: Any
    _dns_host: str

    def connect(self) -> None:
        inner: Any = super()
        with ExitStack() as self._opening:
            inner.connect()
        self._note(self.sock)

    def _new_conn(self) -> Any:
        """Connect. The SDK would wait for names and each address as long as it likes."""
        watched = cast(Watched, ATTEMPT.watched)
        until = time.monotonic() + self.timeout
        # A proxy's address of IPv6 comes in brackets.
        host, what = self._dns_host.strip("[]"), "the proxy " if self.proxy else ""
        made = connect(host, self.port, until, watched.deadline, what=what)
        try:
            made.settimeout(self.timeout)
            for option in self.socket_options or ():
                made.setsockopt(*option)
            # The handshake takes the socket's file descriptor away, and gives one at its end.
            self._note(self._opening.enter_context(made.dup()))
        except BaseException:
            made.close()
            raise
        return made

    @staticmethod
    def _note(sock: socket.socket | None) -> None:
        if ATTEMPT.watched is not None:
            ATTEMPT.watched.sock = sock

    def send(self, data: Any) -> None:
        inner: Any = super()
        if self.sock is None:
            self.connect()
        self._note(self.sock)
        ATTEMPT.written = True
        try:
            inner.send(data)
        except OSError as error:
            ATTEMPT.cut = True
            if isinstance(error, ssl.SSLEOFError):
                raise BrokenPipeError from None  # which urllib3 passes over, and reads the answer
            raise

    def _tunnel(self) -> None:
        inner: Any = super()
        try:
            inner._tunnel()
        finally:
            ATTEMPT.written = False


# The stubs of botocore contradict those of http.client.
class _Http(_Noting, AWSHTTPConnection):  # type: ignore[misc]
    pass


class _Https(_Noting, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _Proxies:
    """What the SDK asks about proxies. Its own takes passwords in ASCII only."""

    settings: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def proxy_url_for(self, url: str) -> str | None:
        parts = urlsplit(url)
        if parts.netloc not in self._known:
            proxy = proxy_of(parts.scheme, parts.netloc)
            self._known[parts.netloc] = None if proxy is None else proxy.geturl()
        return self._known[parts.netloc]

    def proxy_headers_for(self, proxy: str) -> dict[str, str]:
        authorization = authorization_of(urlsplit(proxy))
        return {} if authorization is None else {"Proxy-Authorization": authorization}


class _HttpPool(AWSHTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _Https


def head_of(raw: Any) -> Head:
    """Return the head of an answer that a session has given."""
    head: Head = raw._original_response.told
    return head


class _Session(URLLib3Session):
    def _get_ssl_context(self) -> ssl.SSLContext:
        inner: Any = super()
        context: ssl.SSLContext = inner._get_ssl_context()
        context.sslsocket_class = TlsSocket
        return context


def open_session(**arguments: Any) -> URLLib3Session:
    """Return a session of botocore's whose connections note in `ATTEMPT` what they have written."""
    with not_while_forking:  # it has TLS settings, and OpenSSL locks while it makes those
        session: Any = _Session(**arguments)
    # botocore has no public name for them; it gives them to the managers of proxies, too.
    session._pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    session._proxy_config = _Proxies()
    session._manager.pool_classes_by_scheme = session._pool_classes_by_scheme
    verifying = session._setup_ssl_cert
    # Before plain HTTP the SDK would trust whoever answers as a proxy that is spoken to over TLS.
    session._setup_ssl_cert = lambda pool, _, verify: verifying(pool, "https", verify)
    opened: URLLib3Session = session
    return opened
