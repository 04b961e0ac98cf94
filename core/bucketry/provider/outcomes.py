"""Many items, few threads: an outcome for each, and nothing held that is not needed."""

from __future__ import annotations

import os
import threading
import time
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import Context, copy_context
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, Self, TypeVar

from bucketry import cancelling
from bucketry.cancelling import Cancellation
from bucketry.errors import InvalidInput, ManyFailed
from bucketry.model import Outcome, Progress
from bucketry.provider.crew import Crew

T = TypeVar("T")

AHEAD = 2
"""Items taken for each of those that may be on their way, so that no thread waits for the next."""

STOP_SECONDS = 10.0
"""Seconds at most that stopping waits for what is on its way."""

_STARVED = 0.01  # seconds without an outcome after which more threads are tried in any case
_WAKE = 0.005  # seconds between two outcomes that wake the caller while there is enough to do
_LATE = 0.1  # seconds that an outcome waits for the caller at most

# How many threads are worth it. What Python itself does goes on in one thread at a time, and more
# of them than wait for the network are in each other's way: near by, one or two do the most.
_SAMPLES = 16  # of the latest successes that are looked at
_LEAST_SAMPLES = 4
_WORTH = 1.5  # times as long waited as computed, for each thread there is: more than they cause
_LARGE = 1 << 20  # bytes; digests and copies of such objects can use all cores
_CORES = os.cpu_count() or 1


class Done(NamedTuple):
    """What came of an item: key, the operation's answer, the object's bytes, the file written."""

    key: str
    answer: Any
    size: int = 0
    path: Path | None = None


Do = Callable[[Any, Progress], Done]
"""Does one item, telling the bytes that it moves."""


class _Run:
    """What the caller and the threads share; the threads keep nothing else of the call alive."""

    def __init__(self, do: Do, low: int) -> None:
        self._do = do
        self._low = low
        self._cancellation = Cancellation()
        self._lock = threading.Lock()
        self._news = threading.Lock()
        self._news.acquire()
        self._woken = 0.0
        self.pid = os.getpid()
        self.threads: list[threading.Thread] = []
        self.pending: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
        self.done: deque[Outcome[Any]] = deque()
        self.moved = 0
        self.latest = time.monotonic()
        self.samples: deque[tuple[float, float, int]] = deque(maxlen=_SAMPLES)
        self.fatal: BaseException | None = None
        self.reason = ""

    def work(self) -> None:
        """Do items until there are no more: what each thread does."""
        with self._cancellation.covering():
            while (item := self.pending.get()) is not None and not self._cancellation.cancelled:
                began, cpu = time.monotonic(), time.thread_time()
                size = self.do(*item)
                del item  # not held while waiting for the next
                self.latest = now = time.monotonic()
                if size is not None:
                    cpu = time.thread_time() - cpu
                    self.samples.append((now - began - cpu, cpu, size))

    def do(self, number: int, item: Any) -> int | None:
        """Do one item and return the object's size, None if it failed; its outcome says why."""
        size: int | None = None
        outcome: Outcome[Any]
        try:
            key, answer, size, path = self._do(item, self._move)
            outcome = Outcome(number=number, key=key, result=answer, path=path)
        except Exception as error:
            if error.__traceback__ is not None:  # without this frame, which holds the item
                error.__traceback__ = error.__traceback__.tb_next
            outcome = Outcome(number=number, key=_key(item), error=error)
        except BaseException as error:
            self.fatal = error
            self.wake()
            return None
        self.done.append(outcome)
        self._wake_if_needed()
        return size

    def _move(self, size: int) -> None:
        cancelling.check()
        with self._lock:
            self.moved += size

    def _wake_if_needed(self) -> None:
        """Wake the caller now and then, not for each object: each time costs two switches."""
        now = time.monotonic()
        if self.pending.qsize() <= self._low or now - self._woken > _WAKE:
            self._woken = now
            self.wake()

    def wake(self) -> None:
        """Let the caller look what there is."""
        with suppress(RuntimeError):  # it is awake
            self._news.release()

    def wait(self, seconds: float) -> None:
        """Wait until there is something to look at."""
        self._news.acquire(timeout=seconds)

    def last(self) -> None:
        """Say that all items are taken: from now on every outcome wakes the caller."""
        self._low = self.pending.qsize()

    def stop(self, reason: str = "") -> None:
        """Let nothing begin, end what is on its way, and wait for that."""
        if self.pid != os.getpid():
            return  # a forked child; threads and connections are its parent's
        self.reason = self.reason or reason
        self._cancellation.cancel()
        with suppress(Empty):
            while True:
                self.pending.get_nowait()
        for _ in self.threads:
            self.pending.put(None)
        self.wake()
        until = time.monotonic() + STOP_SECONDS
        for thread in self.threads:
            # It may be this one, or one that an interrupt met while it was started.
            with suppress(RuntimeError):
                thread.join(max(0.0, until - time.monotonic()))


def _key(item: object) -> str | None:
    first = item[0] if isinstance(item, tuple) and item else item
    return first if isinstance(first, str) else None


