"""What is changed of an object that is there: its headers, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry.errors import InvalidInput
from bucketry.headers import check_kept_value, check_metadata
from bucketry.model import ObjectInfo
from bucketry.provider.arguments import key_of, text_or_none
from bucketry.provider.ground import Ground
from bucketry.provider.listing import told
from bucketry.provider.perform import perform
from bucketry.provider.upload_options import check_extra_params

KEEP: Any = ...
"""Stands for a header that stays as it is, because None takes one away; no text could."""


def set_headers(
    ground: Ground, key: str | ObjectInfo, headers: Mapping[str, Any], metadata: object
) -> ObjectInfo:
    """Change headers and metadata of an object."""
    changes = {name: value for name, value in headers.items() if value is not KEEP}
    for name, value in changes.items():
        changes[name] = text_or_none(name, value)
        if value is not None and not check_kept_value(name, changes[name]):
            raise InvalidInput(f"{name} is empty; None takes a header away")
    if metadata is not None:
        changes["metadata"] = check_metadata(metadata)  # type: ignore[arg-type] # it looks
    if not changes:
        raise InvalidInput("say which header is to change")
    object_key = ground.root.existing(key := key_of(key))
    with perform(ground, "set_headers", key, changes) as operation:
        info = operation.answer = told(ground, ground.ask.set_headers(object_key, changes))
    return info


def restore(
    ground: Ground, key: str | ObjectInfo, days: int, extra_params: Mapping[str, Any] | None
) -> bool:
    """Have an archived object brought back."""
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 36_500:
        raise InvalidInput("days are a whole number, from 1 to 36,500")
    object_key = ground.root.existing(key := key_of(key))
    params = check_extra_params(extra_params, ground.vendor.protected_params)
    with perform(ground, "restore", key, {"days": days}) as operation:
        readable = operation.answer = ground.ask.restore(object_key, days, params)
    return readable
