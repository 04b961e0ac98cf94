"""Uploads are whole or not at all, whatever the source, the race or the crash."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bucketry import (
    AccessDenied,
    AlreadyExists,
    BucketNotFound,
    ByteRange,
    IntegrityError,
    InvalidInput,
    InvalidKey,
    NotFound,
    PluginError,
    PreconditionFailed,
    Provider,
    Rejected,
    SourceChanged,
    StoredObject,
    Unsupported,
    UnsupportedOptionWarning,
    Upload,
    hookimpl,
)
from bucketry_local import LocalLayer
from core.test_forking import in_child

MIB = 1 << 20


def files_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def temporaries(directory: Path) -> list[Path]:
    return list((directory / ".bucketry" / "tmp").iterdir())


def test_digests_are_of_the_bytes(local: Provider) -> None:
    stored = local.upload(b"hello", key="a")
    # printf hello | md5sum; printf hello | openssl dgst -sha256 -binary | base64
    assert stored.etag == "5d41402abc4b2a76b9719d911017c592"
    assert stored.checksum_algorithm == "SHA256"
    assert stored.checksum == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
    assert stored.verified == "SHA256"
    assert local.head("a").checksums == {"SHA256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}
    large = b"0123456789" * 250_000
    assert local.upload(large, key="b").etag == hashlib.md5(large).hexdigest()


def test_an_object_is_a_plain_file_with_the_usual_rights(local: Provider, directory: Path) -> None:
    local.upload(b"hello", key="photos/2026/cat.png")
    file = directory / "photos" / "2026" / "cat.png"
    usual = directory / "usual"
    usual.touch()
    assert file.read_bytes() == b"hello"
    assert file.stat().st_mode == usual.stat().st_mode


def test_the_answer_tells_where_it_is(local: Provider) -> None:
    stored = local.upload(b"hello", key="a b.txt")
    assert (stored.provider, stored.bucket, stored.key) == ("t", "files", "a b.txt")
    assert stored.url == "http://127.0.0.1:8900/a%20b.txt"
    assert stored.public is False


def test_headers_metadata_and_tags_are_kept(make: Callable[..., Provider]) -> None:
    local = make(tags={"team": "web + co"})
    local.upload(
        b"x",
        key="a",
        content_type="text/plain; charset=utf-8",
        cache_control="max-age=60",
        content_disposition="inline",
        content_encoding="gzip",
        content_language="de",
        metadata={"Camera": "X100"},
    )
    info = local.head("a")
    assert info.content_type == "text/plain; charset=utf-8"
    assert info.cache_control == "max-age=60"
    assert info.content_disposition == "inline"
    assert info.content_encoding == "gzip"
    assert info.content_language == "de"
    assert info.metadata == {"camera": "X100"}
    record = local.layer(LocalLayer).store.head("a")
    assert record.details.tags == {"team": "web + co"}


def test_tags_of_a_call_replace_the_configured_ones(make: Callable[..., Provider]) -> None:
    local = make(tags={"team": "web"})
    local.upload(b"x", key="a", tags={"kind": "ü"})
    local.upload(b"x", key="b", tags={})
    store = local.layer(LocalLayer).store
    assert store.head("a").details.tags == {"kind": "ü"}
    assert store.head("b").details.tags == {}


def test_memory_does_not_grow_with_the_source(local: Provider) -> None:
    def chunks() -> Iterator[bytes]:
        for number in range(48):
            yield bytes([number]) * MIB

    tracemalloc.start()
    try:
        local.upload(chunks(), key="big")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB
    assert local.head("big").size == 48 * MIB


def test_a_range_follows_slices(local: Provider) -> None:
    local.upload(b"0123456789", key="a")

    def read(start: int, stop: int | None = None) -> bytes:
        with local.open("a", byte_range=ByteRange(start=start, stop=stop)) as reader:
            assert reader.info.size == 10
            return reader.read()

    assert read(0, 3) == b"012"
    assert read(7) == b"789"
    assert read(-4) == b"6789"
    assert read(-40) == b"0123456789"
    assert read(8, 99) == b"89"
    with pytest.raises(Rejected, match="behind the object's end") as caught:
        read(10)
    assert caught.value.status == 416


def test_reading_goes_on_while_the_object_is_replaced_and_deleted(local: Provider) -> None:
    local.upload(b"old" * MIB, key="a")
    with local.open("a") as reader:
        begin = reader.read(3)
        local.upload(b"new", key="a")
        local.delete("a")
        assert begin + reader.read() == b"old" * MIB


def test_bytes_that_rotted_on_the_disk_are_not_read(
    local: Provider, directory: Path, tmp_path: Path
) -> None:
    local.upload(b"0123456789", key="a")
    with local.open("a") as reader:
        assert (b"0123456789", "SHA256") == (reader.read(), reader.verified)
    assert local.download("a", tmp_path / "whole").verified == "SHA256"

    stat = os.stat(directory / "a")
    (directory / "a").write_bytes(b"0123456780")
    os.utime(directory / "a", ns=(stat.st_atime_ns, stat.st_mtime_ns))

    with pytest.raises(IntegrityError, match="SHA256"):
        local.read("a")
    with pytest.raises(IntegrityError, match="SHA256"):
        local.download("a", tmp_path / "rotten")
    with pytest.raises(IntegrityError, match="SHA256"):
        local.copy("a", "b")
    with pytest.raises(IntegrityError, match="SHA256"):
        local.move("a", "b")
    assert ["a"] == [info.key for info in local.list()]
    with local.open("a", byte_range=ByteRange(start=0)) as reader:
        assert (b"0123456780", None) == (reader.read(), reader.verified)


def test_a_reader_goes_on_where_it_was_though_a_fork_reads_on_too(local: Provider) -> None:
    local.upload(b"0123456789", key="a")
    with local.open("a", byte_range=ByteRange(start=1, stop=7)) as reader:
        first = reader.read(2)

        def child() -> None:
            assert reader.read() == b"3456"

        assert in_child(child) == 0
        assert (first, reader.read()) == (b"12", b"3456")


def test_an_object_is_whole_though_the_system_gives_less_at_once_than_it_has(
    local: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Linux gives 2 GiB at most, whatever is asked for.
    read = os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, at: read(file, min(size, 3), at))
    local.upload(b"0123456789", key="a")
    assert local.read("a") == b"0123456789"


def test_what_is_no_file_is_left_as_it_is(local: Provider, directory: Path) -> None:
    local.upload(b"1", key="a")
    os.mkfifo(directory / "pipe")
    for key, told in (("pipe", "a pipe, a device or a socket"), ("pipe/x", "'pipe' is no folder")):
        with pytest.raises(Rejected, match=told):
            local.upload(b"2", key=key)
        assert not local.exists(key)
    assert (directory / "pipe").is_fifo()


def test_a_file_that_is_cut_short_by_hand_is_no_whole_object(
    local: Provider, directory: Path
) -> None:
    local.upload(b"0123456789", key="a")
    with local.open("a") as reader:
        os.truncate(directory / "a", 4)
        with pytest.raises(IntegrityError, match="cut short"):
            reader.read()


# -- failures ----------------------------------------------------------------------------------


def test_a_source_that_fails_midway_leaves_the_old_object(local: Provider, directory: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x" * MIB
        raise ConnectionResetError("the upstream went away")

    before = local.upload(b"old", key="a", metadata={"version": "1"})
    with pytest.raises(ConnectionResetError):
        local.upload(failing(), key="a")
    assert local.read("a") == b"old"
    assert local.head("a").etag == before.etag
    assert local.head("a").metadata == {"version": "1"}
    assert temporaries(directory) == []


def test_a_file_that_changes_while_it_is_read_is_not_published(
    local: Provider, tmp_path: Path, directory: Path
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 100)

    def grow(count: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(SourceChanged):
        local.upload(path, key="new/a", progress=grow)
    assert not local.exists("new/a")
    assert temporaries(directory) == []
    assert not (directory / "new").exists()


CRASH = """
import os, sys
from pathlib import Path
import bucketry_local.receiving
from bucketry import Secret
from bucketry.provider import Provider
from bucketry_local import LocalOptions, vendor

