"""What a request for an object is answered with, and what is sent."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import (
    AccessDenied,
    AlreadyExists,
    BadCredentials,
    BucketryError,
    IntegrityError,
    InvalidInput,
    InvalidKey,
    NotFound,
    ObjectInfo,
    Operation,
    PluginError,
    PreconditionFailed,
    Provider,
    RateLimited,
    Rejected,
    SourceChanged,
    Unavailable,
    Unconfirmed,
    Unsupported,
    hookimpl,
)
from bucketry.serving import ObjectAnswer, ObjectRequest, answer_to, refusal, serve

INFO = ObjectInfo(
    key="a.txt",
    size=10,
    etag="v1",
    last_modified=datetime(2026, 11, 24, 12, 0, 0, 999, tzinfo=UTC),
    content_type="text/plain",
)
MODIFIED = "Tue, 24 Nov 2026 12:00:00 GMT"
BEFORE = "Tue, 24 Nov 2026 11:59:59 GMT"


def asked(*, info: ObjectInfo = INFO, method: str = "GET", **headers: str) -> ObjectAnswer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer_to(ObjectRequest(method=method, headers=names), info)


def sent(answer: ObjectAnswer) -> dict[str, str]:
    return dict(answer.headers)


# -- preconditions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"If_Match": '"v1"'}, 200),
        ({"If_Match": '"v0", "v1"'}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": 'W/"v1"'}, 412),
        ({"If_Match": 'W/"v1", "v1"'}, 200),
        ({"If_Match": '"v2"'}, 412),
        ({"If_Unmodified_Since": MODIFIED}, 200),
        ({"If_Unmodified_Since": BEFORE}, 412),
        ({"If_Unmodified_Since": "some day"}, 200),
        ({"If_Unmodified_Since": "Sun Nov  6 08:49:37 1994"}, 412),
        ({"If_Unmodified_Since": "Sunday, 06-Nov-94 08:49:37 GMT"}, 412),
        # If-Match is the better of the two.
        ({"If_Match": '"v1"', "If_Unmodified_Since": BEFORE}, 200),
        ({"If_None_Match": '"v1"'}, 304),
        ({"If_None_Match": 'W/"v1"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"v2"'}, 200),
        ({"If_Modified_Since": MODIFIED}, 304),
        ({"If_Modified_Since": BEFORE}, 200),
        ({"If_Modified_Since": "99999999999999999999"}, 200),
        ({"If_None_Match": '"v2"', "If_Modified_Since": MODIFIED}, 200),
        ({"If_Match": '"v2"', "If_None_Match": '"v1"'}, 412),
        ({"If_None_Match": '"v1"', "Range": "bytes=0-1"}, 304),
        ({"If_Match": '"v2"', "Range": "bytes=0-1"}, 412),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_preconditions(method: str, headers: dict[str, str], status: int) -> None:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = answer_to(ObjectRequest(method=method, headers=names), INFO)
    assert answer.status == status
    assert ("Content-Length" in sent(answer)) is (status != 304)


def test_an_object_without_etag_and_date_meets_no_named_version() -> None:
    bare = ObjectInfo(key="a", size=1)
    assert asked(info=bare, If_Match='"v1"').status == 412
    assert asked(info=bare, If_None_Match='"v1"').status == 200
    assert asked(info=bare, If_Modified_Since=MODIFIED).status == 200
    assert asked(info=bare, Range="bytes=0-0", If_Range='"v1"').status == 200


def test_a_refusal_says_why_and_is_kept_by_nobody() -> None:
    answer = asked(If_Match='"v2"')
    assert answer.reason == "the object is another version"
    assert answer.body == (b"the object is another version\n",)
    assert sent(answer)["Content-Length"] == "30"
    assert sent(answer)["Cache-Control"] == "no-store"
    assert "ETag" not in sent(answer)


# -- ranges --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "content_range"),
    [
        ("bytes=0-0", "bytes 0-0/10"),
        ("bytes=2-", "bytes 2-9/10"),
        ("bytes=2-99", "bytes 2-9/10"),
        ("bytes=-3", "bytes 7-9/10"),
        ("bytes=-99", "bytes 0-9/10"),
        ("BYTES = 0 - 1 ", "bytes 0-1/10"),
        # What touches is put together, what is no number and what is behind the end left out.
        ("bytes=0-1,1-2,3-3", "bytes 0-3/10"),
        ("bytes=a-b,5,-,0-1", "bytes 0-1/10"),
        ("bytes=20-30,0-1", "bytes 0-1/10"),
    ],
)
def test_one_range(header: str, content_range: str) -> None:
    answer = asked(Range=header)
    (span,) = answer.ranges
    assert (answer.status, sent(answer)["Content-Range"]) == (206, content_range)
    assert span.stop is not None
    assert sent(answer)["Content-Length"] == str(span.stop - span.start)
    assert sent(answer)["ETag"] == '"v1"'


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0", "bytes=10-12,99-"])
def test_no_such_bytes(header: str) -> None:
    answer = asked(Range=header)
    assert (answer.status, sent(answer)["Content-Range"]) == (416, "bytes */10")


def test_nothing_has_no_bytes() -> None:
    answer = asked(info=ObjectInfo(key="a", size=0), Range="bytes=0-")
    assert (answer.status, sent(answer)["Content-Range"]) == (416, "bytes */0")


@pytest.mark.parametrize(
    "header",
    ["bytes=5-2", "bytes=-", "bytes=", "bytes=a-b", "lines=0-1", "bytes 0-1", "bytes=0-1,5-2",
     "bytes=" + "1" * 20 + "-", "bytes=\u0661-\u0662"],
)  # fmt: skip
def test_what_is_no_range_gets_everything_or_is_refused_where_that_is_wanted(header: str) -> None:
    assert asked(Range=header).status == 200
    strict = ObjectRequest(headers={"range": header}, strict=True)
    answer = answer_to(strict, INFO)
    assert answer.status == 400
    assert answer.reason
    assert answer.body == (f"{answer.reason}\n".encode(),)


def test_more_ranges_than_are_good_get_everything() -> None:
    header = "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 10, 2))
    for limit, status in ((5, 206), (4, 200), (1, 200)):
        request = ObjectRequest(headers={"Range": header}, max_ranges=limit)
        assert answer_to(request, INFO).status == status


def test_a_head_has_no_ranges() -> None:
    answer = asked(method="HEAD", Range="bytes=0-1")
    assert (answer.status, answer.body) == (200, ())
    assert sent(answer)["Content-Length"] == "10"


@pytest.mark.parametrize(
    ("validator", "status"),
    [('"v1"', 206), (MODIFIED, 206), ('W/"v1"', 200), ('"v2"', 200), (BEFORE, 200), ("v1", 200)],
)
def test_a_range_is_of_the_version_that_the_client_has(validator: str, status: int) -> None:
    assert asked(Range="bytes=0-1", If_Range=validator).status == status


# -- sending -------------------------------------------------------------------------------------


DATA = b"0123456789" * 100


@pytest.fixture
def media(tmp_path: Path) -> Provider:
    provider = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    provider.upload(DATA, key="a.txt")
    return provider


def served(provider: Provider, method: str = "GET", **headers: str) -> tuple[ObjectAnswer, bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer, body = serve(provider, "a.txt", ObjectRequest(method=method, headers=names))
    try:
        return answer, b"".join(body)
    finally:
        body.close()


class Counting:
    """Keeps the names of what a provider was asked for, and how many readers are open."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.open = 0

    @hookimpl(wrapper=True)
    def bucketry_perform(self, operation: Operation) -> Generator[None, Any, None]:
        if operation.name in ("head", "open"):
            self.names.append(operation.name)
        self.open += operation.name == "open"
        try:
            yield
        finally:
            self.open -= operation.name == "open"


