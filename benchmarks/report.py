"""A run's results as text: tables for a terminal and for Markdown, from the JSON alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from benchmarks.machine import called
from benchmarks.rows import GROWTH, LONG, ROWS, Row

MIB = 1 << 20
_OURS = ("bucketry", "before")
Cells = list[str]
Curves = dict[str, dict[str, list[tuple[float, float]]]]


def value(result: dict[str, Any], what: str, row: Row, count: int) -> float:
    """Return the median of a contestant's rounds, in the row's unit."""
    middle: float = median(one[what] for one in result["rounds"])
    return middle / count * row.scale


def cpu_of(run: dict[str, Any], row: Row, name: str) -> float | None:
    """Return a contestant's CPU in a row, if it was measured there."""
    measured = run["rows"].get(row.name)
    result = measured and measured["contestants"].get(name)
    if not result or not result.get("rounds"):
        return None
    return value(result, "cpu", row, measured["count"])


def _number(figure: float) -> str:
    digits = 0 if figure >= 100 else 1 if figure >= 10 else 2
    return f"{figure:,.{digits}f}"


def _rows_of(measured: dict[str, Any], row: Row) -> Iterable[Cells]:
    count, contestants = measured["count"], measured["contestants"]
    done = {
        name: value(result, "cpu", row, count)
        for name, result in contestants.items()
        if result.get("rounds")
    }
    reference = done.get("boto3")
    for name in sorted(done, key=done.__getitem__):
        result = contestants[name]
        rounds = result["rounds"]
        seconds = median(one["wall"] for one in rounds)
        cpus = [one["cpu"] / count * row.scale for one in rounds]
        yield [
            name,
            f"{_number(done[name])} {row.unit}",
            f"{_number(min(cpus))} to {_number(max(cpus))}",
            f"{done[name] / reference:.2f}" if reference else "",
            f"{_number(count / seconds * row.rate_scale)}{row.rate}",
            f"{median(one['grown'] for one in rounds) / MIB:,.0f}",
            str(max(one["threads"] for one in rounds) or ""),
            _proven(result, row),
        ]
    for name, result in contestants.items():
        reason = result.get("missing") or result.get("failed")
        if reason:
            word = "not there" if "missing" in result else "FAILED"
            yield [name, word, "", "", "", "", "", " ".join(reason.split())[:70]]


def _proven(result: dict[str, Any], row: Row) -> str:
    if not row.sunk or "received" not in row.sunk:
        return ""
    return ", ".join(name for name in result["digests"])


HEADER: Cells = ["", "CPU", "of its rounds", "of boto3", "rate", "MiB", "threads", "digests told"]


def title(row: Row, measured: dict[str, Any]) -> str:
    """Name a row, its load and its proof."""
    share = measured["others"]
    return f"{row.what} ({called(share)}: others used {share:.0%} of the cores)"


def tables(
    run: dict[str, Any], rows: Sequence[Row] = ROWS
) -> Iterable[tuple[str, str, list[Cells]]]:
    """Yield title, proof and lines of each row that was measured."""
    for row in rows:
        if measured := run["rows"].get(row.name):
            yield title(row, measured), row.proof, list(_rows_of(measured, row))


def as_text(cells: list[Cells], header: Cells = HEADER) -> str:
    """Set a table for a terminal."""
    lines = [header, *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column in (0, len(header) - 1) else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_markdown(cells: list[Cells], header: Cells = HEADER) -> str:
    """Set a table in Markdown."""
    lines = [header, ["---", *["---:"] * (len(header) - 2), "---"], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def curves(run: dict[str, Any]) -> Curves:
    """Return the growth: for each series and contestant the CPU at each place."""
    found: Curves = {}
    for row in GROWTH:
        for name in run["rows"].get(row.name, {"contestants": ()})["contestants"]:
            cpu = cpu_of(run, row, name)
            if cpu is not None:
                found.setdefault(row.series, {}).setdefault(name, []).append((row.x, cpu))
    return found


def growth(run: dict[str, Any]) -> Iterable[tuple[str, list[Cells], Cells]]:
    """Yield title, lines and header of each curve."""
    units = {row.series: row.unit for row in GROWTH}
    for series, lines in curves(run).items():
        places = sorted({x for points in lines.values() for x, _ in points})
        cells = [
            [name, *(_number(dict(points)[x]) if x in dict(points) else "" for x in places)]
            for name, points in lines.items()
        ]
        yield f"{series}, CPU in {units[series]}", cells, ["", *(f"{x:,.0f}" for x in places)]


def summary(run: dict[str, Any]) -> tuple[list[Cells], Cells]:
    """Return a line for each row: bucketry, what it was, boto3, the best peer, the limit."""
    lines = []
    for row in ROWS:
        if row.name not in run["rows"]:
            continue
        contestants = run["rows"][row.name]["contestants"]
        cpu = {name: cpu_of(run, row, name) for name in contestants}
        known = {name: figure for name, figure in cpu.items() if figure is not None}
        peers = {
            name: figure
            for name, figure in known.items()
            if name not in (*_OURS, "boto3", "boto3 tuned", "boto3 crt", "limit")
        }
        best = min(peers, key=peers.__getitem__, default=None)
        ours, boto = known.get("bucketry"), known.get("boto3")
        lines.append(
            [
                f"{row.what}, {row.unit}",
                _number(ours) if ours else "not there",
                *(_number(known[name]) if name in known else ""
                  for name in ("before", "boto3", "boto3 tuned")),
                f"{best} {_number(peers[best])}" if best else "",
                _number(known["limit"]) if "limit" in known else "",
                f"{ours / boto:.2f}" if ours and boto else "",
                f"{ours / peers[best]:.2f}" if ours and best else "",
                called(run["rows"][row.name]["others"]),
            ]
        )  # fmt: skip
    header = ["client CPU", "bucketry", "before", "boto3", "boto3 tuned", "best peer", "limit",
              "of boto3", "of the best peer", "machine"]  # fmt: skip
    return lines, header


def about(run: dict[str, Any]) -> list[str]:
    """Say what was run where, a line each."""
    machine = run["machine"]
    short = "quick" if run["quick"] else f"{LONG} of what takes long"
    lines = [
        f"{run['when']}, {run['rounds']} rounds ({short}), commit {run['commit']}",
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}; SHA-256 of 1 GiB takes {machine['sha256 of 1 GiB']}",
        f"others used {run['others']:.0%} of the cores meanwhile: {called(run['others'])}",
        "idle cores were kept awake" if run.get("awake") else "idle cores could sleep",
        f"the sink is in {run['sink']}",
    ]
    for name, entry in run["contestants"].items():
        told = " ".join(f"{package} {version}" for package, version in entry["versions"].items())
        lines.append(f"{name}: {entry['about']}{f' ({told})' if told else ''}")
    return lines
