"""What a forked child must not take over from its parent: locks that others hold, open connections.

The child has one thread only. What another thread of the parent had locked would stay locked in the
child for ever, and two processes on one connection read each other's answers.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol
from weakref import WeakSet


class Forgetful(Protocol):
    """An object with a lock or a connection. Weakly referred to."""

    def forget(self) -> None:
        """Begin anew, in a forked child; whatever it has is its parent's."""
        ...


_forgetful: WeakSet[Forgetful] = WeakSet()


def forget_in_child(one: Forgetful) -> None:
    """Have `one.forget` called in every child that this process forks from now on."""
    _forgetful.add(one)


def _after_fork() -> None:
    for one in list(_forgetful):
        one.forget()


not_while_forking = threading.RLock()
"""Held during what a fork has to wait for: a library's own locks would stay locked in the child."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=not_while_forking.acquire,
        after_in_parent=not_while_forking.release,
        after_in_child=not_while_forking.release,
    )
    os.register_at_fork(after_in_child=_after_fork)
