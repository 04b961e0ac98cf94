"""Uploads that lose bytes or the truth."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from bucketry import InvalidSource, Provider
from bucketry.testing.cases.upload import Liar
from conformance.sabotages.tools import (
    answer,
    body,
    deletes_first,
    options,
    sabotage,
    source,
    source_if,
    stored,
    told,
    told_twice,
    whole,
    without,
)


def _until_empty(pieces: Iterator[bytes]) -> bytes:
    return b"".join(itertools.takewhile(bool, itertools.islice(pieces, 1, None)))


def _is_iterator(given: Any) -> bool:
    return hasattr(given, "__next__") and not hasattr(given, "read")


def _is_pipe(given: Any) -> bool:
    return hasattr(given, "read") and not given.seekable()


def _encoded(piece: Any) -> Any:
    return piece.encode() if isinstance(piece, str) else piece


def _swallowed(pieces: Any) -> Iterator[bytes]:
    try:
        yield from pieces
    except RuntimeError:
        return


def _over_the_old_bytes(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
    new = whole(given)
    old = self.read(key) if self.exists(key) else b""
    return Provider.upload(self, new + old[len(new) :], key=key, **options)


def _keeps_old_metadata(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
    old = self.head(key).metadata if self.exists(key) else {}
    options["metadata"] = {**(old or {}), **options.get("metadata", {})}
    return Provider.upload(self, given, key=key, **options)


def _named_folders(given: Any) -> Any:
    if isinstance(given, Path) and given.is_dir():
        raise InvalidSource("it cannot be read")
    return given


def _old_etag(self: Provider, key: str, given: Any, **options: Any) -> Any:
    old = self.head(key).etag
    return attrs.evolve(Provider.replace(self, key, given, **options), etag=old)


def _without_delete(self: Provider, key: str, given: Any, **options: Any) -> Any:
    return self.upload(given, key=options.pop("new_key"), **options)


def _deletes_first(self: Provider, key: str, given: Any, **options: Any) -> Any:
    self.delete(key)
    return Provider.replace(self, key, given, **options)


def _looks_first(self: Provider, key: str, given: Any, **options: Any) -> Any:
    self.head(key)
    return Provider.replace(self, key, given, **options)


KNOWN = frozenset({"key", "filename", "content_type", "prevent_overwrite"})

UPLOAD = [
    sabotage(
        "upload.bytes_round_trip",
        "the bytes read back",
        methods=body(lambda given: given.replace(b"\x80", b"?")),
    ),
    sabotage(
        "upload.line_endings",
        "the bytes read back",
        methods=body(lambda given: given.replace(b"\r\n", b"\n")),
    ),
    sabotage(
        "upload.bytearray_and_memoryview",
        "the bytes of the memoryview",
        methods=source(lambda given: given.obj if isinstance(given, memoryview) else given),
    ),
    sabotage(
        "upload.path",
        "the bytes of the file",
        methods=source(lambda given: given.name.encode() if isinstance(given, Path) else given),
    ),
    sabotage(
        "upload.open_file",
        "the bytes from the position on",
        methods=source_if(
            lambda given: isinstance(given, io.BufferedRandom),
            lambda given: (given.seek(0), given)[1],
        ),
    ),
    sabotage(
        "upload.iterator",
        "the bytes of the pieces",
        methods=source_if(lambda given: type(given) is type(iter([])), _until_empty),
    ),
    sabotage(
        "upload.stream_with_short_reads",
        "the bytes of the stream",
        methods=source_if(_is_pipe, lambda given: given.read(1 << 20)),
    ),
    sabotage(
        "upload.nothing_from_bytes", "size and bytes", methods=body(lambda given: given or b"\0")
    ),
    sabotage(
        "upload.nothing_from_a_stream",
        "size and bytes",
        methods=body(lambda given: given or b"\n"),
    ),
    sabotage(
        "upload.text_is_no_source",
        "but it succeeded",
        methods=source_if(lambda given: isinstance(given, str), _encoded),
    ),
    sabotage(
        "upload.text_file_is_no_source",
        "but it succeeded",
        methods=source_if(
            lambda given: isinstance(given, io.StringIO), lambda given: given.read().encode()
        ),
    ),
    sabotage(
        "upload.folder_is_no_source",
        "does not say that it is a folder",
        methods=source(_named_folders),
    ),
    sabotage(
        "upload.missing_file_is_no_source",
        "but it succeeded",
        methods=source_if(
            lambda given: isinstance(given, Path) and not given.exists(), lambda given: b""
        ),
    ),
    sabotage(
        "upload.iterator_of_text",
        "but it succeeded",
        methods=source_if(_is_iterator, lambda given: map(_encoded, given)),
    ),
    sabotage(
        "upload.broken_source",
        "but it succeeded",
        methods=source_if(_is_iterator, _swallowed),
    ),
    sabotage("upload.broken_source_over_an_object", "NotFound", methods={"upload": deletes_first}),
    sabotage(
        "upload.shorter_than_promised",
        "but it succeeded",
        methods=source_if(lambda given: isinstance(given, Liar), lambda given: given.getvalue()),
    ),
    sabotage(
        "upload.longer_than_promised",
        "but it succeeded",
        methods=source_if(
            lambda given: isinstance(given, Liar), lambda given: given.getvalue()[:10]
        ),
    ),
    sabotage(
        "upload.overwrites_bytes",
        "the bytes after the second upload",
        methods={"upload": _over_the_old_bytes},
    ),
    sabotage("upload.overwrites_all_else", "the metadata", methods={"upload": _keeps_old_metadata}),
    sabotage("upload.answer_names_the_place", "names no bucket", hooks={"upload": told(bucket="")}),
    sabotage(
        "upload.answer_has_the_etag",
        "the ETag has quotes",
        hooks={"upload": told(etag=lambda true: f'"{true.etag}"')},
    ),
    sabotage(
        "upload.answer_has_the_version",
        "the version that head tells",
        hooks={"upload": told(version="1")},
    ),
    sabotage(
        "upload.answer_has_the_url",
        "the URL in the answer",
        methods=stored(url=lambda true: f"{true.url}?Signature=1"),
    ),
    sabotage(
        "upload.readable_at_once",
        "is not listed right after its upload",
        methods=answer("list", lambda true: iter(list(true)[:-1])),
    ),
    sabotage(
        "upload.progress",
        "the sum of the steps",
        methods=options(told_twice),
    ),
    sabotage("upload.replace_in_place", "the ETag did not change", methods={"replace": _old_etag}),
    sabotage(
        "upload.replace_under_a_new_key",
        "the names listed",
        methods={"replace": _without_delete},
    ),
    sabotage("upload.failed_replacement", "the names listed", methods={"replace": _deletes_first}),
    sabotage("upload.replace_what_is_missing", "NotFound", methods={"replace": _looks_first}),
    sabotage(
        "upload.unknown_option",
        "but it succeeded",
        methods=options(lambda given: {n: v for n, v in given.items() if n in KNOWN}),
    ),
    sabotage("upload.protected_parameters", "but it succeeded", methods=without("extra_params")),
    sabotage(
        "upload.answer_can_be_kept",
        "NotFound",
        methods=stored(key=lambda true: quote(true.key)),
    ),
]


SABOTAGES = [*UPLOAD]
