"""Commands that print addresses: url, sign."""

from __future__ import annotations

from datetime import timedelta

import click

from bucketry.cli import output
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.settings import Settings, command, span
from bucketry.keys import as_found
from bucketry.model import Method

_expires = click.option(
    "--expires",
    callback=span,
    metavar="SPAN",
    help="How long a signed URL works: 900, 15m, 24h, 7d.  [default: as configured]",
)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


@command
@click.argument("place", callback=places, metavar="[PROVIDER:]KEY")
@_expires
def url(settings: Settings, place: Place, expires: timedelta | None) -> None:
    """Print an address that opens the object.

    It is the permanent one of a public object, and a signed one of a private object: whoever has
    that can use it until it expires.
    """
    with Providers(settings) as providers:
        address = providers.at(place).url(as_found(place.key), expires_in=_seconds(expires))
    if settings.json:
        output.emit({"key": place.key, "url": address})
    else:
        click.echo(address)


@command
@click.argument("place", callback=places, metavar="[PROVIDER:]KEY")
@click.option(
    "--method",
    type=click.Choice(["GET", "HEAD", "PUT", "DELETE"]),
    default="GET",
    show_default=True,
    help="What the URL allows.",
)
@_expires
@click.option("--download-name", metavar="NAME", help="A browser saves the object as NAME.")
def sign(
    settings: Settings,
    place: Place,
    method: Method,
    expires: timedelta | None,
    download_name: str | None,
) -> None:
    """Print a signed URL of one object. Whoever has it can use it until it expires."""
    key = place.key if method == "PUT" else as_found(place.key)
    with Providers(settings) as providers:
        signed = providers.at(place).sign(
            key, method=method, expires_in=_seconds(expires), download_name=download_name
        )
    if settings.json:
        output.emit(
            {
                "key": place.key,
                "url": signed.reveal(),
                "method": signed.method,
                "headers": signed.headers,
                "expires_at": signed.expires_at,
                "signed": signed.signed,
            }
        )
        return
    click.echo(signed.reveal())
    for name, value in signed.headers.items():
        settings.note(f"send with it: {name}: {value}")
    if signed.expires_at is None:
        settings.note("not signed: base_url serves this object, and the address does not expire")
