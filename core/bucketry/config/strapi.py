"""The Strapi dialect: ``provider`` / ``providerOptions`` / ``actionOptions`` in camelCase.

Its own schema checks it, then it is translated to the flat options and checked like any other
configuration; faults keep pointing at what the user wrote. How it differs from the original, and
why, stands in ``docs/strapi.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs
from attrs import evolve

from bucketry.config.check import check
from bucketry.config.environment import resolve
from bucketry.config.schemas import strapi_schema
from bucketry.config.settings import Fault, Origin, Path, Settings, dotted
from bucketry.config.unsupported import set_aside
from bucketry.config.validate import Faulty, Validated, validate
from bucketry.errors import PluginError
from bucketry.host.catalog import Catalog
from bucketry.limits import limits_in

_OPTIONS: Path = ("providerOptions",)
_S3: Path = ("providerOptions", "s3Options")
_EXTENDED: Path = ("providerOptions", "providerConfig")
_ENDPOINT: Path = (*_S3, "endpoint")
_ACL: Path = (*_S3, "params", "ACL")

# What the original also took from the root of providerOptions, before s3Options existed.
_ONCE_AT_ROOT = ("credentials", "region", "endpoint", "forcePathStyle", "params")
_KEYS = ("accessKeyId", "secretAccessKey", "sessionToken")


def _no_last_slash(text: str) -> str:
    return text.rstrip("/")


def _no_outer_slashes(text: str) -> str:
    return text.strip("/")


def _with_scheme(text: str) -> str:
    return (text if "://" in text else f"https://{text}").rstrip("/")


def _addressing(path_style: bool) -> str:
    return "path" if path_style else "virtual"


_RENAMED: tuple[tuple[Path, Path, Callable[[Any], Any] | None], ...] = (
    ((*_OPTIONS, "baseUrl"), ("base_url",), _no_last_slash),
    ((*_OPTIONS, "rootPath"), ("root_path",), _no_outer_slashes),
    ((*_S3, "credentials", "accessKeyId"), ("credentials", "access_key_id"), None),
    ((*_S3, "credentials", "secretAccessKey"), ("credentials", "secret_access_key"), None),
    ((*_S3, "credentials", "sessionToken"), ("credentials", "session_token"), None),
    ((*_S3, "region"), ("region",), None),
    (_ENDPOINT, ("endpoint",), _with_scheme),
    ((*_S3, "forcePathStyle"), ("addressing",), _addressing),
    ((*_S3, "params", "Bucket"), ("bucket",), None),
    (_ACL, ("acl",), None),
    ((*_S3, "params", "signedUrlExpires"), ("signed_url_expires",), None),
    ((*_EXTENDED, "checksumAlgorithm"), ("checksum_algorithm",), None),
    ((*_EXTENDED, "preventOverwrite"), ("prevent_overwrite",), None),
    ((*_EXTENDED, "storageClass"), ("storage_class",), None),
    ((*_EXTENDED, "encryption", "type"), ("encryption", "type"), None),
    ((*_EXTENDED, "encryption", "kmsKeyId"), ("encryption", "kms_key_id"), None),
    ((*_EXTENDED, "tags"), ("tags",), None),
    ((*_EXTENDED, "multipart", "partSize"), ("multipart", "part_size"), None),
    ((*_EXTENDED, "multipart", "queueSize"), ("multipart", "concurrency"), None),
    (
        (*_EXTENDED, "multipart", "leavePartsOnError"),
        ("multipart", "leave_parts_on_error"),
        None,
    ),
    (("actionOptions", "upload"), ("extra_params", "upload"), None),
    (("actionOptions", "uploadStream"), ("extra_params", "upload_stream"), None),
    (("actionOptions", "delete"), ("extra_params", "delete"), None),
)  # fmt: skip


def find_dialect(data: Mapping[str, Any]) -> Path | None:
    """Return where a configuration in Strapi's shape begins: at the top, in ``upload.config``."""
    places: tuple[Path, ...] = ((), ("upload", "config"), ("upload",))
    for place in places:
        found = Settings(dict(data), {}).get(place)
        if isinstance(found, dict) and ("providerOptions" in found or "actionOptions" in found):
            return place
    return None


def validate_dialect(written: Settings, catalog: Catalog, environ: Mapping[str, str]) -> Validated:
    """Translate and check a configuration in Strapi's shape; raises what `validate` raises.

    Without an ACL the original made plain URLs. So does this, except where the vendor has no plain
    URL that opens an object, under these options: there, URLs are signed.
    """
    flat, hints = _translate(written, catalog, environ)
    private = flat.copy()
    private.put(("visibility",), "private", flat.origin(("visibility",)))
    try:
        validated = validate(flat, catalog, environ)
    except Faulty:
        if flat.get(("acl",)):
            raise
        validated = validate(private, catalog, environ)
    return evolve(validated, hints=hints)


