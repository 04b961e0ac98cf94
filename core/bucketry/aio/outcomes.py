"""Many objects at once, awaited."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

from anyio import get_cancelled_exc_class

import bucketry
from bucketry.aio.threads import S, Twin, awaited
from bucketry.discretion import discreet
from bucketry.model import Outcome

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")


class Outcomes(Twin[bucketry.Outcomes[T]], Generic[T]):
    """What became of many objects: what `bucketry.Outcomes` does, by ``async for``.

    Items come from an iterable that is not awaited, and sources are the sync ones; both are read in
    threads. Whoever is cancelled while waiting for an outcome has ended it.
    """

    raise_failures = awaited(bucketry.Outcomes.raise_failures)

    @property
    def objects(self) -> int:
        """Outcomes given so far."""
        return self._sync.objects

    @property
    def failed(self) -> int:
        """How many of them are failures."""
        return self._sync.failed

    @property
    def bytes(self) -> int:
        """Bytes moved so far, those of objects on their way included."""
        return self._sync.bytes

    async def _run(self, function: Callable[[], A]) -> A:
        try:
            return await super()._run(function)
        except get_cancelled_exc_class():
            await self.aclose()  # perhaps no thread had begun to wait, which would have ended it
            raise

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[T]:
        outcome = await self._run(lambda: next(self._sync, None))
        if outcome is None:
            raise StopAsyncIteration
        return outcome


def iterated(
    method: Callable[Concatenate[S, P], bucketry.Outcomes[T]],
) -> Callable[Concatenate[Any, P], Outcomes[T]]:
    """Return the method of a twin whose answer is iterated in threads."""
    name = method.__name__

    @wraps(method)
    @discreet
    def call(twin: Twin[S], /, *args: P.args, **kwargs: P.kwargs) -> Outcomes[T]:
        own: Callable[P, bucketry.Outcomes[T]] = getattr(twin._sync, name)
        return Outcomes(own(*args, **kwargs), twin._threads)

    return call
