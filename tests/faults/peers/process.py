"""The process of a peer: the same jobs and answers as `faults.client`, with Python alone."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Operations = Mapping[str, Callable[[Path], Any]]
Open = Callable[[Mapping[str, Any]], Operations]
"""From a job's settings to what the library can do, by the names of the table."""

Kinds = Mapping[str, Callable[[BaseException], bool]]

_RAW = (AttributeError, IndexError, KeyError, NameError, TypeError, UnicodeError)
"""What no library raises on purpose."""


def _kind(operation: str, error: BaseException, kinds: Kinds) -> str:
    """Return the name of an error, by ours where there is one."""
    kind = next((kind for kind, fits in kinds.items() if fits(error)), type(error).__name__)
    # Whoever demands that nothing is there, and is told that the condition failed, knows the rest.
    if kind == "PreconditionFailed" and operation.startswith("create"):
        return "AlreadyExists"
    return kind


def _told(
    job: Mapping[str, Any], operations: Operations, folder: Path, kinds: Kinds
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    start = time.monotonic()
    try:
        if job["warm"]:
            operations["warm"](folder)
            time.sleep(0.15)
            start = time.monotonic()
        told["value"] = operations[job["operation"]](folder)
    except BaseException as error:
        told["error"] = {
            "type": _kind(job["operation"], error, kinds),
            "typed": not isinstance(error, _RAW),
            "doubt": False,
            "sentence": f"{type(error).__name__}: {error}",
            "notes": [],
            "traceback": "".join(traceback.format_exception(error)),
        }
    told["seconds"] = time.monotonic() - start
    # What is left of threads and sockets is asked of bucketry alone: not every peer can be closed.
    told["threads"], told["sockets"] = [], 0
    told["files"] = sorted(
        path.name for path in folder.iterdir() if path.name not in ("source.bin", "target.bin")
    )
    if "error" in told and (folder / "target.bin").exists():
        told["files"].append("target.bin")
    return told


def serve(library: Open, kinds: Kinds) -> None:
    """Answer jobs until there are no more; `kinds` tells a library's errors by our names."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answers.write("ready\n")
    answers.flush()
    resolve = socket.getaddrinfo
    for line in sys.stdin:
        job = json.loads(line)
        os.environ.update(job["environment"])
        if job["names"] == "fail":
            socket.getaddrinfo = _no_names
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            told = _told(job, library(job["settings"]), Path(folder), kinds)
        socket.getaddrinfo = resolve
        for name in job["environment"]:
            del os.environ[name]
        answers.write(json.dumps(told) + "\n")
        answers.flush()


def _no_names(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
