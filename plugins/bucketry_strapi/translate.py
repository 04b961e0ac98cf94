"""From the original's options to flat ones, each with the place that it was written at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from bucketry.config import Fault, Hint, Origin, Settings, Translation, Vendors, dotted

Path = tuple[str | int, ...]

_OPTIONS: Path = ("providerOptions",)
_S3: Path = ("providerOptions", "s3Options")
_EXTENDED: Path = ("providerOptions", "providerConfig")
_ENDPOINT: Path = (*_S3, "endpoint")
_ACL: Path = (*_S3, "params", "ACL")

_ANY = "s3"  # the vendor that stands for any server

# Options of the SDK's client that choose another kind of endpoint.
_ENDPOINT_KINDS: tuple[tuple[Path, str, str], ...] = (
    ((*_S3, "useAccelerateEndpoint"), "accelerate", "the accelerated endpoints"),
    ((*_S3, "useDualstackEndpoint"), "dual_stack", "the dual-stack endpoints"),
    ((*_S3, "useFipsEndpoint"), "fips", "the FIPS endpoints"),
)

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

WORDS = {
    str(flat[-1]): str(written[-1])
    for written, flat, _ in _RENAMED
    if "_" in str(flat[-1]) or flat == ("acl",)
}
"""What flat options are called here; those that are no words of their own in a sentence."""


def translate(written: Settings, vendors: Vendors) -> Translation:
    """Return the flat settings of one provider.

    The endpoint's host says which vendor is meant, as nothing else does.
    """
    flat = _carried(written)
    fault = _choose_vendor(written, flat, vendors)
    if fault is not None:
        flat.unknown.add(("provider",))
        return Translation(settings=flat, faults=[fault])
    if flat.get(("provider",)) not in vendors.names():
        return Translation(settings=flat)  # which is a fault of its own
    faults = _choose_endpoint(written, flat, vendors)
    hints = _choose_visibility(written, flat, vendors) + _stream_hints(flat)
    return Translation(settings=flat, hints=hints, faults=faults)


def _carried(written: Settings) -> Settings:
    """Return what has a flat option of its own; what is at fault is at fault there too."""
    base = written.origin(()).path
    flat = Settings({}, {(): Origin((*base, *_S3))})
    for source, target, change in _RENAMED:
        written.carry(source, flat, target, change)
    if written.get((*_S3, "credentials")) == "ambient":
        written.carry((*_S3, "credentials"), flat, ("credentials",))
    return flat


def modernise(written: Settings) -> list[Hint]:
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


def _move(settings: Settings, source: Path, target: Path) -> list[Hint]:
    value, origin = settings.get(source), settings.origin(source)
    if value is None:
        return []
    settings.drop(source)
    settings.put(target, value, origin)
    return [Hint(origin.path, f"belongs in {dotted(target[:-1])}")]


def _stream_hints(flat: Settings) -> list[Hint]:
    streams = flat.get(("extra_params", "upload_stream")) or {}
    uploads = flat.get(("extra_params", "upload")) or {}
    if streams.items() <= uploads.items():
        return []
    sentence = (
        "counts for sources of unknown length only; what shall count for every upload belongs in "
        "actionOptions.upload"
    )
    return [Hint(flat.origin(("extra_params", "upload_stream")).path, sentence)]


def _choose_vendor(written: Settings, flat: Settings, vendors: Vendors) -> Fault | None:
    """Set the vendor that the endpoint's host names, and what follows from the choice."""
    if ("endpoint",) in flat.unknown:
        flat.unknown.add(("provider",))
        return None
    endpoint = flat.get(("endpoint",))
    if endpoint is None:
        flat.put(("provider",), "aws", written.derived(("provider",)))
        return None
    fault = vendors.choose(flat, written.derived(_ENDPOINT), _ANY)
    if fault is not None:
        return fault
    if flat.get(("provider",)) == _ANY and flat.get(("prevent_overwrite",)):
        # Nothing is known of this server; the original took it for granted.
        asked = written.derived((*_EXTENDED, "preventOverwrite"))
        for condition in ("put_if_absent", "complete_if_absent"):
            flat.put(("capabilities", condition), "enforced", asked)
    return None


def _choose_endpoint(written: Settings, flat: Settings, vendors: Vendors) -> list[Fault]:
    """Set what decides about hosts: the style of addresses, and endpoints of another kind.

    Without forcePathStyle the original wrote virtual-hosted URLs into its database; they stay
    valid wherever the vendor serves them.
    """
    vendor = vendors.load(flat.get(("provider",)))
    known = {option.name for option in attrs.fields(vendor.options)}
    styles = vendor.capabilities.addressing.value or ()
    written_or_faulty = flat.get(("addressing",)) or ("addressing",) in flat.unknown
    if not written_or_faulty and (vendor.name == _ANY or "virtual" in styles):
        flat.put(("addressing",), "virtual", written.derived(_S3))
    faults = []
    for source, option, what in _ENDPOINT_KINDS:
        if written.get(source) is not True:
            continue
        if option in known:
            flat.put((option,), True, written.origin(source))
        else:
            sentence = f"asks for {what} of AWS, which {vendor.title} has no option for; remove it"
            faults.append(Fault(written.origin(source).path, sentence))
    return faults


def _choose_visibility(written: Settings, flat: Settings, vendors: Vendors) -> list[Hint]:
    """Set how objects are addressed, which the original's ACL decided; return what to tell."""
    if ("acl",) in flat.unknown:
        flat.unknown.add(("visibility",))
        return []
    acl = flat.get(("acl",))
    origin = written.derived(_ACL if acl else _ACL[:-1])
    flat.put(("visibility",), "private" if acl == "private" else "public", origin)
    if acl == "private":
        place = flat.origin(("acl",)).path
        refused = [fault.sentence for fault in vendors.faults(flat) if fault.path == place]
        if not refused:
            return []
        flat.drop(("acl",))
        sentence = (
            '"private" means that URLs are signed (visibility = "private"); the ACL itself is not '
            f"sent: {refused[0].partition('; ')[0]}"
        )
        return [Hint(place, sentence)]
    if acl:
        return []
    private = flat.copy()
    private.put(("visibility",), "private", origin)
    if set(vendors.faults(flat)) - set(vendors.faults(private)):
        # No plain URL opens an object here, under these options.
        flat.put(("visibility",), "private", origin)
        return []
    if vendors.load(flat.get(("provider",))).capabilities.acl.value in ("none", "ignored"):
        return []
    sentence = (
        "is not written, so no ACL is sent, where the original sent public-read: plain URLs open "
        "only if the bucket itself lets everybody read (else they answer 403); "
        'write "public-read" to send it, or "private" for signed URLs'
    )
    return [Hint(flat.origin(("acl",)).path, sentence)]
