"""Collects what the conformance suite found and writes it into the docs.

::

    PYTHONPATH=tests python -m servers.outcomes [servers] [vendors]

``servers`` takes the reports that the last `make test-servers` has left, ``vendors`` runs the
suite on every vendor's stand-in; both write below docs/outcomes. Then the tables in the docs are
made from there, which is all that happens without an argument.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bucketry.testing import SUITE, Report, run
from conformance.places import MAIN, OTHERS, in_front_of, on_disk
from servers.known import STAND_INS
from servers.reports import DOCS, OUTCOMES, commit, committed_file, report_file
from servers.tables import servers_section, vendors_page

VENDORS = (*MAIN, *OTHERS, "s3", "local")
VENDORS_FILE = OUTCOMES / "vendors.json"
VENDORS_PAGE = OUTCOMES / "vendors.md"
SERVERS_PAGE = DOCS / "servers.md"
BEGIN = "<!-- results:begin (generated; do not edit by hand) -->\n"
END = "<!-- results:end -->\n"


def collect_servers() -> None:
    """Take over the report of each server by path-style addressing."""
    for name in STAND_INS:
        report = report_file(name.partition("-")[0], name, "path")
        if report.exists():
            committed_file(name).write_text(commit(report.read_text("utf-8")), "utf-8")
        else:
            print(f"SKIPPED: {name}: there is no {report}")


def collect_vendors() -> None:
    """Run the suite as every vendor and write the outcomes; a passed case is left out."""
    vendors = {}
    for vendor in VENDORS:
        report = _on_stand_in(vendor)
        outcomes = defaultdict(list)
        for result in report.results:
            if result.outcome != "passed":
                outcomes[result.outcome].append(result.case)
        vendors[vendor] = outcomes
        print(f"{vendor}: {report.counts()}", flush=True)
    document = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cases": [case.id for case in SUITE.cases],
        "vendors": vendors,
    }
    VENDORS_FILE.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def _on_stand_in(vendor: str) -> Report:
    if vendor == "local":
        with on_disk() as provider:
            return run(provider)
    with in_front_of(vendor) as (provider, _):
        return run(provider, endpoint="stand-in")


def pages() -> dict[Path, str]:
    """Return the docs as they should be: path to text."""
    reports = {name: json.loads(committed_file(name).read_text("utf-8")) for name in STAND_INS}
    vendors = json.loads(VENDORS_FILE.read_text("utf-8"))
    before, _, rest = SERVERS_PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return {
        SERVERS_PAGE: f"{before}{BEGIN}\n{servers_section(reports, vendors)}\n\n{END}{after}",
        VENDORS_PAGE: vendors_page(vendors),
    }


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code."""
    collectors = {"servers": collect_servers, "vendors": collect_vendors}
    if not set(arguments) <= set(collectors):
        print(f"usage: python -m servers.outcomes [{'] ['.join(collectors)}]", file=sys.stderr)
        return 2
    OUTCOMES.mkdir(exist_ok=True)
    for name in arguments:
        collectors[name]()
    for path, text in pages().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
