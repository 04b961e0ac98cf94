"""Pictures of a run: `python -m benchmarks.plots FOLDER`, with matplotlib."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

from benchmarks.report import cpu_of, curves
from benchmarks.rows import GROWTH, ROWS

COLOURS = {
    "bucketry": "#0072b2",
    "before": "#56b4e9",
    "boto3": "#d55e00",
    "boto3 tuned": "#e69f00",
    "obstore": "#009e73",
    "limit": "#999999",
}
_SHOWN = tuple(COLOURS)


def save(figure: Any, folder: Path, name: str) -> None:
    """Write a picture; without a date, so that the same figures give the same file."""
    figure.tight_layout(rect=(0, 0, 1, 0.97))
    path = folder / f"{name}.svg"
    figure.savefig(path, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    plt.close(figure)
    path.write_text(compact(path.read_text("utf-8")), "utf-8")


def compact(svg: str) -> str:
    """Return a picture without the digits and the white space that nobody sees."""
    svg = re.sub(r"(\d\.\d\d)\d{3,}", r"\1", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip() + "\n"


def ratios(run: dict[str, Any], folder: Path) -> None:
    """Draw each row's CPU as a part of boto3's."""
    rows = [row for row in ROWS if cpu_of(run, row, "boto3") and cpu_of(run, row, "bucketry")]
    if not rows:
        return
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(rows) + 1.4))
    for name in _SHOWN:
        points = [
            (cpu / reference, place)
            for place, row in enumerate(reversed(rows))
            if (cpu := cpu_of(run, row, name)) and (reference := cpu_of(run, row, "boto3"))
        ]
        if points and name != "boto3":
            axes.scatter(
                *zip(*points, strict=True), s=48, color=COLOURS[name], label=name, zorder=3
            )
    axes.axvline(1, color=COLOURS["boto3"], label="boto3")
    axes.set_yticks(range(len(rows)), [row.what.replace("`", "") for row in reversed(rows)])
    axes.set_xscale("log")
    axes.set_xlabel("client CPU, boto3 = 1 (less is better)")
    axes.grid(axis="x", which="both", alpha=0.3)
    figure.legend(loc="upper center", ncol=6, frameon=False)
    save(figure, folder, "rows")


def growing(run: dict[str, Any], folder: Path) -> None:
    """Draw how each cost grows."""
    units = {row.series: row.unit for row in GROWTH}
    for series, lines in curves(run).items():
        figure, axes = plt.subplots(figsize=(6, 4))
        for name, points in lines.items():
            axes.plot(*zip(*points, strict=True), marker="o", label=name, color=COLOURS.get(name))
        wide = max(x for points in lines.values() for x, _ in points) > 100
        # Layers and plugins begin at none, which a logarithm cannot show.
        if wide and min(x for points in lines.values() for x, _ in points) > 0:
            axes.set_xscale("log")
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        axes.set_xlabel(series + (", bytes" if series == "object size" else ""))
        axes.set_ylabel(f"client CPU, {units[series]}")
        axes.grid(which="both", alpha=0.3)
        axes.legend(frameon=False)
        save(figure, folder, series.replace(" ", "-"))


def main(folder: Path) -> None:
    mpl.rcParams |= {"svg.hashsalt": "bucketry", "svg.fonttype": "none"}
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    ratios(run, folder)
    growing(run, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
