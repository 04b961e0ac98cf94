"""The command group: finds commands without importing them, and turns errors into exit codes."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn, TextIO

import click

from bucketry import UnsupportedOptionWarning, __version__
from bucketry.cli import output
from bucketry.cli.settings import Settings, common_options

# Command to the module it lives in, in the order of the help page.
COMMANDS = {
    "init": "setup",
    "providers": "setup",
    "check": "setup",
    "explain": "explain",
    "doctor": "doctor",
    "convert": "setup",
    "schema": "setup",
    "put": "transfer",
    "get": "transfer",
    "cat": "transfer",
    "ls": "objects",
    "tree": "objects",
    "du": "objects",
    "stat": "objects",
    "cp": "copying",
    "mv": "copying",
    "rm": "removing",
    "url": "links",
    "sign": "links",
    "sweep": "hygiene",
    "mb": "bucket_setup",
    "setup": "bucket_setup",
    "conform": "conform",
    "new-vendor": "new_vendor",
    "serve": "serving",
    "demo": "demo",
    "completion": "completion",
}

EXIT_CODES = """\b
Exit codes:
  0    done
  1    the operation failed
  2    wrong usage or bad input
  3    the configuration or a plugin is wrong
  4    no such object or bucket
  5    the object already exists, or is not the version named
  6    access denied, or wrong credentials or clock
  7    failed, but retrying may help
  130  interrupted
  143  ended by SIGTERM; 129 by SIGHUP
"""


class Commands(click.Group):
    """The root group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the family of a command and return the command."""
        if cmd_name not in COMMANDS:
            return None
        family = import_module(f"bucketry.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(family, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named first; of a slip name the one that is meant."""
        near = get_close_matches(args[0], COMMANDS, n=1)
        if near and args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; return its exit code, or exit with it in standalone mode."""
        settings = Settings()
        given = sys.argv[1:] if args is None else list(args)
        with warnings.catch_warnings(), _as_clean_as_ctrl_c():
            warnings.simplefilter("always", UnsupportedOptionWarning)
            warnings.showwarning = partial(_warn, settings)
            try:
                result = super().main(
                    args,
                    prog_name or "bucketry",
                    complete_var,
                    standalone_mode=False,
                    windows_expand_args=windows_expand_args,
                    obj=settings,
                    **extra,
                )
                code = result if isinstance(result, int) else 0
            except click.Abort:
                click.echo("error: interrupted", err=True)
                code = output.INTERRUPTED
            except _Ended as error:
                click.echo(f"error: ended by {error.name}", err=True)
                code = error.exit_code
            except click.ClickException as error:
                code = error.exit_code
                # An argument list that cannot be parsed never reaches the option's callback.
                settings.json = settings.json or "--json" in given
                if settings.json:
                    output.show_error(settings, error)
                else:
                    error.show()
            except Exception as error:
                code = output.exit_code(error)
                output.show_error(settings, error)
        if standalone_mode:
            sys.exit(code)
        return code


class _Ended(BaseException):
    """A signal wants the process to end. None of the errors that commands catch."""

    def __init__(self, number: int) -> None:
        self.name = signal.Signals(number).name
        self.exit_code = 128 + number  # as shells tell it
        super().__init__(self.name)


@contextmanager
def _as_clean_as_ctrl_c() -> Iterator[None]:
    """Let the signals that end a process end a command like Ctrl-C: nothing is left behind."""
    ours = []
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _end)
                ours.append(number)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # a second one ends it at once
    raise _Ended(number)


def _warn(
    settings: Settings,
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Say a warning in one line, without the place in the library that it comes from."""
    output.show_warning(settings, str(message))


@click.group(
    "bucketry",
    cls=Commands,
    params=common_options(),
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="bucketry %(version)s")
def root() -> None:
    """Store, find, sign and delete files on any S3-compatible vendor.

    Each command works on a provider of the configuration (bucketry.toml). Options below may stand
    before or after the command.
    """
