"""What a vendor is, and what its layers get to know of the provider they serve."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, runtime_checkable

from attrs import Factory, field, frozen

from bucketry.hookspecs import ProviderHooks
from bucketry.limits import Limits, limits_in
from bucketry.model import Capabilities
from bucketry.sharing import Lease

if TYPE_CHECKING:
    from bucketry.host.layers import LayerStack

T = TypeVar("T")

Visibility = Literal["public", "private"]
"""Whether a plain URL may open an object (``public``) or only a signed one (``private``)."""


def match_host(patterns: Iterable[str], host: str) -> dict[str, str] | None:
    """Return what `host` tells by the first of a vendor's host patterns that it follows, or None.

    ``s3.{region}.example.com`` is compared label by label, never in part.
    """
    for pattern in patterns:
        parts = re.split(r"\{(\w+)\}", pattern)
        expression = "".join(
            rf"(?P<{part}>[a-z0-9-]+)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        if match := re.fullmatch(expression, host):
            return match.groupdict()
    return None


@frozen(kw_only=True)
class ContentPolicy:
    """What is done with uploads that a browser could run, and with bytes that belie their type.

    Attributes:
        active: HTML, SVG, XML, scripts: ``attachment`` has browsers save them, ``refuse`` takes
            none, ``allow`` leaves them as they are.
        mismatch: bytes that are something else than their type says: ``correct`` the type,
            ``refuse`` them or ``allow`` it.
        also: further types that count as active, such as ``application/pdf``.
    """

    active: Literal["attachment", "refuse", "allow"] = "attachment"
    mismatch: Literal["correct", "refuse", "allow"] = "correct"
    also: Sequence[str] = ()


@frozen(kw_only=True)
class SchemaFile:
    """A JSON Schema that is package data: importable `package` and the `path` inside it."""

    package: str
    path: str

    def read_text(self) -> str:
        """Return the schema's text."""
        from importlib import resources  # which imports much that a start does not need

        return resources.files(self.package).joinpath(self.path).read_text("utf-8")

    def __str__(self) -> str:
        return f"{self.package}/{self.path}"


@runtime_checkable
class SchemaSource(Protocol):
    """Gives a vendor's JSON Schema; `str()` of it says where that is from, for messages."""

    def read_text(self) -> str:
        """Return the schema's text."""
        ...


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
        vendor: the vendor.
        capabilities: the vendor's, with what the configuration itself declares.
        hooks: the finished stack, with the hooks of the vendor's family (`Vendor.hookspecs`): a
            layer asks it, never another layer directly. Usable from the first hook call on, not
            while layers are being built.
    """

    provider: str
    vendor: Vendor
    capabilities: Capabilities = field(repr=False)
    _stack: Callable[[], LayerStack] = field(alias="stack", repr=False)
    _lease: Lease = field(alias="lease", factory=Lease, repr=False)

    @property
    def hooks(self) -> ProviderHooks:
        """The provider's hooks, every layer included."""
        return self._stack().hooks

    def alone(self, hook: str) -> bool:
        """Return whether one layer has `hook` to itself, as usable as `hooks`."""
        return self._stack().alone(hook)

    def share(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the one thing for `key`, made when it is first asked for.

        For what is dear and must not be made again for each provider: connections, sessions. This
        provider and all made from it by `with_layer` and `with_options` get the same thing while
        `key` is equal, so put into `key` all that the thing depends on. Each holds one reference,
        given back by `Provider.close` or when it is garbage; with the last one the thing's
        `close()`, where it has one, is called. An error of `make` goes to whoever asked, and the
        next one tries again.
        """
        return self._lease.share(key, make)


def _limits_in_schema(vendor: Vendor) -> Callable[[Capabilities], Limits]:
    return lambda _able: limits_in(json.loads(vendor.schema.read_text()))


@frozen(kw_only=True, eq=False, repr=False)
class Vendor:
    """All that bucketry knows of a vendor.

    Attributes:
        name: what users write as ``provider = "..."``; equals the entry point's name.
        title: the vendor's own name.
        options: frozen attrs class of its configuration; satisfies `CommonOptions`.
        schema: JSON Schema of the same configuration, one flat closed object: a `SchemaFile`, or
            what makes it when it is first read.
        capabilities: facts with source and date.
        layers: builds the layers, family first, most specific last.
        docs_url: the vendor's own page on its S3 interface.
        endpoint_hosts: host patterns of the vendor's endpoints, ``{region}`` and the like standing
            for one DNS label, as `match_host` reads them.
        summary: one sentence on what is different here.
        check: rules between options that a schema cannot say; gives the dotted path of the option
            and a sentence for each fault. Asked before anything else uses the options.
        slips: options that are accepted and look like a slip, told in the same way, when a
            configuration is checked.
        limits: gives what cannot be honoured with given capabilities, the vendor's or those that
            a configuration declares: `bucketry.limits.limits_of`, or by default what `schema` says.
        capabilities_for: for a vendor whose configuration may declare capabilities: gives the
            capabilities that hold under these options.
        protected_params: native parameters that decide which bytes go where; neither layers nor
            callers set them.
        header_params: native parameters of uploads and copies that set a header of the object, by
            the option's name: what a content policy looks at, and not at others.
        max_expires_in: longest life of a signed URL in seconds, where no capability tells it.
        hookspecs: classes with further hooks that the vendor's family brings, written like
            `bucketry.ProviderHooks`. Every layer of its providers may answer and wrap them.
    """

    name: str
    title: str
    options: type[Any]
    schema: SchemaSource
    capabilities: Capabilities
    layers: Callable[[Any, LayerContext], Sequence[object]]
    docs_url: str
    endpoint_hosts: Sequence[str] = ()
    summary: str = ""
    check: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    slips: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    limits: Callable[[Capabilities], Limits] = Factory(_limits_in_schema, takes_self=True)
    capabilities_for: Callable[[Capabilities, Any], Capabilities] | None = None
    protected_params: Set[str] = frozenset()
    header_params: Mapping[str, str] = field(factory=dict)
    max_expires_in: int = 604_800
    hookspecs: Sequence[type] = ()

    def __repr__(self) -> str:
        return f"<Vendor {self.name!r}: {self.title}>"
