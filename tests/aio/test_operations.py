"""Operations that are awaited do what the sync ones do, on either event loop."""

from __future__ import annotations

import io
import pickle
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest

from bucketry import (
    AlreadyExists,
    BucketryError,
    ByteRange,
    InvalidInput,
    InvalidSource,
    ManyFailed,
    NotFound,
    StorageError,
    hookimpl,
)
from bucketry.aio import Outcomes, Provider, open_provider
from core.memory import MemoryLayer, memory_provider

pytestmark = pytest.mark.anyio


@pytest.fixture
def media() -> Provider:
    return Provider(memory_provider())


class UploadFile:
    """As web frameworks hand it over: an async face of a plain file."""

    def __init__(self, file: Any, filename: str) -> None:
        self.file = file
        self.filename = filename
        self.content_type: str | None = None

    async def read(self, size: int = -1) -> bytes:
        raise AssertionError("the plain file is read, in a thread")


class Body:
    """A request's body: nothing but an async `read`."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = [*pieces]

    async def read(self, size: int = -1) -> bytes:
        await anyio.sleep(0)
        return self._pieces.pop(0) if self._pieces else b""


async def _generated() -> AsyncIterator[bytes]:
    for _ in range(100):
        await anyio.sleep(0)
        yield b"0123456789"


def _iterated() -> Iterator[bytes]:
    yield b"01234"
    yield b"56789"


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (lambda: b"0123456789", b"0123456789"),
        (lambda: io.BytesIO(b"0123456789"), b"0123456789"),
        (_iterated, b"0123456789"),
        (_generated, b"0123456789" * 100),
        (lambda: Body(b"01234", b"56789"), b"0123456789"),
        (lambda: UploadFile(io.BytesIO(b"0123456789"), "a.png"), b"0123456789"),
    ],
    ids=["bytes", "file", "iterator", "async iterator", "async read", "UploadFile"],
)
async def test_sources(media: Provider, make: Callable[[], Any], body: bytes) -> None:
    stored = await media.upload(make(), key="a.bin")
    assert stored.size == len(body)
    assert await media.read("a.bin") == body


async def test_files_of_anyio_and_paths(media: Provider, tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(b"0123456789")
    async with await anyio.open_file(path, "rb") as file:
        stored = await media.upload(file)
    assert stored.key.startswith("cat")
    assert stored.key.endswith(".png")
    assert (await media.upload(anyio.Path(path), key="b")).size == 10
    assert (await media.head("b")).content_type == "image/png"


async def test_the_name_that_a_browser_told_is_the_files_name(media: Provider) -> None:
    stored = await media.upload(UploadFile(io.BytesIO(b"x"), "some/where/cat.png"))
    assert stored.key.startswith("cat")
    assert (await media.head(stored.key)).content_type == "image/png"
    other = await media.upload(UploadFile(io.BytesIO(b"x"), "cat.png"), filename="dog.gif")
    assert other.key.startswith("dog")


async def test_the_type_that_a_browser_told_counts_where_no_name_tells_one(
    media: Provider,
) -> None:
    form = UploadFile(io.BytesIO(b"x"), "page.html")
    form.content_type = "image/webp"
    await media.upload(form, key="a.png")
    form.file.seek(0)
    await media.upload(form, key="b")
    types = [(await media.head(key)).content_type for key in ("a.png", "b")]
    assert types == ["image/png", "image/webp"]


async def test_what_a_source_raises_comes_out_as_it_is(media: Provider) -> None:
    class OwnError(Exception):
        pass

    async def broken() -> AsyncIterator[bytes]:
        yield b"one"
        raise OwnError("two")

    source = broken()
    with pytest.raises(OwnError, match="two"):
        await media.upload(source, key="a")
    with pytest.raises(InvalidSource, match="has ended"):  # tried again, it would give nothing
        await media.upload(source, key="a")
    assert not await media.exists("a")


async def test_text_is_refused_also_from_an_event_loop(media: Provider) -> None:
    async def text() -> AsyncIterator[Any]:
        yield "text"

    with pytest.raises(InvalidSource, match="gives str, not bytes"):
        await media.upload(text(), key="a")
    with pytest.raises(InvalidSource, match="a str is not a source"):
        await media.upload("text", key="a")  # type: ignore[arg-type]
    with pytest.raises(InvalidSource, match="NoneType is not a source"):
        await media.upload(None, key="a")  # type: ignore[arg-type]


async def test_a_source_is_not_read_on_when_the_upload_has_failed(media: Provider) -> None:
    read = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 1000
            await anyio.sleep(0)

    await media.upload(b"old", key="a")
    with pytest.raises(AlreadyExists):
        await media.upload(endless(), key="a", prevent_overwrite=True)
    number = len(read)
    await anyio.sleep(0.02)
    assert len(read) == number < 20


async def test_replacing_and_moving(media: Provider) -> None:
    await media.upload(b"old", key="a")
    await media.replace("a", _generated(), new_key="b")
    assert not await media.exists("a")
    await media.move("b", "c")
    assert [info.key async for info in media.list()] == ["c"]
    assert (await media.delete_many(["c"])).keys == ["c"]


async def test_a_reader_is_awaited(media: Provider) -> None:
    await media.upload(b"one\ntwo\nthree", key="a")
    async with await media.open("a") as file:
        assert file.info.size == 13
        assert await file.read(4) == b"one\n"
        assert [line async for line in file] == [b"two\n", b"three"]
        await file.seek(0)
        assert file.tell() == 0
        assert [piece async for piece in file.chunks(5)] == [b"one\nt", b"wo\nth", b"ree"]
    assert file.closed
    with pytest.raises(InvalidInput, match="closed"):
        await file.read()
    async with await media.open("a", ByteRange(start=4, stop=7)) as part:
        assert await part.readall() == b"two"


async def test_a_writer_is_awaited(media: Provider) -> None:
    async with await media.open("a", "wb", content_type="text/plain") as file:
        await file.write(b"one")
        assert not await media.exists("a")
    assert file.stored is not None
    assert (await media.head("a")).content_type == "text/plain"
    other = await media.open("b", "wb")
    await other.write(b"one")
    await other.__aexit__(ZeroDivisionError, None, None)
    assert other.closed
    assert not await media.exists("b")


async def test_listings_are_lazy(media: Provider) -> None:
    for name in "abcde":
        await media.upload(b"x", key=name)
    pages = media.pages()
    first = await anext(pages)
    assert [info.key for info in first.objects] == ["a", "b"]
    await pages.aclose()
    assert [info.key async for info in media.list(start_after="c")] == ["d", "e"]


async def test_many_are_iterated_and_ended(media: Provider, tmp_path: Path) -> None:
    async with media.upload_many((f"{n:02}", b"x" * n) for n in range(20)) as outcomes:
        sizes = sorted([outcome.get().size async for outcome in outcomes])
    assert sizes == list(range(20))
    assert (outcomes.objects, outcomes.failed) == (20, 0)
    looked = media.head_many(["00", "none"])
    with pytest.raises(ManyFailed, match="1 of 2 failed"):
        await looked.raise_failures()
    first = media.download_many((f"{n:02}" for n in range(20)), tmp_path, concurrency=1)
    assert (await anext(first)).ok
    await first.aclose()
    assert [outcome async for outcome in first] == []
    assert len(list(tmp_path.iterdir())) < 20


@pytest.mark.parametrize("wait", [anext, Outcomes.raise_failures])
async def test_who_is_cancelled_before_any_thread_waits_has_ended_many_too(
    media: Provider, wait: Callable[[Outcomes[Any]], Awaitable[object]]
) -> None:
    outcomes = media.upload_many((f"{n:02}", b"x") for n in range(100))
    assert (await anext(outcomes)).ok
    with anyio.CancelScope() as scope:
        scope.cancel()
        await wait(outcomes)
    assert [outcome async for outcome in outcomes] == []


async def test_errors_are_the_same(media: Provider) -> None:
    with pytest.raises(NotFound) as caught:
        await media.head("missing")
    assert (caught.value.provider, caught.value.operation) == ("media", "head")
    with pytest.raises(InvalidInput):
        await media.delete_prefix("")


@pytest.mark.parametrize(
    "call",
    [
        lambda media, secret: media.upload(b"x", key="none/", metadata={"token": secret}),
        lambda media, secret: media.upload(_generated(), key="none/", metadata={"token": secret}),
        lambda media, secret: media.copy("none", "other", extra_params={"Token": secret}),
        lambda media, secret: media.open("none/", "wb", metadata={"token": secret}),
    ],
    ids=["upload", "from an event loop", "copy", "open"],
)
async def test_no_frame_of_an_error_shows_what_was_given(
    media: Provider, call: Callable[[Provider, str], Coroutine[Any, Any, object]]
) -> None:
    with pytest.raises(BucketryError) as caught:
        await call(media, "a-secret")
    walked = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    frames = [frame for frame in walked if frame.f_globals["__name__"].startswith("bucketry")]
    assert len(frames) > 5
    shown = [f.f_code.co_qualname for f in frames if "a-secret" in repr(f.f_locals)]
    assert shown == []


async def test_addresses_are_not_awaited(media: Provider) -> None:
    await media.upload(b"x", key="a")
    assert media.object_url("a") == "https://memory.example/bucket/a"
    assert "sig=" in media.sign("a").reveal()
    assert media.url("a").startswith("https://memory.example/bucket/a?")


async def test_a_provider_made_from_it_shares_its_threads(media: Provider) -> None:
    class Quiet:
        @hookimpl
        def bucketry_explain_error(self, error: StorageError) -> str:
            return ""

    other = media.with_layer(Quiet())
    assert other.layers != media.layers
    assert other._threads is media._threads
    assert isinstance(other.layer(MemoryLayer), MemoryLayer)


def test_one_provider_serves_one_event_loop_after_another_and_several_at_once() -> None:
    media = Provider(memory_provider(), threads=1)

    async def used() -> None:
        await media.upload(b"x", key="a")
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(media.read, "a")

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(used, backend=backend)
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(anyio.run, used) for _ in range(4)]:
            each.result()


@pytest.mark.parametrize("threads", [0, -1, True, 1.5, None, "3"])
def test_a_number_of_threads_that_can_do_nothing_is_refused(threads: Any) -> None:
    with pytest.raises(InvalidInput, match="threads is a number, 1 or more, given as an int"):
        Provider(memory_provider(), threads=threads)


async def test_opened_by_configuration_and_pickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bucketry.toml").write_text(
        '[providers.media]\nprovider = "local"\nbase_url = "http://127.0.0.1:1"\n'
        f"directory = {str(tmp_path / 'files')!r}\n"
    )
    monkeypatch.setenv("BUCKETRY_CONFIG", str(tmp_path / "bucketry.toml"))
    async with open_provider("media", threads=3) as media:
        await media.upload(b"hello", key="a")
        again = pickle.loads(pickle.dumps(media))
        assert await again.read("a") == b"hello"
        assert (again.name, again._threads.most) == ("media", 3)
        narrow = media.with_options(root_path="sub")
        assert [info.key async for info in narrow.list()] == []
        assert repr(media).startswith("<aio.Provider 'media': Files on disk")
        await again.aclose()
