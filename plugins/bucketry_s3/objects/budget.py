"""What all uploads of a provider may hold together: memory for parts, and threads that send them.

Each upload has one buffer and one thread of its own, its caller's. It never waits for what another
one holds: sources may depend on each other, and one stream that feeds two uploads would wait for
ever. The budget gives more than that, to whoever asks first: a second buffer, and a thread that
sends the first one meanwhile.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import mmap
from weakref import WeakSet

from bucketry.forking import forget_in_child

if sys.platform == "linux":
    from mmap import MADV_HUGEPAGE, MAP_ANONYMOUS, MAP_PRIVATE

    def room(size: int) -> memoryview:
        """Return memory for a part, in large pages where the system gives them.

        A part does not fit into the processor's cache, and with large pages each of its bytes is
        read, copied and sent for a tenth less.
        """
        try:
            memory = mmap(-1, size, flags=MAP_PRIVATE | MAP_ANONYMOUS)
        except OSError:  # there is no more of it; then this fails as it should
            return memoryview(bytearray(size))
        with suppress(OSError):  # a kernel without large pages
            memory.madvise(MADV_HUGEPAGE)
        return memoryview(memory)

else:

    def room(size: int) -> memoryview:
        """Return memory for a part."""
        return memoryview(bytearray(size))


class Permit:
    """The right to have one buffer and one thread more; what is lost on the way comes back."""


class PartBudget:
    """Parts that all uploads of a provider have on their way in threads: `most` together.

    Memory for parts is that many buffers and one for each upload.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.forget()
        forget_in_child(self)

    def forget(self) -> None:
        """Have nothing on its way."""
        self._lock = threading.Lock()
        self._uploads = 0
        self._out: WeakSet[Permit] = WeakSet()
        self._spare: list[memoryview] = []

    @contextmanager
    def upload(self) -> Iterator[None]:
        """Keep buffers for the next part while any upload goes on."""
        with self._lock:
            self._uploads += 1
        try:
            yield
        finally:
            with self._lock:
                self._uploads -= 1
                if self._uploads < 1:
                    self._spare.clear()

    def another(self, size: int) -> tuple[Permit, memoryview] | None:
        """Return a buffer of `size` bytes beside one's own; None while all are out."""
        with self._lock:
            if len(self._out) >= self._most:
                return None
            permit = Permit()
            self._out.add(permit)
            buffer = self._spare.pop() if self._spare else None
        if buffer is None or len(buffer) != size:
            buffer = room(size)
        return permit, buffer

    def give_back(self, permit: Permit, buffer: memoryview) -> None:
        """Take back a permit, and a buffer whose bytes are sent."""
        with self._lock:
            self._out.discard(permit)
            if len(self._out) + len(self._spare) < self._most:
                self._spare.append(buffer)
