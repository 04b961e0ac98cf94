"""Reading: whole objects, pieces, ranges, and downloads to disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bucketry.errors import InvalidInput, NotFound, StorageError
from bucketry.model import ByteRange
from bucketry.testing.case import case
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import Store

ALPHABET = b"abcdefghijklmnopqrstuvwxyz"

RANGES = {
    "first bytes": (ByteRange(start=0, stop=3), b"abc"),
    "bytes in the middle": (ByteRange(start=10, stop=12), b"kl"),
    "single byte": (ByteRange(start=25, stop=26), b"z"),
    "bytes to the end": (ByteRange(start=20), b"uvwxyz"),
    "last bytes": (ByteRange(start=-4), b"wxyz"),
    "range that goes over the end": (ByteRange(start=23, stop=1000), b"xyz"),
    "last bytes, more than there are": (ByteRange(start=-1000), ALPHABET),
}


@case("read")
def in_pieces(store: Store) -> None:
    """Reading piece by piece gives every byte once, each piece full but the last."""
    store.put(body=ALPHABET)
    with store.provider.open(store.key()) as reader:
        pieces = [reader.read(10) for _ in range(4)]
    same(pieces, [ALPHABET[:10], ALPHABET[10:20], ALPHABET[20:], b""], "the pieces")


@case("read")
def as_chunks(store: Store) -> None:
    """A reader can be looped over and gives every byte once."""
    store.put(body=ALPHABET * 100)
    with store.provider.open(store.key()) as reader:
        same(b"".join(reader.chunks(999)), ALPHABET * 100, "the chunks put together")


@case("read")
def nothing(store: Store) -> None:
    """An empty object opens and gives no bytes."""
    store.put(body=b"")
    with store.provider.open(store.key()) as reader:
        same((reader.info.size, reader.read()), (0, b""), "size and bytes")


@case("read")
def reader_knows_the_object(store: Store) -> None:
    """An open object tells key, size, type and ETag as head does."""
    store.put("a.txt", ALPHABET)
    info = store.provider.head(store.key("a.txt"))
    with store.provider.open(store.key("a.txt")) as reader:
        told = reader.info
    for name in ("key", "size", "content_type", "etag"):
        same(getattr(told, name), getattr(info, name), f"{name} of the open object")


@case("read", each=RANGES)
def byte_range(store: Store, sample: object) -> None:
    """The {} of an object can be read alone."""
    assert isinstance(sample, tuple)
    wanted_range, wanted = sample
    store.put(body=ALPHABET)
    with store.provider.open(store.key(), byte_range=wanted_range) as reader:
        same(reader.read(), wanted, f"the bytes of {wanted_range}")


@case("read")
def range_knows_the_whole(store: Store) -> None:
    """A reader of a range tells the size of the whole object."""
    store.put(body=ALPHABET)
    with store.provider.open(store.key(), byte_range=ByteRange(start=3, stop=5)) as reader:
        same(reader.info.size, len(ALPHABET), "the size told with a range")


@case("read")
def range_behind_the_end(store: Store) -> None:
    """A range that begins behind the end is an error, not an empty answer."""
    store.put(body=ALPHABET)
    error = raises(
        StorageError,
        "opening byte 26 of 26",
        store.provider.open,
        store.key(),
        byte_range=ByteRange(start=26),
    )
    holds(not isinstance(error, NotFound), "it is called a missing object")


@case("read")
def impossible_range(store: Store) -> None:
    """A range that ends before it begins, is empty, or mixes both ways to count is refused."""
    store.put(body=ALPHABET)
    for impossible in (
        ByteRange(start=5, stop=5),
        ByteRange(start=5, stop=2),
        ByteRange(start=-5, stop=10),
    ):
        raises(InvalidInput, f"opening {impossible}", store.provider.open, store.key(), impossible)


@case("read")
def missing(store: Store) -> None:
    """Opening, reading and downloading what is not there are all NotFound."""
    key = store.key("missing")
    raises(NotFound, "open", store.provider.open, key)
    raises(
        NotFound, "open of a range", store.provider.open, key, byte_range=ByteRange(start=0, stop=1)
    )
    raises(NotFound, "read", store.provider.read, key)
    with _folder() as folder:
        raises(NotFound, "download", store.provider.download, key, folder / "file")


@case("read")
def left_early(store: Store) -> None:
    """Readers that are closed after a few bytes do not hinder what follows."""
    store.put(body=ALPHABET * 10_000)
    for _ in range(20):
        with store.provider.open(store.key()) as reader:
            same(reader.read(2), b"ab", "the first bytes")
    same(len(store.read()), 260_000, "the size read afterwards")


@case("read")
def closed_twice(store: Store) -> None:
    """A reader may be closed twice."""
    store.put()
    reader = store.provider.open(store.key())
    reader.close()
    reader.close()


@case("read")
def two_readers(store: Store) -> None:
    """Two readers of one object do not share a position."""
    store.put(body=ALPHABET)
    with store.provider.open(store.key()) as one, store.provider.open(store.key()) as two:
        same((one.read(3), two.read(5), one.read(2)), (b"abc", b"abcde", b"de"), "the pieces")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@case("read")
def download(store: Store) -> None:
    """A download writes the whole object and tells what it was."""
    store.put(body=ALPHABET * 1000)
    with _folder() as folder:
        info = store.provider.download(store.key(), folder / "file")
        same((folder / "file").read_bytes(), ALPHABET * 1000, "the bytes in the file")
        same(os.listdir(folder), ["file"], "the files beside it")
    same((info.key, info.size), (store.key(), 26_000), "key and size told")


@case("read")
def download_over_a_file(store: Store) -> None:
    """A download replaces a longer file completely."""
    store.put(body=b"short")
    with _folder() as folder:
        (folder / "file").write_bytes(ALPHABET)
        store.provider.download(store.key(), folder / "file")
        same((folder / "file").read_bytes(), b"short", "the bytes in the file")


@case("read")
def failed_download(store: Store) -> None:
    """A download that fails leaves the file that was there, and no other."""
    with _folder() as folder:
        (folder / "file").write_bytes(b"old")
        raises(NotFound, "download", store.provider.download, store.key("missing"), folder / "file")
        same((folder / "file").read_bytes(), b"old", "the bytes in the file")
        same(os.listdir(folder), ["file"], "the files beside it")


@case("read")
def download_into_a_folder(store: Store) -> None:
    """A download onto a folder is refused, with a word on what to write instead."""
    store.put()
    with _folder() as folder:
        error = raises(
            InvalidInput, "download onto a folder", store.provider.download, store.key(), folder
        )
    holds("folder" in str(error), f"the refusal does not say that it is a folder: {error}")


@case("read")
def download_progress(store: Store) -> None:
    """The progress of a download adds up to the size."""
    store.put(body=ALPHABET * 1000)
    steps: list[int] = []
    with _folder() as folder:
        store.provider.download(store.key(), folder / "file", progress=steps.append)
    same(sum(steps), 26_000, "the sum of the steps")
