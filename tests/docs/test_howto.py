"""The how-to pages run as they stand there."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from celery import Celery
from fastapi.testclient import TestClient

import bucketry
import snippets
from bucketry import ByteRange
from bucketry_s3.testing import StandIn, localhost_names
from snippets import ROOT, blocks

PAGES = ROOT / "docs/howto"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(name: str) -> dict[str, Any]:
    """Run a page, its configuration beside it."""
    page = f"docs/howto/{name}.md"
    for text in blocks(page, "toml"):
        Path("bucketry.toml").write_text(text, "utf-8")
    return snippets.run(page)


def test_fastapi(folder: Path) -> None:
    page = run("fastapi")
    with TestClient(page["app"]) as client:
        stored = client.post("/files", files={"file": ("Cat.txt", b"meow")})
        assert (stored.status_code, stored.json()["size"]) == (201, 4)
        path = f"/files/{stored.json()['key']}"
        assert client.get(path, headers={"Range": "bytes=1-2"}).content == b"eo"
        assert client.head(path).headers["content-length"] == "4"
        assert client.put("/files/a.txt", content=b"x").status_code == 200
        assert client.put("/files/a.txt", content=b"y").status_code == 409
        assert client.delete("/files/a.txt").status_code == 204
        assert client.get("/files/a.txt").status_code == 404
    assert (folder / "media").is_dir()
    page["app"].router.lifespan_context = page["lifespan"]
    with TestClient(page["app"]) as client:
        assert client.app_state["greeting"] == "hello"
        assert client.get(path).content == b"meow"


def test_flask(folder: Path) -> None:
    client = run("flask")["create_app"]().test_client()
    with Path("Cat.txt").open("w+b") as file:
        file.write(b"meow")
        file.seek(0)
        stored = client.post("/files", data={"file": file})
    assert (stored.status_code, stored.json["size"]) == (201, 4)
    key = stored.json["key"]
    assert key.endswith(".txt")
    assert client.get(f"/files/{key}", headers={"Range": "bytes=1-2"}).data == b"eo"
    saved = client.get(f"/saved/{key}").headers["Content-Disposition"]
    assert saved == 'attachment; filename="report.txt"'
    assert "Signature=" in client.get(f"/elsewhere/{key}").headers["Location"]
    assert client.get("/files/none").status_code == 404
    limited = run("flask")["create_app"]({"MAX_CONTENT_LENGTH": 10}).test_client()
    assert limited.post("/files", data={"file": "x" * 100}).status_code == 413


def test_active_content(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = run("active-content")
    said, _, ticket = capsys.readouterr().out.partition("\n")
    assert said == "text/html attachment"
    assert ticket == "{'Content-Type': 'image/png'} frozenset()\n"
    assert "content_policy" in page["ticket"].enforced


def test_celery(folder: Path) -> None:
    page = run("celery")
    app: Celery = page["app"]
    app.conf.task_always_eager = True
    page["media"].upload(b"hello", key="a.txt")
    assert page["shout"].delay("a.txt").get() == "loud/a.txt"
    assert page["media"].read("loud/a.txt") == b"HELLO"
    assert page["forget"].delay(["a.txt", "loud/a.txt"]).get() == []
    assert list(page["media"].list()) == []


def test_private_media(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = run("private-media")
    assert "ignature=" not in capsys.readouterr().out
    assert "ignature=" in page["url"]
    client = page["app"].test_client()
    assert client.get("/invoices/8").status_code == client.get("/viewer/8").status_code == 403
    answer = client.get("/invoices/7")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    assert "ignature=" in answer.headers["Location"]
    seen = client.get("/viewer/7")
    assert (seen.data, seen.headers["Cache-Control"]) == (b"%PDF-1.7", "private")
    assert page["invoices"].is_private("2026/7.pdf")


def test_testing_an_application(pytester: pytest.Pytester) -> None:
    shown = blocks("docs/howto/testing-an-application.md")
    assert len(shown) == 4
    pytester.makepyfile(**{f"test_{n}": snippet for n, snippet in enumerate(shown)})
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=6)


@pytest.fixture
def server() -> Iterator[StandIn]:
    with localhost_names(), StandIn(buckets=["media"]) as running:
        yield running


def test_coming_from_boto3(folder: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = bucketry.open_provider(server.configuration())
    monkeypatch.setattr(bucketry, "open_provider", lambda name: opened)
    with opened:
        page = run("coming-from-boto3")
        assert page["stored"].url
        assert len(blocks("docs/howto/coming-from-boto3.md")) == 2


def test_boto3s_calls_and_ours_do_the_same(folder: Path, server: StandIn) -> None:
    """Each whole call of the table is made, on either side."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", (PAGES / "coming-from-boto3.md").read_text(), re.M)
    calls = [
        [call for call in re.findall(r"`([^`]+)`", cell) if re.match(r"(client|media)\.", call)]
        for cell in (cell for row in rows for cell in row)
    ]
    whole = [call for cell in calls for call in cell if "..." not in call]
    assert len(whole) == 23
    configuration = server.configuration()
    credentials = configuration["credentials"]
    client = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        verify=server.ca_bundle,
        region_name="us-east-1",
        aws_access_key_id=credentials["access_key_id"],
        aws_secret_access_key=credentials["secret_access_key"],
    )
    Path("cat.png").write_bytes(b"meow")
    with bucketry.open_provider(configuration) as media:
        names = {
            "client": client, "media": media, "b": "media", "k": "a", "p": "", "data": b"meow",
            "Path": Path, "ByteRange": ByteRange, "keys": ["x"], "source": "a", "target": "b",
            "paginator": client.get_paginator("list_objects_v2"),
        }  # fmt: skip
        for call in whole:
            media.upload(b"meow", key="a")
            names["file"] = BytesIO(b"meow")
            result = eval(call, names)
            if "delete" in call and "[" not in call and "many" not in call:
                assert not media.exists("a"), call
            if "read" in call:
                assert (result if isinstance(result, bytes) else result.read()) == b"meow"


def test_watching(
    folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    page = run("watching")
    assert re.fullmatch(
        r"upload of 'notes/hello\.txt' on local: ok in \d\.\d{3} s, 5 bytes, 0 attempts",
        caplog.messages[0],
    )
    page["tell"](page["Event"](operation="x", provider="p", vendor="v", attempts=2))
    assert capsys.readouterr().out == "x  2 ()\n"
    configured = bucketry.open_provider("media")
    assert [name.partition(":")[2] for name in configured.layers[-3:]] == [
        "LoggingLayer", "PrometheusLayer", "TracingLayer",
    ]  # fmt: skip
    assert not configured.exists("none")


def test_no_page_is_left_out() -> None:
    """Each is named by the tests that run it, here or elsewhere."""
    tests = [path.read_text("utf-8") for path in PAGES.parents[1].glob("tests/**/*.py")]
    named = {name for text in tests for name in re.findall(r'["/]([a-z0-9-]+)(?:\.md)?"', text)}
    assert {page.stem for page in PAGES.glob("*.md")} <= named


def test_reading_the_doctor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = run("reading-the-doctor")
    assert [finding.code for finding in page["diagnosis"].findings] == ["not-served"]
    assert "error not-served" in capsys.readouterr().out
