"""What somebody who watches gets to know of an operation."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen


@frozen(kw_only=True)
class Operation:
    """One call of a provider's method, as `bucketry_perform` sees it.

    Attributes:
        name: what is done, as in an error's `operation`: ``upload``, ``list``, ``sign`` ...
        provider: the configured name, with its vendor's in `vendor`.
        key: the application's key it is about; None for several, or while it is to be named.
        question: what is asked: the `Upload`, the `SignRequest`, else the arguments by name.
    """

    name: str
    provider: str
    vendor: str
    key: str | None = None
    question: Any = field(default=None, repr=False)
