"""How results and errors are shown, and which exit code an error has."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

import attrs
import click

from bucketry import errors
from bucketry.cli.settings import Settings
from bucketry.model import Failure, Secret, StoredObject

FAILED = 1
USAGE = 2
CONFIGURATION = 3
NOT_FOUND = 4
CONFLICT = 5
ACCESS = 6
RETRY = 7
INTERRUPTED = 130

_CODES: dict[type[errors.BucketryError], int] = {
    errors.InvalidInput: USAGE,
    errors.ConfigError: CONFIGURATION,
    errors.PluginError: CONFIGURATION,
    errors.NotFound: NOT_FOUND,
    errors.BucketNotFound: NOT_FOUND,
    errors.AlreadyExists: CONFLICT,
    errors.PreconditionFailed: CONFLICT,
    errors.AccessDenied: ACCESS,
    errors.BadCredentials: ACCESS,
    errors.ClockSkew: ACCESS,
}


_LONGEST_NAME = 32
"""Characters up to which the first column of a table is kept on one line."""

_UNFOLDED = 1 << 20
"""Columns of what is no terminal: what reads a table there reads it by lines."""


_OF_THE_BUCKET = (
    errors.AccessDenied,
    errors.BadCredentials,
    errors.BucketNotFound,
    errors.ClockSkew,
    errors.Unavailable,
    errors.WrongRegion,
)
"""Errors that say less of what was asked than of where."""


def exit_code(error: BaseException) -> int:
    """Return the exit code that tells a script what kind of error it was."""
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            return code
    if isinstance(error, errors.StorageError) and error.retryable:
        return RETRY
    return FAILED


def plain(value: Any) -> Any:
    """Return `value` as JSON has it. What a class hides from its repr is hidden here too."""
    if isinstance(value, Secret):
        return "***"
    if attrs.has(type(value)):
        return {
            field.alias: plain(getattr(value, field.name)) if field.repr else "***"
            for field in attrs.fields(type(value))
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def emit(document: Any, *, indent: int | None = 2) -> None:
    """Print one JSON document; with ``indent=None`` as one line of many."""
    click.echo(json.dumps(plain(document), indent=indent))


def printable(text: str) -> str:
    """Return `text` with everything escaped that could steer a terminal.

    Names in a bucket come from anywhere. JSON output carries them unchanged.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def line(text: str) -> None:
    """Print one line of a result."""
    click.echo(printable(text))


def human(size: int) -> str:
    """Return a number of bytes as people say it: ``3 bytes``, ``1.5 KiB``."""
    if size < 1024:
        return "1 byte" if size == 1 else f"{size} bytes"
    value = size / 1024
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1023.95:  # else it would be told as 1024.0
            return f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} PiB"


def table(settings: Settings, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: on a terminal as wide as that, long cells folded; elsewhere a line a row.

    Columns without names have no header.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    cells = [[printable(cell) for cell in row] for row in rows]
    names_fit = all(len(row[0]) <= _LONGEST_NAME for row in cells)
    for number, name in enumerate(columns):
        shown.add_column(name, overflow="fold", no_wrap=number == 0 and names_fit)
    for row in cells:
        shown.add_row(*map(Text, row))
    console = Console(no_color=settings.no_color or None, highlight=False, width=_width())
    with console.capture() as captured:
        console.print(shown)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _width() -> int | None:
    """Return the columns of a table; None for those of the terminal."""
    return None if sys.stdout.isatty() else _UNFOLDED


def stored(settings: Settings, result: StoredObject) -> None:
    """Print what an upload or a copy stored: its key, and its address if that opens for all."""
    if settings.json:
        emit(result, indent=None)
    else:
        click.echo(f"{result.key}  {result.url}" if result.public else result.key)


def failed_key(failure: Failure) -> None:
    """Say on stderr that one key could not be deleted."""
    click.echo(f"error: {printable(failure.key)}: {failure.reason}", err=True)


def show_error(settings: Settings, error: BaseException) -> None:
    """Print an error on stderr: what it says, and with ``--debug`` its traceback.

    As JSON it is one line, because warnings may stand before it.
    """
    if settings.debug:
        click.echo(errors.redact("".join(traceback.format_exception(error))), err=True, nl=False)
    if settings.json:
        click.echo(json.dumps({"error": _described(error)}), err=True)
    else:
        click.echo(f"error: {_with_docs(error)}", err=True)


def show_warning(settings: Settings, text: str) -> None:
    """Print a warning on stderr, on one line."""
    said = errors.redact(text)
    click.echo(json.dumps({"warning": said}) if settings.json else f"warning: {said}", err=True)


def _message(error: BaseException) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, errors.BucketryError):
        return str(error)
    said = errors.redact(str(error))
    if isinstance(error, OSError):
        return said
    return f"unexpected {type(error).__name__}: {said} (--debug shows where)"


def _with_docs(error: BaseException) -> str:
    """Return the message and where more is said: behind one sentence, or below many."""
    message = _message(error)
    if not isinstance(error, errors.BucketryError):
        return message
    if "\n" in message:
        return f"{message}\nSee {error.docs}"
    provider = error.provider if isinstance(error, _OF_THE_BUCKET) else ""
    more = f", or run: bucketry doctor {provider}" if provider else ""
    return f"{message.removesuffix('.')}. See {error.docs}{more}"


_FIELDS = (
    "provider", "vendor", "operation", "key", "code", "status", "request_id", "hint",
    "retryable", "may_have_applied",
)  # fmt: skip


def _described(error: BaseException) -> dict[str, Any]:
    """Return an error as JSON has it."""
    if isinstance(error, click.ClickException):
        return {"type": "Usage", "message": _message(error), "exit_code": error.exit_code}
    described: dict[str, Any] = {
        "type": type(error).__name__,
        "message": _message(error),
        "exit_code": exit_code(error),
    }
    if isinstance(error, errors.BucketryError):
        described["docs"] = error.docs
    if isinstance(error, errors.StorageError):
        described |= {name: getattr(error, name) for name in _FIELDS}
    if isinstance(error, errors.ConfigError):
        described["problems"] = plain(error.problems)
    return described


def bad_usage(text: str) -> NoReturn:
    """Refuse arguments that click itself cannot judge."""
    raise click.UsageError(text, click.get_current_context(silent=True))


def on_terminal() -> bool:
    """Return whether somebody is there to be asked."""
    return sys.stdin.isatty()
