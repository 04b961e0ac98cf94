"""Readers and writers are files: for csv, zipfile, TextIOWrapper and whoever takes one."""

from __future__ import annotations

import csv
import gc
import io
import os
import shutil
import zipfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucketry import (
    AlreadyExists,
    ByteRange,
    IntegrityError,
    InvalidHeader,
    InvalidInput,
    InvalidKey,
    InvalidSource,
    NotFound,
    ObjectInfo,
    ObjectReader,
    Provider,
    hookimpl,
)
from bucketry.provider import writing
from core.memory import memory_provider, store_of

BODY = b"".join(b"%05d,\xc3\xa4\n" % number for number in range(3000))


class Openings:
    """Counts how often the object is opened, and where."""

    def __init__(self) -> None:
        self.ranges: list[ByteRange | None] = []

    @hookimpl(wrapper=True)
    def bucketry_open(self, byte_range: ByteRange | None) -> Generator[None, Any, Any]:
        self.ranges.append(byte_range)
        return (yield)


def _media(body: bytes = BODY) -> tuple[Provider, Openings]:
    openings = Openings()
    media = memory_provider(root_path="top").with_layer(openings)
    media.upload(body, key="a")
    return media, openings


def test_a_text_wrapper_gives_its_lines() -> None:
    media, _ = _media()
    with media.open("a") as reader:
        assert list(csv.reader(io.TextIOWrapper(reader, "utf-8")))[2999] == ["02999", "ä"]


def test_a_buffered_reader_reads_it() -> None:
    media, openings = _media()
    with media.open("a") as reader, io.BufferedReader(reader) as buffered:
        assert buffered.read(7) == BODY[:7]
        assert buffered.peek(1)
        buffered.seek(100)
        assert buffered.read(50) == BODY[100:150]
        assert buffered.read() == BODY[150:]
    assert len(openings.ranges) <= 2


def test_it_is_copied_like_a_file(tmp_path: Path) -> None:
    media, _ = _media()
    with media.open("a") as reader, (tmp_path / "a").open("wb") as file:
        shutil.copyfileobj(reader, file)
    assert (tmp_path / "a").read_bytes() == BODY


def test_it_is_the_source_of_an_upload() -> None:
    media, _ = _media()
    with media.open("a") as reader:
        reader.read(8)
        assert media.upload(reader, key="b").size == len(BODY) - 8
    assert media.read("b") == BODY[8:]


def test_iterating_gives_lines_and_chunks_give_pieces() -> None:
    media, _ = _media()
    with media.open("a") as reader:
        assert list(reader) == BODY.splitlines(keepends=True)
    with media.open("a") as reader:
        assert [len(piece) for piece in reader.chunks(10_000)] == [10_000, 10_000, 7_000]


def test_an_archive_is_read_by_its_parts() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.bin", os.urandom(200_000))
        archive.writestr("small.txt", "hello")
    media, openings = _media(packed.getvalue())
    with media.open("a") as reader, zipfile.ZipFile(reader) as archive:
        assert archive.read("small.txt") == b"hello"
        assert archive.testzip() is None
    assert len(openings.ranges) < 12


def test_going_somewhere_opens_nothing_before_it_is_read() -> None:
    media, openings = _media()
    with media.open("a") as reader:
        for position in (5000, 0, 20_000):
            reader.seek(position)
        assert openings.ranges == [None]
        assert reader.tell() == 20_000
        assert reader.read(9) == BODY[20_000:20_009]
        assert openings.ranges == [None, ByteRange(start=20_000)]
        reader.seek(0, os.SEEK_END)
        assert reader.read() == b""
        assert len(openings.ranges) == 2


