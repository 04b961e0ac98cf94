"""Faults: each one happens, when and as often as planned, and only then."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from botocore.exceptions import BotoCoreError

from bucketry_s3.testing import (
    Alter,
    Delay,
    Drop,
    Reply,
    StandIn,
    Truncate,
    without_header,
)
from standin.wire import call, client_for, connect, presigned, refusal, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_a_reply_instead_of_the_truth(aws: StandIn, s3: S3Client) -> None:
    aws.faults.add("PutObject", Reply.error(503, "SlowDown", "Please reduce your request rate."))
    here: Any = {"Bucket": "media", "Key": "a", "Body": b"x"}
    assert refusal(lambda: s3.put_object(**here)) == (503, "SlowDown")
    assert aws.objects("media") == {}
    s3.put_object(**here)
    assert "a" in aws.objects("media")


def test_the_nth_occurrence_and_as_often_as_planned(aws: StandIn) -> None:
    aws.faults.add("PutObject", Reply(500), nth=2, times=2)
    outcomes = [send(aws, "PUT", "/media/a", body=b"x").status for _ in range(5)]
    assert outcomes == [200, 500, 500, 200, 200]


def test_for_ever_until_cleared(aws: StandIn) -> None:
    aws.faults.add("PutObject", Reply(500), times=None)
    assert [send(aws, "PUT", "/media/a", body=b"x").status for _ in range(3)] == [500] * 3
    aws.faults.clear()
    assert send(aws, "PUT", "/media/a", body=b"x").status == 200


def test_other_operations_are_left_alone(aws: StandIn) -> None:
    aws.faults.add("UploadPart", Reply(500), times=None)
    assert send(aws, "PUT", "/media/a", body=b"x").status == 200
    assert send(aws, "GET", "/media/a").status == 200


@pytest.mark.parametrize(("nth", "times"), [(0, 1), (1, 0)])
def test_a_plan_that_never_strikes_is_a_mistake(aws: StandIn, nth: int, times: int) -> None:
    with pytest.raises(ValueError, match="start at 1"):
        aws.faults.add("PutObject", Reply(500), nth=nth, times=times)


def test_an_answer_that_is_an_error_although_it_was_applied(aws: StandIn) -> None:
    aws.faults.add("PutObject", Reply.error(500, "InternalError", apply=True))
    assert send(aws, "PUT", "/media/a", body=b"x").status == 500
    assert aws.objects("media")["a"].data == b"x"


def test_success_with_an_error_inside(aws: StandIn, s3: S3Client) -> None:
    upload = s3.create_multipart_upload(Bucket="media", Key="a")["UploadId"]
    part = s3.upload_part(Bucket="media", Key="a", UploadId=upload, PartNumber=1, Body=b"x")
    aws.faults.add("CompleteMultipartUpload", Reply.error(200, "InternalError", "Try again"))
    parts: Any = [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}]
    complete: Any = {
        "Bucket": "media",
        "Key": "a",
        "UploadId": upload,
        "MultipartUpload": {"Parts": parts},
    }
    assert refusal(lambda: s3.complete_multipart_upload(**complete)) == (500, "InternalError")
    assert aws.objects("media") == {}
    s3.complete_multipart_upload(**complete)
    assert "a" in aws.objects("media")


def test_an_empty_and_an_html_success(aws: StandIn) -> None:
    aws.faults.add("PutObject", Reply(200))
    page = Reply(200, b"<html>Sign in</html>", headers={"Content-Type": "text/html"})
    aws.faults.add("GetObject", page)
    empty = send(aws, "PUT", "/media/a", body=b"x")
    assert (empty.status, empty.body, empty.headers["ETag"]) == (200, b"", None)
    assert aws.objects("media") == {}
    html = send(aws, "GET", "/media/a")
    assert (html.status, html.body) == (200, b"<html>Sign in</html>")


def test_a_missing_etag(aws: StandIn) -> None:
    aws.faults.add("PutObject", without_header("ETag"))
    answer = send(aws, "PUT", "/media/a", body=b"x")
    assert (answer.status, answer.headers["ETag"]) == (200, None)
    assert "a" in aws.objects("media")


def test_a_connection_dropped_before_anything_is_applied(aws: StandIn, s3: S3Client) -> None:
    aws.faults.add("PutObject", Drop("request", after=1000))
    with pytest.raises(BotoCoreError):
        s3.put_object(Bucket="media", Key="a", Body=b"x" * 100_000)
    assert aws.objects("media") == {}
    assert aws.requests[-1].status == 0


def test_a_connection_dropped_after_it_was_applied(aws: StandIn, s3: S3Client) -> None:
    aws.faults.add("PutObject", Drop("answer"))
    with pytest.raises(BotoCoreError):
        s3.put_object(Bucket="media", Key="a", Body=b"x")
    assert aws.objects("media")["a"].data == b"x"


def test_boto3_retries_a_dropped_connection(aws: StandIn) -> None:
    client = client_for(aws, retries={"total_max_attempts": 2, "mode": "legacy"})
    aws.faults.add("HeadObject", Drop("answer"))
    client.put_object(Bucket="media", Key="a", Body=b"x")
    assert client.head_object(Bucket="media", Key="a")["ContentLength"] == 1
    client.close()
    assert [request.operation for request in aws.requests].count("HeadObject") == 2


def test_a_truncated_answer_is_shorter_than_it_says(aws: StandIn) -> None:
    aws.put("media", "a", b"0123456789")
    aws.faults.add("GetObject", Truncate(4))
    connection = connect(aws)
    url = presigned(aws, "GET", "/media/a", 60)
    connection.request("GET", url.partition(f":{aws.port}")[2])
    response = connection.getresponse()
    assert response.headers["Content-Length"] == "10"
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    connection.close()
    assert caught.value.partial == b"0123"


def test_a_late_answer_is_the_truth(aws: StandIn) -> None:
    aws.put("media", "a", b"x")
    aws.faults.add("GetObject", Delay(0.1))
    url = presigned(aws, "GET", "/media/a", 60)
    start = time.monotonic()
    assert call(aws, "GET", url).body == b"x"
    assert time.monotonic() - start >= 0.1


def test_stopping_does_not_wait_for_a_delay() -> None:
    with StandIn(buckets=["media"]) as server:
        server.faults.add("GetObject", Delay(60))
        connection = connect(server)
        connection.request("GET", "/media/a")
        while not server.requests:
            time.sleep(0.01)
        start = time.monotonic()
    assert time.monotonic() - start < 5
    connection.close()


def test_a_flipped_bit_in_the_answer(aws: StandIn) -> None:
    aws.put("media", "a", b"hello")
    aws.faults.add("GetObject", Alter(response=lambda answer: evolve(answer, body=b"jello")))
    answer = send(aws, "GET", "/media/a")
    assert (answer.status, answer.body) == (200, b"jello")
