"""What an error says: of the storage, or of code that is broken, and then whose."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from types import CodeType, TracebackType
from typing import Any

from bucketry.errors import BucketryError, UnsupportedOptionWarning
from bucketry.host.layers import NamedLayer
from bucketry.testing.expect import CheckFailed, answered


def tells_of_the_storage(error: BaseException) -> bool:
    """Return whether an error says what the storage does, and not only that something is wrong."""
    cause = _behind(error)
    # The plugin has left an option out because it knows of no such feature.
    return answered(cause) or isinstance(cause, CheckFailed | UnsupportedOptionWarning)


def described(error: BaseException, layers: Sequence[NamedLayer]) -> str:
    """Return an error in one line; of a crash with the hook, the layer and its distribution.

    The words of a `PluginError` name these themselves.
    """
    checked = isinstance(error, CheckFailed)
    said = " ".join((str(error) if checked else f"{type(error).__name__}: {error}").split())
    cause = _behind(error)
    if isinstance(cause, BucketryError | CheckFailed | UnsupportedOptionWarning):
        return said
    return f"{_culprit(cause, layers)} crashed: {said}"


def _behind(error: BaseException) -> BaseException:
    """Return the error that made a check fail, or the error itself."""
    return (error.__cause__ if isinstance(error, CheckFailed) else None) or error


def _culprit(error: BaseException, layers: Sequence[NamedLayer]) -> str:
    """Return the innermost hook that a traceback runs through, with its layer.

    Where there is none, as in an iterator that a hook has answered, the layer whose package the
    code is from, with the line. Else the line alone.
    """
    frames = list(_frames(error.__traceback__))
    for code, _ in reversed(frames):
        for named in layers:
            if code is _code(named.layer, code.co_name):
                return f"{code.co_name} of {named}"
    for code, place in reversed(frames):
        for named in reversed(layers):
            if _package(place) == _package(type(named.layer).__module__) != "bucketry":
                hook = next((part for part in code.co_qualname.split(".") if _is_hook(part)), place)
                return f"{hook} of {named}"
    return frames[-1][1] if frames else "code without a traceback"


def _frames(traceback: TracebackType | None) -> Iterator[tuple[CodeType, str]]:
    """Yield code and place of each frame, the innermost last."""
    while traceback is not None:
        frame = traceback.tb_frame
        yield frame.f_code, f"{frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}"
        traceback = traceback.tb_next


def _package(place: str) -> str:
    return place.partition(":")[0].partition(".")[0]


def _is_hook(name: str) -> bool:
    return name.startswith("bucketry_")


def _code(layer: object, hook: str) -> CodeType | None:
    """Return the code of a layer's hook, seen through decorators; a property is not run."""
    if not _is_hook(hook):
        return None
    static: Any = inspect.getattr_static(layer, hook, None)
    function = inspect.unwrap(getattr(static, "__func__", static))
    return getattr(function, "__code__", None)
