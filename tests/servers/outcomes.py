"""Takes over what the conformance suite found on the real servers, for the docs.

::

    PYTHONPATH=tests python -m servers.outcomes

reads the reports that the last `make test-servers` has left, runs the suite on the stand-ins of the
same vendors, and writes what did not pass into docs/outcomes.json. `make generate` makes the tables
of docs/servers.md from there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bucketry.config.json_text import json_text
from bucketry.testing import run
from bucketry.testing.case import Outcome
from conformance.places import in_front_of
from servers.known import STAND_INS
from servers.reports import DOCS, OUTCOMES, record_of, report_file
from servers.tables import servers_section

PAGE = DOCS / "servers.md"
BEGIN = "<!-- results:begin (generated; do not edit by hand) -->\n"
END = "<!-- results:end -->\n"


def records() -> dict[str, Any]:
    """Return what is committed: a record by server."""
    found: dict[str, Any] = json.loads(OUTCOMES.read_text("utf-8"))
    return found


def collect() -> None:
    """Take over the report of each server by path-style addressing."""
    found = records()
    for name, claims in STAND_INS.items():
        server = name.partition("-")[0]
        file = report_file(server, name, "path")
        if not file.exists():
            print(f"SKIPPED: {name}: there is no {file}")
            continue
        report = json.loads(file.read_text("utf-8"))
        found[name] = record_of(report, server, _imitated(claims) if claims else {})
        OUTCOMES.write_text(json_text(found), "utf-8")


def _imitated(vendor: str) -> dict[str, Outcome]:
    """Return the outcomes on a vendor's stand-in."""
    with in_front_of(vendor) as (provider, _):
        return {one.case: one.outcome for one in run(provider, endpoint="stand-in").results}


def page() -> dict[Path, str]:
    """Return the page of the servers as it should be: path to text."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return {PAGE: f"{before}{BEGIN}\n{servers_section(records())}\n\n{END}{after}"}


if __name__ == "__main__":
    collect()
    sys.exit()
