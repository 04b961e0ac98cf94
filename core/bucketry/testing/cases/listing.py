"""Listing: complete, in order, confined to its prefix, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bucketry.errors import InvalidHeader
from bucketry.model import Page
from bucketry.testing.case import case
from bucketry.testing.expect import CheckFailed, holds, raises, same
from bucketry.testing.store import SAMPLE, Store

ODD = ["<&>.txt", "a b.txt", "a%2Fb.txt", "a+b.txt", "quo'te\".txt", "ü.txt", "日本.txt", "😀.txt"]
"""In the order of their UTF-8 bytes."""

TREE = ["a.txt", "docs/1.txt", "docs/2.txt", "docs/deep/3.txt", "photos/4.png", "z.txt"]


def _fill(store: Store, names: list[str]) -> None:
    for name in names:
        store.put(name, b"x")


def _folder_pages(store: Store, prefix: str = "") -> tuple[list[str], list[str]]:
    start = store.key("")
    objects: list[str] = []
    folders: list[str] = []
    for page in store.provider.pages(start + prefix, delimiter="/"):
        objects += [info.key.removeprefix(start) for info in page.objects]
        folders += [folder.removeprefix(start) for folder in page.folders]
    return sorted(objects), sorted(folders)


@case("list")
def nothing(store: Store) -> None:
    """A folder with nothing in it lists nothing and is no error."""
    same(store.names(), [], "the names listed")
    same(_folder_pages(store), ([], []), "objects and folders of a page")


@case("list")
def complete(store: Store) -> None:
    """Every object is listed, and listed once."""
    names = ["10", "9", "B", "a-b", "a/b", "b", "z", "é"]
    _fill(store, list(reversed(names)))
    listed = [info.key for info in store.provider.list(store.key(""))]
    same(sorted(listed), [store.key(name) for name in names], "the keys listed")


@case("list")
def in_order(store: Store) -> None:
    """Objects are listed in the order of their keys' UTF-8 bytes, whatever order they came in."""
    names = ["10", "9", "B", "a-b", "a/b", "b", "z", "é"]
    _fill(store, list(reversed(names)))
    listed = [info.key for info in store.provider.list(store.key(""))]
    same(listed, [store.key(name) for name in names], "the keys listed")


@case("list")
def odd_names(store: Store) -> None:
    """Keys with markup, blanks, signs and other scripts are listed as they are."""
    _fill(store, list(reversed(ODD)))
    same(store.names(), ODD, "the names listed")


@case("list")
def tells_size_etag_and_time(store: Store) -> None:
    """Each entry tells size, ETag and the time of the last change with its zone."""
    stored = store.put()
    (info,) = store.provider.list(store.key(""))
    same((info.size, info.etag), (len(SAMPLE), stored.etag), "size and ETag")
    if info.last_modified is None or info.last_modified.tzinfo is None:
        raise CheckFailed(f"the time of the last change has no zone: {info.last_modified}")
    holds(info.last_modified.year >= datetime.now(UTC).year - 1, "the time is years ago")


@case("list")
def prefix_is_text(store: Store) -> None:
    """A prefix is text: it need not end at a slash."""
    _fill(store, ["photo.png", "photos/1", "photos/2", "phone", "Photos/3"])
    same(store.names("photo"), ["photo.png", "photos/1", "photos/2"], "the names with photo")
    same(store.names("photos/"), ["photos/1", "photos/2"], "the names with photos/")
    same(store.names("photos/2x"), [], "the names with photos/2x")


@case("list")
def odd_prefixes(store: Store) -> None:
    """A prefix with blanks, signs or other scripts finds what begins with it."""
    _fill(store, ODD)
    for name in ODD:
        same(store.names(name[:-4]), [name], f"the names with {name[:-4]!r}")


@case("list")
def start_after_a_key(store: Store) -> None:
    """Listing after a key leaves that key out and goes on behind it, whether it is there or not."""
    _fill(store, ["a", "b", "c"])
    start = store.key("")
    for after, wanted in (("a", ["b", "c"]), ("aa", ["b", "c"]), ("c", []), ("0", ["a", "b", "c"])):
        listed = store.provider.list(start, start_after=start + after)
        same([info.key.removeprefix(start) for info in listed], wanted, f"the names after {after}")