def test_a_range_is_a_file_of_its_own() -> None:
    media, openings = _media()
    for byte_range in (ByteRange(start=100, stop=200), ByteRange(start=-100)):
        expected = BODY[byte_range.start : byte_range.stop]
        with media.open("a", byte_range=byte_range) as reader:
            assert reader.seek(0, os.SEEK_END) == 100
            assert reader.read() == b""
            reader.seek(-30, os.SEEK_CUR)
            assert reader.read() == expected[70:]
            assert reader.seek(10) == 10
            assert reader.read(5) == expected[10:15]
        assert media.open("a", byte_range).read() == expected
    assert openings.ranges[1] == ByteRange(start=170, stop=200)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("read"), st.integers(-1, 40)),
            st.tuples(st.just("readline"), st.integers(-1, 40)),
            st.tuples(st.just("seek"), st.integers(0, 120)),
            st.tuples(st.just("back"), st.integers(-9, 9)),
            st.tuples(st.just("end"), st.integers(-30, 5)),
            st.tuples(st.just("into"), st.integers(0, 30)),
        ),
        max_size=12,
    )
)
@settings(max_examples=300)
def test_it_does_what_a_file_in_memory_does(steps: list[tuple[str, int]]) -> None:
    body = b"one\ntwo\n\nthree four five\n" * 4 + b"end"
    media, _ = _media(body)
    file = io.BytesIO(body)
    with media.open("a") as reader:
        for step, number in steps:
            match step:
                case "read":
                    assert reader.read(number) == file.read(number)
                case "readline":
                    assert reader.readline(number) == file.readline(number)
                case "into":
                    buffer = bytearray(number)
                    count = reader.readinto(buffer)
                    assert buffer[:count] == file.read(count)
                    # It may be less than there is, but nothing only at the end.
                    assert count or not number or file.tell() >= len(body)
                case "seek":
                    assert reader.seek(number) == file.seek(number)
                case "back":
                    if file.tell() + number >= 0:
                        assert reader.seek(number, 1) == file.seek(number, 1)
                case "end":
                    assert reader.seek(number, 2) == file.seek(number, 2)
            assert reader.tell() == file.tell()


def test_an_object_that_was_replaced_is_not_pieced_together() -> None:
    media, _ = _media()
    with media.open("a") as reader:
        reader.read(10)
        media.upload(BODY.upper()[::-1], key="a")
        reader.seek(50)
        with pytest.raises(IntegrityError, match="was replaced while it was being read") as caught:
            reader.read(1)
    assert (caught.value.operation, caught.value.key) == ("open", "a")


def test_an_object_without_a_mark_cannot_be_found_again() -> None:
    class NoMark:
        @hookimpl
        def bucketry_open(self, key: str) -> ObjectReader:
            return ObjectReader(ObjectInfo(key=key, size=3), io.BytesIO(b"abc"))

    with memory_provider().with_layer(NoMark()).open("a") as reader:
        assert not reader.seekable()
        with pytest.raises(io.UnsupportedOperation, match="no ETag"):
            reader.seek(0)
        assert reader.read() == b"abc"


def test_a_closed_reader_says_so() -> None:
    media, _ = _media()
    reader = media.open("a")
    reader.close()
    uses: list[Any] = [
        reader.read, reader.readall, reader.readline, reader.tell, reader.__enter__,
        lambda: reader.seek(0), lambda: reader.readinto(bytearray(1)), lambda: list(reader),
        lambda: list(reader.chunks()),
    ]  # fmt: skip
    for use in uses:
        with pytest.raises(InvalidInput, match="the reader is closed"):
            use()


@pytest.mark.parametrize("bad", [(-1, 0), (0, 7), ("0", 0), (-99_999_999, 2)])
def test_there_is_nowhere_else_to_go(bad: Any) -> None:
    media, _ = _media()
    with media.open("a") as reader, pytest.raises(InvalidInput):
        reader.seek(*bad)


@pytest.mark.parametrize("mode", ["r", "w", "wb+", "ab", "rt", "", 7, "RB"])
def test_there_are_two_modes(mode: Any) -> None:
    media, _ = _media()
    with pytest.raises(InvalidInput, match=r'the mode is "rb" or "wb", .* and detach'):
        media.open("a", mode)


def test_what_belongs_to_the_other_mode_is_refused() -> None:
    media, _ = _media()
    with pytest.raises(InvalidInput, match="reading has no option 'content_type'"):
        media.open("a", content_type="text/plain")  # type: ignore[call-overload] # the point
    with pytest.raises(InvalidInput, match="byte_range is for reading"):
        media.open("a", "wb", byte_range=ByteRange(start=0))  # type: ignore[call-overload] # same


# -- writing -----------------------------------------------------------------------------------


def test_a_clean_exit_publishes() -> None:
    media, _ = _media()
    with media.open("b.txt", "wb", metadata={"team": "web"}) as writer:
        assert writer.write(b"hello ") == 6
        writer.write(bytearray(b"world"))
        assert not media.exists("b.txt")
    assert media.read("b.txt") == b"hello world"
    assert writer.stored is not None
    assert (writer.stored.key, writer.stored.size, writer.closed) == ("b.txt", 11, True)
    info = media.head("b.txt")
    assert (info.content_type, info.metadata) == ("text/plain", {"team": "web"})


