"""No value of a configuration or of the environment in the frames of an error.

Crash reporters store the locals of every frame of a traceback, of its causes and contexts. While a
configuration is read these hold its text, its secrets and the whole environment.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """Make errors leave `function` with the lines of their frames, but without the locals."""

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> T:
        before = sys.exception()
        try:
            return function(*given, **named)
        except BaseException as error:
            del given, named
            _empty(error, before)
            raise

    return call


def _empty(error: BaseException, before: BaseException | None) -> None:
    """Empty the frames of an error and of what led to it; `before` is the caller's own affair."""
    pending, seen = [error], {id(before)}
    while pending:
        found = pending.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        traceback.clear_frames(found.__traceback__)
        pending += [led for led in (found.__cause__, found.__context__) if led is not None]
