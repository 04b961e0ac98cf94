"""DeleteObjects: outcomes per key, and the digest that each server wants."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry import Fact
from bucketry_s3.testing import AWS_LIKE, Bucket, StandIn, personality_of
from bucketry_vendors.r2 import vendor as r2
from standin.wire import Answer, client_for, error_code, refusal, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = b"<Delete><Object><Key>a</Key></Object></Delete>"
MD5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()


def test_each_key_has_its_outcome(aws: StandIn, s3: S3Client) -> None:
    for key in ("a", "b & <c>", "keep"):
        s3.put_object(Bucket="media", Key=key, Body=b"x")
    wanted: Any = {"Objects": [{"Key": "a"}, {"Key": "b & <c>"}, {"Key": "nope"}]}
    answer = s3.delete_objects(Bucket="media", Delete=wanted)
    assert [item["Key"] for item in answer["Deleted"]] == ["a", "b & <c>", "nope"]
    assert list(aws.objects("media")) == ["keep"]


def test_quiet_tells_errors_only(aws: StandIn, s3: S3Client) -> None:
    etag = s3.put_object(Bucket="media", Key="a", Body=b"x")["ETag"]
    s3.put_object(Bucket="media", Key="b", Body=b"x")
    wanted: Any = {
        "Objects": [{"Key": "a", "ETag": '"other"'}, {"Key": "b", "ETag": etag}],
        "Quiet": True,
    }
    answer: Any = s3.delete_objects(Bucket="media", Delete=wanted)
    assert "Deleted" not in answer
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [
        ("a", "PreconditionFailed")
    ]
    assert list(aws.objects("media")) == ["a"]


def test_versions_are_deleted_for_good(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(buckets=[Bucket(name="media", versioning="Enabled")])
    client = client_for(server)
    version = client.put_object(Bucket="media", Key="a", Body=b"x")["VersionId"]
    first = client.delete_objects(Bucket="media", Delete={"Objects": [{"Key": "a"}]})
    assert first["Deleted"][0]["DeleteMarker"]
    marker = first["Deleted"][0]["DeleteMarkerVersionId"]
    both: Any = [{"Key": "a", "VersionId": version}, {"Key": "a", "VersionId": marker}]
    client.delete_objects(Bucket="media", Delete={"Objects": both})
    assert "Versions" not in client.list_object_versions(Bucket="media")
    client.close()


def batch(server: StandIn, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(server, "POST", "/media?delete=", body=BODY, headers=named)


@pytest.mark.parametrize(
    ("digest", "headers", "accepted"),
    [
        ("any", {"Content_MD5": MD5}, True),
        ("any", {"x_amz_checksum_sha256": SHA256}, True),
        ("any", {}, False),
        ("md5", {"Content_MD5": MD5}, True),
        ("md5", {"x_amz_checksum_sha256": SHA256}, False),
        ("sha256", {"x_amz_checksum_sha256": SHA256}, True),
        ("sha256", {"Content_MD5": MD5}, True),
        ("sha256", {}, False),
    ],
)
def test_a_batch_carries_the_digest_that_the_server_wants(
    start_stand_in: Callable[..., StandIn], digest: Any, headers: dict[str, str], accepted: bool
) -> None:
    server = start_stand_in(evolve(AWS_LIKE, batch_delete_digest=digest), buckets=["media"])
    answer = batch(server, **headers)
    if accepted:
        assert answer.status == 200
    else:
        assert (answer.status, error_code(answer)) == (400, "InvalidRequest")


def test_boto3_default_crc32_is_not_enough_for_sha256_servers(
    start_stand_in: Callable[..., StandIn],
) -> None:
    server = start_stand_in(evolve(AWS_LIKE, batch_delete_digest="sha256"), buckets=["media"])
    client = client_for(server)
    one: Any = {"Objects": [{"Key": "a"}]}
    assert refusal(lambda: client.delete_objects(Bucket="media", Delete=one)) == (
        400,
        "InvalidRequest",
    )
    client.delete_objects(Bucket="media", Delete=one, ChecksumAlgorithm="SHA256")
    client.close()


def test_a_wrong_digest_deletes_nothing(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    answer = batch(aws, Content_MD5=base64.b64encode(b"0" * 16).decode())
    assert (answer.status, error_code(answer)) == (400, "BadDigest")
    assert "a" in aws.objects("media")


def objects(count: int) -> Any:
    return {"Objects": [{"Key": f"k{number}"} for number in range(count)]}


def test_a_thousand_keys_are_the_most(s3: S3Client) -> None:
    assert len(s3.delete_objects(Bucket="media", Delete=objects(1000))["Deleted"]) == 1000
    assert refusal(lambda: s3.delete_objects(Bucket="media", Delete=objects(1001))) == (
        400,
        "MalformedXML",
    )


def test_r2_fails_above_700_keys(start_stand_in: Callable[..., StandIn]) -> None:
    # What R2 wants beside a batch is not known: let the SDK's own digest pass.
    able = evolve(r2.capabilities, batch_delete_digest=Fact("any"))
    server = start_stand_in(personality_of(evolve(r2, capabilities=able)), buckets=["media"])
    client = client_for(server, region="auto")
    assert len(client.delete_objects(Bucket="media", Delete=objects(700))["Deleted"]) == 700
    assert refusal(lambda: client.delete_objects(Bucket="media", Delete=objects(701))) == (
        500,
        "InternalError",
    )
    client.close()


@pytest.mark.parametrize(
    "body", [b"<Delete/>", b"<Other/>", b"not xml", b"<Delete><Object/></Delete>"]
)
def test_a_malformed_batch_is_refused(aws: StandIn, body: bytes) -> None:
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    answer = send(aws, "POST", "/media?delete=", body=body, headers={"Content-MD5": digest})
    assert (answer.status, error_code(answer)) == (400, "MalformedXML")
