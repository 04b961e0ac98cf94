"""What strangers' files, paths and iterators say of themselves, whatever they do when asked."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterable, Iterable, Iterator
from contextlib import suppress
from inspect import iscoroutine
from pathlib import Path
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from bucketry.errors import InvalidSource, SourceChanged

Chunk = bytes | bytearray | memoryview
"""A piece of a source."""

READING = (OSError, ValueError, TypeError, AttributeError)
"""What Python raises of files that cannot be read; anything else is the application's own."""

_OWN_FILES = frozenset({io.BufferedReader, io.BufferedRandom, io.BytesIO, io.FileIO})


def unreadable(error: Exception, *, began: bool) -> SourceChanged | InvalidSource:
    """Return in our words what Python says of a closed or unreadable file."""
    reason = getattr(error, "strerror", None) or error
    if began:
        return SourceChanged(f"the file could be read no further: {reason}")
    return InvalidSource(f"the file cannot be read: {reason}")


def told(body: object, name: str) -> object:
    """Return an attribute of a stranger's file, None where it has none or fails to tell."""
    with suppress(Exception):
        return getattr(body, name, None)
    return None


def has(body: object, name: str) -> bool:
    """Return whether a stranger's file has an attribute."""
    with suppress(Exception):
        return hasattr(body, name)
    return False


def asked(body: object, name: str) -> object:
    """Return what a method without arguments says, None where there is none or it fails."""
    method: Any = told(body, name)
    with suppress(Exception):
        return method() if callable(method) else None
    return None


def path_of(body: os.PathLike[str]) -> Path:
    """Return the path, or raise `InvalidSource`."""
    try:
        return Path(body)
    except Exception as error:
        raise InvalidSource(f"{type(body).__name__} is no path: {_reason(error)}") from error


def check_not_ended(body: object) -> None:
    """Raise `InvalidSource` for a generator that has been read already, perhaps in vain."""
    ended = (isinstance(body, GeneratorType) and body.gi_frame is None) or (
        isinstance(body, AsyncGeneratorType) and body.ag_frame is None
    )
    if ended:
        raise InvalidSource(
            'the generator has ended, so nothing would be stored; make it anew, or pass b"" for an '
            "empty object"
        )


def chunks_of(body: Iterable[Chunk]) -> Iterator[Chunk]:
    """Return an iterator, or raise `InvalidSource`."""
    check_not_ended(body)
    try:
        return iter(body)
    except Exception as error:
        raise InvalidSource(
            f"{type(body).__name__} cannot be iterated: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """Return what an error of somebody else's says, where it can say anything."""
    with suppress(Exception):
        return str(error)
    return type(error).__name__


def gives_bytes(file: Any) -> bool:
    """Return whether a file can be read, though a class that has only `read` denies it."""
    try:
        file.read(0)
    except Exception:
        return False
    return True


def instead_of(body: object) -> str:
    """Return what to pass instead."""
    if isinstance(body, AsyncIterable) or iscoroutine(body):
        return "it is awaited; upload it with bucketry.aio"
    if hasattr(told(body, "file"), "read"):
        return "pass its .file"
    return "pass bytes, a pathlib.Path, a file opened in binary mode, or an iterator of bytes"


def reads_into(file: object) -> bool:
    """Return whether `readinto` gives what `read` gives: both are Python's own, or one is."""
    if type(file) in _OWN_FILES:
        return True
    return isinstance(file, io.RawIOBase) and getattr(type(file), "read", None) is io.RawIOBase.read
