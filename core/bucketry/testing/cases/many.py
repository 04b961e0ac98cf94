"""Many objects at once: an outcome for each, and the same answers as one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bucketry.errors import InvalidInput, InvalidKey, ManyFailed, NotFound
from bucketry.testing.case import case
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import Store

COUNT = 20


def _body(number: int) -> bytes:
    return f"object {number} ".encode() * (number + 1)


def _fill(store: Store) -> list[str]:
    items = [(store.key(f"{number:02}"), _body(number)) for number in range(COUNT)]
    store.provider.upload_many(items).raise_failures()
    return [key for key, _ in items]


@case("many")
def stored(store: Store) -> None:
    """Many uploads are all stored, each with the bytes and headers that it was given."""
    items = [
        (store.key(f"{number:02}"), _body(number), {"metadata": {"number": str(number)}})
        for number in range(COUNT)
    ]
    outcomes = list(store.provider.upload_many(items, content_type="text/x-many"))
    same([outcome.error for outcome in outcomes if not outcome.ok], [], "the failures")
    told = {outcome.number: outcome.key for outcome in outcomes}
    same(told, dict(enumerate(key for key, *_ in items)), "the numbers and keys of the outcomes")
    for number, (key, body, _) in enumerate(items):
        same(store.provider.read(key), body, f"the bytes of object {number}")
        info = store.provider.head(key)
        same(
            (info.content_type, info.metadata),
            ("text/x-many", {"number": str(number)}),
            f"type and metadata of object {number}",
        )


@case("many")
def a_failure_hides_no_other(store: Store) -> None:
    """An upload that fails is an outcome beside its key; all others are stored."""
    items = [(store.key(name), b"x") for name in ("a", "b/../c", "d")]
    outcomes = {outcome.key: outcome.error for outcome in store.provider.upload_many(items)}
    same(
        {key: type(error) for key, error in outcomes.items()},
        {store.key("a"): type(None), store.key("b/../c"): InvalidKey, store.key("d"): type(None)},
        "the outcomes",
    )
    same(store.names(), ["a", "d"], "the names listed")


@case("many")
def failures_as_one(store: Store) -> None:
    """All failures can be raised as one group, after everything was tried."""
    items = [(store.key(name), b"x") for name in ("a/../b", "c", "d/../e", "f")]
    outcomes = store.provider.upload_many(items, concurrency=1)
    group = raises(ManyFailed, "raising the failures", outcomes.raise_failures)
    same([type(error) for error in group.exceptions], [InvalidKey, InvalidKey], "the errors")
    same(store.names(), ["c", "f"], "the names listed")


@case("many")
def taken_as_needed(store: Store) -> None:
    """Items are taken as they are needed: an endless iterable is fine."""
    taken: list[int] = []

    def endless() -> Iterator[tuple[str, bytes]]:
        for number in count():
            if number > 100:
                return  # it would never end
            taken.append(number)
            yield store.key(f"{number}"), b"x"

    with store.provider.upload_many(endless(), concurrency=2) as outcomes:
        for _ in range(3):
            next(outcomes).get()
    holds(len(taken) <= 3 + 2 * 2, f"{len(taken)} items were taken for 3 outcomes")


@case("many")
def looked_at(store: Store) -> None:
    """Many looks tell of each object, or that there is none."""
    keys = _fill(store)
    outcomes = list(store.provider.head_many([*keys, store.key("missing")]))
    found = {outcome.key: outcome.get().size for outcome in outcomes if outcome.ok}
    same(found, {key: len(_body(n)) for n, key in enumerate(keys)}, "the sizes")
    failed = {outcome.key: type(outcome.error) for outcome in outcomes if not outcome.ok}
    same(failed, {store.key("missing"): NotFound}, "the failures")


@case("many")
def downloaded(store: Store) -> None:
    """Many downloads write each object's bytes into the file of its name."""
    keys = _fill(store)
    with tempfile.TemporaryDirectory(prefix="bucketry-conform-") as folder:
        outcomes = list(
            store.provider.download_many([*keys, store.key("missing")], folder, prefix=store.folder)
        )
        written = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        same(written, {f"{n:02}": _body(n) for n in range(COUNT)}, "the files")
        failed = {outcome.key: type(outcome.error) for outcome in outcomes if not outcome.ok}
        same(failed, {store.key("missing"): NotFound}, "the failures")


@case("many")
def downloads_stay_in_their_folder(store: Store) -> None:
    """No download leads out of its folder, and no two into one file."""
    store.put("a", b"first")
    store.put("b", b"second")
    with tempfile.TemporaryDirectory(prefix="bucketry-conform-") as folder:
        inside = Path(folder) / "inside"
        names = ["../out", f"{folder}/out", "x/../../out", "..\\out", "", "a"]
        items = [(store.key("a"), name) for name in names] + [(store.key("b"), "a")]
        outcomes = list(store.provider.download_many(items, inside, concurrency=1))
        failed = [outcome.number for outcome in outcomes if not outcome.ok]
        same(sorted(failed), [0, 1, 2, 3, 4, 6], "the numbers of the failures")
        errors = {type(outcome.error) for outcome in outcomes if not outcome.ok}
        same(errors, {InvalidInput}, "the errors")
        files = sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*"))
        same(files, ["inside", "inside/a"], "the files")
        same((inside / "a").read_bytes(), b"first", "the bytes of the file")
