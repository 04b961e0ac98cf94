"""Random runs: 1 to 4 faults drawn from the table strike one operation.

Run: ``python -m faults.campaign --seeds 1-200 [--jobs N] [--keep FILE]``. A seed draws the same
faults as long as the table stays as it is; a run that went wrong is therefore kept as what was
drawn, and is a test from then on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from faults.operations import OPERATIONS
from faults.proxy import Strike
from faults.runner import Result, Way, run_all, transports, way_of
from faults.scenarios import CASES
from faults.table import Case, Fault

KEPT = Path(__file__).parent / "kept.json"
"""Runs that once went wrong, as they were drawn."""

Draw = Mapping[str, Any]
"""An operation's name, and which row of the table strikes when: JSON."""


def _may_join(case: Case) -> bool:
    """Leave out what changes the whole run, and what ends it by itself."""
    fault = case.fault
    special = fault.tunnel or fault.clock or fault.place != "proxy" or fault.warm
    return not special and fault.name != "nothing" and fault.ends is None


def draw(seed: int) -> Draw:
    """Return what a seed draws."""
    random = Random(seed)
    joining = [case for case in CASES.values() if _may_join(case)]
    operation = random.choice(sorted({case.operation.name for case in joining}))
    rows = [case.name for case in joining if case.operation.name == operation]
    return {
        "operation": operation,
        "strikes": [
            [random.choice(rows), random.choice((1, 1, 1, 2, 3)), random.choice((1, 1, 1, 2, 5))]
            for _ in range(random.randint(1, 4))
        ],
    }


def case_of(drawn: Draw, name: str) -> Case:
    """Return the case that was drawn."""
    rows = [(CASES[row], nth, times) for row, nth, times in drawn["strikes"]]
    strikes = [
        Strike(strike.operation, strike.act, nth, times)
        for row, nth, times in rows
        for strike in row.strikes
    ]
    lost = [row for row, *_ in rows if row.fault.orphans and row.wire == "CreateMultipartUpload"]
    fault = Fault(
        name=" + ".join(f"{row.fault.name} @{row.wire} {nth}x{times}" for row, nth, times in rows),
        on=(),
        more=strikes,
        orphans=bool(lost),
    )
    wire = "CreateMultipartUpload" if lost else ""
    return Case(name, fault, OPERATIONS[drawn["operation"]], wire)


def kept() -> Sequence[Draw]:
    """Return the runs that once went wrong."""
    found: Sequence[Draw] = json.loads(KEPT.read_text())
    return found


def way_of_seed(seed: int) -> Way:
    """Return the way of a seed: transports take turns, and so do styles."""
    ways = transports()
    return way_of(seed // len(ways), ways[seed % len(ways)])


def results(seeds: Sequence[int], workers: int) -> Iterator[tuple[int, Result]]:
    """Run seeds, each through one transport after the other, and yield what came of them."""
    work = [(case_of(draw(seed), f"seed {seed}"), way_of_seed(seed)) for seed in seeds]
    yield from zip(seeds, run_all(work, workers), strict=True)


def main() -> int:
    """Run seeds, print what went wrong, return 1 if anything did."""
    parser = argparse.ArgumentParser(prog="python -m faults.campaign", description=__doc__)
    parser.add_argument("--seeds", default="1-200", help="A-B")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--keep", type=Path, help="file to add the failing runs to")
    given = parser.parse_args()
    first, last = map(int, given.seeds.split("-"))
    counts: Counter[str] = Counter()
    failing = []
    for seed, result in results(range(first, last + 1), given.jobs):
        counts[result.judged.verdict] += 1
        if not result.is_good:
            failing.append(draw(seed))
            print(f"{result.judged.verdict:16} {result.case.name} [{result.way}]")
            print(f"{'':16} {result.judged.why}  ({result.seconds:.1f} s)", flush=True)
    if given.keep and failing:
        before = json.loads(given.keep.read_text()) if given.keep.exists() else []
        given.keep.write_text(json.dumps([*before, *failing], indent=1) + "\n")
    print(f"seeds {given.seeds}: " + ", ".join(f"{n} {v}" for v, n in counts.most_common()))
    return int(bool(failing))


if __name__ == "__main__":
    sys.exit(main())
