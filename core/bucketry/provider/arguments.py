"""Arguments that every method looks at in the same way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from bucketry.errors import InvalidInput, InvalidKey
from bucketry.keys import ExistingKey
from bucketry.model import ObjectInfo
from bucketry.texts import plain, shown

T = TypeVar("T")


def check_text(name: str, value: object) -> str:
    """Return an argument that must be text."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is a str, not {type(value).__name__}")
    try:
        str.encode(value)
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"{name} has a lone surrogate at position {error.start}, which cannot be encoded"
        ) from None
    return plain(value)


def text_or_none(name: str, value: object) -> str | None:
    """Return an argument that must be text, or None."""
    return None if value is None else check_text(name, value)


def path_of(name: str, value: object) -> Path:
    """Return an argument that must be a path."""
    try:
        if isinstance(value, str | os.PathLike):
            return Path(plain(value) if isinstance(value, str) else value)
    except Exception as error:
        raise InvalidInput(f"{name} is a path of text, not {type(value).__name__}") from error
    raise InvalidInput(f"{name} is a path, not {type(value).__name__}")


def check_flag(name: str, value: object) -> bool:
    """Return an argument that must be True or False."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} is True or False, not {type(value).__name__}")
    return value


def key_of(key: str | ObjectInfo) -> str:
    """Return the key of an object, given as such or by what a listing or `head` told of it."""
    if isinstance(key, ObjectInfo):
        return ExistingKey(key.key)
    if not isinstance(key, str):
        raise InvalidKey(f"a key is a str, not {type(key).__name__}")
    return key if type(key) is ExistingKey else plain(key)


def check_names(
    what: str, given: Mapping[str, object], known: Mapping[str, object], *arguments: str
) -> None:
    """Refuse options that `what` does not have, and name the option or argument that is near."""
    if not given.keys() <= known.keys():
        unknown = sorted(given.keys() - known.keys())
        near = get_close_matches(unknown[0], [*known, *arguments], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise InvalidInput(f"{what} has no option {shown(unknown[0])}{meant}")


def check_progress(progress: object) -> None:
    """Refuse what cannot be called each time that something has moved."""
    if progress is not None and not callable(progress):
        raise InvalidInput("progress is a function that takes a number")


def each_key(keys: Iterable[T]) -> Iterable[T]:
    """Return `keys` unless it is one text, which would count as a key per letter."""
    if isinstance(keys, str | bytes | bytearray):
        raise InvalidInput(
            f"many keys are a list; one {type(keys).__name__} would be taken as a key per letter"
        )
    try:
        found = None if hasattr(keys, "read") else iter(keys)
    except Exception:
        found = None
    if found is None:
        raise InvalidInput(f"many keys are a list, not {type(keys).__name__}")
    return found
