"""What machine this is, and how much of it others use meanwhile."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_TICKS = os.sysconf("SC_CLK_TCK")
QUIET = 0.05
"""Share of the cores that others may use for a run to be called quiet."""


def describe() -> dict[str, str | int]:
    """Say what decides how fast it is."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sha256 of 1 GiB": f"{_sha256():.2f} s",
    }


def _sha256() -> float:
    """Seconds of CPU for 1 GiB, the best of three: a figure to compare machines by."""
    block, best = bytes(1 << 20), float("inf")
    for _ in range(3):
        start = time.process_time()
        for _ in range(64):
            hashlib.sha256(block)
        best = min(best, time.process_time() - start)
    return best * 16


@contextmanager
def kept_awake() -> Iterator[bool]:
    """Let no idle core sleep meanwhile, where the system allows it; give whether it does.

    Whoever wakes a core pays for it, in a virtual machine several times what `limit` takes for a
    request. root may keep them awake (Linux's documentation, PM Quality of Service).
    """
    try:
        handle = os.open("/dev/cpu_dma_latency", os.O_WRONLY)
    except OSError:
        yield False
        return
    try:
        os.write(handle, bytes(4))  # microseconds that waking may take, as an integer
        yield True
    finally:
        os.close(handle)


def _busy() -> float:
    """Seconds of CPU that the machine has spent on anything; stolen ones too."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def _own(pids: Iterable[int]) -> float:
    """Seconds of CPU of these processes, and of those that they have waited for."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / _TICKS


class Load:
    """How much of the cores others used, since it was made."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = [os.getpid(), *pids]
        self._start = time.perf_counter(), _busy(), _own(self._pids)

    def of_others(self) -> float:
        """Return the share, 0 to 1, of all cores."""
        start, busy, own = self._start
        passed = max(time.perf_counter() - start, 1e-9)
        others = (_busy() - busy) - (_own(self._pids) - own)
        return max(0.0, others / passed / (os.cpu_count() or 1))


def called(share: float) -> str:
    """Say it in a word."""
    return "quiet" if share <= QUIET else "loaded"
