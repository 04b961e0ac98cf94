"""Signed URLs and upload tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

from attrs import field, frozen

from bucketry.model.identity import Secret

Method = Literal["GET", "HEAD", "PUT", "DELETE", "POST"]
"""What a signed URL allows. ``POST`` is a form upload under a POST policy."""


def _opened(kind: type) -> Any:
    """Return a class whose objects take attributes until they are frozen, by becoming `kind`'s.

    The initialiser of a frozen class needs more time than the signature's SHA-256.
    """
    free = {name: vars(object)[name] for name in ("__init__", "__setattr__", "__delattr__")}
    return type(f"_Open{kind.__name__}", (kind,), {"__slots__": (), **free})


@frozen(kw_only=True)
class SignRequest:
    """What is to be signed. Layers see it whole in `bucketry_prepare_signing` and may change it.

    Attributes:
        key: the object key, root path included. For POST it is the exact key of the upload.
        method: the HTTP method that the URL allows.
        expires_in: seconds that it is good for, at least.
        response: headers that the answer to GET or HEAD shall carry, by their option name
            (``content_type``, ``content_disposition``, ``cache_control`` ...).
        content_type: type that an upload must have; None leaves it free.
        headers: further request headers that are signed along and must then be sent, by name.
        min_size, max_size: limits of a POST upload, in bytes.
        version: version to read or delete.
        stable: seconds for which the URL stays the same; None for one of its own at each call. A
            signer begins it at `begins` and lets it live `life` seconds.
    """

    key: str
    method: Method
    expires_in: int
    response: Mapping[str, str] = field(factory=dict)
    content_type: str | None = None
    headers: Mapping[str, str] = field(factory=dict)
    min_size: int = 0
    max_size: int | None = None
    version: str | None = None
    stable: int | None = None

    @staticmethod
    def plain_get(key: str, expires_in: int, stable: int | None = None) -> SignRequest:
        """Return the request to read the object under `key`, and nothing further.

        It is `SignRequest(key=..., method="GET", ...)`, made in a quarter of the time.
        """
        made: Any = _OpenSignRequest()
        made.key = key
        made.method = "GET"
        made.expires_in = expires_in
        made.response = {}
        made.content_type = None
        made.headers = {}
        made.min_size = 0
        made.max_size = None
        made.version = None
        made.stable = stable
        made.__class__ = SignRequest
        request: SignRequest = made
        return request

    @property
    def is_plain_get(self) -> bool:
        """Whether nothing is asked for but to read the object, for so many seconds."""
        return self.method == "GET" and not (
            self.response or self.version or self.headers or self.content_type
        )

    @property
    def life(self) -> int:
        """Seconds from `begins` on that it is good for: at no moment less than `expires_in`."""
        return self.expires_in + (self.stable or 0)

    def begins(self, now: float) -> int:
        """Return the second since 1970 that it begins in: `now`, or the last multiple of `stable`.

        Who signs twice between two multiples signs the same.
        """
        second = int(now)
        return second - second % self.stable if self.stable else second


_OpenSignRequest = _opened(SignRequest)


def _held(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _all_held(fields: Mapping[str, str | Secret]) -> dict[str, Secret]:
    return {name: _held(value) for name, value in fields.items()} if fields else {}


@frozen(kw_only=True)
class SignedUrl:
    """A URL that works for whoever holds it, until it expires. Print it with `reveal()`.

    Attributes:
        method: the HTTP method it allows.
        headers: what must be sent with it, exactly.
        fields: form fields of a POST upload, in order, before the file; empty otherwise.
        expires_at: when it stops working, timezone-aware; None when it is not signed.
        signed: False where the provider serves objects through `base_url`: that address carries no
            signature and does not expire.
        keeps: options of the configuration that hold for what is uploaded with it, by name:
            ``acl``, ``encryption`` ... Whoever holds it cannot get round them.
        checked: whether method, key and life were read back from the signature itself. False where
            nobody here can read it: a layer's own signer, a CDN, an address without a signature.
    """

    _url: Secret = field(alias="url", repr=False, converter=_held)
    method: Method
    headers: Mapping[str, str] = field(factory=dict)
    _fields: Mapping[str, Secret] = field(
        alias="fields", factory=dict, repr=False, converter=_all_held
    )
    expires_at: datetime | None = None
    signed: bool = True
    keeps: frozenset[str] = frozenset()
    checked: bool = False

    def reveal(self) -> str:
        """Return the whole URL. Whoever reads it can use it: keep it out of logs."""
        return self._url.reveal()

    def reveal_fields(self) -> dict[str, str]:
        """Return the form fields of a POST upload, signature included."""
        return {name: value.reveal() for name, value in self._fields.items()}

    def __str__(self) -> str:
        parts = urlsplit(self._url.reveal())
        query = "?***" if parts.query or self._fields else ""
        return f"{parts.scheme}://{parts.netloc}{parts.path}{query}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SignedUrl is not pickled; send the key and sign where it is used")


_OpenSignedUrl = _opened(SignedUrl)


@frozen(kw_only=True)
class SigningFrame:
    """What the signed GETs of one second have in common, so that it is made once for all of them.

    A URL is `front`, the object key percent-encoded but for ``/-._~``, `back`, and the signature.

    Attributes:
        front: the address up to the key.
        back: the address behind the key, up to the signature.
        signature: gives the signature, letters and digits, of a key that is percent-encoded so.
        expires_at: when the URLs stop working, timezone-aware.
    """

    front: str
    back: str = field(repr=False)
    signature: Callable[[str], str] = field(repr=False)
    expires_at: datetime

    def signed(self, quoted_key: str, signature: str, *, checked: bool) -> SignedUrl:
        """Return the signed GET of a key that is percent-encoded.

        It is `SignedUrl(url=..., method="GET", ...)`, made in a third of the time.
        """
        made: Any = _OpenSignedUrl()
        made._url = Secret(f"{self.front}{quoted_key}{self.back}{signature}")
        made.method = "GET"
        made.headers = {}
        made._fields = {}
        made.expires_at = self.expires_at
        made.signed = True
        made.keeps = _NOTHING
        made.checked = checked
        made.__class__ = SignedUrl
        signed: SignedUrl = made
        return signed


_NOTHING: frozenset[str] = frozenset()


@frozen(kw_only=True)
class UploadTicket:
    """Permission for somebody else, a browser mostly, to upload one object directly.

    `signed` holds URL, headers and fields. `enforced` names what the vendor sees to by itself:
    ``key``, ``content_type`` and ``size`` where they were asked for, and options that the
    configuration has for every upload (``acl``, ``encryption``, ``prevent_overwrite`` ...).
    `unenforced` names what was asked for or is configured but that this vendor cannot check: look
    at the object with `head` afterwards.
    """

    key: str
    signed: SignedUrl
    enforced: frozenset[str]
    unenforced: frozenset[str] = frozenset()
