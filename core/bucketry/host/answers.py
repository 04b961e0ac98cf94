"""The checks of what hooks return. They stand below every layer, so none can weaken them."""

from __future__ import annotations

import re
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bucketry.errors import PluginError
from bucketry.headers import check_header_value, check_param_values
from bucketry.host.layers import LayerStack
from bucketry.model import SignedUrl, StoredObject

T = TypeVar("T")

PROTECTED_PARAMS = frozenset(
    {
        "Body",
        "Bucket",
        "CopySource",
        "CopySourceRange",
        "Delete",
        "Key",
        "MultipartUpload",
        "PartNumber",
        "UploadId",
    }
)
"""Native parameters that decide which bytes go where; neither hooks nor callers set them."""

MAX_URL_LENGTH = 8192
"""Longest URL that common servers and proxies accept."""

# What a URL must carry percent-encoded: all that RFC 3986 leaves out.
_NOT_IN_URL = re.compile(r"[^!#-;=?-\[\]_a-z~]")


class Answers:
    """Checks one provider's answers; a bad one is a `PluginError` naming the layers asked."""

    def __init__(self, stack: LayerStack) -> None:
        self._stack = stack

    def _bad(self, hook: str, reason: str) -> PluginError:
        return PluginError(hook, f"{reason}; asked {', '.join(self._stack.asked(hook))}")

    def expect(self, value: object, kind: type[T], hook: str) -> T:
        """Return `value` if a hook may answer with it."""
        if value is None:
            raise self._bad(
                hook, "it came back empty, and a wrapper must return the answer from below"
            )
        if not isinstance(value, kind):
            raise self._bad(hook, f"it answered {type(value).__name__}, not {kind.__name__}")
        return value

    def url(self, value: object, hook: str) -> str:
        """Return a URL that is absolute http(s), percent-encoded and without user info."""
        url = self.expect(value, str, hook)
        if _NOT_IN_URL.search(url):
            raise self._bad(hook, "the URL has characters that must be percent-encoded")
        if len(url) > MAX_URL_LENGTH:
            raise self._bad(hook, f"the URL is longer than {MAX_URL_LENGTH} characters")
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - raises for a bad port
        except ValueError as error:
            raise self._bad(hook, f"the URL cannot be parsed ({error})") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise self._bad(hook, "the URL is not absolute http(s) without user info")
        return url

    def params(self, value: object, hook: str) -> dict[str, Any]:
        """Return native parameters that touch neither the place nor the shape of the request."""
        params: dict[str, Any] = self.expect(value, dict, hook)
        taken = sorted(PROTECTED_PARAMS.intersection(params))
        if taken:
            raise self._bad(hook, f"it answered {', '.join(taken)}, which nobody may set")
        check_param_values("parameter", params)
        return params

    def signed(self, value: object, hook: str) -> SignedUrl:
        """Return a signed URL whose address and headers can be used as they are."""
        signed = self.expect(value, SignedUrl, hook)
        self.url(signed.reveal(), hook)
        for name, header in signed.headers.items():
            check_header_value(name, header)
        if signed.signed and signed.expires_at is None:
            raise self._bad(hook, "a signed URL needs expires_at, an unsigned one signed=False")
        return signed

    def stored(self, value: object, object_key: str, hook: str) -> StoredObject:
        """Return an answer about the object that was stored, and no other."""
        stored = self.expect(value, StoredObject, hook)
        if stored.key != object_key:
            raise self._bad(hook, f"it answered for {stored.key!r}, not for {object_key!r}")
        return stored
