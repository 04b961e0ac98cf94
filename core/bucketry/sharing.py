"""What several providers hold together, closed when the last of them lets go."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import ExitStack
from threading import RLock
from typing import Any, TypeVar

from attrs import define, field

from bucketry.forking import forget_in_child

T = TypeVar("T")


@define(eq=False, repr=False)
class _Shared:
    """A thing and the number of leases that hold it."""

    thing: Any
    holders: int = 0


@define(eq=False, repr=False)
class _Pool:
    """The shared things of one provider and all made from it."""

    things: dict[Hashable, _Shared] = field(factory=dict)
    lock: RLock = field(factory=RLock)

    def __attrs_post_init__(self) -> None:
        forget_in_child(self)

    def forget(self) -> None:
        """Have a lock that nobody holds; what is shared looks after itself."""
        self.lock = RLock()


class Lease:
    """One provider's hold on what it shares; `again` gives the lease of a provider made from it.

    A released lease may be used again, so that a closed provider fails no worse than any other.
    """

    def __init__(self, pool: _Pool | None = None) -> None:
        self._pool = pool or _Pool()
        self._held: set[Hashable] = set()

    def again(self) -> Lease:
        """Return another lease on the same things."""
        return Lease(self._pool)

    def share(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the thing under `key`; see `bucketry.LayerContext.share`."""
        with self._pool.lock:
            shared = self._pool.things.get(key)
            if shared is None:
                shared = self._pool.things[key] = _Shared(make())
            if key not in self._held:
                self._held.add(key)
                shared.holders += 1
            thing: T = shared.thing
            return thing

    def release(self) -> None:
        """Let go of everything; the last to do so closes it. An error of closing is raised last."""
        closing: list[Callable[[], object]] = []
        with self._pool.lock:
            while self._held:
                key = self._held.pop()
                shared = self._pool.things[key]
                shared.holders -= 1
                if not shared.holders:
                    del self._pool.things[key]
                    closing.append(getattr(shared.thing, "close", lambda: None))
        with ExitStack() as stack:
            for close in closing:
                stack.callback(close)
