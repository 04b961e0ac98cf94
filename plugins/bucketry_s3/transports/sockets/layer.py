"""The transport over sockets of our own, as a layer."""

from __future__ import annotations

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
    from bucketry_s3.protocol.sigv4 import HeaderSigner
    from bucketry_s3.transports.sockets.pools import Pools


class SocketTransport:
    """Signs and sends requests by itself; what it cannot, it leaves to the transport below.

    That is a proxy that is spoken to over TLS, and a platform without `select.poll`.
    Nothing is imported or opened before the first request. Connections are shared by all providers
    that are made from one another and go to the same place as the same identity.
    """

    def __init__(self, context: LayerContext, settings: Callable[[], ClientSettings]) -> None:
        self._context = context
        self._settings = settings
        self._known: tuple[KeyPair, HeaderSigner] | None = None

    @once
    def _pools(self) -> Pools:
        from bucketry_s3.transports.proxies import way_to
        from bucketry_s3.transports.sockets.pools import Pools

        settings = self._settings()
        key = ("sockets", *way_to(settings))
        return self._context.share(key, lambda: Pools(settings.ca_bundle))

    @once
    def _hooks(self) -> S3Hooks:
        return cast(S3Hooks, self._context.hooks)

    @hookimpl
    def bucketry_s3_send(self, request: S3Request, deadline: Deadline) -> S3Answer | None:
        """Send it over a connection that is open already, or a new one."""
        return self._pools.send(request, self._signer, deadline)

    def _signer(self) -> HeaderSigner:
        """Return the signer of the key pair of this moment, the same while the pair is."""
        settings = self._settings()
        pair = self._hooks.bucketry_s3_credentials(settings=settings)
        known = self._known
        if known is None or known[0] is not pair:
            from bucketry_s3.protocol.sigv4 import HeaderSigner

            pair = expected(pair, KeyPair, "bucketry_s3_credentials")
            signer = HeaderSigner(
                pair.access_key_id, pair.secret_access_key, pair.session_token, settings.region
            )
            known = self._known = (pair, signer)
        return known[1]
