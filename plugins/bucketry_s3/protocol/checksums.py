"""Digests in the form that S3 wants: base64, sent as a plain header.

A trailer behind the body would save one pass over it, but most vendors refuse trailers.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from bucketry.model import Capabilities, ChecksumAlgorithm

Buffer = bytes | bytearray | memoryview

# The native functions take any buffer, but are annotated with bytes.


def _crc32c(data: Any, previous: int) -> int:
    from awscrt.checksums import crc32c

    return int(crc32c(data, previous))


def _crc64nvme(data: Any, previous: int) -> int:
    from awscrt.checksums import crc64nvme

    return int(crc64nvme(data, previous))


_CRCS: dict[str, tuple[Callable[[Buffer, int], int], int]] = {
    "CRC32": (zlib.crc32, 4),
    "CRC32C": (_crc32c, 4),
    "CRC64NVME": (_crc64nvme, 8),
}

FULL_OBJECT = frozenset({"CRC64NVME"})
"""Algorithms whose value for a multipart object covers the whole object, not the parts' digests."""

CHEAPEST_FIRST: tuple[ChecksumAlgorithm, ...] = ("CRC64NVME", "CRC32C", "CRC32", "SHA256", "SHA1")
"""Where several digests of an object are known, one is enough to check it."""


def default_algorithm(able: Capabilities, *, in_parts: bool) -> ChecksumAlgorithm | None:
    """Return the digest of uploads that none is chosen for; None where none is verified.

    CRC32 is known to every release that verifies any, and costs least. In parts, CRC64NVME covers
    the whole object; but releases from before 2025 refuse to begin with it, so that a server's code
    is not enough to know.
    """
    fact = able.checksums
    known = fact.value or {}
    if in_parts and known.get("CRC64NVME") == "verified" and fact.confidence == "documented":
        return "CRC64NVME"
    return "CRC32" if known.get("CRC32") == "verified" else None


def covers_body(able: Capabilities, params: Mapping[str, Any], *, in_parts: bool) -> bool:
    """Return whether the server is known to verify the digest that goes along, over every byte.

    Then the signature, which covers the digest, need not cover the body, too: over TLS that is what
    a second pass, of SHA-256, costs. It takes 64 bits, and a page's word for it; where there is but
    a server's code, parts, which older releases refuse to begin with this digest.
    """
    fact = able.checksums
    if "ChecksumCRC64NVME" not in params or (fact.value or {}).get("CRC64NVME") != "verified":
        return False
    return fact.confidence in ("documented", "measured") or (in_parts and fact.confidence == "code")


class _Crc:
    """A CRC with the interface of hashlib's digests."""

    def __init__(self, function: Callable[[Buffer, int], int], size: int) -> None:
        self._function, self._size = function, size
        self._value = 0

    def update(self, data: Buffer) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


class Digest(Protocol):
    """A digest over pieces that come in order."""

    def update(self, data: Buffer) -> None:
        """Add the next piece."""
        ...

    def value(self) -> str:
        """Return the digest so far, as S3 writes it."""
        ...


class RunningMD5:
    """The MD5 of pieces that come in order, in the form of an ETag."""

    def __init__(self) -> None:
        self._digest = hashlib.md5(usedforsecurity=False)

    def update(self, data: Buffer) -> None:
        """Add the next piece."""
        self._digest.update(data)

    def value(self) -> str:
        """Return the digest so far, hexadecimal."""
        return self._digest.hexdigest()


class RunningChecksum:
    """A digest over pieces that come in order."""

    def __init__(self, algorithm: ChecksumAlgorithm) -> None:
        self.algorithm: ChecksumAlgorithm = algorithm
        self._digest = (
            _Crc(*_CRCS[algorithm])
            if algorithm in _CRCS
            else hashlib.new(algorithm.lower(), usedforsecurity=False)
        )

    def update(self, data: Buffer) -> None:
        """Add the next piece."""
        self._digest.update(data)

    def value(self) -> str:
        """Return the digest so far in S3's form."""
        return base64.b64encode(self._digest.digest()).decode()

    def hex(self) -> str:
        """Return the digest so far, hexadecimal."""
        return self._digest.digest().hex()


def checksum(algorithm: ChecksumAlgorithm, data: Buffer) -> str:
    """Return the digest of `data` in S3's form."""
    running = RunningChecksum(algorithm)
    running.update(data)
    return running.value()


def checksum_of_parts(algorithm: ChecksumAlgorithm, digests: Sequence[str]) -> str:
    """Return what S3 tells of an object whose parts have these digests: theirs, and how many."""
    joined = b"".join(base64.b64decode(digest) for digest in digests)
    return f"{checksum(algorithm, joined)}-{len(digests)}"


def checksum_param(algorithm: ChecksumAlgorithm) -> str:
    """Return the name of boto3's parameter that carries this digest."""
    return f"Checksum{algorithm}"
