"""Holds a vendor's schema and its options class together: what users may write, code may rely on.

The class is written by hand, and so is the schema, or the definitions it is made of: each for its
readers. One test keeps them equal::

    def test_schema_and_options_agree():
        assert check_agreement(vendor) == []
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from bucketry.config.schemas import LEAVES, Schema, own_schema, vendor_schema
from bucketry.config.schemas import types as json_types
from bucketry.errors import PluginError
from bucketry.model import AmbientCredentials, Credentials, Secret
from bucketry.vendor import CommonOptions, Vendor

_PLAIN: dict[Any, str] = {
    str: "string",
    Secret: "string",
    Path: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
}


def check_agreement(vendor: Vendor) -> list[str]:
    """Return every difference between a vendor's schema and its options class.

    Compared, nested classes too: names, required against no default, types, `enum` against
    `Literal`, defaults, and that secrets are marked ``writeOnly`` and hidden from reprs. An option
    under ``x-unsupported`` must be missing from the schema's properties and be optional in the
    class; an `enum` may leave out values of the `Literal` only with an ``x-reason``.
    """
    try:
        schema = vendor_schema(vendor, "")
    except PluginError as error:
        return [str(error)]
    if not attrs.has(vendor.options):
        return [f"{vendor.options!r} is no attrs class"]
    refused = frozenset(schema.get("x-unsupported", {}))
    found = list(_compare_class(schema, vendor.options, "", refused))
    names = {option.name for option in attrs.fields(vendor.options)}
    for name in sorted(n for n in vars(CommonOptions) if not n.startswith("_")):
        if name not in names:
            found.append(f"{name}: the host reads it, but the class lacks it")
    for name in sorted(refused - set(own_schema(LEAVES)["$defs"])):
        if not _exists(vendor.options, name.split(".")):
            found.append(f"{name}: under x-unsupported, but there is no such option anywhere")
    return found


def _exists(kind: Any, path: list[str]) -> bool:
    hints = get_type_hints(kind) if attrs.has(kind) else {}
    if path[0] not in hints:
        return False
    return len(path) == 1 or _exists(_without_none(hints[path[0]]), path[1:])


def _compare_class(
    schema: Schema, kind: type[Any], path: str, refused: frozenset[str]
) -> Iterator[str]:
    written = dict(schema.get("properties", {}))
    if not path:
        written.pop("provider", None)
    required = set(schema.get("required", ()))
    hints = get_type_hints(kind)
    for option in attrs.fields(kind):
        where = f"{path}{option.name}"
        below = written.pop(option.name, None)
        below = {} if below is True else below
        if where in refused:
            if below is not None:
                yield f"{where}: under x-unsupported, but among the properties too"
            if option.default is attrs.NOTHING:
                yield f"{where}: under x-unsupported, but the class requires it"
            continue
        if below is None:
            yield f"{where}: in the class, not in the schema"
            continue
        if (option.name in required) != (option.default is attrs.NOTHING):
            side = "schema" if option.name in required else "class"
            yield f"{where}: only the {side} requires it"
        if bool(below.get("writeOnly")) != _is_hidden(option, hints[option.name]):
            yield f"{where}: a secret is both writeOnly in the schema and hidden in the class"
        yield from _compare_default(below, option.default, where)
        yield from _compare_type(below, hints[option.name], f"{where}", refused)
    for name in written:
        yield f"{path}{name}: in the schema, not in the class"


def _is_hidden(option: Any, hint: Any) -> bool:
    return _without_none(hint) is Secret or option.repr is False


def _compare_default(schema: Schema, default: Any, where: str) -> Iterator[str]:
    value: Any = None if default is attrs.NOTHING else default
    if hasattr(value, "factory"):  # attrs.Factory is a class at run time, but not for type checkers
        if getattr(value, "takes_self", False):
            return  # it follows from other options, which no schema can tell
        value = value.factory()
    if attrs.has(type(value)):
        return  # its own options are compared one by one
    if isinstance(value, tuple | list):
        value = list(value)
    told = schema.get("default")
    if value != told or isinstance(value, bool) != isinstance(told, bool):
        yield f"{where}: default is {value!r} in the class, {told!r} in the schema"


def _compare_type(schema: Schema, hint: Any, where: str, refused: frozenset[str]) -> Iterator[str]:
    kind = _without_none(hint)
    wanted: tuple[str, ...]
    if get_origin(kind) is Literal:
        yield from _compare_values(schema, get_args(kind), where)
        wanted = tuple(sorted({_PLAIN[type(value)] for value in get_args(kind)}))
    elif _is_credentials(kind):
        wanted = ("object", "string")
        yield from _compare_credentials(schema, where)
    elif kind in _PLAIN:
        wanted = (_PLAIN[kind],)
    elif get_origin(kind) in (list, tuple, Sequence):
        wanted = ("array",)
        yield from _compare_type(schema.get("items", {}), get_args(kind)[0], f"{where}[]", refused)
    elif attrs.has(kind):
        wanted = ("object",)
        if schema.get("additionalProperties") is not False:
            yield f"{where}: a table with its own class must be closed in the schema"
        yield from _compare_class(schema, kind, f"{where}.", refused)
    elif get_origin(kind) in (dict, Mapping):
        wanted = ("object",)
        value = get_args(kind)[1]
        if value is not Any:
            below = schema.get("additionalProperties", {})
            if isinstance(below, dict):
                yield from _compare_type(below, value, f"{where}.*", refused)
            elif below:
                yield f"{where}: the schema accepts any value, the class {value!r} only"
    elif kind is Any:
        return
    else:
        yield f"{where}: the type {hint!r} cannot be compared; use plain types"
        return
    told = tuple(sorted(json_types(schema))) or _types_of(schema.get("enum", ()))
    if told != wanted:
        yield (
            f"{where}: type is {' or '.join(wanted)} in the class, "
            f"{' or '.join(told) or 'anything'} in the schema"
        )


def _types_of(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(sorted({_PLAIN.get(type(value), "null") for value in values}))


def _compare_values(schema: Schema, allowed: Sequence[Any], where: str) -> Iterator[str]:
    told = schema.get("enum", ())
    unknown = [value for value in told if value not in allowed]
    missing = [value for value in allowed if value not in told]
    if unknown or (missing and "x-reason" not in schema):
        yield f"{where}: values are {list(allowed)} in the class, {list(told)} in the schema"


def _compare_credentials(schema: Schema, where: str) -> Iterator[str]:
    names = {
        option.name for kind in (Credentials, AmbientCredentials) for option in attrs.fields(kind)
    }
    told = set(schema.get("properties", {}))
    for name in sorted(names ^ told):
        yield f"{where}.{name}: only in the {'class' if name in names else 'schema'}"


def _is_credentials(kind: Any) -> bool:
    return _is_union(kind) and set(get_args(kind)) == {Credentials, AmbientCredentials}


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _without_none(hint: Any) -> Any:
    if not _is_union(hint):
        return hint
    left = [kind for kind in get_args(hint) if kind is not type(None)]
    return left[0] if len(left) == 1 else Union[tuple(left)]  # noqa: UP007 - built at run time
