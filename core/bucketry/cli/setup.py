"""Commands around the configuration: init, providers, check, convert, schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bucketry import ConfigError, PluginError
from bucketry.cli import output
from bucketry.cli.settings import Settings, command
from bucketry.config.dialects import GROUP
from bucketry.host.catalog import installed, registered

F = TypeVar("F", bound=Callable[..., Any])


def _provider_name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    from bucketry.config.check import ENVELOPE

    rule = ENVELOPE["properties"]["providers"]["propertyNames"]
    if not re.fullmatch(rule["pattern"], value):
        raise click.BadParameter(rule["x-message"], ctx, parameter)
    return value


@command
@click.argument("vendor", required=False)
@click.option("--file", default="bucketry.toml", show_default=True, help="File to write.")
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@click.option(
    "--name",
    default="media",
    show_default=True,
    callback=_provider_name,
    help="Name of the provider.",
)
def init(settings: Settings, vendor: str | None, file: str, force: bool, name: str) -> None:
    """Write a first configuration, with every option explained.

    It is made for VENDOR, one of those that "bucketry providers" lists. Credentials are references
    to environment variables.
    """
    from bucketry.cli.starter import starter

    if not file.endswith(".toml"):
        output.bad_usage(f"it is written as TOML, so --file must end in .toml, unlike {file}")
    catalog = installed()
    if vendor is None:
        if not output.on_terminal():
            output.bad_usage(f"say which vendor: {', '.join(catalog.names())}")
        vendor = click.prompt("Vendor", type=click.Choice(catalog.names()), err=True)
    made = starter(catalog.load(vendor), catalog, name)
    try:
        with Path(file).open("w" if force else "x", encoding="utf-8") as target:
            target.write(made.text)
    except FileExistsError:
        output.bad_usage(f"{file} is already there; --force overwrites it")
    steps = [f"edit {file}: {', '.join(made.edit)}"] if made.edit else []
    if made.variables:
        steps.append(f"set the environment variables {', '.join(made.variables)}")
    found = "" if file == "bucketry.toml" else f" --config {file}"
    steps += [f"bucketry{found} check", f"bucketry{found} put FILE"]
    if settings.json:
        output.emit({"file": file, "edit": made.edit, "variables": made.variables})
        return
    click.echo(f"{file} is written. Next:")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")


@command
def providers(settings: Settings) -> None:
    """List the installed vendors.

    A plugin that cannot be loaded is shown with the reason and disturbs no other.
    """
    catalog = installed()
    found = []
    for listed in catalog:
        title, status = "", "ok"
        try:
            title = catalog.load(listed.name).title
        except PluginError as error:
            status = f"broken: {error.reason}"
        found.append(
            {
                "name": listed.name,
                "title": title,
                "distribution": listed.distribution,
                "status": status,
            }
        )
    if settings.json:
        output.emit(found)
    else:
        columns = ("name", "title", "distribution", "status")
        output.table(settings, columns, ([row[column] for column in columns] for row in found))


@command
def check(settings: Settings) -> int:
    """Check the configuration and print every problem.

    Each is one line, FILE:LINE:COLUMN: OPTION: SENTENCE. What works but looks like a slip is a
    hint. With --provider only that one is checked. Nothing is sent.
    """
    from bucketry.config import load_config

    only = [settings.provider] if settings.provider else None
    try:
        config = load_config(settings.config, only=settings.provider)
    except ConfigError as error:
        if settings.json:
            output.emit({"problems": error.problems})
        for problem in () if settings.json else error.problems:
            click.echo(str(problem))
        count = len(error.problems)
        settings.note(f"{count} problem{'s' if count > 1 else ''}")
        return output.CONFIGURATION
    if settings.json:
        output.emit(
            {
                "problems": [],
                "file": config.file,
                "providers": config.names,
                "default": config.default,
                "hints": config.hints(only),
            }
        )
        return 0
    for hint in config.hints(only):
        click.echo(f"hint: {hint}")
    checked = only or config.names
    named = ", ".join(f"{n} (default)" if n == config.default else n for n in checked)
    click.echo(f"{config.file}: no problems in {named}")
    return 0


_DIALECTS = sorted(entry.name for entry in registered(GROUP))


def _from_each(function: F) -> F:
    """Give a command an option for each installed dialect."""
    for name in reversed(_DIALECTS):
        words = f"The settings of {name}, wherever it reads them."
        function = click.option(f"--from-{name}", metavar="SETTINGS", help=words)(function)
    return function


@command
@click.argument("file", required=False)
@_from_each
def convert(settings: Settings, file: str | None, **from_tools: str | None) -> None:
    """Print a configuration of any shape as flat TOML.

    It means the same as FILE: what was derived there is declared, a secret that was written out
    becomes a reference to an environment variable, and comments say what is not taken over. In
    which tool's shape FILE is, is found out; an option says it, and takes what no FILE is, too:
    the name of a Python module.
    """
    from bucketry.config import convert_config

    asked = ((name, from_tools[f"from_{name.replace('-', '_')}"]) for name in _DIALECTS)
    given = [pair for pair in [(None, file), *asked] if pair[1] is not None]
    if len(given) != 1:
        output.bad_usage("give either a FILE or one of the options --from-...")
    ((dialect, source),) = given
    text = convert_config(source, dialect=dialect)
    if settings.json:
        output.emit({"toml": text})
    else:
        click.echo(text, nl=False)


@command
@click.option("--vendor", metavar="NAME", help="Schema of this vendor's options only.")
@click.option("--write", metavar="FILE", help="Write it to FILE instead of printing it.")
def schema(settings: Settings, vendor: str | None, write: str | None) -> None:
    """Print the JSON Schema of configurations, for editors and forms."""
    from bucketry.config.published import published_text
    from bucketry.config.schemas import vendor_schema

    catalog = installed()
    if vendor is None:
        text = published_text(catalog)
    else:
        built = vendor_schema(catalog.load(vendor), catalog.distribution(vendor))
        text = json.dumps(built, indent=2, ensure_ascii=False) + "\n"
    if write is None:
        click.echo(text, nl=False)
    else:
        Path(write).write_text(text, "utf-8")
        settings.note(f"{write} is written")
