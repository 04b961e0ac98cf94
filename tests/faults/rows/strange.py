"""Answers that are almost right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from faults.acts import lies, strange, strangers
from faults.proxy import CONNECT, Act, Strike
from faults.table import ANY, COPY, DELETE, LIST, PARTS, READ, Fault, Spot, always, once

_TRIED: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("delete", "DeleteObject"),
    ("read", "GetObject"),
]
_THERE: Sequence[Spot] = [
    ("exists", "HeadObject"),
    ("head", "HeadObject"),
    ("read", "GetObject"),
    ("delete", "DeleteObject"),
    ("copy", "CopyObject"),
]
_SWEEP: Sequence[Spot] = [("sweep", "ListMultipartUploads")]
_LISTED: Sequence[Spot] = [("list", "ListObjectsV2"), ("delete prefix", "ListObjectsV2")]


def strange_rows() -> Iterator[Fault]:
    yield once("byte by byte", strange.piecemeal, ANY)
    yield once("reset right behind the answer", strange.reset_behind, ANY, "")
    yield always("a fifth of the body each time", strange.some_each_time(60_000), READ, "ok")
    yield always("a byte of the body each time", strange.some_each_time(1), READ)
    yield once("empty, with its ETag", strange.empty_with_its_etag, READ, "")
    yield always("empty, with its ETag", strange.empty_with_its_etag, READ)
    whole = [spot for spot in READ if spot[0] != "open range"]
    yield once("zeros", strange.zeros, whole, "")
    yield once("an answer in place of 204's body", strange.body_behind_204, DELETE[:1], "")
    yield once("chunks to a 204", strange.chunked_204, DELETE[:1], "")
    ranged: Sequence[Spot] = [("open range", "GetObject")]
    for name, value in {
        "missing": None,
        "of another size": "bytes 100000-199999/5",
        "of no size": "bytes 100000-199999/*",
        "backwards": "bytes 199999-100000/300000",
        "unsatisfied": "bytes */300000",
        "in capitals": "BYTES 100000-199999/300000",
        "in lines": "lines 100000-199999/300000",
        "without a unit": "100000-199999/300000",
        "beyond all": f"bytes 100000-199999/{'9' * 30}",
    }.items():
        yield always(f"Content-Range {name}", strange.content_range(value), ranged)
    yield once("many ranges", strange.many_ranges, ranged, "")
    yield once("Content-Range to a plain read", strange.content_range("bytes 0-9/10"), whole, "")
    for count in (90, 150, 3_000):
        yield once(f"{count} cookies", strange.many_headers(count), _TRIED, "")
    yield from _heads()
    yield from _refusals()
    yield from _documents()
    yield from _connections()


def _heads() -> Iterator[Fault]:
    looked: Sequence[Spot] = [("read", "GetObject"), ("exists", "HeadObject")]
    for name, value in {
        "x-amz-version-id": "",
        "x-amz-storage-class": "?",
        "x-amz-restore": "ongoing-request=maybe",
        "x-amz-tagging-count": "many",
        "x-amz-mp-parts-count": "-1",
        "x-amz-missing-meta": "some",
        "x-amz-delete-marker": "true",
        "x-amz-server-side-encryption": "none",
        "x-amz-expiration": "soon",
        "x-amz-checksum-type": "HALF",
        "x-amz-checksum-sha256": "AAAA",
        "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
        "x-amz-checksum-blake3": "AAAA",
        "Content-Encoding": "gzip, br",
        "Expires": "0",
        "Cache-Control": "\x80\xff",
        "Accept-Ranges": "none",
        "Age": "3600",
    }.items():
        yield once(f"{name}: {value!a}", lies.header(name, value), looked, "")
    for name, values in {
        "x-amz-meta-owner": ("Bob", "Eve"),
        "x-amz-meta-": ("nameless",),
        "x-amz-meta-a": ("=?utf-8?B?%%%?=",),
        "x-amz-meta-b": ("=?klingon?Q?x?=",),
        "Last-Modified": ("Thu, 26 Nov 2026 08:00:00 GMT",),
        "Date": ("Thu, 26 Nov 2026 08:00:00 GMT",),
    }.items():
        yield once(f"{name} besides: {values!a}", strange.two_headers(name, *values), looked, "")
    for date in (
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Mon, 01 Jan 0001 00:00:00 +1400",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sat, 31 Feb 2026 25:61:61 GMT",
    ):
        yield once(f"Last-Modified {date}", lies.header("Last-Modified", date), looked, "")
        yield once(f"skewed at {date}", strange.skewed(date), _TRIED, "")
    for etag in ('"' + "e" * 20_000 + '"', '"\x80\xff"', '""""', "*", '"*"', '"a","b"'):
        yield once(f"ETag {etag[:12]!a}", lies.header("ETag", etag), [*looked, *PARTS[1:2]], "")
    for wait in ("0", "1.5", "9" * 40, "-1", "1, 2", "Fri, 31 Dec 9999 23:59:59 GMT", "1e1"):
        busy = lies.error(503, "SlowDown", ("Retry-After", wait))
        yield once(f"Retry-After: {wait[:9]}", busy, _TRIED[:1], "")
    yield once(
        "request id without end", lies.header("x-amz-request-id", "1" * 30_000), _TRIED[:1], ""
    )


