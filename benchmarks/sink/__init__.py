"""The other end of a benchmark: an S3 endpoint over TLS that proves everything and keeps nothing.

In C where there is a compiler and OpenSSL's headers, in Python where not: see `sink.c` for what
both do. The Python one is slower, so that operations per second are its own as much as a
contestant's; a contestant's CPU is not touched by it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from benchmarks.environments import BASE
from benchmarks.place import SECRET

_SOURCE = Path(__file__).with_name("sink.c")
_FLAGS = ("-O3", "-std=gnu11")
_LIBRARIES = ("-lssl", "-lcrypto", "-lpthread")


@dataclass(frozen=True)
class Sink:
    """A running sink.

    Attributes:
        kind: ``C``, or ``Python`` with the reason.
    """

    endpoint: str
    ca: str
    kind: str
    pid: int

    def report(self) -> dict[str, Any]:
        """Return what each access key sent since the last report."""
        connection = http.client.HTTPSConnection(
            self.endpoint.removeprefix("https://"),
            context=ssl.create_default_context(cafile=self.ca),
        )
        try:
            connection.request("GET", "/.sink/report")
            report: dict[str, Any] = json.loads(connection.getresponse().read())
            return report
        finally:
            connection.close()


def compiled() -> Path:
    """Return the program, compiled at first use; raises OSError where that cannot be done."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise OSError("there is no C compiler")
    source = b"".join(path.read_bytes() for path in sorted(_SOURCE.parent.glob("*.[ch]")))
    program = BASE / f"sink-{hashlib.sha256(source).hexdigest()[:12]}"
    if not program.exists():
        BASE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BASE) as folder:
            made = Path(folder) / "sink"
            done = subprocess.run(
                [compiler, *_FLAGS, "-o", str(made), str(_SOURCE), *_LIBRARIES],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise OSError(f"it does not compile: {done.stderr.strip()[:200]}")
            made.rename(program)
    return program


def _command(kind: str) -> tuple[list[str], str]:
    if kind != "python":
        try:
            return [str(compiled())], "C"
        except OSError as why:
            if kind == "c":
                raise
            return [sys.executable, "-m", "benchmarks.sink.server"], f"Python: {why}"
    return [sys.executable, "-m", "benchmarks.sink.server"], "Python: asked for"


@contextmanager
def running(kind: str = "") -> Iterator[Sink]:
    """Run a sink in a process of its own: the C one if it can be had, or the named `kind`."""
    command, kind = _command(kind)
    with tempfile.TemporaryDirectory() as folder:
        ca, chain, key = (str(Path(folder) / name) for name in ("ca.pem", "chain.pem", "key.pem"))
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1", "localhost")
        authority.cert_pem.write_to_path(ca)
        issued.private_key_pem.write_to_path(key)
        for pem in issued.cert_chain_pems:
            pem.write_to_path(chain, append=True)
        with subprocess.Popen(
            [*command, chain, key, SECRET],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            port = int(process.stdout.readline())
            try:
                yield Sink(f"https://127.0.0.1:{port}", ca, kind, process.pid)
            finally:
                process.terminate()
