"""Deletes, listings and copies that take too much or too little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import attrs

from bucketry import (
    Deleted,
    Failure,
    InvalidInput,
    InvalidKey,
    NotFound,
    ObjectInfo,
    Provider,
    Rejected,
    StoredObject,
)
from conformance.sabotages.tools import (
    answer,
    arguments,
    bare_copy,
    dropped,
    instead,
    key,
    listed,
    listed_key,
    raising,
    sabotage,
    told,
)


def _with_prefix(self: Provider, key: str, **_: Any) -> None:
    for info in self.list(key):
        Provider.delete(self, info.key)


def _only_if_there(self: Provider, key: str, **_: Any) -> None:
    self.head(key)
    Provider.delete(self, key)


def _of_those_there(self: Provider, keys: Any, **_: Any) -> Deleted:
    return Provider.delete_many(self, [key for key in keys if self.exists(key)])


def _of_plain_names(self: Provider, keys: Any, **_: Any) -> Deleted:
    keys = list(keys)
    Provider.delete_many(self, [key for key in keys if "+" not in key])
    return Deleted(keys=keys)


def _the_first_thousand(self: Provider, keys: Any, **_: Any) -> Deleted:
    return Provider.delete_many(self, list(keys)[:1000])


def _all_if_none(self: Provider, keys: Any, **_: Any) -> Deleted:
    keys = list(keys)
    Provider.delete_many(self, keys or [info.key for info in self.list()])
    return Deleted(keys=keys)


def _of_good_keys(self: Provider, keys: Any, **_: Any) -> Deleted:
    return Provider.delete_many(self, [key for key in keys if ".." not in key])


def _once_each(self: Provider, keys: Any, **_: Any) -> Deleted:
    keys = list(keys)
    Provider.delete_many(self, keys)
    again = [key for number, key in enumerate(keys) if key in keys[:number]]
    return Deleted(keys=keys, failures=[Failure(key=key, reason="not there") for key in again])


def _one_level(self: Provider, folder: str, *, progress: Any = None) -> Deleted:
    keys = [info.key for page in self.pages(f"{folder}/", delimiter="/") for info in page.objects]
    outcome = self.delete_many(keys)
    if progress is not None:
        progress(len(outcome.keys))
    return outcome


def _by_text(self: Provider, folder: str, **_: Any) -> Deleted:
    return self.delete_many([info.key for info in self.list(folder)])


def _below(self: Provider, folder: str, **_: Any) -> Deleted:
    return self.delete_many([info.key for info in self.list(f"{folder}/")])


def _only_full_ones(self: Provider, folder: str, **_: Any) -> Deleted:
    outcome = Provider.delete_prefix(self, folder)
    if not outcome.keys:
        raise NotFound("there is no such folder")
    return outcome


DELETE = [
    sabotage("delete.removes", "reading it", methods={"delete": lambda self, key, **_: None}),
    sabotage(
        ("delete.twice", "delete.what_was_never_there"),
        "NotFound",
        methods={"delete": _only_if_there},
    ),
    sabotage("delete.nothing_else", "the names listed", methods={"delete": _with_prefix}),
    sabotage(
        "delete.many", "the keys reported as deleted", methods={"delete_many": _of_those_there}
    ),
    sabotage("delete.many_odd_names", "the names listed", methods={"delete_many": _of_plain_names}),
    sabotage(
        "delete.more_than_one_request",
        "the number of keys reported as deleted",
        methods={"delete_many": _the_first_thousand},
    ),
    sabotage("delete.many_of_none", "the names listed", methods={"delete_many": _all_if_none}),
    sabotage(
        "delete.many_with_a_bad_key", "but it succeeded", methods={"delete_many": _of_good_keys}
    ),
    sabotage("delete.many_with_a_key_twice", "the failures", methods={"delete_many": _once_each}),
    sabotage("delete.folder", "the keys reported", methods={"delete_prefix": _one_level}),
    sabotage(
        "delete.folder_spares_its_neighbours",
        "the names listed",
        methods={"delete_prefix": _by_text},
    ),
    sabotage(
        "delete.folder_with_a_slash",
        "the names listed",
        methods={"delete_prefix": _below},
    ),
    sabotage("delete.empty_folder", "NotFound", methods={"delete_prefix": _only_full_ones}),
    sabotage(
        "delete.folder_without_a_name",
        "but it succeeded",
        methods=instead("delete_prefix", InvalidKey, result=Deleted(keys=())),
    ),
]


def _sorted_by_eye(true: Any, **_: Any) -> Any:
    for page in true:
        yield attrs.evolve(page, objects=sorted(page.objects, key=lambda i: i.key.casefold()))


def _never_empty(self: Provider, prefix: str = "", **options: Any) -> Iterator[ObjectInfo]:
    found = list(Provider.list(self, prefix, **options))
    if not found:
        raise NotFound("there is nothing")
    yield from found


def _inclusive(self: Provider, prefix: str = "", *, start_after: str = "") -> Iterator[Any]:
    if start_after and self.exists(start_after):
        yield self.head(start_after)
    yield from Provider.list(self, prefix, start_after=start_after)


def _flat_below(self: Provider, prefix: str = "", *, delimiter: str = "", **_: Any) -> Any:
    deep = prefix.rstrip("/").count("/") > 0
    return Provider.pages(self, prefix, delimiter="" if deep else delimiter)


def _lossy_pages(true: Any, prefix: str, delimiter: str, page_size: int) -> Any:
    for number, page in enumerate(true):
        yield attrs.evolve(page, objects=page.objects[1:]) if number else page


def _open_folders(true: Any, **_: Any) -> Any:
    last: tuple[str, ...] = ()
    for page in true:
        yield attrs.evolve(page, folders=[*last, *page.folders])
        last = tuple(page.folders[-1:])


def _numbered_pages(true: Any, prefix: str, delimiter: str, page_size: int) -> Any:
    """Skip as many as were shown, of what is there now: what was deleted shifts the rest."""
    pages = list(true)
    if len(pages) == 3:
        pages = [pages[0], pages[2]]
    yield from pages


def _with_root(self: Provider, prefix: str = "", **options: Any) -> Iterator[ObjectInfo]:
    for info in Provider.list(self, prefix, **options):
        yield attrs.evolve(info, key=f"{self.options.root_path}/{info.key}")


def _clean_prefix(self: Provider, prefix: str = "", **options: Any) -> Iterator[ObjectInfo]:
    return Provider.list(self, prefix.replace("\r\n", ""), **options)


LIST = [
    sabotage("list.nothing", "NotFound", methods={"list": _never_empty}),
    sabotage(
        "list.complete",
        "the keys listed",
        methods=answer("list", lambda true: (info for info in true if info.key.isascii())),
    ),
    sabotage("list.in_order", "the keys listed", hooks={"list": _sorted_by_eye}),
    sabotage(
        "list.odd_names",
        "the names listed",
        hooks=listed_key(lambda text: text.replace("<", "&lt;")),
    ),
    sabotage(
        "list.tells_size_etag_and_time",
        "size and ETag",
        hooks=listed(lambda info: attrs.evolve(info, etag=None)),
    ),
    sabotage(
        "list.prefix_is_text",
        "the names with photo",
        methods=key(lambda prefix: f"{prefix.rstrip('/')}/", "list"),
    ),
    sabotage("list.odd_prefixes", "the names with", methods=key(quote, "list")),
    sabotage("list.start_after_a_key", "the names after a", methods={"list": _inclusive}),
    sabotage("list.one_level", "objects and folders", methods=arguments("pages", delimiter="")),
    sabotage(
        "list.one_level_below", "objects and folders in docs/", methods={"pages": _flat_below}
    ),
    sabotage(
        "list.one_level_of_odd_names",
        "objects and folders",
        hooks={"list": lambda true, **_: (_plus_for_blank(page) for page in true)},
    ),
    sabotage("list.small_pages", "the names on pages of", hooks={"list": _lossy_pages}),
    sabotage(
        "list.small_pages_with_folders", "the folders on pages of", hooks={"list": _open_folders}
    ),
    sabotage("list.deleting_while_listing", "the names seen", hooks={"list": _numbered_pages}),
    sabotage(
        "list.lazily",
        "the names behind the first page",
        hooks={"list": lambda true, **_: iter(list(true))},
    ),
    sabotage("list.relative_to_the_root", "NotFound", methods={"list": _with_root}),
    sabotage("list.line_break_in_a_prefix", "but it succeeded", methods={"list": _clean_prefix}),
]


def _plus_for_blank(page: Any) -> Any:
    return attrs.evolve(page, folders=[folder.replace(" ", "+") for folder in page.folders])


def _empty_copy(self: Provider, source: str, target: str, **_: Any) -> StoredObject:
    self.read(source)
    return self.upload(b"", key=target)


def _cautious_copy(self: Provider, source: str, target: str, **options: Any) -> StoredObject:
    if self.exists(target):
        return self.upload(self.read(target), key=target)
    return Provider.copy(self, source, target, **options)


def _hasty_copy(self: Provider, source: str, target: str, **options: Any) -> StoredObject:
    self.delete(target)
    return Provider.copy(self, source, target, **options)


def _linked() -> dict[str, Any]:
    sources: dict[str, str] = {}

    def copy(self: Provider, source: str, target: str, **options: Any) -> StoredObject:
        sources[target] = source
        return Provider.copy(self, source, target, **options)

    return {"copy": copy, **key(lambda text: sources.get(text, text), "read")}


def _copy_only(self: Provider, source: str, target: str) -> StoredObject:
    return self.copy(source, target)


def _delete_then_store(self: Provider, source: str, target: str) -> StoredObject:
    body = self.read(source)
    self.delete(source)
    return self.upload(body, key=target)


COPY = [
    sabotage("copy.bytes_are_equal", "the bytes of the copy", methods={"copy": _empty_copy}),
    sabotage("copy.headers_go_along", "the headers of the copy", methods={"copy": bare_copy}),
    sabotage("copy.answer", "the ETag", hooks={"copy": told(etag="0")}),
    sabotage("copy.over_an_object", "the bytes of the target", methods={"copy": _cautious_copy}),
    sabotage(
        "copy.of_nothing",
        "Rejected",
        methods=raising(
            "copy", Rejected("it is empty"), lambda self, source, *_: not self.head(source).size
        ),
    ),
    sabotage("copy.odd_names", "NotFound", methods=key(unquote, "copy")),
    sabotage("copy.from_nowhere", "the names listed", methods={"copy": _hasty_copy}),
    sabotage("copy.onto_itself", "but it succeeded", methods=instead("copy", InvalidInput)),
    sabotage("copy.copies_are_independent", "the copy after the source changed", methods=_linked()),
    sabotage("copy.move", "the names listed", methods={"move": _copy_only}),
    sabotage("copy.move_from_nowhere", "but it succeeded", methods=instead("move", NotFound)),
    sabotage("copy.move_that_breaks_off", "the names listed", methods={"move": _delete_then_store}),
    sabotage(
        "copy.refused_where_there_is_none",
        "copying: wanted Unsupported, but it succeeded",
        facts={"copy": "no"},
    ),
    sabotage(
        "copy.protected_parameters", "but it succeeded", methods=dropped("copy", "extra_params")
    ),
]

SABOTAGES = [*DELETE, *LIST, *COPY]
