"""ls, stat, cp, mv, rm."""

from __future__ import annotations

import json

import pytest

from bucketry import AccessDenied
from bucketry.cli import output
from bucketry.cli.settings import Settings
from cli.memory import Shell


def test_ls_shows_one_level_with_folders(shell: Shell) -> None:
    shell.fill(a=b"1", photos__cat=b"22", photos__2026__dog=b"333")
    assert shell.run("ls").stdout.splitlines() == ["photos/", "a"]
    assert shell.run("ls", "photos/").stdout.splitlines() == ["photos/2026/", "photos/cat"]


def test_ls_recursive_shows_all_keys_and_flat_is_the_same(shell: Shell) -> None:
    shell.fill(a=b"1", photos__cat=b"22")
    assert shell.run("ls", "--recursive").stdout.splitlines() == ["a", "photos/cat"]
    assert shell.run("ls", "--flat").stdout == shell.run("ls", "-r").stdout


def test_ls_long_shows_size_and_time(shell: Shell) -> None:
    shell.fill(a=b"1" * 12345, photos__cat=b"22")
    assert shell.run("ls", "--long").stdout.splitlines() == [
        "                                photos/",
        "    12.1 KiB  2026-11-24 12:00  a",
    ]


def test_ls_json_is_one_line_per_entry(shell: Shell) -> None:
    shell.fill(a=b"12", photos__cat=b"22")
    folder, found = map(json.loads, shell.run("ls", "--json").stdout.splitlines())
    assert folder == {"type": "folder", "key": "photos/"}
    assert found["type"] == "object"
    assert found["key"] == "a"
    assert found["size"] == 2
    assert found["last_modified"] == "2026-11-24T12:00:00+00:00"


def test_ls_escapes_what_could_steer_a_terminal(shell: Shell) -> None:
    shell.fill(a=b"1")
    hostile = "evil\x1b]0;owned\x07\u202e"
    shell.layer.objects[hostile] = shell.layer.objects.pop("a")
    result = shell.run("ls", "--long")
    assert "\x1b" not in result.stdout
    assert "evil\\x1b]0;owned\\x07\\u202e" in result.stdout
    assert json.loads(shell.run("ls", "--json").stdout)["key"] == hostile


def test_stat_shows_what_is_known(shell: Shell) -> None:
    shell.run("put", "-", "--key", "a.txt", "--metadata", "author=Ann", stdin=b"hello")
    shown = shell.run("stat", "a.txt").stdout
    assert [line.split(maxsplit=1) for line in shown.splitlines() if line.strip()] == [
        ["key", "a.txt"],
        ["size", "5 bytes"],
        ["etag", "5d41402abc4b2a76b9719d911017c592"],
        ["last_modified", "2026-11-24T12:00:00+00:00"],
        ["content_type", "text/plain"],
        ["metadata", "author  Ann"],
    ]
    assert shell.json("stat", "a.txt")["metadata"] == {"author": "Ann"}


def test_stat_shows_the_write_id_when_asked(shell: Shell) -> None:
    shell.run("put", "-", "--key", "a.txt", "--no-overwrite", stdin=b"hello")
    assert "write_id" not in shell.run("stat", "a.txt").stdout
    assert ["write_id", "made-up"] in [
        line.split() for line in shell.run("stat", "-v", "a.txt").stdout.splitlines()
    ]
    assert shell.json("stat", "a.txt")["write_id"] == "made-up"


def test_stat_of_a_missing_object_exits_with_4(shell: Shell) -> None:
    result = shell.run("stat", "no.txt")
    assert result.exit_code == 4
    assert "'no.txt'" in result.stderr
    assert result.stdout == ""


def test_a_table_that_is_read_by_a_program_has_one_line_for_each_row(shell: Shell) -> None:
    key = "-".join(["long"] * 60)
    shell.fill(**{key: b"1"})
    lines = shell.run("stat", key).stdout.splitlines()
    assert lines[0].split() == ["key", key]
    assert len(lines) == 5


def test_cp_within_a_provider_copies_on_the_vendors_side(shell: Shell) -> None:
    shell.fill(a=b"1")
    result = shell.run("cp", "a", "b")
    assert result.stdout == "b\n"
    assert shell.data == {"a": b"1", "b": b"1"}


def test_cp_to_a_folder_keeps_the_name(shell: Shell) -> None:
    shell.fill(photos__cat=b"1")
    assert shell.run("cp", "photos/cat", "old/").stdout == "old/cat\n"
    assert shell.run("cp", "photos/cat", "archive:").stdout == "cat\n"
    assert shell.layers["archive"].objects["cat"][0] == b"1"


