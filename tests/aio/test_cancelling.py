"""Who is cancelled waits for nothing, and nothing goes on or is left behind."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme
from anyio import to_thread

import bucketry
from bucketry import StorageError
from bucketry.aio import Provider, open_provider
from bucketry.aio.threads import Threads
from bucketry.cancelling import Cancellation, check
from bucketry_s3.testing import Alter, StandIn
from s3.sockets.peer import Line, Peer

pytestmark = pytest.mark.anyio

HELD = 60.0
"""Seconds that a server holds a request; also the deadline of each operation."""

AT_ONCE = 20.0
"""Seconds that count as at once on a machine that is busy, far from those that a server holds."""

PART = 5 << 20


class Held:
    """A server that keeps one kind of request waiting, and says when one has come."""

    def __init__(self, server: StandIn) -> None:
        self.server = server
        self.come = threading.Event()
        self._go_on = threading.Event()

    def hold(self, operation: str) -> None:
        def wait(body: bytes) -> bytes:
            self.come.set()
            self._go_on.wait(HELD)
            return body

        self.server.faults.add(operation, Alter(request=wait), times=None)

    def let_go(self) -> None:
        self.server.faults.clear()
        self._go_on.set()

    def arrived(self, operation: str) -> bool:
        return any(request.operation == operation for request in self.server.requests)


@pytest.fixture
def held() -> Iterator[Held]:
    with StandIn(buckets=["media"]) as server:
        held = Held(server)
        yield held
        held.let_go()


@pytest.fixture(params=["sockets", "boto3"])
def media(held: Held, request: pytest.FixtureRequest) -> Iterator[Provider]:
    settings = held.server.configuration(
        provider="s3",
        addressing="path",
        multipart={"part_size": PART, "concurrency": 2},
        deadline=HELD,
        transport=request.param,
    )
    with bucketry.open_provider(settings) as sync:
        sync.upload(b"old", key="old")
        yield Provider(sync)


async def _come(held: Held) -> None:
    while not held.come.is_set():
        await anyio.sleep(0.01)


async def _listed(media: Provider) -> list[str]:
    return [info.key async for info in media.list()]


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("HeadObject", lambda media: media.head("old")),
        ("GetObject", lambda media: media.read("old")),
        ("PutObject", lambda media: media.upload(b"new", key="new")),
        ("CopyObject", lambda media: media.copy("old", "new")),
        ("ListObjectsV2", _listed),
        ("UploadPart", lambda media: media.upload(b"x" * 3 * PART, key="new")),
    ],
    ids=["head", "read", "upload", "copy", "list", "parts"],
)
async def test_an_operation_ends_at_once(
    held: Held,
    media: Provider,
    operation: str,
    call: Callable[[Provider], Coroutine[Any, Any, object]],
) -> None:
    held.hold(operation)
    async with anyio.create_task_group() as group:
        group.start_soon(call, media)
        await _come(held)
        began = time.monotonic()
        group.cancel_scope.cancel()
    assert time.monotonic() - began < AT_ONCE
    before = len(held.server.requests)
    await anyio.sleep(0.1)
    assert len(held.server.requests) == before
    if operation == "UploadPart":
        assert held.arrived("AbortMultipartUpload")
        assert await media.sweep(older_than=timedelta(0), dry_run=True) == []


ANSWER = (
    b"HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nServer: AmazonS3\r\nContent-Length: 100\r\n"
    b'ETag: "0123456789abcdef0123456789abcdef"\r\nLast-Modified: Tue, 24 Nov 2026 12:00:00 GMT\r\n'
    b"\r\n" + b"x" * 10
)


@pytest.mark.parametrize("transport", ["sockets", "boto3"])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_read_that_waits_for_its_next_byte_ends_too(tmp_path: Path, transport: str) -> None:
    come = threading.Event()

    def stall(line: Line) -> None:
        line.request()
        line.say(ANSWER)
        come.set()
        line.pause(HELD)

    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    with Peer(stall, tls=True, ca=ca) as peer:
        async with open_provider({
            "provider": "s3", "bucket": "media", "region": "us-east-1", "addressing": "path",
            "endpoint": f"https://localhost:{peer.port}", "ca_bundle": str(tmp_path / "ca.pem"),
            "credentials": {"access_key_id": "a", "secret_access_key": "b"},
            "deadline": HELD, "transport": transport,
        }) as media:  # fmt: skip
            file = await media.open("a")
            assert await file.read(10) == b"x" * 10
            began = time.monotonic()
            with anyio.move_on_after(0.1) as scope:
                await file.read(10)
            assert scope.cancelled_caught
            assert time.monotonic() - began < AT_ONCE
            await file.aclose()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_timeout_of_asyncios_own_ends_it_too(held: Held, media: Provider) -> None:
    """It cancels the task itself, which no scope of anyio's shields from."""
    held.hold("PutObject")
    task = asyncio.create_task(media.upload(b"new", key="new"))
    await _come(held)
    began = time.monotonic()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # impatient people press Ctrl-C twice
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < AT_ONCE
    assert not media._threads._limiter.borrowed_tokens


