"""What a vendor cannot honour: the one policy that configuration, facade and schema ask.

`limits_of` decides it from the vendor's capabilities, for the portable options; `limits_in` reads
what a schema says of it; `hold` keeps an upload within it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any, get_args

import attrs
from attrs import field, frozen

from bucketry.errors import Unsupported, UnsupportedOptionWarning
from bucketry.model import Capabilities, ChecksumAlgorithm, EncryptionType, Fact, Upload
from bucketry.noting import note_quirk

_ENCRYPTION_TYPES: tuple[str, ...] = get_args(EncryptionType)


@frozen
class Refusal:
    """Why an option cannot be used with a vendor, and what to do instead."""

    reason: str
    hint: str

    @property
    def hint_sentence(self) -> str:
        """The hint the way errors carry it, or ""."""
        return f"{self.hint[:1].upper()}{self.hint[1:]}." if self.hint else ""

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.reason, self.hint)))


@frozen
class Narrowing:
    """The values that a vendor accepts of an option, and why only those."""

    values: tuple[str | bool, ...]
    reason: str


@frozen
class Limits:
    """All that a vendor cannot honour, by option, dotted where it is nested (``encryption.type``).

    Attributes:
        unsupported: options that cannot be used at all.
        narrowed: options of which some values can be used.
    """

    unsupported: Mapping[str, Refusal] = field(factory=dict)
    narrowed: Mapping[str, Narrowing] = field(factory=dict)


def limits_of(title: str, able: Capabilities, *, declared: bool = False) -> Limits:
    """Return what a vendor of this title with these capabilities cannot honour.

    What is not known is refused where it could fail in silence or is billed. With `declared` the
    capabilities come from the configuration itself, and then what it leaves open is let through,
    all but `prevent_overwrite`, which protects files.
    """
    unsupported: dict[str, Refusal] = {}
    narrowed: dict[str, Narrowing] = {}
    for option, rule in _RULES.items():
        if declared and option in _LET_THROUGH and not getattr(able, _LET_THROUGH[option]).known:
            continue
        outcome = rule(title, able)
        if isinstance(outcome, Refusal):
            unsupported[option] = outcome
        elif isinstance(outcome, Narrowing):
            narrowed["encryption.type" if option == "encryption" else option] = outcome
    return Limits(unsupported, narrowed)


# Options that are let through while a declared capability is unknown, and which one that is.
_LET_THROUGH = {"encryption": "encryption", "storage_class": "storage_classes"}


def limits_in(schema: Mapping[str, Any]) -> Limits:
    """Return what a vendor's JSON Schema says that it cannot honour.

    ``x-unsupported`` maps an option to `reason` and `hint`; ``x-reason`` beside an ``enum`` tells
    why there are fewer values than elsewhere.
    """
    unsupported = {
        option: Refusal(entry["reason"], entry.get("hint", ""))
        for option, entry in schema.get("x-unsupported", {}).items()
    }
    return Limits(unsupported, dict(_narrowed_in(schema)))


def _narrowed_in(schema: Any, path: str = "") -> Iterator[tuple[str, Narrowing]]:
    properties = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    for name, below in properties.items():
        if isinstance(below, Mapping) and "x-reason" in below and "enum" in below:
            yield path + name, Narrowing(tuple(below["enum"]), below["x-reason"])
        yield from _narrowed_in(below, f"{path}{name}.")


# What of an upload each rule looks at. ACLs are not here: where a vendor has none, a layer takes
# them out of the native parameters, wherever they came from.
_GIVEN: Mapping[str, Callable[[Upload], Any]] = {
    "checksum_algorithm": lambda upload: upload.checksum_algorithm,
    "encryption": lambda upload: upload.encryption,
    "encryption.type": lambda upload: upload.encryption and upload.encryption.type,
    "prevent_overwrite": lambda upload: upload.prevent_overwrite,
    "storage_class": lambda upload: upload.storage_class,
    "tags": lambda upload: upload.tags,
}
_asked = attrgetter(*(option for option in _GIVEN if "." not in option))


def hold(upload: Upload, limits: Limits, *, ignore: bool) -> Upload:
    """Return the upload if the vendor can honour all that it asks for.

    Otherwise `Unsupported` with reason and hint; or, with `ignore`, the upload without the option
    and a warning that says so.
    """
    if not any(_asked(upload)):
        return upload
    for option in (*limits.unsupported, *limits.narrowed):
        look = _GIVEN.get(option)
        given = look(upload) if look is not None else None
        if not given:
            continue
        if option in limits.unsupported:
            refusal = limits.unsupported[option]
        elif given not in limits.narrowed[option].values:
            refusal = Refusal(limits.narrowed[option].reason, "")
        else:
            continue
        name = option.partition(".")[0]
        if not ignore:
            raise Unsupported(
                f"{name} cannot be honoured: {refusal.reason}", hint=refusal.hint_sentence
            )
        warnings.warn(
            f"{name} was left out: {refusal.reason}", UnsupportedOptionWarning, stacklevel=2
        )
        note_quirk(f"{name} left out")
        left_out: dict[str, Any] = {name: None}
        upload = attrs.evolve(upload, **left_out)
    return upload


def cite(fact: Fact[Any]) -> str:
    """Return where a fact is from, for the end of a sentence."""
    return f"({fact.confidence}: {', '.join(filter(None, (fact.source, fact.as_of)))})"


def acl_refusal(title: str, able: Capabilities) -> Refusal | None:
    """Return why no ACL can be set on this vendor's objects, or None where one can."""
    fact = able.acl
    if fact.value == "none":
        return Refusal(
            f"{title} has no object ACLs {cite(fact)}",
            "leave acl out; visibility and the bucket's own access rules decide who may read",
        )
    if fact.value == "ignored":
        return Refusal(
            f"{title} accepts ACLs without effect {cite(fact)}",
            "leave acl out; open the bucket with a bucket policy and set visibility to match",
        )
    return None


