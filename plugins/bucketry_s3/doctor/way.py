"""The way to the server: its name, a connection, TLS, a proxy in between."""

from __future__ import annotations

import ipaddress
import select
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from bucketry import BucketryError, InvalidInput
from bucketry.doctor import Finding, Probe
from bucketry_s3.doctor.asking import Asker
from bucketry_s3.doctor.codes import found
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.wire import Unreachable
from bucketry_s3.transports.names import resolve
from bucketry_s3.transports.sockets.dialing import (
    NotSpokenHere,
    Proxy,
    Route,
    dial,
    proxy_for,
)
from bucketry_s3.transports.trust import tls_context

_SECONDS = 10.0
_PORTS = {"https": 443, "http": 80}


class Way:
    """Looks at the network alone; nothing is signed."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._place = asker.place()
        parts = urlsplit(f"//{self._place.host}")
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[self._place.scheme]
        self._proxy: Proxy | None = None
        self._spoken = hasattr(select, "poll")
        try:
            self._proxy = proxy_for(self._place.scheme, self._place.host)
        except NotSpokenHere:
            self._spoken = False  # the first request will show how that proxy takes it

    def probes(self) -> list[Probe]:
        """Return the probes."""
        return [
            Probe("name", self.name),
            Probe("connection", self.connection, ("name",)),
            Probe("tls", self.tls, ("connection",)),
        ]

    def name(self) -> Iterator[Finding]:
        """The host has an address."""
        near = self._proxy.host if self._proxy else self._host
        if not self._spoken:
            return
        try:
            addresses = self._resolve(near)
        except Unreachable as error:
            yield self._unknown(error)
            return
        open_net = [address for address in addresses if ipaddress.ip_address(address).is_global]
        if self._place.scheme == "http" and open_net:
            yield found("plain-http", "files, and signatures, go over the open net unencrypted")

    def _unknown(self, error: Unreachable) -> Finding:
        if self._proxy:
            return found("proxy-unreachable", "the proxy's name is unknown", evidence=error.reason)
        if self._asker.settings.addressing == "virtual":
            endpoint = urlsplit(self._asker.settings.endpoint).hostname or ""
            with suppress(Unreachable):
                self._resolve(endpoint)
                return found(
                    "wrong-addressing",
                    f"the bucket has no host of its own here: {endpoint} is known, "
                    f"{self._host} is not",
                    remedy='Set `addressing = "path"`, or give the bucket a name in the DNS.',
                    evidence=error.reason,
                )
        return found("unknown-host", "the endpoint's host is unknown", evidence=error.reason)

    def _resolve(self, host: str) -> list[str]:
        found_there = resolve(host, self._port, time.monotonic() + _SECONDS, Deadline(_SECONDS))
        return [address[0].partition("%")[0] for _, address in found_there]

    def connection(self) -> Iterator[Finding]:
        """Somebody accepts connections there."""
        if not self._spoken:
            return
        try:
            self._dial(Route(host=self._host, port=self._port, tls=None, proxy=self._proxy))
        except Unreachable as error:
            code = "proxy-unreachable" if self._proxy else "no-connection"
            yield found(code, "nobody accepts connections", evidence=error.reason)

    def tls(self) -> Iterator[Finding]:
        """The way is encrypted, and leads to whom the name says."""
        if not self._spoken or self._place.scheme == "http":
            return
        try:
            context = tls_context(self._asker.settings.ca_bundle)
        except InvalidInput as error:
            yield found("bad-ca-bundle", "the authorities to trust cannot be read", evidence=error)
            return
        try:
            self._dial(Route(host=self._host, port=self._port, tls=context, proxy=self._proxy))
        except BucketryError as error:
            reason = getattr(error, "reason", str(error))
            code, cause = _kind_of(reason, getattr(error, "hint", ""))
            yield found(code, cause, evidence=reason)

    @staticmethod
    def _dial(route: Route) -> None:
        dial(route, Deadline(_SECONDS)).close()


def _kind_of(reason: str, hint: str) -> tuple[str, str]:
    """Return code and cause of what a handshake, or the way to one through a proxy, fails with."""
    said = reason.lower()
    if said.startswith("the proxy"):
        return "proxy-refuses", "the proxy opens no way to the server"
    if "certificate" in said:
        if "mismatch" in said or "not valid for" in said:
            return "certificate-name", "the server's certificate is for another name"
        if "expired" in said or "not yet valid" in said:
            return "certificate-expired", "the server's certificate does not count today"
        return "certificate-untrusted", "the server's certificate is of nobody who is trusted"
    if "no TLS" in hint:
        return "no-tls", "the port speaks no TLS"
    return "tls-failed", "no encrypted connection comes about"
