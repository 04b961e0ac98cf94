"""How a case says what it wants: three checks whose failures can be read without the source.

They raise `AssertionError` themselves, because ``python -O`` removes `assert` statements, and a
suite that passes then would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E", bound=BaseException)

_LONGEST = 80


def _shown(value: object) -> str:
    if isinstance(value, bytes | bytearray) and len(value) > _LONGEST:
        return f"{len(value)} bytes beginning {bytes(value[:16])!r}"
    text = repr(value)
    return text if len(text) <= 4 * _LONGEST else f"{text[: 4 * _LONGEST]}..."


def same(got: object, wanted: object, what: str) -> None:
    """Fail unless `got` equals `wanted`; `what` names it, as the beginning of a sentence."""
    if got != wanted:
        raise AssertionError(f"{what}: wanted {_shown(wanted)}, got {_shown(got)}")


def holds(condition: object, what: str) -> None:
    """Fail unless `condition` is true; `what` says what is wrong then."""
    if not condition:
        raise AssertionError(what)


def raises(
    kind: type[E] | tuple[type[E], ...], what: str, call: Callable[..., Any], *args: Any, **kw: Any
) -> E:
    """Return the error of `kind` that the call raises; fail if it succeeds or raises another.

    `what` names the call, as the beginning of a sentence.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    wanted = " or ".join(each.__name__ for each in kinds)
    try:
        result = call(*args, **kw)
    except kind as error:
        return error
    except Exception as error:
        raise AssertionError(
            f"{what}: wanted {wanted}, got {type(error).__name__}: {error}"
        ) from error
    shown = _shown(result)
    if hasattr(result, "close"):
        result.close()
    raise AssertionError(f"{what}: wanted {wanted}, but it succeeded with {shown}")
