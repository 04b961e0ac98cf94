"""Layers of the application, named in the configuration as ``module:name``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from bucketry.config.settings import Fault, Settings
from bucketry.errors import PluginError
from bucketry.host.audit import HookTable, audit, audit_class, hooks_of
from bucketry.host.layers import NamedLayer, name_layers


def load_overrides(
    names: Sequence[str], settings: Settings, hookspecs: Sequence[type]
) -> tuple[list[NamedLayer], list[Fault]]:
    """Import the layers and check their hooks; what fails is a fault at the name's own place.

    A class is instantiated without arguments, once it is known to be a layer; anything else is
    used as it is. `hookspecs` are those of the vendor's family.
    """
    hooks = hooks_of(tuple(hookspecs))
    layers: list[object] = []
    faults = []
    for number, name in enumerate(names):
        try:
            layers.append(_load(name, hooks))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # an application's module may raise anything at all
            reason = error.reason if isinstance(error, PluginError) else _told(error)
            faults.append(Fault(settings.origin(("overrides", number)).path, reason))
    return name_layers("override", layers), faults


def _load(name: str, hooks: HookTable) -> object:
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, type):
        audit_class(found, hooks=hooks)
        found = found()
    audit(found, hooks=hooks)
    return found


def _told(error: BaseException) -> str:
    return f"cannot be used as a layer: {type(error).__name__}: {error}"
