"""Where many downloads go: below one folder, whatever the keys are, and no two into one file."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bucketry import InvalidInput, ObjectInfo, ObjectReader, Provider, hookimpl
from bucketry.model import ByteRange
from bucketry.provider.folder import Folder, name_fault
from core.memory import memory_provider

OUTSIDE = [
    "../up", "a/../../up", "..", ".", "a/./b", "/etc/passwd", "//host/share", "a//b", "a/", "/",
    "", "a\\..\\..\\b", "..\\up", "a\0b", "a/\0",
]  # fmt: skip

WINDOWS_ONLY = [
    "C:/Windows/win.ini", "c:up", "a.txt:stream", "CON", "con.txt", "a/NUL", "aux .txt", "COM1",
    "lpt9.log", "com\u00b9", "end.", "end ", "a./b", "CONIN$", "conout$.txt", "what?",
    "a*b", '"quoted"', "a<b", "a|b", "a\x1fb",
]  # fmt: skip

FINE = [
    *("a", "a/b.txt", "..a", "a..b", "...", "console.txt", "com0x", "nul-1"),
    *("ü/日本.txt", ".hidden"),
]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("windows", [False, True])
def test_a_name_that_leads_elsewhere_is_refused_everywhere(name: str, windows: bool) -> None:
    assert name_fault(name, windows=windows)


@pytest.mark.parametrize("name", WINDOWS_ONLY)
def test_what_windows_takes_for_something_else_is_refused_there(name: str) -> None:
    assert name_fault(name, windows=True)
    assert name_fault(name, windows=False) is None


@pytest.mark.parametrize("name", FINE)
def test_names_are_fine(name: str) -> None:
    assert name_fault(name, windows=False) is None
    if name != "...":  # ends with a dot
        assert name_fault(name, windows=True) is None


ODD = st.text('aAcCoOnN1:./\\ *?<>|"~$²\x00\x1f\u202e', max_size=12)


@given(st.lists(ODD | st.sampled_from(["..", "con", "C:", "\\\\?", "GLOBALROOT"]), max_size=4))
def test_what_windows_is_given_lies_below_the_folder_under_just_this_name(parts: list[str]) -> None:
    """By pure arithmetic of paths, so that it is known without a Windows to try it on."""
    name = "/".join(parts)
    if name_fault(name, windows=True) is None:
        base = PureWindowsPath("D:/files")
        assert (base / name).relative_to(base).parts == tuple(name.split("/"))
        assert PureWindowsPath(name).drive == PureWindowsPath(name).root == ""


def test_folders_are_made_when_the_first_file_is(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "one", "")
    assert not (tmp_path / "new").exists()
    assert folder.file("a/b/c.txt") == (tmp_path / "new/one/a/b/c.txt",) * 2
    assert [path.name for path in (tmp_path / "new/one").rglob("*")] == ["a", "b"]


@pytest.mark.parametrize("prefix", ["photos", "photos/"])
def test_the_prefix_is_a_folder_and_left_out(tmp_path: Path, prefix: str) -> None:
    folder = Folder(tmp_path, prefix)
    assert folder.file("photos/2026/a")[0] == tmp_path / "2026/a"
    for key in ("photos-old/a", "photos", "other/a"):
        with pytest.raises(InvalidInput, match="is not below the prefix"):
            folder.file(key)
    assert folder.file("other/a", "a")[0] == tmp_path / "a"


def test_two_objects_get_no_one_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "")
    folder.file("a/b")
    with pytest.raises(InvalidInput, match="is the file of another object"):
        folder.file("other", "a/b")
    folder.file("A/B")  # another name, and this file system keeps them apart


def test_two_names_that_the_file_system_takes_for_one_count_as_one(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "")
    folder.file("first")
    folder._folds = True
    folder.file("Strasse/e\u0301")
    for name in ("strasse/\u00e9", "STRA\u00dfE/\u00c9"):
        with pytest.raises(InvalidInput, match="is the file of another object"):
            folder.file(name)


def test_a_file_system_that_ignores_case_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists = Path.exists

    def ignoring_case(path: Path, **more: Any) -> bool:
        names = [each.name.casefold() for each in path.parent.iterdir()]
        return path.name.casefold() in names or exists(path, **more)

    monkeypatch.setattr(Path, "exists", ignoring_case)
    folder = Folder(tmp_path, "")
    folder.file("Photo.png")
    with pytest.raises(InvalidInput, match="is the file of another object"):
        folder.file("photo.PNG")
    assert list(tmp_path.iterdir()) == []


def test_links_lead_nowhere(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "kept").write_text("mine")
    (inside / "link").symlink_to(outside)
    (inside / "file").symlink_to(outside / "kept")
    (inside / "dangling").symlink_to(outside / "new")
    (inside / "deep").mkdir()
    (inside / "deep" / "up").symlink_to("..")
    folder = Folder(inside, "")
    for name in ("link/kept", "link/new/deeper", "file", "dangling", "deep/up/../../x"):
        with pytest.raises(InvalidInput):
            folder.file(name)
    assert [path.name for path in outside.iterdir()] == ["kept"]
    # Links inside, and a folder that is one itself, are the caller's own.
    assert folder.file("deep/up/fine")[0] == inside / "deep/up/fine"
    alias = tmp_path / "alias"
    alias.symlink_to(inside)
    assert Folder(alias, "").file("x") == (inside / "x", alias / "x")


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    folder = Folder(tmp_path, "")
    with pytest.raises(InvalidInput, match="cannot be written"):
        folder.file("a/b")
    with pytest.raises(InvalidInput, match="cannot be written"):
        Folder(tmp_path / "a", "").file("x")
    with pytest.raises(InvalidInput, match="cannot be written"):
        folder.file("x" * 300 + "/y")


@pytest.mark.parametrize("folder", [7, None, b"bytes", ["a"]])
def test_a_folder_is_a_path(folder: Any) -> None:
    with pytest.raises(InvalidInput, match="the folder is a path"):
        Folder(folder, "")


class _Hostile:
    """A vendor that answers to any key, so that only the file's name is looked at."""

    @hookimpl
    def bucketry_open(self, key: str, byte_range: ByteRange | None) -> ObjectReader:
        import io

        return ObjectReader(ObjectInfo(key=key, size=4), io.BytesIO(b"evil"))


def test_hostile_keys_are_failures_and_write_nothing_outside(tmp_path: Path) -> None:
    media: Provider = memory_provider().with_layer(_Hostile())
    target = tmp_path / "target"
    items: list[Any] = [*OUTSIDE, *(("good", name) for name in OUTSIDE), "good/one"]
    outcomes = sorted(media.download_many(items, target), key=lambda outcome: outcome.number)
    assert [outcome.ok for outcome in outcomes] == [False] * (2 * len(OUTSIDE)) + [True]
    assert {type(outcome.error).__name__ for outcome in outcomes[:-1]} == {
        "InvalidKey", "InvalidInput",
    }  # fmt: skip
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        "target", "target/good", "target/good/one",
    ]  # fmt: skip
    assert os.listdir(tmp_path) == ["target"]
