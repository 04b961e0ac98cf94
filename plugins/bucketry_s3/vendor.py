"""`s3_vendor`: a page's facts and profile become a `Vendor`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bucketry import Capabilities, LayerContext, SchemaFile, Vendor
from bucketry.limits import Limits, Narrowing, limits_of
from bucketry_s3 import rules
from bucketry_s3.hookspecs import S3Hooks
from bucketry_s3.layer import S3Layer
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.protocol.fixed import HEADER_PARAMS, PROTECTED_PARAMS
from bucketry_s3.schema import PageSchema, build_schema
from bucketry_s3.transports.boto3 import Boto3Transport
from bucketry_s3.transports.sockets.layer import SocketTransport

Check = Callable[[Any], Iterable[tuple[str, str]]]
CapabilitiesFor = Callable[[Capabilities, Any], Capabilities]


def s3_vendor(
    *,
    name: str,
    title: str,
    summary: str,
    profile: Profile,
    capabilities: Capabilities,
    docs_url: str,
    options: type[Any] = S3Options,
    endpoint_hosts: Sequence[str] = (),
    layers: Sequence[Callable[[Any, LayerContext], object]] = (),
    check: Check | None = None,
    capabilities_for: CapabilitiesFor | None = None,
    schema: SchemaFile | None = None,
) -> Vendor:
    """Return the page of a vendor that speaks S3.

    Args:
        name: what users write as ``provider``, and the entry point's name.
        title: the vendor's own name.
        summary: one sentence on what is different here.
        profile: how endpoints are named.
        capabilities: what it can do; the schema's refusals follow from it.
        docs_url: the vendor's page on its S3 interface.
        options: `S3Options`, or a class that adds to it.
        endpoint_hosts: host patterns of its endpoints, ``{region}`` standing for one label.
        layers: classes or functions that make the layers above the family's, from options and
            context; the last is asked first.
        check: the vendor's own rules between options, on top of the family's.
        capabilities_for: the capabilities under given options, where these can declare some.
        schema: a schema file for the options that the class in `options` adds; the schema of
            everything is made from the page.
    """

    def make_layers(chosen: Any, context: LayerContext) -> list[object]:
        family = S3Layer(chosen, profile, context, lambda: sdk.connections.ambient_pair())
        sdk = Boto3Transport(context, lambda: family.settings)
        carriers: list[object] = [sdk]
        if chosen.transport == "sockets":
            carriers.append(SocketTransport(context, lambda: family.settings))
        return [family, *carriers, *(make(chosen, context) for make in layers)]

    def check_all(chosen: Any) -> Iterator[tuple[str, str]]:
        able = capabilities_for(capabilities, chosen) if capabilities_for else capabilities
        own = list(check(chosen)) if check is not None else []
        known = {path for path, _ in own}
        yield from rules.faults(chosen, profile, able, title, endpoint_hosts, known)
        yield from own

    def limits(able: Capabilities) -> Limits:
        portable = limits_of(title, able, declared=capabilities_for is not None)
        return _with_write_id(portable, title, able)

    def make_schema() -> dict[str, Any]:
        # What a configuration declares is known after it has followed the schema.
        known = Limits() if capabilities_for else limits(capabilities)
        return build_schema(title, summary, options, known, schema, profile.ways_to_endpoint())

    return Vendor(
        name=name,
        title=title,
        summary=summary,
        options=options,
        schema=PageSchema(make_schema, own=schema),
        capabilities=capabilities,
        layers=make_layers,
        docs_url=docs_url,
        endpoint_hosts=endpoint_hosts,
        check=check_all,
        slips=lambda chosen: rules.slips(chosen, profile, title, endpoint_hosts),
        limits=limits,
        capabilities_for=capabilities_for,
        hookspecs=(S3Hooks,),
        protected_params=PROTECTED_PARAMS,
        header_params=HEADER_PARAMS,
    )


def _with_write_id(limits: Limits, title: str, able: Capabilities) -> Limits:
    """Keep `write_id` on where a lost answer could not be told without."""
    facts = (able.put_if_absent, able.complete_if_absent)
    if all(fact.value == "enforced" for fact in facts):
        return limits
    reason = (
        f"{title} is not known to hold the condition of an upload in one request and in parts; "
        "leave write_id out"
    )
    narrowed = {**limits.narrowed, "write_id": Narrowing((True,), reason)}
    return Limits(limits.unsupported, narrowed)
