"""botocore's HTTP session, and whether a byte of the request was written when it failed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import URLLib3Session

from bucketry.cancelling import Cancellation


class Attempt(threading.local):
    """What this thread is sending: `written` once the first byte was, `cut` if not all could be.

    `sockets` are those that the request goes over, which is hung up on if it is cancelled.
    """

    written = False
    cut = False
    sockets: list[socket.socket]
    cancellation: Cancellation | None

    def __init__(self) -> None:
        self.begin(None)

    def begin(self, cancellation: Cancellation | None) -> list[socket.socket]:
        """Start anew, and return the list that sockets are noted in."""
        self.written = self.cut = False
        self.sockets = noted = list[socket.socket]()
        self.cancellation = cancellation
        return noted


ATTEMPT = Attempt()


def obeying(
    cancellation: Cancellation | None, sockets: Iterable[socket.socket]
) -> AbstractContextManager[None]:
    """Hang up when the operation is cancelled, so that who waits for an answer is told."""
    if cancellation is None:
        return nullcontext()
    return cancellation.waking(partial(_hang_up, sockets))


def _hang_up(sockets: Iterable[socket.socket]) -> None:
    for sock in sockets:
        with suppress(OSError):
            # Not SSLSocket.shutdown: that would pull TLS from under the thread that reads.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _note(sock: Any) -> None:
    if sock not in ATTEMPT.sockets:
        ATTEMPT.sockets.append(sock)
    if ATTEMPT.cancellation is not None and ATTEMPT.cancellation.cancelled:
        _hang_up([sock])  # it was cancelled before there was anything to hang up on


class _Noting:
    """A connection that notes when a request begins to be written; to a proxy it is none yet."""

    sock: Any

    def send(self, data: Any) -> None:
        inner: Any = super()
        if self.sock is None:
            inner.connect()
        _note(self.sock)
        ATTEMPT.written = True
        try:
            inner.send(data)
        except OSError:
            # urllib3 passes over some of these and reads the answer.
            ATTEMPT.cut = True
            raise

    def _new_conn(self) -> Any:
        inner: Any = super()
        sock = inner._new_conn()
        _note(sock)
        return sock

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


class _HttpPool(AWSHTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _Https


def open_session(**arguments: Any) -> URLLib3Session:
    """Return a session of botocore's whose connections note in `ATTEMPT` what they have written."""
    session: Any = URLLib3Session(**arguments)
    # botocore has no public name for them; it gives them to the managers of proxies, too.
    session._pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    session._manager.pool_classes_by_scheme = session._pool_classes_by_scheme
    opened: URLLib3Session = session
    return opened
