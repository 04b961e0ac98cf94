"""Sources: read whole from whatever they are, and noticed when they change."""

from __future__ import annotations

import gzip
import io
import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucketry import InvalidSource, SourceChanged
from bucketry.bodies import Chunk
from bucketry.source import Body, Source


def _drain(source: Source, size: int = 4) -> bytes:
    parts = []
    while part := source.read(size):
        parts.append(part)
    return b"".join(parts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(b"0123456789")
    return path


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_in_every_form(kind: Any) -> None:
    source = Source(kind(b"0123456789"))
    assert (source.size, source.name) == (10, None)
    assert [source.read(4), source.read(4), source.read(4), source.read(4)] == [
        b"0123", b"4567", b"89", b"",
    ]  # fmt: skip
    source.check_complete()


def test_a_memoryview_of_wider_items_counts_bytes() -> None:
    source = Source(memoryview(bytearray(range(8))).cast("I"))
    assert source.size == 8
    assert _drain(source) == bytes(range(8))


def test_changing_a_bytearray_afterwards_changes_nothing() -> None:
    body = bytearray(b"before")
    source = Source(body)
    body[:] = b"after!"
    assert _drain(source) == b"before"


def test_a_path_is_named_measured_and_closed(file: Path) -> None:
    with Source(file) as source:
        assert (source.size, source.name) == (10, "cat.png")
        assert _drain(source) == b"0123456789"
        source.check_complete()
        opened: Any = source._file
    assert opened.closed


def test_any_path_like_object_is_a_path(file: Path) -> None:
    class Located:
        def __fspath__(self) -> str:
            return str(file)

    with Source(Located()) as source:
        assert _drain(source) == b"0123456789"


def test_a_file_of_the_caller_is_read_from_where_it_stands_and_stays_open(file: Path) -> None:
    with file.open("rb") as opened:
        opened.seek(3)
        with Source(opened) as source:
            assert (source.size, source.name) == (7, "cat.png")
            assert _drain(source) == b"3456789"
            source.check_complete()
        assert not opened.closed
        assert opened.tell() == 10


@pytest.mark.parametrize("position", [3, 10])
def test_a_file_that_was_not_rewound_is_refused(position: int) -> None:
    opened = io.BytesIO(b"abc")
    opened.seek(position)
    assert "stands at its end, so nothing would be stored; rewind it with seek(0)" in _refusal(
        opened
    )
    assert opened.tell() == position


def test_a_generator_that_has_ended_is_refused() -> None:
    """It was uploaded before, perhaps in vain, and has nothing to give any more."""
    once = (chunk for chunk in [b"a", b"b"])
    with Source(once) as source:
        assert source.read(10) == b"ab"
    assert "the generator has ended, so nothing would be stored" in _refusal(once)


def test_an_empty_file_is_an_empty_object(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for body in (io.BytesIO(), tmp_path / "empty"):
        with Source(body) as source:
            assert source.size == 0
            assert source.read(5) == b""
            source.check_complete()


def test_a_file_whose_bytes_the_system_does_not_count_is_read_to_its_end() -> None:
    class Uncounted(io.BytesIO):
        """Like those in /proc: its end is its start."""

        def seek(self, offset: int, whence: int = 0, /) -> int:
            return 0 if whence == os.SEEK_END else super().seek(offset, whence)

    source = Source(Uncounted(b"0123456789"))
    assert source.size is None
    assert _drain(source) == b"0123456789"
    source.check_complete()


class _NoSeek(io.BytesIO):
    def __init__(self, fails: Exception) -> None:
        super().__init__(b"0123456789")
        self.fails = fails

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise self.fails


@pytest.mark.parametrize(
    "fails", [OSError(29, "Illegal seek"), ValueError("no"), TypeError("no"), RuntimeError("no")]
)
def test_a_file_that_only_says_that_it_can_seek_is_a_stream(fails: Exception) -> None:
    source = Source(_NoSeek(fails))
    assert source.size is None
    assert _drain(source) == b"0123456789"


def test_a_file_that_seeks_and_cannot_go_back_is_refused() -> None:
    class OneWay(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            if whence == os.SEEK_SET:
                raise OSError("one way only")
            return super().seek(offset, whence)

    assert "cannot be rewound, though it says so: one way only" in _refusal(OneWay(b"abc"))


def test_a_file_whose_position_is_no_number_is_a_stream() -> None:
    class Odd(io.BytesIO):
        def tell(self) -> Any:
            return None

    assert Source(Odd(b"abc")).size is None


def test_files_that_cannot_be_read_are_refused_at_once(tmp_path: Path) -> None:
    closed = io.BytesIO(b"abc")
    closed.close()
    assert _refusal(closed) == ("the file is closed; open it again, or upload before it is closed")
    with (tmp_path / "x").open("wb") as writing:
        assert _refusal(writing) == ("the file is open for writing only; open it with mode 'rb'")


class _FormFile:
    """What web frameworks hand over: a file of its own around another, as Werkzeug's."""

    def __init__(self, body: bytes, **told: Any) -> None:
        self.stream = io.BytesIO(body)
        self.__dict__.update(told)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def test_a_forms_file_is_named_as_the_browser_says_and_not_as_the_field() -> None:
    form: Any = _FormFile(b"abc", name="avatar", filename="C:\\My\\cat.png", content_type="a/b")
    source = Source(form)
    assert (source.name, source.content_type, source.size) == ("cat.png", "a/b", 3)


def test_a_forms_file_without_a_file_name_has_none() -> None:
    form: Any = _FormFile(b"abc", name="avatar", filename=None, content_type="")
    source = Source(form)
    assert (source.name, source.content_type) == (None, None)


def test_a_file_is_asked_for_its_name_before_what_is_deprecated(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"abc"))
    with gzip.open(tmp_path / "a.gz") as file, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert Source(file).name == "a.gz"
    assert not told


def test_a_file_that_fails_to_tell_of_itself_is_read_all_the_same() -> None:
    class Shy(io.RawIOBase):
        name = property(lambda self: 1 / 0)
        filename = property(lambda self: 1 / 0)
        content_type = property(lambda self: 1 / 0)
        encoding = property(lambda self: 1 / 0)

        def read(self, size: int = -1, /) -> bytes:
            return b""

        def readable(self) -> bool:
            raise RuntimeError

        def seekable(self) -> bool:
            raise RuntimeError

    assert Source(Shy()).read(3) == b""


def test_what_is_awaited_is_refused_with_what_to_pass() -> None:
    class UploadFile:
        file = io.BytesIO(b"abc")

        async def read(self, size: int = -1) -> bytes:
            return b""

    class Chunks:
        def __aiter__(self) -> Any: ...

    assert "pass its .file, or upload with bucketry.aio" in _refusal(UploadFile())
    assert "Chunks is not a source: it is awaited; upload it with bucketry.aio" in _refusal(
        Chunks()
    )


def test_what_holds_a_file_is_refused_with_the_file_to_pass() -> None:
    class FieldStorage:
        file = io.BytesIO(b"abc")

    assert _refusal(FieldStorage()) == "FieldStorage is not a source: pass its .file"


def test_a_file_without_a_name(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb+") as opened:
        numbered = os.fdopen(os.dup(opened.fileno()), "rb")
    with numbered:
        assert isinstance(numbered.name, int)
        assert Source(numbered).name is None


class _Short(io.RawIOBase):
    """Gives at most two bytes a read, as sockets and pipes may."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def read(self, size: int = -1, /) -> bytes:
        return self._body.read(min(size, 2) if size >= 0 else 2)


def test_short_reads_are_put_together() -> None:
    source = Source(_Short(b"0123456789"))
    assert source.size is None
    assert source.read(7) == b"0123456"
    assert source.read(7) == b"789"
    assert source.read(7) == b""
    source.check_complete()


class _Counting(io.BytesIO):
    """Looks at what is read, as progress bars do, and knows nothing of `readinto`."""

    seen = 0

    def read(self, size: int | None = -1, /) -> bytes:
        body = super().read(size)
        self.seen += len(body)
        return body


def test_a_file_that_reads_in_its_own_way_is_read_so() -> None:
    counting = _Counting(bytes(100_000))
    source = Source(counting)
    assert source.readinto(bytearray(60_000)) == 60_000
    assert counting.seen == 60_000


class _Lying(io.RawIOBase):
    def readinto(self, buffer: Any, /) -> int:
        return len(buffer) + 1


def test_a_file_that_says_more_than_there_was_room_for_is_refused() -> None:
    with pytest.raises(InvalidSource, match="readinto says 11, given room for 10"):
        Source(_Lying()).readinto(bytearray(10))


def test_a_pipe_has_no_size() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"0123456789")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        source = Source(pipe)
        assert source.size is None
        assert _drain(source) == b"0123456789"
        source.check_complete()


def test_an_iterator_is_cut_anew() -> None:
    chunks: list[Chunk] = [b"01", b"", bytearray(b"23456"), memoryview(b"7"), b"89"]
    source = Source(iter(chunks))
    assert (source.size, source.name) == (None, None)
    assert [source.read(3), source.read(6), source.read(9)] == [b"012", b"345678", b"9"]
    assert source.exhausted()
    source.check_complete()


def test_an_iterator_is_not_read_before_it_is_needed() -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for number in range(5):
            read.append(number)
            yield b"xx"

    source = Source(chunks())
    assert read == []
    source.read(2)
    assert read == [0]


@given(
    st.lists(st.binary(max_size=9), max_size=9),
    st.lists(st.integers(1, 7), min_size=1, max_size=20),
)
@settings(max_examples=150)
def test_every_source_of_the_same_bytes_reads_the_same(
    chunks: list[bytes], cuts: list[int]
) -> None:
    whole = b"".join(chunks)
    sources = [Source(whole), Source(io.BytesIO(whole)), Source(iter(chunks)), Source(chunks)]
    position = 0
    for cut in cuts:
        expected = whole[position : position + cut]
        for source in sources:
            assert source.read(cut) == expected
        position += cut
    for source in sources:
        assert source.bytes_read == min(position, len(whole))
        assert source.exhausted() == (position >= len(whole))


@pytest.mark.parametrize("size", [0, 1, 5, 10, 11])
def test_readinto_fills_the_buffer_and_tells_how_far(file: Path, size: int) -> None:
    buffer = bytearray(b"." * size)
    with Source(file) as source:
        assert source.readinto(buffer) == min(size, 10)
    assert buffer == (b"0123456789" + b".")[:size]


def _refusal(body: Any) -> str:
    with pytest.raises(InvalidSource) as caught:
        Source(body)
    return str(caught.value)


def test_what_is_no_source(tmp_path: Path) -> None:
    assert "pass pathlib.Path(...) for a file" in _refusal("cat.png")
    assert "NoneType is not a source: pass bytes" in _refusal(None)
    assert "int is not a source" in _refusal(7)
    assert "dict is not a source" in _refusal({})
    assert "set is not a source" in _refusal({b"one", b"two"})
    assert f"{tmp_path} is a folder" in _refusal(tmp_path)
    missing = tmp_path / "missing.png"
    assert _refusal(missing) == f"{missing} cannot be read: No such file or directory"
    assert "cannot be read: embedded null byte" in _refusal(Path("a\0b"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # chmod does not stop root
    path = tmp_path / "secret.png"
    assert _refusal(path) == f"{path} cannot be read: Permission denied"


def test_a_file_in_text_mode_is_refused(file: Path) -> None:
    with file.open() as opened:
        assert _refusal(opened) == "the file is open in text mode; open it with mode 'rb'"
    assert "text mode" in _refusal(io.StringIO("x"))


@pytest.mark.parametrize(
    ("chunks", "kind"), [(["text"], "str"), ([b"a", 7], "int"), ([b"a", None], "NoneType")]
)
def test_an_iterator_of_something_else_is_refused(chunks: list[Any], kind: str) -> None:
    source = Source(iter(chunks))
    with pytest.raises(InvalidSource, match=f"the source gives {kind}, not bytes"):
        _drain(source)


def test_a_file_object_that_reads_text_is_refused() -> None:
    class Texts:
        def read(self, size: int) -> str:
            return "text"

    body: Any = Texts()
    with pytest.raises(InvalidSource, match="the source gives str, not bytes"):
        Source(body).read(3)


def test_a_file_in_non_blocking_mode_is_refused() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            body: Body = pipe
            with pytest.raises(InvalidSource, match="non-blocking mode and has no bytes ready"):
                Source(body).read(3)
    finally:
        os.close(writing)


def _changed(source: Source) -> str:
    with pytest.raises(SourceChanged) as caught:
        source.check_complete()
    assert "Upload a file that nobody writes to, or a copy of it." in str(caught.value)
    return caught.value.reason


def test_a_file_that_shrank_is_noticed(file: Path) -> None:
    file.write_bytes(bytes(1 << 20))
    with Source(file) as source:
        source.read(4)
        os.truncate(file, 600_000)
        assert len(_drain(source, 100_000)) == 599_996
        assert _changed(source) == "the source had 1048576 bytes at the start and gave 600000"


def test_a_file_that_grew_is_noticed(file: Path) -> None:
    with Source(file) as source:
        assert source.read(10) == b"0123456789"
        with file.open("ab") as appended:
            appended.write(b"more")
        assert _changed(source) == "the source had 10 bytes at the start and gave 10 and more"


def test_a_file_that_was_rewritten_in_the_same_size_is_noticed(file: Path) -> None:
    with Source(file) as source:
        source.read(5)
        before = file.stat().st_mtime_ns
        file.write_bytes(b"abcdefghij")
        os.utime(file, ns=(before + 1, before + 1))
        _drain(source)
        assert _changed(source) == "the file was written to during the upload"


def test_a_read_that_stopped_early_is_noticed(file: Path) -> None:
    with Source(file) as source:
        source.read(9)
        assert _changed(source) == "the source had 10 bytes at the start and gave 9"


def test_a_file_object_that_promised_more_is_noticed() -> None:
    class Liar(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size)[:0]

    source = Source(Liar(b"0123456789"))
    assert source.read(10) == b""
    assert _changed(source) == "the source had 10 bytes at the start and gave 0"


def test_an_unchanged_file_is_complete(file: Path) -> None:
    with Source(file) as source:
        _drain(source)
        source.check_complete()
        source.check_complete()


def test_large_bytes_are_not_copied_for_every_part() -> None:
    """Copying what is left of 64 MiB for each of 4,096 parts would move 128 GiB."""
    source = Source(bytes(64 << 20))
    buffer = bytearray(16 << 10)
    start = time.process_time()
    while source.readinto(buffer):
        pass
    assert source.bytes_read == 64 << 20
    assert time.process_time() - start < 2
