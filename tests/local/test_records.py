"""Files made by hand, damaged records, links that lead elsewhere."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from bucketry import BucketNotFound, InvalidKey, NotFound, Provider, Rejected
from bucketry_local.records import Details, Record, as_attribute


def put_by_hand(file: Path, content: bytes, seconds: int = 1_700_000_000) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (seconds, seconds))


def test_a_file_made_by_hand_is_an_object(local: Provider, directory: Path) -> None:
    put_by_hand(directory / "by" / "hand.png", b"hello")
    info = local.head("by/hand.png")
    assert local.read("by/hand.png") == b"hello"
    assert (info.size, info.content_type) == (5, "image/png")
    # printf '%x' 1700000000000000000
    assert info.etag == "17979cfe362a0000-5"
    assert info.last_modified is not None
    assert info.last_modified.isoformat() == "2023-11-14T22:13:20+00:00"
    assert info.metadata == {}
    assert info.checksums == {}
    assert [found.etag for found in local.list()] == ["17979cfe362a0000-5"]


def test_a_file_changed_by_hand_loses_its_record_until_the_next_upload(
    local: Provider, directory: Path
) -> None:
    local.upload(b"hello", key="a.txt", content_type="text/x", metadata={"m": "1"})
    put_by_hand(directory / "a.txt", b"hullo")
    assert local.read("a.txt") == b"hullo"
    assert local.head("a.txt").content_type == "text/plain"
    assert local.head("a.txt").metadata == {}
    local.upload(b"again", key="a.txt", content_type="text/y")
    assert local.head("a.txt").content_type == "text/y"


def test_preconditions_count_for_a_file_made_by_hand(local: Provider, directory: Path) -> None:
    put_by_hand(directory / "a", b"hello")
    local.upload(b"new", key="a", if_match="17979cfe362a0000-5")
    assert local.read("a") == b"new"


def test_a_hand_made_file_from_the_future_can_be_replaced(local: Provider, directory: Path) -> None:
    put_by_hand(directory / "a", b"hello", seconds=4_000_000_000)
    local.upload(b"world", key="a", content_type="text/x")
    assert local.head("a").content_type == "text/x"
    assert local.read("a") == b"world"


def test_two_versions_never_share_a_stamp(
    local: Provider, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_000)
    stamps = []
    for _ in range(3):
        local.upload(b"same size", key="a")
        stamps.append((directory / "a").stat().st_mtime_ns)
    assert stamps == sorted(set(stamps))


DAMAGE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"{}",
    b'{"records": 1}',
    b'{"records": [{}]}',
    b'{"records": [{"size": 5, "mtime_ns": MTIME, "details": 7}]}',
    b"STAMP",
    b"STAMP e -",
    b"STAMP e - 7",
    b"STAMP e - null",
    b"STAMP e - {}",
    b'STAMP e - {"content_type": 7}',
    b'STAMP e - {"content_type": "text/x", "metadata": {"a": 7}}',
    b'STAMP e - {"content_type": "text/x", "tags": []}',
    b'STAMP e - {"content_type": "text/x", "cache_control": 7}',
    b'STAMP e - "text/x',
    b"STAMP e - " + b"[" * 3_000,
    b'STAMP \xff - "text/x"',
    b"\0",
    b"\0\xff" + bytes(62),
    # A header that breaks out.
    b'STAMP e - "text/x\\r\\nSet-Cookie: a=b"',
]


@pytest.fixture(params=["attribute", "file"])
def damage(request: pytest.FixtureRequest, directory: Path) -> Callable[[bytes], None]:
    """Damage the one record of the store, kept in either way."""
    way = "records_in_files" if request.param == "file" else "records_with_them"
    request.getfixturevalue(way)

    def write(content: bytes) -> None:
        mtime = os.stat(directory / "a.txt").st_mtime_ns
        content = content.replace(b"MTIME", str(mtime).encode())
        content = content.replace(b"STAMP", f"5 {mtime:x}".encode())
        if request.param == "attribute":
            assert os.getxattr(directory / "a.txt", "user.bucketry")
            os.setxattr(directory / "a.txt", "user.bucketry", content)
        else:
            (record,) = (directory / ".bucketry" / "objects").iterdir()
            record.write_bytes(content)

    return write


@pytest.mark.parametrize("content", DAMAGE)
def test_a_damaged_record_costs_the_details_and_says_so(
    local: Provider,
    directory: Path,
    damage: Callable[[bytes], None],
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    local.upload(b"hello", key="a.txt", content_type="text/x")
    damage(content)
    with caplog.at_level(logging.WARNING, "bucketry.local"):
        assert local.read("a.txt") == b"hello"
    assert "is damaged, so the details of 'a.txt' are lost" in caplog.text
    info = local.head("a.txt")
    assert info.content_type == "text/plain"
    assert [(found.key, found.etag) for found in local.list()] == [("a.txt", info.etag)]
    local.upload(b"hello", key="a.txt", content_type="text/x")
    assert local.head("a.txt").content_type == "text/x"
    local.delete("a.txt")
    assert [path for path in directory.rglob("*") if path.is_file()] == [
        directory / ".bucketry" / "lock"
    ]


def test_what_a_newer_release_tells_besides_is_left_out(
    local: Provider, damage: Callable[[bytes], None]
) -> None:
    local.upload(b"hello", key="a.txt")
    damage(b'STAMP e - {"content_type": "text/x", "metadata": {"a": "b"}, "newer": [7]}')
    info = local.head("a.txt")
    assert (info.etag, info.content_type, info.metadata) == ("e", "text/x", {"a": "b"})


def test_a_file_in_place_of_the_folder_of_records_is_named(
    local: Provider, directory: Path, records_in_files: None
) -> None:
    put_by_hand(directory / "a", b"hello")
    put_by_hand(directory / ".bucketry/objects", b"")
    with pytest.raises(BucketNotFound, match="objects is not a folder"):
        local.upload(b"x", key="b")
    assert [info.key for info in local.list()] == ["a"]
    assert local.read("a") == b"hello"
    local.delete("a")
    assert not local.exists("a")


# -- records with the file, or beside it ---------------------------------------------------------


def test_a_record_goes_along_with_its_file(
    local: Provider, directory: Path, records_with_them: None
) -> None:
    """So that one rename, and one sync, keep both."""
    local.upload(b"hello", key="a", content_type="text/x", metadata={"m": "1"})
    assert not (directory / ".bucketry" / "objects").exists()
    os.rename(directory / "a", directory / "b")
    info = local.head("b")
    assert (info.content_type, info.metadata) == ("text/x", {"m": "1"})
    assert [found.etag for found in local.list()] == [info.etag]


def test_a_common_record_is_short_enough_for_one_call(
    local: Provider, directory: Path, records_with_them: None
) -> None:
    """Python offers the system 128 bytes for an attribute, and asks again where it is longer."""
    local.upload(b"x" * 100_000, key="a.txt", content_type="text/plain; charset=utf-8")
    assert len(os.getxattr(directory / "a.txt", "user.bucketry")) <= 128
    assert local.head("a.txt").content_type == "text/plain; charset=utf-8"


def as_packed(file: Path, number: int, content: bytes) -> bytes:
    return (
        bytes((0, number))
        + len(content).to_bytes(6, "big")
        + file.stat().st_mtime_ns.to_bytes(8, "big")
        + hashlib.md5(content).digest()
        + hashlib.sha256(content).digest()
    )


def test_a_common_record_takes_no_block_of_the_disk(
    local: Provider, directory: Path, records_with_them: None
) -> None:
    """ext4 has room for 64 bytes in the file's inode, if nobody else has an attribute there."""
    stored = local.upload(b"hello", key="a.png")
    kept = os.getxattr(directory / "a.png", "user.bucketry")
    assert len(kept) == 64
    assert kept == as_packed(directory / "a.png", 5, b"hello")
    info = local.head("a.png")
    assert (info.size, info.etag, info.content_type) == (5, stored.etag, "image/png")
    assert info.checksums == {"SHA256": stored.checksum}
    assert [found.etag for found in local.list()] == [stored.etag]
    assert local.open("a.png").read() == b"hello"


