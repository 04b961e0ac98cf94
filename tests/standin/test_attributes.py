"""ACLs, tags, storage classes, encryption: as each kind of server treats them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Bucket, StandIn
from standin.wire import call, client_for, error_code, refusal, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Start = Callable[..., StandIn]


@pytest.fixture
def clients() -> Iterator[Callable[[StandIn], Any]]:
    opened: list[S3Client] = []

    def give(server: StandIn) -> S3Client:
        opened.append(client_for(server))
        return opened[-1]

    yield give
    for client in opened:
        client.close()


@pytest.mark.parametrize(
    ("acl", "status"), [("public-read", 200), ("private", 403), ("authenticated-read", 403)]
)
def test_an_acl_decides_who_reads(aws: StandIn, s3: S3Client, acl: Any, status: int) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x", ACL=acl)
    assert call(aws, "GET", "/media/a").status == status
    assert call(aws, "HEAD", "/media/a").status == status
    assert call(aws, "DELETE", "/media/a").status == 403
    assert call(aws, "PUT", "/media/a", body=b"y").status == 403


def test_an_acl_can_be_changed_and_read(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x")
    s3.put_object_acl(Bucket="media", Key="a", ACL="public-read")
    grants = s3.get_object_acl(Bucket="media", Key="a")["Grants"]
    assert [(grant["Permission"], grant["Grantee"].get("URI")) for grant in grants] == [
        ("FULL_CONTROL", None),
        ("READ", "http://acs.amazonaws.com/groups/global/AllUsers"),
    ]
    assert call(aws, "GET", "/media/a").status == 200
    s3.put_object_acl(Bucket="media", Key="a", ACL="private")
    assert call(aws, "GET", "/media/a").status == 403


def test_a_copy_does_not_inherit_the_acl(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"x", ACL="public-read")
    s3.copy_object(Bucket="media", Key="b", CopySource={"Bucket": "media", "Key": "a"})
    assert call(aws, "GET", "/media/b").status == 403


def test_an_unknown_acl_is_refused(s3: S3Client) -> None:
    odd: Any = "everyone-read"
    assert refusal(lambda: s3.put_object(Bucket="media", Key="a", Body=b"", ACL=odd)) == (
        400,
        "InvalidArgument",
    )


def test_a_bucket_may_have_acls_off(start_stand_in: Start, clients: Any) -> None:
    client = clients(start_stand_in(buckets=[Bucket(name="media", acls=False)]))
    here = {"Bucket": "media", "Key": "a", "Body": b"x"}
    assert refusal(lambda: client.put_object(**here, ACL="public-read")) == (
        400,
        "AccessControlListNotSupported",
    )
    client.put_object(**here, ACL="bucket-owner-full-control")
    client.put_object(**here)


def test_a_server_without_acls_refuses_the_header(start_stand_in: Start, clients: Any) -> None:
    client = clients(start_stand_in(evolve(AWS_LIKE, acl="none"), buckets=["media"]))
    here = {"Bucket": "media", "Key": "a", "Body": b"x"}
    for acl in ("public-read", "private"):
        assert refusal(lambda: client.put_object(**here, ACL=acl)) == (  # noqa: B023 - at once
            501,
            "NotImplemented",
        )
    client.put_object(**here)
    assert refusal(lambda: client.get_object_acl(Bucket="media", Key="a")) == (
        501,
        "NotImplemented",
    )


def test_an_ignored_acl_has_no_effect(start_stand_in: Start, clients: Any) -> None:
    server = start_stand_in(evolve(AWS_LIKE, acl="ignored"), buckets=["media"])
    client = clients(server)
    client.put_object(Bucket="media", Key="a", Body=b"x", ACL="public-read")
    assert call(server, "GET", "/media/a").status == 403
    assert refusal(lambda: client.put_object_acl(Bucket="media", Key="a", ACL="public-read")) == (
        501,
        "NotImplemented",
    )


def test_where_acls_are_the_buckets_an_objects_must_equal_it(
    start_stand_in: Start, clients: Any
) -> None:
    server = start_stand_in(evolve(AWS_LIKE, acl="bucket"), buckets=["media"])
    client = clients(server)
    here = {"Bucket": "media", "Key": "a", "Body": b"x"}
    assert refusal(lambda: client.put_object(**here, ACL="public-read")) == (400, "InvalidArgument")
    client.put_object(**here, ACL="private")
    client.put_bucket_acl(Bucket="media", ACL="public-read")
    client.put_object(**here, ACL="public-read")
    assert call(server, "GET", "/media/a").status == 200


def test_a_public_bucket_is_read_by_everybody(start_stand_in: Start, clients: Any) -> None:
    server = start_stand_in(buckets=[Bucket(name="media", public=True)])
    clients(server).put_object(Bucket="media", Key="a", Body=b"x")
    assert call(server, "GET", "/media/a").body == b"x"
    assert call(server, "GET", "/media/nope").status == 404
    assert call(server, "GET", "/media").status == 403
    override = call(server, "GET", "/media/a?response-content-type=text/html")
    assert (override.status, error_code(override)) == (400, "InvalidRequest")


def test_a_server_without_public_addresses_stays_closed(
    start_stand_in: Start, clients: Any
) -> None:
    closed = evolve(AWS_LIKE, public_url="no")
    server = start_stand_in(closed, buckets=[Bucket(name="media", public=True)])
    clients(server).put_object(Bucket="media", Key="a", Body=b"x")
    assert call(server, "GET", "/media/a").status == 403


def test_tags(aws: StandIn, s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"", Tagging="team=web%20%C3%BC&x=")
    head: Any = s3.get_object(Bucket="media", Key="a")
    assert head["TagCount"] == 2
    tags = s3.get_object_tagging(Bucket="media", Key="a")["TagSet"]
    assert tags == [{"Key": "team", "Value": "web ü"}, {"Key": "x", "Value": ""}]
    s3.put_object_tagging(
        Bucket="media", Key="a", Tagging={"TagSet": [{"Key": "only", "Value": "1"}]}
    )
    assert aws.objects("media")["a"].tags == {"only": "1"}
    s3.delete_object_tagging(Bucket="media", Key="a")
    assert aws.objects("media")["a"].tags == {}


def test_tags_have_limits(s3: S3Client) -> None:
    ten = "&".join(f"k{number}=v" for number in range(10))
    s3.put_object(Bucket="media", Key="a", Body=b"", Tagging=ten)

    def put(tagging: str) -> tuple[int, str]:
        return refusal(lambda: s3.put_object(Bucket="media", Key="a", Body=b"", Tagging=tagging))

    assert put(f"{ten}&k10=v") == (400, "BadRequest")
    assert put("a=1&a=2") == (400, "InvalidTag")
    assert put(f"{'k' * 129}=v") == (400, "InvalidTag")
    assert put(f"k={'v' * 257}") == (400, "InvalidTag")


@pytest.mark.parametrize("support", ["no", "ignored"])
def test_tags_where_there_are_none(start_stand_in: Start, clients: Any, support: Any) -> None:
    server = start_stand_in(evolve(AWS_LIKE, tagging=support), buckets=["media"])
    client = clients(server)
    here = {"Bucket": "media", "Key": "a", "Body": b"x"}
    if support == "no":
        assert refusal(lambda: client.put_object(**here, Tagging="a=1")) == (501, "NotImplemented")
        assert server.objects("media") == {}
        client.put_object(**here)
    else:
        client.put_object(**here, Tagging="a=1")
        assert server.objects("media")["a"].tags == {}
    assert refusal(lambda: client.get_object_tagging(Bucket="media", Key="a")) == (
        501,
        "NotImplemented",
    )


def test_storage_classes(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="a", Body=b"", StorageClass="STANDARD_IA")
    assert s3.head_object(Bucket="media", Key="a")["StorageClass"] == "STANDARD_IA"
    odd: Any = "COLD"
    assert refusal(lambda: s3.put_object(Bucket="media", Key="a", Body=b"", StorageClass=odd)) == (
        400,
        "InvalidStorageClass",
    )
    assert refusal(
        lambda: s3.create_multipart_upload(Bucket="media", Key="a", StorageClass=odd)
    ) == (400, "InvalidStorageClass")


def test_encryption_is_told_again(s3: S3Client) -> None:
    stored = s3.put_object(Bucket="media", Key="a", Body=b"x", ServerSideEncryption="AES256")
    assert stored["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket="media", Key="a")["ServerSideEncryption"] == "AES256"
    plain = s3.put_object(Bucket="media", Key="b", Body=b"x")
    assert "ServerSideEncryption" not in plain


def test_under_kms_the_etag_is_no_md5(s3: S3Client) -> None:
    plain = s3.put_object(Bucket="media", Key="a", Body=b"x")["ETag"]
    stored = s3.put_object(
        Bucket="media", Key="b", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="key-1"
    )
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", "key-1")
    assert stored["ETag"] != plain


def test_encryption_that_makes_no_sense_is_refused(aws: StandIn, s3: S3Client) -> None:
    assert refusal(
        lambda: s3.put_object(
            Bucket="media", Key="a", Body=b"", ServerSideEncryption="AES256", SSEKMSKeyId="k"
        )
    ) == (400, "InvalidArgument")
    key_only = {"x-amz-server-side-encryption-aws-kms-key-id": "k"}
    answer = send(aws, "PUT", "/media/a", headers=key_only)
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")
    customer = {"x-amz-server-side-encryption-customer-algorithm": "AES256"}
    answer = send(aws, "PUT", "/media/a", headers=customer)
    assert (answer.status, error_code(answer)) == (501, "NotImplemented")


def test_ignored_encryption_is_not_told(start_stand_in: Start, clients: Any) -> None:
    server = start_stand_in(evolve(AWS_LIKE, encryption={"AES256": "ignored"}), buckets=["media"])
    client = clients(server)
    here = {"Bucket": "media", "Key": "a", "Body": b"x"}
    assert "ServerSideEncryption" not in client.put_object(**here, ServerSideEncryption="AES256")
    assert refusal(lambda: client.put_object(**here, ServerSideEncryption="aws:kms")) == (
        501,
        "NotImplemented",
    )


@pytest.mark.parametrize(
    ("field", "treatment", "expected"),
    [
        ("put_if_absent", "refused", (501, "NotImplemented")),
        ("put_if_absent", "ignored", None),
        ("put_if_match", "refused", (501, "NotImplemented")),
        ("put_if_match", "ignored", None),
        ("delete_if_match", "refused", (501, "NotImplemented")),
        ("delete_if_match", "ignored", None),
    ],
)
def test_preconditions_that_a_server_lacks(
    start_stand_in: Start,
    clients: Any,
    field: str,
    treatment: Any,
    expected: tuple[int, str] | None,
) -> None:
    lacking = evolve(AWS_LIKE, **{field: treatment})
    server = start_stand_in(lacking, buckets=["media"])
    client = clients(server)
    client.put_object(Bucket="media", Key="a", Body=b"old")

    def violate() -> None:
        if field == "put_if_absent":
            client.put_object(Bucket="media", Key="a", Body=b"new", IfNoneMatch="*")
        elif field == "put_if_match":
            client.put_object(Bucket="media", Key="a", Body=b"new", IfMatch='"other"')
        else:
            client.delete_object(Bucket="media", Key="a", IfMatch='"other"')

    if expected is None:
        violate()
        left = server.objects("media")
        assert "a" not in left or left["a"].data == b"new"
    else:
        assert refusal(violate) == expected
        assert server.objects("media")["a"].data == b"old"


def test_some_servers_match_an_unquoted_etag_only(start_stand_in: Start, clients: Any) -> None:
    server = start_stand_in(evolve(AWS_LIKE, if_match_etag="unquoted"), buckets=["media"])
    client = clients(server)
    here = {"Bucket": "media", "Key": "a"}
    quoted = client.put_object(**here, Body=b"x")["ETag"]
    assert refusal(lambda: client.put_object(**here, Body=b"y", IfMatch=quoted)) == (
        412,
        "PreconditionFailed",
    )
    client.put_object(**here, Body=b"y", IfMatch=quoted.strip('"'))
    # Reads take both forms (measured on Ceph 16.2.15).
    etag = client.head_object(**here)["ETag"]
    for form in (etag, etag.strip('"')):
        assert client.get_object(**here, IfMatch=form)["Body"].read() == b"y"


def test_versioning_and_copies_that_a_server_lacks(start_stand_in: Start, clients: Any) -> None:
    lacking = evolve(AWS_LIKE, versioning="no", copy="no", multipart="no", batch_delete="no")
    client = clients(start_stand_in(lacking, buckets=["media"]))
    client.put_object(Bucket="media", Key="a", Body=b"x")
    source = {"Bucket": "media", "Key": "a"}
    for action in (
        lambda: client.put_bucket_versioning(
            Bucket="media", VersioningConfiguration={"Status": "Enabled"}
        ),
        lambda: client.copy_object(Bucket="media", Key="b", CopySource=source),
        lambda: client.create_multipart_upload(Bucket="media", Key="a"),
        lambda: client.delete_objects(Bucket="media", Delete={"Objects": [{"Key": "a"}]}),
    ):
        assert refusal(action) == (501, "NotImplemented")
