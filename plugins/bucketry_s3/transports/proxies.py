"""The way to a host, one decision for every transport: by which proxy, and what it depends on."""

from __future__ import annotations

import base64
import ipaddress
import os
import sys
from collections.abc import Hashable, Iterator
from contextlib import suppress
from urllib.parse import SplitResult, unquote, urlsplit

from bucketry.errors import Rejected, StorageError
from bucketry_s3.protocol.wire import Unreachable
from bucketry_s3.settings import ClientSettings
from bucketry_s3.transports.trust import authorities


def way_to(settings: ClientSettings) -> tuple[Hashable, ...]:
    """Return all that connections depend on: the endpoint, as whom, whom to trust, proxies."""
    identity = (settings.endpoint, settings.addressing, settings.credentials)
    return (*identity, authorities(settings.ca_bundle), *sorted(proxies().items()))


def proxies() -> dict[str, str]:
    """Return the proxies that the environment names, by scheme."""
    told_elsewhere = os.name == "nt" or sys.platform == "darwin"
    if not told_elsewhere and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}  # what reads them imports all of HTTP
    from urllib.request import getproxies

    return getproxies()


def proxy_of(scheme: str, host: str) -> SplitResult | None:
    """Return the address of the proxy for a host (``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``).

    `host` is as in the Host header; ``NO_PROXY`` may name networks (``10.0.0.0/8``), too. Raises
    `Rejected` for a proxy that is spoken to in another way than by HTTP: whoever has one set does
    not want to be connected past it. The address is not repeated, it may hold a password.
    """
    found = _named(scheme, host)
    # No frame that fails holds an address.
    if found == _UNUSABLE:
        raise Rejected(
            f"the environment names a proxy for {scheme} that cannot be used",
            hint="Write http://user:password@host:port, or https:// in front; SOCKS is not spoken.",
        )
    return found


_UNUSABLE = SplitResult("", "", "", "", "")


def _named(scheme: str, host: str) -> SplitResult | None:
    named = proxies()
    url = named.get(scheme) or named.get("all")
    if not url:
        return None
    if _goes_directly(host, named.get("no", "")):
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return _UNUSABLE
    return parts if usable else _UNUSABLE


def _goes_directly(host: str, without: str) -> bool:
    from urllib.request import proxy_bypass

    name = urlsplit(f"//{host}").hostname or ""
    if proxy_bypass(name) or proxy_bypass(host):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return any(address in network for network in _networks(without))


def _networks(text: str) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for one in text.split(","):
        with suppress(ValueError):
            yield ipaddress.ip_network(one.strip(), strict=False)


def authorization_of(proxy: SplitResult) -> str | None:
    """Return what ``Proxy-Authorization`` says, None where the address names no user."""
    if proxy.username is None:
        return None
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return "Basic " + base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode()


def no_tunnel(status: int, proxy: str, target: str) -> StorageError:
    """Return what it means that a proxy answers CONNECT with this status."""
    if status == 407:
        return Rejected(
            f"the proxy {proxy} wants a user name and password",
            hint="Write them into HTTPS_PROXY (http://user:password@host:port).",
            status=407,
        )
    passing = status >= 500 or status in (408, 429)
    return (Unreachable if passing else Rejected)(
        f"the proxy {proxy} opens no way to {target} (HTTP {status})",
        hint="Look at the proxy, or name the host in NO_PROXY.",
    )
