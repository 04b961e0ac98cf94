"""Objects: what is stored comes back, and what is not allowed is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Bucket, StandIn
from standin.wire import call, client_for, refusal, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MD5_OF_HELLO = "5d41402abc4b2a76b9719d911017c592"


def test_headers_and_metadata_come_back(s3: S3Client) -> None:
    s3.put_object(
        Bucket="media",
        Key="a",
        Body=b"hello",
        ContentType="text/plain",
        CacheControl="max-age=5",
        ContentDisposition="attachment",
        ContentEncoding="gzip",
        ContentLanguage="en",
        Metadata={"Owner": "me"},
    )
    head = s3.head_object(Bucket="media", Key="a")
    assert head["ContentLength"] == 5
    assert head["ETag"] == f'"{MD5_OF_HELLO}"'
    assert head["ContentType"] == "text/plain"
    assert head["CacheControl"] == "max-age=5"
    assert head["ContentDisposition"] == "attachment"
    assert head["ContentEncoding"] == "gzip"  # aws-chunked, which boto3 put there, is gone
    assert head["ContentLanguage"] == "en"
    assert head["Metadata"] == {"owner": "me"}
    assert datetime.now(UTC) - head["LastModified"] < timedelta(seconds=10)


def test_a_type_that_nobody_gave_is_binary(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    assert s3.head_object(Bucket="media", Key="a")["ContentType"] == "binary/octet-stream"


def test_metadata_fits_in_two_kilobytes(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"", Metadata={"k": "v" * 2047})
    too_much = {"k": "v" * 2048}
    assert refusal(lambda: s3.put_object(Bucket="media", Key="b", Body=b"", Metadata=too_much)) == (
        400,
        "MetadataTooLarge",
    )


def test_a_key_of_1024_bytes_is_the_longest(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="k" * 1024, Body=b"")
    assert refusal(lambda: s3.put_object(Bucket="media", Key="ü" * 513, Body=b"")) == (
        400,
        "KeyTooLongError",
    )


@pytest.mark.parametrize(
    ("wanted", "data", "told"),
    [
        ("bytes=1-3", b"ell", "bytes 1-3/5"),
        ("bytes=1-", b"ello", "bytes 1-4/5"),
        ("bytes=-2", b"lo", "bytes 3-4/5"),
        ("bytes=-99", b"hello", "bytes 0-4/5"),
        ("bytes=3-99", b"lo", "bytes 3-4/5"),
    ],
)
def test_ranges(s3: S3Client, wanted: str, data: bytes, told: str) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello")
    answer = s3.get_object(Bucket="media", Key="a", Range=wanted)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (answer["Body"].read(), answer["ContentRange"]) == (data, told)


@pytest.mark.parametrize("wanted", ["bytes=5-", "bytes=-0", "bytes=9-12"])
def test_a_range_behind_the_end_is_refused(s3: S3Client, wanted: str) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello")
    assert refusal(lambda: s3.get_object(Bucket="media", Key="a", Range=wanted)) == (
        416,
        "InvalidRange",
    )


@pytest.mark.parametrize("wanted", ["bytes=3-1", "bytes=0-1,3-4", "lines=1-2"])
def test_a_range_that_s3_does_not_obey_gives_the_whole(s3: S3Client, wanted: str) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello")
    answer = s3.get_object(Bucket="media", Key="a", Range=wanted)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["Body"].read() == b"hello"


def test_conditional_reads(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello")
    here: dict[str, Any] = {"Bucket": "media", "Key": "a"}
    etag = f'"{MD5_OF_HELLO}"'
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    assert refusal(lambda: s3.get_object(**here, IfNoneMatch=etag)) == (304, "304")
    assert refusal(lambda: s3.head_object(**here, IfModifiedSince=future)) == (304, "304")
    assert refusal(lambda: s3.get_object(**here, IfMatch='"other"')) == (412, "PreconditionFailed")
    assert refusal(lambda: s3.get_object(**here, IfUnmodifiedSince=past)) == (
        412,
        "PreconditionFailed",
    )
    for condition in (
        {"IfMatch": etag},
        {"IfNoneMatch": '"other"'},
        {"IfModifiedSince": past},
        {"IfUnmodifiedSince": future},
        {"IfMatch": etag, "IfUnmodifiedSince": past},  # the ETag goes before the date
    ):
        assert s3.get_object(**here, **condition)["Body"].read() == b"hello"


def test_put_if_absent(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"one", IfNoneMatch="*")
    again = refusal(lambda: s3.put_object(Bucket="media", Key="a", Body=b"two", IfNoneMatch="*"))
    assert again == (412, "PreconditionFailed")
    assert aws.objects("media")["a"].data == b"one"
    etag = refusal(lambda: s3.put_object(Bucket="media", Key="b", Body=b"", IfNoneMatch='"x"'))
    assert etag == (501, "NotImplemented")


def test_put_if_match(aws: StandIn, s3: S3Client) -> None:
    etag = s3.put_object(Bucket="media", Key="a", Body=b"one")["ETag"]
    s3.put_object(Bucket="media", Key="a", Body=b"two", IfMatch=etag)
    stale = refusal(lambda: s3.put_object(Bucket="media", Key="a", Body=b"three", IfMatch=etag))
    assert stale == (412, "PreconditionFailed")
    assert aws.objects("media")["a"].data == b"two"
    absent = refusal(lambda: s3.put_object(Bucket="media", Key="b", Body=b"", IfMatch=etag))
    assert absent == (404, "NoSuchKey")


def test_delete_if_match(aws: StandIn, s3: S3Client) -> None:
    etag = s3.put_object(Bucket="media", Key="a", Body=b"one")["ETag"]
    wrong = refusal(lambda: s3.delete_object(Bucket="media", Key="a", IfMatch='"other"'))
    assert wrong == (412, "PreconditionFailed")
    assert "a" in aws.objects("media")
    s3.delete_object(Bucket="media", Key="a", IfMatch=etag)
    assert aws.objects("media") == {}
    absent = refusal(lambda: s3.delete_object(Bucket="media", Key="a", IfMatch=etag))
    assert absent == (404, "NoSuchKey")


def test_deleting_what_is_not_there_succeeds(s3: S3Client) -> None:
    answer = s3.delete_object(Bucket="media", Key="nope")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_copy_keeps_or_replaces_what_belongs_to_the_object(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(
        Bucket="media",
        Key="a b/ü",
        Body=b"hello",
        ContentType="text/plain",
        Metadata={"m": "v"},
        Tagging="t=1",
    )
    source: Any = {"Bucket": "media", "Key": "a b/ü"}
    result = s3.copy_object(Bucket="media", Key="kept", CopySource=source)["CopyObjectResult"]
    assert result["ETag"] == f'"{MD5_OF_HELLO}"'
    kept = aws.objects("media")["kept"]
    assert (kept.data, kept.headers["Content-Type"]) == (b"hello", "text/plain")
    assert (kept.metadata, kept.tags) == ({"m": "v"}, {"t": "1"})
    s3.copy_object(
        Bucket="media",
        Key="replaced",
        CopySource=source,
        MetadataDirective="REPLACE",
        ContentType="x/y",
        Metadata={"n": "2"},
        TaggingDirective="REPLACE",
        Tagging="u=2",
    )
    replaced = aws.objects("media")["replaced"]
    assert (replaced.data, replaced.headers["Content-Type"]) == (b"hello", "x/y")
    assert (replaced.metadata, replaced.tags) == ({"n": "2"}, {"u": "2"})


def test_copy_refuses_a_missing_source_a_failed_condition_and_itself(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"hello")
    source: Any = {"Bucket": "media", "Key": "a"}
    missing: Any = {"Bucket": "media", "Key": "nope"}
    assert refusal(lambda: s3.copy_object(Bucket="media", Key="b", CopySource=missing)) == (
        404,
        "NoSuchKey",
    )
    assert refusal(
        lambda: s3.copy_object(
            Bucket="media", Key="b", CopySource=source, CopySourceIfMatch='"other"'
        )
    ) == (412, "PreconditionFailed")
    assert refusal(lambda: s3.copy_object(Bucket="media", Key="a", CopySource=source)) == (
        400,
        "InvalidRequest",
    )
    s3.copy_object(Bucket="media", Key="a", CopySource=source, MetadataDirective="REPLACE")


def test_errors_name_what_is_missing(aws: StandIn, s3: S3Client) -> None:
    assert refusal(lambda: s3.get_object(Bucket="media", Key="nope")) == (404, "NoSuchKey")
    assert refusal(lambda: s3.get_object(Bucket="nope", Key="a")) == (404, "NoSuchBucket")
    assert refusal(lambda: s3.put_object(Bucket="nope", Key="a", Body=b"")) == (404, "NoSuchBucket")
    assert refusal(lambda: s3.list_objects_v2(Bucket="nope")) == (404, "NoSuchBucket")
    answer = send(aws, "GET", "/media/no%20pe")
    assert b"<Key>no pe</Key>" in answer.body
    assert answer.headers["x-amz-request-id"]


def test_errors_to_head_have_no_body(aws: StandIn, s3: S3Client) -> None:
    assert refusal(lambda: s3.head_object(Bucket="media", Key="nope")) == (404, "404")
    assert refusal(lambda: s3.head_bucket(Bucket="nope")) == (404, "404")
    answer = send(aws, "HEAD", "/media/nope")
    assert (answer.status, answer.body) == (404, b"")


def test_a_single_upload_has_a_limit(start_stand_in: Any) -> None:
    server = start_stand_in(evolve(AWS_LIKE, put_size_max=10), buckets=["media"])
    client = client_for(server)
    client.put_object(Bucket="media", Key="a", Body=b"x" * 10)
    refused = refusal(lambda: client.put_object(Bucket="media", Key="b", Body=b"x" * 11))
    client.close()
    assert refused == (400, "EntityTooLarge")


def test_versions_are_kept_where_the_bucket_keeps_them(start_stand_in: Any) -> None:
    server = start_stand_in(buckets=[Bucket(name="media", versioning="Enabled")])
    client = client_for(server)
    first = client.put_object(Bucket="media", Key="a", Body=b"1")["VersionId"]
    second = client.put_object(Bucket="media", Key="a", Body=b"2")["VersionId"]
    marker = client.delete_object(Bucket="media", Key="a")
    assert marker["DeleteMarker"]
    assert refusal(lambda: client.get_object(Bucket="media", Key="a")) == (404, "NoSuchKey")
    old = client.get_object(Bucket="media", Key="a", VersionId=first)
    assert old["Body"].read() == b"1"
    assert refusal(lambda: client.get_object(Bucket="media", Key="a", VersionId="nope")) == (
        404,
        "NoSuchVersion",
    )
    listing = client.list_object_versions(Bucket="media")
    assert [version["VersionId"] for version in listing["Versions"]] == [second, first]
    assert [entry["IsLatest"] for entry in listing["DeleteMarkers"]] == [True]
    client.delete_object(Bucket="media", Key="a", VersionId=marker["VersionId"])
    assert client.get_object(Bucket="media", Key="a")["Body"].read() == b"2"
    assert refusal(lambda: client.delete_bucket(Bucket="media")) == (409, "BucketNotEmpty")
    client.close()


def test_versioning_can_be_switched(aws: StandIn, s3: S3Client) -> None:
    assert "VersionId" not in s3.put_object(Bucket="media", Key="a", Body=b"1")
    s3.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket="media")["Status"] == "Enabled"
    s3.put_object(Bucket="media", Key="a", Body=b"2")
    assert s3.get_object(Bucket="media", Key="a", VersionId="null")["Body"].read() == b"1"


def test_buckets_are_made_and_removed(aws: StandIn, s3: S3Client) -> None:
    s3.create_bucket(Bucket="second")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["media", "second"]
    s3.put_object(Bucket="second", Key="a", Body=b"x")
    assert refusal(lambda: s3.delete_bucket(Bucket="second")) == (409, "BucketNotEmpty")
    s3.delete_object(Bucket="second", Key="a")
    s3.delete_bucket(Bucket="second")
    assert refusal(lambda: s3.delete_bucket(Bucket="second")) == (404, "NoSuchBucket")
    answer = send(aws, "PUT", "/Bad_Name")
    assert (answer.status, b"InvalidBucketName" in answer.body) == (400, True)


def test_the_region_of_a_bucket(start_stand_in: Any, s3: S3Client) -> None:
    assert s3.get_bucket_location(Bucket="media")["LocationConstraint"] is None
    server = start_stand_in(buckets=["media"], region="eu-central-1")
    client = client_for(server, region="eu-central-1")
    assert client.get_bucket_location(Bucket="media")["LocationConstraint"] == "eu-central-1"
    assert client.head_bucket(Bucket="media")["BucketRegion"] == "eu-central-1"
    client.close()


def test_nobody_reads_without_a_signature(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    for path in ("/media/a", "/media/nope", "/media", "/"):
        assert call(aws, "GET", path).status == 403
