"""The client's process: takes jobs as lines of JSON, runs them through bucketry, tells what came.

A process of its own, so that what hangs can be ended, and what is left in it can be counted.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import bucketry
from bucketry import BucketryError, Provider
from faults.operations import OPERATIONS

Job = Mapping[str, Any]
Told = dict[str, Any]

SETTLE = 5
"""Seconds that threads may take to end once a provider was closed; that is for a busy machine."""


def _names(how: str) -> Callable[..., Any]:
    """Return a `getaddrinfo` that knows ``*.localhost``, or fails, or hangs."""
    original = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if how == "hang":
            time.sleep(30)
        if how in ("fail", "hang"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if isinstance(name, str) and name.endswith(".localhost"):
            host = "127.0.0.1"
        return original(host, *args, **kwargs)

    return resolve


@contextlib.contextmanager
def _surroundings(job: Job) -> Iterator[None]:
    """Give the job its environment variables and its names of hosts."""
    original, environment = socket.getaddrinfo, dict(os.environ)
    socket.getaddrinfo = _names(job["names"])
    os.environ.update(job["environment"])
    try:
        yield
    finally:
        socket.getaddrinfo = original
        os.environ.clear()
        os.environ.update(environment)


def _sockets() -> int:
    count = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            count += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
    return count


def _small_copies() -> None:
    """Copy in parts what is larger than a part, which by S3's own limit is 5 GiB."""
    import_module("bucketry_s3.objects.changing")  # and what it imports: they come when needed
    changed = 0
    for module in [m for n, m in sys.modules.items() if n.startswith("bucketry_s3")]:
        for name in ("MAX_SINGLE_COPY", "COPY_PART"):
            if hasattr(module, name):
                setattr(module, name, 5 << 20)
                changed += 1
    assert changed >= 2, "the limits of a single copy are found under other names now"


def _tell(error: BaseException) -> Told:
    """Return what an error says."""
    return {
        "type": type(error).__name__,
        "typed": isinstance(error, BucketryError),
        "doubt": bool(getattr(error, "may_have_applied", False)),
        "sentence": str(error),
        "notes": list(getattr(error, "__notes__", ())),
        "traceback": "".join(traceback.format_exception(error)),
    }


def _call(job: Job, provider: Provider, folder: Path) -> Told:
    told: Told = {}
    start = time.monotonic()
    try:
        if job["warm"]:
            assert provider.exists("warm")
            time.sleep(0.15)
            start = time.monotonic()
        told["value"] = OPERATIONS[job["operation"]].run(provider, folder)
    except BaseException as error:
        told["error"] = _tell(error)
    told["seconds"] = time.monotonic() - start
    return told


def _left(threads: set[threading.Thread]) -> list[str]:
    """Return the threads that outlive their provider, in spite of a moment to end."""
    end = time.monotonic() + SETTLE
    while left := set(threading.enumerate()) - threads:
        if time.monotonic() > end:
            return sorted(thread.name for thread in left)
        time.sleep(0.01)
    return []


def run(job: Job) -> Told:
    """Run one job and return what it gave, how long it took, and what it left."""
    if job["operation"] == "copy parts":
        _small_copies()
    gc.collect()
    threads, sockets = set(threading.enumerate()), _sockets()
    with tempfile.TemporaryDirectory(prefix="faults-") as name, _surroundings(job):
        folder = Path(name)
        with bucketry.open_provider(job["settings"]) as provider:
            told = _call(job, provider, folder)
            del provider
        gc.collect()
        told["files"] = sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
        if "error" in told:
            told["files"] += [p.name for p in folder.iterdir() if p.name == "target.bin"]
    told["threads"] = _left(threads)
    told["sockets"] = max(0, _sockets() - sockets)
    return told


def _import_all() -> None:
    """Import what a first operation imports, which on a busy machine takes longer than a fault."""
    settings = {
        "provider": "s3",
        "bucket": "media",
        "endpoint": "https://127.0.0.1:9",
        "credentials": {"access_key_id": "a", "secret_access_key": "b"},
        "deadline": 1,
    }
    with bucketry.open_provider(settings) as provider, contextlib.suppress(BucketryError):
        provider.exists("k")


def main() -> None:
    """Answer jobs until there are no more."""
    # The answers' own channel: what a library prints must not get between them.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _import_all()
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
