"""docs/cli.md says what the command does."""

from __future__ import annotations

import re
import shlex
from typing import Any

import click
import pytest

import bucketry
from bucketry.cli.app import COMMANDS, EXIT_CODES, root
from bucketry.cli.output import exit_code
from bucketry.cli.settings import Settings
from cli.memory import run
from snippets import ROOT, blocks

TEXT = (ROOT / "docs/cli.md").read_text("utf-8")
EXAMPLES = [
    line.partition("#")[0].strip()
    for block in blocks("docs/cli.md", "sh")
    for line in block.splitlines()
    if line.startswith("bucketry ")
]
ROWS = re.findall(r"^\| (\d+) \| (.*?) \|(.*)\|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", TEXT, re.MULTILINE)


def test_every_option_is_mentioned() -> None:
    context = click.Context(root, obj=Settings())
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert max(parameter.opts, key=len) in TEXT, (name, parameter.opts)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_parses(example: str) -> None:
    _, name, *arguments = shlex.split(example)
    if name == "--help":
        assert run(name).exit_code == 0
        return
    parent = click.Context(root, obj=Settings())
    command = root.get_command(parent, name)
    assert command is not None
    command.make_context(name, arguments, parent=parent)


def test_the_exit_codes_are_those_of_the_help_page() -> None:
    helped = re.findall(r"^  (\d+)\s+(.*)$", EXIT_CODES, re.MULTILINE)
    assert [(code, meaning) for code, meaning, _ in ROWS] == helped


def test_every_error_named_beside_an_exit_code_has_it() -> None:
    named = [(int(code), name) for code, _, rest in ROWS for name in re.findall(r"`(\w+)`", rest)]
    errors = [(code, name) for code, name in named if name in bucketry.__all__]
    assert len(errors) == 13
    arguments: dict[str, tuple[Any, ...]] = {
        "ConfigError": ([],),
        "PluginError": ("acme", "broken"),
    }
    for code, name in errors:
        error = getattr(bucketry, name)(*arguments.get(name, ("x",)))
        assert exit_code(error) == code, name
