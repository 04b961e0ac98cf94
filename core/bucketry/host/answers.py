"""The checks of what hooks return. They stand below every layer, so none can weaken them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bucketry.errors import InvalidHeader, InvalidInput, InvalidKey, PluginError, Rejected
from bucketry.headers import check_header_value, check_param_values
from bucketry.host.layers import LayerStack
from bucketry.keys import check_key
from bucketry.model import (
    Deleted,
    ObjectInfo,
    ObjectReader,
    Page,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
)

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

# What a URL must carry percent-encoded: all that RFC 3986 leaves out, "#", which would cut the key,
# and a "%" that encodes nothing.
_NOT_IN_URL = re.compile(r"[^!$-;=?-\[\]_a-z~]|%(?![0-9A-Fa-f]{2})")

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# Between a layer's look at the clock and the check's; times are cut to seconds, too.
_CLOCK_SLACK = timedelta(seconds=5)


class Answers:
    """Checks one provider's answers; a bad one is a `PluginError` naming the layers asked."""

    def __init__(self, stack: LayerStack) -> None:
        self._stack = stack

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
        with self._blaming(hook):
            check_param_values("parameter", params)
        return params

    def key(self, value: object, hook: str) -> str:
        """Return a key that may be stored.

        A bad one is an `InvalidKey`, because the caller's file name may be at fault.
        """
        key = self.expect(value, str, hook)
        try:
            return check_key(key)
        except InvalidKey as error:
            raise InvalidKey(f"{error}; {hook} named it, asked {self._asked(hook)}") from None

    def signed(self, value: object, request: SignRequest, hook: str) -> SignedUrl:
        """Return a signed URL that can be used as it is and allows no more than was asked for."""
        signed = self.expect(value, SignedUrl, hook)
        self.url(signed.reveal(), hook)
        if signed.method != request.method:
            raise self._bad(hook, f"it signed {signed.method!r}, not {request.method}")
        with self._blaming(hook):
            for name, header in signed.headers.items():
                if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
                    raise InvalidHeader(f"{name!a} is no header name")
                check_header_value(name, header)
            check_param_values("field", signed.reveal_fields())
        if not signed.signed:
            return signed
        if signed.expires_at is None or signed.expires_at.tzinfo is None:
            raise self._bad(
                hook, "a signed URL needs expires_at with a time zone, an unsigned one signed=False"
            )
        latest = datetime.now(UTC) + timedelta(seconds=request.expires_in) + _CLOCK_SLACK
        if signed.expires_at > latest:
            raise self._bad(hook, f"it signed for longer than {request.expires_in} seconds")
        return signed

    def stored(self, value: object, object_key: str, hook: str) -> StoredObject:
        """Return an answer about the object that was stored, and no other."""
        stored = self.expect(value, StoredObject, hook)
        self._same(stored.key, object_key, hook)
        return stored

    def info(self, value: object, object_key: str, hook: str) -> ObjectInfo:
        """Return what is known of the object that was asked for, and no other."""
        info = self.expect(value, ObjectInfo, hook)
        self._same(info.key, object_key, hook)
        return info

    def reader(self, value: object, object_key: str, hook: str) -> ObjectReader:
        """Return a reader of the object that was asked for, and no other."""
        reader = self.expect(value, ObjectReader, hook)
        self._same(reader.info.key, object_key, hook)
        return reader

    def pages(self, value: object, prefix: str, hook: str) -> Iterator[Page]:
        """Yield pages with nothing in them but what starts with `prefix`."""
        for page in self.expect(value, Iterator, hook):
            self.expect(page, Page, hook)
            for key in (*(info.key for info in page.objects), *page.folders):
                self._inside(key, prefix, hook)
            yield page

    def deleted(self, value: object, object_keys: Sequence[str], hook: str) -> Deleted:
        """Return an outcome for each key that was to be deleted, and for no other."""
        outcome = self.expect(value, Deleted, hook)
        told = {*outcome.keys, *(failure.key for failure in outcome.failures)}
        strange = sorted(told.difference(object_keys))
        if strange:
            raise self._bad(hook, f"it answered for {strange[0]!a}, which was not to be deleted")
        missing = set(object_keys) - told
        if missing:
            raise Rejected(f"no outcome was given for {len(missing)} of {len(object_keys)} keys")
        return outcome

    def swept(self, value: object, prefix: str, hook: str) -> list[Swept]:
        """Return unfinished uploads under `prefix`."""
        swept = [self.expect(one, Swept, hook) for one in self.expect(value, Sequence, hook)]
        for one in swept:
            self._inside(one.key, prefix, hook)
        return swept

    def _asked(self, hook: str) -> str:
        return ", ".join(self._stack.asked(hook))

    def _bad(self, hook: str, reason: str) -> PluginError:
        return PluginError(hook, f"{reason}; asked {self._asked(hook)}")

    @contextmanager
    def _blaming(self, hook: str) -> Iterator[None]:
        """Turn what would be a caller's bad input into the layers' fault."""
        try:
            yield
        except InvalidInput as error:
            raise self._bad(hook, str(error)) from None

    def _same(self, key: str, object_key: str, hook: str) -> None:
        if key != object_key:
            raise self._bad(hook, f"it answered for {key!a}, not for {object_key!a}")

    def _inside(self, key: str, prefix: str, hook: str) -> None:
        if not key.startswith(prefix):
            raise self._bad(hook, f"it answered for {key!a}, which is not under {prefix!a}")
