"""Folders, patterns and filters; many objects at once; what is said when nothing is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bucketry import Unavailable
from bucketry.cli.output import human
from bucketry.cli.selecting import Filters
from cli.memory import Shell

KEYS = ("a.txt", "photos/cat.png", "photos/dog.jpg", "photos/2026/cat.png", "photos-old/cat.png")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def full(shell: Shell) -> Shell:
    shell.fill(**{key.replace("/", "__"): key.encode() for key in KEYS})
    return shell


def written(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["-r", "photos"], {f"photos/{n}" for n in ("cat.png", "dog.jpg", "2026/cat.png")}),
        (["-r", "photos/"], {f"photos/{n}" for n in ("cat.png", "dog.jpg", "2026/cat.png")}),
        (["-r", "photos", "copy"], {f"copy/{n}" for n in ("cat.png", "dog.jpg", "2026/cat.png")}),
        (["-r", "photos/2026", "to/"], {"to/2026/cat.png"}),
        (["-r", "photos", "."], {"cat.png", "dog.jpg", "2026/cat.png"}),
        (["-r", "media:", "all"], {f"all/{key}" for key in KEYS}),
        (["photos/*.png"], {"cat.png"}),
        (["photos/*", "to"], {"to/cat.png", "to/dog.jpg"}),
        (["photos/**", "to"], {"to/cat.png", "to/dog.jpg", "to/2026/cat.png"}),
        (["**/cat.png"], {"photos/cat.png", "photos/2026/cat.png", "photos-old/cat.png"}),
        (["photos*/c[ab]t.png"], {"photos/cat.png", "photos-old/cat.png"}),
        (["-r", "photos/2*", "to"], {"to/2026/cat.png"}),
        (["-r", "photos", "--include", "*.png"], {"photos/cat.png", "photos/2026/cat.png"}),
        (["-r", "photos", "--exclude", "2026"], {"photos/cat.png", "photos/dog.jpg"}),
        (["-r", "photos", "--exclude", "2026/*"], {"photos/cat.png", "photos/dog.jpg"}),
        (["-r", "photos", "--include", "*.png", "--exclude", "2026/"], {"photos/cat.png"}),
        (["-r", "a.txt"], {"a.txt"}),
    ],
)
def test_get_takes_folders_patterns_and_filters(
    full: Shell, folder: Path, arguments: list[str], files: set[str]
) -> None:
    result = full.run("get", *arguments)
    assert result.exit_code == 0, result.stderr
    assert written(folder) == files


def test_get_says_what_it_did_and_json_tells_each_object(full: Shell, folder: Path) -> None:
    result = full.run("get", "-r", "photos", "copy")
    assert result.stdout == ""
    assert result.stderr.startswith("3 downloaded to copy; 47 bytes in ")
    lines = full.run("get", "-r", "photos", "copy", "--json").stdout.splitlines()
    assert {(one["file"], one["key"]) for one in map(json.loads, lines)} == {
        (f"copy/{name}", f"photos/{name}") for name in ("cat.png", "dog.jpg", "2026/cat.png")
    }


def test_get_leaves_out_what_only_marks_a_folder(full: Shell, folder: Path) -> None:
    full.layer.objects["photos/"] = full.layer.objects["a.txt"]
    assert full.run("get", "-r", "photos").exit_code == 0
    assert "photos" not in written(folder)
    assert len(written(folder)) == 3


def test_an_object_with_exactly_this_key_goes_before_a_pattern(shell: Shell, folder: Path) -> None:
    shell.fill(**{"a[1].txt": b"the one", "a1.txt": b"another"})
    assert shell.run("get", "a[1].txt").exit_code == 0
    assert written(folder) == {"a[1].txt"}
    shell.run("rm", "a[1].txt")
    assert shell.data == {"a1.txt": b"another"}


@pytest.mark.parametrize("pattern", ["**/2026/", "photos//*", "photos/*/"])
def test_a_pattern_need_not_be_a_key(full: Shell, folder: Path, pattern: str) -> None:
    full.layer.unreadable = frozenset(KEYS)  # who may list may not look
    wanted = {"photos/2026/cat.png"} if pattern != "photos//*" else set()
    result = full.run("ls", "-r", pattern)
    assert result.exit_code == (0 if wanted else 4), result.stderr
    assert set(result.stdout.split()) == wanted


def test_a_key_that_leads_out_of_the_folder_is_a_failure_beside_successes(
    full: Shell, folder: Path
) -> None:
    full.layer.objects["photos/../../evil"] = full.layer.objects["a.txt"]
    result = full.run("get", "-r", "photos", "in/side")
    assert result.exit_code == 2
    assert "3 downloaded to in/side, 1 failed" in result.stderr
    assert "evil" in result.stderr
    assert not list(folder.parent.rglob("evil"))


NOTHING = [
    ["get", "-r", "nope"],
    ["get", "nope/*"],
    ["get", "nope.txt"],
    ["cat", "nope*"],
    ["cp", "-r", "nope", "to"],
    ["mv", "nope*", "to"],
    ["ls", "nope/"],
    ["ls", "nope*"],
    ["ls", "-r", "nope"],
    ["tree", "nope"],
    ["du", "nope"],
    ["stat", "nope"],
    ["rm", "photos/*.gif"],
    ["rm", "photos/*/"],  # folders need --recursive
    ["rm", "typo.png"],
    ["rm", "-ry", "nope"],
    ["get", "-r", "photos", "--include", "*.gif"],
]


@pytest.mark.parametrize("arguments", NOTHING, ids=" ".join)
def test_where_nothing_is_one_sentence_and_exit_code_4_say_so(
    full: Shell, folder: Path, arguments: list[str]
) -> None:
    result = full.run(*arguments)
    assert result.exit_code == 4, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert arguments[2 if arguments[1].startswith("-") else 1] in result.stderr
    assert "1 deleted" not in result.stderr
    assert len(full.data) == len(KEYS)
    assert written(folder) == set()


@pytest.mark.parametrize(
    ("arguments", "otherwise"),
    [
        (["get", "photos"], "add --recursive"),
        (["stat", "photos"], "see ls and du"),
        (["cp", "photos", "b"], "add --recursive"),
    ],
)
def test_a_folder_without_recursive_is_told_so(
    full: Shell, arguments: list[str], otherwise: str
) -> None:
    result = full.run(*arguments)
    assert result.exit_code == 4
    assert f"There is a folder photos/; {otherwise}" in result.stderr
    result = full.run(arguments[0], "photos/", *arguments[2:])
    assert result.exit_code == 2
    assert f"photos/ is a folder; {otherwise}" in result.stderr


def test_an_empty_provider_is_no_error(shell: Shell) -> None:
    result = shell.run("ls")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "there is nothing in 'media'\n"


@pytest.mark.parametrize(
    ("arguments", "gone"),
    [
        (["photos/*.png"], {"photos/cat.png"}),
        (["**/cat.png"], {"photos/cat.png", "photos/2026/cat.png", "photos-old/cat.png"}),
        (["-ry", "photos"], {"photos/cat.png", "photos/dog.jpg", "photos/2026/cat.png"}),
        (["-ry", "photos", "--exclude", "*.jpg"], {"photos/cat.png", "photos/2026/cat.png"}),
        (["-ry", "a.txt"], {"a.txt"}),
        (["media:a.txt", "photos/cat.png"], {"a.txt", "photos/cat.png"}),
    ],
)
def test_rm_takes_folders_patterns_and_filters(
    full: Shell, arguments: list[str], gone: set[str]
) -> None:
    told = full.json("rm", *arguments, "--dry-run")
    assert (set(told["deleted"]), told["dry_run"]) == (gone, True)
    assert set(full.data) == set(KEYS)
    result = full.run("rm", *arguments)
    assert result.exit_code == 0
    assert result.stderr == f"{len(gone)} deleted, 0 failed\n"
    assert set(full.data) == set(KEYS) - gone


def test_rm_deletes_what_is_there_and_tells_what_is_not(full: Shell) -> None:
    result = full.run("rm", "a.txt", "typo.png", "photos/*.gif")
    assert result.exit_code == 4
    assert result.stderr.splitlines() == [
        "error: typo.png: no such object",
        "error: photos/*.gif: no object matches",
        "1 deleted, 2 failed",
    ]
    assert "a.txt" not in full.data


def test_rm_tells_no_sum_of_what_was_never_begun(full: Shell) -> None:
    full.layers["archive"].error = Unavailable("away")
    result = full.run("rm", "archive:typo.png")
    assert result.exit_code == 7
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "deleted" not in result.stderr


def test_rm_with_force_does_not_look(full: Shell) -> None:
    assert full.run("rm", "--force", "a.txt", "typo.png").exit_code == 0
    assert "a.txt" not in full.data


def test_rm_refuses_to_empty_a_provider(full: Shell) -> None:
    for key in ("", "media:", "/"):
        assert full.run("rm", "-ry", key).exit_code == 2
    assert len(full.data) == len(KEYS)


@pytest.mark.parametrize("target", ["", "archive:"])
@pytest.mark.parametrize("command", ["cp", "mv"])
@pytest.mark.parametrize(
    ("arguments", "copies"),
    [
        (
            ["-r", "photos", "{}b"],
            {
                "b/cat.png": "photos/cat.png",
                "b/dog.jpg": "photos/dog.jpg",
                "b/2026/cat.png": "photos/2026/cat.png",
            },
        ),
        (["-r", "photos/2026", "{}b/"], {"b/2026/cat.png": "photos/2026/cat.png"}),
        (["photos/*.png", "{}b"], {"b/cat.png": "photos/cat.png"}),
        (
            ["-r", "photos", "{}photos/b", "--exclude", "2026"],
            {"photos/b/cat.png": "photos/cat.png", "photos/b/dog.jpg": "photos/dog.jpg"},
        ),
    ],
)
def test_cp_and_mv_take_folders_and_patterns(
    full: Shell, target: str, command: str, arguments: list[str], copies: dict[str, str]
) -> None:
    line = [command, *(one.format(target) for one in arguments)]
    plan = full.run(*line, "--dry-run")
    assert set(plan.stdout.splitlines()) == {f"{old} -> {new}" for new, old in copies.items()}
    assert set(full.data) == set(KEYS)
    result = full.run(*line)
    assert result.exit_code == 0, result.stderr
    assert set(result.stdout.split()) == copies.keys()
    there = full.layers["archive"].objects if target else full.layer.objects
    assert {key: there[key][0].decode() for key in copies} == copies
    left = set(KEYS) - (set(copies.values()) if command == "mv" else set())
    assert set(full.data) == (left if target else left | copies.keys())


@pytest.mark.parametrize("target", ["b", "archive:b"])
def test_one_of_many_copies_that_fails_hides_no_other(full: Shell, target: str) -> None:
    full.layer.unreadable = frozenset({"photos/dog.jpg"})
    result = full.run("cp", "-r", "photos", target)
    assert result.exit_code == 6
    assert "'photos/dog.jpg' failed: not this one" in result.stderr
    assert "2 copied, 1 failed" in result.stderr
    assert set(result.stdout.split()) == {"b/cat.png", "b/2026/cat.png"}


def test_mv_deletes_only_what_was_copied(full: Shell) -> None:
    full.layers["archive"].error = Unavailable("away")
    result = full.run("mv", "-r", "photos", "archive:b")
    assert result.exit_code == 7
    assert result.stderr.count("error: ") == 1  # not one for each object
    assert "failed: away" in result.stderr
    assert set(full.data) == set(KEYS)


def test_mv_tells_what_could_not_be_deleted(full: Shell) -> None:
    full.layer.undeletable = frozenset({"photos/dog.jpg"})
    result = full.run("mv", "-r", "photos", "archive:b")
    assert result.exit_code == 1
    assert "error: photos/dog.jpg: locked" in result.stderr
    assert len(full.layers["archive"].objects) == 3


def test_put_takes_filters_a_provider_and_a_dry_run(shell: Shell, folder: Path) -> None:
    for name in ("site/a.html", "site/b.css", "site/.git/config", "site/css/c.css"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(name.encode())
    arguments = ["-r", "site", "--key", "archive:www", "--exclude", ".git", "--include", "*.css"]
    plan = shell.run("put", *arguments, "--dry-run")
    assert plan.stdout.splitlines() == [
        "site/b.css -> www/b.css",
        "site/css/c.css -> www/css/c.css",
    ]
    assert plan.stderr == "dry run: 2 objects, 24 bytes\n"
    assert shell.layers["archive"].objects == {}
    result = shell.run("put", *arguments, "--jobs", "2")
    assert set(result.stdout.split()) == {"www/b.css", "www/css/c.css"}
    assert result.stderr.startswith("2 uploaded; 24 bytes in ")
    assert set(shell.layers["archive"].objects) == {"www/b.css", "www/css/c.css"}
    assert shell.data == {}


def test_put_of_many_goes_on_after_a_failure(shell: Shell, folder: Path) -> None:
    for name in ("a", "b", "c"):
        Path(name).write_bytes(b"x")
    shell.fill(**{"to__b": b"old"})
    result = shell.run("put", "a", "b", "c", "--key", "to/", "--no-overwrite")
    assert result.exit_code == 5
    assert "2 uploaded, 1 failed" in result.stderr
    assert "upload of 'to/b' failed: there is an object already" in result.stderr
    assert shell.data == {"to/a": b"x", "to/b": b"old", "to/c": b"x"}


def test_put_of_an_empty_folder_is_told(shell: Shell, folder: Path) -> None:
    Path("empty").mkdir()
    result = shell.run("put", "-r", "empty")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: there is no file to upload in empty. See https://")


def test_cat_writes_objects_one_after_the_other(full: Shell) -> None:
    result = full.run("cat", "a.txt", "photos/*.png")
    assert result.stdout == "a.txtphotos/cat.png"
    assert result.stderr == ""


def test_ls_takes_patterns(full: Shell) -> None:
    assert full.run("ls", "photos/*.png").stdout == "photos/cat.png\n"
    assert full.run("ls", "**/cat.png").stdout.splitlines() == [
        "photos-old/cat.png",
        "photos/2026/cat.png",
        "photos/cat.png",
    ]
    assert full.run("ls", "archive:").stdout == ""
    assert full.run("ls", "-l", "media:photos/").stderr == "2 objects, 28 bytes\n"


def test_du_tells_each_folder_and_the_whole(full: Shell) -> None:
    assert full.run("du").stdout.splitlines() == [
        "    18 bytes          1 object  photos-old/",
        "    47 bytes         3 objects  photos/",
        "    70 bytes         5 objects  media:",
    ]
    assert full.json("du", "-s", "photos") == {"folder": "photos/", "objects": 3, "size": 47}


def test_tree_shows_folders_and_objects(full: Shell) -> None:
    full.fill(photos=b"an object beside a folder")
    assert full.run("tree").stdout.splitlines() == [
        "media:",
        "├── a.txt",
        "├── photos",
        "├── photos-old/",
        "│   └── cat.png",
        "└── photos/",
        "    ├── 2026/",
        "    │   └── cat.png",
        "    ├── cat.png",
        "    └── dog.jpg",
    ]
    assert full.run("tree", "photos", "--depth", "1").stdout.splitlines() == [
        "photos/",
        "├── 2026/",
        "├── cat.png",
        "└── dog.jpg",
    ]
    told = full.json("tree", "photos/2026")
    assert told == {"folder": "photos/2026/", "objects": 1, "size": 19, "tree": {"cat.png": {}}}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.txt", True), ("x/a.txt", True), ("x/tmp/a.txt", False), ("a.log", False)],
)
def test_filters(name: str, wanted: bool) -> None:
    assert Filters(include=["*.txt", "*.log"], exclude=["tmp", "**/*.log"])(name) is wanted


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (1024 * 1024 - 1, "1.0 MiB"),
        (10 * 1024**3, "10.0 GiB"),
        (1024**6, "1024.0 PiB"),
    ],
)
def test_human_sizes(size: int, told: str) -> None:
    assert human(size) == told
