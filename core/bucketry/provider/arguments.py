"""Arguments that every method looks at in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from bucketry.errors import InvalidInput
from bucketry.keys import ExistingKey
from bucketry.model import ObjectInfo

T = TypeVar("T")


def check_text(name: str, value: object) -> str:
    """Return an argument that must be text."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is a str, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"{name} has a lone surrogate at position {error.start}, which cannot be encoded"
        ) from None
    return value


def key_of(key: str | ObjectInfo) -> str:
    """Return the key of an object, given as such or by what a listing or `head` told of it."""
    return ExistingKey(key.key) if isinstance(key, ObjectInfo) else key


def check_names(
    what: str, given: Mapping[str, object], known: Mapping[str, object], *arguments: str
) -> None:
    """Refuse options that `what` does not have, and name the option or argument that is near."""
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        near = get_close_matches(unknown[0], [*known, *arguments], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise InvalidInput(f"{what} has no option {unknown[0]!a}{meant}")


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
    if not isinstance(keys, Iterable) or hasattr(keys, "read"):
        raise InvalidInput(f"many keys are a list, not {type(keys).__name__}")
    return keys
