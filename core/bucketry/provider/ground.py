"""The ground that the operations of a provider stand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
from attrs import frozen

from bucketry.errors import BucketryError, PluginError, StorageError
from bucketry.host.ask import Ask
from bucketry.host.defaults import DefaultsLayer
from bucketry.host.layers import LayerStack, NamedLayer, name_layers
from bucketry.host.masking import Mask
from bucketry.host.quick import Quick
from bucketry.keys import RootPath
from bucketry.limits import Limits
from bucketry.model import Capabilities
from bucketry.once import once
from bucketry.sharing import Lease
from bucketry.vendor import CommonOptions, LayerContext, Vendor


@frozen(eq=False, slots=False, repr=False)
class Service:
    """A configured vendor: what stays the same whatever layers are put on it.

    Attributes:
        name: the configured name.
        distribution: where the vendor's plugin came from, for messages.
        capabilities: the vendor's, with what the configuration declares.
        root: the folder of the bucket that is worked in.
        mask: takes the options' secrets out of texts.
        filled_in: what an upload gets where its caller leaves it open, by field.
    """

    name: str
    vendor: Vendor
    options: CommonOptions
    distribution: str
    capabilities: Capabilities
    root: RootPath
    mask: Mask
    filled_in: dict[str, Any]

    @once
    def limits(self) -> Limits:
        """What the vendor cannot honour."""
        with self.making("limits"):
            limits: object = self.vendor.limits(self.capabilities)
            if not isinstance(limits, Limits):
                raise TypeError(f"limits answered {type(limits).__name__}")
            return limits

    @once
    def promised(self) -> frozenset[str]:
        """The options that the configuration has for every upload, direct ones too."""
        native = getattr(getattr(self.options, "extra_params", None), "upload", None)
        further = {
            "extra_params": native,
            "prevent_overwrite": getattr(self.options, "prevent_overwrite", False),
            "content_policy": getattr(self.options, "content_policy", None),
        }
        return frozenset({*self.filled_in, *(name for name, value in further.items() if value)})

    @property
    def ignores_unsupported(self) -> bool:
        """Whether the configuration wants what cannot be honoured left out, with a warning."""
        return getattr(self.options, "unsupported", "refuse") == "ignore"

    @property
    def plugin(self) -> str:
        """Name and distribution of the vendor's plugin."""
        return f"{self.vendor.name} ({self.distribution or 'unknown distribution'})"

    @contextmanager
    def making(self, what: str) -> Iterator[None]:
        """Name the plugin whose vendor fails."""
        try:
            yield
        except BucketryError:
            raise
        except (Exception, SystemExit) as error:
            if self.mask.shown_by(error):
                raise self.secret_shown(f"making its {what}", error) from None
            raise PluginError(
                self.plugin, f"making its {what} failed: {type(error).__name__}: {error}"
            ) from error

    def secret_shown(self, doing: str, error: BaseException) -> PluginError:
        """Return what is raised in place of an error that would show a secret."""
        return PluginError(
            self.plugin,
            f"{doing} failed with {type(error).__name__}; its message would show a secret of the "
            "configuration and is left out",
        )


# What the configuration can say of an upload, too; see `bucketry.model.Upload`.
_FILLED_IN = ("acl", "checksum_algorithm", "encryption", "storage_class", "tags")


def service(name: str, vendor: Vendor, options: CommonOptions, distribution: str) -> Service:
    """Return the service of a vendor under these options."""
    filled_in = {
        option: getattr(options, option) for option in _FILLED_IN if getattr(options, option, None)
    }
    made = Service(
        name, vendor, options, distribution, vendor.capabilities, RootPath(options.root_path),
        Mask(options), filled_in,
    )  # fmt: skip
    if vendor.capabilities_for is None:
        return made
    with made.making("capabilities"):
        capabilities: object = vendor.capabilities_for(vendor.capabilities, options)
        if not isinstance(capabilities, Capabilities):
            raise TypeError(f"capabilities_for answered {type(capabilities).__name__}")
        return attrs.evolve(made, capabilities=capabilities)


class Ground:
    """A service with its layers: what every operation is given."""

    def __init__(self, service: Service, overrides: Sequence[NamedLayer], lease: Lease) -> None:
        """Stack the layers: defaults, the vendor's, then `overrides` from the bottom up."""
        self.service = service
        self.name = service.name
        self.vendor = service.vendor
        self.options = service.options
        self.capabilities = service.capabilities
        self.root = service.root
        self.lease = lease
        # Seconds that a signed URL can live at most.
        self.max_expires_in = (
            self.capabilities.presign_seconds_max.value or self.vendor.max_expires_in
        )
        context = LayerContext(
            provider=service.name,
            vendor=service.vendor,
            capabilities=service.capabilities,
            stack=lambda: self.stack,
            lease=lease,
        )
        with service.making("layers"):
            own = name_layers(
                service.vendor.name,
                service.vendor.layers(service.options, context),
                distribution=service.distribution,
            )
        defaults = NamedLayer(f"{service.vendor.name}/defaults", DefaultsLayer(service.options))
        bound = [_bound(named, context) for named in overrides]
        self.stack = LayerStack(
            [defaults, *own, *bound, *_policy(service)],
            service.vendor.hookspecs,
            service.plugin,
        )
        self.watchers = self.stack.watchers
        self.ask = Ask(self.stack, self.root.prefix, service.vendor.protected_params)
        signs = self.capabilities.presign.value
        self.quick = Quick(
            self.stack,
            self.root.prefix,
            self.options,
            self.max_expires_in if signs is None or "GET" in signs else None,
        )

    def told(self, error: BaseException, operation: str, key: str | None = None) -> BaseException:
        """Return the error as the application gets it: where it is from, on which key, what helps.

        Secrets are masked. Errors that are none of ours stay as they are unless they show one.
        """
        mask = self.service.mask
        if isinstance(error, StorageError):
            if error.provider:
                return error
            fields = {name: mask.each(value) for name, value in vars(error).items()}
            told = error.evolve(
                **fields
                | {
                    "provider": self.name,
                    "vendor": self.vendor.name,
                    "operation": error.operation or operation,
                    "key": error.key if error.key is not None else key,
                }
            )
            if not told.hint:
                told = told.evolve(hint=mask(self.ask.explain_error(told)))
            cause = error.__cause__
            told.__cause__ = None if mask.shown_by(cause) else cause
            told.__suppress_context__ = True
            return told
        if isinstance(error, ExceptionGroup):
            members = [self.told(member, operation, key) for member in error.exceptions]
            if members != list(error.exceptions) or mask(error.message) != error.message:
                return ExceptionGroup(mask(error.message), members)  # type: ignore[type-var]
        if isinstance(error, Exception) and mask.shown_by(error):
            return self.service.secret_shown(operation, error)
        return error


def _policy(service: Service) -> list[NamedLayer]:
    """Return the layer of a configured content policy: above all others, which cannot undo it."""
    policy = getattr(service.options, "content_policy", None)
    if policy is None:
        return []
    from bucketry.layers.content import ContentPolicyLayer

    layer = ContentPolicyLayer(policy, service.vendor.header_params)
    return [NamedLayer("content_policy", layer)]


def _bound(named: NamedLayer, context: LayerContext) -> NamedLayer:
    """Let a layer that wants to know its provider become the one that does."""
    try:
        bind = getattr(named.layer, "bind", None)
        if bind is None:
            return named
        return attrs.evolve(named, layer=bind(context))
    except BucketryError:
        raise
    except Exception as error:
        raise PluginError(str(named), f"bind failed: {type(error).__name__}: {error}") from error
