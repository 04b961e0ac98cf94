"""One structured event for each operation, for whoever wants to watch a provider."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Generator
from typing import Any

from attrs import evolve, frozen

from bucketry.errors import StorageError
from bucketry.hookspecs import hookimpl
from bucketry.model import Operation


@frozen(kw_only=True)
class Event:
    """One call of a provider's method, when it has ended.

    Attributes:
        operation: what was done: ``upload``, ``list``, ``sign`` ... ``open`` lasts until the reader
            is closed, ``list`` until its iterator ends.
        provider: the configured name, with its vendor's in `vendor`.
        bucket: the configured bucket, "" where the vendor has none.
        key: the application's key; None unless the layer was told to give keys, which may name
            people, and for what is about several.
        outcome: ``ok``, or the name of the error's class: ``NotFound``. "" while it goes on.
        seconds: how long it took.
        bytes: bytes of objects that went through here: stored by an upload that was done, or read.
        attempts: requests that were sent, those that were tried again included.
        quirks: what was done otherwise than asked for because of the vendor: ``ACL left out``.
        status, code, request_id: of an error, the vendor's HTTP status, error code and request id.
        may_have_applied: whether a failed operation may have taken effect all the same.
    """

    operation: str
    provider: str
    vendor: str
    bucket: str = ""
    key: str | None = None
    outcome: str = ""
    seconds: float = 0.0
    bytes: int = 0
    attempts: int = 0
    quirks: tuple[str, ...] = ()
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    may_have_applied: bool = False

    @property
    def expected(self) -> bool:
        """Whether it was done, or was refused as applications that look or create may expect."""
        return self.outcome in ("ok", "NotFound", "AlreadyExists", "PreconditionFailed")


class Watching:
    """Tells of each operation of a provider when it has ended.

    A failure of whoever is told is warned of and changes nothing: what is done is done. Signed URLs
    are in no event, and keys only where they are wanted.
    """

    def __init__(self, tell: Callable[[Event], object], *, keys: bool = False) -> None:
        """Call `tell` with each `Event`, in the thread that did it; `keys` gives keys away, too."""
        self._tell = tell
        self._keys = keys

    def began(self, event: Event) -> Any:
        """Take notice of what begins; what is returned comes back in `ended`. For subclasses."""

    def ended(self, event: Event, begun: Any) -> None:
        """Tell of what has ended."""
        self._tell(event)

    @hookimpl(wrapper=True)
    def bucketry_perform(self, operation: Operation) -> Generator[None, Any, None]:
        """Measure."""
        event = Event(
            operation=operation.name,
            provider=operation.provider,
            vendor=operation.vendor,
            bucket=operation.bucket,
            key=operation.key if self._keys else None,
        )
        begun = None
        try:
            begun = self.began(event)
        except Exception as failure:
            self._failed(failure)
        start = time.perf_counter()
        outcome: dict[str, Any] = {"outcome": "ok"}
        try:
            yield
        except BaseException as error:
            outcome = _outcome(error)
            raise
        finally:
            noted = operation.notes
            event = evolve(
                event,
                seconds=time.perf_counter() - start,
                bytes=noted.bytes,
                attempts=noted.attempts,
                quirks=noted.quirks,
                **outcome,
            )
            try:
                self.ended(event, begun)
            except Exception as failure:
                self._failed(failure)

    def _failed(self, failure: Exception) -> None:
        """Warn, without the message, which may hold anything."""
        warnings.warn(
            f"{type(self).__name__} failed with {type(failure).__name__}; the operation is not "
            "affected",
            RuntimeWarning,
            stacklevel=3,
        )


def _outcome(error: BaseException) -> dict[str, Any]:
    told: dict[str, Any] = {"outcome": type(error).__name__}
    if isinstance(error, StorageError):
        names = ("status", "code", "request_id", "may_have_applied")
        told |= {name: getattr(error, name) for name in names}
    return told
