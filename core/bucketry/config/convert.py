"""From checked settings to a vendor's frozen options class. cattrs is the only bridge."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin

from bucketry.errors import PluginError
from bucketry.model import AmbientCredentials, Credentials, Secret
from bucketry.vendor import Vendor

if TYPE_CHECKING:
    from cattrs import Converter


def to_options(values: Mapping[str, Any], vendor: Vendor, distribution: str) -> Any:
    """Return the vendor's options object.

    The schema has accepted `values`, so a refusal here means that schema and class disagree:
    `PluginError`, to be reported to the plugin's authors. It names options, never values.
    """
    try:
        return _converter().structure(dict(values), vendor.options)
    except (Exception, SystemExit):  # its message and its cause repeat values
        who = f"{vendor.name} ({distribution})" if distribution else vendor.name
        raise PluginError(
            who,
            f"its schema accepts what its options class refuses{_where(values, vendor.options)}; "
            "this is a fault of the plugin, please report it to its authors",
        ) from None


def _where(values: Mapping[str, Any], options: type[Any]) -> str:
    """Return which options the class refuses; the converter that tells it takes longer to make."""
    from cattrs import transform_error

    try:
        _converter(tells_places=True).structure(dict(values), options)
    except (Exception, SystemExit) as error:
        places = transform_error(error, "", format_exception=lambda _error, _type: "differs")
        named = sorted({place.partition("@ ")[2].lstrip("$.") for place in places} - {""})
        return f" at {', '.join(named)}" if named else ""
    return ""


@cache
def _converter(*, tells_places: bool = False) -> Converter:
    from cattrs import Converter

    converter = Converter(forbid_extra_keys=True, detailed_validation=tells_places)
    for kind in (str, bool):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(Secret, lambda value, _: Secret(_exactly(str)(value, str)))
    converter.register_structure_hook(FilePath, lambda value, _: FilePath(value))
    converter.register_structure_hook_func(
        _is_credentials, lambda value, _: _credentials(value, converter)
    )
    converter.register_structure_hook_func(
        lambda kind: cast(Any, get_origin(kind)) is Sequence,
        lambda value, kind: tuple(
            converter.structure(item, get_args(kind)[0]) for item in _exactly(list)(value, list)
        ),
    )
    return converter


def _exactly(kind: type) -> Any:
    def structure(value: Any, _: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError
        return value

    return structure


def _integer(value: Any, _: Any) -> int:
    # JSON Schema counts 4.0 as an integer.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise TypeError
    return value


def _number(value: Any, _: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _is_credentials(kind: Any) -> bool:
    if get_origin(kind) not in (Union, types.UnionType):
        return False
    return set(get_args(kind)) - {type(None)} == {Credentials, AmbientCredentials}


def _credentials(value: Any, converter: Converter) -> Credentials | AmbientCredentials | None:
    if value is None:
        return None
    if value == "ambient":
        return AmbientCredentials()
    if "profile" in value:
        return AmbientCredentials(**value)
    return converter.structure(value, Credentials)
