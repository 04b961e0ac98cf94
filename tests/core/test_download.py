"""Downloads to disk: whole or not at all."""

from __future__ import annotations

import errno
import gc
import os
import stat
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bucketry import (
    IntegrityError,
    InvalidInput,
    NotFound,
    ObjectInfo,
    ObjectReader,
    Unavailable,
)
from bucketry.provider import download as downloading
from bucketry.provider import target as targets
from bucketry.provider.download import download_to as download

BODY = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A download keeps whole chunks; with small ones a small object breaks off in between."""
    monkeypatch.setattr(downloading, "CHUNK", 1000)


class _Stream:
    """Gives `body`, then its end or an error."""

    def __init__(self, body: bytes, error: Exception | None, verified: str | None) -> None:
        self._body = body
        self.verified = verified
        self._error = error
        self.closed = False

    def read(self, size: int = -1, /) -> bytes:
        if not self._body and self._error is not None:
            raise self._error
        taken = self._body if size < 0 else self._body[: min(size, 1000)]
        self._body = self._body[len(taken) :]
        return taken

    def close(self) -> None:
        self.closed = True


class _Vendor:
    """Answers each opening with the next of `answers`: bytes sent, then whether it breaks off."""

    def __init__(
        self,
        answers: Sequence[tuple[bytes, Exception | None]],
        *,
        size: int = len(BODY),
        verified: str | None = None,
    ) -> None:
        self._answers = list(answers)
        self._size = size
        self._verified = verified
        self.opened = 0
        self.streams: list[_Stream] = []

    def open(self) -> ObjectReader:
        self.opened += 1
        body, error = self._answers.pop(0)
        self.streams.append(_Stream(body, error, self._verified))
        info = ObjectInfo(key="a", size=self._size, etag="e1")
        return ObjectReader(info, self.streams[-1])


BROKEN = Unavailable("connection reset")


def _fails(
    vendor: _Vendor, folder: Path, error: type[Exception], open_object: Callable[..., ObjectReader]
) -> str:
    """Download over an existing file, and show that a failure leaves it and nothing else."""
    target = folder / "a.bin"
    target.write_bytes(b"what was there")
    with pytest.raises(error) as caught:
        download(open_object, target, None)
    assert target.read_bytes() == b"what was there"
    assert os.listdir(folder) == ["a.bin"]
    assert all(stream.closed for stream in vendor.streams)
    return str(caught.value)


def test_a_whole_object_is_written_and_told(tmp_path: Path) -> None:
    vendor = _Vendor([(BODY, None)])
    moved: list[int] = []
    info = download(vendor.open, tmp_path / "a.bin", moved.append)
    assert info == ObjectInfo(key="a", size=10240, etag="e1")
    assert (tmp_path / "a.bin").read_bytes() == BODY
    assert sum(moved) == 10240
    assert os.listdir(tmp_path) == ["a.bin"]
    assert vendor.opened == 1
    assert vendor.streams[0].closed


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with target.open("rb") as reader:
        download(_Vendor([(BODY, None)]).open, target, None)
        assert reader.read() == b"old"  # who has it open goes on reading what it opened
    assert target.read_bytes() == BODY


def test_nothing_is_visible_before_the_end(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    target = tmp_path / "a.bin"

    def progress(count: int) -> None:
        seen.append([name for name in os.listdir(tmp_path) if not name.startswith(".")])

    download(_Vendor([(BODY, None)]).open, target, progress)
    assert seen
    assert all(names == [] for names in seen)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_file_has_the_rights_of_any_new_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        download(_Vendor([(BODY, None)]).open, tmp_path / "a.bin", None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.bin").stat().st_mode) == 0o666 & ~mask


def test_the_process_keeps_its_file_mask_throughout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a moment of another mask, other threads would make files with wrong rights."""

    def changed(mask: int) -> int:
        raise AssertionError("os.umask was called")

    monkeypatch.setattr(os, "umask", changed)
    download(_Vendor([(BODY, None)]).open, tmp_path / "a.bin", None)


def test_the_longest_file_name_works(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)
    download(_Vendor([(BODY, None)]).open, target, None)
    assert target.read_bytes() == BODY


def test_an_empty_object_is_an_empty_file(tmp_path: Path) -> None:
    download(_Vendor([(b"", None)], size=0).open, tmp_path / "a.bin", None)
    assert (tmp_path / "a.bin").read_bytes() == b""


