"""serve and completion."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.memory import Shell, run

BUCKETRY = [sys.executable, "-m", "bucketry"]
PAGE = "http://localhost:5173"


def configure(folder: Path, port: int) -> None:
    text = f"""\
[providers.media]
provider = "local"
directory = "files"
visibility = "public"
base_url = "http://127.0.0.1:{port}"
"""
    (folder / "bucketry.toml").write_text(text, "utf-8")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a running `bucketry serve`, of a store that has one object."""
    monkeypatch.chdir(tmp_path)
    configure(tmp_path, 8900)
    (tmp_path / "cat.png").write_bytes(b"cat")
    assert run("put", "cat.png", "--key", "cat.png").exit_code == 0
    # What runs in the background of a shell inherits that Ctrl-C is ignored.
    heeds_ctrl_c = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        [*BUCKETRY, "serve", "--json", "--port", "0", "--cors", f"{PAGE}/"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heeds_ctrl_c,
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        try:
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0


def answer(url: str, method: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=60)
    connection.request(method, f"{place.path}?{place.query}", headers=headers)
    response = connection.getresponse()
    told = {name.lower(): value for name, value in response.getheaders()}
    return response.status, told, response.read()


def test_serve_serves_until_ctrl_c_and_lets_a_page_in(served: str) -> None:
    status, headers, body = answer(f"{served}/cat.png", "GET", Origin=PAGE)
    assert (status, body) == (200, b"cat")
    assert headers["access-control-allow-origin"] == PAGE
    assert "ETag" in headers["access-control-expose-headers"]
    status, headers, _ = answer(f"{served}/cat.png", "GET", Origin="http://evil.example")
    assert status == 200
    assert "access-control-allow-origin" not in headers

    asked = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    status, headers, _ = answer(f"{served}/new.png", "OPTIONS", **asked)
    assert status == 204
    assert headers["access-control-allow-origin"] == PAGE
    assert "PUT" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "content-type"
    _, headers, _ = answer(f"{served}/new.png", "OPTIONS", **{**asked, "Origin": "null"})
    assert "access-control-allow-methods" not in headers
    status, _, _ = answer(f"{served}/new.png", "PUT", Origin=PAGE)  # a signature is needed as ever
    assert status == 403


def test_serve_without_cors_lets_no_page_in(tmp_path: Path) -> None:
    from bucketry import open_provider
    from bucketry_local.server import Server

    with (
        Server(port=0) as server,
        open_provider(
            {"provider": "local", "directory": str(tmp_path), "base_url": server.url}
        ) as media,
    ):
        server.mount(media)
        _, headers, _ = answer(f"{server.url}/a", "OPTIONS", Origin=PAGE)
        assert "access-control-allow-origin" not in headers


def test_serve_says_which_address_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        configure(tmp_path, taken.getsockname()[1])
        result = run("serve")
    assert result.exit_code == 2
    assert "nothing can listen at 127.0.0.1:" in result.stderr


def test_serve_lets_in_origins_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configure(tmp_path, 0)
    result = run("serve", "--cors", "http://localhost:5173/page")
    assert result.exit_code == 2
    assert "'http://localhost:5173/page' is no origin" in result.stderr


def test_serve_is_for_files_on_disk(shell: Shell) -> None:
    result = shell.run("serve")
    assert result.exit_code == 2
    assert "those of 'media' are at Memory" in result.stderr


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_asks_for_what_there_is(name: str) -> None:
    result = run("completion", name)
    assert result.exit_code == 0
    assert f"_BUCKETRY_COMPLETE={name}_complete" in result.stdout
    environ = {
        **os.environ,
        "_BUCKETRY_COMPLETE": f"{name}_complete",
        "COMP_WORDS": "bucketry put --rec",
        "COMP_CWORD": "--rec" if name == "fish" else "2",
    }
    done = subprocess.run(
        BUCKETRY, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert "--recursive" in done.stdout
