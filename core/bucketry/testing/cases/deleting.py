"""Deleting: one, many, folders; an outcome for each key, and nothing more than was asked."""

from __future__ import annotations

from bucketry.errors import InvalidKey, NotFound
from bucketry.testing.case import case
from bucketry.testing.expect import raises, same
from bucketry.testing.store import Store

ODD = ["a b.txt", "a+b.txt", "ü/日本.txt", "<&>\"'.txt", "100%.txt", "a?b#c.txt"]


def _fill(store: Store, *names: str) -> None:
    for name in names:
        store.put(name, b"x")


@case("delete")
def removes(store: Store) -> None:
    """A deleted object cannot be read, looked at or listed."""
    _fill(store, "a", "b")
    store.provider.delete(store.key("a"))
    raises(NotFound, "reading it", store.read, "a")
    raises(NotFound, "head", store.provider.head, store.key("a"))
    same(store.names(), ["b"], "the names listed")


@case("delete")
def twice(store: Store) -> None:
    """Deleting twice is fine."""
    _fill(store, "a")
    store.provider.delete(store.key("a"))
    store.provider.delete(store.key("a"))


@case("delete")
def what_was_never_there(store: Store) -> None:
    """Deleting what was never there is fine."""
    store.provider.delete(store.key("never/there"))


@case("delete")
def nothing_else(store: Store) -> None:
    """A delete takes the one key, not those that begin with it."""
    _fill(store, "photo", "photo.png", "photos/1")
    store.provider.delete(store.key("photo"))
    same(store.names(), ["photo.png", "photos/1"], "the names listed")


@case("delete")
def many(store: Store) -> None:
    """Many keys are deleted at once, and each has an outcome, whether it was there or not."""
    _fill(store, "a", "b", "c", "stays")
    keys = [store.key(name) for name in ("a", "b", "c", "never-there")]
    outcome = store.provider.delete_many(keys)
    same(sorted(outcome.keys), sorted(keys), "the keys reported as deleted")
    same(list(outcome.failures), [], "the failures")
    same(store.names(), ["stays"], "the names listed")


@case("delete")
def many_odd_names(store: Store) -> None:
    """Keys with blanks, signs, markup and other scripts are deleted at once like any other."""
    _fill(store, *ODD)
    outcome = store.provider.delete_many([store.key(name) for name in ODD])
    same(sorted(outcome.keys), sorted(store.key(name) for name in ODD), "the keys reported")
    same(store.names(), [], "the names listed")


@case("delete")
def more_than_one_request(store: Store) -> None:
    """More keys than the vendor takes in one request are all deleted."""
    _fill(store, "first", "last")
    able = store.capabilities
    count = 3 if able.batch_delete.value != "yes" else (able.batch_delete_limit.value or 1000) + 1
    missing = [store.key(f"missing-{number}") for number in range(count - 2)]
    keys = [store.key("first"), *missing, store.key("last")]
    outcome = store.provider.delete_many(keys)
    same(len(outcome.keys), count, "the number of keys reported as deleted")
    same(list(outcome.failures), [], "the failures")
    same(store.names(), [], "the names listed")


@case("delete")
def many_of_none(store: Store) -> None:
    """Deleting no keys at all does nothing."""
    _fill(store, "stays")
    same(list(store.provider.delete_many([]).keys), [], "the keys reported")
    same(store.names(), ["stays"], "the names listed")


@case("delete")
def many_with_a_bad_key(store: Store) -> None:
    """One bad key among many is refused before anything is deleted."""
    _fill(store, "a", "b")
    keys = [store.key("a"), store.key("x/../b"), store.key("b")]
    raises(InvalidKey, "deleting many", store.provider.delete_many, keys)
    same(store.names(), ["a", "b"], "the names listed after the refusal")


@case("delete")
def many_with_a_key_twice(store: Store) -> None:
    """A key given twice is deleted and no failure."""
    _fill(store, "a")
    outcome = store.provider.delete_many([store.key("a"), store.key("a")])
    same(set(outcome.keys), {store.key("a")}, "the keys reported")
    same(list(outcome.failures), [], "the failures")


@case("delete")
def folder(store: Store) -> None:
    """Deleting a folder deletes what is in it and below, and says how much."""
    _fill(store, "photos/1", "photos/2", "photos/old/3", "other")
    steps: list[int] = []
    outcome = store.provider.delete_prefix(store.key("photos"), progress=steps.append)
    wanted = [store.key(name) for name in ("photos/1", "photos/2", "photos/old/3")]
    same(sorted(outcome.keys), wanted, "the keys reported")
    same(sum(steps), 3, "the sum of the progress")
    same(store.names(), ["other"], "the names listed")


@case("delete")
def folder_spares_its_neighbours(store: Store) -> None:
    """Deleting a folder spares keys that only begin with the same text."""
    _fill(store, "photos/1", "photos-old/1", "photos.txt", "photosynthesis/1")
    store.provider.delete_prefix(store.key("photos"))
    same(store.names(), ["photos-old/1", "photos.txt", "photosynthesis/1"], "the names listed")


@case("delete")
def folder_with_a_slash(store: Store) -> None:
    """A folder may be written with a slash at its end."""
    _fill(store, "photos/1", "photos-old/1")
    store.provider.delete_prefix(store.key("photos/"))
    same(store.names(), ["photos-old/1"], "the names listed")


@case("delete")
def empty_folder(store: Store) -> None:
    """Deleting a folder with nothing in it deletes nothing."""
    _fill(store, "stays")
    same(list(store.provider.delete_prefix(store.key("nothing")).keys), [], "the keys reported")
    same(store.names(), ["stays"], "the names listed")


@case("delete")
def folder_without_a_name(store: Store) -> None:
    """The folder without a name is refused, because it would be everything."""
    _fill(store, "stays")
    for name in ("", "/"):
        raises(InvalidKey, f"deleting the folder {name!r}", store.provider.delete_prefix, name)
    same(store.names(), ["stays"], "the names listed after the refusals")
