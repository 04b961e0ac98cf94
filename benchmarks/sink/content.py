"""The content that the Python sink expects, and its checksum."""

from __future__ import annotations

import hashlib
import struct
from functools import cache

from awscrt import checksums

from benchmarks.place import BLOCK, blocks


@cache
def crc64_of(size: int) -> int:
    crc = 0
    for block in blocks(size):
        crc = checksums.crc64nvme(bytes(block), crc)
    return crc


@cache
def md5_of(size: int) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for block in blocks(size):
        digest.update(block)
    return digest.hexdigest()


def etag_of(size: int, first: int) -> str:
    return f"{size:016x}{first:016x}"


@cache
def _block() -> bytes:
    return bytes(next(blocks(BLOCK)))


class Content:
    """Compares what arrives with the pattern, from the block that it says it begins with."""

    def __init__(self) -> None:
        self.size, self.first, self.good = 0, 0, True
        self._head = b""

    def update(self, piece: bytes) -> None:
        at = 0
        while at < len(piece):
            inside = self.size % BLOCK
            take = min(len(piece) - at, BLOCK - inside)
            part = piece[at : at + take]
            if inside < 8:
                head = part[: 8 - inside]
                self._head = (self._head if inside else b"") + head
                if len(self._head) == 8:
                    (number,) = struct.unpack("<Q", self._head)
                    if self.size < BLOCK:
                        self.first = number
                    self.good &= number == self.first + self.size // BLOCK
                part, inside = part[len(head) :], inside + len(head)
            self.good &= part == _block()[inside : inside + len(part)]
            self.size += take
            at += take
