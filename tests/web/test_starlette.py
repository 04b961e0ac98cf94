"""Starlette and FastAPI: providers that live as long as the application, uploads, errors."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, UploadFile
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import bucketry
from bucketry.aio import Provider
from bucketry_starlette import (
    ERROR_HANDLERS,
    ObjectResponse,
    provider,
    providers,
    request_body,
)
from web.servers import running

DATA = b"0123456789" * 1000

Media = Annotated[Provider, Depends(provider("media"))]


def config(folder: Path, *names: str) -> dict[str, Any]:
    files = {name: {"provider": "local", "directory": str(folder / name)} for name in names}
    return {"providers": files}


def make_fastapi(folder: Path, max_size: int = 1 << 30) -> FastAPI:
    app = FastAPI(
        lifespan=providers("media", config=config(folder, "media")),
        exception_handlers=ERROR_HANDLERS,
    )

    @app.get("/ready")
    async def ready() -> dict[str, int]:
        return {"pid": os.getpid()}

    @app.api_route("/files/{key:path}", methods=["GET", "HEAD"])
    async def file(key: str, media: Media) -> ObjectResponse:
        return ObjectResponse(media, key)

    @app.post("/files")
    async def post(upload: UploadFile, media: Media) -> dict[str, Any]:
        stored = await media.upload(upload)
        info = await media.head(stored.key)
        return {"key": stored.key, "size": stored.size, "type": info.content_type}

    @app.put("/files/{key:path}")
    async def put(key: str, request: Request, media: Media) -> dict[str, Any]:
        body = request_body(request, max_size=max_size)
        stored = await media.upload(body, key=key, prevent_overwrite=True)
        return {"key": stored.key, "size": stored.size}

    return app


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(make_fastapi(tmp_path, max_size=len(DATA))) as client:
        yield client


# -- FastAPI -------------------------------------------------------------------------------------


def test_a_form_is_stored_and_sent(client: TestClient) -> None:
    files = {"upload": ("Cat Ü.txt", DATA, "text/plain")}
    stored = client.post("/files", files=files).json()
    assert (stored["size"], stored["type"]) == (len(DATA), "text/plain")
    assert stored["key"].endswith(".txt")
    answer = client.get(f"/files/{stored['key']}", headers={"Range": "bytes=5-14"})
    assert (answer.status_code, answer.content) == (206, b"5678901234")


def test_errors_are_answers_of_fastapis_form(client: TestClient) -> None:
    missing = client.get("/files/none.txt")
    assert (missing.status_code, missing.json()) == (404, {"detail": "there is no such object"})
    bad = client.put("/files/a//b", content=b"x")
    assert bad.status_code == 400
    assert "a//b" in bad.json()["detail"]
    assert client.put("/files/a", content=b"x").json() == {"key": "a", "size": 1}
    taken = client.put("/files/a", content=b"y")
    assert (taken.status_code, client.get("/files/a").content) == (409, b"x")


def chunked(size: int) -> Iterator[bytes]:
    for _ in range(size // 1000):
        yield bytes(1000)


def test_a_body_that_is_too_large(client: TestClient) -> None:
    assert client.put("/files/a", content=DATA).status_code == 200
    told = client.put("/files/b", content=DATA + b"x")
    assert (told.status_code, told.json()) == (413, {"detail": "at most 10,000 bytes are taken"})
    endless = client.put("/files/b", content=b"x", headers={"Content-Length": "9" * 5000})
    assert (endless.status_code, endless.json()) == (413, told.json())
    assert client.put("/files/c", content=chunked(11_000)).status_code == 413
    assert client.put("/files/d", content=chunked(10_000)).status_code == 200
    assert [client.get(f"/files/{key}").status_code for key in "abcd"] == [200, 404, 404, 200]


def test_an_application_words_its_errors_itself(tmp_path: Path) -> None:
    app = make_fastapi(tmp_path)

    @app.exception_handler(404)
    def not_found(request: Request, error: Any) -> PlainTextResponse:
        return PlainTextResponse(f"no: {error.detail}", status_code=404)

    async def head(key: str, media: Media) -> None:
        await media.head(key)

    app.get("/heads/{key:path}")(head)
    with TestClient(app) as client:
        for path in ("/files/none", "/heads/none"):
            answer = client.get(path)
            assert (answer.status_code, answer.text) == (404, "no: there is no such object")


# -- Starlette -----------------------------------------------------------------------------------


def test_an_application_of_starlette(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Down:
        @bucketry.hookimpl
        def bucketry_head(self, key: str) -> Any:
            raise bucketry.Unavailable("https://x.example/?X-Amz-Signature=abc timed out")

    async def head(request: Request) -> JSONResponse:
        media = provider()(request)
        if "down" in request.query_params:
            media = media.with_layer(Down())
        info = await media.head(request.path_params["key"])
        return JSONResponse({"size": info.size})

    app = Starlette(
        routes=[Route("/{key:path}", head)],
        lifespan=providers("media", config=config(tmp_path, "media")),
        exception_handlers=ERROR_HANDLERS,
    )
    caplog.set_level(logging.ERROR)
    with TestClient(app) as client:
        missing = client.get("/none")
        assert (missing.status_code, missing.text) == (404, "there is no such object")
        assert caplog.messages == []
        down = client.get("/none?down")
        assert down.status_code == 503
        assert "x.example" not in down.text
    assert "timed out" in caplog.text
    assert "abc" not in caplog.text
    assert "Traceback" not in caplog.text


def test_several_providers_and_a_lifespan_of_ones_own(tmp_path: Path) -> None:
    opened = providers("one", "two", config=config(tmp_path, "one", "two"), threads=3)
    closed: list[str] = []

    class Closes:
        def __init__(self, name: str) -> None:
            self.name = name

        @bucketry.hookimpl
        def bucketry_explain_error(self) -> str:
            return ""

        def close(self) -> None:
            closed.append(self.name)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with opened(app) as state:
            layered = {
                name: media.with_layer(Closes(name)) for name, media in state["bucketry"].items()
            }
            yield {"bucketry": layered, "more": 1}
            for media in layered.values():
                await media.aclose()

    async def names(request: Request) -> PlainTextResponse:
        with pytest.raises(RuntimeError, match="no provider None is open"):
            provider()(request)
        both = [provider(name)(request).name for name in ("one", "two")]
        return PlainTextResponse(f"{both} {request.state.more}")

    with TestClient(Starlette(routes=[Route("/", names)], lifespan=lifespan)) as client:
        assert client.get("/").text == "['one', 'two'] 1"
        assert closed == []
    assert closed == ["one", "two"]


def test_providers_are_closed_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(bucketry.Provider, "close", lambda self: closed.append(self.name))
    lifespan = providers("one", "two", config=config(tmp_path, "one", "two"))
    with TestClient(Starlette(lifespan=lifespan)):
        assert closed == []
    assert closed == ["two", "one"]


def test_a_wrong_configuration_stops_the_start(tmp_path: Path) -> None:
    wrong = {"providers": {"media": {"provider": "local", "directroy": str(tmp_path)}}}
    with (
        pytest.raises(bucketry.ConfigError, match="directory"),
        TestClient(Starlette(lifespan=providers("media", config=wrong))),
    ):
        pass


def test_a_lifespan_that_was_not_run_is_named(tmp_path: Path) -> None:
    client = TestClient(make_fastapi(tmp_path))
    with pytest.raises(RuntimeError, match="a TestClient runs it under `with` only"):
        client.get("/files/a")


# -- a real server -------------------------------------------------------------------------------

MIB = 1 << 20


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def _form(size: int) -> tuple[dict[str, str], Iterator[bytes]]:
    head = (
        b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n"
    )

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(size // MIB):
            yield bytes(MIB)
        yield b"\r\n--x--\r\n"

    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(len(head) + size + 9),
    }
    return headers, pieces()


def test_uvicorn_serves_it_in_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "from pathlib import Path\nfrom web.test_starlette import make_fastapi\n"
        "app = make_fastapi(Path('files'))\n"
    )
    with running(["uvicorn", "--fd", "{fd}", "shop:app"], tmp_path) as server:
        pid = int(server.ask("GET", "/ready").body.split(b":")[1].strip(b" }"))
        assert server.ask("PUT", "/files/a.txt", body=DATA).status == 200
        answer = server.ask("GET", "/files/a.txt")
        assert (answer.status, answer.body) == (200, DATA)
        etag = answer.headers["etag"]
        assert server.ask("GET", "/files/a.txt", {"If-None-Match": etag}).status == 304
        head = server.ask("HEAD", "/files/a.txt", {"Range": "bytes=0-9"})
        assert (head.status, head.headers["content-length"], head.body) == (206, "10", b"")
        parts = server.ask("GET", "/files/a.txt", {"Range": "bytes=0-0,9-9"})
        assert parts.headers["content-length"] == str(len(parts.body))
        assert server.ask("GET", "/files/a.txt", {"Range": "bytes=20000-"}).status == 416
        assert server.ask("GET", "/files/none").status == 404
        for sent in (b"", b"x" * 50_000):
            server.break_off("/files/half", 100_000, sent)
            assert server.ask("GET", "/files/half").status == 404

        before = _peak(pid)
        stored = server.ask("POST", "/files", *_form(24 * MIB))
        assert stored.status == 200
        assert b'"size":25165824' in stored.body
        raw = {"Content-Length": str(24 * MIB)}
        pieces = (bytes(MIB) for _ in range(24))
        assert server.ask("PUT", "/files/large", raw, pieces).status == 200
        assert len(server.ask("GET", "/files/large").body) == 24 * MIB
        assert _peak(pid) - before < 16 * MIB
    written = server.log.read_text()
    assert "Traceback" not in written
