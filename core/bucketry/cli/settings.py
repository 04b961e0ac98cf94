"""The options that every command takes, before or after its name, and what they decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click
from attrs import define

import bucketry


@define
class Settings:
    """What the common options say.

    Attributes:
        config: configuration file, or None to look for one as `bucketry.open_provider` does.
        provider: name of the provider to use, or None for the configuration's default.
        json: results as JSON on stdout, errors as JSON on stderr.
        quiet: results and errors only, no notes and no progress.
        debug: tracebacks with errors.
        no_color: tables without colour; the environment variable NO_COLOR does the same.
    """

    config: str | None = None
    provider: str | None = None
    json: bool = False
    quiet: bool = False
    debug: bool = False
    no_color: bool = False

    def open(self, name: str | None = None) -> bucketry.Provider:
        """Open the provider `name`, or the one that the options or the configuration choose."""
        return bucketry.open_provider(name or self.provider, config=self.config)

    def note(self, text: str) -> None:
        """Tell something that is no result, on stderr."""
        if not self.quiet and not self.json:
            click.echo(text, err=True)


def _remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Store an option that was given; one that was not keeps what stands before the command."""
    if value:
        setattr(ctx.find_root().ensure_object(Settings), str(parameter.name), value)


def common_options() -> list[click.Parameter]:
    """Return the options that every command takes."""

    def option(*names: str, **attributes: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_remember, **attributes)

    return [
        option("--config", metavar="FILE", help="Configuration file.  [default: search for one]"),
        option("--provider", "-p", metavar="NAME", help="Provider.  [default: as configured]"),
        option("--json", is_flag=True, help="Results as JSON, errors as JSON on stderr."),
        option("--quiet", "-q", is_flag=True, help="Results and errors only."),
        option("--no-color", is_flag=True, help="No colours."),
        option("--debug", is_flag=True, help="Show tracebacks."),
    ]


class Command(click.Command):
    """A command that takes the common options behind its name too."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params += common_options()


def command(function: Callable[..., Any]) -> Command:
    """Make a command of a function that takes the `Settings` first; its name is the function's."""
    made: Command = click.command(cls=Command)(click.pass_obj(function))
    return made


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def span(ctx: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    """Read a time span: seconds, or a number with ``s``, ``m``, ``h`` or ``d``. For options."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,9})([smhd]?)", value)
    if match is None:
        raise click.BadParameter(
            f"{value!r} is no time span; write 900, 15m, 24h or 7d", ctx, parameter
        )
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
