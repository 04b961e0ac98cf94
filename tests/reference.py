"""The pages of docs/reference: the configuration by its schemas, API and hooks by docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import bucketry
from bucketry import ProviderHooks
from bucketry.cli.starter import toml
from bucketry.config.schemas import LEAVES, Schema, leaf, own_schema, types, vendor_schema
from bucketry.host.catalog import Catalog
from bucketry_s3 import S3Hooks

_MADE = "<!-- Made by `make generate`; edit what it is made from. -->\n"

# -- the configuration ---------------------------------------------------------------------------

_FEW = 8
"""Vendors up to which those are named that do without an option."""


def configuration(catalog: Catalog) -> str:
    """Return the page of every option of a provider."""
    schemas = {
        name: vendor_schema(catalog.load(name), catalog.distribution(name))
        for name in catalog.names()
    }
    head = f"""\
# Configuration reference

{_MADE}
What may stand below `[providers.NAME]`, made from the schema that decides. `provider` names the
vendor; `bucketry init VENDOR` writes a first configuration with all that the vendor takes, and
[the vendors' pages](../vendors/matrix.md) say what it can do. In the place of a single value may
stand `{{ env = "NAME" }}`, with `default = "..."` if you like. Which file is found: [the command
line](../cli.md#options-of-every-command).

Outside of the providers there is `default`, the name of the one that is opened when none is named.

## Options
"""
    # Shared options in the order of their file, then what some vendor has of its own.
    options = dict.fromkeys(own_schema(LEAVES)["$defs"])
    options.update(dict.fromkeys(name for one in schemas.values() for name in one["properties"]))
    sections = (_option(name, schemas) for name in options if _takers(schemas, name))
    return "\n".join([head, *sections])


def _takers(schemas: Mapping[str, Schema], option: str) -> list[str]:
    return [name for name, schema in schemas.items() if option in schema["properties"]]


def _option(name: str, schemas: Mapping[str, Schema]) -> str:
    takers = _takers(schemas, name)
    shared = name in own_schema(LEAVES)["$defs"]
    schema = leaf(name) if shared else schemas[takers[0]]["properties"][name]
    lines = [f"### {name}", "", schema["description"], "", *_facts(schema)]
    lines.append(f"- For: {_vendors(takers, schemas)}.")
    needed = [vendor for vendor in takers if name in schemas[vendor].get("required", ())]
    if needed:
        lines.append(f"- Must be there for: {_vendors(needed, schemas)}.")
    refused = [vendor for vendor in takers if name in schemas[vendor].get("x-unsupported", {})]
    if refused:
        lines.append(f"- Refused for: {_vendors(refused, schemas)}.")
    for vendor in takers:
        its = schemas[vendor]["properties"][name]
        if its.get("description", schema["description"]) != schema["description"]:
            lines.append(f"- With `{vendor}`: {its['description']} {' '.join(_told(its))}")
    members = schema.get("properties", {})
    if members:
        lines += ["", "| In it | Meaning |", "|---|---|"]
        lines += [
            f"| `{member}` | {below.get('description', '')} {' '.join(_told(below))} |"
            for member, below in members.items()
        ]
    return "\n".join([*lines, ""])


def _facts(schema: Schema) -> Iterator[str]:
    for fact in _told(schema):
        yield f"- {fact}"


def _told(schema: Schema) -> Iterator[str]:
    yield f"{_kind(schema)}."
    if "default" in schema:
        yield f"Default: `{toml(schema['default'])}`."
    if schema.get("examples"):
        yield f"Example: `{toml(schema['examples'][0])}`."


def _kind(schema: Schema) -> str:
    if "enum" in schema:
        return "One of " + ", ".join(f"`{toml(value)}`" for value in schema["enum"])
    words = {
        "string": "text",
        "integer": "a whole number",
        "boolean": "true or false",
        "object": "a table",
        "array": "a list",
    }
    told = " or ".join(words.get(kind, kind) for kind in types(schema)) or "any value"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None:
        told += f", {low:,} or more" if high is None else f" from {low:,} to {high:,}"
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if high is not None:
        told += f" of {low} to {high} characters"
    elif low > 1:
        told += f" of {low} characters or more"
    return told[0].upper() + told[1:]


def _vendors(names: list[str], schemas: Mapping[str, Schema]) -> str:
    missing = [name for name in schemas if name not in names]
    if not missing:
        return "every vendor"
    if len(missing) <= min(_FEW, len(names)):
        return f"every vendor but {', '.join(f'`{name}`' for name in missing)}"
    return ", ".join(f"`{name}`" for name in names)


# -- the API -------------------------------------------------------------------------------------

_ELSEWHERE = {"ProviderHooks", "hookimpl", "hookspec"}


def api() -> str:
    """Return the page of everything that `bucketry` offers, by its docstrings."""
    head = f"""\
# API reference

{_MADE}
What `import bucketry` offers, by its docstrings. Errors have [a page of their own](../errors.md),
hooks [theirs](hooks.md). `bucketry.aio` has the same functions and methods,
[awaited](../howto/async.md).
"""
    things = {name: getattr(bucketry, name) for name in bucketry.__all__}
    functions = {n: t for n, t in things.items() if inspect.isfunction(t)}
    classes = {n: t for n, t in things.items() if inspect.isclass(t) and n not in _ELSEWHERE}
    values = {n: t for n, t in classes.items() if not issubclass(t, Exception) and n != "Provider"}
    parts = [head, "## Opening\n"]
    parts += [_function(name, function, "###") for name, function in functions.items()]
    parts += [_class("Provider", bucketry.Provider, "##"), "## Values\n"]
    parts += [_class(name, kind, "###") for name, kind in values.items()]
    # Where `help` shows the options of an upload with each method, a page needs them once.
    block = r"(\*\*Options:\*\*\n\n(?:[- ] .*\n)+)"
    before, options, after = re.split(block, "\n".join(parts), maxsplit=1)
    told_above = "Options: those of [upload](#providerupload).\n"
    return before + options + after.replace(options, told_above)


# -- the hooks -----------------------------------------------------------------------------------


def hooks() -> str:
    """Return the page of all hooks, by their docstrings."""
    head = f"""\
# Hook reference

{_MADE}
Every hook that a layer may have. What a layer is, its rules, and what is checked of each answer:
[hooks](../hooks.md).
"""
    parts = [head]
    for title, spec in (("Every vendor", ProviderHooks), ("Vendors that speak S3", S3Hooks)):
        parts.append(f"## {title}\n")
        for name, hook in vars(spec).items():
            if name.startswith("bucketry_"):
                parts.append(f"### {name}\n\n{_hook(name, hook)}")
    return "\n".join(parts)


def _hook(name: str, hook: Any) -> str:
    told, _, example = inspect.cleandoc(hook.__doc__).partition("\nExample:\n")
    told = re.sub(r"^(A[a-z ]+:) ", r"**\1** ", _markdown(told), flags=re.M)
    code = re.sub(r"^    (>>>|\.\.\.) ?", "", example, flags=re.M)
    if "import hookimpl\n" not in code:  # the module of the contract has it
        code = f"from bucketry import hookimpl\n{code}"
    code = code.replace("\nclass ", "\n\n\nclass ")
    # Annotations are text, which inspect would show in quotes.
    signature = str(inspect.signature(hook)).replace("'", "")
    return f"```python\ndef {name}{signature}\n```\n\n{told}\n```python\n{code}\n```\n"


def _class(name: str, kind: type, level: str) -> str:
    parts = [f"{level} {name}\n", _markdown(kind.__doc__)]
    for member, thing in vars(kind).items():
        if member.startswith("_"):
            continue
        if isinstance(thing, property):
            parts.append(f"{level}# {name}.{member}\n\n{_markdown(thing.__doc__)}")
        elif inspect.isfunction(thing):
            parts.append(_function(f"{name}.{member}", thing, f"{level}#"))
    return "\n".join(parts)


def _function(name: str, function: Any, level: str) -> str:
    return f"{level} {name}\n\n{_signature(name, function)}\n{_markdown(function.__doc__)}"


def _signature(name: str, function: Any) -> str:
    signature = inspect.signature(function)
    shown, star = [], False
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        text = parameter.name
        if parameter.kind is parameter.VAR_KEYWORD:
            text = f"**{text}"
        if parameter.annotation is not parameter.empty:
            text += f": {parameter.annotation}"
        if parameter.default is not parameter.empty:
            text += f" = {parameter.default!r}"
        shown.append(text)
    called = name.rpartition(".")[2]
    returned = signature.return_annotation
    answer = "" if returned is signature.empty else f" -> {returned}"
    line = f"{called}({', '.join(shown)}){answer}"
    if len(line) > 100:
        line = f"{called}(\n    " + ",\n    ".join(shown) + f",\n){answer}"
    return f"```python\n{line}\n```\n"


def _markdown(docstring: str | None) -> str:
    """Return a docstring as Markdown: sections become lists, examples become code."""
    lines: list[str] = []
    section = code = False
    for line in inspect.cleandoc(docstring or "").splitlines():
        if line.lstrip().startswith((">>>", "...")):
            if not code:
                lines += ["```pycon"]
            code = True
            lines.append(re.sub(r"\s*# doctest:.*", "", line))
            continue
        if code:
            lines.append("```")
            code = False
        if re.fullmatch(r"[A-Z][a-z]+:", line):
            section = True
            lines += [f"**{line}**", ""]
        elif section and line.startswith("    ") and not line.startswith("     "):
            named = re.match(r"    ([\w, *`]+): (.*)", line)
            lines.append(f"- `{named[1]}`: {named[2]}" if named else f"- {line.strip()}")
        elif section and line.startswith("     "):
            lines.append(f"  {line.strip()}")
        else:
            section = section and not line
            lines.append(line)
        lines[-1] = re.sub(r"``(.+?)``", r"`\1`", lines[-1])
    if code:
        lines.append("```")
    return "\n".join(lines) + "\n"
