"""What became of one of many objects."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen(kw_only=True)
class Outcome(Generic[T]):
    """What became of one of many objects.

    Attributes:
        number: which of the items it is, counted from 0.
        key: the object's key; None for an upload that failed before it was named.
        result: what the operation on one object returns; None if it failed.
        error: why it failed, else None: a `BucketryError`, or what a source or a layer raised.
        path: the file of a download.
    """

    number: int
    key: str | None
    result: T | None = None
    error: Exception | None = None
    path: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether it is done."""
        return self.error is None

    def get(self) -> T:
        """Return the result, or raise the error."""
        if self.error is not None:
            raise self.error
        result: T = self.result  # type: ignore[assignment]  # it is None only beside an error
        return result
