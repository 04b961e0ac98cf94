"""The ground that the operations stand on."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, NoReturn, Self

from bucketry.errors import (
    BucketryError,
    InvalidInput,
    PluginError,
    StorageError,
)
from bucketry.hookspecs import ProviderHooks
from bucketry.host.answers import Answers
from bucketry.host.defaults import DefaultsLayer
from bucketry.host.layers import LayerStack, NamedLayer, name_layers
from bucketry.host.masking import Mask
from bucketry.keys import RootPath
from bucketry.model import Capabilities
from bucketry.sharing import Lease
from bucketry.vendor import CommonOptions, LayerContext, Vendor


class ProviderBase:
    """What every operation needs: layers, root path, errors that say where they are from."""

    def __init__(
        self,
        *,
        name: str,
        vendor: Vendor,
        options: CommonOptions,
        distribution: str = "",
        overrides: Sequence[NamedLayer] = (),
        lease: Lease | None = None,
    ) -> None:
        """Stack the layers: defaults, the vendor's, then `overrides` from the bottom up.

        `distribution` names where the vendor's plugin came from, for messages; `lease` is on what
        is shared with the provider that this one is made from.
        """
        self.name = name
        self.vendor = vendor
        self._options = options
        self._distribution = distribution
        self._overrides = tuple(overrides)
        self._mask = Mask(options)
        self._root = RootPath(options.root_path)
        self._capabilities = vendor.capabilities
        if vendor.capabilities_for is not None:
            with self._building("capabilities"):
                holding: object = vendor.capabilities_for(vendor.capabilities, options)
                if not isinstance(holding, Capabilities):
                    raise TypeError(f"capabilities_for answered {type(holding).__name__}")
                self._capabilities = holding
        self._lease = lease or Lease()
        weakref.finalize(self, self._lease.release).atexit = False
        context = LayerContext(
            provider=name,
            vendor=vendor,
            capabilities=self._capabilities,
            relay=lambda: self._hooks,
            lease=self._lease,
        )
        with self._building("layers"):
            own = name_layers(
                vendor.name, vendor.layers(options, context), distribution=distribution
            )
        defaults = NamedLayer(f"{vendor.name}/defaults", DefaultsLayer(options))
        self._stack = LayerStack([defaults, *own, *self._overrides], vendor.hookspecs, self._plugin)
        self._answers = Answers(self._stack)
        self._hooks: ProviderHooks = self._stack.hooks

    @property
    def options(self) -> Any:
        """The effective options, frozen; secrets in them do not show themselves."""
        return self._options

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do, each fact with its source."""
        return self._capabilities

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers from the bottom up."""
        return self._stack.names

    def with_layer(self, layer: object) -> Self:
        """Return a new provider with `layer` asked first; this one stays as it is."""
        named = name_layers("override", [layer], start=len(self._overrides))
        return type(self)(
            name=self.name,
            vendor=self.vendor,
            options=self._options,
            distribution=self._distribution,
            overrides=(*self._overrides, *named),
            lease=self._lease.again(),
        )

    def layer(self, kind: type[Any]) -> Any:
        """Return the topmost layer of class `kind`: the way to what a family offers beyond hooks.

        `LookupError` if there is none.
        """
        for named in reversed(self._stack.layers):
            if isinstance(named.layer, kind):
                return named.layer
        raise LookupError(f"{self!r} has no {kind.__name__}; its layers: {', '.join(self.layers)}")

    def _object_url(self, object_key: str) -> str:
        return self._answers.url(
            self._hooks.bucketry_object_url(key=object_key), "bucketry_object_url"
        )

    def _is_private(self, object_key: str) -> bool:
        return self._answers.expect(
            self._hooks.bucketry_is_private(key=object_key), bool, "bucketry_is_private"
        )

    def close(self) -> None:
        """Close connections. The provider must not be used afterwards.

        What it shares with providers made from it, or that it was made from, stays open until the
        last of them is closed. A layer that fails to close does not keep the others open; its error
        is raised at the end.
        """
        with ExitStack() as stack:
            stack.callback(self._lease.release)
            for named in self._stack.layers:
                closing: Callable[[], object] | None = getattr(named.layer, "close", None)
                if closing is not None:
                    stack.callback(closing)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Provider {self.name!r}: {self.vendor.title}, layers {', '.join(self.layers)}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Provider is not pickled; open it by name in the other process")

    @contextmanager
    def _operation(self, operation: str, key: str | None) -> Iterator[None]:
        """Give every error of an operation the provider, the key and the vendor's advice.

        Errors that are none of ours pass through, unless they would show a secret.
        """
        try:
            yield
        except StorageError as error:
            if error.provider:
                raise
            told = error.evolve(
                provider=self.name,
                vendor=self.vendor.name,
                operation=error.operation or operation,
                key=error.key if error.key is not None else key,
                reason=self._mask(error.reason),
                hint=self._mask(error.hint),
            )
            if not told.hint:
                told = told.evolve(hint=self._mask(self._advice(told)))
            cause = error.__cause__
            raise told from None if self._mask.shown_by(cause) else cause
        except Exception as error:
            if not self._mask.shown_by(error):
                raise
            raise self._secret_shown(operation, error) from None

    @contextmanager
    def _building(self, what: str) -> Iterator[None]:
        """Name the plugin whose page fails."""
        try:
            yield
        except BucketryError:
            raise
        except Exception as error:
            if self._mask.shown_by(error):
                raise self._secret_shown(f"making its {what}", error) from None
            raise PluginError(
                self._plugin, f"making its {what} failed: {type(error).__name__}: {error}"
            ) from error

    @property
    def _plugin(self) -> str:
        return f"{self.vendor.name} ({self._distribution or 'unknown distribution'})"

    def _secret_shown(self, doing: str, error: Exception) -> PluginError:
        return PluginError(
            self._plugin,
            f"{doing} failed with {type(error).__name__}; its message would show a secret of the "
            "configuration and is left out",
        )

    def _advice(self, error: StorageError) -> str:
        """Ask the layers for advice; layers that fail at it must not hide the error itself."""
        hook = "bucketry_explain_error"
        try:
            return self._answers.expect(self._hooks.bucketry_explain_error(error=error), str, hook)
        except Exception as failure:
            asked = ", ".join(self._stack.asked(hook))
            return f"(No advice: {hook} failed with {type(failure).__name__}; asked {asked}.)"


def each_key(keys: Iterable[str]) -> Iterable[str]:
    """Return `keys` unless it is one text, which would count as a key per letter."""
    if isinstance(keys, str):
        raise InvalidInput("many keys are a list; one str would be taken as a key per letter")
    return keys
