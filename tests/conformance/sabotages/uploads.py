"""Uploads that lose bytes, headers or the truth."""

from __future__ import annotations

import gzip
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from bucketry import InvalidHeader, InvalidSource, Provider, Unsupported
from bucketry.testing.cases.upload import Liar
from conformance.sabotages.tools import (
    answer,
    arguments,
    body,
    cleaned,
    dropped,
    in_the_open,
    options,
    sabotage,
    source,
    source_if,
    stored,
    told,
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


def _delete_first(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
    self.delete(key)
    return Provider.upload(self, given, key=key, **options)


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


def _twice(given: dict[str, Any]) -> dict[str, Any]:
    progress = given.get("progress")
    if progress is None:
        return given
    return {**given, "progress": lambda step: (progress(step), progress(step))}


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
    sabotage("upload.broken_source_over_an_object", "NotFound", methods={"upload": _delete_first}),
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
        methods=options(_twice),
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

TYPED = ("picture", "text", "WebP-picture", "compressed-archive")
UNTYPED = ("name-without-an-ending", "unknown-ending")
HEADERS = ("cache_control", "content_disposition", "content_language", "content_encoding")


def _without_bad_metadata(reason: str) -> dict[str, Any]:
    """Store without metadata that is refused for one reason."""

    def upload(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
        try:
            return Provider.upload(self, given, key=key, **options)
        except InvalidHeader as error:
            if reason not in str(error):
                raise
            options.pop("metadata")
            return Provider.upload(self, given, key=key, **options)

    return {"upload": upload}


def _once(given: dict[str, Any]) -> dict[str, Any]:
    if "metadata" not in given:
        return given
    metadata = {name.lower(): value for name, value in given["metadata"].items()}
    return {**given, "metadata": metadata}


def _plain_name(given: dict[str, Any]) -> dict[str, Any]:
    if "download_name" not in given or "content_disposition" in given:
        return given
    name = given.pop("download_name").encode("ascii", "ignore").decode()
    return {**given, "content_disposition": f"attachment; filename={name}"}


def _curt(self: Provider, given: Any, **options: Any) -> Any:
    try:
        return Provider.upload(self, given, **options)
    except InvalidHeader:
        raise InvalidHeader("it cannot be sent") from None


HEADER = [
    sabotage("headers.given_type", "the content type", methods=without("content_type")),
    sabotage(
        tuple(f"headers.guessed_type[{name}]" for name in TYPED),
        "the content type of",
        methods=options(lambda given: {"content_type": "application/octet-stream", **given}),
    ),
    sabotage(
        tuple(f"headers.guessed_type[{name}]" for name in UNTYPED),
        "the content type of",
        methods=options(lambda given: {"content_type": "text/plain", **given}),
    ),
    sabotage("headers.type_from_filename", "the content type", methods=without("filename")),
    *(
        sabotage(f"headers.kept[{name}]", f"{name} as head tells it", methods=without(name))
        for name in HEADERS
    ),
    sabotage(
        "headers.no_header_by_default",
        "content_language of an upload without it",
        methods=options(lambda given: {**given, "content_language": "en"}),
    ),
    sabotage("headers.not_decoded", "the bytes read back", methods=answer("read", gzip.decompress)),
    sabotage("headers.download_name", "Content-Disposition", methods=options(_plain_name)),
    sabotage("headers.two_dispositions", "but it succeeded", methods=without("download_name")),
    sabotage("headers.metadata", "the metadata", methods=without("metadata")),
    sabotage(
        "headers.metadata_values",
        "the metadata",
        hooks={"head": told(metadata=lambda true: _single_blanks(true.metadata))},
    ),
    sabotage(
        "headers.much_metadata", "but it succeeded", methods=_without_bad_metadata("more than S3")
    ),
    sabotage(
        "headers.metadata_beyond_ascii",
        "a value with ü",
        methods=_without_bad_metadata("non-ASCII"),
    ),
    sabotage("headers.metadata_twice", "but it succeeded", methods=options(_once)),
    sabotage(
        "headers.metadata_names",
        "the metadata name ''",
        methods=_without_bad_metadata("is not letters"),
    ),
    *(
        sabotage(
            f"headers.line_break_in_a_header[{name}]", "but it succeeded", methods=cleaned(name)
        )
        for name in ("content_type", *HEADERS)
    ),
    sabotage(
        "headers.line_break_in_a_header[download_name]",
        "the header has a line break",
        hooks={"head": told(content_disposition="a\r\nb")},
    ),
    sabotage("headers.line_break_in_metadata", "but it succeeded", methods=cleaned("metadata")),
    sabotage(
        "headers.line_break_in_native_parameters",
        "but it succeeded",
        methods=without("extra_params"),
    ),
    sabotage("headers.beyond_latin_1", "does not say what to do", methods={"upload": _curt}),
    sabotage(
        "headers.served",
        "the headers served",
        methods=arguments("sign", response={"content_type": "text/html"}),
    ),
]


def _single_blanks(metadata: Any) -> dict[str, str]:
    return {name: " ".join(value.split()) for name, value in metadata.items()}


def _nine_tags(given: dict[str, Any]) -> dict[str, Any]:
    if "tags" not in given:
        return given
    return {**given, "tags": dict(list(given["tags"].items())[:9])}


def _tags(kept: Callable[[str, str], bool]) -> dict[str, Any]:
    """Keep only some of the tags."""

    def change(given: dict[str, Any]) -> dict[str, Any]:
        tags = given.get("tags", {})
        return {**given, "tags": {n: value for n, value in tags.items() if kept(n, value)}}

    return options(change)


def _within_limits(given: dict[str, Any]) -> dict[str, Any]:
    if "tags" not in given:
        return given
    tags = {(n or "tag")[:128]: v[:256] for n, v in given["tags"].items()}
    return {**given, "tags": tags}


TAGS = [
    sabotage(
        "tags.accepted", "the number of tags that a GET tells", place="aws", methods=without("tags")
    ),
    sabotage(
        "tags.special_characters",
        "the number of tags that a GET tells",
        place="aws",
        methods=_tags(lambda name, value: "/" not in value),
    ),
    sabotage(
        "tags.other_scripts",
        "the number of tags that a GET tells",
        place="aws",
        methods=_tags(lambda name, value: value.isascii()),
    ),
    sabotage(
        "tags.of_greatest_number",
        "the number of tags that a GET tells",
        place="aws",
        methods=options(_nine_tags),
    ),
    sabotage("tags.too_many", "but it succeeded", methods=options(_nine_tags)),
    sabotage("tags.too_long", "but it succeeded", methods=options(_within_limits)),
    sabotage("tags.line_break", "but it succeeded", methods=cleaned("tags")),
    sabotage(
        "tags.never_dropped_in_silence",
        "succeeded without a word",
        place="r2",
        methods=without("tags"),
    ),
]

DIGESTS = ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME")


def _large_without(self: Provider, given: Any, **options: Any) -> Any:
    given = whole(given)
    if len(given) > self.options.multipart.part_size:
        options.pop("checksum_algorithm", None)
    return Provider.upload(self, given, **options)


def _with_parts(true: Any) -> Any:
    return f"{true.checksum}-{true.parts}" if true.parts else true.checksum


INTEGRITY = [
    sabotage(
        tuple(f"integrity.digest[{name}]" for name in DIGESTS),
        "the digest in the answer",
        place="aws",
        hooks={"upload": told(checksum="AAAAAA==")},
    ),
    sabotage(
        "integrity.digest_is_kept",
        "the digest that head tells",
        place="aws",
        hooks={"head": told(checksums={})},
    ),
    sabotage(
        "integrity.digest_of_nothing",
        "the digest in the answer",
        place="aws",
        hooks={"upload": told(checksum=lambda true: true.checksum if true.size else None)},
    ),
    sabotage(
        "integrity.digest_of_parts",
        "the algorithm in the answer",
        place="aws",
        methods={"upload": _large_without},
    ),
    sabotage(
        "integrity.digest_of_the_whole",
        "the digest is one of parts",
        place="aws",
        hooks={"upload": told(checksum=_with_parts)},
    ),
    sabotage(
        "integrity.unknown_algorithm", "but it succeeded", methods=without("checksum_algorithm")
    ),
    sabotage(
        ("integrity.refused_digest[SHA256]", "integrity.refused_digest[CRC32]"),
        "succeeded without a word",
        methods=without("checksum_algorithm"),
    ),
    sabotage(
        "integrity.etag_follows_the_bytes",
        "both versions have the ETag",
        hooks={"upload": told(etag=lambda true: str(true.size))},
    ),
    sabotage(
        "integrity.listing_agrees",
        "size and ETag listed",
        hooks={"head": told(etag=lambda true: true.etag.upper() + "-1")},
    ),
]


def _encrypt_small(self: Provider, given: Any, **options: Any) -> Any:
    if len(given) > self.options.multipart.part_size:
        options.pop("encryption")
    return Provider.upload(self, given, **options)


def _unsupported(name: str) -> dict[str, Any]:
    def upload(self: Provider, given: Any, **options: Any) -> Any:
        if name in options:
            raise Unsupported(f"there is no {name} here")
        return Provider.upload(self, given, **options)

    return {"upload": upload}


EXTRAS = [
    sabotage(
        "encryption.applied",
        "the encryption that head tells",
        place="aws",
        methods=without("encryption"),
    ),
    sabotage(
        "encryption.applied_to_large",
        "the encryption that head tells",
        place="aws",
        methods={"upload": _encrypt_small},
    ),
    sabotage(
        ("encryption.refused[AES256]", "encryption.refused[aws:kms]"),
        "succeeded without a word",
        place="r2",
        methods=without("encryption"),
    ),
    sabotage(
        "storage.standard",
        "correct the fact storage_classes",
        place="aws",
        outcome="contradicted",
        methods=_unsupported("storage_class"),
    ),
    sabotage(
        "storage.another_class",
        "the class that head tells",
        place="aws",
        methods=without("storage_class"),
    ),
    sabotage("storage.no_such_class", "succeeded without a word", methods=without("storage_class")),
    sabotage(
        "access.answer_follows_the_setting",
        "public of an upload that is private",
        hooks={"is_private": lambda true, key: False},
    ),
    sabotage(
        "access.one_private_folder",
        "public of the secret",
        hooks={"is_private": lambda true, key: False},
    ),
    sabotage(
        "access.public_opens_as_declared",
        "status and body of the plain address",
        place="disk-public",
        methods=stored(url=lambda true: f"{true.url}.txt"),
    ),
    sabotage(
        "access.no_public_address",
        "the plain address opened the object",
        place="aws",
        facts={"public_url": "no"},
        options=in_the_open,
    ),
    sabotage(
        "access.private_acl",
        "correct the fact acl",
        place="aws",
        outcome="contradicted",
        methods=_unsupported("acl"),
    ),
    sabotage("access.unknown_acl", "but it succeeded", place="aws", methods=without("acl")),
    sabotage(
        "access.acl_is_never_dropped_in_silence",
        "succeeded without a word",
        place="r2",
        methods=without("acl"),
    ),
    sabotage(
        "access.acl_of_a_copy",
        "succeeded without a word",
        place="r2",
        methods=dropped("copy", "extra_params"),
    ),
    sabotage("access.line_break_in_an_acl", "but it succeeded", methods=without("acl")),
]

SABOTAGES = [*UPLOAD, *HEADER, *TAGS, *INTEGRITY, *EXTRAS]
