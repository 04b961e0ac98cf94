"""One owner of retries: until a deadline, never longer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from bucketry.errors import StorageError

T = TypeVar("T")

MIN_RATE = 256 * 1024
"""Slowest useful transfer in bytes per second; a body adds its size at this rate to a deadline."""

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


class Deadline:
    """The moment by which an operation is done or has failed."""

    def __init__(self, seconds: float, size: int = 0) -> None:
        """Start the clock: `seconds`, and the time that `size` bytes take at `MIN_RATE`."""
        self._end = time.monotonic() + seconds + size / MIN_RATE

    def remaining(self) -> float:
        """Return the seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())


def retry(attempt: Callable[[int], T], deadline: Deadline) -> T:
    """Call `attempt` with its number (from 1) until it succeeds, fails for good, or time is up.

    Pauses grow from 0.1 to 5 seconds with full jitter, so that many clients spread out.
    """
    number = 1
    while True:
        try:
            return attempt(number)
        except StorageError as error:
            if not error.retryable:
                raise
            pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number))  # noqa: S311
            if pause >= deadline.remaining():
                raise error.evolve(
                    reason=f"{error.reason.rstrip('.')}; gave up after {number} attempts"
                ) from error.__cause__
            time.sleep(pause)
            number += 1
