"""Lengths, digests and framing: the right ones pass, and one wrong bit is refused."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Alter, StandIn
from standin.wire import (
    Answer,
    call,
    client_for,
    connect,
    error_code,
    refusal,
    send,
    signed_headers,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Computed with other tools for b"hello" (RFC 3720 appendix, cksum catalogues, openssl).
OF_HELLO = {
    "CRC32": "NhCmhg==",
    "CRC32C": "mnG7TA==",
    "SHA1": "qvTGHdzF6KLavt4PO0gs2a6pQ00=",
    "SHA256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
}
OF_CHECK_STRING = {  # "123456789", the check value of each CRC's catalogue entry
    "CRC32": "cbf43926",
    "CRC32C": "e3069283",
    "CRC64NVME": "ae8b14860a799888",
}
MD5_OF_HELLO = "XUFAKrxLKna5cZ2REBfFkg=="


def in_hex(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


@pytest.mark.parametrize(
    ("algorithm", "value", "body"),
    [
        *((name, value, b"hello") for name, value in OF_HELLO.items()),
        *((name, in_hex(digest), b"123456789") for name, digest in OF_CHECK_STRING.items()),
    ],
)
def test_a_checksum_header_is_verified_kept_and_given_back(
    aws: StandIn, s3: S3Client, algorithm: str, value: str, body: bytes
) -> None:
    here: Any = {"Bucket": "media", "Key": "a", f"Checksum{algorithm}": value}
    stored: Any = s3.put_object(**here, Body=body)
    assert stored[f"Checksum{algorithm}"] == value
    head: Any = s3.head_object(Bucket="media", Key="a", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == value
    assert head["ChecksumType"] == "FULL_OBJECT"
    wrong = refusal(lambda: s3.put_object(**here, Body=body + b"!"))
    assert wrong == (400, "BadDigest")
    assert aws.objects("media")["a"].data == body


def test_a_malformed_checksum_and_two_checksums_are_refused(s3: S3Client) -> None:
    here: Any = {"Bucket": "media", "Key": "a", "Body": b"hello"}
    assert refusal(lambda: s3.put_object(**here, ChecksumCRC32="AAAA")) == (400, "InvalidRequest")
    both: Any = {"ChecksumCRC32": OF_HELLO["CRC32"], "ChecksumSHA1": OF_HELLO["SHA1"]}
    assert refusal(lambda: s3.put_object(**here, **both)) == (400, "InvalidRequest")


def test_an_announced_checksum_must_come(aws: StandIn) -> None:
    headers = {"x-amz-sdk-checksum-algorithm": "CRC32"}
    answer = send(aws, "PUT", "/media/a", body=b"x", headers=headers)
    assert (answer.status, error_code(answer)) == (400, "InvalidRequest")


def test_content_md5_is_verified(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello", ContentMD5=MD5_OF_HELLO)
    wrong = refusal(
        lambda: s3.put_object(Bucket="media", Key="a", Body=b"hullo", ContentMD5=MD5_OF_HELLO)
    )
    assert wrong == (400, "BadDigest")
    assert aws.objects("media")["a"].data == b"hello"
    for value in ("AAAA", "not base64"):
        answer = send(aws, "PUT", "/media/a", body=b"x", headers={"Content-MD5": value})
        assert (answer.status, error_code(answer)) == (400, "InvalidDigest")


def test_an_object_without_a_checksum_gets_crc64nvme_where_the_server_adds_it(
    start_stand_in: Callable[..., StandIn],
) -> None:
    for habits, expected in (
        (AWS_LIKE.habits, {"CRC64NVME": in_hex("ae8b14860a799888")}),
        (evolve(AWS_LIKE.habits, adds_checksum=False), {}),
    ):
        server = start_stand_in(evolve(AWS_LIKE, habits=habits), buckets=["media"])
        send(server, "PUT", "/media/a", body=b"123456789")
        assert server.objects("media")["a"].checksums == expected


def test_boto3_sends_trailers_by_default_and_they_are_verified(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello")
    sent = aws.requests[-1]
    assert sent.headers["x-amz-content-sha256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    assert sent.headers["transfer-encoding"] == "chunked"
    assert sent.headers["x-amz-trailer"] == "x-amz-checksum-crc32"
    assert aws.objects("media")["a"].checksums == {"CRC32": OF_HELLO["CRC32"]}
    aws.faults.add("PutObject", Alter(request=lambda body: body.replace(b"hello", b"hullo")))
    refused = refusal(lambda: s3.put_object(Bucket="media", Key="b", Body=b"hello"))
    assert refused == (400, "BadDigest")
    assert list(aws.objects("media")) == ["a"]


def trailing(server: StandIn, body: bytes, **changes: str) -> Answer:
    """Send an aws-chunked body, with changes to the headers that describe it."""
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "content-encoding": "aws-chunked",
    }
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return send(
        server, "PUT", "/media/a", body=body, headers={k: v for k, v in headers.items() if v}
    )


WELL = b"2\r\nhe\r\n3\r\nllo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"


def test_a_well_formed_chunked_body_is_decoded(aws: StandIn) -> None:
    assert trailing(aws, WELL).status == 200
    stored = aws.objects("media")["a"]
    assert stored.data == b"hello"
    assert "Content-Encoding" not in stored.headers


@pytest.mark.parametrize(
    ("body", "changes", "status", "code"),
    [
        (WELL.replace(b"llo", b"llo!"), {}, 400, "IncompleteBody"),
        (WELL[:12], {}, 400, "IncompleteBody"),
        (b"hello", {}, 400, "IncompleteBody"),
        (WELL, {"x_amz_decoded_content_length": "4"}, 400, "IncompleteBody"),
        (WELL, {"x_amz_decoded_content_length": ""}, 411, "MissingContentLength"),
        (WELL, {"x_amz_trailer": "x-amz-checksum-sha1"}, 400, "MalformedTrailerError"),
        (WELL.replace(b"NhCmhg", b"AhCmhg"), {}, 400, "BadDigest"),
        (
            WELL,
            {"x_amz_content_sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
            501,
            "NotImplemented",
        ),
    ],
)
def test_a_malformed_chunked_body_is_refused(
    aws: StandIn, body: bytes, changes: dict[str, str], status: int, code: str
) -> None:
    answer = trailing(aws, body, **changes)
    assert (answer.status, error_code(answer)) == (status, code)
    assert aws.objects("media") == {}


def test_an_old_server_stores_the_framing(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(evolve(AWS_LIKE, checksum_trailers="ignored"), buckets=["media"])
    assert trailing(server, WELL).status == 200
    assert server.objects("media")["a"].data == WELL


def test_ignored_checksums_are_neither_verified_nor_kept(
    start_stand_in: Callable[..., StandIn],
) -> None:
    ignored = evolve(AWS_LIKE, checksums=dict.fromkeys(AWS_LIKE.checksums, "ignored"))
    server = start_stand_in(evolve(ignored, habits=evolve(AWS_LIKE.habits, adds_checksum=False)))
    client = client_for(server)
    client.create_bucket(Bucket="media")
    client.put_object(Bucket="media", Key="a", Body=b"other", ChecksumCRC32=OF_HELLO["CRC32"])
    head = client.head_object(Bucket="media", Key="a", ChecksumMode="ENABLED")
    client.close()
    assert "ChecksumCRC32" not in head


def test_refused_checksums_are_refused(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(
        evolve(AWS_LIKE, checksums={**AWS_LIKE.checksums, "SHA1": "refused"}), buckets=["media"]
    )
    client = client_for(server)
    here: Any = {"Bucket": "media", "Key": "a", "Body": b"hello"}
    assert refusal(lambda: client.put_object(**here, ChecksumSHA1=OF_HELLO["SHA1"])) == (
        501,
        "NotImplemented",
    )
    client.put_object(**here, ChecksumCRC32=OF_HELLO["CRC32"])
    client.close()


def test_a_length_is_required(aws: StandIn) -> None:
    headers = signed_headers(aws, "PUT", "/media/a", b"", {})
    connection = connect(aws)
    connection.putrequest("PUT", "/media/a", skip_accept_encoding=True)
    for name, value in headers.items():
        if name != "Host":
            connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 411
    assert b"<Code>MissingContentLength</Code>" in response.read()
    connection.close()


def send_three_of_ten_bytes(server: StandIn) -> http.client.HTTPSConnection:
    body = b"0123456789"
    headers = signed_headers(server, "PUT", "/media/a", body, {})
    connection = connect(server)
    connection.putrequest("PUT", "/media/a", skip_accept_encoding=True)
    for name, value in {**headers, "Content-Length": "10"}.items():
        if name != "Host":
            connection.putheader(name, value)
    connection.endheaders()
    connection.send(body[:3])
    return connection


def test_a_short_body_is_refused(aws: StandIn) -> None:
    connection = send_three_of_ten_bytes(aws)
    assert isinstance(connection.sock, ssl.SSLSocket)
    connection.sock.settimeout(0)
    # Only says goodbye. Whether the answer or the peer's goodbye is there already is a race.
    with contextlib.suppress(ssl.SSLError):
        connection.sock.unwrap()
    until = time.monotonic() + 5
    while not any(request.status for request in aws.requests) and time.monotonic() < until:
        time.sleep(0.01)
    connection.close()
    assert [request.status for request in aws.requests] == [400]
    assert aws.objects("media") == {}


def test_a_body_that_does_not_come_times_out(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(buckets=["media"], body_timeout=0.2)
    connection = send_three_of_ten_bytes(server)
    response = connection.getresponse()
    assert response.status == 400
    assert b"<Code>RequestTimeout</Code>" in response.read()
    connection.close()


def test_a_flipped_bit_under_a_signed_hash_is_refused(aws: StandIn) -> None:
    aws.faults.add("PutObject", Alter(request=lambda body: b"j" + body[1:]))
    answer = send(aws, "PUT", "/media/a", body=b"hello")
    assert (answer.status, error_code(answer)) == (400, "XAmzContentSHA256Mismatch")


def test_a_flipped_bit_under_no_digest_at_all_is_stored(aws: StandIn) -> None:
    """What digests are for: nothing else notices."""
    aws.faults.add("PutObject", Alter(request=lambda body: b"j" + body[1:]))
    extra = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    headers = signed_headers(aws, "PUT", "/media/a", b"", extra)
    assert call(aws, "PUT", "/media/a", body=b"hello", headers=headers).status == 200
    assert aws.objects("media")["a"].data == b"jello"
    assert aws.objects("media")["a"].etag == hashlib.md5(b"jello").hexdigest()
