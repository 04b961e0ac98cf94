"""Which addresses may be connected to, whoever names them: a configuration or a layer."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from bucketry.keys import base_fault

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds answer with a machine's own credentials; an endpoint there is an attack or an error.
_METADATA = [
    ipaddress.ip_network(network)
    for network in (
        *("169.254.0.0/16", "fe80::/10"),  # link-local (RFC 3927, RFC 4291): most clouds
        *("fd00:ec2::254", "fd00:ec2::23"),  # AWS: EC2, pods of EKS
        "fd20:ce::254",  # Google Cloud
        "fd00:c1::a9fe:a9fe",  # Oracle Cloud
        "fd00:42::42",  # Scaleway
        "100.100.100.200",  # Alibaba Cloud
        "192.0.0.192",  # Oracle Cloud, its first generation
        "168.63.129.16",  # Azure's agent
    )
]
_METADATA_NAMES = frozenset(
    {
        *("metadata", "metadata.google.internal", "metadata.goog"),
        *("instance-data", "instance-data.ec2.internal", "metadata.tencentyun.com"),
    }
)

# Prefixes whose addresses carry an IPv4 address, and its bits from the right: NAT64 (RFC 6052,
# RFC 8215), 6to4 (RFC 3056), and IPv4-compatible addresses (RFC 4291).
_CARRIERS = [
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("64:ff9b:1::/48"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
    (ipaddress.ip_network("::/96"), 0),
]
_ISATAP = (0x5EFE, 0x0200_5EFE)  # RFC 5214, section 6.1: in front of the last 32 bits


def url_fault(url: str, *, allow_http: bool) -> str | None:
    """Return what is wrong with a configured address, or None. The address is not repeated."""
    fault = base_fault(url)
    if fault:
        return fault
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _ip_address(host)
    if host in _METADATA_NAMES or any(map(_is_metadata, _all_of(address))):
        return (
            "is an address where clouds keep their machines' credentials; "
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


def _is_metadata(address: Address) -> bool:
    return any(address in network for network in _METADATA)


def _all_of(address: Address | None) -> Iterator[Address]:
    """Yield an address and those that a gateway or a tunnel would take it to."""
    if address is None:
        return
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        number = int(address)
        for network, bits in _CARRIERS:
            if address in network:
                yield ipaddress.IPv4Address(number >> bits & 0xFFFF_FFFF)
        if address.teredo is not None:
            yield from address.teredo
        if number >> 32 & 0xFFFF_FFFF in _ISATAP:
            yield ipaddress.IPv4Address(number & 0xFFFF_FFFF)


def _ip_address(host: str) -> Address | None:
    """Read an IP address the way the system's resolver does: ``2852039166`` is one too."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
