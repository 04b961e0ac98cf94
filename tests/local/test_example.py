"""The example runs as it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[2] / "examples" / "local_server.py"


def test_the_example_serves_what_it_says(fetch: Callable[..., Any]) -> None:
    with subprocess.Popen(
        [sys.executable, str(EXAMPLE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        refused, opened = (process.stdout.readline().split()[-1] for _ in range(2))
        assert fetch(refused).status == 403
        assert fetch(opened).text == "Hello from a file on disk.\n"
        process.communicate("\n", timeout=10)
    assert process.returncode == 0
