"""S3 itself, busy, refusing or mistaken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import formatdate

from faults.acts import lies
from faults.table import (
    ANY,
    BODIES,
    FEW,
    LOOK,
    PARTS,
    PUT,
    READ,
    WRITE,
    XML_ANSWERS,
    Fault,
    Must,
    always,
    once,
)


def lies_rows() -> Iterator[Fault]:
    """S3 itself, mistaken."""
    yield once("200 with an error", lies.error(200, "InternalError"), XML_ANSWERS, orphans=True)
    yield always("200 with an error", lies.error(200, "InternalError"), XML_ANSWERS[2:])
    yield once(
        "200 with an error, applied",
        lies.error(200, "InternalError", apply=True),
        XML_ANSWERS,
        "",
        orphans=True,
    )
    yield once(
        "200, empty, S3's headers",
        lies.page(200, b"", (lies.AMZ,)),
        [*ANY, *XML_ANSWERS],
        "",
        orphans=True,
    )
    yield always("200, empty, S3's headers", lies.page(200, b"", (lies.AMZ,)), [*FEW, *XML_ANSWERS])
    yield once("no ETag", lies.header("ETag", None), [*PUT, *PARTS, *READ, *LOOK], "")
    yield once("empty ETag", lies.header("ETag", '""'), [*PUT, *PARTS, *READ, *LOOK], "")
    yield once(
        "weak ETag",
        lies.header("ETag", 'W/"5d41402abc4b2a76b9719d911017c592"'),
        [*PUT, *PARTS[1:2], *READ, *LOOK],
        "",
    )
    yield once("other ETag", lies.header("ETag", lies.STRONG[1]), [*PUT, *PARTS[1:2], *READ], "")
    yield always("no ETag", lies.header("ETag", None), [*PUT, *READ, *LOOK])
    yield once(
        "other key in Complete",
        lies.rewritten("<Key>[^<]*</Key>", "<Key>other</Key>"),
        PARTS[2:],
        "",
    )
    yield once(
        "other bucket in Complete",
        lies.rewritten("<Bucket>[^<]*</Bucket>", "<Bucket>other</Bucket>"),
        [*PARTS[2:], *PARTS[:1]],
        "",
    )
    yield always(
        "Complete of another key, not applied",
        lies.document(
            "<CompleteMultipartUploadResult><Bucket>media</Bucket><Key>other</Key>"
            '<ETag>"5d41402abc4b2a76b9719d911017c592-2"</ETag></CompleteMultipartUploadResult>'
        ),
        PARTS[2:],
    )
    yield always(
        "a listing instead of the answer",
        lies.document("<ListBucketResult><Name>media</Name></ListBucketResult>"),
        XML_ANSWERS[1:5],
    )
    yield always("an entity bomb", lies.document(lies.bomb()), XML_ANSWERS[1:])
    yield always("XML a million deep", lies.document("<a>" * 1_000_000), XML_ANSWERS[1:])
    yield always("XML cut", lies.document("<ListBucketResult><Name>media</Na"), XML_ANSWERS[1:])
    # To HEAD there is no document that could tell the code.
    looks: Mapping[str, Must] = {operation: "" for operation, _ in LOOK}
    for status, code in (
        (500, "InternalError"),
        (503, "SlowDown"),
        (503, "ServiceUnavailable"),
        (400, "RequestTimeout"),
        (429, "TooManyRequests"),
    ):
        yield once(f"{status} {code}", lies.error(status, code), ANY, musts=looks)
    yield Fault(
        name="503 SlowDown three times", act=lies.error(503, "SlowDown"), on=ANY, times=3, must="ok"
    )
    yield once(
        "500, applied", lies.error(500, "InternalError", apply=True), [*ANY, *WRITE], orphans=True
    )
    yield always("500", lies.error(500, "InternalError"), FEW)
    yield always("503 SlowDown", lies.error(503, "SlowDown"), FEW)
    yield always("500, applied", lies.error(500, "InternalError", apply=True), FEW)
    yield once(
        "409 conflict",
        lies.error(409, "ConditionalRequestConflict"),
        [
            ("create", "PutObject"),
            ("if_match", "PutObject"),
            ("create parts", "CompleteMultipartUpload"),
        ],
    )
    yield once("409 OperationAborted", lies.error(409, "OperationAborted"), FEW, "")
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
    yield once(
        "404 NoSuchUpload",
        lies.error(404, "NoSuchUpload"),
        [("upload parts", "UploadPart"), ("upload parts", "CompleteMultipartUpload")],
        "",
    )
    yield once("digest mismatch told", lies.error(400, "XAmzContentSHA256Mismatch"), BODIES)
    yield once("BadDigest told", lies.error(400, "BadDigest"), BODIES)
    yield once("IncompleteBody told", lies.error(400, "IncompleteBody"), BODIES)
    yield always("BadDigest told", lies.error(400, "BadDigest"), PUT)
    yield once("Retry-After: 1", lies.error(503, "SlowDown", ("Retry-After", "1")), ANY)
    yield once("Retry-After: 3600", lies.error(503, "SlowDown", ("Retry-After", "3600")), FEW, "")
    yield once(
        "Retry-After: a date",
        lies.error(503, "SlowDown", ("Retry-After", formatdate(usegmt=True))),
        FEW,
    )
    yield once("Retry-After: nonsense", lies.error(503, "SlowDown", ("Retry-After", "-soon")), FEW)
    yield always("Retry-After: 3600", lies.error(503, "SlowDown", ("Retry-After", "3600")), FEW)
    yield once("skewed clock told", lies.error(403, "RequestTimeTooSkewed"), ANY, musts=looks)
    yield always("skewed clock told", lies.error(403, "RequestTimeTooSkewed"), FEW, "refused")
    yield Fault(name="server's clock an hour ahead", on=ANY, clock=3600, must="ok")
    yield Fault(name="server's clock an hour behind", on=ANY, clock=-3600, must="ok")
    yield once("307 elsewhere", lies.to_elsewhere(307), ANY, "")
    yield always("307 elsewhere", lies.to_elsewhere(307), FEW)
    yield once("301 elsewhere", lies.to_elsewhere(301), FEW, "")
    yield always("307 to the same", lies.to_elsewhere(307, same=True), FEW)
    yield always("308 to the same", lies.to_elsewhere(308, same=True), FEW)
    yield once("Last-Modified no date", lies.header("Last-Modified", "gestern"), [*READ, *LOOK], "")
    yield once("no Last-Modified", lies.header("Last-Modified", None), [*READ, *LOOK], "")
    yield once("Date no date", lies.header("Date", "soon"), ANY, "ok")
    yield once("no Date", lies.header("Date", None), ANY, "ok")
    yield once("no request id", lies.header("x-amz-request-id", None), ANY, "")
    yield once("Content-Type no type", lies.header("Content-Type", "\x7f/;;"), [*READ, *LOOK], "")
    yield once("other checksum", lies.header("x-amz-checksum-crc32", "AAAAAA=="), READ, "")
    yield once("checksum no base64", lies.header("x-amz-checksum-crc32", "%%%"), READ, "")
