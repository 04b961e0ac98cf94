"""The command that finds out what is wrong between a configuration and the storage."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from bucketry import ConfigError
from bucketry.cli import output
from bucketry.cli.settings import Settings, command
from bucketry.doctor import Diagnosis, Finding
from bucketry.doctor.values import Told


@command
@click.argument("name", required=False)
@click.option(
    "--origin",
    metavar="URL",
    help="Look as a browser's page from there does, such as https://www.example.com.  "
    "[default: the first that the bucket's own rules name]",
)
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
def doctor(settings: Settings, name: str | None, origin: str | None, strict: bool) -> int:
    """Find out why a bucket does not work.

    It looks at the provider NAME, from the outside in, and tells what to change: network, key pair,
    bucket, rights, what the configuration and the vendor promise, what strangers and browsers can
    do. It works on the real bucket, in a folder of its own, which is removed at the end. Exit code
    1 means that there is an error among the findings.
    """
    try:
        provider = settings.open(name)
    except ConfigError:
        settings.note("nothing was asked of the storage, because the configuration is wrong:")
        raise
    with provider:
        with _shown(settings) as show:
            diagnosis = provider.diagnose(origin=origin, on_probe=show)
        title = f"{diagnosis.provider} ({provider.vendor.title})"
    failing = ("error", "warning") if strict else ("error",)
    bad = [finding for finding in diagnosis.findings if finding.severity in failing]
    if settings.json:
        output.emit(_as_json(diagnosis, ok=not bad))
    else:
        _tell(settings, title, diagnosis)
    return output.FAILED if bad else 0


def _as_json(diagnosis: Diagnosis, *, ok: bool) -> dict[str, object]:
    return {
        **output.plain(diagnosis),
        "ok": ok,
        "findings": [output.plain(one) | {"docs": one.docs} for one in diagnosis.findings],
    }


def _tell(settings: Settings, title: str, diagnosis: Diagnosis) -> None:
    found = diagnosis.findings
    if found:
        rows = ([one.severity, one.code, one.cause, one.remedy] for one in found)
        output.table(settings, ("severity", "finding", "cause", "remedy"), rows)
        click.echo()
    for one in found:
        output.line(f"{one.code}: {one.docs}")
        if one.evidence:
            output.line(f"    seen: {one.evidence}")
    counts = Counter(one.severity for one in found)
    said = [_number(counts[kind], kind) for kind in ("error", "warning", "note") if counts[kind]]
    summary = f"{title}: {_number(len(diagnosis.looked), 'probe')}, {', '.join(said) or 'all well'}"
    for cause, number in Counter(diagnosis.passed_over.values()).items():
        summary += f"; {number} passed over because of {cause}"
    click.echo(summary)


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


@contextmanager
def _shown(settings: Settings) -> Iterator[Told | None]:
    """Show on a terminal how far it has come."""
    if settings.json or settings.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True, no_color=settings.no_color or None)
    with console.status("looking") as status:

        def show(probe: str, findings: Sequence[Finding]) -> None:
            status.update(f"looked at {probe}{': ' + findings[0].code if findings else ''}")

        yield show
