"""The other side of `faults.client`: jobs go in, answers come out, what hangs is killed."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any


class Client:
    """A client's process. `ask` gives it a job; one that hangs is killed and made anew."""

    def __init__(self, *command: str, environment: Mapping[str, str] | None = None) -> None:
        """Take the command, bucketry's own unless another is given, and what it needs to know."""
        self._command = command or (sys.executable, "-m", "faults.client")
        self._environment = environment or {}
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def ask(self, job: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return what the client tells of a job, {} if it does not within `seconds`."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            return {}
        if not line:
            code = process.wait()
            self.close()
            raise RuntimeError(f"the client's process ended with {code} on {job['operation']}")
        told: dict[str, Any] = json.loads(line)
        return told

    def _start(self) -> None:
        here = str(Path(__file__).parent.parent)
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, **self._environment, "PYTHONPATH": here},
        )
        self._answers = queue.Queue()
        threading.Thread(
            target=self._pump, args=(self._process.stdout, self._answers), daemon=True
        ).start()
        assert self._answers.get(timeout=300) == "ready\n", "the client's process did not start"

    @staticmethod
    def _pump(stream: IO[str], answers: queue.Queue[str]) -> None:
        for line in stream:
            answers.put(line)
        answers.put("")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._process = None
