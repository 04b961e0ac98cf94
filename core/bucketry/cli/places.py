"""What ``PROVIDER:KEY`` on a command line means."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click
from attrs import frozen

from bucketry import Provider
from bucketry.cli.settings import Settings


@frozen
class Place:
    """A key, a folder or a pattern, with the provider that it is at; None for the chosen one."""

    provider: str | None
    key: str


def places(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return the place that an argument names, or those. For arguments and options.

    A colon always ends a provider's name, so nothing is guessed.
    """
    if isinstance(value, tuple):
        return tuple(places(ctx, parameter, one) for one in value)
    if value is None:
        return None
    name, colon, key = value.partition(":")
    return Place(name, key) if colon else Place(None, value)


class Providers(ExitStack):
    """The providers of one command, each opened once; a context manager that closes them."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._opened: dict[str | None, Provider] = {}

    def at(self, place: Place) -> Provider:
        """Return the provider of a place, the same one whichever way it is named."""
        name = place.provider or None
        if name not in self._opened:
            provider = self._settings.open(name)
            if provider.name in self._opened:
                provider.close()
                provider = self._opened[provider.name]
            else:
                self.enter_context(provider)
            self._opened[name] = self._opened[provider.name] = provider
        return self._opened[name]
