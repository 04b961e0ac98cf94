"""The transport over boto3: its signer and its HTTP session, and the SDK's credentials.

It answers everything. Whatever boto3 would do on its own account stays out: retries, redirects,
checksum trailers, endpoints from the environment, `Expect: 100-continue`. What is the machine's
network and no part of an identity counts as for every HTTP client: the proxies and authorities
that its environment names.
"""

from __future__ import annotations

# The SDK imports it, and it cannot be imported any more while the interpreter goes down, when the
# first request may be made.
import concurrent.futures.thread  # noqa: F401
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from bucketry import LayerContext, hookimpl
from bucketry.once import once
from bucketry_s3.hookspecs import S3Hooks, expected
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.signing import KeyPair
from bucketry_s3.protocol.wire import S3Answer, S3Request
from bucketry_s3.settings import ClientSettings

if TYPE_CHECKING:
    from bucketry_s3.transports.sdk import Connections


class Boto3Transport:
    """Sends one request through boto3's signer and HTTP session.

    Nothing is imported or opened before the first request. Connections are shared by all providers
    that are made from one another and go to the same place as the same identity.
    """

    def __init__(self, context: LayerContext, settings: Callable[[], ClientSettings]) -> None:
        self._context = context
        self._settings = settings

    @once
    def connections(self) -> Connections:
        """The connections, opened when they are first needed."""
        from bucketry_s3.transports.proxies import way_to
        from bucketry_s3.transports.sdk import Connections

        settings = self._settings()
        key = ("boto3", *way_to(settings))
        return self._context.share(key, lambda: Connections(settings))

    @once
    def _hooks(self) -> S3Hooks:
        return cast(S3Hooks, self._context.hooks)

    @hookimpl
    def bucketry_s3_send(self, request: S3Request, deadline: Deadline) -> S3Answer:
        """Sign it with the key pair of the moment, and send it."""
        settings = self._settings()
        answer = self._hooks.bucketry_s3_credentials(settings=settings)
        pair = expected(answer, KeyPair, "bucketry_s3_credentials")
        return self.connections.send(request, deadline, pair, settings.region)
