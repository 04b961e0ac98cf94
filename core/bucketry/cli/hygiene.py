"""Commands that clean up: sweep."""

from __future__ import annotations

from datetime import timedelta

import click

from bucketry.cli import output
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.settings import Settings, command, span


@command
@click.argument("place", callback=places, default="", metavar="[PROVIDER:]")
@click.option(
    "--older-than",
    callback=span,
    default="24h",
    show_default=True,
    metavar="SPAN",
    help="Only what was begun longer ago than this: 900, 15m, 24h, 7d.",
)
@click.option("--dry-run", "-n", is_flag=True, help="Only list them.")
def sweep(settings: Settings, place: Place, older_than: timedelta, dry_run: bool) -> None:
    """Remove multipart uploads that were begun and never finished.

    A killed process leaves them behind; they are billed and in no listing.
    """
    if place.key:
        output.bad_usage(f"it looks through all of a provider: write {place.key}: or nothing")
    with Providers(settings) as providers:
        swept = providers.at(place).sweep(older_than=older_than, dry_run=dry_run)
    if settings.json:
        output.emit({"dry_run": dry_run, "uploads": swept})
        return
    for one in swept:
        click.echo(f"{one.started:%Y-%m-%d %H:%M}  {output.printable(one.key)}")
    settings.note(f"{len(swept)} unfinished uploads {'found' if dry_run else 'removed'}")
