"""Whether a run of the conformance suite ended as it should: nothing fails without a note."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bucketry.testing import Report
from servers.known import note_on
from servers.reports import outcomes_in


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


def differences(report: Report, name: str, committed: Path, server: str) -> Iterator[str]:
    """Yield where the docs tell of other outcomes, if those are of the same release."""
    if not committed.exists():
        yield f"the docs tell nothing of {name}: run `make outcomes`"
        return
    told = json.loads(committed.read_text("utf-8"))
    if told["versions"][server] != report.versions[server]:
        return
    known = outcomes_in(told)
    found = {result.case: result.outcome for result in report.results}
    for case in sorted({*known, *found}):
        note = note_on(name, case)
        if known.get(case) != found.get(case) and (note is None or note.fails != "sometimes"):
            yield (
                f"{case} is {found.get(case, 'gone')} and not {known.get(case, 'in the docs')}; "
                "if that is right, run `make outcomes`"
            )
