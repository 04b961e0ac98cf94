"""What is noted down while an operation goes on, for those who watch it.

Nothing is noted, and nothing is paid, where nobody watches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock


class Notes:
    """What became of an operation besides its answer; it may be written from several threads.

    Attributes:
        attempts: requests that were sent for it, those that were tried again included. 0 for what
            needs none, and where the vendor is no server.
        bytes: bytes of objects that went through here: those that an upload stored, and those that
            were read.
        quirks: what was done otherwise than asked for because of the vendor, in the order in which
            it was done: ``ACL left out``.
    """

    __slots__ = ("_lock", "attempts", "bytes", "quirks")

    def __init__(self) -> None:
        self._lock = Lock()
        self.attempts = 0
        self.bytes = 0
        self.quirks: tuple[str, ...] = ()

    def attempted(self) -> None:
        """Note a request."""
        with self._lock:
            self.attempts += 1

    def moved(self, size: int) -> None:
        """Note so many bytes."""
        with self._lock:
            self.bytes += size

    def quirk(self, what: str) -> None:
        """Note what was done otherwise, once."""
        with self._lock:
            if what not in self.quirks:
                self.quirks += (what,)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let what this context does be noted here."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Notes | None] = ContextVar("bucketry_notes", default=None)


def notes() -> Notes | None:
    """Return where this context's operation is noted, None if nobody watches it.

    It is asked for when the layers are; what goes on afterwards, in a reader or a listing, keeps
    what it was given then.
    """
    return _current.get()


def note_quirk(what: str) -> None:
    """Note that a layer does something otherwise than asked for because of the vendor."""
    noted = _current.get()
    if noted is not None:
        noted.quirk(what)