def test_a_broken_connection_is_taken_up_below_or_told(tmp_path: Path) -> None:
    """Whoever opens an object takes up what breaks off; here it is over."""
    vendor = _Vendor([(BODY[:3000], BROKEN)])
    assert "connection reset" in _fails(vendor, tmp_path, Unavailable, vendor.open)


WRONG = IntegrityError("the bytes that came do not have the MD5 that is stored")


@pytest.mark.parametrize(
    "first", [(BODY[:3000], WRONG), (BODY[:-1] + b"x", WRONG), (BODY + BODY[:760], None)]
)
def test_what_was_damaged_on_the_way_is_fetched_again(
    tmp_path: Path, first: tuple[bytes, Exception | None]
) -> None:
    moved: list[int] = []
    vendor = _Vendor([first, (BODY, None)])
    download(vendor.open, tmp_path / "a.bin", moved.append)
    assert (tmp_path / "a.bin").read_bytes() == BODY
    assert sum(moved) == len(BODY)
    assert all(stream.closed for stream in vendor.streams)


def test_damage_that_comes_twice_is_told(tmp_path: Path) -> None:
    vendor = _Vendor([(BODY, WRONG), (BODY, WRONG)])
    assert "do not have the MD5" in _fails(vendor, tmp_path, IntegrityError, vendor.open)
    assert vendor.opened == 2


@pytest.mark.parametrize(("size", "read"), [(20000, 10240), (5, 1000)])
def test_another_size_than_announced_is_no_download(tmp_path: Path, size: int, read: int) -> None:
    """What is too long is not read to its end: it may have none."""
    vendor = _Vendor([(BODY, None)] * 2, size=size)
    said = _fails(vendor, tmp_path, IntegrityError, vendor.open)
    assert f"{read} bytes arrived, {size} were announced" in said


def test_what_was_compared_is_told(tmp_path: Path) -> None:
    vendor = _Vendor([(BODY, None)], verified="MD5")
    assert download(vendor.open, tmp_path / "a.bin", None).verified == "MD5"


def test_an_object_that_is_not_there_leaves_the_file(tmp_path: Path) -> None:
    def missing() -> ObjectReader:
        raise NotFound("no such object")

    _fails(_Vendor([]), tmp_path, NotFound, missing)


def test_an_interruption_leaves_the_file(tmp_path: Path) -> None:
    vendor = _Vendor([(BODY[:3000], RuntimeError("killed"))])
    _fails(vendor, tmp_path, RuntimeError, vendor.open)


def _interrupting(line: int) -> Callable[[FrameType, str, object], Any]:
    """Return a trace function that interrupts before this line of those that make the file."""
    left = line

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != targets.__file__:
            return None
        left -= event == "line"
        if left == 0 and event == "line":
            raise KeyboardInterrupt
        return trace

    return trace


def test_wherever_the_interruption_comes_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    before = sys.gettrace()
    with warnings.catch_warnings():
        # Nobody closes a file whose name was not reached.
        warnings.simplefilter("ignore", ResourceWarning)
        for line in range(1, 200):
            (tmp_path / "a.bin").write_bytes(b"old")
            sys.settrace(_interrupting(line))
            try:
                _download(tmp_path / "a.bin", b"new")
                break
            except KeyboardInterrupt:
                pass
            finally:
                sys.settrace(before)
            assert os.listdir(tmp_path) == ["a.bin"], line
            assert (tmp_path / "a.bin").read_bytes() in (b"old", b"new")
        gc.collect()
    assert 50 < line < 199


def test_a_progress_that_fails_leaves_the_file(tmp_path: Path) -> None:
    def progress(count: int) -> None:
        raise RuntimeError("the bar broke")

    (tmp_path / "a.bin").write_bytes(b"old")
    with pytest.raises(RuntimeError):
        download(_Vendor([(BODY, None)]).open, tmp_path / "a.bin", progress)
    assert os.listdir(tmp_path) == ["a.bin"]


def _download(target: Path, body: bytes = BODY) -> None:
    download(_Vendor([(body, None)], size=len(body)).open, target, None)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_a_file_keeps_its_rights_from_the_first_byte_on(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a.bin"
    target.touch()
    target.chmod(mode)
    seen: set[int] = set()

    def progress(count: int) -> None:
        (part,) = tmp_path.glob(".bucketry-*.part")
        seen.add(stat.S_IMODE(part.stat().st_mode) & ~mode)

    download(_Vendor([(BODY, None)]).open, target, progress)
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert seen == {0}


def test_a_link_stays_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "old").write_bytes(b"old")
    for name in ("old", "new"):
        link = tmp_path / f"to-{name}"
        link.symlink_to(Path("there") / name)
        _download(link)
        assert link.is_symlink()
        assert (tmp_path / "there" / name).read_bytes() == BODY
    assert sorted(os.listdir(tmp_path / "there")) == ["new", "old"]


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to("missing/c")
    for name in ("a", "c"):
        with pytest.raises(InvalidInput):
            _download(tmp_path / name)
        assert (tmp_path / name).is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]


