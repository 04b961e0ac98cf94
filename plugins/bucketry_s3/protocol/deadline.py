"""How long an operation may take."""

from __future__ import annotations

import time
from functools import lru_cache

from bucketry import cancelling
from bucketry.cancelling import Cancellation

MIN_RATE = 256 * 1024
"""Slowest useful transfer in bytes per second; a body adds its size at this rate to a deadline."""

AFTERWARDS = 5.0
"""Seconds at most that are kept for what follows a failure: looking whether it took effect,
removing parts."""

_KEPT = 0.2  # of a deadline
_LEAST_KEPT = 0.5

LOOKS = 0.05
"""Seconds between two looks at whether the operation was ended, or time is up."""


@lru_cache(maxsize=64)  # of few lengths, and each operation asks
def _kept(seconds: float) -> float:
    """Return how much of a time is kept for what follows a failure."""
    return min(AFTERWARDS, max(seconds * _KEPT, min(_LEAST_KEPT, seconds / 2)))


class Deadline:
    """The moment at which an operation is over, whatever its socket waits for.

    A part of the time, a fifth and at most `AFTERWARDS`, is kept for `afterwards`: a failure has to
    be looked into, and that is over by the deadline too. An operation that is cancelled is over at
    once, but for what is done afterwards.
    """

    __slots__ = ("_cancellation", "_closing", "_end", "_ended", "_kept", "_last", "_seconds")

    def __init__(
        self,
        seconds: float,
        size: int = 0,
        *,
        keep: bool = True,
        closing: Cancellation | None = None,
    ) -> None:
        """Start the clock: `seconds`, and the time that `size` bytes take at `MIN_RATE`.

        Without `keep` no time is kept for afterwards. `closing` ends all that a provider does.
        """
        self._seconds = seconds
        self._kept = _kept(seconds) if keep else 0.0
        self._ended = False
        self._cancellation = cancelling.current()
        self._closing = closing
        self.restart(size)

    def restart(self, size: int = 0) -> None:
        """Start the clock anew, for what has made progress and goes on."""
        self._last = time.monotonic() + self._seconds + size / MIN_RATE
        self._end = self._last - self._kept

    def extend(self, size: int) -> None:
        """Add the time that `size` more bytes take."""
        if size:
            self._end += size / MIN_RATE
            self._last += size / MIN_RATE

    def remaining(self) -> float:
        """Return the seconds left for the operation itself, never below 0."""
        left = self._end - time.monotonic()
        return left if left > 0 and not self.ended else 0.0

    @property
    def ended(self) -> bool:
        """Whether the operation was ended before its time, cancelled for example."""
        return self._ended or self.cancelled

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for it any more: it was cancelled, or its provider closed."""
        own, closing = self._cancellation, self._closing
        return (own is not None and own.cancelled) or (closing is not None and closing.cancelled)

    def end(self) -> None:
        """End the operation at once, from any thread; whoever waits or pauses notices."""
        self._ended = True

    def afterwards(self) -> Deadline:
        """Return the deadline of what follows a failure: what is left, the part kept included."""
        left = max(0.0, self._last - time.monotonic())
        deadline = Deadline(min(AFTERWARDS, left), keep=False)
        deadline._cancellation = None
        return deadline

    def pause(self, seconds: float) -> None:
        """Wait so long, or until the operation is ended."""
        until = time.monotonic() + seconds
        while not self.ended and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LOOKS))
