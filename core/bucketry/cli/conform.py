"""The conformance suite against a configured provider: conform."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from bucketry.cli import output
from bucketry.cli.serving import served
from bucketry.cli.settings import Settings, command
from bucketry.testing import SUITE, Result, Suite, read_known, run
from bucketry.testing.case import Outcome
from bucketry.testing.report import BAD, EndpointClass, Report, Stop, told

if TYPE_CHECKING:
    from rich.table import Table

_COLOURS: dict[Outcome, str] = {
    "passed": "green",
    "failed": "red",
    "contradicted": "red",
    "skipped": "bright_black",
    "probed-yes": "cyan",
    "probed-no": "cyan",
}

# Together with the names of groups they fit into 80 columns.
_COLUMNS: dict[str, tuple[Outcome, ...]] = {
    "passed": ("passed",),
    "failed": ("failed",),
    "contradicted": ("contradicted",),
    "skipped": ("skipped",),
    "probed": ("probed-yes", "probed-no"),
}
_BAR = 14

_EXIT_CODES: dict[Stop | None, int] = {
    "refused": output.CONFIGURATION,
    "interrupted": output.INTERRUPTED,
}

_FORMS: dict[str, Callable[[Report], str]] = {".json": Report.to_json, ".md": Report.to_markdown}


def _suite(ctx: click.Context, parameter: click.Parameter, given: str | None) -> Suite:
    if given is None:
        return SUITE
    module, _, name = given.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, ValueError, AttributeError) as error:
        raise click.BadParameter(f"{given} cannot be imported: {error}", ctx, parameter) from error
    if not isinstance(found, Suite):
        raise click.BadParameter(
            f"{given} is a {type(found).__name__}, not a bucketry.testing.Suite", ctx, parameter
        )
    return found


def _report_files(
    ctx: click.Context, parameter: click.Parameter, given: Sequence[str]
) -> list[Path]:
    files = [Path(name) for name in given]
    for file in files:
        if file.suffix not in _FORMS:
            raise click.BadParameter(f"{file} ends neither in .json nor in .md", ctx, parameter)
        if not file.parent.is_dir():  # told now, and not when all cases have run
            raise click.BadParameter(f"there is no folder {file.parent}", ctx, parameter)
    return files


@command
@click.argument("name", required=False, metavar="[NAME]")
@click.option(
    "--suite",
    callback=_suite,
    metavar="MODULE:NAME",
    help="Another suite than bucketry's own, as Python names it.",
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUP",
    help=f"Only this group, repeatable: {', '.join(SUITE.groups)}.",
)
@click.option(
    "--known",
    "known_file",
    metavar="FILE",
    help="Known differences of the server: a TOML file of cases and reasons.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    callback=_report_files,
    metavar="FILE",
    help="Write the report there, repeatable: .json or .md.",
)
@click.option(
    "--endpoint",
    type=click.Choice(get_args(EndpointClass)),
    help="What kind of endpoint it is, for the report.  [default: told from its address]",
)
def conform(
    settings: Settings,
    name: str | None,
    suite: Suite,
    groups: Sequence[str],
    known_file: str | None,
    reports: Sequence[Path],
    endpoint: EndpointClass | None,
) -> None:
    """Prove that a provider keeps the contract.

    And that the capabilities which its vendor's page declares are true. Works on the real bucket
    of the provider NAME, in a throw-away folder that is removed at the end. Files on disk are
    served meanwhile. Exit code 1 means that a rule was broken, that a declared capability is wrong,
    or that a known difference is gone.
    """
    try:
        chosen = suite.select(groups or None)
    except ValueError as error:
        output.bad_usage(str(error))
    known = read_known(Path(known_file), suite) if known_file else {}
    with settings.open(name) as provider, served(provider):
        with _shown(settings, chosen) as show:
            report = run(provider, suite=chosen, known=known, endpoint=endpoint, on_result=show)
        for file in reports:
            file.write_text(_FORMS[file.suffix](report), "utf-8")
        if settings.json:
            click.echo(report.to_json(), nl=False)
        else:
            _summary(report)
    if not report.ok:
        raise click.exceptions.Exit(_EXIT_CODES.get(report.stopped, output.FAILED))


def _summary(report: Report) -> None:
    for result in report.results:
        if result.bad or result.outcome in BAD:
            click.echo(f"{output.printable(told(result))}: {result.case}: {result.sentence}")
            click.echo(f"    {output.printable(result.evidence)}")
    if report.stopped == "refused":
        click.echo(f"the suite does not run: {output.printable(report.confinement)}", err=True)
    elif report.confinement:
        click.echo(f"failed: {output.printable(report.confinement)}")
    counts = ", ".join(f"{number} {name}" for name, number in report.counts().items() if number)
    ended = "interrupted after " if report.stopped == "interrupted" else ""
    click.echo(f"{report.title}: {ended}{len(report.results)} cases: {counts or 'none was run'}")


@contextmanager
def _shown(settings: Settings, suite: Suite) -> Iterator[Callable[[Result], None]]:
    """Show results as they come: a live table on a terminal, else a line for each."""
    if settings.json or settings.quiet:
        yield lambda result: None
    elif sys.stdout.isatty():
        with _live(settings, suite) as show:
            yield show
    else:
        yield _line


def _line(result: Result) -> None:
    evidence = f"  {output.printable(result.evidence)}" if result.evidence else ""
    known = f"  (known: {output.printable(result.known)})" if result.known else ""
    click.echo(f"{result.outcome:<12} {result.case}{evidence}{known}")


@contextmanager
def _live(settings: Settings, suite: Suite) -> Iterator[Callable[[Result], None]]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    totals: Counter[str] = Counter(case.group for case in suite.cases)
    seen: dict[str, Counter[Outcome]] = {group: Counter() for group in totals}
    console = Console(file=sys.stdout, no_color=settings.no_color or None, highlight=False)
    with Live(_table(totals, seen), console=console, refresh_per_second=8) as live:

        def show(result: Result) -> None:
            seen[result.group][result.outcome] += 1
            if result.bad:
                line = f"{result.outcome} {result.case}: {output.printable(result.evidence)}"
                live.console.print(Text(line, style=_COLOURS[result.outcome]))
            live.update(_table(totals, seen))

        yield show


def _table(totals: Counter[str], seen: dict[str, Counter[Outcome]]) -> Table:
    """Return one row per group with its progress, and the sums."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    done = sum(sum(counts.values()) for counts in seen.values())
    table.add_column("group", footer=f"{done} of {sum(totals.values())}")
    table.add_column("", width=_BAR)
    for name, outcomes in _COLUMNS.items():
        number = sum(counts[outcome] for counts in seen.values() for outcome in outcomes)
        style = _COLOURS[outcomes[0]]
        table.add_column(name, footer=str(number), justify="right", style=style)
    for group, total in totals.items():
        counts = seen[group]
        numbers = [sum(counts[o] for o in outcomes) for outcomes in _COLUMNS.values()]
        bar = ProgressBar(total=total, completed=sum(counts.values()), width=_BAR)
        table.add_row(group, bar, *(str(number or "") for number in numbers))
    return table
