"""A provider's layers as one frozen stack of hooks."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from types import FunctionType
from typing import Any, cast

import pluggy
from attrs import frozen

from bucketry.errors import PluginError
from bucketry.hookspecs import PROJECT, ProviderHooks
from bucketry.host.audit import audit, hooks_of


@frozen(eq=False)
class NamedLayer:
    """A layer with the name that messages use, and the distribution it came with."""

    name: str
    layer: object
    distribution: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution})" if self.distribution else self.name


class _Manager(pluggy.PluginManager):
    """Looks at methods only: before 1.6 pluggy also reads properties, and one may connect."""

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        attribute = inspect.getattr_static(plugin, name, None)
        if isinstance(attribute, FunctionType | staticmethod | classmethod):
            return super().parse_hookimpl_opts(plugin, name)
        return None


def _tell_apart(named: NamedLayer, other: NamedLayer) -> None:
    """Refuse what pluggy would take for one layer, without showing what is in it as pluggy does."""
    if named.layer is other.layer:
        raise PluginError(named.name, f"the same object is already {other.name}")
    if named.name == other.name:
        raise PluginError(named.name, "two layers have this name")
    try:
        equal = bool(named.layer == other.layer)
    except Exception:  # as of an array, which has no truth value
        equal = True
    if equal:
        raise PluginError(
            named.name,
            f"it compares equal to {other.name}, and equal layers count as one; define its class "
            "with @attrs.frozen(eq=False)",
        )


class LayerStack:
    """The hooks of one provider. Built once, never changed; `with_layer` builds another.

    `hooks` has the methods of `ProviderHooks` and of the family's `hookspecs`; the top layer is
    asked first. `names` lists the layers from the bottom up.
    """

    def __init__(
        self, layers: Sequence[NamedLayer], hookspecs: Sequence[type] = (), plugin: str = ""
    ) -> None:
        """Audit and register `layers`, given from the bottom up.

        `plugin` names who brings `hookspecs`, for messages.
        """
        offered = hooks_of(tuple(hookspecs), plugin)
        manager = _Manager(PROJECT)
        for spec in (ProviderHooks, *hookspecs):
            manager.add_hookspecs(spec)
        for position, named in enumerate(layers):
            audit(named.layer, named.distribution, offered)
            for other in layers[:position]:
                _tell_apart(named, other)
            manager.register(named.layer, name=named.name)
        self._layers = tuple(layers)
        self.hooks = cast(ProviderHooks, manager.hook)
        self.names = tuple(named.name for named in layers)

    @property
    def layers(self) -> tuple[NamedLayer, ...]:
        """The layers from the bottom up."""
        return self._layers

    def asked(self, hook: str) -> list[str]:
        """Return the layers that answer `hook`, top first, each with its distribution."""
        return [str(named) for named in reversed(self._layers) if hasattr(named.layer, hook)]


def name_layers(
    vendor: str, layers: Iterable[object], *, distribution: str = "", start: int = 0
) -> list[NamedLayer]:
    """Name layers ``r2/0:S3Layer`` so that a message tells which one it means."""
    named = []
    for number, layer in enumerate(layers, start):
        kind: Any = layer if isinstance(layer, type) else type(layer)
        named.append(NamedLayer(f"{vendor}/{number}:{kind.__name__}", layer, distribution))
    return named