@case("list")
def one_level(store: Store) -> None:
    """With a delimiter one level is listed: objects, and folders once each."""
    _fill(store, TREE)
    same(_folder_pages(store), (["a.txt", "z.txt"], ["docs/", "photos/"]), "objects and folders")


@case("list")
def one_level_below(store: Store) -> None:
    """A prefix and a delimiter list the level below that folder."""
    _fill(store, TREE)
    same(
        _folder_pages(store, "docs/"),
        (["docs/1.txt", "docs/2.txt"], ["docs/deep/"]),
        "objects and folders in docs/",
    )


@case("list")
def one_level_of_odd_names(store: Store) -> None:
    """Folders with blanks, signs and other scripts come back as they are."""
    _fill(store, ["a b/1", "a+b/1", "ü/日本/1", "<&>/1"])
    same(_folder_pages(store), ([], ["<&>/", "a b/", "a+b/", "ü/"]), "objects and folders")


@case("list")
def small_pages(store: Store) -> None:
    """Pages of any size give the same objects, none twice and none left out."""
    names = [f"{number:02}" for number in range(7)]
    _fill(store, names)
    for size in (1, 2, 3, 7, 1000):
        pages = [_names(page) for page in store.pages(size)]
        same(sorted(n for page in pages for n in page), names, f"the names on pages of {size}")
        holds(max(len(page) for page in pages) <= size, f"a page of {size} has more objects")


@case("list")
def small_pages_with_folders(store: Store) -> None:
    """Folders are listed once, also where pages end between their objects."""
    _fill(store, TREE)
    for size in (1, 2, 3):
        pages = list(store.pages(size, delimiter="/"))
        folders = [
            folder.removesuffix("/").rpartition("/")[2] for p in pages for folder in p.folders
        ]
        objects = [name for page in pages for name in _names(page)]
        same(sorted(folders), ["docs", "photos"], f"the folders on pages of {size}")
        same(sorted(objects), ["a.txt", "z.txt"], f"the objects on pages of {size}")


@case("list")
def deleting_while_listing(store: Store) -> None:
    """Objects that are deleted while pages are read do not hide the others."""
    names = [f"{number:02}" for number in range(6)]
    _fill(store, names)
    seen = []
    for page in store.pages(2):
        for name in _names(page):
            seen.append(name)
            store.provider.delete(store.key(name))
    same(sorted(seen), names, "the names seen")
    same(store.names(), [], "the names left")


@case("list")
def lazily(store: Store) -> None:
    """A page is fetched when it is asked for: what is deleted before is not on it."""
    names = ["01", "02", "03", "04"]
    _fill(store, names)
    pages = store.pages(2)
    holds(isinstance(pages, Iterator), "the listing is no iterator")
    first = _names(next(pages))
    gone, stays = sorted(set(names) - set(first))
    store.provider.delete(store.key(gone))
    same([n for page in pages for n in _names(page)], [stays], "the names behind the first page")


def _names(page: Page) -> list[str]:
    return [info.key.rpartition("/")[2] for info in page.objects]


@case("list")
def relative_to_the_root(store: Store) -> None:
    """Listed keys are relative to the root path: each can be read under the name listed."""
    _fill(store, ["a", "b/c"])
    for info in store.provider.list(store.key("")):
        same(store.provider.read(info.key), b"x", f"the bytes of {info.key!r}")
    everything = {info.key for info in store.provider.list()}
    holds({store.key("a"), store.key("b/c")} <= everything, "listing without a prefix lacks them")


@case("list")
def line_break_in_a_prefix(store: Store) -> None:
    """A line break or NUL in prefix, delimiter or start is refused before anything is sent."""
    provider = store.provider
    raises(InvalidHeader, "a prefix with a break", lambda: list(provider.list("a\r\nb")))
    raises(InvalidHeader, "a start with NUL", lambda: list(provider.list(start_after="a\0")))
    raises(InvalidHeader, "a delimiter with a break", lambda: list(provider.pages(delimiter="\n")))