def _refusals() -> Iterator[Fault]:
    for status in (401, 407, 421, 425, 451, 499, 511, 521, 530, 599):
        yield once(f"{status} page", lies.page(status), _TRIED, "")
    for status in (407, 421, 530):
        yield always(f"{status} page", lies.page(status), _TRIED)
    for status in (300, 303, 305):
        yield once(f"{status} to nowhere", lies.page(status, b""), _TRIED, "")
    missing = "<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
    absent: Mapping[str, Act] = {
        "about another key": strange.of_another_key,
        "in a list": strange.said(404, f"<Errors><Error>{missing}</Error></Errors>"),
        "in HTML": strange.said(404, "<html>NoSuchKey</html>", "text/html"),
        "in JSON": strange.said(404, '{"Code": "NoSuchKey"}', "application/json"),
        "in small letters": strange.said(404, f"<error>{missing.lower()}</error>"),
        "without a code": strange.refusal(404, "<Code></Code><Message>m</Message>"),
        "with a code of blanks": strange.refusal(404, "<Code> \n </Code>"),
        "with two codes": strange.refusal(404, f"<Code>InternalError</Code>{missing}"),
        "cut": strange.said(404, f"<Error>{missing}"),
        "with more behind it": strange.said(404, f"<Error>{missing}</Error><Error/>"),
        "as 403": strange.refusal(403, missing),
        "as 500": strange.refusal(500, missing),
        "as 200": strange.refusal(200, missing),
        "of a bucket": strange.refusal(404, "<Code>NoSuchBucket</Code><BucketName>b</BucketName>"),
    }  # fmt: skip
    sure = ("about another key", "in HTML", "in JSON", "without a code", "with a code of blanks")
    for name, act in absent.items():
        yield once(f"absence {name}", act, _THERE, "")
        if name in sure:
            yield always(f"absence {name}", act, _THERE)
    for inside in (
        "",
        "<Code>SlowDown</Code>" * 3,
        "<Code>&#x41;ccessDenied</Code>",
        "<Code>" + "x" * 200_000 + "</Code>",
        "<Message>no code at all</Message>",
        "<Code>AccessDenied</Code><RequestId></RequestId><Message/>",
    ):
        for status in (200, 503):
            act = strange.refusal(status, inside)
            yield once(f"{status} with <Error>{inside[:24]}", act, _TRIED, "", orphans=True)


