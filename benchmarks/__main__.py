"""Everybody beside everybody: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine, page, report
from benchmarks.contestants.table import ROOT, commit_of, contestants
from benchmarks.environments import BASE, python_for, versions
from benchmarks.measure import measure, takes_part, workers
from benchmarks.rows import GROWTH, ROWS, WHERE, Row
from benchmarks.sink import running

_ROUNDS, _QUICK_ROUNDS = 7, 3


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure bucketry beside its peers against a loopback sink.",
    )
    parser.add_argument(
        "--rows", default="", help="rows to measure, or series of growth: see --list"
    )
    parser.add_argument("--list", action="store_true", help="name all rows and series")
    parser.add_argument("--quick", action="store_true", help="few operations, three rounds")
    parser.add_argument("--rounds", type=int, help=f"{_ROUNDS} by default")
    parser.add_argument("--against", type=Path, help="another checkout, measured as `before`")
    parser.add_argument("--without", default="", help="contestants to leave out, by commas")
    parser.add_argument("--sink", choices=("c", "python"), default="", help="which sink to run")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--out", type=Path, help="folder for the results; without it one below "
                        ".venv, and a whole run renews the page on performance")  # fmt: skip
    return parser.parse_args(given)


def chosen(names: str) -> list[Row]:
    """Return the rows that are named, rows or series, one name or several by commas or blanks."""
    everything = [*ROWS, *GROWTH]
    if not names:
        return everything
    known = {row.name for row in everything} | {row.series for row in GROWTH}
    wanted = {name.strip() for name in names.split(",")}
    if not wanted <= known:
        wanted = set(names.replace(",", " ").split())
    if unknown := wanted - known:
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))}; see --list")
    return [row for row in everything if row.name in wanted or row.series in wanted]


def main() -> int:
    options = arguments()
    if options.list:
        for row in ROWS:
            print(f"{row.name:20} {row.what}")
        for series in dict.fromkeys(row.series for row in GROWTH):
            print(f"{series:20} growth")
        return 0
    rows = chosen(options.rows)
    rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
    left_out = {name.strip() for name in options.without.split(",")}
    entries = [
        entry
        for entry in contestants(options.against)
        if entry.name not in left_out and any(takes_part(entry, row) for row in rows)
    ]
    run: dict[str, Any] = {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit_of(ROOT),
        "command": _command(options),
        "machine": machine.describe(),
        "rounds": rounds,
        "quick": options.quick,
        "contestants": {
            entry.name: {
                "about": entry.about,
                "versions": versions(python_for(entry), list(entry.shown)),
            }
            for entry in entries
        },
        "rows": {},
        "where": {},
    }
    results = options.out or BASE / "results"
    results.mkdir(parents=True, exist_ok=True)
    failed = False
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running(options.sink) as sink,
        machine.kept_awake() as run["awake"],
    ):
        run["sink"] = sink.kind
        with workers(entries, sink, Path(folder)) as started:
            load = machine.Load([sink.pid, *(one.process.pid for one in started.values())])
            for row in rows:
                measured = measure(row, started, sink, rounds, quick=options.quick)
                run["rows"][row.name] = measured
                if row.name in WHERE and measured["contestants"].get("bucketry", {}).get("rounds"):
                    run["where"][row.name] = started["bucketry"].where(row, row.count)
                    sink.report()  # what it has counted meanwhile is of no row
                _keep(run, load, results)
                failed |= any("failed" in one for one in measured["contestants"].values())
                if not options.json:
                    _tell(run, row)
    page.present(results)
    if not (options.out or options.rows or options.quick or options.without):
        page.adopt(results)
    print(f"written to {results}", file=sys.stderr)
    if options.json:
        print(json.dumps(run, indent=1))
    else:
        print("\n" + report.as_text(*report.summary(run)))
        print("\n" + "\n".join(report.about(run)))
    return 1 if failed else 0


def _keep(run: dict[str, Any], load: machine.Load, results: Path) -> None:
    """Write what is measured so far: whoever breaks off a run keeps its rows."""
    run["others"] = load.of_others()
    text = json.dumps(run, separators=(",", ":")) + "\n"
    (results / "run.json").write_text(text, encoding="utf-8")


def _tell(run: dict[str, Any], row: Row) -> None:
    for title, proof, cells in report.tables(run, [replace(row)]):
        print(f"\n{title}\nproof: {proof}\n{report.as_text(cells)}", flush=True)


def _command(options: argparse.Namespace) -> str:
    """Return the command without this machine's paths."""
    words = ["python -m benchmarks"]
    words += [f"--rows '{options.rows}'"] if options.rows else []
    words += ["--quick"] if options.quick else []
    words += [f"--rounds {options.rounds}"] if options.rounds else []
    words += ["--against CHECKOUT"] if options.against else []
    words += [f"--without '{options.without}'"] if options.without else []
    return " ".join(words)


if __name__ == "__main__":
    sys.exit(main())
