"""Uploads in parts that are under way: ended when the interpreter exits, so that no parts are left.

Those in threads that are no daemons are waited for by the interpreter, and end by themselves.
Daemons would be cut off.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bucketry_s3.protocol.deadline import AFTERWARDS

_by_daemons: dict[object, Callable[[], object]] = {}


@contextmanager
def under_way(end: Callable[[], object]) -> Iterator[None]:
    """Call `end`, from another thread, if the interpreter exits during the block.

    It waits a few seconds for the block to end.
    """
    if not threading.current_thread().daemon:
        yield
        return
    upload = object()
    _by_daemons[upload] = end
    try:
        yield
    finally:
        _by_daemons.pop(upload, None)


def _end_all() -> None:
    for end in list(_by_daemons.values()):
        end()
    until = time.monotonic() + AFTERWARDS
    while _by_daemons and time.monotonic() < until:
        time.sleep(0.05)


# Where there is such a thing, before the interpreter waits for the threads that send the parts.
getattr(threading, "_register_atexit", atexit.register)(_end_all)

if hasattr(os, "register_at_fork"):
    # The threads that they are in stay with the parent.
    os.register_at_fork(after_in_child=_by_daemons.clear)
