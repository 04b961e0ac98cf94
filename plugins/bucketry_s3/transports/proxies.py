"""Which proxy the environment names for a host: one decision for every transport."""

from __future__ import annotations

import urllib.request
from urllib.parse import SplitResult, urlsplit

from bucketry.errors import Rejected


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
    proxies = urllib.request.getproxies()
    url = proxies.get(scheme) or proxies.get("all")
    if not url or urllib.request.proxy_bypass(host):
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return _UNUSABLE
    return parts if usable else _UNUSABLE
