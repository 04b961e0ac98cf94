"""What somebody who watches gets to know of an operation."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from bucketry.noting import Notes


@frozen(kw_only=True)
class Operation:
    """One call of a provider's method, as `bucketry_perform` sees it.

    Attributes:
        name: what is done, as in an error's `operation`: ``upload``, ``list``, ``sign`` ...
        provider: the configured name, with its vendor's in `vendor`.
        key: the application's key it is about; None for several, or while it is to be named.
        bucket: the configured bucket, "" where the vendor has none.
        question: what is asked: the `Upload`, the `SignRequest`, else the arguments by name.
        notes: what becomes of it besides its answer; complete when it has ended.
    """

    name: str
    provider: str
    vendor: str
    key: str | None = None
    bucket: str = ""
    question: Any = field(default=None, repr=False)
    notes: Notes = field(factory=Notes, repr=False, eq=False)
