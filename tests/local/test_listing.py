"""Listings: order, folders, beginnings, pages."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bucketry import AccessDenied, Provider
from bucketry.model import Page
from bucketry_local import LocalLayer
from bucketry_local.attributes import attached


def fill(local: Provider, keys: Sequence[str]) -> None:
    for key in keys:
        local.upload(b"x", key=key)


def keys_of(local: Provider, prefix: str = "", start_after: str = "") -> list[str]:
    return [info.key for info in local.list(prefix, start_after=start_after)]


def native_pages(
    local: Provider, *, page_size: int, prefix: str = "", delimiter: str = "", start_after: str = ""
) -> list[Page]:
    layer: LocalLayer = local.layer(LocalLayer)
    return list(layer.bucketry_list(prefix, delimiter, start_after, page_size))


def test_keys_come_in_the_order_of_their_bytes(local: Provider) -> None:
    # First bytes: '-' 2d, '.' 2e, '/' 2f, '0' 30, 'A' 41, 'a' 61, then c3, ef and f0.
    ordered = ["A", "a-b", "a.b", "a/a", "a/b/c", "a/z", "a0", "aa", "é", "\uff5e", "\U0001f600"]
    fill(local, [*reversed(ordered)])
    assert keys_of(local) == ordered


def test_a_prefix_is_text_not_a_folder(local: Provider) -> None:
    fill(local, ["photos", "photo/x", "photos-old/a", "p/h"])
    assert keys_of(local, "photo") == ["photo/x", "photos", "photos-old/a"]
    assert keys_of(local, "photo/") == ["photo/x"]
    assert keys_of(local, "photo/x") == ["photo/x"]
    assert keys_of(local, "photo/x/") == []
    assert keys_of(local, "missing/") == []


@pytest.mark.parametrize("prefix", ["../", "..", "./", "/", "//", ".bucketry/", ".bucketry"])
def test_no_prefix_leads_out_or_into_the_stores_own_folder(
    local: Provider, directory: Path, prefix: str
) -> None:
    fill(local, ["a"])
    (directory.parent / "beside").write_bytes(b"x")
    assert keys_of(local, prefix) == []


def test_start_after_begins_behind_that_key(local: Provider) -> None:
    fill(local, ["a", "b/1", "b/2", "b/3/x", "c"])
    assert keys_of(local, start_after="a") == ["b/1", "b/2", "b/3/x", "c"]
    assert keys_of(local, start_after="b/1") == ["b/2", "b/3/x", "c"]
    assert keys_of(local, start_after="b/3/x") == ["c"]
    assert keys_of(local, start_after="b/9") == ["c"]
    assert keys_of(local, start_after="b") == ["b/1", "b/2", "b/3/x", "c"]
    assert keys_of(local, "b/", start_after="b/2") == ["b/3/x"]
    assert keys_of(local, start_after="c") == []


def one_level(
    local: Provider, prefix: str, delimiter: str = "/", start_after: str = ""
) -> tuple[list[str], list[str]]:
    (page,) = local.pages(prefix, delimiter=delimiter, start_after=start_after)
    return [info.key for info in page.objects], list(page.folders)


def test_a_delimiter_gives_one_level(local: Provider, directory: Path) -> None:
    fill(local, ["a", "b/1", "b/2/x", "b-c/3", "d"])
    (directory / "empty" / "er").mkdir(parents=True)
    assert one_level(local, "") == (["a", "d"], ["b-c/", "b/"])
    assert one_level(local, "b/") == (["b/1"], ["b/2/"])
    assert one_level(local, "b") == ([], ["b-c/", "b/"])
    assert one_level(local, "", start_after="b/1") == (["d"], ["b/"])
    assert list(local.pages("", delimiter="/", start_after="d")) == []


def test_any_text_can_be_the_delimiter(local: Provider) -> None:
    fill(local, ["a--b", "a--c/d", "a-b", "x/a--1", "x/a--2"])
    assert one_level(local, "", "--") == (["a-b"], ["a--", "x/a--"])
    assert one_level(local, "a--", "--") == (["a--b", "a--c/d"], [])


def test_pages_have_the_size_that_was_asked_for(local: Provider) -> None:
    fill(local, ["a/1", "a/2", "b", "c", "d/1"])
    sizes = [len(page.objects) for page in native_pages(local, page_size=2)]
    assert sizes == [2, 2, 1]
    pages = native_pages(local, page_size=2, delimiter="/")
    assert [[info.key for info in page.objects] for page in pages] == [["b"], ["c"]]
    assert [list(page.folders) for page in pages] == [["a/"], ["d/"]]


def test_more_than_one_page_through_the_provider(local: Provider, directory: Path) -> None:
    (directory / "many").mkdir(parents=True)
    for number in range(1001):
        (directory / "many" / f"{number:04}").touch()
    assert [len(page.objects) for page in local.pages()] == [1000, 1]
    assert keys_of(local)[-1] == "many/1000"
    assert len(local.delete_prefix("many").keys) == 1001
    assert not (directory / "many").exists()


def test_a_listing_tells_size_etag_and_time(local: Provider) -> None:
    local.upload(b"hello", key="a")
    (info,) = local.list()
    head = local.head("a")
    assert (info.size, info.etag) == (5, "5d41402abc4b2a76b9719d911017c592")
    assert info.last_modified == head.last_modified
    assert info.metadata is None


def test_names_that_no_key_can_have_are_left_out_or_listed_as_they_are(
    local: Provider, directory: Path
) -> None:
    fill(local, ["a"])
    (directory / os.fsdecode(b"not-utf8-\xff")).write_bytes(b"x")
    (directory / "back\\slash").write_bytes(b"x")
    assert keys_of(local) == ["a", "back\\slash"]


def test_a_very_deep_tree_is_no_trouble(local: Provider, directory: Path) -> None:
    deep = directory / Path(*["d"] * 600)
    deep.mkdir(parents=True)
    (deep / "below-any-key").touch()
    key = "/".join(["d"] * 500)
    local.upload(b"x", key=f"{key}/file")
    assert keys_of(local) == [f"{key}/file"]


def test_nothing_is_listed_before_the_first_upload(local: Provider, directory: Path) -> None:
    assert list(local.list()) == []
    assert not directory.exists()


def test_objects_that_vanish_while_they_are_listed_are_left_out(
    local: Provider, directory: Path
) -> None:
    fill(local, ["a/1", "b/1", "c"])
    pages = local.layer(LocalLayer).bucketry_list("", "", "", 1)
    assert next(pages).objects[0].key == "a/1"
    local.delete("b/1")
    (directory / "c").unlink()
    assert list(pages) == []


def test_an_object_that_is_replaced_while_it_is_listed_has_an_etag_that_it_had(
    local: Provider, monkeypatch: pytest.MonkeyPatch, records_with_them: None
) -> None:
    local.upload(b"old", key="a")
    replaced: list[str | None] = []

    def late(file: int | str) -> bytes | None:
        if not replaced:
            replaced.append(local.upload(b"new", key="a").etag)
        return attached(file)

    monkeypatch.setattr("bucketry_local.records.attached", late)
    assert [info.etag for info in local.list()] == replaced


def test_what_may_not_be_read_is_listed_and_what_may_not_be_looked_into_is_named(
    local: Provider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played, because the tests may run as a user who may read everything."""
    fill(local, ["a", "b", "c/d"])
    (directory / "lost+found").mkdir()
    denied = {f"{directory}/b", f"{directory}/lost+found"}

    def unless_denied(call: Any) -> Any:
        def asked(path: Any, *rest: Any, **more: Any) -> Any:
            if str(path) in denied:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return call(path, *rest, **more)

        return asked

    for name in ("getxattr", "listxattr", "scandir"):
        monkeypatch.setattr(os, name, unless_denied(getattr(os, name, None)), raising=False)
    etags = {info.key: info.etag for info in local.list()}
    assert [*etags] == ["a", "b", "c/d"]
    assert etags["a"] == etags["c/d"] == hashlib.md5(b"x").hexdigest()
    if sys.platform == "linux":
        assert etags["b"] is None
    denied.add(f"{directory}/c")
    with pytest.raises(AccessDenied, match=f"refuses {directory}/c: Permission denied"):
        keys_of(local)
    assert keys_of(local, "b") == ["b"]
