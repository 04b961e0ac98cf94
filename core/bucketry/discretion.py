"""No secret in the frames of an error.

Crash reporters store the locals of every frame of a traceback, of its causes and contexts. While a
configuration is read these hold its text, its secrets and the whole environment; while an operation
runs, native parameters with customers' keys and what a server has repeated.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_STANDARD_LIBRARY = str(Path(os.__file__).parent)


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """Make errors leave `function` with the lines of their frames, but without the locals."""

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> T:
        before = sys.exception()
        try:
            return function(*given, **named)
        except BaseException as error:
            del given, named
            empty(error, before)
            raise

    return call


def discreet_when_awaited(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Do the same for a function that is awaited."""

    @wraps(function)
    async def call(*given: P.args, **named: P.kwargs) -> T:
        before = sys.exception()
        try:
            return await function(*given, **named)
        except BaseException as error:
            del given, named
            empty(error, before)
            raise

    return call


def empty(error: BaseException, before: BaseException | None) -> None:
    """Empty the frames of an error and of what led to it, and forget what it hides itself.

    `before` is the caller's own affair, and so are the frames of the application's own code: its
    layers, its sources.
    """
    pending, seen = [error], {id(before)}
    while pending:
        found = pending.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        for frame, _ in traceback.walk_tb(found.__traceback__):
            if not _is_of_the_application(frame):
                with suppress(RuntimeError):  # it still runs
                    frame.clear()
        if found.__suppress_context__ and found is not before:
            found.__context__ = before
        pending += [led for led in (found.__cause__, found.__context__) if led is not None]


def _is_of_the_application(frame: FrameType) -> bool:
    """Return whether code is neither ours nor a library's."""
    if str(frame.f_globals.get("__name__")).startswith("bucketry"):
        return False
    file = frame.f_code.co_filename
    installed = {"site-packages", "dist-packages"}.intersection(Path(file).parts)
    return not (installed or file.startswith(("<", _STANDARD_LIBRARY)))
