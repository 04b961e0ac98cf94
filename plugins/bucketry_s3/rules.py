"""What the options of every S3 vendor must be besides what its schema says, and what is a slip.

Each rule yields options with what is wrong, in a sentence without values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from bucketry import Capabilities, Credentials, InvalidInput, InvalidKey, Secret
from bucketry.headers import check_header_value, check_param_values, check_tags
from bucketry.keys import RootPath
from bucketry.limits import acl_refusal
from bucketry.vendor import match_host
from bucketry_s3.profile import Profile
from bucketry_s3.protocol.endpoints import url_fault
from bucketry_s3.protocol.fixed import DELETES, PROTECTED_PARAMS, UPLOADS
from bucketry_s3.protocol.signing import CANNOT_BE_SENT, can_be_sent

# Bucket names of S3 and of the older, laxer servers; none has the form of an IPv4 address
# (Amazon S3 User Guide, bucket naming rules).
_BUCKET = re.compile(r"(?!.*\.\.|(?:\d+\.){3}\d+$)[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")

_SHOWN_REGIONS = 8

_TAKES = {"upload": UPLOADS, "upload_stream": UPLOADS, "delete": DELETES}


def faults(
    options: Any,
    profile: Profile,
    able: Capabilities,
    title: str,
    hosts: Sequence[str],
    known: Collection[str],
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with `options`; the vendor's own rules have told what is `known`."""
    yield from _check_credentials(options)
    yield from _check_urls(options)
    yield from _check_bucket_apart(options, hosts)
    yield from _check_endpoint(options, profile, title)
    yield from _check_place(options, profile, known)
    yield from _check_visibility(options, able, title)
    yield from _check_sizes(options, able, title)
    yield from _check_params(options, able, title)


def slips(
    options: Any, profile: Profile, title: str, hosts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield what works and looks like a slip."""
    yield from _unlikely_region(options, profile, title, hosts)
    yield from _unlikely_endpoint(options)
    yield from _unlikely_credentials(options)


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
