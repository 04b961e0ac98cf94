"""AWS Signature Version 4 in the Authorization header.

Written from the Amazon S3 API reference ("Authenticating requests: using the Authorization
header"); the tests hold it against botocore, byte for byte. What changes once a day (the signing
key) and once a second (the date) is made once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bucketry_s3.protocol.wire import S3Request

ALGORITHM = "AWS4-HMAC-SHA256"

# What proxies and clients in between may change; the SDK leaves it out of signatures too.
_UNSIGNED = frozenset({"expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"})

_HELD = 1984
"""Bytes that are hashed without letting another thread go first (`hashlib` does from 2,048 on), in
whole blocks of the digest."""

_SMALL = 8 * _HELD
"""Bytes up to which that takes less than waiting for one's turn again."""

_BODILESS = hashlib.sha256(b"").hexdigest()


@lru_cache(maxsize=4)
def stamp(second: int) -> str:
    """Return a second since 1970 as signatures write it: ``20261126T021500Z``."""
    return f"{datetime.fromtimestamp(second, UTC):%Y%m%dT%H%M%SZ}"


@lru_cache(maxsize=64)
def signing_key(secret: str, day: str, region: str) -> bytes:
    """Return the key that signs for one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def keyed(key: bytes, text: str) -> tuple[Any, Any]:
    """Return the two SHA-256 of an HMAC (RFC 2104), the inner one having taken in `text`.

    Copies of them finish a signature in a fraction of what a new HMAC takes.
    """
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    inner.update(text.encode())
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


class HeaderSigner:
    """Signs requests for one key pair in one region. Safe to share between threads."""

    def __init__(
        self, access_key_id: str, secret_access_key: str, session_token: str | None, region: str
    ) -> None:
        self._id, self._secret, self._token = access_key_id, secret_access_key, session_token
        self._region = region
        self._day: tuple[str, str, tuple[Any, Any]] = ("", "", (None, None))

    def _of_day(self, day: str) -> tuple[str, str, tuple[Any, Any]]:
        """Return the day, its scope, and what `keyed` makes of the day's key."""
        known = self._day
        if known[0] != day:
            key = signing_key(self._secret, day, self._region)
            scope = f"{day}/{self._region}/s3/aws4_request"
            known = self._day = (day, scope, keyed(key, f"{ALGORITHM}\n"))
        return known

    def sign(self, request: S3Request, now: float) -> dict[str, str]:
        """Return the headers that sign `request` at `now`, seconds since 1970.

        They are to be sent with those of the request. The body is hashed, unless it was before.
        """
        moment = stamp(int(now + request.clock_offset))
        _, scope, of_key = self._of_day(moment[:8])
        signed: dict[str, str] = {}
        for name, value in request.headers.items():
            if (lower := name.lower()) not in _UNSIGNED:
                signed[lower] = " ".join(value.split())  # blanks in a row count as one
        signed["host"], signed["x-amz-date"] = request.host, moment
        signed["x-amz-content-sha256"] = payload = _payload(request)
        added = {"X-Amz-Date": moment, "X-Amz-Content-SHA256": payload}
        if self._token:
            added["X-Amz-Security-Token"] = signed["x-amz-security-token"] = self._token
        names, canonical = _canonical(request, signed, payload)
        inner, signature = of_key[0].copy(), of_key[1].copy()
        inner.update(f"{moment}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}".encode())
        signature.update(inner.digest())
        added["Authorization"] = (
            f"{ALGORITHM} Credential={self._id}/{scope}, SignedHeaders={names}, "
            f"Signature={signature.hexdigest()}"
        )
        return added

    def __repr__(self) -> str:
        return f"HeaderSigner({self._region})"


def _payload(request: S3Request) -> str:
    if not request.signs_body:
        return "UNSIGNED-PAYLOAD"
    if request.body_sha256:
        return request.body_sha256
    body = request.body
    if len(body) > _SMALL:
        return hashlib.sha256(body).hexdigest()
    if not body:
        return _BODILESS
    view, digest = memoryview(body), hashlib.sha256()
    for start in range(0, len(body), _HELD):
        digest.update(view[start : start + _HELD])
    return digest.hexdigest()


def _canonical(request: S3Request, signed: Mapping[str, str], payload: str) -> tuple[str, bytes]:
    """Return the names of the signed headers, and the text that the signature is made of."""
    order = sorted(signed)
    names = ";".join(order)
    lines = "\n".join([f"{name}:{signed[name]}" for name in order])
    return names, (
        f"{request.method}\n{request.path}\n{request.encoded_query}\n{lines}\n\n{names}\n{payload}"
    ).encode()
