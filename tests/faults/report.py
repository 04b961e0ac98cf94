"""Write what was measured into docs/reliability.md: ``python -m faults.report FILE...``.

The files are those of ``python -m faults --json`` and ``python -m faults.peers --json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOCUMENT = Path("docs/reliability.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

COLUMNS: Mapping[str, Sequence[str]] = {
    "false success": ("false success",),
    "torn": ("torn",),
    "false failure": ("false failure",),
    "doubt without cause": ("needless doubt",),
    "no end in time": ("overrun",),
    "raw error": ("raw error",),
    "left behind": ("leak",),
    "gave up": ("needless failure",),
    "refused or in doubt": ("refused", "unconfirmed"),
    "done": ("ok",),
}
"""Heads of the table, and the verdicts under each."""


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return verdicts by client as Markdown."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row["client"]][row["verdict"]] += 1
    lines = [
        f"| | cases | {' | '.join(COLUMNS)} |",
        f"|---|--:|{'--:|' * len(COLUMNS)}",
    ]
    for client, verdicts in counts.items():
        sums = [sum(verdicts[name] for name in names) for names in COLUMNS.values()]
        cells = " | ".join(map(str, sums))
        lines.append(f"| {client} | {verdicts.total()} | {cells} |")
    return "\n".join(lines)


def main() -> int:
    """Write the table between the marks of the document."""
    parser = argparse.ArgumentParser(prog="python -m faults.report", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--note", default="", help="a sentence above the table")
    given = parser.parse_args()
    rows = [row for file in given.files for row in json.loads(file.read_text())]
    before, rest = DOCUMENT.read_text().split(BEGIN)
    after = rest.split(END)[1]
    note = f"{given.note}\n\n" if given.note else ""
    DOCUMENT.write_text(f"{before}{BEGIN}\n{note}{table(rows)}\n{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
