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
OUTCOMES = DOCS / "outcomes.json"
"""What did not pass on the real servers, all that is committed of their reports."""

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


def record_of(
    report: Mapping[str, Any], server: str, imitated: Mapping[str, Outcome]
) -> dict[str, Any]:
    """Return what is committed of a report: all that did not pass, and numbers of what did.

    A case that ends otherwise with the stand-in, by its outcomes in `imitated`, is in it too. Equal
    runs of one day give equal records.
    """
    passed = Counter(one["group"] for one in report["results"] if one["outcome"] == "passed")
    others = []
    for one in report["results"]:
        told = {"case": one["case"], "outcome": one["outcome"]}
        if one["evidence"]:
            told["evidence"] = _without_passing(one["evidence"])
        if imitated.get(one["case"], one["outcome"]) != one["outcome"]:
            told["stand_in"] = imitated[one["case"]]
        if one["outcome"] != "passed" or "stand_in" in told:
            others.append(told)
    return {
        "vendor": report["vendor"],
        "release": report["versions"][server],
        "date": report["date"],
        "passed": dict(passed),
        "others": others,
    }


def _without_passing(evidence: str) -> str:
    for pattern, replacement in _PASSING:
        evidence = pattern.sub(replacement, evidence)
    return evidence


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
