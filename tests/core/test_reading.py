"""Reading and listing through the facade."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from bucketry import (
    AccessDenied,
    ByteRange,
    IntegrityError,
    InvalidHeader,
    InvalidInput,
    ObjectInfo,
    ObjectReader,
    Provider,
    hookimpl,
)
from core.memory import filled, memory_provider, store_of


def test_only_a_missing_object_does_not_exist() -> None:
    media = filled(memory_provider(), "a")
    assert media.exists("a")
    assert not media.exists("b")

    class Denied:
        @hookimpl
        def bucketry_head(self) -> ObjectInfo:
            raise AccessDenied("no", status=403)

    with pytest.raises(AccessDenied):
        media.with_layer(Denied()).exists("a")


@pytest.mark.parametrize(
    ("byte_range", "expected"),
    [
        (None, b"0123456789"),
        (ByteRange(start=2), b"23456789"),
        (ByteRange(start=2, stop=5), b"234"),
        (ByteRange(start=-3), b"789"),
    ],
)
def test_ranges_are_read_as_slices(byte_range: ByteRange | None, expected: bytes) -> None:
    media = memory_provider()
    media.upload(b"0123456789", key="a")
    with media.open("a", byte_range=byte_range) as reader:
        assert reader.read() == expected
        assert reader.info.size == 10


@pytest.mark.parametrize(
    "byte_range",
    [ByteRange(start=5, stop=5), ByteRange(start=5, stop=2), ByteRange(start=-3, stop=9)],
)
def test_a_range_of_nothing_is_refused(byte_range: ByteRange) -> None:
    with pytest.raises(InvalidInput, match="a range is start < stop"):
        memory_provider().open("a", byte_range=byte_range)


def test_a_read_that_ends_early_is_an_error() -> None:
    class Cut:
        @hookimpl
        def bucketry_open(self, key: str) -> ObjectReader:
            return ObjectReader(ObjectInfo(key=key, size=10), io.BytesIO(b"0123"))

    media = memory_provider().with_layer(Cut())
    with pytest.raises(IntegrityError, match="4 bytes arrived, 10 were announced") as caught:
        media.read("a")
    assert (caught.value.operation, caught.value.key) == ("read", "a")


@pytest.mark.parametrize("take", [
    lambda media: media.read("a"),
    lambda media: media.open("a").read(),
    lambda media: media.open("a").readline(),
    lambda media: list(media.open("a").chunks(4)),
    lambda media: io.BufferedReader(media.open("a"), 5).read(),
])  # fmt: skip
def test_a_stream_that_never_ends_is_an_error(take: Callable[[Provider], object]) -> None:
    class Endless:
        def read(self, size: int = -1, /) -> bytes:
            return bytes(4 if size < 0 else min(size, 4))

        def close(self) -> None:
            pass

        @hookimpl
        def bucketry_open(self, key: str) -> ObjectReader:
            return ObjectReader(ObjectInfo(key=key, size=10), self)

    with pytest.raises(IntegrityError, match="bytes arrived, 10 were announced"):
        take(memory_provider().with_layer(Endless()))


def test_a_download_goes_to_a_file(tmp_path: Path) -> None:
    media = filled(memory_provider(root_path="top"), "a.txt")
    info = media.download("a.txt", str(tmp_path / "a.txt"))
    assert info.key == "a.txt"
    assert (tmp_path / "a.txt").read_bytes() == b"a.txt"


def test_a_listing_is_lazy_sorted_and_relative() -> None:
    media = filled(memory_provider(root_path="top"), "b", "a", "c/d", "c/e", "d")
    listing = media.list()
    assert store_of(media).calls == []
    assert [info.key for info in listing] == ["a", "b", "c/d", "c/e", "d"]
    assert [info.key for info in media.list("c/")] == ["c/d", "c/e"]
    assert [info.key for info in media.list(start_after="c/d")] == ["c/e", "d"]
    assert store_of(media).calls[-1] == ("list", ("top/", "", "top/c/d", 1000))


def test_a_listing_of_one_level_has_folders() -> None:
    media = filled(memory_provider(root_path="top"), "a", "c/d", "c/e/f")
    pages = list(media.pages(delimiter="/"))
    assert [info.key for page in pages for info in page.objects] == ["a"]
    assert [folder for page in pages for folder in page.folders] == ["c/"]


def test_a_marker_of_the_root_path_itself_is_no_object() -> None:
    media = filled(memory_provider(root_path="top"), "a")
    store_of(media).objects["top/"] = (b"", ObjectInfo(key="top/", size=0))
    assert [info.key for info in media.list()] == ["a"]


def test_a_listing_shows_objects_whose_keys_would_be_refused() -> None:
    media = memory_provider(root_path="top")
    store_of(media).objects["top/a//b"] = (b"", ObjectInfo(key="top/a//b", size=0))
    assert [info.key for info in media.list()] == ["a//b"]


@pytest.mark.parametrize(
    "arguments", [{"prefix": "a\r\n"}, {"start_after": "a\0"}, {"delimiter": "\n"}]
)
def test_a_listing_checks_its_arguments(arguments: dict[str, str]) -> None:
    media = memory_provider()
    with pytest.raises(InvalidHeader):
        list(media.pages(**arguments))
    assert store_of(media).calls == []
