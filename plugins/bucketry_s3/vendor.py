"""`s3_vendor`: a page's facts and profile become a `Vendor`, with the rules all S3 options obey."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from bucketry import (
    Capabilities,
    Credentials,
    InvalidInput,
    InvalidKey,
    LayerContext,
    SchemaFile,
    Secret,
    Vendor,
)
from bucketry.headers import check_header_value, check_param_values, check_tags
from bucketry.keys import RootPath
from bucketry.limits import Limits, Narrowing, acl_refusal, limits_of
from bucketry.vendor import match_host
from bucketry_s3.hookspecs import S3Hooks
from bucketry_s3.layer import S3Layer
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.protocol.endpoints import url_fault
from bucketry_s3.protocol.fixed import DELETES, HEADER_PARAMS, PROTECTED_PARAMS, UPLOADS
from bucketry_s3.protocol.signing import CANNOT_BE_SENT, can_be_sent
from bucketry_s3.schema import PageSchema, build_schema
from bucketry_s3.transports.boto3 import Boto3Transport
from bucketry_s3.transports.sockets.layer import SocketTransport

Check = Callable[[Any], Iterable[tuple[str, str]]]
CapabilitiesFor = Callable[[Capabilities, Any], Capabilities]

# Bucket names of S3 and of the older, laxer servers; none has the form of an IPv4 address
# (Amazon S3 User Guide, bucket naming rules).
_BUCKET = re.compile(r"(?!.*\.\.|(?:\d+\.){3}\d+$)[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")

_SHOWN_REGIONS = 8

_TAKES = {"upload": UPLOADS, "upload_stream": UPLOADS, "delete": DELETES}


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
        yield from _check_credentials(chosen)
        yield from _check_urls(chosen)
        yield from _check_bucket_apart(chosen, endpoint_hosts)
        yield from _check_endpoint(chosen, profile, title)
        yield from _check_place(chosen, profile, known={path for path, _ in own})
        yield from _check_visibility(chosen, able, title)
        yield from _check_sizes(chosen, able, title)
        yield from _check_params(chosen, able, title)
        yield from own

    def slips(chosen: Any) -> Iterator[tuple[str, str]]:
        yield from _unlikely_region(chosen, profile, title, endpoint_hosts)
        yield from _unlikely_endpoint(chosen)
        yield from _unlikely_credentials(chosen)

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
        slips=slips,
        limits=limits,
        capabilities_for=capabilities_for,
        hookspecs=(S3Hooks,),
        protected_params=PROTECTED_PARAMS,
        header_params=HEADER_PARAMS,
    )


def _written(options: Any) -> Iterator[tuple[str, str]]:
    """Yield the parts of a key pair that the configuration holds."""
    if isinstance(options.credentials, Credentials):
        for name in ("access_key_id", "secret_access_key", "session_token"):
            part: str | Secret | None = getattr(options.credentials, name)
            if part:
                text = part.reveal() if isinstance(part, Secret) else part
                yield f"credentials.{name}", text


def _check_credentials(options: Any) -> Iterator[tuple[str, str]]:
    for path, text in _written(options):
        if not path.endswith("secret_access_key") and not can_be_sent(text):
            yield path, f"{CANNOT_BE_SENT}; copy it once more"


def _unlikely_credentials(options: Any) -> Iterator[tuple[str, str]]:
    """What a shell or an .env file would have taken away or replaced is part of the value here."""
    for path, text in _written(options):
        if text[0] in "'\"" and text[0] == text[-1]:
            yield path, "stands in quotes, which count as part of it; take them away"
        elif text != text.strip():
            yield path, "has a blank at an end, which counts as part of it; take it away"
        elif re.fullmatch(r"\$\w+|\$\{.*\}|<.*>", text):
            yield path, 'is a placeholder; write { env = "NAME" } for a variable\'s value'


def _check_urls(options: Any) -> Iterator[tuple[str, str]]:
    for name in ("endpoint", "public_endpoint", "base_url"):
        url: str | None = getattr(options, name)
        if url:
            http = options.allow_http or name == "base_url"
            fault = url_fault(url, allow_http=http)
            if fault:
                yield name, fault


def _check_bucket_apart(options: Any, hosts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """An address that holds the bucket already would get it twice, and so would every key."""
    bucket = options.bucket.lower()
    for name in ("endpoint", "public_endpoint"):
        try:
            parts = urlsplit(getattr(options, name) or "")
            front, _, rest = (parts.hostname or "").partition(".")
        except ValueError:
            continue  # told already
        last = unquote(parts.path).rstrip("/").rpartition("/")[2].lower()
        within = front == bucket and (rest.startswith("s3") or match_host(hosts, rest) is not None)
        if within or last.rpartition(":")[2] == bucket:
            yield name, "holds the bucket already, and is given without it; take it out"


def _check_endpoint(options: Any, profile: Profile, title: str) -> Iterator[tuple[str, str]]:
    """The options that the endpoint is made from are there."""
    if options.endpoint:
        return
    names = profile.names_in_endpoint(options)
    if not names and not profile.endpoint_of(options):
        yield (
            "endpoint",
            f"{title} has no endpoint of its own to derive; write the server's address",
        )
    for name in names:
        value = profile.region_of(options) if name == "region" else getattr(options, name)
        if not value:
            examples = f" (such as {', '.join(profile.regions[:3])})" if name == "region" else ""
            yield (
                name,
                f"is missing; {title}'s endpoint is made from it; set {name}{examples}, "
                "or endpoint",
            )


def _unlikely_region(
    options: Any, profile: Profile, title: str, hosts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """A region is never refused, because vendors open new ones; an unknown one is told."""
    known = [*profile.regions, *profile.signing_regions, *profile.signing_regions.values()]
    region: str | None = options.region
    if not region or not known or region in known:
        return
    named = (match_host(hosts, _host(options.endpoint)) or {}).get("region")
    if named in known:
        meant = f"did you mean {named}, which the endpoint names?"
    elif near := get_close_matches(region.lower(), known, n=1, cutoff=0.66):
        meant = f"did you mean {near[0]}?"
    else:
        more = ", ..." if len(known) > _SHOWN_REGIONS else ""
        meant = f"there are {', '.join(known[:_SHOWN_REGIONS])}{more}"
    yield "region", f"is no region that {title} is known to have; {meant}"


def _host(url: str | None) -> str:
    return urlsplit(url or "").hostname or ""


def _unlikely_endpoint(options: Any) -> Iterator[tuple[str, str]]:
    """What looks like a bucket's address may be the server's own name."""
    if _host(options.endpoint).startswith(f"{options.bucket}."):
        yield (
            "endpoint",
            "begins with the bucket's name, as if the bucket were in it already, which it is not "
            "to be; leave that out unless the server is called so",
        )


def _check_place(
    options: Any, profile: Profile, known: Collection[str]
) -> Iterator[tuple[str, str]]:
    # What the vendor's page says of the bucket is more exact.
    if "bucket" not in known and not _BUCKET.fullmatch(profile.bucket_of(options)):
        hint = ""
        if "/" in options.bucket:
            hint = "; a folder inside it belongs in root_path"
        elif ":" in options.bucket:
            hint = "; a tenant before ':' is no part of it (Contabo: tenant_id)"
        yield (
            "bucket",
            "is no bucket name: 3 to 63 letters, digits, '.', '-' and '_', "
            f"a letter or digit at both ends{hint}",
        )
    try:
        RootPath(options.root_path)
    except InvalidKey as error:
        # The message repeats the key; a configuration's values are never shown.
        yield (
            "root_path",
            f"cannot stand in front of keys: {str(error).rpartition(' is refused: ')[2]}",
        )


def _check_visibility(options: Any, able: Capabilities, title: str) -> Iterator[tuple[str, str]]:
    if options.visibility == "public" and not options.base_url and able.public_url.value == "no":
        yield (
            "visibility",
            f"{title} serves no anonymous reads on its S3 address, so a public object has no URL "
            'there; set base_url to the address that serves the bucket, or visibility = "private"',
        )


def _check_sizes(options: Any, able: Capabilities, title: str) -> Iterator[tuple[str, str]]:
    size = options.multipart.part_size
    least, most = able.part_size_min.value, able.part_size_max.value
    if least is not None and size < least:
        yield "multipart.part_size", f"{title} wants parts of at least {least:,} bytes"
    if most is not None and size > most:
        yield "multipart.part_size", f"{title} takes parts of at most {most:,} bytes"


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


def _check_params(options: Any, able: Capabilities, title: str) -> Iterator[tuple[str, str]]:
    encryption = options.encryption
    if encryption is not None and encryption.kms_key_id and encryption.type == "AES256":
        yield (
            "encryption.kms_key_id",
            "belongs to a KMS type; with AES256 the vendor uses its own keys; "
            'leave it out or set type = "aws:kms"',
        )
    for name in ("acl", "storage_class"):
        value = getattr(options, name)
        if value is not None:
            yield from _header_fault(name, check_header_value, value)
    yield from _header_fault("tags", lambda _name, tags: check_tags(tags), options.tags)
    for name, takes in _TAKES.items():
        params = options.extra_params.of(name)
        path = f"extra_params.{name}"
        yield from _header_fault(path, check_param_values, params)
        taken = sorted(PROTECTED_PARAMS.intersection(params))
        if taken:
            yield (
                path,
                f"may not set {', '.join(taken)}: the bucket option, the key and the source do",
            )
        else:
            yield from _header_fault(path, partial(_check_native, takes), params)
        refusal = acl_refusal(title, able)
        if refusal is not None and "ACL" in params and options.unsupported == "refuse":
            yield f"{path}.ACL", str(refusal)


def _check_native(takes: Sequence[str], _name: str, params: Mapping[str, Any]) -> None:
    if params:
        from bucketry_s3.objects.native import check_native

        check_native(params, *takes)


def _header_fault(
    name: str, check: Callable[[str, Any], object], value: Any
) -> Iterator[tuple[str, str]]:
    try:
        check(name, value)
    except InvalidInput as error:
        yield name, str(error)
