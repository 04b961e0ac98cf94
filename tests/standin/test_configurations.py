"""What a bucket is set up with, and what key pairs may do: asked by boto3, which knows neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Account, Bucket, StandIn
from standin.wire import call, client_for, refusal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OPEN = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::media/open/*",
}
LIMITED = ("AKIALIMITED000000001", "limited")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def server(start_stand_in: Callable[..., StandIn]) -> StandIn:
    running = start_stand_in(buckets=["media"])
    running.put("media", "open/a", b"a")
    running.put("media", "b", b"b")
    return running


@pytest.fixture
def owner(server: StandIn) -> S3Client:
    return client_for(server)


def read_by_all(server: StandIn, key: str) -> int:
    return call(server, "GET", f"/media/{key}").status


def test_a_policy_opens_what_it_names_and_no_more(server: StandIn, owner: S3Client) -> None:
    assert refusal(lambda: owner.get_bucket_policy(Bucket="media")) == (404, "NoSuchBucketPolicy")

    owner.put_bucket_policy(Bucket="media", Policy=policy(OPEN))

    assert (read_by_all(server, "open/a"), read_by_all(server, "b")) == (200, 403)
    assert owner.get_bucket_policy_status(Bucket="media")["PolicyStatus"]["IsPublic"]
    owner.delete_bucket_policy(Bucket="media")
    assert read_by_all(server, "open/a") == 403


@pytest.mark.parametrize(
    ("blocked", "status"), [("RestrictPublicBuckets", 403), ("BlockPublicAcls", 200)]
)
def test_what_is_blocked_is_closed_whatever_the_policy_says(
    server: StandIn, owner: S3Client, blocked: Any, status: int
) -> None:
    owner.put_bucket_policy(Bucket="media", Policy=policy(OPEN))
    setting: Any = {blocked: True}
    owner.put_public_access_block(Bucket="media", PublicAccessBlockConfiguration=setting)
    assert read_by_all(server, "open/a") == status


def test_blocked_policies_and_acls_are_refused(server: StandIn, owner: S3Client) -> None:
    both: Any = {"BlockPublicPolicy": True, "BlockPublicAcls": True}
    owner.put_public_access_block(Bucket="media", PublicAccessBlockConfiguration=both)
    told = owner.get_public_access_block(Bucket="media")["PublicAccessBlockConfiguration"]
    assert told == {**both, "IgnorePublicAcls": False, "RestrictPublicBuckets": False}

    closed = {**OPEN, "Effect": "Deny"}
    owner.put_bucket_policy(Bucket="media", Policy=policy(closed))

    def put(**more: Any) -> Any:
        return owner.put_object(Bucket="media", Key="c", Body=b"c", **more)

    put(ACL="private")
    for refused in (
        lambda: owner.put_bucket_policy(Bucket="media", Policy=policy(OPEN)),
        lambda: put(ACL="public-read"),
    ):
        assert refusal(refused) == (403, "AccessDenied")


def test_ignored_acls_open_nothing(server: StandIn, owner: S3Client) -> None:
    owner.put_object(Bucket="media", Key="c", Body=b"c", ACL="public-read")
    assert read_by_all(server, "c") == 200
    ignored: Any = {"IgnorePublicAcls": True}
    owner.put_public_access_block(Bucket="media", PublicAccessBlockConfiguration=ignored)
    assert read_by_all(server, "c") == 403


def test_an_owner_who_is_enforced_switches_acls_off(server: StandIn, owner: S3Client) -> None:
    def look() -> Any:
        return owner.get_bucket_ownership_controls(Bucket="media")

    assert refusal(look) == (404, "OwnershipControlsNotFoundError")
    owner.put_object(Bucket="media", Key="c", Body=b"c", ACL="public-read")
    owner.put_bucket_ownership_controls(
        Bucket="media",
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    )
    assert look()["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert read_by_all(server, "c") == 403
    assert refusal(
        lambda: owner.put_object(Bucket="media", Key="d", Body=b"d", ACL="public-read")
    ) == (400, "AccessControlListNotSupported")


def test_lifecycle_rules_are_kept_as_they_came(server: StandIn, owner: S3Client) -> None:
    rule: Any = {
        "ID": "old",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}},
        "Expiration": {"Days": 3},
    }

    def change(*rules: Any) -> Any:
        return owner.put_bucket_lifecycle_configuration(
            Bucket="media", LifecycleConfiguration={"Rules": list(rules)}
        )

    change(rule)
    assert owner.get_bucket_lifecycle_configuration(Bucket="media")["Rules"] == [rule]
    assert refusal(lambda: change(rule, rule)) == (400, "InvalidArgument")
    assert refusal(lambda: change({"Status": "Enabled", "Filter": {}})) == (400, "InvalidRequest")
    assert refusal(lambda: change({**rule, "Status": "On"})) == (400, "MalformedXML")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        policy({**OPEN, "Resource": "arn:aws:s3:::other/*"}),
        policy({**OPEN, "Effect": "Perhaps"}),
        policy({**OPEN, "NotAction": "s3:PutObject"}),
        policy({k: v for k, v in OPEN.items() if k != "Principal"}),
    ],
)
def test_what_is_no_policy_of_this_bucket_is_refused(owner: S3Client, broken: str) -> None:
    assert refusal(lambda: owner.put_bucket_policy(Bucket="media", Policy=broken)) == (
        400,
        "MalformedPolicy",
    )


def test_a_condition_that_would_not_be_heeded_is_refused(owner: S3Client) -> None:
    only_tls = {**OPEN, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}

    def put() -> Any:
        return owner.put_bucket_policy(Bucket="media", Policy=policy(only_tls))

    assert refusal(put) == (501, "NotImplemented")


# -- key pairs with rights of their own --------------------------------------------------


def limited(server_of: Callable[..., StandIn], *statements: dict[str, Any]) -> S3Client:
    account = Account(
        access_key_id=LIMITED[0],
        secret_access_key=LIMITED[1],
        policy={"Statement": list(statements)},
    )
    server = server_of(buckets=["media"], accounts=[account])
    server.put("media", "mine/a", b"a")
    server.put("media", "theirs/a", b"a")
    return client_for(server, access_key_id=LIMITED[0], secret=LIMITED[1])


def test_a_pair_may_do_what_its_policy_says(start_stand_in: Callable[..., StandIn]) -> None:
    client = limited(
        start_stand_in,
        {"Effect": "Allow", "Action": ["s3:*Object"], "Resource": ["arn:aws:s3:::media/mine/*"]},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::media",
            "Condition": {"StringLike": {"s3:prefix": ["mine/*"]}},
        },
    )

    def get(key: str) -> Any:
        return client.get_object(Bucket="media", Key=key)["Body"].read()

    assert get("mine/a") == b"a"
    client.put_object(Bucket="media", Key="mine/b", Body=b"b")
    assert client.list_objects_v2(Bucket="media", Prefix="mine/")["KeyCount"] == 2
    for refused in (
        lambda: get("theirs/a"),
        lambda: get("mine/none"),  # it may not list here without the prefix
        lambda: client.delete_object(Bucket="media", Key="mine/a"),
        lambda: client.list_objects_v2(Bucket="media"),
        lambda: client.put_object(Bucket="media", Key="mine/b", Body=b"b", Tagging="a=b"),
        lambda: client.put_object(Bucket="media", Key="mine/b", Body=b"b", ACL="private"),
        lambda: client.copy_object(
            Bucket="media", Key="mine/c", CopySource={"Bucket": "media", "Key": "theirs/a"}
        ),
        lambda: client.get_bucket_cors(Bucket="media"),
    ):
        assert refusal(refused) == (403, "AccessDenied")


def test_a_bucket_policy_takes_rights_from_the_owner_too(owner: S3Client) -> None:
    nobody = {**OPEN, "Effect": "Deny", "Resource": "arn:aws:s3:::media/b"}
    owner.put_bucket_policy(Bucket="media", Policy=policy(nobody))
    assert refusal(lambda: owner.get_object(Bucket="media", Key="b")) == (403, "AccessDenied")


@pytest.mark.parametrize("feature", ["policy", "lifecycle"])
def test_a_server_without_it_refuses(start_stand_in: Callable[..., StandIn], feature: Any) -> None:
    lacking: Any = {feature: "no"}
    without = evolve(AWS_LIKE, **lacking)
    client = client_for(start_stand_in(without, buckets=[Bucket(name="media")]))
    asked = {
        "policy": lambda: client.get_bucket_policy(Bucket="media"),
        "lifecycle": lambda: client.get_bucket_lifecycle_configuration(Bucket="media"),
    }
    assert refusal(asked[feature]) == (501, "NotImplemented")
