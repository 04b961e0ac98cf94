"""A provider's layers as one frozen stack of hooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import pluggy
from attrs import frozen

from bucketry.errors import PluginError
from bucketry.hookspecs import PROJECT, ProviderHooks
from bucketry.host.audit import audit


@frozen(eq=False)
class NamedLayer:
    """A layer with the name that messages use, and the distribution it came with."""

    name: str
    layer: object
    distribution: str = ""


class LayerStack:
    """The hooks of one provider. Built once, never changed; `with_layer` builds another.

    `hooks` has the methods of `ProviderHooks`; the top layer is asked first. `names` lists the
    layers from the bottom up.
    """

    def __init__(self, layers: Sequence[NamedLayer]) -> None:
        """Audit and register `layers`, given from the bottom up."""
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(ProviderHooks)
        seen: dict[int, str] = {}
        for named in layers:
            audit(named.layer, named.distribution)
            if id(named.layer) in seen:
                raise PluginError(named.name, f"the same object is already {seen[id(named.layer)]}")
            seen[id(named.layer)] = named.name
            try:
                manager.register(named.layer, name=named.name)
            except ValueError as error:
                raise PluginError(
                    named.name,
                    f"{error}; layers that compare equal count as one, so define the class with "
                    "@attrs.frozen(eq=False)",
                ) from error
            except pluggy.PluginValidationError as error:
                raise PluginError(named.name, str(error)) from error
        manager.check_pending()
        self._layers = tuple(layers)
        self.hooks = cast(ProviderHooks, manager.hook)
        self.names = tuple(named.name for named in layers)

    @property
    def layers(self) -> tuple[NamedLayer, ...]:
        """The layers from the bottom up."""
        return self._layers

    def asked(self, hook: str) -> list[str]:
        """Return the names of the layers that answer `hook`, top first, for messages."""
        return [named.name for named in reversed(self._layers) if hasattr(named.layer, hook)]


def name_layers(
    vendor: str, layers: Iterable[object], *, distribution: str = "", start: int = 0
) -> list[NamedLayer]:
    """Name layers ``r2/0:S3Layer`` so that a message tells which one it means."""
    named = []
    for number, layer in enumerate(layers, start):
        kind: Any = layer if isinstance(layer, type) else type(layer)
        named.append(NamedLayer(f"{vendor}/{number}:{kind.__name__}", layer, distribution))
    return named
