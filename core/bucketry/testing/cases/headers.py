"""Content type, HTTP headers and user metadata: kept as they were sent, safe in a header."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import quote

from bucketry.errors import InvalidHeader, InvalidInput
from bucketry.headers import MAX_METADATA_BYTES
from bucketry.model import ObjectInfo
from bucketry.testing.case import case, has
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

GUESSED = {
    "picture": ("photos/cat.JPG", "image/jpeg"),
    "text": ("notes.txt", "text/plain"),
    "WebP picture": ("cat.webp", "image/webp"),
    "compressed archive": ("backup.tar.gz", "application/gzip"),
    "name without an ending": ("LICENSE", "application/octet-stream"),
    "unknown ending": ("data.q7x", "application/octet-stream"),
}

KEPT = {
    "cache_control": "public, max-age=31536000, immutable",
    "content_disposition": 'attachment; filename="a b.txt"',
    "content_language": "de-CH, fr",
    "content_encoding": "br",
}

_BREAKS = ("a\r\nX-Injected: 1", "a\nb", "a\rb", "a\0b")


def _info(store: Store, name: str = "object.bin") -> ObjectInfo:
    return store.provider.head(store.key(name))


@case("headers")
def given_type(store: Store) -> None:
    """A content type that is given wins over the name's, its parameters kept."""
    store.put("page.html", content_type="text/plain; charset=utf-8")
    same(_info(store, "page.html").content_type, "text/plain; charset=utf-8", "the content type")


@case("headers", each=GUESSED)
def guessed_type(store: Store, sample: object) -> None:
    """The content type of a {} is told from its name, the same on every machine."""
    assert isinstance(sample, tuple)
    name, kind = sample
    store.put(name)
    same(_info(store, name).content_type, kind, f"the content type of {name}")


@case("headers")
def type_from_filename(store: Store) -> None:
    """The file name counts for the content type, where one is given, and not the key."""
    store.put("opaque-key", filename="drawing.svg")
    same(_info(store, "opaque-key").content_type, "image/svg+xml", "the content type")


@case("headers", each=KEPT)
def kept(store: Store, value: object) -> None:
    """The header {} is stored and told by head as it was given."""
    (name,) = [key for key, sample in KEPT.items() if sample == value]
    options: dict[str, Any] = {name: value}
    store.put(**options)
    same(getattr(_info(store), name), value, f"{name} as head tells it")


@case("headers")
def no_header_by_default(store: Store) -> None:
    """What was not asked for is not set: no disposition, language, encoding or metadata."""
    store.put()
    info = _info(store)
    for name in ("content_disposition", "content_language", "content_encoding"):
        same(getattr(info, name), None, f"{name} of an upload without it")
    same(info.metadata, {}, "the metadata of an upload without any")


@case("headers")
def not_decoded(store: Store) -> None:
    """A body with a content encoding is read back as stored, never unpacked on the way."""
    body = gzip.compress(SAMPLE * 10, mtime=0)
    store.put("data.json", body, content_encoding="gzip", content_type="application/json")
    same(store.read("data.json"), body, "the bytes read back")
    same(_info(store, "data.json").size, len(body), "the size that head tells")


@case("headers")
def download_name(store: Store) -> None:
    """A download name becomes a Content-Disposition that any browser reads, in any script."""
    store.put(download_name='Zürich "日本".txt')
    same(
        _info(store).content_disposition,
        'attachment; filename="Z_rich ____.txt"; '
        "filename*=UTF-8''Z%C3%BCrich%20_%E6%97%A5%E6%9C%AC_.txt",
        "Content-Disposition",
    )


@case("headers")
def two_dispositions(store: Store) -> None:
    """A download name and a Content-Disposition together are refused."""
    raises(
        InvalidInput,
        "giving both",
        store.put,
        download_name="a.txt",
        content_disposition="attachment",
    )
    same(store.names(), [], "the names listed after the refusal")


@case("headers")
def metadata(store: Store) -> None:
    """User metadata comes back, its names in lower case."""
    store.put(metadata={"Owner": "Alice", "x-trace_id": "42"})
    same(_info(store).metadata, {"owner": "Alice", "x-trace_id": "42"}, "the metadata")


