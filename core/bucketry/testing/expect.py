"""How a case says what it wants: checks whose failures can be read without the source.

They raise `CheckFailed` and never use `assert`, which ``python -O`` removes, and which a plugin
may fail too: the suite has to tell a rule that is broken from code that is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bucketry.errors import (
    BadCredentials,
    ClockSkew,
    InvalidInput,
    PluginError,
    RateLimited,
    SourceChanged,
    StorageError,
    Unavailable,
    Unconfirmed,
    UnsupportedOptionWarning,
)

E = TypeVar("E", bound=BaseException)

_LONGEST = 80

_TROUBLE = (Unavailable, RateLimited, Unconfirmed, BadCredentials, ClockSkew, SourceChanged)


class Skip(Exception):
    """Raised by a case that cannot be tried under this configuration; the text says why."""


class CheckFailed(AssertionError):
    """A rule does not hold. The cause is the error that stood in its way, if there was one."""


def answered(error: BaseException | None) -> bool:
    """Return whether the storage's own answer is behind an error.

    Trouble on the way, refused credentials, a crash or a fault of a plugin say nothing of what the
    storage can do.
    """
    return isinstance(error, StorageError) and not isinstance(error, _TROUBLE)


def require_answer(error: BaseException) -> None:
    """Raise `error` again unless the storage's own answer is behind it."""
    if not answered(error):
        raise error


def _shown(value: object) -> str:
    if isinstance(value, bytes | bytearray) and len(value) > _LONGEST:
        return f"{len(value)} bytes beginning {bytes(value[:16])!r}"
    text = repr(value)
    return text if len(text) <= 4 * _LONGEST else f"{text[: 4 * _LONGEST]}..."


def same(got: object, wanted: object, what: str) -> None:
    """Fail unless `got` equals `wanted`; `what` names it, as the beginning of a sentence."""
    if got != wanted:
        raise CheckFailed(f"{what}: wanted {_shown(wanted)}, got {_shown(got)}")


def holds(condition: object, what: str) -> None:
    """Fail unless `condition` is true; `what` says what is wrong then."""
    if not condition:
        raise CheckFailed(what)


def raises(
    kind: type[E] | tuple[type[E], ...], what: str, call: Callable[..., Any], *args: Any, **kw: Any
) -> E:
    """Return the error of `kind` that the call raises; fail if it succeeds or raises another.

    `what` names the call, as the beginning of a sentence. A `PluginError` must be asked for by its
    own name: no rule is kept by a plugin that breaks.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    wanted = " or ".join(each.__name__ for each in kinds)
    try:
        result = call(*args, **kw)
    except kind as error:
        if not isinstance(error, PluginError) or PluginError in kinds:
            return error
        raise CheckFailed(f"{what}: wanted {wanted}, got PluginError: {error}") from error
    except Exception as error:
        raise CheckFailed(
            f"{what}: wanted {wanted}, got {type(error).__name__}: {error}"
        ) from error
    shown = _shown(result)
    if hasattr(result, "close"):
        result.close()
    raise CheckFailed(f"{what}: wanted {wanted}, but it succeeded with {shown}")


def refusal(what: str, call: Callable[..., Any], *args: Any, **kw: Any) -> BaseException:
    """Return how a call is refused, or the warning that an option was left out.

    Fail if it succeeds without a word; `what` names it, as the beginning of a sentence.
    """
    try:
        call(*args, **kw)
    except (InvalidInput, UnsupportedOptionWarning) as error:
        return error
    except StorageError as error:
        require_answer(error)
        return error
    raise CheckFailed(f"{what} succeeded without a word")
