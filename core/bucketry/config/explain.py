"""From a schema's error to a sentence that says what to write, never with a value of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from attrs import frozen

from bucketry.config.schemas import Schema, at, member
from bucketry.config.settings import Path, dotted, quoted
from bucketry.limits import limits_in

if TYPE_CHECKING:
    from jsonschema import ValidationError

_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "null",
}

_LISTED = 12


@frozen
class Finding:
    """One fault: where, what, and for a missing or unknown option which one is meant."""

    path: Path
    sentence: str
    missing: str | None = None
    meant: str | None = None


def explain(errors: Iterable[ValidationError], root: Schema) -> list[Finding]:
    """Return a finding for each fault; a misspelt name and the option it leaves missing are one."""
    findings = [finding for error in errors for finding in _findings(error, root)]
    meant = {(finding.path[:-1], finding.meant) for finding in findings if finding.meant}
    return [
        finding
        for finding in findings
        if not finding.missing or (finding.path, finding.missing) not in meant
    ]


def _findings(error: ValidationError, root: Schema) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    schema: Schema = error.schema if isinstance(error.schema, dict) else {}
    instance: Any = error.instance
    if error.validator == "required":
        yield from _missing(path, error, at(root, path) or schema)
    elif error.validator == "additionalProperties" and schema["additionalProperties"] is False:
        patterns = "|".join(schema.get("patternProperties", ()))
        for name in instance:
            known = name in schema.get("properties", {})
            if not known and not (patterns and re.search(patterns, name)):
                yield _unknown(path, name, schema, root)
    elif "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
        yield Finding((*path, error.instance), _sentence(error, schema))
    else:
        yield Finding(path, _sentence(error, schema))


def _missing(path: Path, error: ValidationError, owner: Schema) -> Iterator[Finding]:
    required: Any = error.validator_value
    instance: Any = error.instance
    for name in required:
        if name not in instance:
            hint = (member(owner, name) or {}).get("x-missing", "")
            yield Finding(path, f"missing '{name}'" + (f"; {hint}" if hint else ""), missing=name)


def _unknown(path: Path, name: str, schema: Schema, root: Schema) -> Finding:
    where = (*path, name)
    sentence = f"unknown option {quoted(name)}"
    for refused, refusal in limits_in(schema).unsupported.items():
        if _bare(refused) == _bare(name):
            return Finding(where, f"{sentence}; it means '{refused}', and {refusal}")
    properties = schema.get("properties", {})
    meant = _same(name, properties)
    if meant is None:
        elsewhere = _anywhere(name, root)
        if elsewhere:
            return Finding(where, f"{sentence}; did you mean '{dotted(elsewhere)}'?")
        meant = next(iter(get_close_matches(name[:64], list(properties), n=1)), None)
    if meant is not None:
        return Finding(where, f"{sentence}; did you mean '{meant}'?", meant=meant)
    if schema.get("x-unknown"):
        sentence += f"; {schema['x-unknown']}"
    elif 0 < len(properties) <= _LISTED:
        sentence += f"; there are {', '.join(properties)}"
    return Finding(where, sentence)


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _same(name: str, properties: Schema) -> str | None:
    """Return the property that `name` is another spelling of: ``baseUrl`` for ``base_url``."""
    for known, schema in properties.items():
        spellings = [known, *_aliases(schema)]
        if _bare(name) in map(_bare, spellings):
            return str(known)
    return None


def _aliases(schema: Any) -> list[str]:
    return schema.get("x-aliases", []) if isinstance(schema, dict) else []


def _anywhere(name: str, schema: Any, path: Path = ()) -> Path | None:
    """Return the path of the first option of this name, in whatever spelling, at any depth."""
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    found = _same(name, properties)
    if found is not None:
        return (*path, found)
    for known, below in properties.items():
        deeper = _anywhere(name, below, (*path, known))
        if deeper is not None:
            return deeper
    return None


def _sentence(error: ValidationError, schema: Schema) -> str:
    wanted: Any = error.validator_value
    if error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        return f"must be {' or '.join(_WORDS[kind] for kind in kinds)}"
    if "x-reason" in schema:
        return str(schema["x-reason"])
    if "x-message" in schema:
        return str(schema["x-message"])
    match error.validator:
        case "enum":
            return _one_of(error.instance, [value for value in wanted if value is not None])
        case "const":
            return _one_of(error.instance, [wanted])
        case "minLength" | "minItems" | "minProperties" if wanted == 1:
            return "must not be empty"
        case "minimum":
            return f"must be at least {wanted:,}"
        case "maximum":
            return f"must be at most {wanted:,}"
        case "exclusiveMinimum":
            return f"must be more than {wanted:,}"
        case "exclusiveMaximum":
            return f"must be less than {wanted:,}"
        case "minLength":
            return f"must have at least {wanted:,} characters"
        case "maxLength":
            return f"must have at most {wanted:,} characters"
        case "minItems" | "minProperties":
            return f"must have at least {wanted:,} entries"
        case "maxItems" | "maxProperties":
            return f"must have at most {wanted:,} entries"
        case "uniqueItems":
            return "must not have the same entry twice"
        case "pattern":
            return f"must match {wanted}"
        case "not":
            return "is not possible here"
        case other:
            return f"does not follow the rule {other!r} of the vendor's schema"


def _one_of(given: object, values: list[Any]) -> str:
    shown = [value if isinstance(value, str) else str(value) for value in values]
    sentence = f"must be {shown[0]}" if len(shown) == 1 else f"must be one of {', '.join(shown)}"
    if isinstance(given, str) and len(shown) > 1:
        near = get_close_matches(given[:64].upper(), [text.upper() for text in shown], 1, 0.7)
        if near:
            meant = next(text for text in shown if text.upper() == near[0])
            sentence += f"; did you mean {meant}?"
    return sentence
