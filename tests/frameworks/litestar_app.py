"""The page on Litestar, run by uvicorn as it stands there.

`make test-alchemy` runs this in an environment that has Litestar.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from snippets import blocks
from web.servers import WebServer, running

print(f"Litestar {version('litestar')}, advanced-alchemy {version('advanced-alchemy')}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    for language, name in (("toml", "bucketry.toml"), ("python", "app.py")):
        (block,) = blocks("docs/howto/litestar.md", language)
        (tmp_path / name).write_text(block)
    command = ["uvicorn", "app:app", "--fd", "{fd}", "--log-level", "info", "--app-dir", "."]
    with running(command, tmp_path) as server:
        yield server


def post(server: WebServer, name: str, body: bytes) -> tuple[int, dict[str, object]]:
    boundary = secrets.token_hex(8)
    form = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        + body
        + f"\r\n--{boundary}--\r\n".encode()
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = server.ask("POST", "/documents", headers, form)
    return answer.status, json.loads(answer.body)


def test_documents_are_stored_and_given_out(server: WebServer, tmp_path: Path) -> None:
    status, told = post(server, "report.txt", b"hello")
    assert (status, told["size"]) == (201, 5)
    assert server.ask("GET", "/documents/report.txt/text").body == b"hello"
    link = server.ask("GET", "/documents/report.txt")
    assert link.status in (302, 303, 307)
    assert re.match(r"http://127\.0\.0\.1:8900/report\.txt\?.*ignature=", link.headers["location"])
    assert (tmp_path / "documents/report.txt").read_bytes() == b"hello"

    large = secrets.token_bytes(8 << 20)
    status, told = post(server, "large.bin", large)
    assert (status, told["size"]) == (201, len(large))
    assert (tmp_path / "documents/large.bin").read_bytes() == large
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "ignature=" not in log


@pytest.mark.parametrize("name", ["%2e%2e", "a%5c..%5cb", "a%00b", "%E2%80%AEexe.txt"])
def test_a_bad_name_is_answered_with_a_sentence(server: WebServer, name: str) -> None:
    answer = server.ask("GET", f"/documents/{name}/text")
    assert answer.status == 400
    assert "is refused" in json.loads(answer.body)["detail"]
    assert "Traceback" not in server.log.read_text()


def test_what_is_not_there_is_404(server: WebServer) -> None:
    answer = server.ask("GET", "/documents/none.txt/text")
    assert (answer.status, json.loads(answer.body)["detail"]) == (
        404,
        "there is no document none.txt",
    )
    status, told = post(server, "../../x", b"x")
    assert status in (201, 400), told
    assert "Traceback" not in server.log.read_text()
