"""Ending what one thread does for a provider from another thread.

A thread cannot be stopped, so it is told, and obeys: sources and downloads look between two pieces,
transports while they wait for the network. What then remains is cleared away, as after any failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bucketry.errors import StorageError


class Cancellation:
    """Says that nobody waits any more for what is done under it.

    Work goes under it by `covering`, in the thread that does it.
    """

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        """End the work, from any thread. It fails with a `StorageError` as soon as it looks."""
        self.cancelled = True

    @contextmanager
    def covering(self) -> Iterator[None]:
        """Put all that this context does under the cancellation."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Cancellation | None] = ContextVar("bucketry_cancellation", default=None)


def current() -> Cancellation | None:
    """Return the cancellation that this context works under, None where nothing can cancel it."""
    return _current.get()


def check() -> None:
    """Raise `StorageError` if what this context works on has been cancelled."""
    cancellation = _current.get()
    if cancellation is not None and cancellation.cancelled:
        raise cancelled()


def cancelled() -> StorageError:
    """Return the error that cancelled work ends with."""
    return StorageError("it was cancelled")