def test_a_device_is_written_into() -> None:
    before = os.stat(os.devnull)
    _download(Path(os.devnull))
    assert os.path.samestat(os.stat(os.devnull), before)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        _download(pipe)
        assert read.result() == BODY
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}", "/proc/{pid}/fd/{}"])
def test_an_open_file_is_written_where_it_stands(tmp_path: Path, form: str) -> None:
    if not Path("/proc/self/fd").exists() and form != "/dev/fd/{}":
        pytest.skip("this system has no /proc")
    with (tmp_path / "out").open("wb") as out:
        out.write(b"before ")
        out.flush()
        _download(Path(form.format(out.fileno(), pid=os.getpid())), b"object")
        out.seek(0, os.SEEK_END)
        out.write(b" behind")
    assert (tmp_path / "out").read_bytes() == b"before object behind"
    assert os.listdir(tmp_path) == ["out"]


def test_a_link_to_an_open_file_is_an_open_file(tmp_path: Path) -> None:
    """As /dev/stdout is one."""
    with (tmp_path / "out").open("wb") as out:
        (tmp_path / "link").symlink_to(f"/dev/fd/{out.fileno()}")
        _download(tmp_path / "link", b"object")
        assert os.fstat(out.fileno()).st_size == 6
    assert (tmp_path / "link").is_symlink()


def test_an_open_file_that_is_not_open_is_told() -> None:
    with pytest.raises(InvalidInput, match="'/dev/fd/99999' cannot be written: Bad file"):
        _download(Path("/dev/fd/99999"))


def test_what_was_written_into_a_device_is_not_written_twice(tmp_path: Path) -> None:
    vendor = _Vendor([(BODY, WRONG), (BODY, None)])
    with (tmp_path / "out").open("wb") as out, pytest.raises(IntegrityError):
        download(vendor.open, Path(f"/dev/fd/{out.fileno()}"), None)
    assert vendor.opened == 1


def _left_behind(folder: Path) -> Path:
    """Return the name that a download to `a.bin` writes under."""
    names: set[str] = set()
    download(
        _Vendor([(BODY, None)]).open, folder / "a.bin",
        lambda _: names.update(name for name in os.listdir(folder) if name.endswith(".part")),
    )  # fmt: skip
    (name,) = names
    return folder / name


def test_what_a_killed_download_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    left = _left_behind(tmp_path)
    left.write_bytes(b"half of it")
    _download(tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == BODY
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="no file is locked there")
def test_a_file_system_without_locks_is_left_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", flock)
    _download(tmp_path / "a.bin")
    assert os.listdir(tmp_path) == ["a.bin"]


def test_two_downloads_to_one_file_do_not_meet(tmp_path: Path) -> None:
    def second(_: int) -> None:
        if not (tmp_path / "a.bin").exists():
            _download(tmp_path / "a.bin", b"second")

    download(_Vendor([(BODY, None)]).open, tmp_path / "a.bin", second)
    assert (tmp_path / "a.bin").read_bytes() == BODY
    assert os.listdir(tmp_path) == ["a.bin"]


def test_what_stands_under_the_name_and_is_no_leftover_stays(tmp_path: Path) -> None:
    left = _left_behind(tmp_path)
    (tmp_path / "precious").write_bytes(b"precious")
    left.symlink_to("precious")
    _download(tmp_path / "a.bin")
    assert left.is_symlink()
    assert (tmp_path / "precious").read_bytes() == b"precious"
    left.unlink()
    left.mkdir()
    _download(tmp_path / "a.bin")
    assert sorted(os.listdir(tmp_path)) == sorted([left.name, "a.bin", "precious"])


def test_a_folder_is_no_target_and_nothing_is_opened(tmp_path: Path) -> None:
    vendor = _Vendor([])
    with pytest.raises(InvalidInput, match="is a folder; name the file to write"):
        download(vendor.open, tmp_path, None)
    assert vendor.opened == 0


def test_a_folder_that_is_not_there_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    vendor = _Vendor([])
    with pytest.raises(InvalidInput, match="missing is no folder to write into"):
        download(vendor.open, tmp_path / "missing" / "a.bin", None)
    assert vendor.opened == 0
