"""Starlette's own tests of FileResponse, restated on `ObjectResponse`.

Each test is named after theirs (tests/test_responses.py of Starlette 1.10). What differs, and why:

- A missing object is an HTTPException 404, a path that is no file cannot exist.
- Names to save as follow RFC 6266 with an ASCII fallback, as everywhere in bucketry.
- The stored content type counts, whatever name the object is saved under.
- An ETag is the object's own; no header replaces it.
- `http.response.pathsend` needs a file on this machine; an object has none.
- A client that goes away is told as `ClientDisconnect`, as by StreamingResponse.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx
import pytest
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import bucketry
from bucketry import InvalidHeader
from bucketry.aio import Provider
from bucketry_starlette import ObjectResponse

README = """\
# BáiZé

Powerful and exquisite WSGI/ASGI framework.

Every name and every rule has a page of its own, and every page is read by somebody who has never
seen the others before. No redundant implementation means that you can freely customize functions
without considering the conflict with other tools.
""".encode()
SIZE = len(README)
TEXT = "text/plain; charset=utf-8"

Backend = Literal["asyncio", "trio"]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


class OpenReaders:
    """Counts readers that are open, and those that ever were."""

    def __init__(self) -> None:
        self.ever = 0
        self.now = 0

    @bucketry.hookimpl(wrapper=True)
    def bucketry_perform(self, operation: bucketry.Operation) -> Any:
        if operation.name != "open":
            yield
            return
        self.ever += 1
        self.now += 1
        try:
            yield
        finally:
            self.now -= 1


@pytest.fixture
def readers() -> OpenReaders:
    return OpenReaders()


@pytest.fixture
def media(tmp_path: Path, readers: OpenReaders) -> Provider:
    sync = bucketry.open_provider({"provider": "local", "directory": str(tmp_path / "files")})
    sync.upload(README, key="README.txt", content_type=TEXT)
    return Provider(sync.with_layer(readers))


@pytest.fixture
def client(media: Provider, anyio_backend: Backend) -> TestClient:
    return TestClient(ObjectResponse(media, "README.txt"), backend=anyio_backend)


async def get(app: ASGIApp, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as asking:
        return await asking.get("/", headers={n.replace("_", "-"): v for n, v in headers.items()})


# -- what is sent --------------------------------------------------------------------------------


def test_file_response(media: Provider, anyio_backend: Backend) -> None:
    content = b"<file content>" * 1000
    media.sync.upload(content, key="xyz", content_type="image/png")
    filled = ""

    async def numbers(minimum: int, maximum: int) -> AsyncIterator[str]:
        for number in range(minimum, maximum + 1):
            yield str(number)
            await anyio.sleep(0)

    async def cleanup(start: int, stop: int) -> None:
        nonlocal filled
        async for number in numbers(start, stop):
            filled += number

    task = BackgroundTask(cleanup, start=6, stop=9)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = ObjectResponse(media, "xyz", filename="example.png", background=task)
        await response(scope, receive, send)

    response = TestClient(app, backend=anyio_backend).get("/")
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["content-type"] == "image/png"
    assert response.headers["content-disposition"] == 'attachment; filename="example.png"'
    assert response.headers["content-length"] == str(len(content))
    assert "last-modified" in response.headers
    assert "etag" in response.headers
    assert filled == "6789"


@pytest.mark.anyio
async def test_file_response_on_head_method(media: Provider) -> None:
    app = ObjectResponse(media, "README.txt", filename="example.txt")
    messages: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("there is nothing to receive")

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "head", "headers": [(b"key", b"value")]}
    await app(scope, receive, send)
    start, body = messages
    assert start["status"] == 200
    headers = Headers(raw=start["headers"])
    assert (headers["content-type"], headers["content-length"]) == (TEXT, str(SIZE))
    assert {"content-disposition", "last-modified", "etag"} <= set(headers)
    assert body["body"] == b""
    assert not body.get("more_body")


def test_file_response_set_media_type(media: Provider) -> None:
    app = ObjectResponse(media, "README.txt", filename="example.png", media_type="image/jpeg")
    assert TestClient(app).get("/").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("media_type", ["text/plain\r\nSet-Cookie: a=b", "text/é\u0141", "a\0"])
def test_a_media_type_breaks_out_of_no_header(media: Provider, media_type: str) -> None:
    with pytest.raises(InvalidHeader, match="response content_type has "):
        ObjectResponse(media, "README.txt", media_type=media_type)


def test_file_response_default_media_type(media: Provider) -> None:
    media.sync.upload(b"<file content>", key="file.unknownext")
    app = ObjectResponse(media, "file.unknownext")
    assert TestClient(app).get("/").headers["content-type"] == "application/octet-stream"


def test_file_response_with_missing_file_raises_error(media: Provider) -> None:
    with pytest.raises(HTTPException) as caught:
        TestClient(ObjectResponse(media, "404.txt")).get("/")
    assert (caught.value.status_code, caught.value.detail) == (404, "there is no such object")


def test_file_response_with_chinese_filename(media: Provider) -> None:
    app = ObjectResponse(media, "README.txt", filename="你好.txt")
    response = TestClient(app).get("/")
    assert (response.status_code, response.content) == (200, README)
    assert response.headers["content-disposition"] == (
        "attachment; filename=\"__.txt\"; filename*=UTF-8''%E4%BD%A0%E5%A5%BD.txt"
    )


def test_file_response_with_inline_disposition(media: Provider) -> None:
    app = ObjectResponse(
        media, "README.txt", filename="hello.txt", content_disposition_type="inline"
    )
    response = TestClient(app).get("/")
    assert response.headers["content-disposition"] == 'inline; filename="hello.txt"'


def test_file_response_with_range_header(client: TestClient) -> None:
    etag = client.get("/").headers["etag"]
    response = client.get("/", headers={"range": "bytes=0-4", "if-range": etag})
    assert (response.status_code, response.content) == (206, README[:5])
    assert response.headers["etag"] == etag
    assert response.headers["content-length"] == "5"
    assert response.headers["content-range"] == f"bytes 0-4/{SIZE}"


def test_file_response_ignores_weak_if_range(client: TestClient) -> None:
    etag = client.get("/").headers["etag"]
    response = client.get("/", headers={"range": "bytes=0-4", "if-range": f"W/{etag}"})
    assert (response.status_code, response.content) == (200, README)
    assert "content-range" not in response.headers


def test_file_response_known_size(client: TestClient) -> None:
    assert client.get("/").headers["content-length"] == str(SIZE)


# -- clients that go away ------------------------------------------------------------------------


LARGE = 8 * ObjectResponse.chunk_size


@pytest.fixture
def large(media: Provider) -> Provider:
    media.sync.upload(b"x" * LARGE, key="file.bin")
    return media


@pytest.fixture(params=[None, b"bytes=0-", b"bytes=0-524287,1048576-2000000"])
def scope(request: pytest.FixtureRequest) -> Scope:
    headers = [] if request.param is None else [(b"range", request.param)]
    return {"type": "http", "method": "GET", "headers": headers}


@pytest.mark.anyio
@pytest.mark.parametrize("spec_version", [None, "2.3"])
async def test_file_response_stops_on_disconnect(
    large: Provider, readers: OpenReaders, scope: Scope, spec_version: str | None
) -> None:
    if spec_version is not None:
        scope["asgi"] = {"spec_version": spec_version}
    disconnected = anyio.Event()
    received = False
    submitted = 0
    background_ran = False

    async def receive() -> Message:
        nonlocal received
        if not received:
            received = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await disconnected.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal submitted
        if message["type"] == "http.response.body":
            submitted += len(message["body"])
            if submitted >= ObjectResponse.chunk_size:
                disconnected.set()
                await anyio.sleep_forever()

    async def cleanup() -> None:
        nonlocal background_ran
        assert (readers.ever, readers.now) == (1, 0)
        background_ran = True

    with anyio.fail_after(60):
        response = ObjectResponse(large, "file.bin", background=BackgroundTask(cleanup))
        await response(scope, receive, send)
    assert disconnected.is_set()
    assert background_ran


@pytest.mark.anyio
@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_file_response_closes_on_cancellation(
    large: Provider, readers: OpenReaders, scope: Scope, spec_version: str
) -> None:
    scope["asgi"] = {"spec_version": spec_version}

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            cancel_scope.cancel()
            await anyio.sleep_forever()

    async def cleanup() -> None:
        raise AssertionError("it was cancelled from outside")

    with anyio.fail_after(60), anyio.CancelScope() as cancel_scope:
        response = ObjectResponse(large, "file.bin", background=BackgroundTask(cleanup))
        await response(scope, receive, send)
    assert cancel_scope.cancelled_caught
    assert (readers.ever, readers.now) == (1, 0)


@pytest.mark.anyio
@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
@pytest.mark.parametrize("message_type", ["http.response.start", "http.response.body"])
async def test_file_response_closes_on_send_error(
    large: Provider, readers: OpenReaders, scope: Scope, spec_version: str, message_type: str
) -> None:
    scope["asgi"] = {"spec_version": spec_version}

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == message_type:
            raise OSError("Disconnected")

    with anyio.fail_after(60), pytest.raises((OSError, ClientDisconnect)):
        await ObjectResponse(large, "file.bin")(scope, receive, send)
    assert (readers.ever, readers.now) == (1, 0)


# -- ranges --------------------------------------------------------------------------------------


def test_file_response_without_range(client: TestClient) -> None:
    response = client.get("/")
    assert (response.status_code, response.content) == (200, README)
    assert response.headers["accept-ranges"] == "bytes"
    assert "content-range" not in response.headers


def test_file_response_ignores_range_for_non_success_status(media: Provider) -> None:
    client = TestClient(ObjectResponse(media, "README.txt", status_code=404))
    response = client.get("/", headers={"Range": "bytes=0-100"})
    assert (response.status_code, response.content) == (404, README)
    assert "content-range" not in response.headers
    head = client.head("/", headers={"Range": "bytes=0-100"})
    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["content-length"] == str(SIZE)


def test_file_response_ignores_range_for_non_get_methods(client: TestClient) -> None:
    response = client.post("/", headers={"Range": "bytes=0-100"})
    assert (response.status_code, response.content) == (200, README)
    assert "content-range" not in response.headers


def test_file_response_head(client: TestClient) -> None:
    response = client.head("/")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(SIZE)
    assert response.headers["content-type"] == TEXT
    assert "content-range" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_file_response_range(client: TestClient, method: str) -> None:
    response = client.request(method, "/", headers={"Range": "bytes=0-100"})
    assert response.status_code == 206
    assert response.headers["content-range"] == f"bytes 0-100/{SIZE}"
    assert response.headers["content-length"] == "101"
    assert response.headers["content-type"] == TEXT
    assert response.content == (README[:101] if method == "GET" else b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_file_response_range_multi(client: TestClient, method: str) -> None:
    response = client.request(method, "/", headers={"Range": "bytes=0-100, 200-300"})
    assert response.status_code == 206
    assert "content-range" not in response.headers
    assert response.headers["content-type"].startswith("multipart/byteranges; boundary=")
    length = int(response.headers["content-length"])
    assert length > 202
    assert len(response.content) == (length if method == "GET" else 0)
    etag = response.headers["etag"]
    for validator, status in ((etag[:-1], 200), (etag, 206)):
        headers = {"Range": "bytes=200-300", "if-range": validator}
        assert client.request(method, "/", headers=headers).status_code == status


@pytest.mark.parametrize(("ranges", "status"), [(100, 206), (101, 200)])
def test_file_response_range_count_limit(client: TestClient, ranges: int, status: int) -> None:
    asked = ",".join(f"{index}-{index}" for index in range(0, 2 * ranges, 2))
    response = client.get("/", headers={"Range": f"bytes={asked}"})
    assert response.status_code == status
    if status == 200:
        assert response.content == README


def test_file_response_range_invalid(client: TestClient) -> None:
    assert client.head("/", headers={"Range": "bytes: 0-1000"}).status_code == 400


def test_file_response_range_head_max(client: TestClient) -> None:
    assert client.head("/", headers={"Range": f"bytes=0-{SIZE + 1}"}).status_code == 206


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_file_response_range_416(client: TestClient, method: str) -> None:
    response = client.request(method, "/", headers={"Range": f"bytes={SIZE + 1}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("items=0-100", "Only support bytes range"),
        ("bytes=", "Range header: range must be requested"),
        ("bytes=100-0", "Range header: start must be less than end"),
        ("bytes=5-4", "Range header: start must be less than end"),
    ],
)
def test_file_response_malformed_ranges(client: TestClient, asked: str, sentence: str) -> None:
    response = client.get("/", headers={"Range": asked})
    assert (response.status_code, response.text) == (400, f"{sentence}\n")


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=5-5", 5, 6),
        ("bytes=0-100, 50-200", 0, 201),
        ("bytes=100, 0-50", 0, 51),
        ("bytes= - , 0-50", 0, 51),
        ("bytes=abc-def, 0-50", 0, 51),
        ("bytes=-100", SIZE - 100, SIZE),
        (f"bytes=-{SIZE + 500}", 0, SIZE),
    ],
)
def test_file_response_one_range_of_what_is_asked(
    client: TestClient, asked: str, start: int, stop: int
) -> None:
    response = client.get("/", headers={"Range": asked})
    assert (response.status_code, response.content) == (206, README[start:stop])
    assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert response.headers["content-length"] == str(stop - start)


def test_file_response_insert_ranges(client: TestClient) -> None:
    response = client.get("/", headers={"Range": "bytes=100-200, 0-50"})
    assert response.status_code == 206
    boundary = response.headers["content-type"].split("boundary=")[1]
    part = "--{}\r\nContent-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\n\r\n"
    assert response.content == (
        part.format(boundary, TEXT, 0, 50, SIZE).encode()
        + README[:51]
        + b"\r\n"
        + part.format(boundary, TEXT, 100, 200, SIZE).encode()
        + README[100:201]
        + f"\r\n--{boundary}--".encode()
    )
    head = f"Content-Type: {response.headers['content-type']}\r\n\r\n".encode()
    parts: Any = BytesParser().parsebytes(head + response.content).get_payload()
    assert [part["Content-Range"] for part in parts] == [
        f"bytes 0-50/{SIZE}", f"bytes 100-200/{SIZE}",
    ]  # fmt: skip


def test_file_response_multiple_calls(client: TestClient) -> None:
    assert client.get("/", headers={"Range": "bytes=0-100"}).status_code == 206
    response = client.get("/")
    assert (response.status_code, response.content) == (200, README)
    assert "content-range" not in response.headers


@pytest.mark.anyio
async def test_file_response_multi_small_chunk_size(media: Provider) -> None:
    class SmallChunks(ObjectResponse):
        chunk_size = 10

    messages: list[Message] = []

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "get", "headers": [(b"range", b"bytes=0-15,20-35,35-50")]}
    with anyio.fail_after(60):
        await SmallChunks(media, "README.txt")(scope, receive, send)
    start, *rest = messages
    headers = Headers(raw=start["headers"])
    boundary = headers["content-type"].split("boundary=")[1]
    part = "--{}\r\nContent-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\n\r\n"
    assert [message["body"] for message in rest] == [
        part.format(boundary, TEXT, 0, 15, SIZE).encode(), README[:10], README[10:16], b"\r\n",
        part.format(boundary, TEXT, 20, 50, SIZE).encode(), README[20:30], README[30:40],
        README[40:50], README[50:51], b"\r\n", f"--{boundary}--".encode(), b"",
    ]  # fmt: skip
    assert sum(len(message["body"]) for message in rest) == int(headers["content-length"])


@pytest.mark.anyio
async def test_file_response_multi_range_unexpected_eof(
    media: Provider, readers: OpenReaders, caplog: pytest.LogCaptureFixture
) -> None:
    """The object is replaced between two of its ranges."""

    class Replaces:
        @bucketry.hookimpl(wrapper=True)
        def bucketry_open(self, byte_range: Any) -> Any:
            if byte_range is not None and byte_range.start == 5:
                media.sync.upload(b"012", key="README.txt")
            return (yield)

    response = ObjectResponse(media.with_layer(Replaces()), "README.txt")
    with anyio.fail_after(60), pytest.raises(RuntimeError, match="could not be sent to its end"):
        await get(response, range="bytes=0-2,5-7")
    assert readers.now == 0
    assert caplog.messages


# -- more than FileResponse does -----------------------------------------------------------------


def test_preconditions(client: TestClient) -> None:
    first = client.get("/")
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    not_modified = client.get("/", headers={"if-none-match": etag})
    assert (not_modified.status_code, not_modified.content) == (304, b"")
    assert "content-length" not in not_modified.headers
    assert not_modified.headers["etag"] == etag
    assert client.head("/", headers={"if-modified-since": modified}).status_code == 304
    failed = client.get("/", headers={"if-match": '"other"'})
    assert (failed.status_code, failed.text) == (412, "the object is another version\n")


def test_own_headers_and_cookies_are_sent_along(media: Provider) -> None:
    response = ObjectResponse(
        media, "README.txt", headers={"Cache-Control": "private, max-age=60", "X-Team": "web"}
    )
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    answer = TestClient(response).get("/", headers={"range": "bytes=0-0"})
    assert answer.status_code == 206
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert answer.headers["x-team"] == "web"
    assert answer.headers.get_list("set-cookie") == [
        "a=1; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax",
    ]  # fmt: skip


def test_what_was_uploaded_runs_in_no_browser(media: Provider) -> None:
    media.sync.upload(b"<script>", key="a.svg", content_type="image/svg+xml")
    answer = TestClient(ObjectResponse(media, "a.svg")).get("/")
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_private_objects_stay_out_of_shared_caches(media: Provider) -> None:
    for visibility, shown in (("private", "private"), ("public", None)):
        app = ObjectResponse(media.with_options(visibility=visibility), "README.txt")
        assert TestClient(app).get("/").headers.get("cache-control") == shown


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (bucketry.AccessDenied("arn:aws:iam::1:user/x"), 403),
        (bucketry.Unavailable("https://x.example timed out"), 503),
    ],
)
def test_a_failing_storage_is_logged_and_not_shown(
    media: Provider, error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    class Fails:
        @bucketry.hookimpl
        def bucketry_open(self, key: str) -> Any:
            raise error

    with pytest.raises(HTTPException) as caught:
        TestClient(ObjectResponse(media.with_layer(Fails()), "README.txt")).get("/")
    assert caught.value.status_code == status
    assert "x.example" not in caught.value.detail
    assert "arn" not in caught.value.detail
    assert ("x.example timed out" in caplog.text) == (status == 503)


_: Callable[..., ASGIApp] = ObjectResponse
