"""botocore's HTTP session, and whether a byte of the request was written when it failed."""

from __future__ import annotations

import threading
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import URLLib3Session


class Attempt(threading.local):
    """What this thread is sending: `written` once the first byte was, `cut` if not all could be."""

    written = False
    cut = False


ATTEMPT = Attempt()


class _Noting:
    """A connection that notes when a request begins to be written; to a proxy it is none yet."""

    sock: Any

    def send(self, data: Any) -> None:
        inner: Any = super()
        if self.sock is None:
            inner.connect()
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
