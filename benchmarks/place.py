"""Where a contestant works, and the content that everybody stores and reads.

Every object is the pattern of its size, so that whoever holds the bytes can prove that they are all
there, once and in order: the sink for uploads, the worker for downloads.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BLOCK = 1 << 20
BUCKET = "bench"
REGION = "us-east-1"
SECRET = "bench-secret"  # of the loopback sink
CDN = "https://cdn.example.com"
EXPIRES = 900
PART = 8 << 20
CONCURRENCY = 4
"""Parts on their way at once. For all who can be told so, as is the size of a part."""


@dataclass(frozen=True)
class Place:
    """The sink, the name (and access key) of a contestant, and a folder that is its own."""

    name: str
    endpoint: str
    ca: str
    folder: str
    variant: str = ""

    @property
    def host(self) -> str:
        """Host and port of the sink."""
        return self.endpoint.removeprefix("https://")

    def file(self, name: str) -> Path:
        """Return the path of a file of this contestant's."""
        return Path(self.folder) / name


@cache
def _block() -> bytes:
    state, words, mask = 0x9E3779B97F4A7C15, [], (1 << 64) - 1
    for _ in range(BLOCK // 8):
        state ^= state << 13 & mask
        state ^= state >> 7
        state ^= state << 17 & mask
        words.append(state)
    return struct.pack(f"<{len(words)}Q", *words)


def blocks(size: int) -> Iterator[memoryview]:
    """Yield the pattern of that size; a piece is good until the next one is asked for."""
    block = bytearray(_block())
    view = memoryview(block)
    for number, at in enumerate(range(0, size, BLOCK)):
        struct.pack_into("<Q", block, 0, number)
        yield view[: min(BLOCK, size - at)]


def pattern(size: int) -> bytes:
    """Return the whole pattern of that size."""
    return b"".join(bytes(block) for block in blocks(size))


def is_pattern(path: Path, size: int) -> bool:
    """Return whether the file is the pattern of that size."""
    with path.open("rb") as file:
        return all(file.read(len(block)) == block for block in blocks(size)) and not file.read(1)


def source_file(folder: Path, size: int) -> Path:
    """Return a file with the pattern of that size; it is written once."""
    path = folder / f"pattern-{size}"
    if not (path.exists() and path.stat().st_size == size):
        with path.open("wb") as file:
            for block in blocks(size):
                file.write(block)
    return path


class Stream(io.RawIOBase):
    """The pattern as a stream that cannot be rewound and does not tell its length."""

    def __init__(self, size: int) -> None:
        self._blocks = blocks(size)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        filled = 0
        while filled < len(into):
            if not self._rest:
                self._rest = next(self._blocks, memoryview(b""))
                if not self._rest:
                    break
            piece = self._rest[: len(into) - filled]
            into[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._rest = self._rest[len(piece) :]
        return filled


def digest(text: str) -> str:
    """Return a short name of a text, for files."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
