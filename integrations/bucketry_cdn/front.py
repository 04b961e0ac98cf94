"""What every CDN's signer has in common."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from bucketry import InvalidInput, SignedUrl, SignRequest, Unsupported, hookimpl

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?")


def text(name: str, value: object) -> str:
    """Return an argument that must be text, or raise `InvalidInput`."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is a str, not {type(value).__name__}")
    plain = str.__str__(value)
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{name} has a lone surrogate, which cannot be encoded") from None
    return plain


def seconds(name: str, value: object) -> int:
    """Return an argument that must be a number of seconds, or raise `InvalidInput`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{name} is a number of seconds, as an int")
    return value


class Front(ABC):
    """A layer that signs the GETs of a provider for the CDN in front of its bucket.

    On a provider with this layer every object opens with a signed address only, whatever the
    configured visibility: `Provider.url` signs, too. A signature that the CDN has for GET opens an
    object for HEAD as well, so HEAD is signed for the bucket still, like PUT, DELETE and forms.
    """

    def __init__(
        self, address: str, *, folder: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        """Sign for the CDN at `address`, such as ``https://media.example.com``.

        `folder` is a folder of the bucket that the CDN shows as its root: taken off each key.
        `clock` gives seconds since 1970.

        Raises:
            InvalidInput: for an address with more than a scheme, a host, a port and a path.
        """
        address = text("address", address)
        if not _ADDRESS.fullmatch(address):
            raise InvalidInput("a CDN's address is like https://media.example.com, without a query")
        self._address = address.rstrip("/")
        folder = text("folder", folder)
        self._folder = f"{folder.strip('/')}/" if folder.strip("/") else ""
        self._clock = clock

    def _plain(self, key: str) -> str:
        """Return the unsigned address of an object key."""
        if not key.startswith(self._folder):
            raise InvalidInput(f"the CDN shows the folder {self._folder!r} of the bucket only")
        return f"{self._address}/{quote(key[len(self._folder) :], safe='/-._~')}"

    @abstractmethod
    def signed(self, url: str, expires: int) -> str:
        """Return `url`, an address of the CDN, signed until `expires` (seconds since 1970)."""

    @hookimpl
    def bucketry_is_private(self, key: str) -> bool:
        """Say that the CDN wants a signature."""
        return True

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl | None:
        """Sign a GET; leave the rest to the bucket."""
        if request.method != "GET":
            return None
        if request.response or request.version or request.headers:
            raise Unsupported(
                "the CDN's signature carries no response headers, versions or request headers",
                hint="Store the headers with the object, or sign with a provider without the CDN.",
            )
        expires = request.begins(self._clock()) + request.life
        return SignedUrl(
            url=self.signed(self._plain(request.key), expires),
            method="GET",
            expires_at=datetime.fromtimestamp(expires, UTC),
        )
