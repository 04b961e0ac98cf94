"""The table: every fault, where it strikes, and how it must end where that is sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email.utils import formatdate
from typing import Literal

from attrs import field, frozen

from faults import acts, lies, listings
from faults.operations import OPERATIONS, Operation
from faults.proxy import CONNECT, WARM, Act, Strike, faithfully

Spot = tuple[str, str]
"""An operation, and which of its requests is struck."""

Must = Literal["ok", "refused", ""]
"""How it must end: well, refused without doubt, or in any way that is no lie."""

Place = Literal["proxy", "refused", "black hole", "unknown host", "hanging names"]
"""Where the client is sent."""

PUT: Sequence[Spot] = [("upload", "PutObject"), ("create", "PutObject"), ("if_match", "PutObject")]
PARTS: Sequence[Spot] = [
    ("upload parts", "CreateMultipartUpload"),
    ("upload parts", "UploadPart"),
    ("upload parts", "CompleteMultipartUpload"),
]
COPY: Sequence[Spot] = [("copy", "CopyObject"), ("copy parts", "UploadPartCopy")]
DELETE: Sequence[Spot] = [("delete", "DeleteObject"), ("delete many", "DeleteObjects")]
LOOK: Sequence[Spot] = [
    ("head", "HeadObject"),
    ("exists", "HeadObject"),
    ("exists not", "HeadObject"),
]
READ: Sequence[Spot] = [
    ("read", "GetObject"),
    ("open", "GetObject"),
    ("open range", "GetObject"),
    ("download", "GetObject"),
]
LIST: Sequence[Spot] = [
    ("list", "ListObjectsV2"),
    ("list folders", "ListObjectsV2"),
    ("sweep", "ListMultipartUploads"),
]
WRITE = [*PUT, *PARTS, *COPY, *DELETE]
BODIES: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("upload 4 MiB", "PutObject"),
    ("upload parts", "UploadPart"),
    ("upload stream", "UploadPart"),
]
ANY: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("create", "PutObject"),
    *PARTS,
    ("copy", "CopyObject"),
    *DELETE,
    ("head", "HeadObject"),
    ("exists", "HeadObject"),
    ("exists not", "HeadObject"),
    ("read", "GetObject"),
    ("download", "GetObject"),
    ("list", "ListObjectsV2"),
    ("sweep", "ListMultipartUploads"),
]
"""One of each kind."""

FEW: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("create", "PutObject"),
    ("delete", "DeleteObject"),
    ("exists", "HeadObject"),
    ("read", "GetObject"),
    ("list", "ListObjectsV2"),
]
"""For what lasts until the deadline."""

XML_ANSWERS: Sequence[Spot] = [
    ("upload parts", "CreateMultipartUpload"),
    ("upload parts", "CompleteMultipartUpload"),
    *COPY,
    ("delete many", "DeleteObjects"),
    ("list", "ListObjectsV2"),
    ("sweep", "ListMultipartUploads"),
]


@frozen(kw_only=True)
class Fault:
    """One row of the table.

    Attributes:
        on: where it strikes.
        times: how many requests it strikes, None for all of them.
        warm: the harm is done to the connection by the request before, a read of another object.
        connect: the harm is done to the connection itself.
        must: how it must end.
        musts: the same for single operations that are an exception.
        clock: seconds that the server's clock is ahead.
        orphans: an unfinished upload whose id nobody was told may stay; `sweep` finds it.
        deadline: the option of that name.
        ends: seconds after which it must have ended, where that is sooner than the deadline.
    """

    name: str
    act: Act = faithfully
    on: Sequence[Spot]
    times: int | None = 1
    nth: int = 1
    warm: bool = False
    connect: bool = False
    must: Must = ""
    musts: Mapping[str, Must] = field(factory=dict)
    place: Place = "proxy"
    tunnel: bool = False
    clock: float = 0
    orphans: bool = False
    deadline: int = 3
    ends: float | None = None

    def strikes(self, wire: str) -> list[Strike]:
        """Return what the proxy is told."""
        if self.warm:
            return [Strike("HeadObject", self.act, key=WARM)]
        return [Strike(CONNECT if self.connect else wire, self.act, self.nth, self.times)]


def _once(name: str, act: Act, on: Sequence[Spot], must: Must = "ok", **more: object) -> Fault:
    return Fault(name=name, act=act, on=on, must=must, **more)  # type: ignore[arg-type]


def _always(name: str, act: Act, on: Sequence[Spot], must: Must = "", **more: object) -> Fault:
    return Fault(
        name=f"{name}, always",
        act=act,
        on=on,
        must=must,
        times=None,
        deadline=2,
        **more,  # type: ignore[arg-type]
    )


def _warm(name: str, act: Act, must: Must = "ok") -> Fault:
    return Fault(name=f"{name}, then", act=act, on=ANY, must=must, warm=True)


def _broken() -> Iterator[Fault]:
    """Connections that break."""
    yield _once("nothing", faithfully, [(o.name, o.wires[0]) for o in OPERATIONS.values()])
    yield _once("reset behind the head", acts.reset_at_once, ANY)
    yield _once("reset in the body", acts.reset_in_body, BODIES)
    yield _once("reset, not applied", acts.reset_unapplied, ANY)
    yield _once("answer lost", acts.answer_lost, [*ANY, *WRITE], orphans=True)
    yield _once("closed without an answer", acts.answer_closed, [*ANY, *WRITE], orphans=True)
    yield _once("half a head", acts.half_head, [*ANY, *WRITE], orphans=True)
    yield _once("half a body, reset", acts.half_body, [*XML_ANSWERS, *READ], orphans=True)
    yield _once("half a body, closed", acts.half_body_closed, [*XML_ANSWERS, *READ], orphans=True)
    yield _once("closed behind the answer", acts.close_after, ANY)
    yield _once("no HTTP", acts.garbage, ANY)
    yield _once("applied, no HTTP", acts.garbage_applied, [*ANY, *WRITE], orphans=True)
    yield _always("reset, not applied", acts.reset_unapplied, FEW)
    yield _always("answer lost", acts.answer_lost, FEW)
    yield _always("half a body, closed", acts.half_body_closed, [*READ, ("list", "ListObjectsV2")])
    yield _always("no HTTP", acts.garbage, FEW)
    yield Fault(name="three resets in half a body", act=acts.half_body, on=READ, times=3, must="ok")
    yield Fault(
        name="second answer lost",
        act=acts.answer_lost,
        nth=2,
        must="ok",
        on=[("upload parts", "UploadPart"), ("list", "ListObjectsV2")],
    )
    yield Fault(
        name="every request but none of Complete",
        act=acts.reset_unapplied,
        times=4,
        on=[("upload parts", "CompleteMultipartUpload"), ("upload parts", "UploadPart")],
    )
    yield _warm("connection closed when idle", acts.close_when_idle)
    yield _warm("connection reset when used again", acts.dead_when_idle)
    yield _warm("408 when idle", acts.timeout_when_idle)
    yield _warm("stray answer at once", acts.stray_at_once)
    yield _warm("stray answer later", acts.stray_when_idle)
    yield _warm("stray newlines", acts.stray_newlines)


def _slow() -> Iterator[Fault]:
    """Time."""
    slow = [*FEW, ("upload parts", "CompleteMultipartUpload"), ("download", "GetObject")]
    yield _once("stalls", acts.stall, slow, "")
    yield _once("applied, stalls", acts.stall_applied, slow, "", orphans=True)
    yield _once("stops reading", acts.stall_reading, BODIES[1:3], "")
    yield _always("stops reading", acts.stall_reading, BODIES[1:2])
    yield _once("stalls in the head", acts.stall_in_head, slow, "", orphans=True)
    yield _once("stalls in the body", acts.stall_in_body, [*READ, ("list", "ListObjectsV2")], "")
    yield _always("stalls", acts.stall, slow)
    yield _always("applied, stalls", acts.stall_applied, FEW)
    yield _always("head dripped", acts.drip_head, slow)
    yield _always(
        "body dripped", acts.drip_body, [*READ, ("list", "ListObjectsV2"), ("copy", "CopyObject")]
    )
    yield _once("body slow", acts.slow_body, [*READ, ("list", "ListObjectsV2")])
    yield _once("answered late", acts.late(1), ANY)
    landing = [*PUT, ("copy", "CopyObject"), *DELETE, ("upload parts", "CompleteMultipartUpload")]
    yield Fault(
        name="lands after the deadline", act=acts.lost_late(5), on=landing, times=None, deadline=2
    )
    yield Fault(name="lands late, once", act=acts.lost_late(5), on=landing, deadline=2)
    yield _once("103 Early Hints", acts.early_hints, ANY)
    yield _once("102 Processing", acts.processing, ANY)
    yield _once("100 Continue, unasked", acts.continue_unasked, ANY)
    yield _once("101 Switching Protocols", acts.switching, FEW, "")
    yield _once("flood of 1xx", acts.interim_flood, FEW, "")
    yield _always("100 Continue without end", acts.continue_for_ever, FEW)
    yield _always("100 Continue without end or pause", acts.continue_without_pause, FEW)


def _early() -> Iterator[Fault]:
    """Answers before the body was sent."""
    yield _once("503 while the body is sent", acts.early(503, "SlowDown"), BODIES)
    yield _once(
        "503 while the body is sent, kept open", acts.early(503, "SlowDown", close=False), BODIES
    )
    yield _once("403 while the body is sent", acts.early(403, "AccessDenied"), BODIES, "")
    yield Fault(
        name="403 while the body is sent, always",
        act=acts.early(403, "AccessDenied"),
        on=BODIES,
        times=None,
        must="refused",
        deadline=20,
        ends=8,
    )
    # A small body is gone before anybody can know.
    yield _once("200 while the body is sent", acts.early_success, BODIES[1:], "")
    yield _always("200 while the body is sent", acts.early_success, BODIES[1:2])


def _framing() -> Iterator[Fault]:
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
    yield _once("chunked", acts.chunked, some)
    for name, act in {
        "chunked, cut": acts.chunked_cut,
        "chunked, no last chunk": acts.chunked_no_end,
        "chunked, not hexadecimal": acts.chunked_bad,
        "chunked, negative": acts.chunked_negative,
    }.items():
        yield _once(name, act, some)
    for name, act in {
        "chunked, half": acts.chunked_half,
        "chunked and a length": acts.chunked_and_length,
        "until close": acts.until_close,
        "until close, half": acts.until_close_half,
        "HTTP/1.0": acts.old_protocol,
        "HTTP/1.0, half": acts.old_protocol_half,
        "unknown coding": acts.unknown_coding,
        "length with a tail missing": acts.length_missing_tail,
        "length +n": acts.length_plus,
        "length with _": acts.length_underscore,
        "length n, n": acts.length_twice,
        "length negative": acts.length_negative,
        "length huge": acts.length_huge,
        "length a word": acts.length_word,
        "length hexadecimal": acts.length_hex,
        "length too short": acts.length_short,
        "two lengths": acts.lengths_differ,
    }.items():
        yield _once(name, act, few, "")
    for name, act in {
        "chunked, half": acts.chunked_half,
        "chunked and a length": acts.chunked_and_length,
        "until close, half": acts.until_close_half,
        "HTTP/1.0, half": acts.old_protocol_half,
        "length with _": acts.length_underscore,
        "length too short": acts.length_short,
        "two lengths": acts.lengths_differ,
    }.items():
        yield _always(name, act, [*READ, ("list", "ListObjectsV2")])
    for name, act in {
        "head without end": acts.endless_head,
        "line without end": acts.endless_line,
        "error without end": acts.endless_error,
        "XML without end": acts.endless_xml,
        "spaces without end": acts.endless_spaces,
    }.items():
        yield _always(
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
    yield _once("5,000 headers", acts.many_headers, few, "")
    yield _once("folded header", acts.folded_header, few, "")
    yield _once("LF alone", acts.bare_newlines, few, "")


def _bits() -> Iterator[Fault]:
    """Bytes that are not what was sent."""
    batches = [("delete many", "DeleteObjects"), ("upload parts", "CompleteMultipartUpload")]
    yield _once("bit flipped in the request", acts.flip_request, [*BODIES, *PUT, *batches])
    yield _once("request cut", acts.cut_request, [*BODIES, *PUT, *batches])
    yield _always("bit flipped in the request", acts.flip_request, PUT)
    # Of a range there is no digest.
    whole = [spot for spot in READ if spot[0] != "open range"]
    yield _once("bit flipped in the answer", acts.flip_answer, whole, "")
    yield _once("answer cut", acts.cut_answer, [*READ, ("list", "ListObjectsV2")], "")
    yield _once("answer padded", acts.padded_answer, READ, "")
    yield _always("bit flipped in the answer", acts.flip_answer, READ[:1])
    yield _once(
        "compressed on the way", acts.compressed, [*READ, *LOOK, ("list", "ListObjectsV2")], ""
    )
    yield _once("compressed in silence", acts.compressed_silently, READ, "")
    yield _always("compressed on the way", acts.compressed, READ)
    yield _once("object replaced in between", acts.other_after_half, READ, "")


def _pages() -> Iterator[Fault]:
    """Answers of something that is not S3."""
    pages: Mapping[str, Act] = {
        "404 default backend": lies.page(
            404, b"default backend - 404", (("Content-Type", "text/plain"),)
        ),
        "404 page": lies.page(404, b"<html><h1>404 Not Found</h1></html>"),
        "404 page with an ETag": lies.page(404, b"Cannot GET /", (*lies.HTML, lies.WEAK)),
        "404 JSON": lies.page(
            404, b'{"message":"no Route matched"}', (("Content-Type", "application/json"),)
        ),
        "404, empty": lies.page(404, b"", ()),
        "410 page": lies.page(410),
        "200 login page": lies.page(200),
        "200 page with a weak ETag": lies.page(200, lies.LOGIN, (*lies.HTML, lies.WEAK)),
        "200 page with an ETag": lies.page(200, lies.LOGIN, (*lies.HTML, lies.STRONG)),
        "200, empty": lies.page(200, b"", ()),
        "200 JSON": lies.page(200, b'{"ok":true}', (("Content-Type", "application/json"),)),
        "204": lies.page(204, b"", ()),
        "302 to a login": lies.page(302, b"", (("Location", "https://login.example.com/"),)),
        "403 page": lies.page(403, b"<html>Attention Required!</html>"),
        "412 page": lies.page(412, b"<html>Precondition Failed</html>"),
        "416 page": lies.page(416, b"<html>Range</html>"),
        "304": lies.page(304, b"", ()),
    }
    places = [
        *ANY,
        ("copy", "HeadObject"),
        ("move", "DeleteObject"),
        ("if_match", "PutObject"),
        ("delete prefix", "ListObjectsV2"),
    ]
    for name, act in pages.items():
        yield _once(name, act, places, "")
    for name in (
        "404 default backend",
        "404 page with an ETag",
        "404, empty",
        "200 login page",
        "200 page with a weak ETag",
        "200 page with an ETag",
        "200, empty",
        "204",
    ):
        yield _always(
            name,
            pages[name],
            [
                *FEW,
                ("exists not", "HeadObject"),
                ("delete many", "DeleteObjects"),
                ("sweep", "ListMultipartUploads"),
            ],
        )
    for name, act in {
        "502 page": lies.page(502, b"<html><h1>502 Bad Gateway</h1></html>"),
        "503 page": lies.page(503, b"<html>no healthy upstream</html>"),
        "504 page": lies.page(504, b"<html>Gateway Time-out</html>"),
        "520": lies.page(520, b"error code: 520"),
        "429 page": lies.page(429, b"Too many requests"),
        "408 page": lies.page(408, b"<html>Request Time-out</html>"),
    }.items():
        yield _once(name, act, ANY)
    yield _once(
        "applied, 502 page",
        lies.page(502, b"<html>502</html>", apply=True),
        [*ANY, *WRITE],
        orphans=True,
    )
    yield _once(
        "applied, 504 page",
        lies.page(504, b"<html>504</html>", apply=True),
        [*ANY, *WRITE],
        orphans=True,
    )
    yield _once("applied, login page", lies.page(200, apply=True), WRITE, "", orphans=True)
    yield _once("applied, 404 page", lies.page(404, b"404", apply=True), WRITE, "", orphans=True)
    yield _always("abort answered by a page", lies.page(200), [("upload parts", "UploadPart")])


def _statuses() -> Iterator[Fault]:
    """Successes of another number."""
    etag = lies.STRONG
    for number in (201, 202, 203, 206, 226):
        yield _once(
            f"{number}, not applied",
            lies.status_unapplied(number, etag),
            [*PUT, ("upload parts", "UploadPart"), ("head", "HeadObject"), *DELETE],
            "",
        )
        yield _once(
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
    yield _always("201, not applied", lies.status_unapplied(201, etag), PUT)
    yield _always("202, not applied", lies.status_unapplied(202, etag), PUT)
    yield _always("200 to a delete, not applied", lies.status_unapplied(200), DELETE)
    yield _always("202 to a delete, not applied", lies.status_unapplied(202), DELETE)
    yield _always("204 by another server", lies.page(204, b"", ()), DELETE)
    yield _once(
        "206 with half, unasked",
        lies.half_as_206,
        [("read", "GetObject"), ("open", "GetObject"), ("download", "GetObject")],
        "",
    )
    yield _always(
        "206 with half, unasked",
        lies.half_as_206,
        [("read", "GetObject"), ("open", "GetObject"), ("download", "GetObject")],
    )
    yield _always("range answered by 200", lies.range_ignored, [("open range", "GetObject")])
    yield _always("another range", lies.range_shifted, [("open range", "GetObject")])
    yield _once("304 to a plain read", lies.page(304, b"", (lies.AMZ, etag)), [*READ, *LOOK], "")


def _lies() -> Iterator[Fault]:
    """S3 itself, mistaken."""
    yield _once("200 with an error", lies.error(200, "InternalError"), XML_ANSWERS, orphans=True)
    yield _always("200 with an error", lies.error(200, "InternalError"), XML_ANSWERS[2:])
    yield _once(
        "200 with an error, applied",
        lies.error(200, "InternalError", apply=True),
        XML_ANSWERS,
        "",
        orphans=True,
    )
    yield _once(
        "200, empty, S3's headers",
        lies.page(200, b"", (lies.AMZ,)),
        [*ANY, *XML_ANSWERS],
        "",
        orphans=True,
    )
    yield _always(
        "200, empty, S3's headers", lies.page(200, b"", (lies.AMZ,)), [*FEW, *XML_ANSWERS]
    )
    yield _once("no ETag", lies.header("ETag", None), [*PUT, *PARTS, *READ, *LOOK], "")
    yield _once("empty ETag", lies.header("ETag", '""'), [*PUT, *PARTS, *READ, *LOOK], "")
    yield _once(
        "weak ETag",
        lies.header("ETag", 'W/"5d41402abc4b2a76b9719d911017c592"'),
        [*PUT, *PARTS[1:2], *READ, *LOOK],
        "",
    )
    yield _once("other ETag", lies.header("ETag", lies.STRONG[1]), [*PUT, *PARTS[1:2], *READ], "")
    yield _always("no ETag", lies.header("ETag", None), [*PUT, *READ, *LOOK])
    yield _once(
        "other key in Complete",
        lies.rewritten("<Key>[^<]*</Key>", "<Key>other</Key>"),
        PARTS[2:],
        "",
    )
    yield _once(
        "other bucket in Complete",
        lies.rewritten("<Bucket>[^<]*</Bucket>", "<Bucket>other</Bucket>"),
        [*PARTS[2:], *PARTS[:1]],
        "",
    )
    yield _always(
        "Complete of another key, not applied",
        lies.document(
            "<CompleteMultipartUploadResult><Bucket>media</Bucket><Key>other</Key>"
            '<ETag>"5d41402abc4b2a76b9719d911017c592-2"</ETag></CompleteMultipartUploadResult>'
        ),
        PARTS[2:],
    )
    yield _always(
        "a listing instead of the answer",
        lies.document("<ListBucketResult><Name>media</Name></ListBucketResult>"),
        XML_ANSWERS[1:5],
    )
    yield _always("an entity bomb", lies.document(lies.bomb()), XML_ANSWERS[1:])
    yield _always("XML a million deep", lies.document("<a>" * 1_000_000), XML_ANSWERS[1:])
    yield _always("XML cut", lies.document("<ListBucketResult><Name>media</Na"), XML_ANSWERS[1:])
    for status, code in (
        (500, "InternalError"),
        (503, "SlowDown"),
        (503, "ServiceUnavailable"),
        (400, "RequestTimeout"),
        (429, "TooManyRequests"),
    ):
        yield _once(f"{status} {code}", lies.error(status, code), ANY)
    yield Fault(
        name="503 SlowDown three times", act=lies.error(503, "SlowDown"), on=ANY, times=3, must="ok"
    )
    yield _once(
        "500, applied", lies.error(500, "InternalError", apply=True), [*ANY, *WRITE], orphans=True
    )
    yield _always("500", lies.error(500, "InternalError"), FEW)
    yield _always("503 SlowDown", lies.error(503, "SlowDown"), FEW)
    yield _always("500, applied", lies.error(500, "InternalError", apply=True), FEW)
    yield _once(
        "409 conflict",
        lies.error(409, "ConditionalRequestConflict"),
        [
            ("create", "PutObject"),
            ("if_match", "PutObject"),
            ("create parts", "CompleteMultipartUpload"),
        ],
    )
    yield _once("409 OperationAborted", lies.error(409, "OperationAborted"), FEW, "")
    for status, code in (
        (403, "AccessDenied"),
        (403, "InvalidAccessKeyId"),
        (400, "ExpiredToken"),
        (501, "NotImplemented"),
        (400, "InvalidRequest"),
        (404, "NoSuchBucket"),
        (404, "XAdminUserNotFound"),
        (409, "ObjectParentIsFile"),
        (418, "ImATeapot"),
    ):
        yield Fault(
            name=f"{status} {code}",
            act=lies.error(status, code),
            on=ANY,
            times=None,
            must="refused",
            deadline=20,
            ends=4,
        )
    yield _once(
        "404 NoSuchUpload",
        lies.error(404, "NoSuchUpload"),
        [("upload parts", "UploadPart"), ("upload parts", "CompleteMultipartUpload")],
        "",
    )
    yield _once("digest mismatch told", lies.error(400, "XAmzContentSHA256Mismatch"), BODIES)
    yield _once("BadDigest told", lies.error(400, "BadDigest"), BODIES)
    yield _once("IncompleteBody told", lies.error(400, "IncompleteBody"), BODIES)
    yield _always("BadDigest told", lies.error(400, "BadDigest"), PUT)
    yield _once("Retry-After: 1", lies.error(503, "SlowDown", ("Retry-After", "1")), ANY)
    yield _once("Retry-After: 3600", lies.error(503, "SlowDown", ("Retry-After", "3600")), FEW, "")
    yield _once(
        "Retry-After: a date",
        lies.error(503, "SlowDown", ("Retry-After", formatdate(usegmt=True))),
        FEW,
    )
    yield _once("Retry-After: nonsense", lies.error(503, "SlowDown", ("Retry-After", "-soon")), FEW)
    yield _always("Retry-After: 3600", lies.error(503, "SlowDown", ("Retry-After", "3600")), FEW)
    yield _once("skewed clock told", lies.error(403, "RequestTimeTooSkewed"), ANY)
    yield _always("skewed clock told", lies.error(403, "RequestTimeTooSkewed"), FEW, "refused")
    yield Fault(name="server's clock an hour ahead", on=ANY, clock=3600, must="ok")
    yield Fault(name="server's clock an hour behind", on=ANY, clock=-3600, must="ok")
    yield _once("307 elsewhere", lies.to_elsewhere(307), ANY, "")
    yield _always("307 elsewhere", lies.to_elsewhere(307), FEW)
    yield _once("301 elsewhere", lies.to_elsewhere(301), FEW, "")
    yield _always("307 to the same", lies.to_elsewhere(307, same=True), FEW)
    yield _always("308 to the same", lies.to_elsewhere(308, same=True), FEW)
    yield _once(
        "Last-Modified no date", lies.header("Last-Modified", "gestern"), [*READ, *LOOK], ""
    )
    yield _once("no Last-Modified", lies.header("Last-Modified", None), [*READ, *LOOK], "")
    yield _once("Date no date", lies.header("Date", "soon"), ANY, "ok")
    yield _once("no Date", lies.header("Date", None), ANY, "ok")
    yield _once("no request id", lies.header("x-amz-request-id", None), ANY, "")
    yield _once("Content-Type no type", lies.header("Content-Type", "\x7f/;;"), [*READ, *LOOK], "")
    yield _once("other checksum", lies.header("x-amz-checksum-crc32", "AAAAAA=="), READ, "")
    yield _once("checksum no base64", lies.header("x-amz-checksum-crc32", "%%%"), READ, "")


def _listings() -> Iterator[Fault]:
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
        yield _once(f"listing: {name}", act, listing, "")
    for name, act in {
        "two tokens in turn": listings.looping,
        "empty pages": listings.endless_empty,
        "new keys for ever": listings.endless_new,
    }.items():
        yield _always(f"listing: {name}", act, listing)
    yield _always(
        "listing: foreign keys", listings.foreign_folder, [("delete prefix", "ListObjectsV2")]
    )


def _races() -> Iterator[Fault]:
    yield _once(
        "somebody was first",
        acts.other_first,
        [
            ("create", "PutObject"),
            ("if_match", "PutObject"),
            ("create parts", "CompleteMultipartUpload"),
        ],
        "refused",
    )
    yield _once(
        "somebody came after, answer lost",
        acts.other_after_lost,
        [("upload", "PutObject"), ("create", "PutObject"), ("if_match", "PutObject")],
        "",
    )
    yield _once("repeated on the way", acts.applied_twice, [*WRITE, *ANY], "", orphans=True)
    for operation in ("create taken", "if_match stale", "read missing"):
        wire = OPERATIONS[operation].wires[0]
        for name, act in {
            "answer lost": acts.answer_lost,
            "500, applied": lies.error(500, "InternalError", apply=True),
            "409 conflict": lies.error(409, "ConditionalRequestConflict"),
            "503 SlowDown": lies.error(503, "SlowDown"),
            "reset in the body": acts.reset_unapplied,
        }.items():
            yield _once(f"{name} of a refusal", act, [(operation, wire)])
    same: Sequence[Spot] = [("upload same bytes", "PutObject")]
    yield _always("same bytes, reset", acts.reset_unapplied, same)
    yield Fault(name="same bytes, never arrives", act=acts.stall, on=same, times=None, deadline=2)


def _network() -> Iterator[Fault]:
    """What keeps a request from being sent at all: never doubtful."""
    few = [*FEW, ("upload parts", "CreateMultipartUpload")]
    yield Fault(name="connection refused", on=few, place="refused", must="refused", deadline=2)
    yield Fault(name="no such host", on=few, place="unknown host", must="refused", deadline=2)
    yield Fault(name="names hang", on=few, place="hanging names", must="refused", deadline=2)
    yield Fault(name="SYN unanswered", on=few, place="black hole", must="refused", deadline=2)
    yield Fault(
        name="connection refused, long deadline",
        on=FEW[:1],
        place="refused",
        must="refused",
        deadline=30,
        ends=12,
    )
    yield Fault(
        name="no such host, long deadline",
        on=FEW[:1],
        place="unknown host",
        must="refused",
        deadline=30,
        ends=12,
    )
    for name, act in {
        "TLS alert": acts.tls_alert,
        "plain HTTP": acts.plain_http,
        "reset before TLS": acts.connection_reset,
        "closed before TLS": acts.connection_closed,
        "handshake stalls": acts.stall_in_handshake,
        "handshake dripped": acts.drip_handshake,
        "certificate of another name": acts.wrong_name,
        "certificate expired": acts.expired,
        "authority unknown": acts.unknown_authority,
        "client certificate wanted": acts.client_certificate_wanted,
    }.items():
        yield Fault(
            name=f"{name}, always",
            act=act,
            on=few,
            connect=True,
            times=None,
            must="refused",
            deadline=2,
        )
    for name in ("certificate of another name", "authority unknown", "plain HTTP"):
        act = {"plain HTTP": acts.plain_http, "authority unknown": acts.unknown_authority}.get(
            name, acts.wrong_name
        )
        yield Fault(
            name=f"{name}, long deadline",
            act=act,
            on=FEW[:1],
            connect=True,
            times=None,
            must="refused",
            deadline=30,
            ends=12,
        )
    for name, act in {
        "reset before TLS": acts.connection_reset,
        "closed before TLS": acts.connection_closed,
    }.items():
        yield Fault(name=name, act=act, on=few, connect=True, must="ok")
    yield Fault(
        name="tunnel",
        act=acts.tunnel_well,
        on=ANY,
        connect=True,
        tunnel=True,
        times=None,
        must="ok",
    )
    for name, act in {
        "tunnel wants a login": acts.tunnel_login,
        "tunnel: bad gateway": acts.tunnel_bad_gateway,
        "tunnel: forbidden": acts.tunnel_forbidden,
        "tunnel: no HTTP": acts.tunnel_garbage,
        "tunnel stalls": acts.tunnel_stalls,
        "tunnel dripped": acts.tunnel_drips,
    }.items():
        yield Fault(
            name=name,
            act=act,
            on=FEW,
            connect=True,
            tunnel=True,
            times=None,
            must="refused",
            deadline=2,
        )


GROUPS = {
    "broken": _broken,
    "slow": _slow,
    "early": _early,
    "framing": _framing,
    "bits": _bits,
    "pages": _pages,
    "statuses": _statuses,
    "lies": _lies,
    "listings": _listings,
    "races": _races,
    "network": _network,
}


@frozen
class Case:
    """One fault at one place of one operation."""

    group: str
    fault: Fault
    operation: Operation
    wire: str

    @property
    def name(self) -> str:
        """A name that stays: ``group: fault / operation / request``."""
        return f"{self.group}: {self.fault.name} / {self.operation.name} / {self.wire}"

    @property
    def must(self) -> Must:
        """How it must end."""
        return self.fault.musts.get(self.operation.name, self.fault.must)


def _cases() -> Iterator[Case]:
    for group, faults in GROUPS.items():
        for fault in faults():
            for name, wire in dict.fromkeys(fault.on):
                yield Case(group, fault, OPERATIONS[name], wire)


CASES: Mapping[str, Case] = {case.name: case for case in _cases()}
