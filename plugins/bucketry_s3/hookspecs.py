"""The hooks that the S3 family adds to bucketry's own: where it connects, as whom, and one request.

Every layer of an S3 provider may answer and wrap them. A transport is a layer that answers
`bucketry_s3_send` and nothing else: what an answer means, whether it is S3's, whether it is tried
again, and whether a failure may have been a success are decided above every transport.
"""

from __future__ import annotations

from typing import Any, TypeVar

from bucketry import PluginError, hookspec
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.signing import KeyPair
from bucketry_s3.protocol.wire import S3Answer, S3Request
from bucketry_s3.settings import ClientSettings

T = TypeVar("T")


class S3Hooks:
    """The hooks of providers whose vendor is made by `s3_vendor`."""

    @hookspec(firstresult=True)
    def bucketry_s3_client_settings(self, options: Any) -> ClientSettings:
        """Say where and as whom to connect.

        Asked when: the family needs them for the first time; once per provider.

        Answer: `ClientSettings`. None: the layer below decides; the family always answers. What a
        configuration may not say, plain http to strangers for example, a layer may not answer.

        As a wrapper: `attrs.evolve` the settings from below.

        Example:
            >>> import attrs
            >>> from bucketry import hookimpl
            >>> class InternalEndpoint:
            ...     '''Send requests inside the data centre, sign URLs for the outside.'''
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_s3_client_settings(self):
            ...         settings = yield
            ...         return attrs.evolve(settings, endpoint="https://s3.internal")
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_s3_credentials(self, settings: ClientSettings) -> KeyPair:
        """Give the key pair of this moment.

        Asked when: each request and each URL is signed, so that a pair may be renewed, or be
        another one for each caller. It must be quick: keep a pair until it has nearly run out. No
        network is needed for a fixed pair.

        Answer: `KeyPair`. None: the layer below gives it; the family answers a fixed pair, and the
        SDK's own chain where `settings.credentials` are ambient. `BadCredentials` where none can
        be had.

        As a wrapper: rarely.

        Example:
            >>> from datetime import UTC, datetime, timedelta
            >>> from bucketry import hookimpl
            >>> from bucketry_s3 import KeyPair
            >>> class FromOurVault:
            ...     '''Pairs that live an hour, fetched five minutes before they run out.'''
            ...     pair = None
            ...     def fetch(self):
            ...         until = datetime.now(UTC) + timedelta(hours=1)
            ...         return KeyPair(access_key_id="...", secret_access_key="...", expires=until)
            ...     @hookimpl
            ...     def bucketry_s3_credentials(self):
            ...         soon = datetime.now(UTC) + timedelta(minutes=5)
            ...         if self.pair is None or self.pair.expires < soon:
            ...             self.pair = self.fetch()
            ...         return self.pair
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_s3_send(self, request: S3Request, deadline: Deadline) -> S3Answer:
        """Send one request and give its answer, whatever that is.

        Asked when: each attempt of each operation, from the threads that upload parts too.

        Answer: `S3Answer`, of any status. Sign all headers of the request, and send them and the
        body as they are; wait no longer than `deadline` allows. None: the transport below sends
        it. Failures are raised as `Unavailable`, with ``may_have_applied=True`` if a byte of the
        request may have arrived; `Rejected` and `BadCredentials` for what no repetition mends.
        Nothing is tried again here: the family does that.

        As a wrapper: count attempts, record and replay, trace, fail on purpose. A header put into
        ``request.headers`` before the `yield` is signed along; each attempt has its own. What says
        where a request goes, as whom or where it ends (``Host``, ``Authorization``,
        ``Content-Length`` and their kin) cannot be set; a header with a line break, or twice, is
        refused.

        Example:
            >>> from bucketry import hookimpl
            >>> class Tagged:
            ...     '''A header of our own on every request, and how often each was sent.'''
            ...     def __init__(self):
            ...         self.attempts = {}
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_s3_send(self, request):
            ...         request.headers["x-acme-team"] = "web"
            ...         self.attempts[request.operation] = (
            ...             self.attempts.get(request.operation, 0) + 1)
            ...         return (yield)
        """
        raise NotImplementedError


def expected(value: object, kind: type[T], hook: str) -> T:
    """Return the answer of one of these hooks if it is of its kind; `PluginError` if not."""
    if not isinstance(value, kind):
        raise PluginError(
            hook,
            f"it answered {type(value).__name__}, not {kind.__name__}; a wrapper must return the "
            "answer from below",
        )
    return value
