"""CDNs that compare a token: an HMAC of the path and a time, with a key that both sides hold."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from bucketry import InvalidExpiry, InvalidInput, Secret
from bucketry_cdn.front import Front, seconds, text

Encoding = Literal["hex", "base64", "base64url"]

_ENCODINGS: dict[Encoding, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": lambda mac: quote(base64.b64encode(mac), safe=""),
    "base64url": lambda mac: base64.urlsafe_b64encode(mac).decode().rstrip("="),
}


class TokenSigner(Front):
    """Signs with an HMAC in the query; what it is made of and how it is written can be told."""

    def __init__(
        self,
        address: str,
        key: str | Secret,
        *,
        message: str = "{path}{expires}",
        query: str = "token={token}&expires={expires}",
        digest: str = "sha256",
        encoding: Encoding = "hex",
        decoded: bool = False,
        life: int | None = None,
        folder: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Sign for the CDN at `address` with the secret `key`.

        `message` is what the HMAC is made of and `query` what is put behind the address. Both may
        name ``{path}``, ``{expires}`` and ``{issued}``, the query ``{token}``, too; times are in
        seconds since 1970. `decoded` takes the path without its percent-encoding into the message.
        `digest` is one of hashlib's, `encoding` how the token is written: base64 with what URLs
        need encoded, base64url without padding.

        `life` is for CDNs that know one life for all, in seconds, and compare the time of issue:
        an address that is to live less is issued as much earlier.

        Raises:
            InvalidInput: for an address, template, digest or encoding that cannot be.
        """
        super().__init__(address, folder=folder, clock=clock)
        self._key = key if isinstance(key, Secret) else Secret(text("key", key))
        self._message = message = text("message", message)
        self._query = query = text("query", query)
        self._digest, self._decoded = text("digest", digest), decoded
        self._life = None if life is None else seconds("life", life)
        if text("encoding", encoding) not in _ENCODINGS:
            raise InvalidInput(f"a token is written as {', '.join(_ENCODINGS)}")
        self._encode = _ENCODINGS[encoding]
        if not self._key.reveal():
            raise InvalidInput("the CDN's key is empty")
        for template in (message, query):
            if "{expires}" not in template and "{issued}" not in template:
                raise InvalidInput("message and query both need {expires} or {issued}")
        if "{path}" not in message or "{token}" not in query:
            raise InvalidInput("the message needs {path}, the query {token}")
        try:
            self.signed(f"{address}/x", 0)
        except (KeyError, IndexError, ValueError) as error:
            raise InvalidInput(f"no such template or digest: {type(error).__name__}") from None

    def signed(self, url: str, expires: int) -> str:
        """Return `url` signed until `expires`."""
        url = text("url", url)
        path = urlsplit(url).path
        expires = seconds("expires", expires)
        issued = expires - (self._life or 0)
        if self._life is not None and expires > int(self._clock()) + self._life:
            raise InvalidExpiry(f"the CDN's rule lets an address live {self._life} seconds at most")
        known = {"path": unquote(path) if self._decoded else path}
        known |= {"expires": str(expires), "issued": str(issued)}
        mac = hmac.digest(
            self._key.reveal().encode(), self._message.format(**known).encode(), self._digest
        )
        known |= {"path": path, "token": self._encode(mac)}
        return f"{url}?{self._query.format(**known)}"


def bunny(
    address: str, key: str | Secret, *, folder: str = "", clock: Callable[[], float] = time.time
) -> TokenSigner:
    """Sign for bunny.net's token authentication; `key` is the pull zone's.

    Source: BunnyWay/BunnyCDN.TokenAuthentication and its vectors, 2026-07 (HMAC-SHA256).
    """
    return TokenSigner(
        address,
        key,
        query="token=HS256-{token}&expires={expires}",
        encoding="base64url",
        folder=folder,
        clock=clock,
    )


def cloudflare(
    address: str,
    key: str | Secret,
    *,
    life: int,
    folder: str = "",
    clock: Callable[[], float] = time.time,
) -> TokenSigner:
    """Sign for a rule of Cloudflare's WAF with ``is_timed_hmac_valid_v0``.

    `life` is the rule's, in seconds. The rule compares ``http.request.uri`` with a separator of
    8 characters: ``not is_timed_hmac_valid_v0("the key", http.request.uri, LIFE,
    http.request.timestamp.sec, 8)`` blocks. The host is not part of it.

    Source: cloudflare-docs, "Configure token authentication", 2026.
    """
    return TokenSigner(
        address,
        key,
        message="{path}{issued}",
        query="verify={issued}-{token}",
        encoding="base64",
        life=life,
        folder=folder,
        clock=clock,
    )
