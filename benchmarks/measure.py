"""Rows measured: all contestants take turns, round by round, and every round is proven."""

from __future__ import annotations

import ast
import json
import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.contestants.table import ONLY_FOR, ROOT, Entry
from benchmarks.environments import python_for
from benchmarks.machine import Load
from benchmarks.place import Place, pattern
from benchmarks.rows import Row
from benchmarks.sink import Sink
from benchmarks.tasks import SMALL

_LOOK_EVERY = 0.02


def first_of(entry: Entry) -> Path:
    """Return the script of a contestant's fresh process."""
    return ROOT / "benchmarks" / "first" / f"{entry.module}.py"


@cache
def operations_of(entry: Entry) -> frozenset[str]:
    """Return what a contestant can do, read from its source: it may not be installed yet."""
    source = ROOT / "benchmarks" / "contestants" / f"{entry.module}.py"
    (kind,) = (
        node
        for node in ast.parse(source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == "Contestant"
    )
    return frozenset(
        name
        for node in kind.body
        for name in (
            [node.name]
            if isinstance(node, ast.FunctionDef)
            else [target.id for target in node.targets if isinstance(target, ast.Name)]
            if isinstance(node, ast.Assign)
            else []
        )
    )


def takes_part(entry: Entry, row: Row) -> bool:
    """Return whether a contestant is in a row."""
    if row.only and entry.name not in row.only:
        return False
    if entry.name in ONLY_FOR and row.operation not in ONLY_FOR[entry.name]:
        return False
    if row.fresh:
        return not entry.variant and first_of(entry).exists()
    return row.operation in operations_of(entry)


class Failed(Exception):
    """A contestant did something else than the row asks, or nothing."""


class Worker:
    """A contestant's process."""

    def __init__(self, entry: Entry, place: Place) -> None:
        self.entry, self.place = entry, place
        self.python = python_for(entry)
        self.environment = _environment(place)
        self.process = subprocess.Popen(
            [str(self.python), "-m", "benchmarks.worker", entry.module, json.dumps(asdict(place))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env=self.environment, cwd=ROOT,
        )  # fmt: skip
        self._answer()  # it is ready

    def where(self, row: Row, count: int) -> dict[str, float]:
        """Return in which modules a row's CPU goes, as parts of one."""
        answer: dict[str, float] = self._ask(row, count, 0, where=True)[0]
        return answer

    def round(self, row: Row, count: int, turn: int) -> dict[str, Any]:
        """Do one round."""
        if row.fresh:
            return self._fresh(row)
        answer, threads = self._ask(row, count, turn)
        return {**answer, "threads": threads}

    def _ask(self, row: Row, count: int, turn: int, *, where: bool = False) -> tuple[Any, int]:
        assert self.process.stdin is not None
        question = {"row": row.name, "count": count, "turn": turn, "where": where}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> tuple[Any, int]:
        """Read an answer; count the threads meanwhile."""
        most = 0
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not selector.select(_LOOK_EVERY):
                most = max(most, _threads(self.process.pid))
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"the process of {self.entry.name} has ended")
        return json.loads(line), most

    def _fresh(self, row: Row) -> dict[str, Any]:
        """Do one step in a new process; its CPU and its memory are all that it ever used."""
        step = "sign" if row.series else row.operation
        environment = dict(self.environment)
        if row.series:
            environment["PYTHONPATH"] = str(_plugins(Path(self.place.folder), int(row.x)))
        else:
            del environment["PYTHONPATH"]
        before, start = _children(), time.perf_counter()
        done = subprocess.run(
            [str(self.python), "-P", str(first_of(self.entry)), step,
             self.place.endpoint, self.place.ca, self.place.name],
            input=pattern(SMALL), capture_output=True, env=environment, check=False,
        )  # fmt: skip
        cpu, wall = _children() - before, time.perf_counter() - start
        if done.returncode:
            return {"failed": done.stderr.decode()[-500:]}
        memory = next(line for line in done.stdout.decode().splitlines() if "VmHWM" in line)
        return {"cpu": cpu, "wall": wall, "grown": int(memory.split()[1]) * 1024, "threads": 0}

    def close(self) -> None:
        """End the process: it reads until there is nothing more to read."""
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


def _environment(place: Place) -> dict[str, str]:
    """Nothing of the caller's that could change a contestant."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "SSL_CERT_FILE": place.ca,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _children() -> float:
    """Seconds of CPU of the processes that have been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _threads(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            line = next((line for line in file if line.startswith("Threads")), "Threads: 0")
    except OSError:
        return 0
    return int(line.split()[1])


def _plugins(folder: Path, count: int) -> Path:
    """Return a folder with that many installed vendor plugins, each a distribution of its own."""
    path = folder / f"plugins-{count}"
    for number in range(count):
        info = path / f"acme_{number}-1.0.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: acme-{number}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(
            f"[bucketry.providers]\nacme{number} = acme_{number}:vendor\n"
        )
    return path


@contextmanager
def workers(entries: Sequence[Entry], sink: Sink, folder: Path) -> Iterator[dict[str, Worker]]:
    """Start a process for each contestant, all idle until asked."""
    with ExitStack() as stack:
        started = {}
        for entry in entries:
            own = folder / entry.name.replace(" ", "-")
            own.mkdir()
            name = entry.name.replace(" ", "-")
            place = Place(name, sink.endpoint, sink.ca, str(own), entry.variant)
            worker = Worker(entry, place)
            stack.callback(worker.close)
            started[entry.name] = worker
        yield started


def measure(
    row: Row, started: dict[str, Worker], sink: Sink, rounds: int, *, quick: bool
) -> dict[str, Any]:
    """Measure one row: a short round that warms up, then `rounds`, contestants taking turns.

    The warming round is proven like the others; one who fails there is out, with the reason.
    """
    count = row.quick if quick else row.count
    running = {name: worker for name, worker in started.items() if takes_part(worker.entry, row)}
    results: dict[str, Any] = {name: {"rounds": []} for name in running}
    load = Load([sink.pid, *(worker.process.pid for worker in started.values())])
    for turn in range(min(rounds, row.rounds) + 1):
        names = list(running)
        # Another one begins each time, so that nobody always follows the same one.
        for name in names[turn % len(names) :] + names[: turn % len(names)] if names else ():
            answer = _proven(running[name], row, count if turn else row.quick, turn, sink)
            if "missing" in answer or "failed" in answer:
                results[name] = answer
                del running[name]
                if "failed" in answer:
                    print(f"  {name}: {answer['failed']}", file=sys.stderr)
            elif turn:
                results[name]["rounds"].append(answer)
            else:
                results[name]["digests"] = answer["digests"]
    return {"count": count, "others": load.of_others(), "contestants": results}


def _proven(worker: Worker, row: Row, count: int, turn: int, sink: Sink) -> dict[str, Any]:
    answer = worker.round(row, count, turn)
    told = sink.report().get(worker.place.name, {})
    if "cpu" not in answer:
        return answer
    if told.get("refused"):
        return {"failed": f"the sink refused {told['refused']} of its requests"}
    for what, each in row.sunk.items():
        if told.get(what, 0) != round(each * count):
            return {"failed": f"{what}: {told.get(what, 0)}, not {round(each * count)}"}
    answer["requests"] = told.get("requests", 0)
    answer["digests"] = {name: number for name, number in told.get("digests", {}).items() if number}
    return answer
