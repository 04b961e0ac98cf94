"""What is uploaded where the bytes come from an event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from inspect import iscoroutinefunction
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from anyio import Semaphore, create_task_group, from_thread, get_cancelled_exc_class

from bucketry.aio.threads import Threads
from bucketry.bodies import READING, Chunk, check_not_ended, unreadable
from bucketry.cancelling import cancelled
from bucketry.source import Body

T = TypeVar("T")

CHUNK = 256 * 1024
"""Bytes that are asked of an async file at once."""

_AHEAD = 4
"""Chunks that are read ahead of the upload."""


class AsyncFile(Protocol):
    """A file whose reading is awaited: anyio's, an `UploadFile`, a stream of aiohttp's."""

    async def read(self, size: int, /) -> bytes:
        """Return some bytes, at most `size`; b"" at the end."""
        ...


AsyncBody = Body | AsyncFile | AsyncIterable[Chunk]
"""What `bucketry.aio.Provider.upload` takes: what the sync one takes, and what is awaited."""


def without_loop(source: Any) -> Any:
    """Return what a thread can read by itself, None where the event loop has to.

    anyio's files and web frameworks' uploads stand around a plain file. It is read as it is, which
    takes no detour, can seek and has a size.
    """
    if _is_awaited(source):
        return getattr(source, "wrapped", None) or getattr(source, "file", None)
    return None if isinstance(source, AsyncIterable) else source


def _is_awaited(source: Any) -> bool:
    with suppress(Exception):  # what cannot even tell is refused as any other source
        return iscoroutinefunction(getattr(source, "read", None))
    return False


class Declared:
    """What a thread reads, with the name and the type that the awaited source declares."""

    def __init__(self, body: Any, source: object) -> None:
        """Read `body`, and tell what `source` tells of itself."""
        self._body = body
        self.filename = getattr(source, "filename", None) or getattr(source, "name", None)
        self.content_type = getattr(source, "content_type", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def __iter__(self) -> Iterator[Chunk]:
        return iter(self._body)


async def feed(threads: Threads, source: Any, call: Callable[[Iterator[Chunk]], T]) -> T:
    """Call `call` in a thread with the chunks of `source`, which this task reads.

    What `source` raises, the thread is given. `source` is not read on when the call has ended.
    """
    check_not_ended(source)
    pipe = _Pipe()
    answers: list[T] = []
    errors: list[BaseException] = []
    async with create_task_group() as group:

        async def work() -> None:
            try:
                answers.append(await threads.run(lambda: call(pipe.out())))
            except get_cancelled_exc_class():
                raise
            except BaseException as error:  # the group would wrap it
                errors.append(error)
            group.cancel_scope.cancel()

        group.start_soon(work)
        try:
            async with aclosing(_chunks(source)) as chunks:
                await pipe.fill(chunks)
        finally:
            if isinstance(source, AsyncGenerator):  # nobody else will close it in this event loop
                await source.aclose()
    if errors:
        raise errors[0]
    return answers[0]


async def _chunks(source: Any) -> AsyncGenerator[Chunk, None]:
    if not _is_awaited(source):
        async for chunk in source:
            yield chunk
        return
    began = False
    while True:
        try:
            chunk = await source.read(CHUNK)
        except READING as error:
            raise unreadable(error, began=began) from error
        if not chunk:
            return
        began = True
        yield chunk


class _Pipe:
    """Chunks on their way from a task to a thread; the last thing in it is None or an error."""

    def __init__(self) -> None:
        self._room = Semaphore(_AHEAD)
        self._queue: SimpleQueue[Chunk | BaseException | None] = SimpleQueue()

    async def fill(self, chunks: AsyncIterator[Chunk]) -> None:
        """Put all chunks in, as fast as they are taken out."""
        last: BaseException | None = cancelled()
        try:
            await self._room.acquire()
            async for chunk in chunks:
                self._queue.put(chunk)
                await self._room.acquire()
            last = None
        except Exception as error:
            last = error
        finally:
            self._queue.put(last)

    def out(self) -> Iterator[Chunk]:
        """Yield the chunks, in the thread."""
        while True:
            chunk = self._queue.get()
            if chunk is None:
                return
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
            from_thread.run_sync(self._room.release)
