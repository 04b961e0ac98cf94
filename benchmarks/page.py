"""What a run becomes: a table and pictures beside it, and the figures of docs/performance.md.

`python -m benchmarks.page FOLDER` does it for any run: its table, its pictures, the page.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.contestants.table import ROOT
from benchmarks.environments import python_of
from benchmarks.rows import ROWS, WHERE

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results"
_FILLED = re.compile(r"<!-- from the run: (\w+) -->\n.*?<!-- end -->", re.DOTALL)
_MOST = 9


def _about(run: dict[str, Any]) -> str:
    lines = [f"Command: `{run['command']}`", *report.about(run)]
    return "\n".join(f"- {line}" for line in lines)


def _summary(run: dict[str, Any]) -> str:
    return report.as_markdown(*report.summary(run))


def _growth(run: dict[str, Any]) -> str:
    """Show each curve; its figures are in the table beside the picture."""
    return "\n\n".join(
        f"![{title}](../benchmarks/results/{title.partition(',')[0].replace(' ', '-')}.svg)"
        for title, _, _ in report.growth(run)
    )


def _where(run: dict[str, Any]) -> str:
    """Give the modules that take the most, in the row's unit; the rest is one line."""
    tables = []
    for row in (row for row in ROWS if row.name in WHERE and row.name in run.get("where", {})):
        whole = report.cpu_of(run, row, "bucketry") or 0.0
        parts = sorted(run["where"][row.name].items(), key=lambda part: -part[1])
        shown = [*parts[:_MOST], ("all others", sum(part for _, part in parts[_MOST:]))]
        cells = [[name, f"{part * whole:,.1f}", f"{part:.0%}"] for name, part in shown if part]
        header = [f"{row.what}: {whole:,.1f} {row.unit}", row.unit, "part"]
        tables.append(report.as_markdown(cells, header))
    return "\n\n".join(tables) or "This run did not get so far."


PARTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "about": _about,
    "summary": _summary,
    "growth": _growth,
    "where": _where,
}


def filled(page: str, run: dict[str, Any]) -> str:
    """Return the page with a run's figures."""
    return _FILLED.sub(
        lambda found: f"<!-- from the run: {found[1]} -->\n{PARTS[found[1]](run)}\n<!-- end -->",
        page,
    )


def _run(folder: Path) -> dict[str, Any]:
    run: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return run


def table(run: dict[str, Any]) -> str:
    """Return every row with all who took part, and all curves, in Markdown."""
    lines = ["# Results", "", _about(run)]
    for title, proof, cells in report.tables(run):
        lines += ["", f"## {title}", "", f"Proof: {proof}.", "", report.as_markdown(cells)]
    for title, cells, header in report.growth(run):
        lines += ["", f"## {title}", "", report.as_markdown(cells, header)]
    return "\n".join(lines) + "\n"


def present(folder: Path) -> None:
    """Write the table and the pictures of the run in `folder`."""
    for picture in folder.glob("*.svg"):
        picture.unlink()  # of another run with other rows
    (folder / "table.md").write_text(table(_run(folder)), encoding="utf-8")
    plotter = python_of("plots", ["matplotlib"])
    subprocess.run(
        [str(plotter), "-m", "benchmarks.plots", str(folder)], check=True, cwd=ROOT,
        env={"PATH": os.environ["PATH"], "MPLBACKEND": "agg"},
    )  # fmt: skip


def adopt(folder: Path) -> None:
    """Make a run the one that the page shows."""
    RESULTS.mkdir(exist_ok=True)
    for picture in RESULTS.glob("*.svg"):
        picture.unlink()
    for path in folder.iterdir():
        if path.suffix in (".json", ".md", ".svg"):
            shutil.copyfile(path, RESULTS / path.name)
    text = filled(PAGE.read_text(encoding="utf-8"), _run(RESULTS))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    present(folder)
    adopt(folder)
