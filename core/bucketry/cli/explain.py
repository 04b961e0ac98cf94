"""What a provider will do, and why: explain."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import attrs
import click
from attrs import define, frozen

from bucketry import (
    BucketryError,
    Credentials,
    Fact,
    LayerContext,
    Provider,
    Secret,
    StoredObject,
    hookimpl,
)
from bucketry.cli import output
from bucketry.cli.settings import Settings, command
from bucketry.config.effective import Effective
from bucketry.host.defaults import DefaultsLayer
from bucketry.host.layers import LayerStack

KEY = "example.txt"
BODY = b"hello"


@command
@click.argument("name", required=False)
def explain(settings: Settings, name: str | None) -> None:
    """Show what a provider will do, and why.

    Every option of NAME with its value and where that comes from, secrets masked; its layers; what
    the vendor can do, and who said so when; and the request that an upload would send. Nothing is
    sent.
    """
    from bucketry.config import load_config

    with settings.open(name) as provider:
        config = load_config(settings.config, only=provider.name)
        dry_run = _DryRun()
        request = _request(provider, dry_run)
        told = Explanation(
            provider=provider.name,
            vendor=provider.vendor.title,
            docs_url=provider.vendor.docs_url,
            options=_options(config.effective(provider.name), dry_run.settings),
            layers=_layers(provider),
            refused=_refused(provider),
            facts=attrs.asdict(provider.capabilities, recurse=False),
            request=request,
        )
    if settings.json:
        output.emit(told)
    else:
        _print(settings, told)


@frozen(kw_only=True)
class Option:
    """One option as it holds; `source` is ``vendor`` where the vendor's page has decided."""

    path: str
    value: str
    source: str
    origin: str


@frozen(kw_only=True)
class Layer:
    """One layer: its name in messages, and what it is for."""

    name: str
    purpose: str


@frozen(kw_only=True)
class Request:
    """The request of a small upload: where it goes, and the vendor's own parameters."""

    method: str
    url: str
    region: str
    params: Mapping[str, Any]


@frozen(kw_only=True)
class Explanation:
    """All that `explain` tells; `request` is a sentence where there is none to show."""

    provider: str
    vendor: str
    docs_url: str
    options: list[Option]
    layers: list[Layer]
    refused: Mapping[str, str]
    facts: Mapping[str, Fact[Any]]
    request: Request | str


def _options(effective: Sequence[Effective], settings: Any) -> list[Option]:
    """Add what the vendor's page has decided where the configuration leaves it open."""
    options = []
    for one in effective:
        value, source, origin = one.value, str(one.source), one.origin
        decided = getattr(settings, one.path, None)
        if one.source == "default" and isinstance(decided, str):
            value, source, origin = decided, "vendor", "the vendor's page"
        options.append(Option(path=one.path, value=value, source=source, origin=origin))
    return options


def _layers_of_the_vendor(provider: Provider) -> list[object]:
    """Build the vendor's layers once more, to look at them; none is asked anything."""

    def no_hooks() -> LayerStack:
        raise LookupError("layers may not ask hooks while they are built")

    context = LayerContext(
        provider=provider.name,
        vendor=provider.vendor,
        capabilities=provider.capabilities,
        stack=no_hooks,
    )
    return list(provider.vendor.layers(provider.options, context))


def _layers(provider: Provider) -> list[Layer]:
    """Return the layers, the one asked first on top, with the first sentence of their docstring."""
    objects = [*_layers_of_the_vendor(provider), *map(_override, provider.options.overrides)]
    kinds = {kind.__name__: kind for kind in map(_class, objects)}
    layers = []
    for name in reversed(provider.layers):
        kind = kinds.get(name.rpartition(":")[2], DefaultsLayer)
        purpose = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        layers.append(Layer(name=name, purpose=" ".join(purpose.split())))
    return layers


