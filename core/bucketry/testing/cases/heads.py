"""Looking at objects: head and exists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bucketry.errors import NotFound
from bucketry.testing.case import case
from bucketry.testing.expect import CheckFailed, holds, raises, same
from bucketry.testing.store import SAMPLE, Store

CLOCKS = timedelta(minutes=15)
"""How far two clocks may differ before a signature stops counting (Amazon S3 API reference)."""


@case("head")
def tells_the_basics(store: Store) -> None:
    """Head tells key, size, type and ETag."""
    stored = store.put("a.txt")
    info = store.provider.head(store.key("a.txt"))
    same(
        (info.key, info.size, info.content_type, info.etag),
        (store.key("a.txt"), len(SAMPLE), "text/plain", stored.etag),
        "key, size, type and ETag",
    )


@case("head")
def tells_the_time(store: Store) -> None:
    """The time of the last change is that of the upload, with a time zone."""
    store.put()
    modified = store.provider.head(store.key()).last_modified
    if modified is None or modified.tzinfo is None:
        raise CheckFailed(f"the time of the last change has no time zone: {modified}")
    late = abs(datetime.now(UTC) - modified)
    holds(late < CLOCKS, f"the time of the last change is {late} away from now")


@case("head")
def follows_an_overwrite(store: Store) -> None:
    """After an overwrite head tells the new object, never the old one."""
    store.put(body=b"a")
    store.put(body=b"bb")
    same(store.provider.head(store.key()).size, 2, "the size after the overwrite")


@case("head")
def missing(store: Store) -> None:
    """Head of what is not there is NotFound."""
    raises(NotFound, "head", store.provider.head, store.key("missing"))


@case("head")
def exists_when_stored(store: Store) -> None:
    """Exists is True after the upload, for empty objects too."""
    store.put()
    store.put("empty", b"")
    same(store.provider.exists(store.key()), True, "exists of an object")
    same(store.provider.exists(store.key("empty")), True, "exists of an empty object")


@case("head")
def exists_when_never_stored(store: Store) -> None:
    """Exists is False for what was never there, also where other keys begin alike."""
    store.put("report.txt")
    for name in ("report", "report.txt.bak", "report.tx", "Report.txt"):
        same(store.provider.exists(store.key(name)), False, f"exists of {name}")


@case("head")
def exists_when_deleted(store: Store) -> None:
    """Exists is False right after the delete."""
    store.put()
    store.provider.delete(store.key())
    same(store.provider.exists(store.key()), False, "exists after the delete")