def _translate(
    written: Settings, catalog: Catalog, environ: Mapping[str, str]
) -> tuple[Settings, list[str]]:
    """Return the flat settings, and hints on old spellings."""
    hints = _modernise(written)
    faults = resolve(written, strapi_schema(), environ)
    refused, _ = set_aside(written, strapi_schema(), limits_in(strapi_schema()))
    faults += refused + check(written, strapi_schema())
    if faults:
        raise Faulty(faults)
    base = written.origin(()).path
    flat = Settings({}, {(): Origin((*base, *_S3))})
    for source, target, change in _RENAMED:
        _carry(written, source, flat, target, change)
    if written.get((*_S3, "credentials")) == "ambient":
        _carry(written, (*_S3, "credentials"), flat, ("credentials",), None)
    _choose_vendor(written, flat, catalog)
    acl = flat.get(("acl",))
    from_acl = written.origin(_ACL if acl else _ACL[:-1])
    visibility = "private" if acl == "private" else "public"
    flat.put(("visibility",), visibility, evolve(from_acl, reference=None, derived=True))
    return flat, hints + _stream_advice(flat)


def _modernise(written: Settings) -> list[str]:
    """Move options from where the original once took them, and say so."""
    options = written.get(_OPTIONS)
    if not isinstance(options, dict) or not isinstance(options.get("s3Options", {}), dict):
        return []  # the check says what is wrong with them
    hints = []
    for name in _ONCE_AT_ROOT:
        # As in the original, the old place wins.
        hints += _move(written, (*_OPTIONS, name), (*_S3, name))
    if written.get((*_S3, "credentials")) is None:
        for place in (_S3, _OPTIONS):
            for name in _KEYS:
                hints += _move(written, (*place, name), (*_S3, "credentials", name))
    return hints


def _move(settings: Settings, source: Path, target: Path) -> list[str]:
    value, origin = settings.get(source), settings.origin(source)
    if value is None:
        return []
    settings.drop(source)
    settings.put(target, value, origin)
    return [f"{dotted(source)} belongs in {dotted(target[:-1])}"]


def _carry(
    written: Settings,
    source: Path,
    flat: Settings,
    target: Path,
    change: Callable[[Any], Any] | None,
) -> None:
    """Copy a value with its origins. As in the original, an empty one counts as not written."""
    value = written.get(source)
    if value in (None, "", {}):
        return
    changed = change(value) if change else value
    if changed == "":
        return
    origin = written.origin(source)
    flat.put(target, changed, evolve(origin, derived=changed != value))
    for path, below in written.origins.items():
        if len(path) > len(source) and path[: len(source)] == source:
            flat.origins[target + path[len(source) :]] = below


def _stream_advice(flat: Settings) -> list[str]:
    streams = flat.get(("extra_params", "upload_stream")) or {}
    uploads = flat.get(("extra_params", "upload")) or {}
    if streams.items() <= uploads.items():
        return []
    return [
        "actionOptions.uploadStream counts for sources of unknown length only; what shall count "
        "for every upload belongs in actionOptions.upload"
    ]


def _choose_vendor(written: Settings, flat: Settings, catalog: Catalog) -> None:
    """Set the vendor that the endpoint's host names, and what follows from the choice."""
    endpoint = flat.get(("endpoint",))
    from_endpoint = evolve(written.origin(_ENDPOINT), reference=None, derived=True)
    if endpoint is None:
        flat.put(("provider",), "aws", evolve(written.origin(("provider",)), derived=True))
    else:
        name, options = _by_host(endpoint, catalog, from_endpoint)
        flat.put(("provider",), name, from_endpoint)
        for option, value in options.items():
            if flat.get((option,)) is None:
                flat.put((option,), value, from_endpoint)
        if endpoint.lower().startswith("http://"):
            flat.put(("allow_http",), True, from_endpoint)
    if flat.get(("provider",)) == "s3":
        _declare(written, flat, from_endpoint)


def _by_host(endpoint: str, catalog: Catalog, origin: Origin) -> tuple[str, Mapping[str, str]]:
    """Return the vendor whose endpoints `endpoint` is one of, and the options in its host."""
    try:
        host = (urlsplit(endpoint).hostname or "").removesuffix(".")
    except ValueError:
        host = ""
    if not host:
        raise Faulty([Fault(origin.path, "must be an address like https://s3.example.com")])
    matches: dict[str, Mapping[str, str]] = {}
    for name in catalog.names():
        try:
            vendor = catalog.load(name)
        except PluginError:
            continue  # its endpoints are unknown; `bucketry providers` shows what is wrong
        known = {option.name for option in attrs.fields(vendor.options)}
        for pattern in vendor.endpoint_hosts:
            match = re.fullmatch(_host_pattern(pattern), host)
            if match and name not in matches:
                matches[name] = {k: v for k, v in match.groupdict().items() if k in known}
    if len(matches) > 1:
        sentence = (
            f"this host is claimed by {' and '.join(matches)}; name the vendor in a flat "
            "configuration, which `bucketry convert` writes"
        )
        raise Faulty([Fault(origin.path, sentence)])
    return next(iter(matches.items()), ("s3", {}))


def _host_pattern(pattern: str) -> str:
    """Return a regular expression for ``s3.{region}.example.com``; a name stands for one label."""
    parts = re.split(r"\{(\w+)\}", pattern)
    return "".join(
        rf"(?P<{part}>[a-z0-9-]+)" if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    )


def _declare(written: Settings, flat: Settings, origin: Origin) -> None:
    """Declare for an unknown host what the original took for granted."""
    if flat.get(("addressing",)) is None:
        flat.put(("addressing",), "virtual", origin)
    if flat.get(("prevent_overwrite",)):
        asked = evolve(written.origin((*_EXTENDED, "preventOverwrite")), derived=True)
        for condition in ("put_if_absent", "complete_if_absent"):
            flat.put(("capabilities", condition), "enforced", asked)