def test_commit_publishes_and_tells_what_was_stored() -> None:
    media, _ = _media()
    writer = media.open("b", "wb")
    writer.write(b"x")
    assert writer.commit().key == "b"
    with pytest.raises(InvalidInput, match="the writer is closed"):
        writer.commit()


def test_text_goes_through_a_wrapper_that_is_detached() -> None:
    media, _ = _media()
    with media.open("b", "wb") as writer:
        text = io.TextIOWrapper(writer, "utf-8", newline="\n")
        csv.writer(text, lineterminator="\n").writerow(["ä", "b"])
        text.detach()
    assert media.read("b") == "ä,b\n".encode()


def test_an_archive_is_written() -> None:
    media, _ = _media()
    with (
        media.open("b.zip", "wb") as writer,
        zipfile.ZipFile(writer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr("one.txt", "1" * 1000)
        with archive.open("two.txt", "w") as two:
            two.write(b"2" * 1000)
    with zipfile.ZipFile(io.BytesIO(media.read("b.zip"))) as archive:
        assert archive.read("two.txt") == b"2" * 1000
        assert archive.testzip() is None


def _nothing_stored(media: Provider) -> None:
    assert not media.exists("b")
    assert [name for name, _ in store_of(media).calls if name == "upload"] == ["upload"]


def test_an_exception_publishes_nothing() -> None:
    media, _ = _media()
    writer = media.open("b", "wb")
    with suppress(RuntimeError), writer:
        writer.write(b"half")
        raise RuntimeError("the other half is missing")
    assert writer.closed
    _nothing_stored(media)


def test_garbage_publishes_nothing() -> None:
    media, _ = _media()
    media.open("b", "wb").write(b"half")
    gc.collect()
    _nothing_stored(media)


def test_being_closed_publishes_nothing() -> None:
    media, _ = _media()
    writer = media.open("b", "wb")
    with io.TextIOWrapper(writer, "utf-8") as text:
        text.write("whole")
    assert writer.closed
    _nothing_stored(media)
    with pytest.raises(InvalidInput, match=r"'b' was closed before it was committed, .* detach"):
        writer.commit()


def test_a_wrapper_that_closes_inside_the_with_is_not_passed_over_in_silence() -> None:
    media, _ = _media()
    with (
        pytest.raises(InvalidInput, match="nothing is stored; detach"),
        media.open("b", "wb") as writer,
        io.TextIOWrapper(writer, "utf-8") as text,
    ):
        text.write("whole")
    _nothing_stored(media)


def test_what_cannot_be_uploaded_is_refused_before_anything_is_written() -> None:
    media, _ = _media()
    with pytest.raises(InvalidKey):
        media.open("../b", "wb")
    with pytest.raises(InvalidHeader):
        media.open("b", "wb", content_type="a\r\nb")
    with pytest.raises(InvalidInput, match="did you mean 'content_type'"):
        media.open("b", "wb", contenttype="a/b")  # type: ignore[call-overload] # a typo


def test_a_failed_commit_may_be_tried_again() -> None:
    media, _ = _media()
    writer = media.open("a", "wb", prevent_overwrite=True)
    writer.write(b"new")
    with pytest.raises(AlreadyExists):
        writer.commit()
    media.delete("a")
    assert writer.commit().size == 3
    assert media.read("a") == b"new"


def test_a_large_one_is_kept_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "IN_MEMORY", 1000)
    media, _ = _media()
    with media.open("b", "wb") as writer:
        for number in range(50):
            writer.write(b"%02d" % number * 20)
        assert writer.tell() == 2000
        writer.seek(0)
        writer.write(b"XX")
    assert media.read("b")[:6] == b"XX0000"
    assert len(media.read("b")) == 2000


def test_no_room_to_keep_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "IN_MEMORY", 1)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    media, _ = _media()
    with (
        pytest.raises(InvalidSource, match=r"cannot be kept in .*: No space left on device"),
        media.open("b", "wb") as writer,
    ):
        writer.write(b"xy")
    _nothing_stored(media)


@pytest.mark.parametrize("data", ["text", None, 7, [b"x"], memoryview(b"abcd")[::2]])
def test_only_bytes_are_written(data: Any) -> None:
    media, _ = _media()
    with (
        pytest.raises(InvalidInput, match="a file takes bytes, not") as caught,
        media.open("b", "wb") as writer,
    ):
        writer.write(data)
    assert isinstance(caught.value, TypeError)  # which tells numpy to encode its text


def test_a_missing_object_is_not_found_at_once() -> None:
    media, _ = _media()
    with pytest.raises(NotFound):
        media.open("missing")
