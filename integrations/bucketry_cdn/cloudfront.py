"""Amazon CloudFront: signed URLs, and signed cookies for whole folders.

Source: "Serving private content with signed URLs and signed cookies" in the developer guide of
CloudFront; the order of a policy's conditions and the vectors of the tests are the AWS CLI's.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from bucketry import InvalidExpiry, InvalidInput, Secret
from bucketry_cdn.front import Front, text

EXPIRES_MAX = 2_147_483_647
"""Seconds since 1970 after which CloudFront knows no time."""

_LETTERS = str.maketrans("+=/", "-_~")


def _in_urls(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(_LETTERS)


def _moment(when: datetime | int) -> int:
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise InvalidInput("a time needs a time zone: datetime.now(UTC) has one")
        return int(when.timestamp())
    if isinstance(when, bool) or not isinstance(when, int):
        raise InvalidInput("a time is a datetime, or seconds since 1970 as an int")
    return when


class CloudFront(Front):
    """Signs with the private key whose public half is in a key group of the distribution."""

    def __init__(
        self,
        address: str,
        key_id: str,
        private_key: str | bytes | Secret,
        *,
        digest: Literal["SHA1", "SHA256"] = "SHA256",
        folder: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Sign for the distribution at `address`.

        `key_id` is the public key's id, such as ``K2JCJMDEHXQW5F``; `private_key` the other half as
        PEM: RSA of 2048 bits, or ECDSA on P-256, which has SHA256 only. SHA1 is what distributions
        assume where nothing is told, and what older tools send.

        Raises:
            InvalidInput: for a key that cannot be read or is of another kind, or without the
                package cryptography.
        """
        super().__init__(address, folder=folder, clock=clock)
        if text("digest", digest) not in ("SHA1", "SHA256"):
            raise InvalidInput("CloudFront knows SHA1 and SHA256")
        key_id = text("key_id", key_id)
        if not key_id.isalnum():
            raise InvalidInput("key_id is the id of a public key, such as K2JCJMDEHXQW5F")
        self._key_id = key_id
        self._digest = digest
        self._sign = _signer(private_key, digest)

    def signed(
        self,
        url: str,
        expires: datetime | int,
        *,
        starts: datetime | int | None = None,
        ip: str | None = None,
    ) -> str:
        """Return `url` signed until `expires`; a policy goes along if more is asked for.

        `url` may hold ``*`` and ``?`` where it names several objects and a policy goes along.
        `starts` is when it begins to open, `ip` the IPv4 address or network that may use it.
        Times are datetimes with a zone, or seconds since 1970.

        Raises:
            InvalidExpiry: for an end after 2038, or before the start.
            InvalidInput: for what a policy cannot hold.
        """
        url = text("url", url)
        joint = "&" if "?" in url else "?"
        pairs = self._pairs(url, expires, starts, ip)
        return f"{url}{joint}{'&'.join(f'{name}={value}' for name, value in pairs.items())}"

    def cookies(
        self,
        pattern: str,
        expires: datetime | int,
        *,
        starts: datetime | int | None = None,
        ip: str | None = None,
    ) -> dict[str, Secret]:
        """Return the cookies that open every object whose address `pattern` matches.

        `pattern` is a part of the CDN's path such as ``"videos/42/*"``, written as in addresses,
        or a whole address. Send them for the distribution's host with ``Secure; HttpOnly``, a
        ``Path`` that fits, and neither ``Expires`` nor ``Max-Age``: the policy ends them.

        Raises: as `signed`.
        """
        pattern = text("pattern", pattern)
        whole = pattern if "://" in pattern else f"{self._address}/{pattern.lstrip('/')}"
        pairs = self._pairs(whole, expires, starts, ip, wide="*" in whole or "?" in whole)
        return {f"CloudFront-{name}": Secret(value) for name, value in pairs.items()}

    def _pairs(
        self,
        resource: str,
        expires: datetime | int,
        starts: datetime | int | None,
        ip: str | None,
        *,
        wide: bool = False,
    ) -> Mapping[str, str]:
        end = _moment(expires)
        condition: dict[str, Any] = {"DateLessThan": {"AWS:EpochTime": end}}
        if starts is not None:
            condition["DateGreaterThan"] = {"AWS:EpochTime": _moment(starts)}
        if not 0 < end <= EXPIRES_MAX or (starts is not None and _moment(starts) >= end):
            raise InvalidExpiry("a signature ends after it starts and before January 2038")
        if ip is not None:
            condition["IpAddress"] = {"AWS:SourceIp": _network(text("ip", ip))}
        if not resource.isascii() or not resource.isprintable() or set(resource) & set('" \\'):
            raise InvalidInput("an address in a policy is ASCII without blanks, quotes or \\")
        policy = json.dumps(
            {"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":")
        ).encode()
        canned = len(condition) == 1 and not wide
        pairs = {"Expires": str(end)} if canned else {"Policy": _in_urls(policy)}
        pairs |= {"Signature": _in_urls(self._sign(policy)), "Key-Pair-Id": self._key_id}
        if self._digest == "SHA256":
            pairs["Hash-Algorithm"] = "SHA256"
        return pairs


def _network(ip: str) -> str:
    try:
        return str(ipaddress.IPv4Network(ip))
    except ValueError:
        raise InvalidInput("a policy takes an IPv4 address or network like 10.0.0.0/8") from None


def _signer(private_key: str | bytes | Secret, digest: str) -> Callable[[bytes], bytes]:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise InvalidInput(
            "CloudFront's signatures need the package cryptography: install bucketry[cdn]"
        ) from None
    pem = private_key.reveal() if isinstance(private_key, Secret) else private_key
    try:
        key = load_pem_private_key(str.encode(pem) if isinstance(pem, str) else pem, None)
    except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm):
        raise InvalidInput("private_key is no PEM of a private key without a password") from None
    algorithm = hashes.SHA256() if digest == "SHA256" else hashes.SHA1()  # noqa: S303 - CloudFront's default
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PKCS1v15()
        return lambda policy: key.sign(policy, scheme, algorithm)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        if digest != "SHA256":
            raise InvalidInput("CloudFront takes ECDSA with SHA256 only")
        return lambda policy: key.sign(policy, ec.ECDSA(algorithm))
    raise InvalidInput("CloudFront takes RSA keys and ECDSA keys on P-256")
