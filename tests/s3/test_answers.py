"""Answers of S3: understood as boto3 does, and never believed when they are none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import botocore.parsers
import pytest
from attrs import evolve
from botocore.awsrequest import HeadersDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bucketry import AccessDenied, NotFound, RateLimited, Rejected, StorageError, Unavailable
from bucketry_s3 import BytesBody, S3Answer, S3Request
from bucketry_s3.protocol.answers import MAX_DOCUMENT, MAX_ERROR, parse, understood
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.markup import read_time
from bucketry_s3.protocol.operations import OPERATIONS
from s3.models import ROOTS, answer_of, shape_of

TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
ELEMENT_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff"),
    min_size=1, max_size=12,
)  # fmt: skip
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def _values(member: Any, header: bool) -> st.SearchStrategy[Any]:
    match member.type_name:
        case "integer" | "long":
            return st.integers(0, 2**40)
        case "boolean":
            return st.booleans()
        case "timestamp":
            return MOMENTS.map(lambda time: time.replace(microsecond=0))
        case "map":
            return st.dictionaries(st.text("abc-", min_size=1, max_size=5), TEXT, max_size=3)
        case "list":
            return st.lists(_values(member.member, header), min_size=1, max_size=3)
        case "structure":
            inner = {n: _values(m, header) for n, m in member.members.items()}
            etag = {"ETag": inner.pop("ETag")} if "ETag" in inner else {}
            return st.fixed_dictionaries(etag, optional=inner)
    return TEXT if header else ELEMENT_TEXT


@cache
def _answers(operation: str) -> Any:
    # A document that is a member is there: nothing but its root could prove the answer.
    payload = shape_of(operation, "output").serialization.get("payload", "Body")
    proof = {*OPERATIONS[operation].proof, payload}
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for name, member in shape_of(operation, "output").members.items():
        # The encoding has a test of its own; a redirect's path is XML's only stranger.
        if name in ("Body", "EncodingType", "MFADelete"):
            continue
        header = member.serialization.get("location") in ("header", "headers")
        kind = required if name in proof or name == "Metadata" else optional
        kind[name] = _values(member, header)
    return st.fixed_dictionaries(required, optional=optional)


def _by_botocore(operation: str, answer: S3Answer, body: bytes) -> dict[str, Any]:
    parser = botocore.parsers.create_parser("rest-xml")
    response = {"status_code": 200, "headers": HeadersDict(answer.headers), "body": body}
    parsed: dict[str, Any] = parser.parse(response, shape_of(operation, "output"))
    return parsed


def _bare(parsed: Mapping[str, Any]) -> dict[str, Any]:
    beside = ("ResponseMetadata", "ExpiresString", "Body")
    return {name: value for name, value in parsed.items() if name not in beside}


WITH_ANSWER = sorted(name for name in OPERATIONS if shape_of(name, "output") is not None)


@pytest.mark.parametrize("operation", WITH_ANSWER)
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_answer_means_what_it_means_to_boto3(operation: str, data: Any) -> None:
    told = data.draw(_answers(operation))
    answer = answer_of(operation, told)
    body = answer.body.read(1 << 20)

    again = S3Answer(status=200, headers=answer.headers, body=BytesBody(body))
    ours = parse(request(operation), again)

    theirs = _by_botocore(operation, answer, body)
    if "Contents" in theirs:  # the one list that is told by columns, and its ETags without quotes
        theirs["Contents"] = {
            name: [entry.get(name) for entry in theirs["Contents"]] for name in ours["Contents"]
        }
        theirs["Contents"]["ETag"] = [
            etag and etag.removeprefix("W/").strip('"') for etag in theirs["Contents"]["ETag"]
        ]
    assert _bare(ours) == _bare(theirs)


# -- what is none ------------------------------------------------------------------------------


ASKED = {"Bucket": "media", "Key": "k", "UploadId": "U1"}


def request(operation: str) -> S3Request:
    return S3Request(
        operation=operation,
        method=OPERATIONS[operation].method,
        scheme="https",
        host="s3",
        path="/",
    )


def reply(body: bytes = b"", status: int = 200, **headers: str) -> S3Answer:
    return S3Answer(
        status=status,
        headers={
            "x-amz-request-id": "1",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        body=BytesBody(body),
    )


LISTING = b"<ListBucketResult><Name>media</Name>%b</ListBucketResult>"
ENTRY = b"<Contents><Key>k</Key><Size>%b</Size></Contents>"


@pytest.mark.parametrize(
    ("operation", "answer", "reason"),
    [
        ("HeadObject", reply(etag='"e"', content_length="+5"), "'[+]5' is no number"),
        ("HeadObject", reply(etag='"e"', content_length="5_0"), "'5_0' is no number"),
        ("HeadObject", reply(etag='"e"', content_length="5, 5"), "'5, 5' is no number"),
        ("HeadObject", reply(etag='"e"', content_length="\u0665"), "is no number"),
        ("HeadObject", reply(etag='"e"'), "no ContentLength"),
        ("HeadObject", reply(content_length="1", etag=""), "no ETag"),
        ("PutObject", reply(), "no ETag"),
        ("PutObject", reply(status=202, etag='"e"'), "status 202"),
        ("ListObjectsV2", reply(LISTING % (ENTRY % b"many")), "'many' is no number"),
        ("ListObjectsV2", reply(LISTING % (ENTRY % b"-1")), "'-1' is no number"),
        ("ListObjectsV2", reply(LISTING % b"<IsTruncated>True</IsTruncated>"),
         "'True' is neither true nor false"),
        ("ListObjectsV2", reply(b"<html>Sign in</html>"), "no Name"),
        ("ListObjectsV2", reply(b"<html><br>Sign in</html>"), "it is no XML"),
        ("ListObjectsV2", reply((LISTING % b"")[:-5]), "it is no XML"),
        ("ListObjectsV2", reply(b"<a>" * 100 + b"</a>" * 100), "nested too deeply"),
        ("ListObjectsV2", reply(b"<a>" * 1_000_000), "too many elements"),
        ("ListObjectsV2", reply(b"<a>" + b"<b/>" * 1_000_000 + b"</a>"), "too many elements"),
        ("ListObjectsV2", reply(b"<a " + b'b="1" ' * 1_000_000 + b"/>"), "too many attributes"),
        ("ListObjectsV2", reply(b"<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult/>"),
         "declares a document type"),
        ("ListObjectsV2", reply(b'<?xml version="1.0" encoding="none"?><a/>'), "it is no XML"),
        ("ListObjectsV2", reply(LISTING % b" " * 1 + b" " * MAX_DOCUMENT), "longer than"),
        ("CopyObject", reply(b"<CopyObjectResult/>"), "no CopyObjectResult"),
        ("CompleteMultipartUpload", reply(b"", etag='"e"'), "no Key"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_s3s_is_told_so(
    operation: str, answer: S3Answer, reason: str
) -> None:
    with pytest.raises(Unavailable, match=reason) as caught:
        understood(request(operation), ASKED, answer)

    assert caught.value.may_have_applied == OPERATIONS[operation].effective


def test_an_answer_that_is_shorter_than_announced_has_not_come() -> None:
    with pytest.raises(Unavailable, match="ended after 55 of 60 bytes"):
        understood(request("ListObjectsV2"), ASKED, reply(LISTING % b"", content_length="60"))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-45T00:00:00Z", "0"])
def test_a_time_that_is_none_fails_nothing(text: str) -> None:
    head = understood(
        request("HeadObject"),
        ASKED,
        reply(etag='"e"', content_length="1", last_modified=text),
    )
    entry = f"<Contents><Key>k</Key><LastModified>{text}</LastModified></Contents>"
    listing = understood(request("ListObjectsV2"), ASKED, reply(LISTING % entry.encode()))

    assert "LastModified" not in head
    assert (["k"], [None]) == (listing["Contents"]["Key"], listing["Contents"]["LastModified"])


@pytest.mark.parametrize("text", ["2026-11-24T12:00:00", "Tue, 24 Nov 2026 12:00:00 -0000"])
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    head = understood(
        request("HeadObject"),
        ASKED,
        reply(etag='"e"', content_length="1", last_modified=text),
    )

    assert datetime(2026, 11, 24, 12, tzinfo=UTC) == head["LastModified"]


def test_keys_that_came_encoded_are_decoded() -> None:
    body = (
        b"<EncodingType>url</EncodingType><Prefix>a+b</Prefix><Contents><Key>a+b%2B%0A</Key>"
        b"</Contents><CommonPrefixes><Prefix>%C3%A9/</Prefix></CommonPrefixes>"
    )

    told = understood(request("ListObjectsV2"), ASKED, reply(LISTING % body))

    assert ("a b", "a b+\n", "\u00e9/") == (
        told["Prefix"], told["Contents"]["Key"][0], told["CommonPrefixes"][0]["Prefix"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "answer", "kind", "doubt"),
    [
        ("GetObject", reply(b"<Error><Code>NoSuchKey</Code></Error>", 404), NotFound, False),
        ("GetObject", reply(b"<html>no</html>", 403), AccessDenied, False),
        ("GetObject", reply(b"no XML", 403), AccessDenied, False),
        ("GetObject", reply(b"x" * (MAX_ERROR + 1), 403), AccessDenied, False),
        ("PutObject", reply(b"<html>no</html>", 403), AccessDenied, False),
        # A stranger's: perhaps it is S3's answer that was refused.
        ("PutObject", evolve(reply(b"<html>no</html>", 403), headers={}), AccessDenied, True),
        ("PutObject", evolve(reply(b"<html>no</html>", 413), headers={}), Rejected, False),
        ("PutObject", reply(b"", 503), Unavailable, True),
        ("GetObject", reply(b"", 503), Unavailable, False),
        # S3 tells so when it has begun to answer before it knew the end.
        ("CompleteMultipartUpload", reply(b"<Error><Code>SlowDown</Code></Error>"),
         RateLimited, True),
        ("UploadPartCopy", reply(b"<Error><Code>SlowDown</Code></Error>"), RateLimited, False),
        ("CopyObject", reply(b"<Error><Code>AccessDenied</Code></Error>"), AccessDenied, False),
    ],
)  # fmt: skip
def test_a_refusal_has_its_type_and_its_doubt(
    operation: str, answer: S3Answer, kind: type[StorageError], doubt: bool
) -> None:
    with pytest.raises(StorageError) as caught:
        understood(request(operation), ASKED, answer)

    assert (kind, doubt) == (type(caught.value), caught.value.may_have_applied)


class Broken:
    """A body whose connection breaks after a few bytes."""

    deadline = Deadline(1)

    def __init__(self) -> None:
        self.closed: list[bool] = []
        self._pieces = [b"<Lis"]

    def read(self, size: int, /) -> bytes:
        if self._pieces:
            return self._pieces.pop()
        raise Unavailable("the connection broke")

    def close(self, *, reuse: bool = True) -> None:
        self.closed.append(reuse)


@pytest.mark.parametrize("operation", ["ListObjectsV2", "CompleteMultipartUpload"])
def test_a_connection_that_breaks_within_an_answer_is_given_up(operation: str) -> None:
    body = Broken()

    with pytest.raises(Unavailable) as caught:
        understood(request(operation), ASKED, S3Answer(status=200, headers={}, body=body))

    assert [False] == body.closed
    assert caught.value.may_have_applied == OPERATIONS[operation].effective


def test_the_roots_of_the_tests_are_those_of_the_family() -> None:
    """A listing under another root is none."""
    for operation, root in ROOTS.items():
        answer = reply(f"<{root}x><Name>media</Name></{root}x>".encode())
        if OPERATIONS[operation].proof:
            with pytest.raises(Unavailable, match="has no"):
                understood(request(operation), ASKED, answer)


def test_an_http_date_is_read_as_the_standard_library_reads_it() -> None:
    chance = random.Random(4)
    read = 0
    for _ in range(5000):
        months, years = ("Jan", "Feb", "Dec", "Foo"), (0, 26, 99, 999, 1970, 2026, 9999)
        clock = ":".join(f"{chance.randint(0, 65):02}" for _ in range(2))
        text = (
            f"Thu, {chance.randint(0, 33):02} {chance.choice(months)} {chance.choice(years):04} "
            f"{chance.randint(0, 25):02}:{clock} {chance.choice(('GMT', 'GMT', '+0100'))}"
        )
        try:
            expected = parsedate_to_datetime(text)
        except ValueError:
            expected = None
        assert read_time(text) == expected, text
        read += expected is not None
    assert 500 < read < 4500


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 99999999999999999999 Jan 2020 00:00:00 GMT",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2020 00:00:00 +99999999999999999999",
        "0001-01-01T00:00:00+14:00",  # a time that no other zone can tell
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_that_no_calendar_has_is_none(text: str) -> None:
    assert read_time(text) is None