directory, point = sys.argv[1], sys.argv[2]
if "in files" in sys.argv:
    bucketry_local.receiving.attach = lambda handle, data: False
real = os.replace

def replace(source, target):
    published = Path(target).name == "a"
    if point == "record" and not published or point == "object" and published:
        os._exit(9)
    real(source, target)
    if point == "after" and published:
        os._exit(9)

os.replace = replace
local = Provider(name="t", vendor=vendor, options=LocalOptions(directory=directory))
local.upload(b"new", key="a", content_type="text/new")
"""


@pytest.mark.parametrize(
    ("point", "kept", "content", "content_type"),
    [
        ("record", "in files", b"old", "text/old"),
        ("object", "in files", b"old", "text/old"),
        ("after", "in files", b"new", "text/new"),
        ("object", "with them", b"old", "text/old"),
        ("after", "with them", b"new", "text/new"),
    ],
)
def test_a_killed_process_leaves_one_version_with_its_own_record(
    make: Callable[..., Provider],
    directory: Path,
    point: str,
    kept: str,
    content: bytes,
    content_type: str,
    request: pytest.FixtureRequest,
) -> None:
    if kept == "in files":
        request.getfixturevalue("records_in_files")
    local = make()
    local.upload(b"old", key="a", content_type="text/old")
    killed = subprocess.run([sys.executable, "-c", CRASH, str(directory), point, kept], check=False)
    assert killed.returncode == 9
    assert local.read("a") == content
    info = local.head("a")
    assert info.content_type == content_type
    assert info.etag == hashlib.md5(content).hexdigest()
    # The lock of the killed process is free, and the store can be written again.
    local.upload(b"third", key="a")
    assert local.read("a") == b"third"


def test_what_a_killed_process_left_behind_is_removed_after_a_day(
    make: Callable[..., Provider], directory: Path
) -> None:
    make().upload(b"x", key="a")
    old, young = (directory / ".bucketry" / "tmp" / name for name in ("old", "young"))
    old.touch()
    young.touch()
    long_ago = time.time() - 90_000
    os.utime(old, (long_ago, long_ago))
    make().upload(b"x", key="b")
    assert temporaries(directory) == [young]


def test_a_name_that_is_too_long_for_the_file_system(local: Provider, directory: Path) -> None:
    with pytest.raises(Rejected, match="no names this long") as caught:
        local.upload(b"x", key="n" * 256)
    with pytest.raises(Rejected, match="no names this long"):
        local.upload(b"x", key=f"new/{'n' * 256}/a")
    assert not (directory / "new").exists()
    assert "255 bytes" in caught.value.hint
    assert not local.exists("n" * 256)
    with pytest.raises(NotFound):
        local.read(f"{'n' * 256}/a")


FULL = """
import resource, sys
from bucketry import Rejected
from bucketry.provider import Provider
from bucketry_local import LocalOptions, vendor

resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
local = Provider(name="t", vendor=vendor, options=LocalOptions(directory=sys.argv[1]))
try:
    local.upload(bytes(3 << 20), key="a")
except Rejected as error:
    print(error.code)
"""


def test_a_full_disk_leaves_the_old_object(local: Provider, directory: Path) -> None:
    local.upload(b"old", key="a")
    outcome = subprocess.run(
        [sys.executable, "-c", FULL, str(directory)], capture_output=True, text=True, check=True
    )
    assert outcome.stdout == "EFBIG\n"
    assert local.read("a") == b"old"
    assert temporaries(directory) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written(local: Provider, directory: Path) -> None:
    directory.mkdir()
    directory.chmod(0o500)
    with pytest.raises(AccessDenied, match="Permission denied"):
        local.upload(b"x", key="a")


def test_a_directory_whose_name_is_taken_by_a_file(local: Provider, directory: Path) -> None:
    directory.write_bytes(b"a file")
    questions: list[Callable[[], object]] = [
        lambda: local.upload(b"x", key="a"),
        lambda: local.exists("a"),
        lambda: local.read("a/b"),
        lambda: local.delete("a"),
        lambda: list(local.list()),
    ]
    for ask in questions:
        with pytest.raises(BucketNotFound, match=r"/files is not a folder.*Set directory"):
            ask()
    assert directory.read_bytes() == b"a file"


def test_a_rename_that_fails_leaves_nothing_behind(
    local: Provider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def full(source: Path, target: str) -> None:
        if Path(target).name == "a":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Rejected, match="No space left on device"):
        local.upload(b"x", key="new/er/a")
    assert files_in(directory) == [".bucketry/lock"]
    assert not (directory / "new").exists()


def test_a_file_that_appears_by_hand_at_the_last_moment_is_not_overwritten(
    local: Provider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def late(source: str, target: str) -> None:
        Path(target).write_bytes(b"by hand")
        real(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(AlreadyExists):
        local.upload(b"x", key="a", content_type="text/x", prevent_overwrite=True)
    assert files_in(directory) == [".bucketry/lock", "a"]
    assert local.read("a") == b"by hand"


def test_without_hard_links_prevent_overwrite_says_what_it_lacks(
    local: Provider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(source: str, target: str) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", source, None, target)

    monkeypatch.setattr(os, "link", none)
    with pytest.raises(Unsupported, match="makes no hard link"):
        local.upload(b"x", key="a", prevent_overwrite=True)
    assert files_in(directory) == [".bucketry/lock"]
    assert local.upload(b"x", key="a").size == 1


# -- races -------------------------------------------------------------------------------------


RACE = """
import sys
from bucketry import AlreadyExists
from bucketry.provider import Provider
from bucketry_local import LocalOptions, vendor

