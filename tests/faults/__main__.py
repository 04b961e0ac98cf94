"""Run the table of faults: ``python -m faults [WORD...] [--transport NAME] [--sample N] [--all]``.

Words pick cases by their name; a sample takes so many of those, the same ones each time. Each case
runs through every transport, in one addressing style that changes from case to case; with ``--all``
in both.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from attrs import evolve

from faults.around import is_real
from faults.runner import Job, Result, run_all, transports, way_of
from faults.scenarios import CASES


def jobs(words: Sequence[str], *, everything: bool) -> Iterator[Job]:
    """Yield what is to be run."""
    for number, (name, case) in enumerate(CASES.items()):
        if not all(word in name for word in words) or (is_real() and case.fault.clock):
            continue
        for transport in transports():
            way = way_of(number, transport)
            yield case, way
            if everything:
                other = {"path": "virtual", "virtual": "path"}[way.addressing]
                yield case, evolve(way, addressing=other)


def as_row(result: Result) -> dict[str, object]:
    """Return a result for machines."""
    return {
        "case": result.case.name,
        "client": f"bucketry, transport {result.way.transport}".removesuffix(", transport "),
        "addressing": result.way.addressing,
        "must": result.case.must,
        "verdict": result.judged.verdict,
        "why": result.judged.why,
        "seconds": round(result.seconds, 2),
        "struck": result.struck,
    }


def main() -> int:
    """Run, print the verdicts, return 1 if any is bad."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--verbose", "-v", action="store_true", help="print the good ones too")
    parser.add_argument("--tracebacks", action="store_true")
    parser.add_argument("--transport", choices=transports())
    parser.add_argument("--sample", type=int)
    given = parser.parse_args()
    work = [
        (case, way)
        for case, way in jobs(given.words, everything=given.all)
        if given.transport in (None, way.transport)
    ]
    if given.sample is not None:
        work = Random(1).sample(work, min(given.sample, len(work)))
    start = time.monotonic()
    results = []
    for result in run_all(work, given.jobs):
        results.append(result)
        if not result.is_good or given.verbose:
            print(f"{result.judged.verdict:16} {result.case.name}  [{result.way}]")
            print(f"{'':16} {result.judged.why}  ({result.seconds:.1f} s)", flush=True)
            if given.tracebacks and result.traceback:
                print(result.traceback)
    if given.json:
        given.json.write_text(json.dumps([as_row(result) for result in results], indent=1))
    counts = Counter((result.way.transport, result.judged.verdict) for result in results)
    print(f"\n{len(results)} cases in {time.monotonic() - start:.0f} s")
    for (transport, verdict), count in sorted(counts.items()):
        print(f"{transport or 'only transport':16} {verdict:16} {count:6}")
    idle = [r.case.name for r in results if not r.struck and r.case.fault.hits]
    print(f"{len(idle)} cases were never struck: {', '.join(idle[:20])}")
    return int(not all(result.is_good for result in results))


if __name__ == "__main__":
    sys.exit(main())
