"""Whether a run of the conformance suite ended as it should: nothing fails without a note."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bucketry.testing import Report
from servers.known import note_on


def unexpected(report: Report, name: str) -> Iterator[str]:
    """Yield what fails without a note, and notes on failures that are gone."""
    if report.confinement:
        yield report.confinement
    for result in report.results:
        note = note_on(name, result.case)
        if result in report.bad:
            if note is None or note.fails == "no":
                yield f"{result.outcome} {result.case}: {result.evidence}"
        elif note is not None and note.fails == "always" and result.outcome != "skipped":
            yield f"{result.case} does not fail any more: take its note out of known.py"


def differences(
    report: Report, name: str, records: Mapping[str, Any], server: str
) -> Iterator[str]:
    """Yield where the docs tell of other outcomes, if those are of the same release."""
    if name not in records:
        yield f"the docs tell nothing of {name}: run `make outcomes`"
        return
    told = records[name]
    if told["release"] != report.versions[server]:
        return
    known = {one["case"]: one["outcome"] for one in told["others"]}
    for result in report.results:
        note = note_on(name, result.case)
        wanted = known.pop(result.case, "passed")
        if result.outcome != wanted and (note is None or note.fails != "sometimes"):
            yield (
                f"{result.case} is {result.outcome} and not {wanted}; "
                "if that is right, run `make outcomes`"
            )
    for case in known:
        yield f"{case} is gone; if that is right, run `make outcomes`"
