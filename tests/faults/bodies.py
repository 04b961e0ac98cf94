"""The bytes that move, and what stands for them in an answer; needs Python alone."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

MIB = 1 << 20
PART = 5 * MIB
"""The smallest part that S3 takes."""

SMALL = random.Random(1).randbytes(60_000)
MEDIUM = random.Random(5).randbytes(4 * MIB)
LARGE = random.Random(2).randbytes(PART + 200_000)
OLD = random.Random(3).randbytes(60_000)
OLD_ETAG = hashlib.md5(OLD, usedforsecurity=False).hexdigest()
OTHER_ETAG = "0123456789abcdef0123456789abcdef"
STORED = random.Random(4).randbytes(300_000)
STORED_ETAG = hashlib.md5(STORED, usedforsecurity=False).hexdigest()
TYPE = "image/x-test"
METADATA = {"origin": "camera"}
FOLDER = {f"folder/{number}.txt": b"x" * number for number in range(5)}


def digest(data: bytes) -> str:
    """Return what stands for bytes in an answer."""
    return hashlib.sha256(data).hexdigest()


def listed(entries: Iterator[tuple[str, int]]) -> str:
    """Return what stands for keys and sizes, in any order: some servers do not sort."""
    return digest("".join(f"{key} {size}\n" for key, size in sorted(entries)).encode())


def pieces(data: bytes) -> Iterator[bytes]:
    """Yield data as a stream does."""
    for at in range(0, len(data), 700_001):
        yield data[at : at + 700_001]


def file_of(folder: Path, data: bytes) -> Path:
    """Return a file with data in it."""
    path = folder / "source.bin"
    path.write_bytes(data)
    return path
