"""Run peers under the faults that apply to them: ``python -m faults.peers NAME... [--json FILE]``.

``make reliability`` makes the environments, runs all of them and renews docs/reliability.md.
What a peer has no operation for is left out, and so is what only bucketry promises: that a
transient fault is survived, and how soon something ends.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from faults.runner import Job, Result, Way, certificates, run_all
from faults.scenarios import CASES
from faults.subprocesses import Client
from faults.table import Case

NAMES = ("boto3", "minio", "obstore", "opendal")
FOLDER = Path(".venv/peers")
SLACK = 10
"""Seconds that a peer may take longer than is due: a timeout of each try is all that it knows."""


def python_of(name: str) -> Path:
    """Return the interpreter of a peer's environment."""
    return FOLDER / name / "bin/python"


def version_of(name: str) -> str:
    """Return which version of a peer is installed."""
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    return subprocess.run(
        [python_of(name), "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def operations_of(name: str) -> frozenset[str]:
    """Return which operations of the table a peer has."""
    code = (
        f"from faults.peers.of_{name} import library; import json; print(json.dumps(list(library("
        "{'endpoint': 'https://localhost:1', 'ca_bundle': None, 'deadline': 1, 'credentials': "
        "{'access_key_id': 'a', 'secret_access_key': 'b'}}))))"
    )
    told = subprocess.run(
        [python_of(name), "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "tests", "SSL_CERT_FILE": str(certificates().bundle)},
    ).stdout
    return frozenset(json.loads(told))


def _applies(case: Case) -> bool:
    # Their names are resolved by the system, past what a test can bend, and not all ask the
    # environment for a proxy.
    return case.fault.place not in ("hanging names", "unknown host") and not case.fault.tunnel


def run_peer(name: str, words: Sequence[str], sample: int | None, workers: int) -> Iterator[Result]:
    """Run a peer under all faults that apply, or a sample of them."""
    able = operations_of(name)
    work: list[Job] = [
        (case, Way(transport=name, slack=SLACK))
        for key, case in CASES.items()
        if case.operation.name in able and _applies(case) and all(word in key for word in words)
    ]
    if sample is not None:
        work = Random(1).sample(work, min(sample, len(work)))

    def start() -> Client:
        trust = {"SSL_CERT_FILE": str(certificates().bundle)}
        command = (str(python_of(name).absolute()), "-m", f"faults.peers.of_{name}")
        return Client(*command, environment=trust)

    yield from run_all(work, workers, start)


def main() -> int:
    """Run peers and print their verdicts."""
    parser = argparse.ArgumentParser(prog="python -m faults.peers", description=__doc__)
    parser.add_argument("names", nargs="+", choices=NAMES)
    parser.add_argument("--only", action="append", default=[], help="word of a case's name")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = []
    for name in given.names:
        client = f"{name} {version_of(name)}"
        counts: Counter[str] = Counter()
        for result in run_peer(name, given.only, given.sample, given.jobs):
            verdict = result.judged.verdict
            counts[verdict] += 1
            rows.append(
                {
                    "case": result.case.name,
                    "client": client,
                    "verdict": verdict,
                    "why": result.judged.why,
                    "seconds": round(result.seconds, 2),
                }
            )
            if given.only:
                print(f"{verdict:16} {result.case.name}\n{'':16} {result.judged.why}", flush=True)
        print(f"{client}: {dict(counts.most_common())}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
