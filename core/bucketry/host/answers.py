"""What every answer of a layer must be: of its type, about what was asked, fit to be passed on.

The checks stand below every layer, so none can weaken them. A bad answer is a `PluginError` that
names the layers asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from bucketry.errors import InvalidInput, InvalidKey, PluginError, Rejected, Unsupported
from bucketry.host.addresses import MAX_URL_LENGTH, is_common_url
from bucketry.host.layers import LayerStack
from bucketry.keys import check_key
from bucketry.model import Deleted, Failure, ObjectInfo, ObjectVersion, Page, StoredObject, Upload
from bucketry.source import TAKEN
from bucketry.texts import encodes_nothing, not_in_url

T = TypeVar("T")
Told = TypeVar("Told", ObjectInfo, ObjectVersion)

_DESCRIBING = (
    "bucketry_head",
    "bucketry_open",
    "bucketry_list",
    "bucketry_versions",
    "bucketry_set_headers",
    "bucketry_upload",
    "bucketry_copy",
)
_TEXTS = (
    "etag",
    "content_type",
    "cache_control",
    "content_disposition",
    "content_encoding",
    "content_language",
    "storage_class",
    "encryption",
    "version",
    "verified",
    "write_id",
    "checksum_algorithm",
    "checksum",
    "source_etag",
    "location",
)


def _are_common(infos: Sequence[object], prefix: str) -> bool:
    """Return whether one look shows that all are what a listing may tell; False says nothing."""
    return all([
        type(info) is ObjectInfo
        and type(key := info.key) is str
        and key.startswith(prefix)
        and type(size := info.size) is int
        and size >= 0
        and type(when := info.last_modified) is datetime
        and when.tzinfo is not None
        for info in infos
    ])  # fmt: skip


class Answers:
    """Checks what the layers of one stack answer."""

    def __init__(self, stack: LayerStack) -> None:
        self._stack = stack
        # What is no text is looked for wherever the layer that answers alone has not made sure.
        self._worded = {hook for hook in _DESCRIBING if not stack.beside(hook, "tells_text")}

    def _expect(self, value: object, kind: type[T], hook: str) -> T:
        if value is None and not self._stack.asked(hook):
            raise PluginError(hook, f"no layer answers it: {', '.join(self._stack.names)}")
        if value is None:
            raise self._bad(
                hook, "it came back empty, and a wrapper must return the answer from below"
            )
        if not isinstance(value, kind):
            raise self._bad(hook, f"it answered {type(value).__name__}, not {kind.__name__}")
        return value

    def _parts(self, answer: object, hook: str, **kinds: type) -> None:
        """Refuse an answer whose parts of these names are of other kinds."""
        for name, kind in kinds.items():
            part = getattr(answer, name)
            if not isinstance(part, kind):
                raise self._bad(
                    hook, f"the {name} of its answer are {type(part).__name__}, not {kind.__name__}"
                )

    def _untouched(self, upload: Upload, hook: str) -> None:
        if upload.source.bytes_read:
            raise self._bad(hook, TAKEN)

    def _counts(self, size: object, hook: str) -> None:
        if not isinstance(size, int) or size < 0:
            raise self._bad(hook, f"it told of the size {size!a}")

    def _sound(self, answer: object, kind: type[Told], hook: str) -> Told:
        """Return what is told of an object, with a size and a time that can be counted with."""
        info = self._expect(answer, kind, hook)
        self._counts(info.size, hook)
        when: object = info.last_modified
        if when is not None and (not isinstance(when, datetime) or when.tzinfo is None):
            raise self._bad(hook, "it told of a last_modified that is no datetime with a time zone")
        return self._in_words(info, hook)

    def _stored(self, answer: object, key: str, hook: str) -> StoredObject:
        """Return what was stored under `key`."""
        stored = self._about(key, self._expect(answer, StoredObject, hook), hook)
        self._counts(stored.size, hook)
        return self._in_words(stored, hook)

    def _page(self, answer: object, prefix: str, hook: str) -> Page:
        """Return a page with nothing in it but what starts with `prefix`."""
        page = self._expect(answer, Page, hook)
        self._parts(page, hook, objects=Sequence, folders=Sequence)
        if hook in self._worded or not _are_common(page.objects, prefix):
            for info in page.objects:
                self._inside(self._sound(info, ObjectInfo, hook).key, prefix, hook)
        for folder in page.folders:
            self._inside(folder, prefix, hook)
        return page

    def _described(self, answer: object, key: str, version: str | None, hook: str) -> ObjectInfo:
        """Return what is told of the object that was asked for, or of that version of it."""
        info = self._about(key, self._sound(answer, ObjectInfo, hook), hook)
        if version is not None and info.version is None:
            raise Unsupported("no versions are kept here")
        if version is not None and info.version != version:
            raise self._bad(hook, f"it answered with version {info.version!a}, not {version!a}")
        return info

    def _in_words(self, told: T, hook: str) -> T:
        """Return what is told of an object; refuse what no header could hold among its words."""
        if hook not in self._worded:
            return told
        for name in _TEXTS:
            text: object = getattr(told, name, None)
            if text is not None and (not isinstance(text, str) or not {*"\r\n\0"}.isdisjoint(text)):
                raise self._bad(hook, f"it told of the {name} {text!a}, which is no line of text")
        for name in ("metadata", "checksums"):
            pairs: object = getattr(told, name, None)
            if pairs and not (
                isinstance(pairs, Mapping)
                and all(isinstance(text, str) for pair in pairs.items() for text in pair)
            ):
                raise self._bad(hook, f"it told of {name} that name no text by text")
        return told

    def _outcomes(self, deleted: Deleted, keys: Sequence[str], hook: str) -> Deleted:
        """Return an outcome for each key that was to be deleted, and for no other."""
        self._parts(deleted, hook, keys=Sequence, failures=Sequence)
        failed = [self._expect(failure, Failure, hook).key for failure in deleted.failures]
        try:
            told = {*deleted.keys, *failed}
            strange = sorted(told.difference(keys))
        except TypeError:
            raise self._bad(hook, "it answered for keys that are no text") from None
        if strange:
            raise self._bad(hook, f"it answered for {strange[0]!a}, which was not to be deleted")
        missing = set(keys) - told
        if missing:
            raise Rejected(f"no outcome was given for {len(missing)} of {len(keys)} keys")
        return deleted

    def _url(self, value: object, hook: str) -> str:
        """Return a URL that is absolute http(s), percent-encoded and without user info."""
        url = self._expect(value, str, hook)
        if is_common_url(url):
            return url
        if "#" in url or not_in_url(url) or encodes_nothing(url):  # "#" would cut the key
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

    def _key(self, value: object, hook: str) -> str:
        """Return a key that may be stored.

        A bad one is an `InvalidKey`, because the caller's file name may be at fault.
        """
        key = self._expect(value, str, hook)
        try:
            return check_key(key)
        except InvalidKey as error:
            raise InvalidKey(f"{error}; {hook} named it, asked {self._asked(hook)}") from None

    def _about(self, key: str, answer: T, hook: str) -> T:
        """Return an answer about the object that was asked for, and about no other."""
        told = getattr(answer, "key", None)
        if told != key:
            raise self._bad(hook, f"it answered for {told!a}, not for {key!a}")
        return answer

    def _inside(self, key: object, prefix: str, hook: str) -> None:
        if not isinstance(key, str) or not key.startswith(prefix):
            raise self._bad(hook, f"it answered for {key!a}, which is not under {prefix!a}")

    @contextmanager
    def _blaming(self, hook: str) -> Iterator[None]:
        """Turn what would be a caller's bad input into the layers' fault."""
        try:
            yield
        except InvalidInput as error:
            raise self._bad(hook, str(error)) from None

    def _asked(self, hook: str) -> str:
        return ", ".join(self._stack.asked(hook))

    def _bad(self, hook: str, reason: str) -> PluginError:
        return PluginError(hook, f"{reason}; asked {self._asked(hook)}")
