"""Answers whose form, bytes, number or order is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faults.acts import framing, lies, listings, strangers
from faults.table import (
    BODIES,
    DELETE,
    LOOK,
    PUT,
    READ,
    Fault,
    Spot,
    always,
    once,
)


def framing_rows() -> Iterator[Fault]:
    """Lengths, chunks and ends."""
    some = [
        *READ,
        ("list", "ListObjectsV2"),
        ("upload parts", "CompleteMultipartUpload"),
        ("copy", "CopyObject"),
    ]
    few = [
        ("read", "GetObject"),
        ("download", "GetObject"),
        ("list", "ListObjectsV2"),
        ("upload", "PutObject"),
        ("exists", "HeadObject"),
    ]
    yield once("chunked", framing.chunked, some)
    for name, act in {
        "chunked, cut": framing.chunked_cut,
        "chunked, no last chunk": framing.chunked_no_end,
        "chunked, not hexadecimal": framing.chunked_bad,
        "chunked, negative": framing.chunked_negative,
    }.items():
        yield once(name, act, some)
    for name, act in {
        "chunked, half": framing.chunked_half,
        "chunked and a length": framing.chunked_and_length,
        "until close": framing.until_close,
        "until close, half": framing.until_close_half,
        "HTTP/1.0": framing.old_protocol,
        "HTTP/1.0, half": framing.old_protocol_half,
        "unknown coding": framing.unknown_coding,
        "length with a tail missing": framing.length_missing_tail,
        "length +n": framing.length_plus,
        "length with _": framing.length_underscore,
        "length n, n": framing.length_twice,
        "length negative": framing.length_negative,
        "length huge": framing.length_huge,
        "length a word": framing.length_word,
        "length hexadecimal": framing.length_hex,
        "length too short": framing.length_short,
        "two lengths": framing.lengths_differ,
    }.items():
        yield once(name, act, few, "")
    for name, act in {
        "chunked, half": framing.chunked_half,
        "chunked and a length": framing.chunked_and_length,
        "until close, half": framing.until_close_half,
        "HTTP/1.0, half": framing.old_protocol_half,
        "length with _": framing.length_underscore,
        "length too short": framing.length_short,
        "two lengths": framing.lengths_differ,
    }.items():
        yield always(name, act, [*READ, ("list", "ListObjectsV2")])
    for name, act in {
        "head without end": framing.endless_head,
        "line without end": framing.endless_line,
        "error without end": framing.endless_error,
        "XML without end": framing.endless_xml,
        "spaces without end": framing.endless_spaces,
    }.items():
        yield always(
            name,
            act,
            [
                ("upload", "PutObject"),
                ("read", "GetObject"),
                ("list", "ListObjectsV2"),
                ("copy", "CopyObject"),
                ("delete many", "DeleteObjects"),
            ],
        )
    yield once("5,000 headers", framing.many_headers, few, "")
    yield once("folded header", framing.folded_header, few, "")
    yield once("LF alone", framing.bare_newlines, few, "")


def bits_rows() -> Iterator[Fault]:
    """Bytes that are not what was sent."""
    batches = [("delete many", "DeleteObjects"), ("upload parts", "CompleteMultipartUpload")]
    yield once("bit flipped in the request", framing.flip_request, [*BODIES, *PUT, *batches])
    yield once("request cut", framing.cut_request, [*BODIES, *PUT, *batches])
    yield always("bit flipped in the request", framing.flip_request, PUT)
    # Of a range there is no digest.
    whole = [spot for spot in READ if spot[0] != "open range"]
    yield once("bit flipped in the answer", framing.flip_answer, whole, "")
    yield once("answer cut", framing.cut_answer, [*READ, ("list", "ListObjectsV2")], "")
    yield once("answer padded", framing.padded_answer, READ, "")
    yield always("bit flipped in the answer", framing.flip_answer, READ[:1])
    yield once(
        "compressed on the way", framing.compressed, [*READ, *LOOK, ("list", "ListObjectsV2")], ""
    )
    yield once("compressed in silence", framing.compressed_silently, READ, "")
    yield always("compressed on the way", framing.compressed, READ)
    yield once("object replaced in between", strangers.other_after_half, READ, "")


def statuses_rows() -> Iterator[Fault]:
    """Successes of another number."""
    etag = lies.STRONG
    for number in (201, 202, 203, 206, 226):
        yield once(
            f"{number}, not applied",
            lies.status_unapplied(number, etag),
            [*PUT, ("upload parts", "UploadPart"), ("head", "HeadObject"), *DELETE],
            "",
        )
        yield once(
            f"{number}, applied",
            lies.status(number),
            [
                *PUT,
                ("read", "GetObject"),
                ("list", "ListObjectsV2"),
                ("upload parts", "CompleteMultipartUpload"),
            ],
            "",
        )
    yield always("201, not applied", lies.status_unapplied(201, etag), PUT)
    yield always("202, not applied", lies.status_unapplied(202, etag), PUT)
    yield always("200 to a delete, not applied", lies.status_unapplied(200), DELETE)
    yield always("202 to a delete, not applied", lies.status_unapplied(202), DELETE)
    yield always("204 by another server", lies.page(204, b"", ()), DELETE)
    yield once(
        "206 with half, unasked",
        lies.half_as_206,
        [("read", "GetObject"), ("open", "GetObject"), ("download", "GetObject")],
        "",
    )
    yield always(
        "206 with half, unasked",
        lies.half_as_206,
        [("read", "GetObject"), ("open", "GetObject"), ("download", "GetObject")],
    )
    yield always("range answered by 200", lies.range_ignored, [("open range", "GetObject")])
    yield always("another range", lies.range_shifted, [("open range", "GetObject")])
    yield once("304 to a plain read", lies.page(304, b"", (lies.AMZ, etag)), [*READ, *LOOK], "")


def listings_rows() -> Iterator[Fault]:
    listing: Sequence[Spot] = [("list", "ListObjectsV2")]
    for name, act in {
        "unsorted": listings.unsorted,
        "a key twice": listings.twice,
        "half of the entries": listings.half,
        "no entries but more to come": listings.none_but_truncated,
        "a key of another folder": listings.foreign,
        "an entry without a key": listings.no_key,
        "an entry without a size": listings.no_size,
        "a size that is none": listings.size_word,
        "a date that is none": listings.date_word,
        "no ETags": listings.no_etag,
        "another bucket": listings.other_bucket,
        "another prefix": listings.other_prefix,
        "a wrong count": listings.wrong_count,
        "token, but not truncated": listings.not_truncated,
        "token, IsTruncated missing": listings.truncated_missing,
        "IsTruncated True": listings.truncated_capital,
        "IsTruncated maybe": listings.truncated_word,
        "truncated without a token": listings.token_missing,
    }.items():
        yield once(f"listing: {name}", act, listing, "")
    for name, act in {
        "two tokens in turn": listings.looping,
        "empty pages": listings.endless_empty,
    }.items():
        yield always(f"listing: {name}", act, listing)
    yield always(
        "listing: foreign keys", listings.foreign_folder, [("delete prefix", "ListObjectsV2")]
    )
