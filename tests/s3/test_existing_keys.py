"""Objects that other tools have stored: whatever their key, what a listing shows can be used."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from bucketry import ExistingKey, InvalidKey, NotFound, ObjectInfo, Provider
from bucketry_s3.testing import Reply, StandIn

Open = Callable[..., Provider]

ODD = [
    "/leading.png",
    "a//b.png",
    "folder/",
    "back\\slash.png",
    "cafe\u0301.png",
    "zero\u200bwidth.png",
    "a/./b",
    "tab\there",
    "bell\x07.png",
    " blanks ",
    "new\nline",
]


@pytest.fixture(params=["", "top"])
def filled(request: pytest.FixtureRequest, server: StandIn, open_on: Open) -> Provider:
    root: str = request.param
    for key in ODD:
        server.put("media", f"{root}/{key}" if root else key, key.encode())
    return open_on(root_path=root)


def test_what_is_listed_is_read_looked_at_and_downloaded(filled: Provider, tmp_path: Path) -> None:
    listed = list(filled.list())
    assert sorted(info.key for info in listed) == sorted(ODD)
    for info in listed:
        for key in (info, info.key):
            assert filled.read(key) == info.key.encode()
            assert filled.head(key).size == info.size
            assert filled.exists(key)
            with filled.open(key) as reader:
                assert reader.read() == info.key.encode()
        filled.download(info, tmp_path / "target")
        assert (tmp_path / "target").read_bytes() == info.key.encode()
    assert sum(outcome.error is None for outcome in filled.head_many(listed)) == len(ODD)


def test_what_is_listed_is_copied_from_moved_and_deleted(filled: Provider, server: StandIn) -> None:
    for number, info in enumerate(filled.list()):
        if "\n" in info.key or "\t" in info.key or "\x07" in info.key:
            continue  # a header names a copy's source
        filled.copy(info, f"copies/{number}")
        assert filled.read(f"copies/{number}") == info.key.encode()
        filled.move(info.key, f"moved/{number}")
        assert not filled.exists(info)
    for info in filled.list():
        filled.delete(info)
    assert server.objects("media") == {}


def test_what_is_listed_is_signed(filled: Provider, server: StandIn) -> None:
    context = ssl.create_default_context(cafile=server.ca_bundle)
    for info in filled.list():
        if info.key == "a/./b":
            continue  # Python's own client would resolve the dot
        with urllib.request.urlopen(filled.sign(info).reveal(), context=context) as answer:
            assert answer.read() == info.key.encode()
    assert len(filled.sign_many(filled.list())) == len(ODD)


def test_many_are_deleted_and_none_blocks_the_others(filled: Provider, server: StandIn) -> None:
    for number in range(5):
        filled.upload(b"x", key=f"good/{number}")
    outcome = filled.delete_many(list(filled.list()))
    assert outcome.failures == []
    assert sorted(outcome.keys) == sorted([*ODD, *(f"good/{number}" for number in range(5))])
    assert server.objects("media") == {}


def test_a_folder_is_emptied_though_xml_cannot_name_all_of_it(
    server: StandIn, open_on: Open
) -> None:
    for name in ("a", "b\x07", "c\n", "d"):
        server.put("media", f"photos/{name}", b"x")
    outcome = open_on().delete_prefix("photos")
    assert (len(outcome.keys), outcome.failures) == (4, [])
    assert server.objects("media") == {}


def test_a_batch_that_is_refused_whole_is_split(server: StandIn, open_on: Open) -> None:
    keys = [f"k{number}" for number in range(8)]
    for key in keys:
        server.put("media", key, b"x")
    server.faults.add("DeleteObjects", Reply.error(400, "MalformedXML"), times=None)
    outcome = open_on().delete_many(keys)
    assert (sorted(outcome.keys), outcome.failures) == (keys, [])
    assert server.objects("media") == {}


def test_new_objects_get_no_such_key(filled: Provider) -> None:
    info = ObjectInfo(key="a//b.png", size=1)
    with pytest.raises(InvalidKey):
        filled.upload(b"x", key=ExistingKey("a//b.png"))
    with pytest.raises(InvalidKey):
        filled.replace(ExistingKey("a//b.png"), b"x")
    with pytest.raises(InvalidKey):
        filled.copy(info, "b//c.png")
    with pytest.raises(InvalidKey):
        filled.sign(info, method="PUT")
    with pytest.raises(InvalidKey):
        filled.open(info, "wb")  # type: ignore[call-overload]
    with pytest.raises(InvalidKey):
        filled.read("a//b.png")


@pytest.mark.parametrize("key", ["", "a" * 1025, "\u00e4" * 513, "a\ud800"])
def test_what_no_object_can_have_is_no_existing_key_either(open_on: Open, key: str) -> None:
    with pytest.raises(InvalidKey):
        open_on().read(ExistingKey(key))


def test_a_replacement_takes_an_odd_key_away(filled: Provider) -> None:
    filled.replace(ExistingKey("a//b.png"), b"new", new_key="a/b.png")
    assert filled.read("a/b.png") == b"new"
    assert not filled.exists(ExistingKey("a//b.png"))


def test_one_that_is_there_no_more_is_not_found(filled: Provider) -> None:
    listed = list(filled.list())
    filled.delete_many(listed)
    for info in listed:
        with pytest.raises(NotFound):
            filled.read(info)