def test_the_number_of_a_media_type_stays_what_it_is(
    local: Provider, directory: Path, records_with_them: None
) -> None:
    put_by_hand(directory / "a", b"hello")
    told = []
    for number in range(19):
        packed = as_packed(directory / "a", number, b"hello")
        os.setxattr(directory / "a", "user.bucketry", packed)
        told.append(local.head("a").content_type)
    assert told == [
        *("application/octet-stream", "application/json", "application/pdf", "application/zip"),
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/svg+xml"),
        *("text/plain", "text/html", "text/css", "text/csv", "text/javascript"),
        *("audio/mpeg", "video/mp4", "video/webm", "font/woff2"),
    ]


def test_a_packed_record_of_another_state_of_the_file_is_none(
    local: Provider, directory: Path, records_with_them: None
) -> None:
    local.upload(b"hello", key="a.png", content_type="text/css")
    seen = (directory / "a.png").stat().st_mtime_ns
    (directory / "a.png").write_bytes(b"hello, longer")
    os.utime(directory / "a.png", ns=(seen, seen))
    assert local.head("a.png").content_type == "image/png"
    (directory / "a.png").write_bytes(b"hello")
    os.utime(directory / "a.png", ns=(seen, seen))
    assert local.head("a.png").content_type == "text/css"
    os.utime(directory / "a.png", ns=(seen, seen + 1))
    assert local.head("a.png").content_type == "image/png"


