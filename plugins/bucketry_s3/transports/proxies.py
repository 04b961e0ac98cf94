"""The way to a host, one decision for every transport: by which proxy, and what it depends on."""

from __future__ import annotations

import os
import sys
from collections.abc import Hashable
from urllib.parse import SplitResult, urlsplit

from bucketry.errors import Rejected
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

    Raises `Rejected` for a proxy that is spoken to in another way than by HTTP: whoever has one set
    does not want to be connected past it. The address is not repeated, it may hold a password.
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
    from urllib.request import proxy_bypass

    if proxy_bypass(host):
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return _UNUSABLE
    return parts if usable else _UNUSABLE
