"""Checksums and sizes: what is stored is what was sent, and a difference is an error.

The digests expected here come from Python's standard library and, for the two that it lacks, from
the check values that their definitions publish for ``123456789``.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any

from bucketry.errors import InvalidInput
from bucketry.testing.case import case, has
from bucketry.testing.expect import holds, raises, refusal, same
from bucketry.testing.store import SAMPLE, Store

DIGITS = b"123456789"

DIGESTS: dict[str, object] = {
    "CRC32": base64.b64encode(zlib.crc32(DIGITS).to_bytes(4, "big")).decode(),
    "CRC32C": base64.b64encode(bytes.fromhex("e3069283")).decode(),
    "SHA1": base64.b64encode(hashlib.sha1(DIGITS, usedforsecurity=False).digest()).decode(),
    "SHA256": base64.b64encode(hashlib.sha256(DIGITS).digest()).decode(),
    "CRC64NVME": base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode(),
}


@case("integrity", needs=has("checksums", "verified", entry="{}"), each=DIGESTS)
def digest(store: Store, wanted: object) -> None:
    """An upload with the digest {} is accepted, and the answer carries the right value."""
    algorithm: Any = next(name for name, value in DIGESTS.items() if value == wanted)
    stored = store.put(body=DIGITS, checksum_algorithm=algorithm)
    same(stored.checksum_algorithm, algorithm, "the algorithm in the answer")
    same(stored.checksum, wanted, "the digest in the answer")
    same(store.read(), DIGITS, "the bytes read back")


@case("integrity", needs=has("checksums", "verified", entry="SHA256"))
def digest_is_kept(store: Store) -> None:
    """The digest that was sent is told by head afterwards."""
    store.put(body=DIGITS, checksum_algorithm="SHA256")
    told = store.provider.head(store.key()).checksums
    same(told.get("SHA256"), DIGESTS["SHA256"], "the digest that head tells")


@case("integrity", needs=has("checksums", "verified", entry="SHA256"))
def digest_of_nothing(store: Store) -> None:
    """An empty object has a digest too."""
    stored = store.put(body=b"", checksum_algorithm="SHA256")
    wanted = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    same(stored.checksum, wanted, "the digest in the answer")


@case("integrity", needs=(has("checksums", "verified", entry="SHA1"), has("multipart", "yes")))
def digest_of_parts(store: Store) -> None:
    """A large upload with a digest per part is accepted and read back whole."""
    body = store.large()
    stored = store.put(body=body, checksum_algorithm="SHA1")
    same(stored.checksum_algorithm, "SHA1", "the algorithm in the answer")
    same(hashlib.sha256(store.read()).digest(), hashlib.sha256(body).digest(), "the bytes' SHA-256")


@case("integrity", needs=(has("checksums", "verified", entry="CRC64NVME"), has("multipart", "yes")))
def digest_of_the_whole(store: Store) -> None:
    """A large upload with CRC64NVME has the digest of the whole object, as a small one has."""
    piece = b"\0" * store.part_size
    stored = store.put(body=iter([piece, DIGITS]), checksum_algorithm="CRC64NVME")
    holds(stored.checksum, "the answer has no digest")
    small = store.put("small", DIGITS, checksum_algorithm="CRC64NVME")
    holds(stored.checksum != small.checksum, "the digest is that of the last part alone")
    holds("-" not in str(stored.checksum), f"the digest is one of parts: {stored.checksum}")


@case("integrity")
def unknown_algorithm(store: Store) -> None:
    """A digest that nobody knows is refused before anything is sent."""
    algorithm: Any = "MD4"
    raises(InvalidInput, "checksum_algorithm MD4", store.put, checksum_algorithm=algorithm)
    same(store.names(), [], "the names listed after the refusal")


@case(
    "integrity",
    needs=has("checksums", "refused", entry="{}"),
    each={"SHA256": "SHA256", "CRC32": "CRC32"},
)
def refused_digest(store: Store, algorithm: object) -> None:
    """Where {} is refused, asking for it is refused or warned of, never just dropped."""
    chosen: Any = algorithm
    refusal(f"an upload with {algorithm}", store.put, checksum_algorithm=chosen)


@case("integrity")
def etag_follows_the_bytes(store: Store) -> None:
    """Other bytes of the same length give another ETag."""
    first = store.put(body=b"aaaa")
    second = store.put(body=b"aaab")
    holds(first.etag != second.etag, f"both versions have the ETag {first.etag}")


@case("integrity")
def listing_agrees(store: Store) -> None:
    """Size and ETag in a listing are those that head tells."""
    store.put(body=SAMPLE * 3)
    info = store.provider.head(store.key())
    (listed,) = store.provider.list(store.folder + "/")
    same((listed.size, listed.etag), (info.size, info.etag), "size and ETag listed")
