"""The demonstration proves its own claims."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from bucketry.cli import demo
from bucketry.host.catalog import Catalog
from cli.memory import Shell


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bucketry", "demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_runs_from_end_to_end_in_a_few_seconds() -> None:
    began = time.monotonic()
    result = run()
    assert result.returncode == 0, result.stderr
    assert time.monotonic() - began < 15  # about 2.5 s on an idle machine
    lines = result.stdout.splitlines()
    statuses = [
        line.split()[0] for line in lines if line.startswith("      ") and line[6].isdigit()
    ]
    assert [text for text in statuses if text.endswith(":")] == [
        "200:", "403:", "200:", "200:", "403:", "403:", "404:",
    ]  # fmt: skip
    assert "      403: the URL has expired" in lines
    assert "      403: the signature does not match" in lines
    assert [line.strip() for line in lines[-3:]] == [
        "bucketry init r2",
        "bucketry put gradient.png --key private/gradient.png",
        "bucketry sign private/gradient.png",
    ]


def test_json_has_each_step_and_a_proxy_in_the_environment_does_not_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    told = json.loads(run("--json").stdout)
    assert told["ok"] is True
    assert len(told["steps"]) == 9
    assert all(step["holds"] for step in told["steps"])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a URL to expire."""
    monkeypatch.setattr(demo, "wait", lambda seconds: None)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_lets_everything_through_fails_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(url: str) -> demo.Answer:
        return demo.Answer(200, "image/png", demo.png())

    monkeypatch.setattr(demo, "fetch", careless)
    result = shell.run("demo")
    assert result.exit_code == 1
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAIL")]
    assert [line.removeprefix("FAIL  ") for line in failed] == [
        "stored private/gradient.png; its plain URL is refused",
        "a signed URL with one character changed is refused",
        "the short one has expired and is refused",
        "deleted: the URL finds nothing",
    ]
    assert "4 of 9 steps" in result.stdout
    assert "R2" not in result.stdout


@pytest.mark.usefixtures("impatient")
def test_a_server_that_garbles_bytes_fails_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = demo.fetch

    def garbling(url: str) -> demo.Answer:
        answer = honest(url)
        return demo.Answer(answer.status, answer.content_type, answer.body[::-1])

    monkeypatch.setattr(demo, "fetch", garbling)
    result = shell.run("demo")
    assert result.exit_code == 1
    assert "FAIL  its URL opens for everybody" in result.stdout


def test_what_is_blocked_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bucketry.cli.serving.installed", lambda: Catalog(block=["local"]))
    result = shell.run("demo")
    assert (result.exit_code, result.stderr.splitlines()[0].partition(". ")[0]) == (
        3, "error: local: blocked by BUCKETRY_BLOCK"
    )  # fmt: skip


@pytest.mark.usefixtures("impatient")
def test_it_leaves_no_folder_behind(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shell.run("demo")
    assert list(tmp_path.iterdir()) == []


def test_the_picture_is_a_png() -> None:
    def chunks(data: bytes) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        position = 8
        while position < len(data):
            (size,) = struct.unpack_from(">I", data, position)
            kind = data[position + 4 : position + 8]
            body = data[position + 8 : position + 8 + size]
            (checksum,) = struct.unpack_from(">I", data, position + 8 + size)
            assert checksum == zlib.crc32(kind + body)
            found[kind] = body
            position += 12 + size
        return found

    data = demo.png(2)
    assert data[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
    found: dict[bytes, Any] = chunks(data)
    assert list(found) == [b"IHDR", b"IDAT", b"IEND"]
    assert found[b"IHDR"] == bytes([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0])
    rows = zlib.decompress(found[b"IDAT"])
    assert rows == bytes([0, 0, 0, 160, 127, 0, 160, 0, 0, 127, 160, 127, 127, 160])
