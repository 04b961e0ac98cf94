"""The least policy is enough for what an application does, and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import bucketry
from bucketry import AccessDenied, NotFound, Provider
from bucketry.host.catalog import installed
from bucketry.setup import Use, Wanted, apply, plan
from bucketry_s3.options import S3Options
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.setup.rights import ACTIONS, least_policy
from bucketry_s3.testing import AWS_LIKE, Account, Bucket, StandIn, personality_of
from bucketry_vendors.aws import profile as AWS
from bucketry_vendors.huawei import profile as HUAWEI

MIB = 1 << 20
PAIR: dict[str, Any] = {"access_key_id": "AKIALIMITED000000001", "secret_access_key": "limited"}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234"


def options(**changes: Any) -> S3Options:
    with bucketry.open_provider(
        {
            "provider": "aws",
            "bucket": "media",
            "region": "eu-west-1",
            "credentials": PAIR,
            **changes,
        }
    ) as provider:
        chosen: S3Options = provider.options
    return chosen


def granted(policy: Mapping[str, Any]) -> dict[str, set[str]]:
    return {", ".join(one["Resource"]): set(one["Action"]) for one in policy["Statement"]}


def test_every_operation_has_a_right() -> None:
    assert set(ACTIONS) == set(OPERATIONS)


EVERYDAY = {
    "arn:aws:s3:::media/*": {
        *("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectTagging"),
        *("s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging"),
    },
    "arn:aws:s3:::media": {"s3:ListBucket", "s3:ListBucketMultipartUploads"},
}


@pytest.mark.parametrize(
    ("changes", "wanted", "rights"),
    [
        ({}, Wanted(), EVERYDAY),
        ({"root_path": "up"}, Wanted(uses=["delete"]), {
            "arn:aws:s3:::media/up/*": {"s3:DeleteObject"}, "arn:aws:s3:::media": {"s3:ListBucket"},
        }),
        ({"region": "cn-north-1"}, Wanted(uses=["list"]), {
            "arn:aws-cn:s3:::media": {"s3:ListBucket"},
        }),
        ({"region": "us-gov-west-1"}, Wanted(uses=["list"]), {
            "arn:aws-us-gov:s3:::media": {"s3:ListBucket"},
        }),
        ({"region": "us-isob-east-1"}, Wanted(uses=["list"]), {
            "arn:aws-iso-b:s3:::media": {"s3:ListBucket"},
        }),
        ({}, Wanted(uses=["sweep"], versioning=True), {
            "arn:aws:s3:::media/*": {
                "s3:AbortMultipartUpload", "s3:GetObjectVersion", "s3:DeleteObjectVersion",
            },
            "arn:aws:s3:::media": {"s3:ListBucketMultipartUploads", "s3:ListBucketVersions"},
        }),
        ({}, Wanted(uses=["restore"]), {"arn:aws:s3:::media/*": {"s3:RestoreObject"}}),
        ({"tags": {"a": "b"}, "acl": "private"}, Wanted(uses=["write"]), {
            "arn:aws:s3:::media/*": {
                "s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectAcl", "s3:GetObject",
                "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
            },
            "arn:aws:s3:::media": {"s3:ListBucket"},
        }),
        ({"encryption": {"type": "aws:kms"}}, Wanted(uses=["delete"]), {
            "arn:aws:s3:::media/*": {"s3:DeleteObject"}, "arn:aws:s3:::media": {"s3:ListBucket"},
        }),
        ({"encryption": {"type": "aws:kms", "kms_key_id": KEY}}, Wanted(uses=["list"]), {
            "arn:aws:s3:::media": {"s3:ListBucket"}, KEY: {"kms:Decrypt", "kms:GenerateDataKey"},
        }),
        ({"encryption": {"type": "aws:kms", "kms_key_id": "1234"}}, Wanted(uses=["list"]), {
            "arn:aws:s3:::media": {"s3:ListBucket"},
            "arn:aws:kms:eu-west-1:*:key/1234": {"kms:Decrypt", "kms:GenerateDataKey"},
        }),
    ],
)  # fmt: skip
def test_rights_follow_from_the_configuration_and_the_uses(
    changes: dict[str, Any], wanted: Wanted, rights: dict[str, set[str]]
) -> None:
    assert granted(least_policy(options(**changes), AWS, wanted)) == rights


def test_a_region_of_another_vendor_is_in_no_partition_of_aws() -> None:
    policy = least_policy(options(region="cn-north-1"), HUAWEI, Wanted(uses=["list"]))
    assert list(granted(policy)) == ["arn:aws:s3:::media"]


def test_a_keys_alias_is_a_condition_because_policies_name_keys() -> None:
    encryption = {"type": "aws:kms", "kms_key_id": "alias/media"}
    policy = least_policy(options(encryption=encryption), AWS, Wanted(uses=["list"]))
    assert policy["Statement"][-1]["Condition"] == {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/media"}
    }


# -- what an application does with exactly these rights --------------------------------------------


def write(media: Provider) -> None:
    media.upload(b"x", key="new.txt")
    media.upload(bytes(6 * MIB), key="large.bin")


def fail_to_write(media: Provider) -> None:
    """An upload that ends early takes its parts away again."""

    def cut() -> Any:
        yield bytes(11 * MIB)
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError, match="the source is gone"):
        media.upload(cut(), key="broken.bin")


def read(media: Provider) -> None:
    assert media.read("old.txt") == b"old"
    with pytest.raises(NotFound):
        media.head("missing.txt")


def delete_many(media: Provider) -> None:
    assert not media.delete_many(["old.txt", "b"]).failures


DOES: dict[str, tuple[Use, Callable[[Provider], object], set[str]]] = {
    "write": ("write", write, {"s3:PutObject"}),
    "end early": ("write", fail_to_write, {"s3:PutObject", "s3:AbortMultipartUpload"}),
    "read": ("read", read, {"s3:GetObject", "s3:ListBucket"}),
    "delete": ("delete", lambda media: media.delete("old.txt"), {"s3:DeleteObject"}),
    "delete many": ("delete", delete_many, {"s3:DeleteObject"}),
    "list": ("list", lambda media: list(media.list()), {"s3:ListBucket"}),
    "copy": ("copy", lambda media: media.copy("old.txt", "b"), {"s3:PutObject", "s3:GetObject"}),
    "sweep": ("sweep", lambda media: media.sweep(), {"s3:ListBucketMultipartUploads"}),
    "versions": ("versions", lambda media: list(media.versions()), {"s3:ListBucketVersions"}),
}


def server_for(policy: Mapping[str, Any]) -> StandIn:
    account = Account(**PAIR, policy=policy)
    bucket = Bucket(name="media", versioning="Enabled")
    server = StandIn(AWS_LIKE, buckets=[bucket], accounts=[account])
    server.put("media", "old.txt", b"old")
    return server


@pytest.mark.parametrize("does", DOES)
def test_each_use_works_with_its_rights_and_fails_without_one(
    open_on: Callable[..., Provider], does: str
) -> None:
    use, action, needs = DOES[does]
    multipart = {"part_size": 5 * MIB, "concurrency": 1}
    policy = least_policy(options(), AWS, Wanted(uses=[use]))

    def run(policy: Mapping[str, Any]) -> list[Any]:
        with server_for(policy) as server:
            action(open_on(server, credentials=PAIR, multipart=multipart))
            return server.open_uploads("media")

    assert run(policy) == []
    for right in needs:
        less = [
            {**one, "Action": [action for action in one["Action"] if action != right]}
            for one in policy["Statement"]
        ]
        if right == "s3:AbortMultipartUpload":
            assert run({"Statement": less})  # its parts are left
            continue
        with pytest.raises((AccessDenied, AssertionError)):
            run({"Statement": less})


def test_a_bucket_that_was_set_up_is_healthy_for_a_pair_with_the_least_rights(
    open_on: Callable[..., Provider],
) -> None:
    policy = least_policy(options(), AWS, Wanted())
    account = Account(**PAIR, policy=policy)
    with StandIn(AWS_LIKE, accounts=[account]) as server:
        owner = open_on(server)
        apply(owner, plan(owner)).raise_failure()
        assert owner.diagnose().findings == ()
        assert open_on(server, credentials=PAIR).diagnose().findings == ()


def test_a_plan_shows_the_policy_or_the_vendors_own_way(
    server: StandIn, open_on: Callable[..., Provider]
) -> None:
    shown = plan(open_on(server)).rights
    assert shown is not None
    assert granted(json.loads(shown.text)) == EVERYDAY
    with StandIn(personality_of(installed().load("r2")), buckets=["media"]) as r2:
        own = plan(open_on(r2, account_id="a" * 32)).rights
    assert own is not None
    assert own.text == ""
    assert "Object Read & Write" in own.hint
    assert own.source.startswith("https://developers.cloudflare.com/")
