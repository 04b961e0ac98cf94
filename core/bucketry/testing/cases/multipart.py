"""Large uploads: whole or not at all, with nothing left behind, however they are cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bucketry.errors import SourceChanged, StorageError
from bucketry.model import ByteRange
from bucketry.testing.case import case, has
from bucketry.testing.cases.upload import Liar
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

PARTS = has("multipart", "yes")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@case("multipart")
def large(store: Store) -> None:
    """An upload one byte longer than a part is stored whole, and answers with size and ETag."""
    body = store.large()
    stored = store.put(body=body)
    info = store.provider.head(store.key())
    same((stored.size, stored.etag), (info.size, info.etag), "size and ETag")
    same(_digest(store.read()), _digest(body), "the SHA-256 of the bytes read back")


@case("multipart", needs=PARTS)
def number_of_parts(store: Store) -> None:
    """One byte more than a part makes two parts; exactly two parts are not three."""
    same(store.put(body=store.large(1)).parts, 2, "the parts of a part and a byte")
    same(store.put(body=store.large(store.part_size)).parts, 2, "the parts of exactly two parts")


@case("multipart", needs=PARTS)
def exactly_one_part(store: Store) -> None:
    """A body of exactly one part is stored whole and needs no second part."""
    body = store.large(0)
    holds(store.put(body=body).parts <= 1, "a body of one part was cut in two")
    same(_digest(store.read()), _digest(body), "the SHA-256 of the bytes read back")


@case("multipart")
def stream_of_unknown_length(store: Store) -> None:
    """A long stream in uneven pieces is stored whole."""
    body = store.large(100)
    pieces = (body[start : start + 70_001] for start in range(0, len(body), 70_001))
    stored = store.put(body=pieces)
    same(stored.size, len(body), "the size in the answer")
    same(_digest(store.read()), _digest(body), "the SHA-256 of the bytes read back")


@case("multipart", needs=PARTS)
def headers_are_kept(store: Store) -> None:
    """A large upload keeps type, headers and metadata like a small one."""
    store.put(
        body=store.large(),
        content_type="video/mp4",
        cache_control="no-cache",
        metadata={"owner": "Alice"},
    )
    info = store.provider.head(store.key())
    same(
        (info.content_type, info.cache_control, info.metadata),
        ("video/mp4", "no-cache", {"owner": "Alice"}),
        "type, Cache-Control and metadata",
    )


@case("multipart", needs=PARTS)
def same_address_as_small(store: Store) -> None:
    """A large upload has the same address as a small one, whatever the server calls it."""
    small = store.put("a b/ü.bin")
    large_one = store.put("a b/ü.bin", store.large())
    same(large_one.url, small.url, "the URL of the large upload")
    same(store.provider.key_of_url(large_one.url), store.key("a b/ü.bin"), "the key of that URL")


@case("multipart", needs=PARTS)
def ranges_over_the_seam(store: Store) -> None:
    """A range that crosses from one part into the next has the right bytes."""
    body = store.large(1000)
    store.put(body=body)
    start, stop = store.part_size - 5, store.part_size + 5
    with store.provider.open(store.key(), byte_range=ByteRange(start=start, stop=stop)) as reader:
        same(reader.read(), body[start:stop], "the bytes around the seam")


@case("multipart", needs=PARTS)
def progress(store: Store) -> None:
    """The progress of a large upload adds up to its size, no part counted twice."""
    steps: list[int] = []
    store.put(body=store.large(10), progress=steps.append)
    same(sum(steps), store.part_size + 10, "the sum of the steps")


def breaking(store: Store, error: BaseException) -> Iterator[bytes]:
    """Yield two parts, then raise."""
    yield b"\0" * store.part_size
    yield b"\1" * store.part_size
    raise error


@case("multipart", needs=PARTS)
def broken_source(store: Store) -> None:
    """A source that fails after two parts leaves no object and no unfinished upload."""
    body = breaking(store, RuntimeError("broke"))
    raises(RuntimeError, "the upload", store.put, body=body)
    same(store.names(), [], "the names listed")
    same(store.unfinished(), [], "the unfinished uploads")


@case("multipart", needs=PARTS)
def broken_source_over_an_object(store: Store) -> None:
    """A source that fails after two parts leaves the object that was there."""
    store.put(body=b"old")
    body = breaking(store, RuntimeError("broke"))
    raises(RuntimeError, "the upload", store.put, body=body)
    same(store.read(), b"old", "the bytes afterwards")


class _Stop(BaseException):
    """Like KeyboardInterrupt: no `Exception`."""


@case("multipart", needs=PARTS)
def interrupted(store: Store) -> None:
    """An upload that is interrupted like by Ctrl-C leaves no object and no unfinished upload."""
    raises(_Stop, "the upload", store.put, body=breaking(store, _Stop()))
    same(store.names(), [], "the names listed")
    same(store.unfinished(), [], "the unfinished uploads")


@case("multipart", needs=PARTS)
def shorter_than_promised(store: Store) -> None:
    """A large source that ends early stores nothing and leaves no unfinished upload."""
    body = store.large()
    raises(SourceChanged, "the upload", store.put, body=Liar(body, len(body) + store.part_size))
    same(store.names(), [], "the names listed")
    same(store.unfinished(), [], "the unfinished uploads")


@case("multipart", needs=PARTS)
def one_at_a_time(store: Store) -> None:
    """With one part on its way at a time the result is the same."""
    body = store.large(5)
    careful = store.multipart_variant(concurrency=1)
    careful.upload(body, key=store.key())
    same(_digest(store.read()), _digest(body), "the SHA-256 of the bytes read back")


@case("multipart", needs=PARTS)
def two_at_once(store: Store) -> None:
    """Two large uploads of one key at the same time end as one of the two, never as a mixture."""
    bodies = [bytes([number]) * (store.part_size + 1) for number in (1, 2)]

    def upload(body: bytes) -> None:
        try:
            store.put(body=body)
        except StorageError as error:
            # One that was overwritten before it could be confirmed may say so.
            holds(error.retryable, f"an upload failed for good: {error}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upload, bodies))
    found = store.read()
    holds(found in bodies, f"the object is neither upload: {len(found)} bytes")


@case("multipart", needs=PARTS)
def overwritten_by_small(store: Store) -> None:
    """A small upload replaces a large one completely."""
    store.put(body=store.large())
    store.put(body=SAMPLE)
    same(store.read(), SAMPLE, "the bytes afterwards")


@case("multipart", needs=(PARTS, has("copy", "yes")))
def copied(store: Store) -> None:
    """A large object is copied whole, headers included."""
    body = store.large()
    store.put("source", body, content_type="video/mp4")
    store.provider.copy(store.key("source"), store.key("target"))
    same(_digest(store.read("target")), _digest(body), "the SHA-256 of the copy")
    same(store.provider.head(store.key("target")).content_type, "video/mp4", "the copy's type")


@case("multipart", needs=(PARTS, has("tagging", "yes")))
def tagged(store: Store) -> None:
    """A large upload takes tags like a small one."""
    store.put(body=store.large(), tags={"team": "web"})
    same(store.provider.head(store.key()).size, store.part_size + 1, "the size")
