"""What is done with objects: plain functions over one `Bucket`, whatever carries its requests.

Its modules are imported when they are first asked for: whoever only signs needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# It registers what ends uploads when the interpreter exits, and then it is too late for that.
import bucketry_s3.objects.under_way  # noqa: F401

if TYPE_CHECKING:
    from types import ModuleType

    from bucketry_s3.objects import changing as changing
    from bucketry_s3.objects import copying as copying
    from bucketry_s3.objects import direct as direct
    from bucketry_s3.objects import listing as listing
    from bucketry_s3.objects import native as native
    from bucketry_s3.objects import reading as reading
    from bucketry_s3.objects import removing as removing
    from bucketry_s3.objects import writing as writing
else:

    def __getattr__(name: str) -> ModuleType:
        path = f"{__name__}.{name}"
        try:
            return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise  # one of its modules lacks another
            raise AttributeError(f"module {__name__} has no attribute {name}") from None