@pytest.mark.parametrize(
    "more",
    [
        *({"metadata": {"a": "b"}}, {"tags": {"a": "b"}}, {"cache_control": "no-cache"}),
        *({"content_encoding": "gzip"}, {"content_type": "text/plain; charset=utf-8"}),
    ],
)
def test_what_says_more_is_a_line_of_text(
    local: Provider, directory: Path, records_with_them: None, more: dict[str, Any]
) -> None:
    local.upload(b"hello", key="a.txt", **more)
    kept = os.getxattr(directory / "a.txt", "user.bucketry")
    assert kept.startswith(b"5 ")
    assert kept.endswith((b"}", b'"'))
    local.copy("a.txt", "b.txt")
    info = local.head("b.txt")
    for name in more.keys() - {"tags"}:
        assert getattr(info, name) == more[name]


def test_a_size_or_a_time_that_has_no_room_is_told_by_a_line() -> None:
    common = Record(
        size=1 << 48,
        mtime_ns=1,
        etag="5d41402abc4b2a76b9719d911017c592",
        sha256="LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        details=Details(content_type="image/png"),
    )
    assert as_attribute(common).startswith(b"1000000000000 1 5d41")
    assert as_attribute(attrs.evolve(common, size=1, mtime_ns=1 << 63)).startswith(b"1 8000")
    assert len(as_attribute(attrs.evolve(common, size=(1 << 48) - 1))) == 64


def test_without_attributes_a_record_is_a_file(
    local: Provider, directory: Path, records_in_files: None
) -> None:
    stored = local.upload(b"hello", key="a", content_type="text/x")
    assert len(list((directory / ".bucketry" / "objects").iterdir())) == 1
    assert local.head("a").content_type == "text/x"
    assert [found.etag for found in local.list()] == [stored.etag]
    local.upload(b"again", key="a", content_type="text/y")
    assert local.head("a").content_type == "text/y"
    local.delete("a")
    assert list((directory / ".bucketry" / "objects").iterdir()) == []


def test_what_an_attribute_has_no_room_for_is_a_file(local: Provider, directory: Path) -> None:
    """ext4 has room for less than 4 KiB; others have more."""
    many = {f"key-{number:03}": "v" * 240 for number in range(8)}
    stored = local.upload(b"hello", key="a", metadata=many, content_disposition="x" * 5000)
    info = local.head("a")
    assert (info.metadata, info.etag) == (many, stored.etag)
    assert local.read("a") == b"hello"


