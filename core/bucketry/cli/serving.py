"""The command that serves files on disk over HTTP: serve."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import click

from bucketry import InvalidInput, Provider
from bucketry.cli import output
from bucketry.cli.places import Place, places
from bucketry.cli.settings import Settings, command
from bucketry.host.catalog import installed
from bucketry.origins import origin_of

HOST = "127.0.0.1"
PORT = 8900


@command
@click.argument("place", callback=places, default="", metavar="[PROVIDER:]")
@click.option("--host", metavar="ADDRESS", help="Address to listen on.  [default: base_url's]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: base_url's]")
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help='Let pages of ORIGIN use it, too; "*" is all.',
)
def serve(
    settings: Settings, place: Place, host: str | None, port: int | None, origins: Sequence[str]
) -> int:
    """Serve the files of a provider on this machine, for development.

    It answers at the provider's base_url, as public addresses and signed ones say, until Ctrl-C.
    """
    if place.key:
        output.bad_usage(f"all of a provider is served: write {place.key}: or nothing")
    origins = [one if one == "*" else origin_of(one) for one in origins]
    with settings.open(place.provider) as provider:
        if provider.vendor.name != "local":
            output.bad_usage(
                f"only files on disk are served here; those of {provider.name!r} are at "
                f"{provider.vendor.title}"
            )
        base = urlsplit(provider.options.base_url)
        host = host or (base.hostname if base.scheme == "http" else None) or HOST
        port = port if port is not None else base.port or PORT
        try:
            server = local_server(host=host, port=port)
        except OSError as error:
            reason = error.strerror or error
            raise InvalidInput(
                f"nothing can listen at {host}:{port}: {reason}; choose --host and --port"
            ) from None
        server.mount(provider, origins)
        with server, suppress(KeyboardInterrupt):
            if settings.json:
                output.emit({"provider": provider.name, "url": server.url}, indent=None)
            else:
                output.line(server.url)
            settings.note(f"serving {provider.name!r} until Ctrl-C")
            if provider.options.base_url.rstrip("/") != server.url:
                settings.note(f"its addresses begin with {provider.options.base_url}, though")
            threading.Event().wait()
    return 0


@contextmanager
def served(provider: Provider) -> Iterator[None]:
    """Serve files on disk to this machine while the block runs, unless somebody does already."""
    base = urlsplit(provider.options.base_url if provider.vendor.name == "local" else "")
    with ExitStack() as stack:
        if (
            base.scheme == "http"
            and base.hostname in (HOST, "localhost")
            and base.path in ("", "/")
        ):
            with suppress(OSError):  # somebody listens there
                server = local_server(host=HOST, port=base.port or 80)
                server.mount(provider)
                stack.enter_context(server)
        yield


def local_server(**where: Any) -> Any:
    """Return the server that the plugin brings along; the catalog knows where that lives."""
    catalog = installed()
    catalog.load("local")  # which says why there is none
    plugin = next(entry.module for entry in catalog if entry.name == "local")
    server: Any = import_module(f"{plugin.partition(':')[0]}.server")
    return server.Server(**where)
