"""Flask: the extension, what is sent, and the errors that its views let out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

import bucketry
from bucketry_flask import Bucketry, request_body, send_object
from web.servers import running

DATA = b"0123456789" * 1000


def make_app(folder: Path, **config: Any) -> flask.Flask:
    storage = Bucketry()
    app = flask.Flask("shop")
    app.config["BUCKETRY"] = {"provider": "local", "directory": str(folder)}
    app.config.update(config)
    storage.init_app(app)

    @app.get("/ready")
    def ready() -> str:
        return "yes"

    @app.get("/files/<path:key>")
    def file(key: str) -> flask.Response:
        asked = flask.request.args
        response = {"content_type": asked["type"]} if "type" in asked else None
        return storage.send(key, download_name=asked.get("name"), response=response)

    @app.put("/files/<path:key>")
    def put(key: str) -> dict[str, Any]:
        stored = storage.provider.upload(request_body(), key=key, prevent_overwrite=True)
        return {"key": stored.key, "size": stored.size}

    return app


@pytest.fixture
def app(tmp_path: Path) -> flask.Flask:
    app = make_app(tmp_path / "files")
    app.extensions["bucketry"].upload(DATA, key="a.txt")
    return app


@pytest.fixture
def client(app: flask.Flask) -> FlaskClient:
    return app.test_client()


def test_an_object_is_sent(client: FlaskClient) -> None:
    answer = client.get("/files/a.txt")
    assert (answer.status_code, answer.data) == (200, DATA)
    assert answer.content_type == "text/plain"
    assert answer.headers["Content-Length"] == "10000"
    assert answer.headers["Cache-Control"] == "private"
    head = client.head("/files/a.txt")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == "10000"


def test_conditions_and_ranges(client: FlaskClient) -> None:
    etag = client.get("/files/a.txt").headers["ETag"]

    def status(**headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get("/files/a.txt", headers=sent).status_code

    assert status(If_None_Match=etag) == 304
    assert status(If_Match='"other"') == 412
    assert status(Range="bytes=20000-") == 416
    assert status(Range="lines=1-2") == 200
    part = client.get("/files/a.txt", headers={"Range": "bytes=5-14", "If-Range": etag})
    assert (part.status_code, part.data) == (206, b"5678901234")
    assert part.headers["Content-Range"] == "bytes 5-14/10000"
    parts = client.get("/files/a.txt", headers={"Range": "bytes=0-1,9-10"})
    assert parts.status_code == 206
    assert parts.content_type.startswith("multipart/byteranges; boundary=")
    assert parts.headers["Content-Length"] == str(len(parts.data))


def test_a_name_to_save_as(client: FlaskClient) -> None:
    answer = client.get("/files/a.txt?name=Zeugnis.txt")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Zeugnis.txt"'
    evil = client.get("/files/a.txt", query_string={"name": 'x"\r\nSet-Cookie: a=b'})
    assert "Set-Cookie" not in evil.headers


def test_what_was_uploaded_runs_in_no_browser(app: flask.Flask, client: FlaskClient) -> None:
    app.extensions["bucketry"].upload(b"<script>", key="a.html")
    answer = client.get("/files/a.html")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_errors_are_answers(client: FlaskClient) -> None:
    missing = client.get("/files/b.txt")
    assert missing.status_code == 404
    assert "there is no such object" in missing.text
    bad = client.get("/files/a/../<b>.txt")
    assert bad.status_code == 400
    assert "<b>" not in bad.text
    broken = client.get("/files/a.txt?type=text/plain%0d%0aSet-Cookie:%20a=b")
    assert (broken.status_code, "Set-Cookie" in broken.headers) == (400, False)
    assert client.put("/files/c.txt", data=b"x").json == {"key": "c.txt", "size": 1}
    taken = client.put("/files/c.txt", data=b"y")
    assert taken.status_code == 409
    assert client.get("/files/c.txt").data == b"x"


def test_an_upload_that_is_too_large(tmp_path: Path) -> None:
    app = make_app(tmp_path, MAX_CONTENT_LENGTH=100)
    client = app.test_client()
    assert client.put("/files/a", data=bytes(101)).status_code == 413
    assert client.put("/files/a", data=bytes(100)).status_code == 200
    assert not app.extensions["bucketry"].exists("a/b")


def test_the_application_words_its_errors_itself(app: flask.Flask) -> None:
    @app.errorhandler(404)
    def not_found(error: Any) -> tuple[dict[str, str], int]:
        return {"error": error.description}, 404

    answer = app.test_client().get("/files/b.txt")
    assert (answer.status_code, answer.json) == (404, {"error": "there is no such object"})


def test_a_failing_storage_is_logged_and_not_shown(
    app: flask.Flask, caplog: pytest.LogCaptureFixture
) -> None:
    class Down:
        @bucketry.hookimpl
        def bucketry_open(self, key: str) -> Any:
            raise bucketry.Unavailable("GET https://x.example/?X-Amz-Signature=abc timed out")

    app.extensions["bucketry"] = app.extensions["bucketry"].with_layer(Down())
    caplog.set_level(logging.ERROR)
    answer = app.test_client().get("/files/a.txt")
    assert answer.status_code == 503
    assert "x.example" not in answer.text
    assert "timed out" in caplog.text
    assert "abc" not in caplog.text
    assert "Traceback" not in caplog.text


def test_names_are_looked_up_in_a_configuration(tmp_path: Path) -> None:
    both = {
        name: {"provider": "local", "directory": str(tmp_path / name)} for name in ("one", "two")
    }
    config = {"default": "two", "providers": both}
    app = make_app(tmp_path, BUCKETRY=None, BUCKETRY_CONFIG=config)
    assert app.extensions["bucketry"].name == "two"
    app = make_app(tmp_path, BUCKETRY="one", BUCKETRY_CONFIG=config)
    assert app.extensions["bucketry"].name == "one"
    with pytest.raises(bucketry.ConfigError):
        make_app(tmp_path, BUCKETRY={"provider": "local", "directroy": "x"})


def test_two_applications_share_one_extension(tmp_path: Path) -> None:
    storage = Bucketry()
    apps = []
    for name in ("one", "two"):
        app = flask.Flask(name)
        app.config["BUCKETRY"] = {"provider": "local", "directory": str(tmp_path / name)}
        storage.init_app(app)
        apps.append(app)
    for app in apps:
        with app.app_context():
            storage.provider.upload(app.name.encode(), key="name")
    for app in apps:
        with app.app_context():
            assert storage.provider.read("name") == app.name.encode()


def test_an_application_has_one_provider(app: flask.Flask) -> None:
    first = app.extensions["bucketry"]
    with pytest.raises(bucketry.InvalidInput, match="has its provider already; open others with"):
        Bucketry(app)
    assert app.extensions["bucketry"] is first
    with (
        flask.Flask("bare").app_context(),
        pytest.raises(bucketry.InvalidInput, match=r"no provider: call init_app\(app\) first"),
    ):
        _ = Bucketry().provider


def test_a_client_that_goes_away_leaves_nothing_open(app: flask.Flask) -> None:
    ended: list[str] = []

    class Ends:
        @bucketry.hookimpl(wrapper=True)
        def bucketry_perform(self, operation: bucketry.Operation) -> Any:
            yield
            ended.append(operation.name)

    media = app.extensions["bucketry"].with_layer(Ends())
    with app.test_request_context("/", headers={"Range": "bytes=0-1,5-6"}):
        answer = send_object(media, "a.txt")
        assert ended == ["is_private", "head"]
        answer.close()
    assert ended == ["is_private", "head", "open"]


def test_gunicorn_serves_it(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "from pathlib import Path\nfrom web.test_flask import make_app\n"
        "app = make_app(Path('files'))\n"
    )
    command = ["gunicorn", "--bind", "fd://{fd}", "--threads", "2"]
    with running([*command, "shop:app"], tmp_path) as server:
        assert server.ask("PUT", "/files/a.txt", body=DATA).status == 200
        answer = server.ask("GET", "/files/a.txt")
        assert (answer.status, answer.body) == (200, DATA)
        etag = answer.headers["etag"]
        assert server.ask("GET", "/files/a.txt", {"If-None-Match": etag}).status == 304
        part = server.ask("GET", "/files/a.txt", {"Range": "bytes=-3"})
        assert (part.status, part.body) == (206, b"789")
        head = server.ask("HEAD", "/files/a.txt")
        assert (head.headers["content-length"], head.body) == ("10000", b"")
        parts = server.ask("GET", "/files/a.txt", {"Range": "bytes=0-0,9-9"})
        assert parts.headers["content-length"] == str(len(parts.body))
        assert server.ask("GET", "/files/none").status == 404
        for sent in (b"", b"x" * 50_000):
            assert server.break_off("/files/half", 100_000, sent).startswith(b"HTTP/1.1 400 ")
            assert server.ask("GET", "/files/half").status == 404
    assert "Traceback" not in server.log.read_text()
