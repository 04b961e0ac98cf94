"""botocore's HTTP session, ended by the deadline; and whether a byte was written when it failed."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import URLLib3Session

from bucketry_s3.transports.watchdog import Watched


class Attempt(threading.local):
    """What this thread is sending: `written` once the first byte was, `cut` if not all could be.

    `watched` is told the socket that it goes over.
    """

    written = False
    cut = False
    watched: Watched | None = None


ATTEMPT = Attempt()


class _Noting:
    """A connection that notes when a request begins to be written; to a proxy it is none yet."""

    sock: Any

    def connect(self) -> None:
        inner: Any = super()
        with ExitStack() as self._opening:
            inner.connect()
        self._note(self.sock)

    def _new_conn(self) -> Any:
        inner: Any = super()
        made: socket.socket = inner._new_conn()
        # The handshake takes the socket's file descriptor away from it, and gives one at its end.
        self._note(self._opening.enter_context(made.dup()))
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
        except OSError:
            # urllib3 passes over some of these and reads the answer.
            ATTEMPT.cut = True
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
