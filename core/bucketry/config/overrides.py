"""Layers of the application, named in the configuration as ``module:name``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from bucketry.config.settings import Fault, Settings
from bucketry.errors import PluginError
from bucketry.host.audit import audit
from bucketry.host.layers import NamedLayer, name_layers


def load_overrides(
    names: Sequence[str], settings: Settings
) -> tuple[list[NamedLayer], list[Fault]]:
    """Import the layers and check their hooks; what fails is a fault at the name's own place.

    A class is instantiated without arguments, anything else is used as it is.
    """
    layers: list[object] = []
    faults = []
    for number, name in enumerate(names):
        try:
            layers.append(_load(name))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # an application's module may raise anything at all
            reason = error.reason if isinstance(error, PluginError) else _told(error)
            faults.append(Fault(settings.origin(("overrides", number)).path, reason))
    return name_layers("override", layers), faults


def _load(name: str) -> object:
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute)
    layer = found() if isinstance(found, type) else found
    audit(layer)
    return layer


def _told(error: BaseException) -> str:
    return f"cannot be used as a layer: {type(error).__name__}: {error}"