def _acl(title: str, able: Capabilities) -> Refusal | Narrowing | None:
    refusal = acl_refusal(title, able)
    if refusal is not None:
        return refusal
    canned = able.canned_acls
    if canned.value is None:
        return None
    values = tuple(sorted(canned.value))
    if able.acl.value == "bucket":
        return Narrowing(
            values,
            f"{title} keeps ACLs on buckets, and an object's must equal its bucket's "
            f"{cite(able.acl)}; leave acl out, or write one of {', '.join(values)}",
        )
    return Narrowing(
        values, f"{title} accepts the canned ACLs {', '.join(values)} {cite(canned)}; write one"
    )


def _addressing(title: str, able: Capabilities) -> Narrowing | None:
    styles = able.addressing.value
    if styles is None or len(styles) != 1:
        return None
    (style,) = styles
    return Narrowing(
        (style,),
        f"{title} serves {style} addressing only {cite(able.addressing)}; leave addressing out",
    )


def _checksum_algorithm(title: str, able: Capabilities) -> Refusal | Narrowing | None:
    fact = able.checksums
    if fact.value is None:
        # A server that does not know the header refuses it or leaves it out of its answer.
        return None
    verified = tuple(
        name for name in get_args(ChecksumAlgorithm) if fact.value.get(name) == "verified"
    )
    if not verified:
        verb = "ignores" if "ignored" in fact.value.values() else "refuses"
        return Refusal(
            f"{title} {verb} checksum headers {cite(fact)}",
            "leave checksum_algorithm out; every upload is signed with its SHA-256 all the same",
        )
    if len(verified) == len(get_args(ChecksumAlgorithm)):
        return None
    return Narrowing(verified, f"{title} verifies {', '.join(verified)} {cite(fact)}; write one")


def _encryption(title: str, able: Capabilities) -> Refusal | Narrowing | None:
    fact = able.encryption
    hint = "leave encryption out; what the vendor or the bucket encrypts by itself stays encrypted"
    if fact.value is None:
        return Refusal(f"{title} is not known to honour encryption headers", hint)
    honoured = tuple(name for name in _ENCRYPTION_TYPES if fact.value.get(name) == "yes")
    if not honoured:
        return Refusal(f"{title} honours none of {', '.join(_ENCRYPTION_TYPES)} {cite(fact)}", hint)
    if len(honoured) == len(_ENCRYPTION_TYPES):
        return None
    return Narrowing(
        honoured,
        f"{title} honours encryption of type {', '.join(honoured)} {cite(fact)}; "
        "write one, or leave encryption out",
    )


def _prevent_overwrite(title: str, able: Capabilities) -> Refusal | None:
    fact = able.put_if_absent
    hint = "leave prevent_overwrite out and give uploads names of their own (key_strategy)"
    if fact.value == "enforced":
        return None
    if fact.value == "refused":
        return Refusal(f"{title} refuses conditional uploads {cite(fact)}", hint)
    if fact.value == "ignored":
        return Refusal(
            f"{title} ignores If-None-Match and would overwrite in silence {cite(fact)}", hint
        )
    return Refusal(
        f"{title} is not known to honour If-None-Match; a server that ignores it would overwrite "
        "in silence",
        f'{hint}; or, where you know better, declare it: provider = "s3" with '
        'capabilities = { put_if_absent = "enforced" }',
    )


def _storage_class(title: str, able: Capabilities) -> Refusal | Narrowing | None:
    fact = able.storage_classes
    if fact.value is None:
        return Refusal(
            f"{title} is not known to accept storage classes",
            'leave storage_class out, or use provider = "s3", which passes it on',
        )
    if not fact.value:
        return Refusal(
            f"{title} takes no storage class with an upload {cite(fact)}", "leave storage_class out"
        )
    values = tuple(sorted(fact.value))
    return Narrowing(
        values,
        f"{title} has the storage classes {', '.join(values)} {cite(fact)}; "
        "write one, or leave storage_class out",
    )


def _tags(title: str, able: Capabilities) -> Refusal | None:
    fact = able.tagging
    hint = "leave tags out; use metadata"
    if fact.value == "no":
        return Refusal(f"{title} refuses object tags {cite(fact)}", hint)
    if fact.value == "ignored":
        return Refusal(f"{title} drops object tags without a word {cite(fact)}", hint)
    return None


_RULES: Mapping[str, Callable[[str, Capabilities], Refusal | Narrowing | None]] = {
    "acl": _acl,
    "addressing": _addressing,
    "checksum_algorithm": _checksum_algorithm,
    "encryption": _encryption,
    "prevent_overwrite": _prevent_overwrite,
    "storage_class": _storage_class,
    "tags": _tags,
}
