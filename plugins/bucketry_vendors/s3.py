"""Any other S3 endpoint, with what it can do declared in the configuration.

Nothing is known of it, so nothing is refused for lack of knowledge, with one exception:
`prevent_overwrite` protects files, and a server that does not know If-None-Match overwrites in
silence. It needs `capabilities = { put_if_absent = "enforced" }`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import attrs
from attrs import field

from bucketry import Capabilities
from bucketry.model import About, about_capabilities
from bucketry_s3 import Profile, S3Options, s3_vendor
from bucketry_s3.facts import documented

# What a configuration may declare follows from the capabilities themselves: name to the type of the
# value, and what it is.
_TYPES = get_type_hints(Capabilities)
_DECLARABLE: Mapping[str, tuple[Any, About]] = {
    name: (get_args(_TYPES[name])[0], about)
    for name, about in about_capabilities().items()
    if about.declarable
}


def _schema_of(kind: Any, about: About) -> dict[str, Any]:
    shown = {"description": f"{about.meaning[0].upper()}{about.meaning[1:]}."}
    if kind is int:
        most = {} if about.most is None else {"maximum": about.most}
        return {**shown, "type": "integer", "minimum": 1, **most}
    return {**shown, "enum": list(get_args(kind))}


_SCHEMA: dict[str, Any] = {
    "description": "What the server can do, where it matters; see the capabilities in the docs.",
    "type": "object",
    "additionalProperties": False,
    "properties": {name: _schema_of(*one) for name, one in _DECLARABLE.items()},
}

Declared = attrs.make_class(
    "Declared",
    {name: field(default=None, type=kind | None) for name, (kind, _) in _DECLARABLE.items()},
    frozen=True,
    kw_only=True,
)
"""What the configuration says of its server; each field is one of `Capabilities`."""

AnyS3Options = attrs.make_class(
    "AnyS3Options",
    {"capabilities": field(factory=Declared, type=Declared, metadata={"schema": _SCHEMA})},
    bases=(S3Options,),
    frozen=True,
    kw_only=True,
)
"""Options of any S3 endpoint; `endpoint` is needed."""


def _declared(able: Capabilities, options: Any) -> Capabilities:
    declared = attrs.asdict(options.capabilities, recurse=False)
    facts = {
        name: documented(value, "the configuration", as_of="")
        for name, value in declared.items()
        if value is not None
    }
    return attrs.evolve(able, **facts)


profile = Profile(endpoint="", addressing="path", default_region="us-east-1")

vendor = s3_vendor(
    name="s3",
    title="Generic S3 server",
    summary="Any other endpoint; what it can do is declared in `capabilities`.",
    docs_url="https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html",
    options=AnyS3Options,
    capabilities_for=_declared,
    profile=profile,
    capabilities=Capabilities(),
)
