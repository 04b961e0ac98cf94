"""Signatures that `help` and notebooks show: the options of an upload one by one.

Type checkers and editors know them by `UploadOptions` already; what runs knows only ``**options``.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, cleandoc, signature
from typing import Any, TypeVar

from bucketry.provider.upload_options import UploadOptions

Method = TypeVar("Method", bound=Callable[..., Any])

_TITLE = "Keys:\n"


def with_upload_options(method: Method) -> Method:
    """Show the options of an upload in the signature and the docstring of `method`."""
    told = signature(method)
    given = [p for p in told.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    taken = {p.name for p in given}
    options = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=_written(kind))
        for name, kind in UploadOptions.__annotations__.items()
        if name not in taken
    ]
    about = cleandoc(UploadOptions.__doc__ or "").partition(_TITLE)[2]
    vars(method)["__signature__"] = told.replace(parameters=[*given, *options])
    method.__doc__ = f"{cleandoc(method.__doc__ or '')}\n\nOptions:\n{about}"
    return method


def _written(kind: Any) -> Any:
    """Return an annotation as it is written."""
    return getattr(kind, "__forward_arg__", kind)
