"""How a provider was opened, so that it can be made again: with other options, or elsewhere."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen

from bucketry.config.json_types import TOO_LARGE, TooLarge, json_types
from bucketry.config.overrides import load_overrides
from bucketry.config.settings import Fault, Origin, dotted
from bucketry.config.validate import Faulty, Validated, validate
from bucketry.discretion import discreet
from bucketry.errors import ConfigError, InvalidInput, Problem, UnsupportedOptionWarning
from bucketry.host.catalog import Catalog, installed
from bucketry.host.layers import NamedLayer
from bucketry.provider import Provider


@frozen(eq=False, repr=False)
class Opened:
    """A provider's configuration after every check; satisfies `bucketry.provider.Recipe`.

    Attributes:
        file: absolute path of the configuration file, or None for a mapping.
        again: opens a provider by name and file, and adds layers.
        found: whether this provider stands in the file exactly as it is.
    """

    name: str
    file: str | None
    validated: Validated
    catalog: Catalog
    environ: Mapping[str, str]
    again: Callable[[str, str, Sequence[object]], Provider]
    found: bool = True

    @property
    def options(self) -> Any:
        """The options."""
        return self.validated.options

    def layers(self) -> tuple[list[NamedLayer], list[Fault]]:
        """Return the layers that the configuration names, and what is wrong with them."""
        hookspecs = self.validated.vendor.hookspecs
        return load_overrides(self.options.overrides, self.validated.settings, hookspecs)

    def provider(self, layers: Sequence[NamedLayer]) -> Provider:
        """Return the provider, and warn of options that were left out."""
        self.warn()
        return Provider(
            name=self.name,
            vendor=self.validated.vendor,
            options=self.options,
            distribution=self.validated.distribution,
            overrides=layers,
            recipe=self,
        )

    def warn(self) -> None:
        """Warn of options that were left out, and of what differs from what was written."""
        level = _levels_to_the_caller()
        for ignored in self.validated.ignored:
            left_out = f"{self.name}: {dotted(ignored.path)} is left out: {ignored.reason}"
            warnings.warn(left_out, UnsupportedOptionWarning, stacklevel=level)
        for hint in self.validated.hints:
            told = f"{self.name}: {dotted(hint.path)}: {hint.sentence}"
            warnings.warn(told, UserWarning, stacklevel=level)

    @discreet
    def changed(self, changes: Mapping[str, Any]) -> tuple[Opened, list[NamedLayer]]:
        """Return this with other options, and the layers they name; None takes an option away.

        `ConfigError` with all that is wrong, as when it is loaded.
        """
        if "provider" in changes:
            raise InvalidInput("another vendor is another provider; open that one")
        try:
            values, faults = json_types({n: v for n, v in changes.items() if v is not None})
        except TooLarge:
            raise ConfigError([Problem(path="", sentence=TOO_LARGE)]) from None
        settings = self.validated.settings.copy()
        settings.put(("provider",), self.validated.vendor.name, Origin(("provider",)))
        for option in changes:
            settings.drop((option,))
            settings.unknown.discard((option,))
        for option, value in values.items():
            settings.put((option,), value, Origin((option,)))
        try:
            if faults:
                raise Faulty(faults)
            validated = validate(settings, self.catalog, self.environ)
            changed = attrs.evolve(self, validated=validated, found=False)
            layers, faults = changed.layers()
            if faults:
                raise Faulty(faults)
        except Faulty as error:
            problems = [
                Problem(path=dotted(fault.path), sentence=fault.sentence) for fault in error.faults
            ]
            raise ConfigError(problems) from None
        changed.warn()
        return changed, layers

    def reduced(self, layers: Sequence[object]) -> tuple[Callable[..., Provider], tuple[Any, ...]]:
        """Return what opens the provider in another process: name, file and added layers.

        `TypeError` where that would not be the same provider.
        """
        why = None
        if self.file is None:
            why = (
                "it was opened from a mapping, and its secrets would travel along; put it in a file"
            )
        elif not self.found:
            why = "it was made by with_options, and the changes may hold secrets"
        elif self.catalog is not installed():
            why = "it was opened with a catalog of its own"
        elif self.environ is not os.environ:
            why = "it was opened with an environment of its own"
        if why is not None:
            raise TypeError(f"the provider {self.name!r} is not pickled: {why}")
        return self.again, (self.name, self.file, tuple(layers))


def _levels_to_the_caller() -> int:
    """Return the `stacklevel` of the nearest frame above that is not bucketry's own."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and str(frame.f_globals.get("__name__")).partition(".")[0] == "bucketry":
        frame, level = frame.f_back, level + 1
    return level