def test_a_plain_request_asks_once_and_a_condition_twice(media: Provider) -> None:
    counting = Counting()
    media = media.with_layer(counting)
    answer, body = served(media)
    assert (answer.status, body, counting.names) == (200, DATA, ["open"])
    etag = sent(answer)["ETag"]
    counting.names.clear()
    assert served(media, "HEAD")[1] == b""
    assert counting.names == ["head"]
    counting.names.clear()
    assert served(media, If_None_Match=etag)[0].status == 304
    assert counting.names == ["head"]
    counting.names.clear()
    assert served(media, If_None_Match='"other"')[1] == DATA
    assert counting.names == ["head", "open"]
    counting.names.clear()
    assert served(media, Range="bytes=-4")[1] == b"6789"
    assert counting.names == ["head", "open"]
    assert counting.open == 0


def test_several_ranges_are_one_multipart_body(media: Provider) -> None:
    answer, body = served(media, Range="bytes=500-509, 0-4, -3")
    headers = sent(answer)
    assert headers["Content-Length"] == str(len(body))
    assert "Content-Range" not in headers
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    parts: Any = BytesParser().parsebytes(head + body).get_payload()
    assert [(part["Content-Range"], part.get_payload(decode=True)) for part in parts] == [
        ("bytes 0-4/1000", b"01234"),
        ("bytes 500-509/1000", b"0123456789"),
        ("bytes 997-999/1000", b"789"),
    ]
    assert {part["Content-Type"] for part in parts} == {"text/plain"}


