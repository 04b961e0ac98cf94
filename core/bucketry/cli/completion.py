"""The command that teaches a shell to complete: completion."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import get_completion_class

from bucketry.cli.settings import Settings, command

VARIABLE = "_BUCKETRY_COMPLETE"


@command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(settings: Settings, shell: str) -> None:
    """Print what lets SHELL complete commands, options and files.

    For bash: bucketry completion bash > ~/.local/share/bash-completion/completions/bucketry
    """
    kind: Any = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "bucketry", VARIABLE).source())
