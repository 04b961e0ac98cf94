"""Options of uploads that are mangled, dropped or let through."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import attrs

from bucketry import InvalidHeader, Provider, Unsupported
from conformance.sabotages.tools import (
    answer,
    arguments,
    cleaned,
    dropped,
    in_the_open,
    options,
    sabotage,
    stored,
    told,
    whole,
    without,
)

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
        methods=answer("head", lambda true: attrs.evolve(true, content_disposition="a\0b")),
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
        "tags.of_large_objects",
        "the number of tags that a GET tells",
        place="aws",
        methods=without("tags"),
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

SABOTAGES = [*HEADER, *TAGS, *INTEGRITY, *EXTRAS]