class ReplacedBeforeRange:
    """Puts another object there right before the range that starts at `start` is opened."""

    def __init__(self, below: Provider, start: int, data: bytes) -> None:
        self.below, self.start, self.data = below, start, data

    @hookimpl(wrapper=True)
    def bucketry_open(self, byte_range: Any) -> Generator[None, Any, Any]:
        if byte_range is not None and byte_range.start == self.start:
            self.below.upload(self.data, key="a.txt")
        return (yield)


def test_a_range_of_an_object_that_was_replaced_is_not_sent(media: Provider) -> None:
    replaced = media.with_layer(ReplacedBeforeRange(media, 0, b"new"))
    answer, body = served(replaced, Range="bytes=0-1")
    assert (answer.status, body, sent(answer)["Content-Length"]) == (200, b"new", "3")


def test_a_precondition_counts_for_what_is_sent_too(media: Provider) -> None:
    etag = sent(served(media)[0])["ETag"]
    replaced = media.with_layer(ReplacedBeforeRange(media, 0, b"new"))
    answer, _ = served(replaced, Range="bytes=0-1", If_Match=etag)
    assert answer.status == 412


def test_ranges_of_two_versions_are_never_put_together(media: Provider) -> None:
    replaced = media.with_layer(ReplacedBeforeRange(media, 20, b"x" * 1000))
    with pytest.raises(IntegrityError, match="replaced while it was being sent"):
        served(replaced, Range="bytes=0-1,20-21")


def test_a_body_that_nobody_wants_gives_its_connection_back(media: Provider) -> None:
    counting = Counting()
    for headers in ({}, {"Range": "bytes=0-1"}, {"Range": "bytes=0-1,5-6"}):
        _, body = serve(media.with_layer(counting), "a.txt", ObjectRequest(headers=headers))
        assert counting.open == 1
        body.close()
        body.close()
        assert counting.open == 0
    _, body = serve(media.with_layer(counting), "a.txt", ObjectRequest())
    assert next(iter(body)) == DATA
    body.close()
    assert counting.open == 0


def test_private_objects_stay_out_of_shared_caches(media: Provider) -> None:
    media.upload(b"x", key="a.txt", cache_control="public, max-age=60")
    assert sent(served(media)[0])["Cache-Control"] == "private, max-age=60"
    public = media.with_options(visibility="public", base_url="http://files.example")
    assert sent(served(public)[0])["Cache-Control"] == "public, max-age=60"
    answer, body = serve(public, "a.txt", ObjectRequest(), private=True)
    body.close()
    assert sent(answer)["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ({"content-type": "text/plain"}, "no such response header: content-type; there are cache"),
        ({"etag": "x"}, "no such response header: etag"),
        ("text/plain", "response is a mapping, not str"),
        ({"content_type": 7}, "response content_type must be text, not int"),
    ],
)
def test_a_header_that_cannot_be_replaced_is_told(
    media: Provider, response: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        serve(media, "a.txt", ObjectRequest(), response=response)


def test_a_missing_object_is_not_found(media: Provider) -> None:
    for request in (ObjectRequest(), ObjectRequest(method="HEAD")):
        with pytest.raises(NotFound):
            serve(media, "b.txt", request)


# -- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidKey("a key is text"), 400),
        (NotFound("bucket media-prod"), 404),
        (AlreadyExists("bucket media-prod"), 409),
        (PreconditionFailed("bucket media-prod"), 412),
        (AccessDenied("arn:aws:iam::123:user/web in bucket media-prod"), 403),
        (SourceChanged("bucket media-prod"), 400),
        (Unsupported("bucket media-prod"), 501),
        (RateLimited("bucket media-prod"), 503),
        (Unavailable("bucket media-prod"), 503),
        (Unconfirmed("bucket media-prod"), 503),
        (BadCredentials("AKIA in bucket media-prod"), 500),
        (Rejected("bucket media-prod"), 500),
        (PluginError("x", "bucket media-prod"), 500),
    ],
)
def test_a_client_learns_what_it_did_and_nothing_of_the_storage(
    error: BucketryError, status: int
) -> None:
    told, sentence = refusal(error)
    assert told == status
    assert sentence
    assert "media-prod" not in sentence
