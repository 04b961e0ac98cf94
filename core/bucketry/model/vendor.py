"""A vendor's page, and what its layers get to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import field, frozen

from bucketry.model.capabilities import Capabilities

if TYPE_CHECKING:
    from bucketry.hookspecs import ProviderHooks

Visibility = Literal["public", "private"]
"""Whether a plain URL may open an object (``public``) or only a signed one (``private``)."""


@frozen(kw_only=True)
class SchemaFile:
    """A JSON Schema that is package data: importable `package` and the `path` inside it."""

    package: str
    path: str

    def read_text(self) -> str:
        """Return the schema's text."""
        return resources.files(self.package).joinpath(self.path).read_text("utf-8")


class CommonOptions(Protocol):
    """The options that the host itself reads; every vendor's options class has them."""

    @property
    def root_path(self) -> str:
        """Folder of the bucket that the provider works in, or ""."""
        ...

    @property
    def base_url(self) -> str | None:
        """Address that serves the bucket's objects instead of the vendor's own, or None."""
        ...

    @property
    def visibility(self) -> Visibility:
        """Whether a plain URL may open an object."""
        ...

    @property
    def signed_url_expires(self) -> int:
        """Seconds that a signed URL lives when the call does not say."""
        ...

    @property
    def key_strategy(self) -> str:
        """How an upload without a key is named; see `bucketry.naming`."""
        ...

    @property
    def overrides(self) -> Sequence[str]:
        """Layers of the application, each ``module:name``."""
        ...


@frozen(kw_only=True, eq=False)
class LayerContext:
    """What a layer may know of the provider it serves.

    Attributes:
        provider: the configured name (``media``).
        vendor: the vendor's page.
        capabilities: the vendor's, with what the configuration itself declares.
        hooks: the finished stack: a layer asks it, never another layer directly. Usable from the
            first hook call on, not while layers are being built.
    """

    provider: str
    vendor: Vendor
    capabilities: Capabilities
    _relay: Callable[[], ProviderHooks] = field(alias="relay", repr=False)

    @property
    def hooks(self) -> ProviderHooks:
        """The provider's hooks, every layer included."""
        return self._relay()


@frozen(kw_only=True, eq=False)
class Vendor:
    """A vendor's page: all that bucketry knows of it.

    Attributes:
        name: what users write as ``provider = "..."``; equals the entry point's name.
        title: the vendor's own name.
        options: frozen attrs class of its configuration; satisfies `CommonOptions`.
        schema: JSON Schema of the same configuration, one flat closed object.
        capabilities: facts with source and date.
        layers: builds the layers, family first, most special last.
        docs_url: the vendor's own page on its S3 interface.
        endpoint_hosts: host patterns of the vendor's endpoints, ``{region}`` and the like standing
            for one DNS label; only the Strapi dialect looks at them.
        summary: one sentence on what is different here.
        check: rules between options that a schema cannot say; gives the dotted path of the option
            and a sentence for each fault. Asked before anything else uses the options.
        refine: for a vendor whose configuration may declare capabilities: gives the capabilities
            that hold under these options.
    """

    name: str
    title: str
    options: type[Any]
    schema: SchemaFile
    capabilities: Capabilities
    layers: Callable[[Any, LayerContext], Sequence[object]]
    docs_url: str
    endpoint_hosts: Sequence[str] = ()
    summary: str = ""
    check: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    refine: Callable[[Capabilities, Any], Capabilities] | None = None