def _override(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def _class(layer: object) -> type[object]:
    return layer if isinstance(layer, type) else type(layer)


def _refused(provider: Provider) -> dict[str, str]:
    """Return the options that this vendor cannot honour, with reason and hint."""
    limits = provider.vendor.limits(provider.capabilities)
    return {option: str(refusal) for option, refusal in limits.unsupported.items()}


class _NotSent(Exception):
    """Ends the upload that only shows its request."""


@define(eq=False)
class _DryRun:
    """A layer on top of all others: notes what an upload would send, and ends it there.

    Signatures are made with a key pair that is none, so that no credentials are looked up.
    """

    settings: Any = None
    params: dict[str, Any] = attrs.field(factory=dict)

    @hookimpl(wrapper=True, optionalhook=True)
    def bucketry_s3_client_settings(self) -> Generator[None, Any, Any]:
        """Note where requests go."""
        self.settings = yield
        return attrs.evolve(
            self.settings,
            public_endpoint=self.settings.endpoint,
            credentials=Credentials(access_key_id="explain", secret_access_key=Secret("explain")),
        )

    @hookimpl
    def bucketry_upload(self, params: dict[str, Any]) -> StoredObject:
        """Note the parameters and store nothing."""
        self.params = params
        raise _NotSent


def _request(provider: Provider, dry_run: _DryRun) -> Request | str:
    """Return what a small upload would send, or why nothing would be."""
    connects = "bucketry_s3_client_settings"
    if not any(hasattr(layer, connects) for layer in _layers_of_the_vendor(provider)):
        return "is kept on this machine; no request is sent"
    shown = provider.with_layer(dry_run)
    try:
        with suppress(_NotSent):
            shown.upload(BODY, key=KEY)
        # The address that a PUT is signed for is the one that it is sent to.
        url = str(shown.sign(KEY, method="PUT")).removesuffix("?***")
    except BucketryError as error:
        return f"would be refused: {error}"
    from bucketry.config.schemas import leaf, member

    secret = leaf("native_params")
    return Request(
        method="PUT",
        url=url,
        region=dry_run.settings.region if dry_run.settings else "",
        params={
            name: "***" if (member(secret, name) or {}).get("writeOnly") else value
            for name, value in dry_run.params.items()
        },
    )


def _print(settings: Settings, told: Explanation) -> None:
    click.echo(f"{told.provider}: {told.vendor}, {told.docs_url}")
    _heading("Options")
    options = [(one.path, one.value or '""', one.origin) for one in told.options]
    output.table(settings, ("option", "value", "from"), options)
    _heading("Layers, the one asked first on top")
    output.table(settings, ("layer", "purpose"), [(one.name, one.purpose) for one in told.layers])
    if told.refused:
        _heading(f"Options that {told.vendor} cannot honour")
        output.table(settings, ("option", "reason"), list(told.refused.items()))
    _heading("What it can do, and who says so")
    rows = []
    for name, fact in told.facts.items():
        rows += [(name, _text(fact.value) if fact.known else "unknown"), ("", _source(fact))]
    output.table(settings, ("", ""), rows)
    _heading(f"An upload of {len(BODY)} bytes to {KEY}")
    if isinstance(told.request, str):
        click.echo(told.request)
        return
    click.echo(f"{told.request.method} {told.request.url}")
    parameters = [(name, _text(value)) for name, value in told.request.params.items()]
    output.table(settings, ("", ""), [("signed for region", told.request.region), *parameters])


def _heading(text: str) -> None:
    click.echo(f"\n{text}")


def _text(value: Any) -> str:
    plain = output.plain(value)
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, dict):
        return ", ".join(f"{name}: {_text(inner)}" for name, inner in plain.items()) or "none"
    if isinstance(plain, list):
        return ", ".join(map(_text, plain)) or "none"
    return f"{plain:,}" if isinstance(plain, int) else str(plain)


def _source(fact: Fact[Any]) -> str:
    said = ", ".join(part for part in (fact.confidence, fact.as_of, fact.source) if part)
    return f"{said}. {fact.note}" if fact.note else said