async def test_a_thread_is_never_left_at_work(anyio_backend: str) -> None:
    written: list[int] = []
    threads = Threads(1)

    def write() -> None:
        while True:
            check()
            written.append(1)
            time.sleep(0.001)

    async with anyio.create_task_group() as group:
        group.start_soon(threads.run, write)
        while not written:
            await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    number = len(written)
    await anyio.sleep(0.05)
    assert len(written) == number
    assert await threads.run(lambda: "the thread is free") == "the thread is free"


async def test_who_is_cancelled_while_waiting_for_a_thread_never_begins(anyio_backend: str) -> None:
    threads, go_on, begun = Threads(1), threading.Event(), []
    async with anyio.create_task_group() as group:
        group.start_soon(threads.run, go_on.wait)
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.05):
            await threads.run(lambda: begun.append(1))
        go_on.set()
    assert begun == []


async def test_slow_uploads_starve_nobody_elses_threads(held: Held, media: Provider) -> None:
    held.hold("PutObject")
    narrow = Provider(media.sync, threads=2)
    async with anyio.create_task_group() as group:
        for number in range(100):
            group.start_soon(lambda n: narrow.upload(b"x", key=f"{n}"), number)
        await _come(held)
        with anyio.fail_after(AT_ONCE):
            assert await to_thread.run_sync(lambda: 1) == 1
            assert await Provider(media.sync).exists("old")
        group.cancel_scope.cancel()


@pytest.mark.parametrize("chunk", [b"x" * 1000, b"x" * 100_000])
async def test_nothing_of_a_cancelled_upload_is_on_disk(tmp_path: Path, chunk: bytes) -> None:
    async with open_provider(
        {"provider": "local", "directory": str(tmp_path), "base_url": "http://127.0.0.1:1"}
    ) as media:
        read: list[int] = []

        def endless() -> Iterator[bytes]:
            for number in itertools.count():
                read.append(number)
                time.sleep(0.001)
                yield chunk

        async def until_it_runs() -> None:
            while len(read) < 3:
                await anyio.sleep(0.01)

        async with anyio.create_task_group() as group:
            group.start_soon(lambda: media.upload(endless(), key="a"))
            await until_it_runs()
            group.cancel_scope.cancel()
        assert [
            path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size
        ] == []


async def test_a_file_that_was_opened_for_nobody_is_closed(tmp_path: Path) -> None:
    """The answer comes at the very moment of the cancellation."""
    opened: list[Any] = []
    media = open_provider(
        {"provider": "local", "directory": str(tmp_path), "base_url": "http://127.0.0.1:1"}
    )
    await media.upload(b"x", key="a")
    real = media.sync.open
    async with anyio.create_task_group() as group:

        def open_late(*args: Any, **kwargs: Any) -> Any:
            opened.append(real(*args, **kwargs))
            anyio.from_thread.run_sync(group.cancel_scope.cancel)
            return opened[0]

        media.sync.open = open_late  # type: ignore[method-assign]
        await media.open("a")
    assert opened[0].closed
    await media.aclose()


# -- what threads are told ---------------------------------------------------------------------


def test_work_is_told() -> None:
    cancellation = Cancellation()
    with cancellation.covering():
        check()
        cancellation.cancel()
        with pytest.raises(StorageError, match="it was cancelled"):
            check()
    check()  # what is outside of it is not cancelled


def test_a_listing_that_is_not_gone_through_ends_with_its_loop(tmp_path: Path) -> None:
    media = open_provider({"provider": "local", "directory": str(tmp_path)})
    media.sync.upload(b"x", key="k")
    told = []

    async def begin() -> object:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        listing = media.list()
        await anext(listing)
        return listing

    assert asyncio.run(begin()) is not None
    assert told == []
