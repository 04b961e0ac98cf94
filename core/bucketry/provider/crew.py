"""The threads of a provider: how many there may be, and who is stopped when it closes."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from contextvars import Context
from typing import Protocol

from bucketry.forking import forget_in_child

MAX_THREADS = 64
"""Threads that work on many objects for one provider, however many calls go on at once."""


class Work(Protocol):
    """What goes on in threads and can be stopped."""

    def stop(self, reason: str = "") -> None:
        """Stop it, and let whoever waits for it know why."""
        ...


class Crew:
    """Counts the threads of a provider and of all made from it; closed with the last of them."""

    def __init__(self) -> None:
        self.forget()
        forget_in_child(self)

    def forget(self) -> None:
        """Have no threads and nothing that goes on."""
        self._lock = threading.Lock()
        self._threads = 0
        self._works: weakref.WeakSet[Work] = weakref.WeakSet()

    def join(self, work: Work) -> None:
        """Stop `work` too when the crew is closed."""
        self._works.add(work)

    def start(
        self, work: Callable[[], None], context: Context, threads: list[threading.Thread]
    ) -> bool:
        """Have `work` done by a thread, which is put into `threads`; False if none can be had.

        There may be enough, and none starts while the interpreter shuts down.
        """

        def run() -> None:
            try:
                context.run(work)
            finally:
                self._count(-1)

        # A daemon, because an iteration that nobody goes on with must not keep the process alive.
        thread = threading.Thread(target=run, daemon=True, name="bucketry-many")
        if not self._count(1):
            return False
        threads.append(thread)  # first, for an interrupt may come while it starts
        try:
            thread.start()
        except RuntimeError:
            threads.remove(thread)
            self._count(-1)
            return False
        return True

    def _count(self, more: int) -> bool:
        with self._lock:
            if self._threads + more > MAX_THREADS:
                return False
            self._threads += more
            return True

    def close(self) -> None:
        """Stop what is going on."""
        for work in list(self._works):
            work.stop("its provider was closed")
