"""Checks settings against a schema and says every fault in the user's terms."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bucketry.config.schemas import Schema
from bucketry.config.settings import Fault, Path, Settings

if TYPE_CHECKING:
    from jsonschema import Draft7Validator

ENVELOPE: Schema = {
    "title": "bucketry configuration",
    "description": "Named providers, and which of them is the default.",
    "type": "object",
    "properties": {
        "$schema": {
            "title": "Schema",
            "description": "Address of this schema, for editors.",
            "type": "string",
        },
        "default": {
            "title": "Default provider",
            "description": "Name of the provider that is opened when none is named.",
            "type": "string",
            "examples": ["media"],
        },
        "providers": {
            "title": "Providers",
            "description": "The configured providers by name.",
            "x-missing": "put each provider into [providers.NAME], or write a single one as "
            "provider and its options",
            "type": "object",
            "minProperties": 1,
            "propertyNames": {
                "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
                "x-message": "a provider's name has 1 to 64 letters, digits, '-' or '_'",
            },
            "additionalProperties": {"type": "object"},
        },
    },
    "required": ["providers"],
    "additionalProperties": False,
}
"""What stands around the providers."""

ENTRY: Schema = {
    "type": "object",
    "properties": {
        "provider": {
            "title": "Vendor",
            "description": "The vendor's name, as `bucketry providers` lists them.",
            "type": "string",
            "minLength": 1,
            "x-missing": "it names the vendor",
        }
    },
    "required": ["provider"],
    "additionalProperties": False,
}
"""What is known of a provider's options before the vendor is."""


def check(settings: Settings, schema: Schema) -> list[Fault]:
    """Return what in `settings` does not follow `schema`, at the places the user wrote it.

    What is at fault is noted in `settings.unknown`.
    """
    errors = list(_validator(json.dumps(schema)).iter_errors(settings.values))
    if not errors:
        return []
    from bucketry.config.explain import explain

    faults: dict[Fault, None] = {}
    unknown: set[Path] = set()
    for finding in explain(errors, schema):
        missing = (*finding.path, finding.missing) if finding.missing else finding.path
        if finding.missing and missing in settings.unknown:
            continue
        unknown |= {missing, (*finding.path[:-1], finding.meant)} if finding.meant else {missing}
        origin = settings.origin(finding.path)
        sentence = finding.sentence
        if origin.variable:
            sentence += f" (the value of {origin.told_variable})"
        faults[Fault(origin.path, sentence)] = None
    settings.unknown.update(unknown)
    return list(faults)


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft7Validator:
    from jsonschema import Draft7Validator
    from referencing import Registry

    registry: Registry[Any] = Registry()  # without a way to fetch anything
    return Draft7Validator(json.loads(schema), registry=registry)
