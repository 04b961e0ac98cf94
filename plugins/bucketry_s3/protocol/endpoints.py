"""Which addresses may be connected to, whoever names them: a configuration or a layer."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

# Where clouds answer with a machine's own credentials; an endpoint there is an attack or an error.
_METADATA = [
    ipaddress.ip_network(network) for network in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254")
]


def url_fault(url: str, *, allow_http: bool) -> str | None:
    """Return what is wrong with a configured address, or None. The address is not repeated."""
    if "://" not in url:
        return "has no scheme; write https:// in front of the host"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 - raises for a bad port
    except ValueError:
        return "is not a URL; write https://, the host and, where needed, a port and a path"
    if parts.scheme not in ("http", "https"):
        return "must start with https:// (or http://)"
    if not host or not url.isascii() or re.search(r"[\s\x00-\x1f\x7f\\<>\"{}]", url):
        return "is not a URL; write https://, the host and, where needed, a port and a path"
    if "@" in parts.netloc:
        return "must not hold a user name or password; keys belong in credentials"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "must not have a query or a fragment; it ends with the host or a path"
    address = _ip_address(host)
    if address is not None and any(address in network for network in _METADATA):
        return (
            "is a link-local address, where clouds keep their machines' credentials; "
            "write the storage's own address"
        )
    local = host == "localhost" or host.endswith(".localhost")
    local = local or (address is not None and address.is_loopback)
    if parts.scheme == "http" and not allow_http and not local:
        return (
            "is plain http, which shows files and signed URLs to the network; "
            "write https://, or set allow_http = true if the network is yours"
        )
    return None


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an IP address the way the system's resolver does: ``2852039166`` is one too."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
