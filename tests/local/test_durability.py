"""What each level of durability does, in which order, and what it leaves out."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bucketry import ConfigError, Provider, Rejected, Unconfirmed, open_provider


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, directory: Path) -> list[str]:
    """What the system is asked for, in order."""
    told: list[str] = []
    fsync, replace, link = os.fsync, os.replace, os.link

    def synced(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        told.append(f"sync {kind}")
        fsync(handle)

    def renamed(source: Any, target: Any) -> None:
        replace(source, target)
        told.append("record" if ".bucketry/objects" in str(target) else "publish")

    def linked(source: Any, target: Any) -> None:
        link(source, target)
        told.append("publish")

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    monkeypatch.setattr(os, "link", linked)
    return told


def test_durable_syncs_the_file_before_its_name_and_the_name_before_the_answer(
    local: Provider, calls: list[str], records_with_them: None
) -> None:
    local.upload(b"w", key="first")
    calls.clear()
    local.upload(b"x", key="a")
    assert calls == ["sync file", "publish", "sync folder"]
    calls.clear()
    local.upload(b"y", key="b", prevent_overwrite=True)
    assert calls == ["sync file", "publish", "sync folder"]
    calls.clear()
    local.delete("a")
    assert calls == ["sync folder"]


def test_durable_syncs_a_record_in_a_file_before_the_object_has_its_name(
    local: Provider, calls: list[str], records_in_files: None
) -> None:
    local.upload(b"w", key="first")
    calls.clear()
    local.upload(b"x", key="a")
    assert calls == [
        *("sync file", "sync file", "record", "sync folder"),
        *("publish", "sync folder"),
    ]


@pytest.mark.parametrize("way", ["records_in_files", "records_with_them"])
def test_durable_syncs_the_names_of_new_folders_up_to_the_first_that_was_there(
    local: Provider,
    directory: Path,
    way: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request.getfixturevalue(way)
    synced: set[tuple[int, int]] = set()
    fsync = os.fsync

    def sync(handle: int) -> None:
        seen = os.fstat(handle)
        synced.add((seen.st_dev, seen.st_ino))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", sync)
    local.upload(b"x", key="new/er/a")
    changed = [directory.parent, directory, directory / "new", directory / "new/er"]
    if way == "records_in_files":
        changed += [directory / ".bucketry", directory / ".bucketry/objects"]
    assert [
        folder for folder in changed if (folder.stat().st_dev, folder.stat().st_ino) not in synced
    ] == []


@pytest.mark.parametrize("way", ["records_in_files", "records_with_them"])
def test_relaxed_syncs_nothing_and_publishes_the_same(
    make: Callable[..., Provider],
    calls: list[str],
    directory: Path,
    way: str,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(way)
    local = make(durability="relaxed")
    stored = local.upload(b"x", key="new/folder/a", content_type="text/x")
    local.copy("new/folder/a", "b")
    local.delete("b")
    assert {call for call in calls if call.startswith("sync")} == set()
    assert calls.count("publish") == 2
    assert make().head("new/folder/a").content_type == "text/x"
    assert make().head("new/folder/a").etag == stored.etag


@pytest.mark.parametrize("durability", ["durable", "relaxed"])
def test_a_killed_process_harms_nothing_at_either_level(directory: Path, durability: str) -> None:
    script = """
import os, sys
import bucketry
media = bucketry.open_provider(
    {"provider": "local", "directory": sys.argv[1], "durability": sys.argv[2]}
)
media.upload(b"old", key="a")
def pieces():
    yield b"new"
    os._exit(9)
media.upload(pieces(), key="a")
"""
    ran = subprocess.run([sys.executable, "-c", script, directory, durability], check=False)
    assert ran.returncode == 9
    media = open_provider({"provider": "local", "directory": str(directory)})
    assert media.read("a") == b"old"
    assert media.head("a").checksums != {}


def test_a_name_that_the_disk_does_not_confirm_is_doubtful_only_where_it_was_asked_to(
    make: Callable[..., Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    local, relaxed = make(), make(durability="relaxed")
    local.upload(b"x", key="a")  # and folders are there

    def broken(_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("bucketry_local.store.sync_folder", broken)
    with pytest.raises(Unconfirmed, match="did not confirm it"):
        local.upload(b"y", key="a")
    assert relaxed.upload(b"z", key="a").size == 1


def test_a_disk_that_takes_no_bytes_is_told_before_anything_is_published(
    local: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Rejected, match="no room"):
        local.upload(b"x", key="a")
    assert not local.exists("a")


def test_another_level_is_refused(directory: Path) -> None:
    with pytest.raises(ConfigError, match="durability: is durable or relaxed"):
        open_provider({"provider": "local", "directory": str(directory), "durability": "none"})
