"""Threads for what blocks, told to stop when nobody waits for the outcome any more."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from threading import Event, Lock
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar
from weakref import WeakKeyDictionary

from anyio import CancelScope, CapacityLimiter, get_cancelled_exc_class, sleep, to_thread
from anyio.lowlevel import RunVar

from bucketry.cancelling import Cancellation, cancelled
from bucketry.discretion import discreet, discreet_when_awaited
from bucketry.errors import InvalidInput

P = ParamSpec("P")


class _Closes(Protocol):
    def close(self) -> object: ...


S = TypeVar("S", bound=_Closes)
T = TypeVar("T")

_LOOKS = 0.005
"""Seconds between two looks at whether a thread that was told to stop has stopped."""


class Threads:
    """At most `most` threads at a time in an event loop; whoever needs one more waits.

    They are apart from the threads that others share, so that slow transfers starve nobody else.
    """

    def __init__(self, most: int) -> None:
        """Raise `InvalidInput` for a number with which nothing could ever be done."""
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise InvalidInput(f"threads is a number, 1 or more, given as an int, not {most!a}")
        self.most = most

    @property
    def _limiter(self) -> CapacityLimiter:
        """The limiter of the event loop that runs: each works in one alone."""
        limiters = _LIMITERS.get(None)
        if limiters is None:
            _LIMITERS.set(limiters := WeakKeyDictionary())
        limiter = limiters.get(self)
        if limiter is None:
            limiter = limiters[self] = CapacityLimiter(self.most)
        return limiter

    async def run(self, function: Callable[[], T]) -> T:
        """Call `function` in a thread and return its answer.

        Who is cancelled meanwhile goes on only when the thread has ended, which is told to: it
        leaves nothing half-done behind, and writes no more.
        """
        async with self._limiter:
            cancellation, ended = Cancellation(), Event()
            begun = Lock()  # by the thread, or by its cancellation, which then keeps it from it

            def work() -> T:
                if not begun.acquire(blocking=False):
                    raise cancelled()
                try:
                    with cancellation.covering():
                        return function()
                finally:
                    ended.set()

            try:
                return await to_thread.run_sync(
                    work, abandon_on_cancel=True, limiter=CapacityLimiter(math.inf)
                )
            except get_cancelled_exc_class():
                cancellation.cancel()
                if not begun.acquire(blocking=False):
                    await _set(ended)
                raise

    async def close(self, function: Callable[[], object]) -> None:
        """Call what closes something: at once, also where all threads are busy or this task ends.

        That waits for nobody.
        """
        with CancelScope(shield=True):
            await to_thread.run_sync(function, limiter=CapacityLimiter(math.inf))


_LIMITERS: RunVar[WeakKeyDictionary[Threads, CapacityLimiter]] = RunVar("bucketry_limiters")


async def _set(event: Event) -> None:
    """Wait until a thread sets `event`, however often this task is cancelled meanwhile."""
    with CancelScope(shield=True):
        while not event.is_set():
            try:
                await sleep(_LOOKS)
            except get_cancelled_exc_class():
                continue  # asyncio's own, which no scope shields from; the first is on its way out


class Twin(Generic[S]):
    """The async twin of an object: `sync` does the work, in threads; ``async with`` closes it."""

    def __init__(self, sync: S, threads: Threads) -> None:
        self._sync = sync
        self._threads = threads

    async def _run(self, function: Callable[[], T]) -> T:
        return await self._threads.run(function)

    async def aclose(self) -> None:
        """Do what ``close`` of the sync one does; safe to call twice."""
        await self._threads.close(self._sync.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        await self.aclose()

    def _each(self, items: Iterator[T]) -> _Each[T]:
        """Give what is iterated over, each in a thread."""
        return _Each(self._threads, items)


class _Each(AsyncIterator[T]):
    """What an iterator gives, each in a thread.

    No generator: an event loop that ends closes all of them at once, and none may be closed while
    the one around it is closing it.
    """

    def __init__(self, threads: Threads, items: Iterator[T]) -> None:
        self._threads = threads
        self._items = items

    async def __anext__(self) -> T:
        item = await self._threads.run(lambda: next(self._items, None))
        if item is None:
            raise StopAsyncIteration
        return item

    async def aclose(self) -> None:
        """Close the iterator."""
        close: Callable[[], object] = getattr(self._items, "close", lambda: None)
        await self._threads.close(close)


def awaited(
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Return the method of a twin that calls the one like `method` in a thread."""
    name = method.__name__

    @wraps(method)
    @discreet_when_awaited
    async def call(twin: Twin[S], /, *args: P.args, **kwargs: P.kwargs) -> T:
        own: Callable[P, T] = getattr(twin._sync, name)  # a subclass may have one of its own
        return await twin._run(lambda: own(*args, **kwargs))

    return call


def unchanged(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Return the method of a twin that calls the one like `method`, which waits for nothing."""
    name = method.__name__

    @wraps(method)
    @discreet
    def call(twin: Twin[S], /, *args: P.args, **kwargs: P.kwargs) -> T:
        own: Callable[P, T] = getattr(twin._sync, name)
        return own(*args, **kwargs)

    return call
