"""From a name to addresses, under the request's deadline."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.wire import Unreachable

SLICE = 0.25
"""Seconds that whoever waits for the network waits before it looks at the deadline again."""

Address = tuple[socket.AddressFamily, Any]


def check_time(until: float, deadline: Deadline, doing: str) -> None:
    """Raise if there is no time left to go on `doing` something."""
    if time.monotonic() >= until or not deadline.remaining():
        raise Unreachable(f"no connection: {doing} took too long")


def resolve(host: str, port: int, until: float, deadline: Deadline) -> list[Address]:
    """Return the addresses of a host. The system's resolver cannot be stopped, so it is left."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        found = _in_thread(lambda: _look_up(host, port), until, deadline, f"looking up {host}")
    else:
        found = _look_up(host, port)
    if isinstance(found, BaseException):
        reason = found.strerror if isinstance(found, OSError) and found.strerror else found
        raise Unreachable(
            f"the name {host} cannot be resolved: {reason}",
            hint="Look at the spelling of region, endpoint and proxy, and at this machine's name "
            "resolution.",
        )
    return found


def _look_up(host: str, port: int) -> list[Address] | BaseException:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except Exception as error:  # a name that is none raises what it likes
        return error
    return [(family, address) for family, _, _, _, address in found]


def _in_thread(
    call: Callable[[], list[Address] | BaseException], until: float, deadline: Deadline, doing: str
) -> list[Address] | BaseException:
    answers: list[list[Address] | BaseException] = []
    done = threading.Event()

    def run() -> None:
        answers.append(call())
        done.set()

    try:
        threading.Thread(target=run, daemon=True, name="bucketry-resolve").start()
    except RuntimeError:  # the interpreter is going down, and starts no threads any more
        return call()
    while not done.wait(SLICE):
        check_time(until, deadline, doing)
    return answers[0]
