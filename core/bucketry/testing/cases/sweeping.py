"""Unfinished uploads: found and removed, but only old ones and only one's own."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bucketry.errors import InvalidInput
from bucketry.testing.case import case, has
from bucketry.testing.cases.multipart import breaking
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

PARTS = has("multipart", "yes")
NOW = timedelta(0)
UNFINISHED = "unfinished.bin"
WHOLE_SECONDS = 1.5
"""Seconds until a time that was rounded up to a whole second has come for certain."""


def _leave_one(store: Store) -> None:
    """Leave an unfinished upload behind, as a killed process does."""
    careless = store.multipart_variant(leave_parts_on_error=True)
    body = breaking(store, RuntimeError("killed"))
    raises(
        RuntimeError, "an upload that breaks off", careless.upload, body, key=store.key(UNFINISHED)
    )
    # A server that writes times in whole seconds may call the beginning a time that is yet to come.
    deadline = time.monotonic() + WHOLE_SECONDS
    while UNFINISHED not in store.unfinished() and time.monotonic() < deadline:
        time.sleep(0.1)


@case("sweep", needs=PARTS)
def finds(store: Store) -> None:
    """A dry run tells key and beginning of an unfinished upload and leaves it."""
    _leave_one(store)
    for run in (1, 2):
        swept = store.provider.sweep(older_than=NOW, dry_run=True)
        began = [one.started for one in swept if one.key == store.key(UNFINISHED)]
        same(len(began), 1, f"the number of unfinished uploads found by dry run {run}")
        age = abs(datetime.now(UTC) - began[0])
        holds(age < timedelta(minutes=15), f"it began {age} away from now")


@case("sweep", needs=PARTS)
def removes(store: Store) -> None:
    """A sweep removes unfinished uploads and says which."""
    _leave_one(store)
    swept = store.provider.sweep(older_than=NOW)
    holds(store.key(UNFINISHED) in [one.key for one in swept], "it is not told as removed")
    same(store.unfinished(), [], "the unfinished uploads afterwards")


@case("sweep", needs=PARTS)
def spares_young_ones(store: Store) -> None:
    """A sweep leaves uploads that were begun less long ago than asked for."""
    _leave_one(store)
    swept = store.provider.sweep(older_than=timedelta(hours=1))
    same([one.key for one in swept], [], "what was swept")
    same(store.unfinished(), [UNFINISHED], "the unfinished uploads afterwards")


@case("sweep", needs=PARTS)
def stays_below_the_root(store: Store) -> None:
    """A sweep touches only uploads below its own root path."""
    _leave_one(store)
    root = store.provider.options.root_path
    beside = store.variant(root_path=f"{root}/{store.folder}/other")
    same(list(beside.sweep(older_than=NOW)), [], "what was swept from beside")
    same(store.unfinished(), [UNFINISHED], "the unfinished uploads afterwards")


@case("sweep")
def spares_objects(store: Store) -> None:
    """A sweep never touches finished objects."""
    store.put()
    store.provider.sweep(older_than=NOW)
    same(store.read(), SAMPLE, "the bytes afterwards")


@case("sweep")
def negative_age(store: Store) -> None:
    """A negative age is refused: it would sweep uploads that run right now."""
    age = timedelta(seconds=-1)
    raises(InvalidInput, "sweeping", store.provider.sweep, older_than=age, dry_run=True)
