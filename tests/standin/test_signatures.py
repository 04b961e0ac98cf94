"""Signature Version 4 in headers and queries, checked against boto3 as the other side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Account, StandIn
from standin.wire import call, client_for, error_code, presigned, refusal, signed_headers

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ODD_KEYS = [
    "plain.txt",
    "a b/c+d.txt",
    "ünïcode/日本語.txt",
    "per%25cent%2F.txt",
    "~tilde!*'();:@&=$,?#[].txt",
    "a//b/./c/../d",
    "/leading",
    "emoji-😀",
]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_every_key_that_boto3_signs_in_headers_is_verified_and_kept(
    aws: StandIn, s3: S3Client, key: str
) -> None:
    s3.put_object(Bucket="media", Key=key, Body=b"hello")
    assert s3.get_object(Bucket="media", Key=key)["Body"].read() == b"hello"
    assert list(aws.objects("media")) == [key]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_every_key_that_boto3_presigns_opens(aws: StandIn, s3: S3Client, key: str) -> None:
    s3.put_object(Bucket="media", Key=key, Body=b"hello")
    url = presign(aws, "get_object", Bucket="media", Key=key)
    answer = call(aws, "GET", url)
    assert (answer.status, answer.body) == (200, b"hello")


def presign(server: StandIn, method: str, expires: int = 60, **params: str) -> str:
    client = client_for(server, signature_version="s3v4")
    url = client.generate_presigned_url(method, Params=params, ExpiresIn=expires)
    client.close()
    return url


def test_presigned_put_stores_and_its_content_type_is_part_of_the_signature(aws: StandIn) -> None:
    url = presign(aws, "put_object", Bucket="media", Key="a.txt", ContentType="text/plain")
    wrong = call(aws, "PUT", url, body=b"x", headers={"Content-Type": "text/html"})
    assert (wrong.status, error_code(wrong)) == (403, "SignatureDoesNotMatch")
    assert aws.objects("media") == {}
    right = call(aws, "PUT", url, body=b"x", headers={"Content-Type": "text/plain"})
    assert right.status == 200
    assert aws.objects("media")["a.txt"].data == b"x"


def test_an_expired_url_is_refused_and_a_fresh_one_is_not(
    start_stand_in: Callable[..., StandIn],
) -> None:
    now = [datetime.now(UTC)]
    server = start_stand_in(buckets=["media"], clock=lambda: now[0])
    client = client_for(server)
    client.put_object(Bucket="media", Key="a", Body=b"x")
    client.close()
    url = presign(server, "get_object", 60, Bucket="media", Key="a")
    assert call(server, "GET", url).status == 200
    now[0] += timedelta(seconds=61)
    late = call(server, "GET", url)
    assert (late.status, error_code(late)) == (403, "AccessDenied")
    assert b"<Message>Request has expired</Message>" in late.body
    now[0] -= timedelta(minutes=20)
    early = call(server, "GET", url)
    assert (early.status, error_code(early)) == (403, "AccessDenied")
    assert b"Request is not valid yet" in early.body


@pytest.mark.parametrize("expires", [0, -5, 604_801])
def test_a_life_outside_a_second_and_a_week_is_refused(aws: StandIn, expires: int) -> None:
    answer = call(aws, "GET", presigned(aws, "GET", "/media/a", expires))
    assert (answer.status, error_code(answer)) == (400, "AuthorizationQueryParametersError")


@pytest.mark.parametrize("expires", [1, 604_800])
def test_a_second_and_a_week_are_allowed(
    start_stand_in: Callable[..., StandIn], expires: int
) -> None:
    now = datetime.now(UTC)
    server = start_stand_in(buckets=["media"], clock=lambda: now)
    answer = call(server, "GET", presigned(server, "GET", "/media/a", expires))
    assert (answer.status, error_code(answer)) == (404, "NoSuchKey")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/a?", "/b?"),
        ("X-Amz-Expires=60", "X-Amz-Expires=61"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
    ],
)
def test_a_changed_presigned_url_is_refused(aws: StandIn, old: str, new: str) -> None:
    url = presign(aws, "get_object", Bucket="media", Key="a")
    assert old in url
    answer = call(aws, "GET", url.replace(old, new))
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")


def test_a_presigned_url_allows_one_method_only(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    answer = call(aws, "DELETE", presign(aws, "get_object", Bucket="media", Key="a"))
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")
    assert "a" in aws.objects("media")


def test_response_overrides_are_part_of_the_signature(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    url = presign(
        aws,
        "get_object",
        Bucket="media",
        Key="a",
        ResponseContentType="text/csv",
        ResponseContentDisposition='attachment; filename="x y.csv"',
    )
    answer = call(aws, "GET", url)
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x y.csv"'
    assert call(aws, "GET", url.replace("csv", "html")).status == 403


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "日本"])
def test_an_override_that_no_header_can_carry_is_refused(aws: StandIn, value: str) -> None:
    aws.put("media", "a", b"x")
    url = presign(aws, "get_object", Bucket="media", Key="a", ResponseContentDisposition=value)
    answer = call(aws, "GET", url)
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")
    assert "Set-Cookie" not in answer.headers


def refused(client: S3Client) -> tuple[int, str]:
    """Give status and code of the refusal of a plain put."""
    answer = refusal(lambda: client.put_object(Bucket="media", Key="a", Body=b"x"))
    client.close()
    return answer


def test_a_wrong_secret_is_refused(aws: StandIn) -> None:
    assert refused(client_for(aws, secret="wrong")) == (403, "SignatureDoesNotMatch")
    assert aws.objects("media") == {}


def test_an_unknown_key_is_refused(aws: StandIn) -> None:
    assert refused(client_for(aws, access_key_id="AKIANOBODY")) == (403, "InvalidAccessKeyId")


def test_signature_version_2_is_refused(aws: StandIn) -> None:
    assert refused(client_for(aws, signature_version="s3")) == (400, "InvalidRequest")
    client = client_for(aws)  # boto3 presigns with version 2 unless told otherwise
    url = client.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a"})
    client.close()
    assert "AWSAccessKeyId=" in url
    answer = call(aws, "GET", url)
    assert (answer.status, error_code(answer)) == (400, "InvalidRequest")


def test_the_wrong_region_is_refused_and_the_right_one_named(aws: StandIn) -> None:
    headers = signed_headers(aws, "GET", "/media", b"", {}, region="eu-central-1")
    answer = call(aws, "GET", "/media", headers=headers)
    assert (answer.status, error_code(answer)) == (400, "AuthorizationHeaderMalformed")
    assert b"<Region>us-east-1</Region>" in answer.body
    signed = call(aws, "GET", presigned(aws, "GET", "/media/a", 60, region="eu-central-1"))
    assert (signed.status, error_code(signed)) == (400, "AuthorizationQueryParametersError")


def test_boto3_finds_the_right_region_from_the_refusal(aws: StandIn) -> None:
    client = client_for(aws, region="eu-central-1")
    client.put_object(Bucket="media", Key="a", Body=b"x")
    client.close()
    assert [(request.operation, request.status) for request in aws.requests] == [
        ("PutObject", 400),
        ("PutObject", 200),
    ]


def test_a_session_token_is_needed_and_must_be_right(
    start_stand_in: Callable[..., StandIn],
) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    now = [datetime.now(UTC)]
    account = Account(
        access_key_id="ASIATEMP", secret_access_key="s", session_token="tok/en+=", expires=ends
    )
    server = start_stand_in(buckets=["media"], accounts=[account], clock=lambda: now[0])
    temp = {"access_key_id": "ASIATEMP", "secret": "s"}
    good = client_for(server, **temp, token="tok/en+=")
    good.put_object(Bucket="media", Key="a", Body=b"x")
    url = client_for(server, **temp, token="tok/en+=", signature_version="s3v4")
    signed = url.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a"})
    url.close()
    assert call(server, "GET", signed).status == 200
    assert refused(client_for(server, **temp)) == (403, "InvalidAccessKeyId")
    assert refused(client_for(server, **temp, token="other")) == (400, "InvalidToken")
    server_time, now[0] = now[0], ends
    assert call(server, "GET", signed).status == 400
    now[0] = server_time
    good.close()


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_more_than_15_minutes_off_is_refused(
    start_stand_in: Callable[..., StandIn], minutes: int
) -> None:
    server = start_stand_in(
        buckets=["media"], clock=lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    )
    assert refused(client_for(server)) == (403, "RequestTimeTooSkewed")


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_14_minutes_off_is_accepted(
    start_stand_in: Callable[..., StandIn], minutes: int
) -> None:
    server = start_stand_in(
        buckets=["media"], clock=lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    )
    client = client_for(server)
    client.put_object(Bucket="media", Key="a", Body=b"x")
    client.close()


def test_a_signed_header_cannot_be_changed_on_the_way(aws: StandIn) -> None:
    headers = signed_headers(aws, "PUT", "/media/a", b"x", {"x-amz-meta-owner": "me"})
    changed = call(
        aws, "PUT", "/media/a", body=b"x", headers={**headers, "x-amz-meta-owner": "you"}
    )
    assert (changed.status, error_code(changed)) == (403, "SignatureDoesNotMatch")
    assert call(aws, "PUT", "/media/a", body=b"x", headers=headers).status == 200


def test_an_amz_header_that_is_not_signed_is_refused(aws: StandIn) -> None:
    headers = signed_headers(aws, "PUT", "/media/a", b"x", {})
    answer = call(
        aws, "PUT", "/media/a", body=b"x", headers={**headers, "x-amz-acl": "public-read"}
    )
    assert (answer.status, error_code(answer)) == (403, "AccessDenied")
    assert b"<HeadersNotSigned>x-amz-acl</HeadersNotSigned>" in answer.body


def test_a_body_that_was_not_signed_is_refused(aws: StandIn) -> None:
    headers = signed_headers(aws, "PUT", "/media/a", b"x", {})
    answer = call(aws, "PUT", "/media/a", body=b"y", headers=headers)
    assert (answer.status, error_code(answer)) == (400, "XAmzContentSHA256Mismatch")
    assert aws.objects("media") == {}


def test_an_unsigned_payload_is_accepted_over_tls(aws: StandIn) -> None:
    extra = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    headers = signed_headers(aws, "PUT", "/media/a", b"", extra)
    assert call(aws, "PUT", "/media/a", body=b"anything", headers=headers).status == 200


def test_the_payload_hash_header_is_required(aws: StandIn) -> None:
    headers = signed_headers(aws, "PUT", "/media/a", b"x", {})
    del headers["X-Amz-Content-SHA256"]
    answer = call(aws, "PUT", "/media/a", body=b"x", headers=headers)
    assert (answer.status, error_code(answer)) == (400, "InvalidRequest")


def test_header_and_query_together_are_refused(aws: StandIn) -> None:
    url = presign(aws, "get_object", Bucket="media", Key="a")
    answer = call(aws, "GET", url, headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x"})
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")


def test_secrets_do_not_show(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    call(aws, "GET", presign(aws, "get_object", Bucket="media", Key="a"))
    shown = repr(aws.requests) + repr(aws) + repr(aws.objects("media"))
    assert SECRET_ACCESS_KEY not in shown
    assert "Signature" not in shown
    assert ACCESS_KEY_ID not in shown


def test_the_published_example_of_the_specification_is_verified() -> None:
    """The GET example of the Amazon S3 API reference, with its published signature."""
    from bucketry_s3.testing import auth
    from bucketry_s3.testing.request import Request

    account = Account(
        access_key_id="AKIAIOSFODNN7EXAMPLE",
        secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    empty = hashlib.sha256(b"").hexdigest()
    request = Request(
        method="GET",
        raw_path="/test.txt",
        query=[],
        headers={
            "host": "examplebucket.s3.amazonaws.com",
            "range": "bytes=0-9",
            "x-amz-content-sha256": empty,
            "x-amz-date": "20130524T000000Z",
            "authorization": "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        },
    )
    rules = auth.Rules(
        accounts={account.access_key_id: account}, regions=["us-east-1"], expires_max=604_800
    )
    moment = datetime(2013, 5, 24, 0, 5, tzinfo=UTC)
    assert auth.authenticate(request, rules, moment) is account
