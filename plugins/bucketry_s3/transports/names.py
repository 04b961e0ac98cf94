"""From a name to a connection, under the request's deadline."""

from __future__ import annotations

import errno
import ipaddress
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.wire import Unreachable

SLICE = 0.25
"""Seconds that whoever waits for the network waits before it looks at the deadline again, and
before the next address of a name is tried, too (RFC 8305, section 8)."""

_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # poll where there is one

Address = tuple[socket.AddressFamily, Any]


def connect(
    host: str, port: int, until: float, deadline: Deadline, *, what: str = ""
) -> socket.socket:
    """Return a connection to the address of a host that takes one first; it does not block.

    Addresses are tried in their order, the next one beside those that say nothing: a dead one
    costs `SLICE` seconds. `what` says in messages what the host is. Raises `Unreachable`.
    """
    left, reason = deque(resolve(host, port, until, deadline)), "it has no address"
    trying: Any = _Selector()
    try:
        while left or trying.get_map():
            if left:
                reason = _begin(*left.popleft(), trying) or reason
            for key, _ in trying.select(SLICE) if trying.get_map() else ():
                tried: socket.socket = key.fileobj
                code = tried.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                trying.unregister(tried)
                if not code:
                    return tried
                tried.close()
                reason = os.strerror(code)
            if time.monotonic() >= until or not deadline.remaining():
                reason = os.strerror(errno.ETIMEDOUT)
                break
    finally:
        for key in trying.get_map().values():
            key.fileobj.close()
        trying.close()
    raise Unreachable(f"no connection to {what}{host}:{port}: {reason}")


def _begin(family: socket.AddressFamily, address: Any, trying: Any) -> str:
    """Begin to connect and have it waited for; return why that cannot be."""
    try:
        tried = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:  # a machine without IPv6, too many open files
        return error.strerror or str(error)
    try:
        tried.setblocking(False)
        code = tried.connect_ex(address)
        if code in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            trying.register(tried, selectors.EVENT_WRITE)
            return ""
    except BaseException:
        tried.close()
        raise
    tried.close()
    return os.strerror(code)


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