options = LocalOptions(directory=sys.argv[1], prevent_overwrite=True)
local = Provider(name="t", vendor=vendor, options=options)
input()
for number in range(40):
    try:
        local.upload(sys.argv[2].encode(), key=f"d/{number}")
    except AlreadyExists:
        continue
    print(number)
"""


def test_of_several_processes_exactly_one_wins_each_key(local: Provider, directory: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(directory), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abc"
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate()[0].split() for process in processes]
    won = dict(zip("abc", outputs, strict=True))
    assert sorted(number for numbers in won.values() for number in numbers) == sorted(
        str(number) for number in range(40)
    )
    for name, numbers in won.items():
        for number in numbers:
            assert local.read(f"d/{number}") == name.encode()


def test_of_eight_writers_that_name_one_version_exactly_one_wins(local: Provider) -> None:
    first = local.upload(b"first", key="a")
    start = threading.Barrier(8)

    def write(number: int) -> bool:
        start.wait()
        try:
            local.upload(f"writer {number}".encode(), key="a", if_match=first.etag)
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))
    assert won.count(True) == 1
    assert local.read("a") == f"writer {won.index(True)}".encode()


def test_readers_never_see_one_version_with_the_record_of_another(local: Provider) -> None:
    versions = {b"aaaa": "text/a", b"bbbb": "text/b"}
    done = threading.Event()

    def write() -> None:
        try:
            for turn in range(100):
                data = (b"aaaa", b"bbbb")[turn % 2]
                local.upload(data, key="a", content_type=versions[data])
        finally:
            done.set()

    def read() -> int:
        looks = 0
        while not done.is_set():
            with local.open("a") as reader:
                data = reader.read()
                assert reader.info.content_type == versions[data]
                assert reader.info.etag == hashlib.md5(data).hexdigest()
            looks += 1
        return looks

    local.upload(b"aaaa", key="a", content_type="text/a")
    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        pool.submit(write).result()
        assert all(reader.result() > 0 for reader in readers)


def test_a_delete_does_not_take_the_folder_away_from_an_upload(local: Provider) -> None:
    def come_and_go(name: str) -> None:
        for _ in range(60):
            local.upload(b"x", key=f"deep/er/{name}")
            local.delete(f"deep/er/{name}")

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(come_and_go, name) for name in "abc"]:
            future.result()
    assert list(local.list()) == []


# -- conditions --------------------------------------------------------------------------------


def test_a_file_of_the_last_time_that_can_be_told_is_replaced(
    local: Provider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local.upload(b"old", key="a")
    last = (directory / "a").stat().st_mtime_ns + 3_600_000_000_000
    os.utime(directory / "a", ns=(last, last))
    tries = iter(range(10))

    def utime(handle: int, *, ns: tuple[int, int], real: Callable[..., None] = os.utime) -> None:
        next(tries)
        real(handle, ns=(min(ns[0], last), min(ns[1], last)))

    monkeypatch.setattr(os, "utime", utime)
    local.replace("a", b"new")
    assert local.read("a") == b"new"
    assert (directory / "a").stat().st_mtime_ns < last


def test_prevent_overwrite_spares_the_object_and_does_not_read_the_source(local: Provider) -> None:
    local.upload(b"old", key="a")
    source = io.BytesIO(b"new")
    with pytest.raises(AlreadyExists, match="upload of 'a' failed"):
        local.upload(source, key="a", prevent_overwrite=True)
    assert local.read("a") == b"old"
    assert source.tell() == 0


# -- files and folders share names ---------------------------------------------------------------


def test_a_key_that_is_the_folder_of_another_is_rejected(local: Provider, directory: Path) -> None:
    local.upload(b"x", key="a/b")
    with pytest.raises(Rejected, match="other keys have this one as their folder"):
        local.upload(b"x", key="a")
    with pytest.raises(Rejected, match="'a/b' is no folder"):
        local.upload(b"x", key="a/b/c/d")
    assert files_in(directory / "a") == ["b"]
    assert temporaries(directory) == []


def test_an_empty_folder_stands_in_nobodys_way(local: Provider, directory: Path) -> None:
    (directory / "a" / "b" / "c").mkdir(parents=True)
    local.upload(b"x", key="a")
    assert local.read("a") == b"x"


def test_a_folder_is_no_object(local: Provider) -> None:
    local.upload(b"x", key="a/b")
    with pytest.raises(NotFound):
        local.head("a")
    with pytest.raises(NotFound):
        local.open("a")
    with pytest.raises(NotFound):
        local.head("a/b/c")
    local.delete("a")
    local.delete("a/b/c")
    assert local.read("a/b") == b"x"


# -- delete, copy, move ------------------------------------------------------------------------


def test_deleting_leaves_no_trace_and_no_empty_folder(local: Provider, directory: Path) -> None:
    local.upload(b"x", key="a/b/c/d")
    local.upload(b"x", key="a/e")
    local.delete("a/b/c/d")
    assert not (directory / "a" / "b").exists()
    assert local.read("a/e") == b"x"
    local.delete("a/e")
    assert files_in(directory) == [".bucketry/lock"]
    assert directory.is_dir()


def test_deleting_what_is_not_there_is_fine(local: Provider, directory: Path) -> None:
    local.delete("nothing")
    assert not directory.exists()
    local.upload(b"x", key="a")
    outcome = local.delete_many(["a", "nothing", "no/thing"])
    assert list(outcome.keys) == ["a", "nothing", "no/thing"]
    assert not outcome.failures


def test_copy_takes_everything_along(local: Provider) -> None:
    source = local.upload(
        b"hello", key="a", content_type="text/x", metadata={"m": "1"}, tags={"t": "2"}
    )
    copied = local.copy("a", "b/c")
    assert (copied.key, copied.size, copied.etag) == ("b/c", 5, source.etag)
    info = local.head("b/c")
    assert (info.content_type, info.metadata) == ("text/x", {"m": "1"})
    assert local.layer(LocalLayer).store.head("b/c").details.tags == {"t": "2"}
    local.upload(b"other", key="a")
    assert local.read("b/c") == b"hello"


def test_a_move_spares_what_has_come_under_the_sources_key(local: Provider) -> None:
    local.upload(b"old", key="a")

    class Meanwhile:
        @hookimpl(wrapper=True)
        def bucketry_copy(self) -> Generator[None, StoredObject, StoredObject]:
            stored = yield
            local.upload(b"new", key="a")
            return stored

    with pytest.raises(PreconditionFailed, match="the copy is stored under 'b'"):
        local.with_layer(Meanwhile()).move("a", "b")
    assert (b"new", b"old") == (local.read("a"), local.read("b"))


def test_the_root_path_is_a_folder_of_the_directory(
    make: Callable[..., Provider], directory: Path
) -> None:
    inner, outer = make(root_path="site/uploads"), make()
    stored = inner.upload(b"x", key="a")
    outer.upload(b"x", key="site/other")
    assert (directory / "site" / "uploads" / "a").read_bytes() == b"x"
    assert stored.url == "http://127.0.0.1:8900/site/uploads/a"
    assert [info.key for info in inner.list()] == ["a"]


# -- what a disk does not have -----------------------------------------------------------------


def test_options_that_a_disk_has_not_are_refused_with_reason_and_hint(local: Provider) -> None:
    with pytest.raises(Unsupported, match=r"no ACL.*visibility decides"):
        local.upload(b"x", key="a", acl="public-read")
    with pytest.raises(Unsupported, match="no storage classes"):
        local.upload(b"x", key="a", storage_class="STANDARD")
    with pytest.raises(Unsupported, match="kept in any case"):
        local.upload(b"x", key="a", checksum_algorithm="CRC32")
    with pytest.raises(Unsupported, match="no parameter RequestPayer"):
        local.upload(b"x", key="a", extra_params={"RequestPayer": "requester"})
    with pytest.raises(Unsupported, match="no parameter IfMatch"):
        local.delete("a", extra_params={"IfMatch": "x"})
    assert not local.exists("a")


def test_they_are_left_out_with_a_warning_where_the_configuration_says_so(
    make: Callable[..., Provider],
) -> None:
    local = make(unsupported="ignore")
    with pytest.warns(UnsupportedOptionWarning, match="ACL was left out, because files on disk"):
        local.upload(b"x", key="a", acl="public-read")
    assert local.read("a") == b"x"


def test_native_parameters_are_spelled_as_in_boto3(local: Provider) -> None:
    local.upload(b"x", key="a", extra_params={"CacheControl": "no-cache", "Metadata": {"A": "b"}})
    assert local.head("a").cache_control == "no-cache"
    assert local.head("a").metadata == {"a": "b"}


@pytest.mark.parametrize(
    "params",
    [
        {"ContentType": "text/plain\x01"},
        {"CacheControl": "naïve €"},
        {"Metadata": {"a": 1}},
        {"Tagging": "a=" + "x" * 300},
    ],
)
def test_native_parameters_obey_the_rules_of_headers(
    local: Provider, params: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput):
        local.upload(b"x", key="a", extra_params=params)
    assert not local.exists("a")


def test_the_stores_own_folder_is_no_place_for_objects(local: Provider, directory: Path) -> None:
    for key in (".bucketry/lock", ".bucketry", ".BUCKETRY/x"):
        with pytest.raises(InvalidKey, match="the store's own"):
            local.upload(b"x", key=key)
        with pytest.raises(InvalidKey):
            local.read(key)
        with pytest.raises(InvalidKey):
            local.sign(key)
    local.upload(b"x", key="a/.bucketry/b")
    outcome = local.delete_many([".bucketry/lock", "a/.bucketry/b"])
    assert [".bucketry/lock"] == [failure.key for failure in outcome.failures]
    assert (directory / ".bucketry" / "lock").exists()


class Scans:
    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, StoredObject, StoredObject]:
        upload.source.read(3)
        return (yield)


def test_what_a_wrapper_has_read_away_is_not_left_out_in_silence(local: Provider) -> None:
    with pytest.raises(PluginError, match=r"source\.peek\(\) leaves the bytes there"):
        local.with_layer(Scans()).upload(b"important", key="k")
    assert not local.exists("k")
