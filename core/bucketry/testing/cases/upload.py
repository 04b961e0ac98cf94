"""Uploads: every kind of source, what the answer says, and what a failure leaves behind."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from bucketry.errors import InvalidInput, InvalidSource, NotFound, SourceChanged
from bucketry.testing.case import case
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

BINARY = bytes(range(256)) * 40


@case("upload")
def bytes_round_trip(store: Store) -> None:
    """Bytes of every value come back as they were sent."""
    store.put(body=BINARY)
    same(store.read(), BINARY, "the bytes read back")


@case("upload")
def line_endings(store: Store) -> None:
    """Text with mixed line endings and a byte order mark is not changed."""
    body = b"\xef\xbb\xbfone\r\ntwo\nthree\rfour\x1a"
    store.put("text.txt", body)
    same(store.read("text.txt"), body, "the bytes read back")


@case("upload")
def bytearray_and_memoryview(store: Store) -> None:
    """A bytearray and a memoryview are stored like bytes."""
    store.put("array", bytearray(BINARY))
    store.put("view", memoryview(BINARY)[100:200])
    same(store.read("array"), BINARY, "the bytes of the bytearray")
    same(store.read("view"), BINARY[100:200], "the bytes of the memoryview")


@case("upload")
def path(store: Store) -> None:
    """A path is opened, stored and closed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "source.bin"
        file.write_bytes(BINARY)
        store.put(body=file)
    same(store.read(), BINARY, "the bytes of the file")


@case("upload")
def open_file(store: Store) -> None:
    """An open binary file is stored from its position on, left open, and read to its end."""
    with tempfile.TemporaryFile() as file:
        file.write(b"header" + BINARY)
        file.seek(6)
        store.put(body=file)
        same(store.read(), BINARY, "the bytes from the position on")
        same(file.closed, False, "whether the caller's file was closed")
        same(file.tell(), 6 + len(BINARY), "the file's position afterwards")


@case("upload")
def iterator(store: Store) -> None:
    """An iterator of pieces of any size, empty ones too, is stored as one object."""
    pieces = [b"", b"one", b"", b"two" * 1000, b"three", b""]
    store.put(body=iter(pieces))
    same(store.read(), b"".join(pieces), "the bytes of the pieces")


class _Pipe(io.RawIOBase):
    """A stream that cannot be rewound, tells no length and gives 7 bytes at most at a time."""

    def __init__(self, body: bytes) -> None:
        self._rest = body

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        length = 7 if size < 0 else min(7, size)
        given, self._rest = self._rest[:length], self._rest[length:]
        return given


@case("upload")
def stream_with_short_reads(store: Store) -> None:
    """A stream without a length that gives fewer bytes than asked for is stored whole."""
    store.put(body=_Pipe(SAMPLE * 20))
    same(store.read(), SAMPLE * 20, "the bytes of the stream")


@case("upload")
def nothing_from_bytes(store: Store) -> None:
    """No bytes at all make an object of size 0."""
    stored = store.put(body=b"")
    same((stored.size, store.read()), (0, b""), "size and bytes of the empty object")
    same(store.names(), ["object.bin"], "the names listed")


@case("upload")
def nothing_from_a_stream(store: Store) -> None:
    """A stream that ends at once makes an object of size 0."""
    stored = store.put(body=iter(()))
    same((stored.size, store.read()), (0, b""), "size and bytes of the empty object")


@case("upload")
def text_is_no_source(store: Store) -> None:
    """A str is refused, because it could be a path or the text itself."""
    raises(InvalidSource, "uploading a str", store.put, body="report.txt")
    same(store.names(), [], "the names listed after the refusal")


@case("upload")
def text_file_is_no_source(store: Store) -> None:
    """A file open in text mode is refused."""
    raises(InvalidSource, "uploading a text file", store.put, body=io.StringIO("text"))
    same(store.names(), [], "the names listed after the refusal")


@case("upload")
def folder_is_no_source(store: Store) -> None:
    """A folder is refused, with a word on what to do instead."""
    error = raises(InvalidSource, "uploading a folder", store.put, body=Path(tempfile.gettempdir()))
    holds("folder" in str(error), f"the refusal does not say that it is a folder: {error}")


