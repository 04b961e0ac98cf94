"""Keeps a provider's own secrets out of the errors that its layers raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from bucketry.model import Secret

MIN_LENGTH = 8
"""Shorter secrets are left alone: they would be found in the middle of every word."""


class Mask:
    """Knows the secrets in a provider's options and takes them out of texts."""

    def __init__(self, options: Any) -> None:
        found = set(secrets_of(options))
        # Longest first, in case one is a part of another.
        self._secrets = sorted((s for s in found if len(s) >= MIN_LENGTH), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return `text` with ``***`` in place of every secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def each(self, value: Any) -> Any:
        """Return `value` with every secret masked in the texts of it: a text, a list of texts."""
        if isinstance(value, str):
            return self(value)
        return [self.each(one) for one in value] if isinstance(value, list) else value

    def shown_by(self, error: BaseException | None) -> bool:
        """Return whether a traceback of `error` would show a secret in a message or a note."""
        return error is not None and any(self(text) != text for text in _texts(error))


def _texts(error: BaseException | None) -> Iterator[str]:
    """Yield all that a traceback says: messages, notes, causes, members of a group."""
    while error is not None:
        yield str(error)
        yield from (str(note) for note in getattr(error, "__notes__", ()))
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _texts(member)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def secrets_of(value: Any) -> Iterator[str]:
    """Yield the text of every `Secret` in a provider's options."""
    if isinstance(value, Secret):
        yield value.reveal()
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from secrets_of(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from secrets_of(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from secrets_of(inner)