def _documents() -> Iterator[Fault]:
    """In answers that S3 tells by documents."""
    complete, create = PARTS[2:], PARTS[:1]
    for name, to in {
        "of fewer parts": r"\1-1",
        "of no parts": r"\1",
        "of many parts": r"\1-99",
    }.items():
        act = strange.edited(r"([0-9a-f]{32})-2", to)
        yield once(f"Complete's ETag {name}", act, complete, "")
    for name, value in {
        "none": "",
        "blanks": "  ",
        "long": "u" * 2_000,
        "odd": "a&amp;b=c d/%2F",
    }.items():
        act = strange.edited("<UploadId>[^<]*<", f"<UploadId>{value}<")
        yield once(f"UploadId {name}", act, create, "", orphans=True)
    yield once(
        "Create of another key",
        strange.edited("<Key>[^<]*<", "<Key>other<"),
        create,
        "",
        orphans=True,
    )
    for name, to in {
        "other": "<ETag>&quot;0123&quot;<",
        "none": "<ETag><",
        "weak": '<ETag>W/"1"<',
    }.items():
        yield once(f"copy's ETag {name}", strange.edited("<ETag>[^<]*<", to), COPY, "")
    root = strange.edited("Copy(Object|Part)Result", "CopyThingResult")
    yield once("copy's document of another name", root, COPY, "", orphans=True)
    for name, (old, new) in {
        "of no time": ("<Initiated>[^<]*</Initiated>", ""),
        "of a time that is none": ("<Initiated>[^<]*<", "<Initiated>gestern<"),
        "without an id": ("<UploadId>[^<]*</UploadId>", ""),
        "without a key": ("<Upload><Key>[^<]*</Key>", "<Upload>"),
        "of another bucket": ("<Bucket>[^<]*<", "<Bucket>other<"),
    }.items():
        yield once(f"uploads {name}", strange.edited(old, new), _SWEEP, "")
    looping = strange.edited(
        "<IsTruncated>false<",
        "<NextKeyMarker>left-1.bin</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>"
        "<IsTruncated>true<",
    )
    yield always("uploads without end", looping, _SWEEP)
    yield always(
        "uploads without a marker",
        strange.edited("<IsTruncated>false", "<IsTruncated>true"),
        _SWEEP,
    )
    for name, (old, new) in {
        "a size below zero": ("<Size>[^<]*<", "<Size>-1<"),
        "a size beyond all": ("<Size>[^<]*<", f"<Size>{'9' * 40}<"),
        "a size with blanks": ("<Size>([^<]*)<", r"<Size> \1 <"),
        "a size with a point": ("<Size>([^<]*)<", r"<Size>\1.0<"),
        "keys with newlines": ("<Key>", "<Key>\n"),
        "no keys": ("<Key>[^<]*<", "<Key><"),
        "keys twice in an entry": ("<Key>([^<]*)</Key>", r"<Key>\1</Key><Key>other</Key>"),
        "url-encoded, it says": ("<IsTruncated>", "<EncodingType>url</EncodingType><IsTruncated>"),
        "another encoding": ("<IsTruncated>", "<EncodingType>base64</EncodingType><IsTruncated>"),
        "no IsTruncated": ("<IsTruncated>[^<]*</IsTruncated>", ""),
        "two IsTruncated": ("<IsTruncated>", "<IsTruncated>false</IsTruncated><IsTruncated>"),
        "an error inside": (
            "<IsTruncated>",
            "<Error><Code>InternalError</Code></Error><IsTruncated>",
        ),
    }.items():
        yield once(f"listing with {name}", strange.edited(old, new), _LISTED, "")
    second: Mapping[str, Act] = {
        "a login page": lies.page(200),
        "404 NoSuchBucket": lies.error(404, "NoSuchBucket"),
        "another bucket": strange.edited("<Name>[^<]*<", "<Name>other<"),
        "the first again": strange.edited("list/01", "list/00"),
        "empty": lies.page(200, b"", (lies.AMZ,)),
    }
    for name, act in second.items():
        yield once(f"second page: {name}", act, LIST[:1], "", nth=2)
    for name, to in {
        "refused": r"<Error>\1<Code>AccessDenied</Code><Message>m</Message></Error>",
        "refused without a word": r"<Error>\1</Error>",
        "told as both": r"<Deleted>\1</Deleted><Error>\1<Code>AccessDenied</Code></Error>",
    }.items():
        act = strange.edited("<Deleted>(<Key>[^<]*</Key>).*?</Deleted>", to)
        yield once(f"batch: each {name}", act, DELETE[1:], "")


def _connections() -> Iterator[Fault]:
    """What holds for some connections of many."""
    for name, act in {
        "reset": strangers.connection_reset,
        "of another authority": strangers.unknown_authority,
        "in plain HTTP": strangers.plain_http,
        "of another name": strangers.wrong_name,
    }.items():
        yield Fault(
            name=f"all connections but the first {name}",
            act=act,
            on=[("upload parts", "UploadPart"), ("copy", "CopyObject"), ("move", "DeleteObject")],
            more=[
                Strike("UploadPart", strange.reset_behind),
                Strike("HeadObject", strange.reset_behind),
                Strike(CONNECT, act, nth=2, times=None),
            ],
            deadline=3,
        )
