"""Operations that give addresses: permanent, signed, for uploads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bucketry.errors import (
    InvalidExpiry,
    InvalidInput,
    InvalidKey,
    Unsupported,
)
from bucketry.headers import check_header_value, content_disposition
from bucketry.model import (
    Method,
    SignedUrl,
    SignRequest,
    UploadTicket,
)
from bucketry.provider.base import ProviderBase, each_key

MAX_EXPIRES = 604_800
"""Longest life of a SigV4 signature: 7 days in seconds (Amazon S3 User Guide, presigned URLs)."""

_RESPONSE_HEADERS = frozenset(
    {
        "cache_control",
        "content_disposition",
        "content_encoding",
        "content_language",
        "content_type",
        "expires",
    }
)


class Addressing(ProviderBase):
    """URLs, their inverse, signatures and upload tickets."""

    def url(self, key: str, *, expires_in: int | None = None) -> str:
        """Return an address that opens the object: its permanent one, or a signed one if private.

        A signed address is a password: use it, do not store or log it. `sign` gives one that does
        not show itself. Where `base_url` is set, addresses are never signed.
        """
        object_key = self._root.join(key)
        with self._operation("url", key):
            if self._is_private(object_key):
                request = SignRequest(
                    key=object_key, method="GET", expires_in=self._expires(expires_in)
                )
                return self._sign(request).reveal()
            return self._object_url(object_key)

    def object_url(self, key: str) -> str:
        """Return the object's permanent, unsigned address, also where it opens for nobody."""
        with self._operation("url", key):
            return self._object_url(self._root.join(key))

    def key_of_url(self, url: str) -> str | None:
        """Return the key whose permanent address is exactly `url`, or None if it is none of ours.

        Look-alikes (another host, port, scheme, user info, an escaped slash) are not ours.
        """
        with self._operation("url", None):
            answer: object = self._hooks.bucketry_key_of_url(url=url)
            if answer is None:
                return None
            object_key = self._answers.expect(answer, str, "bucketry_key_of_url")
            try:
                key = self._root.strip(object_key)
                self._root.join(key)
            except InvalidKey:
                return None
            return key if self._object_url(object_key) == url else None

    def sign(
        self,
        key: str,
        *,
        method: Method = "GET",
        expires_in: int | None = None,
        download_name: str | None = None,
        response: Mapping[str, str] | None = None,
        content_type: str | None = None,
        version: str | None = None,
    ) -> SignedUrl:
        """Return a signed URL that allows `method` on one key, for `expires_in` seconds.

        Args:
            key: the object; for PUT it need not exist.
            method: GET, HEAD, PUT or DELETE. For a form upload see `upload_ticket`.
            expires_in: 1 to 604,800 seconds; the configuration's `signed_url_expires` if None.
            download_name: the browser saves the object under this name.
            response: headers that the answer shall carry: `content_type`, `cache_control`,
                `content_disposition`, `content_encoding`, `content_language`, `expires`.
            content_type: type that a PUT must declare; it is then part of the signature.
            version: version of the object to read or delete.

        Where `base_url` is set, GET and HEAD give that address with ``signed=False``. No network
        is needed. Raises `InvalidExpiry`, `InvalidHeader`, `Unsupported`.
        """
        if method == "POST":
            raise InvalidInput("a form upload needs its limits; use upload_ticket")
        if method not in ("GET", "HEAD", "PUT", "DELETE"):
            raise InvalidInput(f"{method!r} cannot be signed; GET, HEAD, PUT and DELETE can")
        wanted = dict(response or {})
        unknown = sorted(set(wanted) - _RESPONSE_HEADERS)
        if unknown:
            raise InvalidInput(
                f"no such response header: {', '.join(unknown)}; "
                f"there are {', '.join(sorted(_RESPONSE_HEADERS))}"
            )
        if download_name is not None:
            wanted["content_disposition"] = content_disposition(download_name)
        if wanted and method not in ("GET", "HEAD"):
            raise InvalidInput(
                f"download_name and response= are for GET and HEAD, not for {method}"
            )
        if version is not None and method == "PUT":
            raise InvalidInput("an upload makes a version; it cannot name one")
        for name, value in wanted.items():
            check_header_value(f"response {name}", value)
        if content_type is not None:
            if method != "PUT":
                raise InvalidInput("content_type limits an upload; for GET use response=")
            check_header_value("content_type", content_type)
        with self._operation("sign", key):
            self._check_can_sign(method)
            return self._sign(
                SignRequest(
                    key=self._root.join(key),
                    method=method,
                    expires_in=self._expires(expires_in),
                    response=wanted,
                    content_type=content_type,
                    version=version,
                )
            )

    def sign_many(
        self, keys: Iterable[str], *, expires_in: int | None = None
    ) -> dict[str, SignedUrl]:
        """Sign GET for many keys at once: a page of thumbnails."""
        seconds = self._expires(expires_in)
        self._check_can_sign("GET")
        signed = {}
        with self._operation("sign", None):
            for key in each_key(keys):
                request = SignRequest(key=self._root.join(key), method="GET", expires_in=seconds)
                signed[key] = self._sign(request)
        return signed

    def upload_ticket(
        self,
        key: str,
        *,
        content_type: str | None = None,
        min_size: int = 0,
        max_size: int | None = None,
        expires_in: int | None = None,
    ) -> UploadTicket:
        """Return what somebody else needs to upload one object directly, for a limited time.

        It is a form upload (POST) where the vendor verifies policies, so that `max_size` holds;
        else a signed PUT, and the ticket tells which limits the vendor cannot check.
        """
        if content_type is not None:
            check_header_value("content_type", content_type)
        if min_size < 0 or (max_size is not None and max_size < min_size):
            raise InvalidInput("sizes are bytes, min_size not above max_size")
        post = self._capabilities.post_policy.value == "yes"
        enforced: set[str] = {"key"}
        unenforced: set[str] = set()
        if content_type is not None:
            enforced.add("content_type")
        if max_size is not None or min_size:
            (enforced if post else unenforced).add("size")
        with self._operation("sign", key):
            if not post:
                self._check_can_sign("PUT")
            signed = self._sign(
                SignRequest(
                    key=self._root.join(key),
                    method="POST" if post else "PUT",
                    expires_in=self._expires(expires_in),
                    content_type=content_type,
                    min_size=min_size,
                    max_size=max_size,
                )
            )
        return UploadTicket(
            key=key,
            signed=signed,
            enforced=frozenset(enforced),
            unenforced=frozenset(unenforced),
        )

    def _check_can_sign(self, method: Method) -> None:
        methods = self._capabilities.presign.value
        if methods is not None and method not in methods:
            raise Unsupported(
                f"{self.vendor.title} signs {', '.join(sorted(methods))} only",
                provider=self.name,
                vendor=self.vendor.name,
                operation="sign",
            )

    def _expires(self, seconds: int | None) -> int:
        limit = self._capabilities.presign_seconds_max.value or MAX_EXPIRES
        if seconds is None:
            seconds = self._options.signed_url_expires
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= limit:
            raise InvalidExpiry(
                f"a signed URL lives 1 to {limit:,} seconds, given as an int; "
                f"{seconds!r} is not possible"
            )
        return seconds

    def _sign(self, request: SignRequest) -> SignedUrl:
        return self._answers.signed(
            self._hooks.bucketry_sign(request=request), request, "bucketry_sign"
        )
