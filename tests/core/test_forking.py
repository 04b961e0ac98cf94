"""A child forked while another thread holds a lock can lock for itself."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import bucketry
from bucketry.forking import forget_in_child, not_while_forking
from bucketry.host.layers import LayerStack
from bucketry.once import once
from bucketry.sharing import Lease
from bucketry_s3.testing import StandIn
from bucketry_s3.transports.watchdog import WATCHDOG

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")

LONG = 30
"""Seconds after which a child counts as stuck."""


def in_child(call: Callable[[], object]) -> int:
    """Return the exit code of a child that calls: 0, 1 if it raises, -14 if it is stuck."""
    child = os.fork()
    if child == 0:
        signal.alarm(LONG)
        try:
            call()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def held_by_another_thread(lock: Any) -> Iterator[None]:
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            enough.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def test_what_is_shared_can_be_shared_in_a_child() -> None:
    lease = Lease()
    with held_by_another_thread(lease._pool.lock):
        assert 0 == in_child(lambda: lease.again().share("key", object))


def test_a_hook_can_be_asked_in_a_child() -> None:
    hooks: Any = LayerStack([]).hooks
    with held_by_another_thread(hooks._lock):
        assert 0 == in_child(lambda: hooks.bucketry_head(key="k"))


def test_what_another_thread_makes_at_the_moment_a_child_makes_for_itself() -> None:
    making, enough = threading.Event(), threading.Event()

    class Slow:
        def __init__(self, wait: bool) -> None:
            self.wait = wait

        @once
        def thing(self) -> object:
            if self.wait:
                making.set()
                enough.wait()
            return object()

    thread = threading.Thread(target=lambda: Slow(True).thing)
    thread.start()
    making.wait()
    try:
        assert 0 == in_child(lambda: Slow(False).thing)
    finally:
        enough.set()
        thread.join()


def test_threads_that_ask_at_the_same_time_get_the_same() -> None:
    both = threading.Barrier(2)

    class Thing:
        @once
        def made(self) -> object:
            both.wait()
            return object()

    thing, got = Thing(), list[object]()
    thread = threading.Thread(target=lambda: got.append(thing.made))
    thread.start()
    got.append(thing.made)
    thread.join()
    assert got[0] is got[1] is thing.made


@pytest.mark.parametrize("transport", ["sockets", "boto3"])
def test_a_provider_can_be_used_in_a_child(transport: str) -> None:
    with StandIn(buckets=["media"]) as server:
        server.put("media", "k", b"x")
        settings = server.configuration(provider="s3", transport=transport, deadline=LONG)
        with bucketry.open_provider(settings) as provider:
            locks = [provider._ground.lease._pool.lock, provider.hooks._lock, WATCHDOG._lock]  # type: ignore[attr-defined]
            for lock in locks:
                with held_by_another_thread(lock):
                    assert 0 == in_child(lambda: provider.read("k"))


def test_a_fork_waits_for_what_it_must_not_cut_in_two() -> None:
    begun, done = threading.Event(), list[bool]()

    def work() -> None:
        with not_while_forking:
            begun.set()
            time.sleep(0.1)
            done.append(True)

    def look() -> None:
        assert done
        with held_by_another_thread(not_while_forking):  # it is free again, for every thread
            pass

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    assert 0 == in_child(look)
    thread.join()


def test_what_is_gone_is_told_nothing() -> None:
    class Forgetful:
        def forget(self) -> None:
            os._exit(3)

    one = Forgetful()
    forget_in_child(one)
    assert 3 == in_child(lambda: None)
    del one
    gc.collect()
    assert 0 == in_child(lambda: None)
