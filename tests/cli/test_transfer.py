"""put and get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.memory import Shell


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cat.png").write_bytes(b"cat")
    (tmp_path / "site/css").mkdir(parents=True)
    (tmp_path / "site/index.html").write_bytes(b"index")
    (tmp_path / "site/css/main.css").write_bytes(b"css")
    return tmp_path


def test_put_lets_the_strategy_name_a_file(shell: Shell, folder: Path) -> None:
    assert shell.run("put", "cat.png").stdout == "cat.png\n"
    assert shell.data == {"cat.png": b"cat"}


def test_put_prints_the_address_of_a_public_object_only(shell: Shell, folder: Path) -> None:
    shell.options = {"visibility": "public"}
    result = shell.run("put", "cat.png", "--key", "a.png")
    assert result.stdout == "a.png  https://memory.example/bucket/a.png\n"


def test_put_json_is_one_line_per_object(shell: Shell, folder: Path) -> None:
    stored = shell.json("put", "cat.png", "--key", "a.png")
    assert stored["key"] == "a.png"
    assert stored["size"] == 3
    assert stored["provider"] == "media"
    assert stored["public"] is False


def test_put_passes_type_metadata_tags_and_no_overwrite(shell: Shell, folder: Path) -> None:
    shell.run(
        "put", "cat.png", "--key", "a", "--content-type", "image/x-cat",
        "--metadata", "author=Ann", "--metadata", "formula=a=b", "--tag", "team=web",
    )  # fmt: skip
    upload = shell.layer.uploads["a"]
    assert upload.content_type == "image/x-cat"
    assert upload.metadata == {"author": "Ann", "formula": "a=b"}
    assert upload.tags == {"team": "web"}
    assert not upload.prevent_overwrite
    result = shell.run("put", "cat.png", "--key", "a", "--no-overwrite")
    assert result.exit_code == 5


@pytest.mark.parametrize("option", ["--metadata", "--tag"])
@pytest.mark.parametrize("pair", [["author"], ["=Ann"], ["a=1", "a=2"]])
def test_put_refuses_malformed_pairs(
    shell: Shell, folder: Path, option: str, pair: list[str]
) -> None:
    given = [argument for text in pair for argument in (option, text)]
    assert shell.run("put", "cat.png", *given).exit_code == 2
    assert shell.data == {}


def test_put_reads_stdin_and_guesses_the_type_from_the_key(shell: Shell) -> None:
    assert shell.run("put", "-", "--key", "a.json", stdin=b"{}").exit_code == 0
    data, upload = shell.data["a.json"], shell.layer.uploads["a.json"]
    assert data == b"{}"
    assert upload.content_type == "application/json"


@pytest.mark.parametrize(
    "arguments", [["-"], ["-", "--key", "folder/"], ["-", "cat.png", "--key", "a"]]
)
def test_put_from_stdin_needs_a_whole_key(shell: Shell, folder: Path, arguments: list[str]) -> None:
    result = shell.run("put", *arguments, stdin=b"x")
    assert result.exit_code == 2
    assert "--key" in result.stderr
    assert shell.data == {}


def test_put_into_a_folder_keeps_names(shell: Shell, folder: Path) -> None:
    assert shell.run("put", "cat.png", "site/index.html", "--key", "new/").exit_code == 0
    assert shell.data == {"new/cat.png": b"cat", "new/index.html": b"index"}


def test_put_stores_a_link_under_its_own_name(shell: Shell, folder: Path) -> None:
    (folder / "link.png").symlink_to(folder / "cat.png")
    assert shell.run("put", "link.png", "--key", "a/").exit_code == 0
    assert shell.data == {"a/link.png": b"cat"}


@pytest.mark.parametrize("target", [":media/", "media:media/"])
def test_put_takes_where_to_as_its_last_argument(shell: Shell, folder: Path, target: str) -> None:
    assert shell.run("put", "cat.png", "site/index.html", target).exit_code == 0
    assert set(shell.layer.objects) == {"media/cat.png", "media/index.html"}


def test_a_file_with_a_colon_in_its_name_is_no_target(shell: Shell, folder: Path) -> None:
    Path("a:b").write_bytes(b"x")
    assert shell.run("put", "cat.png", "a:b", "--key", "media/").exit_code == 0
    assert set(shell.layer.objects) == {"media/cat.png", "media/a:b"}


def test_put_takes_patterns(shell: Shell, folder: Path) -> None:
    assert shell.run("put", "*.png", ":media/").exit_code == 0
    assert set(shell.layer.objects) == {"media/cat.png"}
    result = shell.run("put", "*.nope", ":media/")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: no file matches *.nope. See https://")


def test_put_recursive_keeps_the_tree(shell: Shell, folder: Path) -> None:
    assert shell.run("put", "-r", "site").exit_code == 0
    assert shell.data == {"site/css/main.css": b"css", "site/index.html": b"index"}


@pytest.mark.parametrize(("key", "index"), [("www", "www/index.html"), ("w/", "w/site/index.html")])
def test_put_recursive_under_a_key(shell: Shell, folder: Path, key: str, index: str) -> None:
    shell.run("put", "-r", "site", "--key", key)
    assert index in shell.data


def test_put_of_the_working_folder_uses_its_real_name(shell: Shell, folder: Path) -> None:
    os.chdir("site")
    shell.run("put", "-r", ".")
    assert "site/index.html" in shell.data


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.png"], "missing.png does not exist"),
        (["site"], "--recursive"),
        (["cat.png", "missing.png", "--key", "a/"], "missing.png does not exist"),
        (["cat.png", "site/index.html", "--key", "a"], "cannot share one key; write a/"),
        (["cat.png", "site/../cat.png", "--key", "a/"], "would both be stored as 'a/cat.png'"),
        (["cat.png", "--key", "../etc/passwd"], "is refused"),
    ],
)
def test_put_refuses_the_whole_plan_before_anything_is_sent(
    shell: Shell, folder: Path, arguments: list[str], said: str
) -> None:
    result = shell.run("put", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert shell.data == {}


def test_put_recursive_leaves_out_what_is_no_file(shell: Shell, folder: Path) -> None:
    os.mkfifo(folder / "site/pipe")
    (folder / "site/loop").symlink_to(folder / "site")
    result = shell.run("put", "-r", "site")
    assert result.exit_code == 0
    assert "site/pipe is no file and is left out" in result.stderr
    assert len(shell.data) == 2


def test_get_writes_a_file_named_like_the_key(shell: Shell, folder: Path) -> None:
    shell.fill(photos__dog=b"dog")
    result = shell.run("get", "photos/dog")
    assert result.exit_code == 0
    assert (folder / "dog").read_bytes() == b"dog"
    assert result.stdout == ""
    assert result.stderr == "dog: 3 bytes\n"


def test_get_into_a_folder_or_to_a_file(shell: Shell, folder: Path) -> None:
    shell.fill(photos__dog=b"dog")
    shell.run("get", "photos/dog", "site")
    assert (folder / "site/dog").read_bytes() == b"dog"
    assert shell.json("get", "photos/dog", "hund.txt")["file"] == "hund.txt"
    assert (folder / "hund.txt").read_bytes() == b"dog"


def test_get_to_stdout_writes_the_bytes_only(shell: Shell) -> None:
    shell.fill(dog=bytes(range(256)))
    result = shell.run("get", "dog", "-")
    assert result.stdout_bytes == bytes(range(256))
    assert result.stderr == ""


def test_get_to_stdout_fails_when_bytes_are_missing(shell: Shell) -> None:
    shell.fill(dog=b"dog")
    shell.layer.announced_extra = 1
    result = shell.run("get", "dog", "-")
    assert result.exit_code == 1
    assert "3 bytes arrived, 4 were announced" in result.stderr


def test_get_of_a_missing_object_leaves_no_file(shell: Shell, folder: Path) -> None:
    before = sorted(folder.iterdir())
    assert shell.run("get", "no.png").exit_code == 4
    assert sorted(folder.iterdir()) == before


def test_get_into_a_missing_folder_is_bad_input(shell: Shell, folder: Path) -> None:
    shell.fill(dog=b"dog")
    result = shell.run("get", "dog", "nowhere/dog")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


@pytest.mark.parametrize("key", ["..", "a/.."])
def test_get_refuses_keys_that_would_name_another_file(shell: Shell, key: str) -> None:
    """Another tool has stored it; it can be looked at, and be stored here under a name."""
    shell.fill(x=b"x")
    shell.layer.objects[key] = shell.layer.objects["x"]
    result = shell.run("get", key)
    assert (result.exit_code, "is refused" in result.stderr) == (2, True)
    assert shell.run("get", key, "-").stdout == "x"


@pytest.mark.parametrize("key", ["/uploads/cat.png", "a//cat.png"])
def test_keys_of_other_tools_are_worked_with(shell: Shell, folder: Path, key: str) -> None:
    shell.fill(x=b"x")
    shell.layer.objects[key] = shell.layer.objects["x"]
    for command in ("stat", "cat", "url", "sign"):
        assert shell.run(command, key).exit_code == 0, command
    assert shell.run("get", key, "found.png").exit_code == 0
    assert Path("found.png").read_bytes() == b"x"
    assert shell.run("cp", key, "good.png").exit_code == 0
    assert shell.run("put", "cat.png", "--key", key).exit_code == 2
    assert shell.run("rm", key).exit_code == 0
    assert set(shell.layer.objects) == {"x", "good.png"}
