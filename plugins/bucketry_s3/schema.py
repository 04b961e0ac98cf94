"""What a vendor's capabilities mean for its configuration, and the schema that says so.

`refusals` is the one place that decides which options a vendor cannot honour. `build_schema` writes
them into a flat, closed JSON Schema (draft-07, which editors know for TOML and YAML too). Two
keywords of our own explain: ``x-unsupported`` holds options that are not there, with reason and
mend; ``x-reason`` says why an option's values are fewer than S3's. Other tools ignore both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs
from attrs import field, frozen

from bucketry import Capabilities, Encryption, Fact, SchemaFile, Vendor
from bucketry.model import ChecksumAlgorithm

LEAVES = "leaves.schema.json#/$defs/"
"""Where the options' common definitions are, seen from any vendor's schema."""

_ENCRYPTION_TYPES: tuple[str, ...] = get_args(get_type_hints(Encryption)["type"])


@frozen
class Refusal:
    """Why an option cannot be used with a vendor, and what to do instead."""

    reason: str
    mend: str


@frozen
class Narrowing:
    """The values that a vendor accepts of an option, and why only those."""

    values: tuple[str, ...]
    reason: str


@frozen
class Limits:
    """All that a vendor cannot honour, by option."""

    unsupported: Mapping[str, Refusal] = field(factory=dict)
    narrowed: Mapping[str, Narrowing] = field(factory=dict)


def refusals(title: str, able: Capabilities, *, declared: bool = False) -> Limits:
    """Return what a vendor with these capabilities cannot honour.

    What is not known is refused where it could fail in silence or is billed. With `declared` the
    capabilities come from the configuration itself, and then what it leaves open is let through,
    all but `prevent_overwrite`, which protects files.
    """
    unsupported: dict[str, Refusal] = {}
    narrowed: dict[str, Narrowing] = {}
    rules = {
        "acl": _acl,
        "addressing": _addressing,
        "checksum_algorithm": _checksum_algorithm,
        "encryption": _encryption,
        "prevent_overwrite": _prevent_overwrite,
        "storage_class": _storage_class,
        "tags": _tags,
    }
    for option, rule in rules.items():
        if declared and option in _LET_THROUGH and not getattr(able, _LET_THROUGH[option]).known:
            continue
        outcome = rule(title, able)
        if isinstance(outcome, Refusal):
            unsupported[option] = outcome
        elif isinstance(outcome, Narrowing):
            narrowed[option] = outcome
    return Limits(unsupported, narrowed)


# Options that are let through while a declared capability is unknown, and which one that is.
_LET_THROUGH = {"encryption": "encryption", "storage_class": "storage_classes"}


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
            "leave checksum_algorithm out; uploads are still proven by Content-MD5 and ETag",
        )
    if len(verified) == len(get_args(ChecksumAlgorithm)):
        return None
    return Narrowing(verified, f"{title} verifies {', '.join(verified)} {cite(fact)}; write one")


def _encryption(title: str, able: Capabilities) -> Refusal | Narrowing | None:
    fact = able.encryption
    mend = "leave encryption out; what the vendor or the bucket encrypts by itself stays encrypted"
    if fact.value is None:
        return Refusal(f"{title} is not known to honour encryption headers", mend)
    honoured = tuple(name for name in _ENCRYPTION_TYPES if fact.value.get(name) == "yes")
    if not honoured:
        return Refusal(f"{title} honours none of {', '.join(_ENCRYPTION_TYPES)} {cite(fact)}", mend)
    if len(honoured) == len(_ENCRYPTION_TYPES):
        return None
    return Narrowing(
        honoured,
        f"{title} honours encryption of type {', '.join(honoured)} {cite(fact)}; "
        "write one, or leave encryption out",
    )


def _prevent_overwrite(title: str, able: Capabilities) -> Refusal | None:
    fact = able.put_if_absent
    mend = "leave prevent_overwrite out and give uploads names of their own (key_strategy)"
    if fact.value == "enforced":
        return None
    if fact.value == "refused":
        return Refusal(f"{title} refuses conditional uploads {cite(fact)}", mend)
    if fact.value == "ignored":
        return Refusal(
            f"{title} ignores If-None-Match and would overwrite in silence {cite(fact)}", mend
        )
    return Refusal(
        f"{title} is not known to honour If-None-Match; a server that ignores it would overwrite "
        "in silence",
        f'{mend}; or, where you know better, declare it: provider = "s3" with '
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
    if fact.value == "no":
        return Refusal(f"{title} refuses object tags {cite(fact)}", "leave tags out; use metadata")
    if fact.value == "ignored":
        return Refusal(
            f"{title} drops object tags without a word {cite(fact)}",
            "leave tags out; use metadata",
        )
    return None


def _leaves() -> dict[str, Any]:
    text = SchemaFile(package="bucketry_schemas", path="leaves.schema.json").read_text()
    leaves: dict[str, Any] = json.loads(text)["$defs"]
    return leaves


def _narrowed(leaf: dict[str, Any], narrowing: Narrowing) -> dict[str, Any]:
    """Write an option out with fewer values; of `encryption` it is the type that has them."""
    if leaf["type"] == "object":
        types = _narrowed(leaf["properties"]["type"], narrowing)
        return {**leaf, "properties": {**leaf["properties"], "type": types}}
    free_text = ("pattern", "x-message")
    kept = {name: value for name, value in leaf.items() if name not in free_text}
    return {
        **kept,
        "enum": list(narrowing.values),
        "examples": [narrowing.values[0]],
        "x-reason": narrowing.reason,
    }


def build_schema(vendor: Vendor) -> dict[str, Any]:
    """Return the flat closed schema of a vendor's configuration.

    An option is a reference to its common definition, unless the vendor narrows it or the field of
    its options class brings a definition of its own in ``metadata={"schema": {...}}``. Where the
    configuration declares capabilities (`Vendor.capabilities_for`), nothing is refused here: the
    check does it, once they are known.
    """
    limits = Limits() if vendor.capabilities_for else refusals(vendor.title, vendor.capabilities)
    leaves = _leaves()
    properties: dict[str, Any] = {}
    required = []
    for option in attrs.fields(vendor.options):
        if option.name in limits.unsupported:
            continue
        if option.name in limits.narrowed:
            properties[option.name] = _narrowed(leaves[option.name], limits.narrowed[option.name])
        else:
            own = option.metadata.get("schema")
            properties[option.name] = own or {"$ref": LEAVES + option.name}
        if option.default is attrs.NOTHING:
            required.append(option.name)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": vendor.title,
        "description": vendor.summary,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        "x-unsupported": {
            option: {"reason": refusal.reason, "mend": refusal.mend}
            for option, refusal in limits.unsupported.items()
        },
    }


def schema_text(vendor: Vendor) -> str:
    """Return the text of a vendor's schema file."""
    return json.dumps(build_schema(vendor), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, vendors: Iterable[Vendor]) -> None:
    """Write ``<name>.schema.json`` of each vendor into `folder`."""
    for vendor in vendors:
        (folder / f"{vendor.name}.schema.json").write_text(schema_text(vendor), "utf-8")
