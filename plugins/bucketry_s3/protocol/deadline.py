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

AFTERWARDS = 5.0
"""Seconds at most for what follows a failure: looking whether it took effect, removing parts."""

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


class Deadline:
    """The moment from which on nothing is tried again. An attempt under way still ends."""

    def __init__(self, seconds: float, size: int = 0) -> None:
        """Start the clock: `seconds`, and the time that `size` bytes take at `MIN_RATE`."""
        self._end = time.monotonic() + seconds + size / MIN_RATE

    def remaining(self) -> float:
        """Return the seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def end(self) -> None:
        """Let nothing be tried again from now on."""
        self._end = 0.0


def retry(attempt: Callable[[], T], deadline: Deadline) -> T:
    """Call `attempt` until it succeeds, fails for good, or time is up.

    Pauses grow from 0.1 to 5 seconds with full jitter, so that many clients spread out. The last
    error is raised. It may have taken effect if any attempt may have: a refusal of the second says
    nothing of the first, whose answer was lost.
    """
    number = 0
    doubt = False
    while True:
        number += 1
        try:
            return attempt()
        except StorageError as error:
            doubt = doubt or error.may_have_applied
            changes: dict[str, object] = {"may_have_applied": doubt}
            if error.retryable:
                longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(number, 10))
                pause = random.uniform(0, longest)  # noqa: S311
                if pause < deadline.remaining():
                    time.sleep(pause)
                    continue
                attempts = "1 attempt" if number == 1 else f"{number} attempts"
                changes["reason"] = f"{error.reason.rstrip('.')}; gave up after {attempts}"
            raise error.evolve(**changes) from error.__cause__
