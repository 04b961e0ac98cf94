"""The whole command on files on disk, as a process of its own where that matters."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.memory import run

CONFIG = """\
default = "media"

[providers.media]
provider = "local"
directory = "files"
key_strategy = "name"

[providers.archive]
provider = "local"
directory = "archive"
visibility = "public"
base_url = "https://files.example.com"
"""

BUCKETRY = [sys.executable, "-m", "bucketry"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bucketry.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "cat.png").write_bytes(b"cat" * 1000)
    return tmp_path


def test_a_file_goes_there_and_back(folder: Path) -> None:
    assert run("put", "cat.png", "--key", "photos/cat.png").stdout == "photos/cat.png\n"
    assert run("ls", "-r").stdout == "photos/cat.png\n"
    assert json.loads(run("stat", "photos/cat.png", "--json").stdout)["content_type"] == "image/png"
    run("cp", "photos/cat.png", "archive:old/")
    assert run("mv", "photos/cat.png", "photos/dog.png").stdout == "photos/dog.png\n"
    assert run("get", "photos/dog.png", "back.png").exit_code == 0
    assert (folder / "back.png").read_bytes() == b"cat" * 1000
    assert run("rm", "-ry", "photos").exit_code == 0
    assert run("ls").stdout == ""
    assert run("url", "-p", "archive", "old/cat.png").stdout == (
        "https://files.example.com/old/cat.png\n"
    )
    signed = run("sign", "-p", "archive", "old/cat.png", "--expires", "1h").stdout
    assert signed.startswith("https://files.example.com/old/cat.png?")
    assert "Signature=" in signed


def test_the_file_is_found_by_option_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert run("ls").exit_code == 3
    assert run("--config", str(folder / "bucketry.toml"), "ls").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["put", "cat.png", "--key", "cat.png", "--no-overwrite"], 5),
        (["get", "no.png"], 4),
        (["stat", "a//b"], 2),
        (["ls", "-p", "nowhere"], 3),
        (["put", "cat.png", "--metadata", "n=\r\n"], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    run("put", "cat.png")
    assert run(*arguments).exit_code == code


def on_terminal(*arguments: str, env: dict[str, str] | None = None) -> tuple[str, str]:
    """Run the command with stderr on a terminal; return stdout and what the terminal got."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*BUCKETRY, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **(env or {})},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux's way to say that nobody holds the other end any more
            break
        if not chunk:
            break
        seen += chunk
    os.close(ours)
    stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 0, seen
    return stdout, seen.decode()


def test_a_terminal_gets_bars_and_stdout_stays_clean() -> None:
    stdout, seen = on_terminal("put", "cat.png")
    assert stdout == "cat.png\n"
    assert "2.9/2.9 KiB" in seen
    stdout, seen = on_terminal("get", "cat.png", "back.png")
    assert stdout == ""
    assert "KiB" in seen


def test_many_files_share_one_bar_with_per_cent_speed_and_time_left(folder: Path) -> None:
    (folder / "site").mkdir()
    for number in range(20):
        (folder / f"site/{number}").write_bytes(b"x" * 1000)
    stdout, seen = on_terminal("put", "-r", "site")
    assert len(stdout.splitlines()) == 20
    for shown in ("20 files", "100%", "19.5/19.5 KiB", "/s", "20 uploaded; 19.5 KiB in "):
        assert shown in seen
    stdout, seen = on_terminal("get", "-r", "site", "back")
    assert stdout == ""
    for shown in ("back", "100%", "19.5/19.5 KiB", "20 downloaded to back; 19.5 KiB in "):
        assert shown in seen


@pytest.mark.parametrize("flag", ["--quiet", "--json"])
def test_quiet_and_json_show_no_bars(flag: str) -> None:
    _, seen = on_terminal("put", "cat.png", flag)
    assert seen == ""


def test_no_color_takes_the_colours_away() -> None:
    _, coloured = on_terminal("put", "cat.png")
    _, plain = on_terminal("put", "cat.png", "--no-color")
    _, by_variable = on_terminal("put", "cat.png", env={"NO_COLOR": "1"})
    colours = ("\x1b[31m", "\x1b[32m", "\x1b[38;", "\x1b[35m")
    assert any(code in coloured for code in colours)
    assert not any(code in plain for code in colours)
    assert not any(code in by_variable for code in colours)


@pytest.mark.parametrize("arguments", [["ls"], ["get", "cat.png", "-"], ["explain"]])
def test_a_reader_that_goes_away_is_no_traceback(arguments: list[str]) -> None:
    run("put", "cat.png")
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [*BUCKETRY, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(reading)
    os.close(writing)
    _, stderr = process.communicate(timeout=30)
    assert stderr == ""
    assert process.returncode == 1


SLOW = '''\
import time
import attrs
from bucketry import ObjectReader, hookimpl

class SlowReads:
    """Gives a byte at a time."""

    @hookimpl(wrapper=True)
    def bucketry_open(self, key, byte_range):
        reader = yield
        return ObjectReader(reader.info, Slowly(reader))

class Slowly:
    def __init__(self, reader):
        self.reader = reader
    def read(self, size=-1):
        open("begun", "w").close()
        time.sleep(0.05)
        return self.reader.read(1)
    def close(self):
        self.reader.close()
'''


def test_ctrl_c_leaves_no_half_file(folder: Path) -> None:
    run("put", "cat.png")
    (folder / "slow_reads.py").write_text(SLOW, "utf-8")
    slow = CONFIG.replace(
        'key_strategy = "name"', 'key_strategy = "name"\noverrides = ["slow_reads:SlowReads"]'
    )
    (folder / "bucketry.toml").write_text(slow, "utf-8")
    target = folder / "target"
    target.mkdir()
    process = subprocess.Popen(
        [*BUCKETRY, "get", "cat.png", "target"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    deadline = time.monotonic() + 20
    while not (folder / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(target.iterdir()), "the download has not begun"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    assert list(target.iterdir()) == []