def test_cp_between_providers_streams_bytes_type_headers_and_metadata(shell: Shell) -> None:
    provider = shell.open(Settings())
    provider.upload(
        b"x" * 3000,
        key="a.bin",
        content_type="image/webp",
        cache_control="max-age=60",
        metadata={"author": "Ann"},
    )
    assert shell.run("cp", "media:a.bin", "archive:b.bin").exit_code == 0
    data, stored = shell.layers["archive"].objects["b.bin"]
    assert data == b"x" * 3000
    assert stored.content_type == "image/webp"
    assert stored.cache_control == "max-age=60"
    assert stored.metadata == {"author": "Ann"}
    assert "a.bin" in shell.layer.objects


def test_cp_between_providers_stores_nothing_when_the_source_ends_early(shell: Shell) -> None:
    shell.fill(a=b"1234")
    shell.layer.announced_extra = 1
    result = shell.run("cp", "media:a", "archive:a")
    assert result.exit_code == 1
    assert "\"media\": read of 'a' failed: 4 bytes arrived, 5 were announced" in result.stderr
    assert shell.layers["archive"].objects == {}


def test_mv_between_providers_deletes_the_source_only_after_the_copy(shell: Shell) -> None:
    shell.fill(a=b"1", b=b"2")
    assert shell.run("mv", "media:a", "archive:a").exit_code == 0
    assert shell.data == {"b": b"2"}
    assert shell.layers["archive"].objects["a"][0] == b"1"
    shell.layers["archive"].error = AccessDenied("not allowed")
    assert shell.run("mv", "media:b", "archive:b").exit_code == 6
    assert shell.data == {"b": b"2"}


def test_mv_within_a_provider(shell: Shell) -> None:
    shell.fill(a=b"1")
    assert shell.json("mv", "a", "b")["key"] == "b"
    assert shell.data == {"b": b"1"}


def test_a_misspelt_provider_is_no_key(shell: Shell) -> None:
    shell.fill(a=b"1")
    result = shell.run("cp", "a", "archvie:a")
    assert result.exit_code == 3
    assert "no provider 'archvie'" in result.stderr
    assert shell.data == {"a": b"1"}


def test_a_key_with_a_colon_needs_its_provider_in_front(shell: Shell) -> None:
    shell.fill(a=b"1")
    assert shell.run("cp", "a", "media:12:30").exit_code == 0
    assert shell.data == {"a": b"1", "12:30": b"1"}


def test_the_provider_option_is_the_default_of_both_sides(shell: Shell) -> None:
    shell.run("put", "-", "--key", "a", "-p", "archive", stdin=b"1")
    assert shell.run("cp", "a", "b", "-p", "archive").exit_code == 0
    assert shell.run("cp", "archive:a", "c").exit_code == 0
    assert set(shell.layers["archive"].objects) == {"a", "b"}
    assert shell.data == {"c": b"1"}


def test_rm_deletes_many(shell: Shell) -> None:
    shell.fill(a=b"1", b=b"2", c=b"3")
    assert shell.run("rm", "a", "b").stderr == "2 deleted, 0 failed\n"
    assert shell.data == {"c": b"3"}


def test_rm_tells_each_failure_and_exits_with_1(shell: Shell) -> None:
    shell.fill(a=b"1", b=b"2")
    shell.layer.undeletable = frozenset({"b"})
    result = shell.run("rm", "a", "b")
    assert result.exit_code == 1
    assert "error: b: locked" in result.stderr
    result = shell.run("rm", "b", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "deleted": [],
        "failures": [{"key": "b", "reason": "locked", "code": None}],
    }


def test_rm_recursive_without_a_terminal_needs_yes(shell: Shell) -> None:
    shell.fill(photos__cat=b"1", photos_old__cat=b"2")
    result = shell.run("rm", "--recursive", "photos")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert len(shell.data) == 2
    assert shell.run("rm", "--recursive", "--yes", "photos/").exit_code == 0
    assert shell.data == {"photos_old/cat": b"2"}


@pytest.mark.parametrize(("answer", "left", "code"), [("n\n", 1, 1), ("y\n", 0, 0)])
def test_rm_recursive_on_a_terminal_asks(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, left: int, code: int
) -> None:
    shell.fill(photos__cat=b"1")
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    result = shell.run("rm", "-r", "photos", stdin=answer)
    assert "Delete everything in photos/ of 'media'?" in result.stderr
    assert result.exit_code == code
    assert len(shell.data) == left
