"""The benchmarks run, and the promise on memory holds for a small stream too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/status")
def test_the_memory_of_a_stream_stays_within_the_promise() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", "160"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stream 160 MiB in 20 parts of 8 MiB" in done.stdout
    assert "promised: below 88 MiB" in done.stdout


def test_the_comparison_with_boto3_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.compare", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ["upload", "sign", "object_url"] == [
        line.split()[0] for line in done.stdout.splitlines()[1:]
    ]