def _worth(run: _Run, threads: int) -> int:
    """Return how many threads are worth it: enough to compute for one while the others wait."""
    if not threads:
        run.latest = time.monotonic()
        return 1
    now = time.monotonic()
    if now - run.latest >= _STARVED:
        run.latest = now
        return 2 * threads
    samples = list(run.samples)
    if len(samples) < _LEAST_SAMPLES:
        return threads
    waits, cpus, sizes = zip(*samples, strict=True)
    # The shorter half: the others waited for a busy machine, too.
    shorter = sorted(waits)[: len(samples) // 2]
    wait = sum(shorter) / len(shorter)
    cpu = sum(cpus) / len(samples)
    if sum(sizes) >= _LARGE * len(samples):
        threads = max(threads, _CORES)
    return threads if wait <= _WORTH * threads * cpu else 1 + int(wait / max(cpu, 1e-6))


class Outcomes(Iterator[Outcome[T]], Generic[T]):
    """What became of many objects: iterate it to have the work done and told, as it is ready.

    Nothing begins before the first outcome is asked for. Items are taken in the thread that
    iterates, at most twice `concurrency` ahead of their outcomes, so that an endless iterable is
    fine. As few threads work as keep busy, at most `concurrency`. A failure is an outcome and
    stops nothing; an error of the iterable itself is raised after the outcomes of what it gave.

    `close`, the end of a ``with``, Ctrl-C and `Provider.close` stop it: nothing new begins, and
    what is on its way is finished or given up before they return, or `STOP_SECONDS` have gone by.
    Objects are stored, and files written, whole or not at all, as ever.

    Attributes:
        objects: outcomes given so far.
        failed: how many of them are failures.
        bytes: bytes moved so far, those of objects on their way included.
    """

    def __init__(
        self,
        name: str,
        items: Iterable[Any],
        do: Do,
        *,
        owner: object,
        crew: Crew,
        concurrency: int,
        progress: Progress | None,
    ) -> None:
        """`do` is called by the threads; `owner` is kept alive."""
        self.objects = 0
        self.failed = 0
        self.bytes = 0
        self._name = name
        self._items: Iterator[Any] | None = iter(items)
        self._items_error: Exception | None = None
        self._taken = 0
        self._owner = owner
        self._crew = crew
        self._concurrency = concurrency
        self._progress = progress
        self._context: Context | None = None
        self._run = _Run(do, low=concurrency // 2)
        crew.join(self._run)
        # Also when it is dropped, and at the end of the process.
        self._end = weakref.finalize(self, self._run.stop)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome[T]:
        run = self._run
        if run.pid != os.getpid():
            raise InvalidInput(f"{self._name} belongs to the process that began it, not to a fork")
        self._context = self._context or copy_context()
        try:
            while True:
                cancelling.check()
                self._tell()
                if run.fatal is not None:
                    raise run.fatal
                if run.reason:
                    raise InvalidInput(f"{self._name} was stopped: {run.reason}")
                if not self._end.alive:
                    raise StopIteration
                self._take_items()
                if run.done:
                    self.objects += 1
                    outcome: Outcome[T] = run.done.popleft()
                    self.failed += not outcome.ok
                    return outcome
                if self.objects == self._taken:
                    raise self._items_error or StopIteration
                self._wait()
        except BaseException:
            self.close()
            raise

    def _tell(self) -> None:
        moved = self._run.moved - self.bytes
        if moved:
            self.bytes += moved
            if self._progress is not None:
                self._progress(moved)

    def _take_items(self) -> None:
        """Take items as long as there is room for them."""
        while self._items is not None and self._taken - self.objects < AHEAD * self._concurrency:
            try:
                item = next(self._items)
            except Exception as error:
                if not isinstance(error, StopIteration):
                    self._items_error = error
                self._items = None
                self._run.last()
                return
            self._run.pending.put((self._taken, item))
            self._taken += 1

    def _wait(self) -> None:
        """Wait for news, with the threads that it takes; without any do one item here."""
        more = self._add_threads()
        if self._run.threads:
            self._run.wait(_STARVED if more else _LATE)
        else:
            with suppress(Empty):
                number, item = self._run.pending.get_nowait() or (0, None)
                self._run.do(number, item)

    def _add_threads(self) -> bool:
        """Add the threads that are worth it; return whether to look again soon."""
        run = self._run
        threads = len(run.threads)
        most = min(self._concurrency, self._taken - self.objects)
        if threads >= most:
            return False
        for _ in range(min(most, _worth(run, threads)) - threads):
            context = (self._context or copy_context()).copy()
            if not self._crew.start(run.work, context, run.threads):
                break
            run.samples.clear()  # with more threads they look different
        return True

    def raise_failures(self) -> None:
        """Do all that is left; then raise all failures as one group, a `ManyFailed`, if any.

        What was iterated before does not count. The group holds the first hundred errors.
        """
        before, errors = self.objects, []
        failed = 0
        for outcome in self:
            if outcome.error is not None:
                failed += 1
                if failed <= ManyFailed.MOST:
                    errors.append(outcome.error)
        if errors:
            raise ManyFailed(f"{self._name}: {failed} of {self.objects - before} failed", errors)

    def close(self) -> None:
        """Stop; safe to call twice."""
        self._context = self._context or copy_context()
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_context", self) is None:
            warnings.warn(
                f"{self._name} was never iterated, so nothing was done",
                RuntimeWarning,
                stacklevel=2,
            )

    def __repr__(self) -> str:
        return f"<Outcomes of {self._name}: {self.objects} so far, {self.failed} failed>"