@case("upload")
def missing_file_is_no_source(store: Store) -> None:
    """A path that leads nowhere is refused before anything is sent."""
    raises(InvalidSource, "uploading a missing file", store.put, body=Path("/no/such/file"))
    same(store.names(), [], "the names listed after the refusal")


@case("upload")
def iterator_of_text(store: Store) -> None:
    """An iterator that gives text instead of bytes is refused and stores nothing."""
    raises(InvalidSource, "uploading pieces of text", store.put, body=iter(["a", "b"]))
    same(store.names(), [], "the names listed after the refusal")


def _breaking(body: bytes) -> Iterator[bytes]:
    yield body
    raise RuntimeError("the source broke")


@case("upload")
def broken_source(store: Store) -> None:
    """A source that fails half-way leaves no object, and its own error comes through."""
    error = raises(RuntimeError, "uploading a broken source", store.put, body=_breaking(SAMPLE))
    same(str(error), "the source broke", "the error that came through")
    same(store.names(), [], "the names listed after the failure")


@case("upload")
def broken_source_over_an_object(store: Store) -> None:
    """A source that fails half-way leaves the object that was there, bytes and type."""
    store.put(body=b"old", content_type="text/plain")
    raises(RuntimeError, "replacing it", store.put, body=_breaking(b"new"))
    same(store.read(), b"old", "the bytes after the failure")
    same(store.provider.head(store.key()).content_type, "text/plain", "the type after the failure")


class Liar(io.BytesIO):
    """A file that promises `promised` bytes and gives what it has."""

    def __init__(self, body: bytes, promised: int) -> None:
        super().__init__(body)
        self._promised = promised

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Lie about where the end is."""
        return self._promised if whence == io.SEEK_END else super().seek(offset, whence)


@case("upload")
def shorter_than_promised(store: Store) -> None:
    """A source that gives fewer bytes than it promised is an error and stores nothing."""
    raises(SourceChanged, "uploading a file that shrinks", store.put, body=Liar(SAMPLE, 1000))
    same(store.names(), [], "the names listed after the failure")


@case("upload")
def longer_than_promised(store: Store) -> None:
    """A source that gives more bytes than it promised is an error and stores nothing."""
    raises(SourceChanged, "uploading a file that grows", store.put, body=Liar(SAMPLE, 10))
    same(store.names(), [], "the names listed after the failure")


@case("upload")
def overwrites_bytes(store: Store) -> None:
    """A second upload replaces the bytes of the first, also by fewer ones."""
    store.put(body=BINARY)
    store.put(body=b"short")
    same(store.read(), b"short", "the bytes after the second upload")
    same(store.names(), ["object.bin"], "the names listed")


@case("upload")
def overwrites_all_else(store: Store) -> None:
    """A second upload replaces type, headers and metadata too; nothing of the first is left."""
    store.put(content_type="text/html", cache_control="no-store", metadata={"old": "1"})
    store.put(content_type="text/plain", metadata={"new": "2"})
    info = store.provider.head(store.key())
    same(info.content_type, "text/plain", "the type")
    same(info.cache_control, None, "Cache-Control")
    same(info.metadata, {"new": "2"}, "the metadata")


@case("upload")
def answer_names_the_place(store: Store) -> None:
    """The answer names provider, bucket, key and size of what was stored."""
    stored = store.put()
    same(stored.provider, store.provider.name, "the provider's name")
    same(stored.key, store.key(), "the key")
    same(stored.size, len(SAMPLE), "the size")
    holds(stored.bucket, "the answer names no bucket")


@case("upload")
def answer_has_the_etag(store: Store) -> None:
    """The ETag in the answer is the one that head tells, without quotes."""
    stored = store.put()
    holds(stored.etag, "the answer has no ETag")
    holds('"' not in str(stored.etag), f"the ETag has quotes: {stored.etag}")
    same(store.provider.head(store.key()).etag, stored.etag, "the ETag that head tells")


@case("upload")
def answer_has_the_version(store: Store) -> None:
    """The version in the answer is the one that head tells, None where there are none."""
    stored = store.put()
    same(store.provider.head(store.key()).version, stored.version, "the version that head tells")


@case("upload")
def answer_has_the_url(store: Store) -> None:
    """The URL in the answer is the object's permanent address and carries no signature."""
    stored = store.put("a b/ü.txt")
    same(stored.url, store.provider.object_url(stored.key), "the URL in the answer")
    holds("?" not in stored.url, f"the URL has a query: {stored.url}")


