"""Copies and moves inside the bucket, on the vendor's side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bucketry.errors import InvalidInput, NotFound, Unavailable, Unsupported
from bucketry.hookspecs import hookimpl
from bucketry.model import Deleted
from bucketry.testing.case import case, has
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

COPIES = has("copy", "yes")

ODD = ["a b.txt", "a+b.txt", "100%2F.txt", "ü/日本.txt", "what?#.txt"]


def _copy(store: Store, source: str, target: str, **options: Any) -> Any:
    return store.provider.copy(store.key(source), store.key(target), **options)


@case("copy", needs=COPIES)
def bytes_are_equal(store: Store) -> None:
    """A copy has the bytes of its source, and the source stays."""
    store.put("source")
    _copy(store, "source", "folder/target")
    same(store.read("folder/target"), SAMPLE, "the bytes of the copy")
    same(store.read("source"), SAMPLE, "the bytes of the source")


@case("copy", needs=COPIES)
def headers_go_along(store: Store) -> None:
    """A copy has the type, the headers and the metadata of its source."""
    given: dict[str, Any] = {
        "content_type": "text/csv",
        "cache_control": "no-cache",
        "content_language": "de",
    }
    store.put("source", metadata={"owner": "Alice"}, **given)
    _copy(store, "source", "target")
    info = store.provider.head(store.key("target"))
    same({name: getattr(info, name) for name in given}, given, "the headers of the copy")
    same(info.metadata, {"owner": "Alice"}, "the metadata of the copy")


@case("copy", needs=COPIES)
def answer(store: Store) -> None:
    """The answer to a copy names the target, its size, ETag and address."""
    store.put("source")
    stored = _copy(store, "source", "target")
    info = store.provider.head(store.key("target"))
    same((stored.key, stored.size), (store.key("target"), len(SAMPLE)), "key and size")
    same(stored.etag, info.etag, "the ETag")
    same(stored.url, store.provider.object_url(store.key("target")), "the URL")


@case("copy", needs=COPIES)
def over_an_object(store: Store) -> None:
    """A copy replaces what is at its target, metadata included."""
    store.put("source", b"new")
    store.put("target", b"old", metadata={"old": "1"})
    _copy(store, "source", "target")
    same(store.read("target"), b"new", "the bytes of the target")
    same(store.provider.head(store.key("target")).metadata, {}, "the metadata of the target")


@case("copy", needs=COPIES)
def of_nothing(store: Store) -> None:
    """An empty object is copied like any other."""
    store.put("source", b"")
    _copy(store, "source", "target")
    same(store.read("target"), b"", "the bytes of the copy")


@case("copy", needs=COPIES)
def odd_names(store: Store) -> None:
    """Sources and targets with blanks, signs and other scripts are copied."""
    for name in ODD:
        store.put(name, name.encode())
        _copy(store, name, f"copies/{name}")
        same(store.read(f"copies/{name}"), name.encode(), f"the bytes of the copy of {name}")


@case("copy", needs=COPIES)
def from_nowhere(store: Store) -> None:
    """Copying what is not there is NotFound and leaves the target as it was."""
    store.put("target", b"old")
    raises(NotFound, "copying a missing object", _copy, store, "missing", "target")
    raises(NotFound, "copying it to a new place", _copy, store, "missing", "new")
    same(store.names(), ["target"], "the names listed")
    same(store.read("target"), b"old", "the bytes of the target")


@case("copy")
def onto_itself(store: Store) -> None:
    """Copying or moving an object onto itself is refused, and the object stays."""
    store.put("a")
    raises(InvalidInput, "copying it onto itself", _copy, store, "a", "a")
    raises(
        InvalidInput, "moving it onto itself", store.provider.move, store.key("a"), store.key("a")
    )
    same(store.read("a"), SAMPLE, "the bytes afterwards")


@case("copy", needs=COPIES)
def copies_are_independent(store: Store) -> None:
    """Changing or deleting the source does not touch the copy."""
    store.put("source", b"one")
    _copy(store, "source", "target")
    store.put("source", b"two")
    same(store.read("target"), b"one", "the copy after the source changed")
    store.provider.delete(store.key("source"))
    same(store.read("target"), b"one", "the copy after the source is gone")


@case("copy", needs=COPIES)
def move(store: Store) -> None:
    """A move leaves the object under its new key only, headers included."""
    store.put("old.txt", metadata={"owner": "Alice"})
    stored = store.provider.move(store.key("old.txt"), store.key("new/name.txt"))
    same(stored.key, store.key("new/name.txt"), "the key in the answer")
    same(store.names(), ["new/name.txt"], "the names listed")
    same(store.read("new/name.txt"), SAMPLE, "the bytes")
    info = store.provider.head(stored.key)
    same((info.content_type, info.metadata), ("text/plain", {"owner": "Alice"}), "the headers")


@case("copy", needs=COPIES)
def move_from_nowhere(store: Store) -> None:
    """Moving what is not there is NotFound and makes nothing."""
    raises(NotFound, "moving", store.provider.move, store.key("missing"), store.key("new"))
    same(store.names(), [], "the names listed")


class _NoDeletes:
    @hookimpl
    def bucketry_delete(self, keys: Sequence[str]) -> Deleted:
        raise Unavailable("deletes fail today")


@case("copy", needs=COPIES)
def move_that_breaks_off(store: Store) -> None:
    """A move whose delete fails leaves the object under both keys, never under none."""
    store.put("old")
    failing = store.provider.with_layer(_NoDeletes())
    raises(Unavailable, "moving", failing.move, store.key("old"), store.key("new"))
    same(store.names(), ["new", "old"], "the names listed")
    same(store.read("new"), SAMPLE, "the bytes under the new key")


@case("copy", needs=has("copy", "no"))
def refused_where_there_is_none(store: Store) -> None:
    """Where the vendor cannot copy, copy and move say so and change nothing."""
    store.put("old")
    raises(Unsupported, "copying", _copy, store, "old", "new")
    raises(Unsupported, "moving", store.provider.move, store.key("old"), store.key("new"))
    same(store.names(), ["old"], "the names listed")


@case("copy", needs=COPIES)
def protected_parameters(store: Store) -> None:
    """Native parameters cannot send a copy to another bucket or key."""
    store.put("old")
    for name in ("Bucket", "Key"):
        error = raises(
            InvalidInput, f"{name}", _copy, store, "old", "new", extra_params={name: "elsewhere"}
        )
        holds(name in str(error), f"the refusal does not name {name}: {error}")
    same(store.names(), ["old"], "the names listed")
