"""Signed URLs: an HMAC over everything that they allow.

``https://files.example.com/photos/cat.png?expires=1798761600&method=GET&Signature=<hex>``

The signature is HMAC-SHA256 with the signing key over these lines: the version of the scheme, the
base URL, the key percent-encoded, and the query without the signature, sorted and percent-encoded.
The base URL is the configured one, not the Host header, which a proxy may change; so a URL of one
store opens nothing in another one that shares its signing key.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from attrs import field, frozen

from bucketry import AccessDenied, Secret, SignedUrl, SignRequest
from bucketry.keys import percent_encoded

_VERSION = "bucketry-local-1"
_SIGNATURE = "Signature"
_RESPONSE = "response_"
_HEADER = "header_"


def object_url(base_url: str, key: str) -> str:
    """Return the address of `key`: every byte but RFC 3986's unreserved ones is encoded."""
    return f"{base_url}/{percent_encoded(key)}"


def key_of_url(base_url: str, url: str) -> str | None:
    """Return the key whose address `url` could be, or None."""
    path = url.removeprefix(f"{base_url}/")
    if path == url:
        return None
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return None


def is_signed(query_string: str) -> bool:
    """Return whether a query claims to be signed."""
    return f"{_SIGNATURE}=" in query_string


@frozen(kw_only=True)
class Grant:
    """What a valid signed URL allows.

    Attributes:
        method: the one HTTP method.
        expires: until when, in seconds since 1970.
        content_type: type that the body of a PUT must have, or None for any.
        headers: further headers that the request must carry, by name in lower case.
        response: headers that the answer to GET or HEAD shall carry, by their option name.
    """

    method: str
    expires: int | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(factory=dict)
    response: Mapping[str, str] = field(factory=dict)


@frozen
class Signer:
    """Makes and checks signed URLs for the store at `base_url`."""

    key: Secret
    base_url: str
    clock: Callable[[], float] = time.time

    def sign(self, request: SignRequest) -> SignedUrl:
        """Return the URL for `request`."""
        expires = request.begins(self.clock()) + request.life
        query = {"expires": str(expires), "method": request.method}
        if request.content_type is not None:
            query["content_type"] = request.content_type
        query |= {f"{_RESPONSE}{name}": value for name, value in request.response.items()}
        query |= {f"{_HEADER}{name.lower()}": value for name, value in request.headers.items()}
        signed = {**query, _SIGNATURE: self._signature(request.key, query)}
        return SignedUrl(
            url=f"{object_url(self.base_url, request.key)}?{urlencode(signed, quote_via=quote)}",
            method=request.method,
            headers={
                **({"Content-Type": request.content_type} if request.content_type else {}),
                **request.headers,
            },
            expires_at=datetime.fromtimestamp(expires, UTC),
            checked=True,
        )

    def difference(self, signed: SignedUrl, request: SignRequest) -> str | None:
        """Return "" if the URL allows what is told of it, else what is different.

        None if it carries no signature of this store.
        """
        address, _, query_string = signed.reveal().partition("?")
        key = key_of_url(self.base_url, address)
        if key is None or not is_signed(query_string):
            return None
        if key != request.key:
            return f"it is signed for {key!a}, not for {request.key!a}"
        try:
            grant = self.verify(key, query_string, signed.method)
        except AccessDenied as error:
            return error.reason
        if signed.expires_at is None or grant.expires != signed.expires_at.timestamp():
            return "the signature ends at another time than is told"
        must = {"content-type": grant.content_type} if grant.content_type else {}
        if {**must, **grant.headers} != {n.lower(): v for n, v in signed.headers.items()}:
            return "other headers are signed than are told"
        return ""

    def verify(self, key: str, query_string: str, method: str) -> Grant:
        """Return what the URL allows, or raise `AccessDenied` that says what is wrong with it."""
        try:
            pairs = parse_qsl(
                query_string, keep_blank_values=True, strict_parsing=True, errors="strict"
            )
        except ValueError:
            raise AccessDenied("the query cannot be read") from None
        query = dict(pairs)
        given = query.pop(_SIGNATURE, "")
        whole = len(query) + 1 == len(pairs)  # a parameter given twice could be read in two ways
        expected = self._signature(key, query)
        if not hmac.compare_digest(given.encode(), expected.encode()) or not whole:
            raise AccessDenied("the signature does not match")
        if self.clock() >= int(query["expires"]):
            raise AccessDenied("the URL has expired")
        if query["method"] != method:
            raise AccessDenied(f"the URL is signed for {query['method']}, not for {method}")
        return Grant(
            method=method,
            expires=int(query["expires"]),
            content_type=query.get("content_type"),
            headers=_named(_HEADER, query),
            response=_named(_RESPONSE, query),
        )

    def _signature(self, key: str, query: Mapping[str, Any]) -> str:
        text = "\n".join(
            (
                _VERSION,
                self.base_url,
                percent_encoded(key),
                urlencode(sorted(query.items()), quote_via=quote, safe=""),
            )
        )
        return hmac.digest(self.key.reveal().encode(), text.encode(), "sha256").hex()


def _named(prefix: str, query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters under a prefix, by the rest of their names."""
    return {n.removeprefix(prefix): value for n, value in query.items() if n.startswith(prefix)}
