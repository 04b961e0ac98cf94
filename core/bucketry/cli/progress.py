"""How work on many objects is shown: a bar on a terminal, a closing line, and an exit code."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bucketry import Outcome, Outcomes, Unavailable
from bucketry.cli import output
from bucketry.cli.settings import Settings
from bucketry.model import Progress

T = TypeVar("T")

_LABEL = 24
"""Characters of a name that a bar shows."""


def shows_progress(settings: Settings) -> bool:
    """Return whether somebody sees a bar."""
    return sys.stderr.isatty() and not settings.quiet and not settings.json


@contextmanager
def bar(settings: Settings, label: str, size: int | None) -> Iterator[Progress | None]:
    """Show a bar of `size` bytes on stderr while the block runs; give what moves it.

    None where nobody would see it.
    """
    if not shows_progress(settings):
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True, no_color=settings.no_color or None),
        transient=True,
        # What is printed meanwhile goes above the bar where both are on one terminal.
        redirect_stdout=sys.stdout.isatty(),
    )
    shown = output.printable(label)
    shown = shown if len(shown) <= _LABEL else f"{shown[: _LABEL - 1]}…"
    with bars:
        task = bars.add_task(escape(shown), total=size)
        yield lambda count: bars.advance(task, count)


def finish(
    settings: Settings, outcomes: Outcomes[T], done: str, show: Callable[[Outcome[T]], None]
) -> int:
    """Have the work done, show what became of each object, and return the exit code.

    A failure is told when it happens and stops nothing. If all failures are of one kind the exit
    code is that kind's. `done` is the verb of the closing line, of several objects only. While
    nothing has got through, an unreachable storage is raised: nobody waits for it once per object.
    """
    began = time.monotonic()
    codes: set[int] = set()
    with outcomes:
        for outcome in outcomes:
            if outcome.error is None:
                show(outcome)
            elif isinstance(outcome.error, Unavailable) and outcomes.failed == outcomes.objects:
                raise outcome.error
            else:
                codes.add(output.exit_code(outcome.error))
                output.show_error(settings, outcome.error)
    if outcomes.objects > 1:
        good = outcomes.objects - outcomes.failed
        told = [f"{good:,} {done}"]
        if outcomes.failed:
            told.append(f"{outcomes.failed:,} failed")
        settings.note(f"{', '.join(told)}; {_pace(outcomes.bytes, time.monotonic() - began)}")
    return common_code(codes)


def common_code(codes: set[int]) -> int:
    """Return the exit code of failures that have these."""
    if not codes:
        return 0
    return codes.pop() if len(codes) == 1 else output.FAILED


def _pace(size: int, seconds: float) -> str:
    if not size:
        return f"{seconds:.1f} s"
    return f"{output.human(size)} in {seconds:.1f} s ({output.human(int(size / seconds))}/s)"


def plan(settings: Settings, lines: Iterable[tuple[str, str, int]]) -> None:
    """Print what would be done, without doing it: from, to, and bytes."""
    count = total = 0
    for source, target, size in lines:
        count, total = count + 1, total + size
        if settings.json:
            output.emit(
                {"dry_run": True, "source": source, "target": target, "size": size}, indent=None
            )
        else:
            output.line(f"{source} -> {target}")
    settings.note(f"dry run: {count:,} objects, {output.human(total)}")
