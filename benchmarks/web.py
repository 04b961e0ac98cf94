"""In web applications: many uploads through one worker of uvicorn, and Django's collectstatic.

Run: python -m benchmarks.web [uploads] [collectstatic]

Uploads: 200 clients at once send 1 MiB each, which the application passes on while it arrives where
the library can; who cannot holds it. The sink proves every byte. Memory is how much the worker's
largest resident size grew, CPU is the worker's. Collectstatic: 3,000 files of 1 to 8 KiB, three
times: into an empty bucket, again, and with 30 of them changed; the stand-in counts requests.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants.table import ROOT
from benchmarks.environments import python_of, versions
from benchmarks.place import BUCKET, pattern
from benchmarks.sink import Sink, running
from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, StandIn

CLIENTS = 200
SIZE = 1 << 20
ROUNDS = 3
FILES = 3000
_SERVER = ["uvicorn", "httptools"]
UPLOADERS = {
    "bucketry": ["--editable", str(ROOT), "anyio"],
    "obstore": ["obstore"],
    "aiobotocore": ["aiobotocore"],
}
_DJANGO = ["--editable", str(ROOT), "Django", "django-storages[s3]"]
COLLECTORS = ("bucketry_django", "django-storages")


# -- uploads -----------------------------------------------------------------------------------


@contextmanager
def worker(name: str, sink: Sink) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the application in one worker; give its process and port."""
    python = python_of(f"web-{name}", [*UPLOADERS[name], *_SERVER])
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        environ = {"WHO": name, "ENDPOINT": sink.endpoint, "SSL_CERT_FILE": sink.ca}
        process = subprocess.Popen(
            [python, "-m", "uvicorn", "benchmarks.web_app:app", "--fd", str(listening.fileno()),
             "--log-level", "warning"],
            cwd=ROOT, env={**os.environ, **environ}, pass_fds=[listening.fileno()],
        )  # fmt: skip
        try:
            yield process, listening.getsockname()[1]
        finally:
            process.terminate()
            process.wait(30)


async def _send(port: int, key: str, body: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"PUT /{key} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    status = await reader.readline()
    writer.close()
    if b" 200 " not in status:
        raise RuntimeError(f"{key}: {status!r}")


async def _all_at_once(port: int, turn: int, clients: int, body: bytes) -> None:
    keys = [f"{len(body)}/{turn}/{number}" for number in range(clients)]
    await asyncio.gather(*(_send(port, key, body) for key in keys))


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def uploads() -> None:
    """Print what each library takes for the uploads."""
    body = pattern(SIZE)
    told: dict[str, list[tuple[float, float, int]]] = {name: [] for name in UPLOADERS}
    with running() as sink:
        for turn in range(ROUNDS):
            for name in UPLOADERS:
                with worker(name, sink) as (process, port):
                    asyncio.run(_all_at_once(port, -1 - turn, 8, body))  # warms up
                    sink.report()
                    idle, used, began = _peak(process.pid), _cpu(process.pid), time.monotonic()
                    asyncio.run(_all_at_once(port, turn, CLIENTS, body))
                    seconds = time.monotonic() - began
                    stored = sink.report()[name]
                    if (stored["objects"], stored["received"]) != (CLIENTS, CLIENTS * SIZE):
                        raise RuntimeError(f"{name}: the sink has {stored}")
                    cpu = _cpu(process.pid) - used
                    told[name].append((seconds, cpu, _peak(process.pid) - idle))
    print(f"\n{CLIENTS} uploads of {SIZE >> 20} MiB at once, one worker, median of {ROUNDS}\n")
    print(
        "| | version | seconds | MiB/s | CPU seconds | memory grew by |\n|---|---|---|---|---|---|"
    )
    for name, rounds in told.items():
        seconds, cpu, grown = (statistics.median(column) for column in zip(*rounds, strict=True))
        version = versions(python_of(f"web-{name}", [*UPLOADERS[name], *_SERVER]), [name])[name]
        speed = CLIENTS * SIZE / seconds / (1 << 20)
        print(f"| {name} | {version} | {seconds:.2f} | {speed:.0f} | {cpu:.2f} | "
              f"{grown / (1 << 20):.0f} MiB |")  # fmt: skip


# -- collectstatic -----------------------------------------------------------------------------


def collectstatic() -> None:
    """Print the requests and seconds of each storage."""
    chance = random.Random(7)
    rows = []
    with tempfile.TemporaryDirectory() as name, StandIn(buckets=[BUCKET]) as server:
        source = Path(name)
        for number in range(FILES):
            path = source / f"{number % 30}" / f"{number}.css"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(chance.randbytes(chance.randint(1024, 8192)))
        python = python_of("web-django", _DJANGO)
        for who in COLLECTORS:
            for step in ("empty", "again", "1 in 100 changed"):
                if step.startswith("1"):
                    for number in range(0, FILES, 100):
                        (source / f"{number % 30}" / f"{number}.css").write_bytes(who.encode())
                before, began = len(server.requests), time.monotonic()
                asked = {
                    "who": who, "source": name, "endpoint": server.endpoint, "bucket": BUCKET,
                    "ca": server.ca_bundle, "region": server.region, "key": ACCESS_KEY_ID,
                    "secret": SECRET_ACCESS_KEY,
                }  # fmt: skip
                subprocess.run(
                    [python, "-m", "benchmarks.web_django"],
                    input=json.dumps(asked).encode(), cwd=ROOT, check=True,
                )  # fmt: skip
                seconds = time.monotonic() - began
                made = Counter(request.method for request in server.requests[before:])
                rows.append((who, step, sum(made.values()), dict(made), seconds))
    print(f"\ncollectstatic of {FILES:,} files\n\n| | bucket | requests | of them | seconds |")
    print("|---|---|---|---|---|")
    for who, step, requests, methods, seconds in rows:
        told = ", ".join(f"{method} {number:,}" for method, number in sorted(methods.items()))
        print(f"| {who} | {step} | {requests:,} | {told} | {seconds:.1f} |")


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["uploads", "collectstatic"]
    for part in chosen:
        {"uploads": uploads, "collectstatic": collectstatic}[part]()