@case("upload")
def readable_at_once(store: Store) -> None:
    """When an upload returns, the object can be read, looked at and listed."""
    for number in range(5):
        name = f"{number}.txt"
        store.put(name, str(number).encode())
        same(store.read(name), str(number).encode(), "the bytes right after the upload")
        holds(name in store.names(), f"{name} is not listed right after its upload")


@case("upload")
def progress(store: Store) -> None:
    """Progress adds up to the size, in positive steps."""
    steps: list[int] = []
    store.put(body=BINARY, progress=steps.append)
    same(sum(steps), len(BINARY), "the sum of the steps")
    holds(all(step > 0 for step in steps), f"a step is not positive: {steps}")


@case("upload")
def replace_in_place(store: Store) -> None:
    """Replace stores new bytes under the old key and answers with the new ETag."""
    old = store.put(body=b"old")
    new = store.provider.replace(store.key(), b"new", content_type="text/plain")
    same((new.key, store.read()), (old.key, b"new"), "key and bytes after the replacement")
    holds(new.etag != old.etag, "the ETag did not change with the bytes")


@case("upload")
def replace_under_a_new_key(store: Store) -> None:
    """Replace with a new key stores there and deletes the old object afterwards."""
    store.put("v1.txt", b"old")
    stored = store.provider.replace(store.key("v1.txt"), b"new", new_key=store.key("v2.txt"))
    same(stored.key, store.key("v2.txt"), "the key in the answer")
    same(store.names(), ["v2.txt"], "the names listed")
    same(store.read("v2.txt"), b"new", "the bytes under the new key")


@case("upload")
def failed_replacement(store: Store) -> None:
    """A replacement that fails leaves the old object, also when it has a new key."""
    store.put("v1.txt", b"old")
    call = store.provider.replace
    for new_key in (None, store.key("v2.txt")):
        raises(
            RuntimeError, "replacing", call, store.key("v1.txt"), _breaking(b"x"), new_key=new_key
        )
    same(store.names(), ["v1.txt"], "the names listed")
    same(store.read("v1.txt"), b"old", "the bytes of the old object")


@case("upload")
def replace_what_is_missing(store: Store) -> None:
    """Replacing an object that is not there stores it."""
    store.provider.replace(store.key(), b"new")
    same(store.read(), b"new", "the bytes afterwards")


@case("upload")
def unknown_option(store: Store) -> None:
    """A misspelt option is an error, never dropped in silence."""
    options: dict[str, Any] = {"contenttype": "text/plain"}
    raises(InvalidInput, "uploading with contenttype=", store.put, **options)
    same(store.names(), [], "the names listed after the refusal")


@case("upload")
def protected_parameters(store: Store) -> None:
    """Native parameters cannot redirect an upload to another bucket, key or body."""
    for name in ("Bucket", "Key", "Body"):
        raises(ValueError, f"uploading with {name}", store.put, extra_params={name: "elsewhere"})
    same(store.names(), [], "the names listed after the refusals")


@case("upload")
def answer_can_be_kept(store: Store) -> None:
    """The answer's own key is all that head, read, url and delete need."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Quarterly Report (final).pdf"
        file.write_bytes(SAMPLE)
        stored = store.provider.upload(file, key=store.key(file.name))
    again = attrs.evolve(stored)
    same(store.provider.read(again.key), SAMPLE, "the bytes behind the kept key")
    holds(store.provider.url(again.key), "the kept key has no URL")
    store.provider.delete(again.key)
    raises(NotFound, "reading after the delete", store.provider.read, again.key)