@pytest.mark.parametrize("first", ["file", "attribute"])
def test_a_store_may_have_both(
    make: Callable[..., Provider], directory: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was moved to another file system, or was made by an older release."""
    local = make()
    for way in (first, "attribute" if first == "file" else "file", first):
        with monkeypatch.context() as patch:
            if way == "file":
                patch.setattr("bucketry_local.receiving.attach", lambda handle, data: False)
            local.upload(way.encode(), key="a", content_type=f"text/{way}")
            local.upload(way.encode(), key=f"only/{way}", content_type=f"text/{way}")
        assert local.head("a").content_type == f"text/{way}"
        assert local.read("a") == way.encode()
        etags = {info.key: info.etag for info in local.list()}
        assert etags == {key: local.head(key).etag for key in etags}
    local.delete("a")
    assert not local.exists("a")


def test_a_record_without_its_file_is_no_object(local: Provider, directory: Path) -> None:
    local.upload(b"hello", key="a")
    (directory / "a").unlink()
    assert not local.exists("a")
    assert list(local.list()) == []
    local.upload(b"other", key="a", prevent_overwrite=True)
    assert local.read("a") == b"other"


# -- nothing outside the directory ---------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(b"secret")
    return folder


@pytest.mark.parametrize(
    "key", ["../outside/secret", "a/../../outside/secret", "/etc/passwd", ".."]
)
def test_a_key_that_climbs_out_is_refused(local: Provider, outside: Path, key: str) -> None:
    with pytest.raises(InvalidKey):
        local.read(key)
    with pytest.raises(InvalidKey):
        local.upload(b"x", key=key)
    with pytest.raises(InvalidKey):
        local.delete(key)
    assert (outside / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("target", ["outside", "inside"])
def test_links_to_files_are_not_followed(
    local: Provider, directory: Path, outside: Path, target: str
) -> None:
    local.upload(b"inside", key="real")
    link = directory / "link"
    link.symlink_to(outside / "secret" if target == "outside" else directory / "real")
    assert not local.exists("link")
    with pytest.raises(NotFound, match="links are not followed"):
        local.read("link")
    with pytest.raises(Rejected, match="links are not followed"):
        local.upload(b"x", key="link")
    with pytest.raises(Rejected, match="links are not followed"):
        local.delete("link")
    with pytest.raises(NotFound):
        local.copy("link", "copy")
    assert [info.key for info in local.list()] == ["real"]
    assert link.is_symlink()
    assert (outside / "secret").read_bytes() == b"secret"


def test_links_to_folders_are_not_followed(local: Provider, directory: Path, outside: Path) -> None:
    local.upload(b"x", key="a")
    (directory / "link").symlink_to(outside)
    (directory / "loop").symlink_to(directory)
    for key in ("link/secret", "loop/a"):
        assert not local.exists(key)
        with pytest.raises(Rejected):
            local.upload(b"x", key=key)
        with pytest.raises(Rejected):
            local.delete(key)
    stream = iter([b"x"])
    with pytest.raises(Rejected):
        local.upload(stream, key="link/new/file")
    assert next(stream) == b"x"  # refused before it was read
    assert [info.key for info in local.list()] == ["a"]
    assert [info.key for info in local.list("link/")] == []
    assert sorted(os.listdir(outside)) == ["secret"]


def test_a_link_that_appears_while_bytes_move_is_not_followed(
    local: Provider, directory: Path, outside: Path
) -> None:
    local.upload(b"x", key="other")

    def plant(count: int) -> None:
        (directory / "folder").symlink_to(outside)

    with pytest.raises(Rejected, match="links are not followed"):
        local.upload(b"x", key="folder/file", progress=plant)
    assert sorted(os.listdir(outside)) == ["secret"]


def test_the_directory_itself_may_be_a_link(
    make: Callable[..., Provider], tmp_path: Path, directory: Path
) -> None:
    directory.mkdir()
    (tmp_path / "alias").symlink_to(directory)
    local = make(directory=str(tmp_path / "alias"))
    assert local.upload(b"x", key="a").bucket == "files"
    assert (directory / "a").read_bytes() == b"x"


def test_a_pipe_is_no_object(local: Provider, directory: Path) -> None:
    directory.mkdir()
    os.mkfifo(directory / "pipe")
    assert list(local.list()) == []
    with pytest.raises(NotFound):
        local.read("pipe")
