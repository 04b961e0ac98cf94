"""Secrets, and as whom a client connects."""

from __future__ import annotations

import hashlib
from typing import NoReturn

from attrs import field, frozen

from bucketry.errors import InvalidInput
from bucketry.texts import plain


class Secret:
    """A value that never shows itself: `reveal()` is the only way to read it.

    Its repr, str and format are ``***`` and it refuses to be pickled, so that neither a log, a
    traceback with locals nor a task queue carries it away.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Hold `value`; `InvalidInput` if it is no text."""
        if not isinstance(value, str):
            raise InvalidInput(f"a secret is a str, not {type(value).__name__}")
        self._value = plain(value)

    def reveal(self) -> str:
        """Return the secret text."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(hashlib.sha256(self._value.encode("utf-8", "surrogatepass")).digest())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled; send its name and resolve it on the other side")


@frozen(kw_only=True)
class Credentials:
    """A fixed key pair; `session_token` belongs to temporary credentials only."""

    access_key_id: str = field(repr=False)
    secret_access_key: Secret
    session_token: Secret | None = None


@frozen(kw_only=True)
class AmbientCredentials:
    """The SDK's own credential chain, asked for by name; `profile` picks one of its profiles."""

    profile: str | None = None
