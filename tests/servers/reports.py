"""Where the reports of the conformance suite are, and what is read from them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bucketry.testing.case import Outcome
from bucketry.testing.report import BAD
from servers.known import note_on
from servers.server import servers_folder

DOCS = Path(__file__).parents[2] / "docs"
OUTCOMES = DOCS / "outcomes"

_PASSING = (
    (re.compile(r"((?:127\.0\.0\.1|localhost):)\d+"), r"\1PORT"),
    (re.compile(r"\bbucketry-[0-9a-f]{12}\b"), "BUCKET"),
    (re.compile(r"\bconform-[0-9a-f]{12}\b"), "FOLDER"),
    (re.compile(r"(request id )[\w-]+"), r"\1ID"),
)
"""What is another in each run, and what stands for it in the docs."""


def report_file(server: str, name: str, way: str) -> Path:
    """Return where a run leaves its report: beside the server's logs, until its next start."""
    return servers_folder() / server / "log" / f"conformance-{name}-{way}.json"


def committed_file(name: str) -> Path:
    """Return the report that the docs tell of."""
    return OUTCOMES / f"{name}.json"


def commit(report: str) -> str:
    """Return a report as it is committed: equal for equal runs of one day."""
    for pattern, replacement in _PASSING:
        report = pattern.sub(replacement, report)
    return report


def outcomes_in(report: Mapping[str, Any]) -> dict[str, Outcome]:
    """Return case to outcome."""
    return {result["case"]: result["outcome"] for result in report["results"]}


def told(path: Path) -> str:
    """Return a report's outcomes in one line; a failure with a note on it is told as such."""
    run = path.stem.removeprefix("conformance-")
    outcomes = outcomes_in(json.loads(path.read_text("utf-8")))
    name = run.rpartition("-")[0]
    counts = Counter(
        f"{outcome}{' as noted' if outcome in BAD and note_on(name, case) else ''}"
        for case, outcome in outcomes.items()
    )
    shown = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
    return f"conformance: {run}: {len(outcomes)} cases: {shown}"
