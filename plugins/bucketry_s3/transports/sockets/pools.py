"""All connections of one provider and those made from it, and what goes over them."""

from __future__ import annotations

import select
import ssl
import time
from collections.abc import Callable

from bucketry.once import once
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.sigv4 import HeaderSigner
from bucketry_s3.protocol.wire import S3Answer, S3Request
from bucketry_s3.transports.sockets.dialing import NotSpokenHere, Route, proxy_for
from bucketry_s3.transports.sockets.exchange import exchange, request_head
from bucketry_s3.transports.sockets.pool import Pool
from bucketry_s3.transports.trust import tls_context

_PORTS = {"https": 443, "http": 80}

_OWN_HEADERS = (("User-Agent", "bucketry"), ("Accept-Encoding", "identity"))


class Pools:
    """One `Pool` for each host. Safe to share between threads and providers."""

    def __init__(self, ca_bundle: str | None) -> None:
        self._ca_bundle = ca_bundle
        self._pools: dict[tuple[str, str], Pool | None] = {}

    @once
    def _tls(self) -> ssl.SSLContext:
        return tls_context(self._ca_bundle)

    def send(
        self, request: S3Request, signer: Callable[[], HeaderSigner], deadline: Deadline
    ) -> S3Answer | None:
        """Send one request and return its answer; None where another transport has to do it."""
        pool = self._of(request.scheme, request.host)
        if pool is None:
            return None
        return exchange(
            pool,
            _head(request, pool.route, signer()),
            request.body,
            deadline,
            method=request.method,
            repeatable=request.repeatable,
            patient=request.patient,
        )

    def _of(self, scheme: str, host: str) -> Pool | None:
        try:
            return self._pools[scheme, host]
        except KeyError:
            # Two threads may both make one; the first stays, the other has nothing open yet.
            return self._pools.setdefault((scheme, host), self._make(scheme, host))

    def _make(self, scheme: str, host: str) -> Pool | None:
        if not hasattr(select, "poll"):
            return None
        name, port = _split(host)
        try:
            proxy = proxy_for(scheme, host)
        except NotSpokenHere:
            return None
        tls = self._tls if scheme == "https" else None
        return Pool(Route(host=name, port=port or _PORTS[scheme], tls=tls, proxy=proxy))

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            if pool is not None:
                pool.close()


def _head(request: S3Request, route: Route, signer: HeaderSigner) -> memoryview:
    """Return the signed head. In a frame of its own, which ends before anything can fail."""
    signed = signer.sign(request, time.time())
    query = request.encoded_query
    target = f"{request.path}?{query}" if query else request.path
    headers = [*request.headers.items(), *_OWN_HEADERS, *signed.items()]
    if route.proxy is not None and route.tls is None:
        target = f"http://{request.host}{target}"
        if route.proxy.authorization:
            headers.append(("Proxy-Authorization", route.proxy.authorization))
    sized = request.body or request.method in ("PUT", "POST")
    return request_head(
        request.method, target, request.host, headers, len(request.body) if sized else None
    )


def _split(host: str) -> tuple[str, int | None]:
    """Return name and port of a Host header; an IPv6 address loses its brackets."""
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and not host.endswith("]"):
        return name.strip("[]"), int(port)
    return host.strip("[]"), None
