"""Trying again: one owner of retries, above every transport."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from attrs import define

from bucketry.cancelling import cancelled
from bucketry.errors import StorageError
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.markup import read_time
from bucketry_s3.protocol.wire import Unreachable

T = TypeVar("T")

FIRST_CONTACT = 4.0
"""Seconds after which a server that was never reached is given up: it is not there."""

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

# An attempt with less time would be cut off, and hide what the server has answered before. In
# seconds.
_LEAST_TIME = 0.1


@define(eq=False)
class Attempts:
    """What became of the attempts of one request.

    Attributes:
        number: how many there were.
        unanswered: whether one was sent and never answered: it may still take effect.
        wait: seconds that the last answer asked to wait before the next one.
    """

    number: int = 0
    unanswered: bool = False
    wait: float | None = None


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return what ``Retry-After`` asks for in seconds, None where it says nothing of use."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = read_time(text)
    # By the server's own clock, where it tells that.
    now = read_time(headers.get("date", "")) or datetime.now(UTC)
    return None if until is None else max(0.0, (until - now).total_seconds())


def pause_after(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: up to 5, with full jitter."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10))
    return random.uniform(0, longest)  # noqa: S311


def retry(
    attempt: Callable[[], T],
    deadline: Deadline,
    attempts: Attempts | None = None,
    *,
    worked: bool = True,
    mended: Callable[[StorageError], bool] = lambda _: False,
) -> T:
    """Call `attempt` until it succeeds, fails for good, or time is up.

    Pauses grow from 0.1 to 5 seconds with full jitter, so that many clients spread out; what the
    server asks for by ``Retry-After`` is waited for where the deadline allows it. The last error is
    raised. It may have taken effect if any attempt may have: a refusal of the second says nothing
    of the first, whose answer was lost.

    Args:
        attempt: one attempt.
        deadline: until when.
        attempts: filled with what became of them.
        worked: whether the server was ever reached. One that was not is given up after
            `FIRST_CONTACT`: it did not stop working, it is not there.
        mended: tells of an error for good whether something could be done about it, so that
            another attempt is worth its while.
    """
    attempts = Attempts() if attempts is None else attempts
    began = time.monotonic()
    reached, doubt = worked, False
    while True:
        attempts.number += 1
        attempts.wait = None
        try:
            return attempt()
        except StorageError as error:
            doubt = doubt or error.may_have_applied
            attempts.unanswered |= error.may_have_applied and error.status is None
            reached = reached or not isinstance(error, Unreachable)
            pause = _pause(error, attempts, mended)
            if pause is not None:
                lost = not reached and time.monotonic() + pause - began > FIRST_CONTACT
                if pause + _LEAST_TIME < deadline.remaining() and not lost:
                    deadline.pause(pause)
                    if deadline.remaining():
                        continue
            reason = _told(error, attempts, deadline, gave_up=pause is not None)
            raise error.evolve(may_have_applied=doubt, reason=reason) from error.__cause__


def _pause(
    error: StorageError, attempts: Attempts, mended: Callable[[StorageError], bool]
) -> float | None:
    """Return the seconds before another attempt, None where there is no use in one."""
    if mended(error):
        return 0.0
    if not error.retryable:
        return None
    return pause_after(attempts.number) + (attempts.wait or 0.0)


def _told(error: StorageError, attempts: Attempts, deadline: Deadline, *, gave_up: bool) -> str:
    if not gave_up:
        return error.reason
    if deadline.cancelled:
        return cancelled().reason
    if deadline.ended:
        return "it was ended: another part of it has failed, or the process exits"
    times = "1 attempt" if attempts.number == 1 else f"{attempts.number} attempts"
    reason = f"{error.reason.rstrip('.')}; gave up after {times}"
    if attempts.wait:
        reason += f", since the server asks to wait {attempts.wait:,.0f} seconds"
    return reason