@case("headers")
def metadata_values(store: Store) -> None:
    """Metadata values keep inner blanks and punctuation; percent-encoded text stays encoded."""
    values = {"a": "one  two; three, four=five", "b": quote("日本"), "c": '"quoted" \\ (x)'}
    store.put(metadata=values)
    same(_info(store).metadata, values, "the metadata")


@case("headers")
def much_metadata(store: Store) -> None:
    """Metadata of 2,000 bytes is stored whole; more than 2,048 are refused before they are sent."""
    whole = {"a": "x" * 1000, "b": "y" * 998}
    store.put(metadata=whole)
    same(_info(store).metadata, whole, "metadata of 2,000 bytes")
    more = {**whole, "b": "y" * (MAX_METADATA_BYTES - 1001)}
    raises(InvalidHeader, "2,049 bytes of metadata", store.put, "more", metadata=more)
    same(store.provider.exists(store.key("more")), False, "exists after the refusal")


@case("headers")
def metadata_beyond_ascii(store: Store) -> None:
    """Metadata beyond ASCII is refused, because servers store it in different ways."""
    raises(InvalidHeader, "a value with ü", store.put, metadata={"city": "Zürich"})
    raises(InvalidHeader, "a name with ü", store.put, metadata={"grüße": "1"})
    same(store.names(), [], "the names listed after the refusals")


@case("headers")
def metadata_twice(store: Store) -> None:
    """Two metadata names that differ only in case are refused, because one would be lost."""
    raises(InvalidHeader, "Color and color", store.put, metadata={"Color": "1", "color": "2"})
    same(store.names(), [], "the names listed after the refusal")


@case("headers")
def metadata_names(store: Store) -> None:
    """Metadata names that are no header names are refused, and bucketry's own prefix too."""
    for name in ("", "a b", "a:b", "a/b", "Bucketry-write-id"):
        raises(InvalidHeader, f"the metadata name {name!r}", store.put, metadata={name: "1"})
    same(store.names(), [], "the names listed after the refusals")


@case("headers", each={n: n for n in ("content_type", *KEPT, "download_name")})
def line_break_in_a_header(store: Store, name: object) -> None:
    """A line break or NUL in {} never becomes a second header."""
    for value in _BREAKS:
        options: dict[str, Any] = {str(name): value}
        if name == "download_name":
            store.put(**options)
            told = str(_info(store).content_disposition)
            holds(not set(told) & set("\r\n\0"), f"the header has a line break: {told!r}")
        else:
            raises(InvalidHeader, f"{name} with {value!r}", store.put, **options)


@case("headers")
def line_break_in_metadata(store: Store) -> None:
    """A line break or NUL in metadata is refused before anything is sent."""
    for value in _BREAKS:
        raises(InvalidHeader, f"metadata with {value!r}", store.put, metadata={"a": value})
    same(store.names(), [], "the names listed after the refusals")


@case("headers")
def line_break_in_native_parameters(store: Store) -> None:
    """A line break or NUL in native parameters is refused before anything is sent."""
    for value in _BREAKS:
        raises(
            InvalidHeader, f"{value!r}", store.put, extra_params={"WebsiteRedirectLocation": value}
        )
        nested = {"Metadata": {"a": value}}
        raises(InvalidHeader, f"a nested {value!r}", store.put, extra_params=nested)
    same(store.names(), [], "the names listed after the refusals")


@case("headers")
def beyond_latin_1(store: Store) -> None:
    """A header value that HTTP cannot carry is refused, with a word on what to do."""
    error = raises(InvalidHeader, "日本", store.put, content_disposition="inline; filename=日本")
    holds("percent-encode" in str(error), f"the refusal does not say what to do: {error}")
    same(store.names(), [], "the names listed after the refusal")


@case("headers", needs=has("presign", "GET"))
def served(store: Store) -> None:
    """An HTTP reader gets the stored type, Cache-Control, disposition and language."""
    store.put(
        "notes.txt",
        content_type="text/plain",
        cache_control="private, max-age=60",
        content_disposition='attachment; filename="n.txt"',
        content_language="en",
    )
    answer = store.http.send(store.provider.sign(store.key("notes.txt")))
    same((answer.status, answer.body), (200, SAMPLE), "status and body")
    wanted = {
        "content-type": "text/plain",
        "cache-control": "private, max-age=60",
        "content-disposition": 'attachment; filename="n.txt"',
        "content-language": "en",
    }
    same({name: answer.headers.get(name) for name in wanted}, wanted, "the headers served")
