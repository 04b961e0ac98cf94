"""Buckets of a real server are set up as shown; key pairs with the least rights do their work."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest

from bucketry import PreconditionFailed, Provider
from bucketry.setup import SetupPlan, Use, Wanted, apply, plan
from bucketry.testing import Report, run
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.setup.rights import least_policy
from servers.known import page_of, subject
from servers.samples import Open, require_server
from servers.server import Endpoint
from servers.verdict import unexpected

require_server()

pytestmark = pytest.mark.server

PAGE = "https://www.example.com"
ALL = Wanted(origins=(PAGE,), uploads=True, versioning=True)

BY_HAND = {
    "minio": {"cors", "unfinished uploads"},
    "versitygw": {"unfinished uploads"},
    "ceph": set[str](),
}
"""What a server has no operation for."""


@pytest.fixture
def media(
    open_provider: Open, endpoint: Endpoint, profile: str, admin: Any
) -> Callable[..., Provider]:
    """Give a function that opens a provider on a bucket that is not there yet."""
    if endpoint.server not in BY_HAND:
        pytest.skip(f"{endpoint.server} has no bucket policies, CORS or lifecycle rules")
    bucket = f"setup-{uuid.uuid4().hex[:12]}"

    def opened(**options: Any) -> Provider:
        chosen = {"bucket": bucket, "root_path": None, "multipart": None, **options}
        provider = open_provider(**chosen)
        return Provider(
            name=endpoint.server,
            vendor=page_of(endpoint.server, profile),
            options=provider.options,
            distribution="tests",
        )

    return opened


def changes(made: SetupPlan) -> set[str]:
    return {step.name for step in made.changes}


def test_a_bucket_is_set_up_as_shown(
    media: Callable[..., Provider], endpoint: Endpoint, admin: Any, fetch: Any
) -> None:
    public = media(visibility="public", root_path="up")
    first = plan(public, ALL)
    assert {"bucket", "public reads", "versions"} <= changes(first)
    by_hand = {step.name for step in first.steps if step.status == "by hand"}
    assert by_hand == BY_HAND[endpoint.server]

    applied = apply(public, first)
    applied.raise_failure()
    assert {step.status for step in applied.done} <= {"in place", "not there"}
    again = plan(public, ALL)
    assert changes(again) == set()
    assert apply(public, again).done == ()

    bucket = public.options.bucket
    assert admin.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    stored = public.upload(b"x", key="a.txt")
    assert fetch("GET", stored.url).status == 200
    admin.put_object(Bucket=bucket, Key="elsewhere", Body=b"y")
    assert fetch("GET", f"{endpoint.url}/{bucket}/elsewhere").status == 403

    private = media(root_path="up")
    apply(private, plan(private, ALL)).raise_failure()
    assert fetch("GET", stored.url).status == 403


def test_rules_of_the_owners_own_stay(
    media: Callable[..., Provider], endpoint: Endpoint, admin: Any
) -> None:
    provider = media(visibility="public")
    bucket = provider.options.bucket
    admin.create_bucket(Bucket=bucket)
    own = {
        "Sid": "Theirs",
        "Effect": "Deny",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:DeleteObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/keep/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [own]}
    admin.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    cors = {
        "AllowedOrigins": ["https://other.example.com"],
        "AllowedMethods": ["GET"],
        "MaxAgeSeconds": 60,
    }
    if "cors" not in BY_HAND[endpoint.server]:
        admin.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [cors]})
    rule = {
        "ID": "theirs",
        "Status": "Enabled",
        "Filter": {"Prefix": "logs/"},
        "Expiration": {"Days": 30},
    }
    if endpoint.server != "versitygw":
        admin.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
        )

    apply(provider, plan(provider, ALL)).raise_failure()
    assert changes(plan(provider, ALL)) == set()

    told = json.loads(admin.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert {one["Sid"] for one in told} == {"Theirs", "BucketryPublicRead"}
    if "cors" not in BY_HAND[endpoint.server]:
        rules = admin.get_bucket_cors(Bucket=bucket)["CORSRules"]
        assert len(rules) == 2
        theirs = next(one for one in rules if PAGE not in one["AllowedOrigins"])
        assert cors.items() <= theirs.items()
    if endpoint.server != "versitygw":
        rules = admin.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        theirs = next(one for one in rules if one["ID"] == "theirs")
        assert theirs["Expiration"]["Days"] == 30


def test_what_has_changed_in_between_is_not_overwritten(
    media: Callable[..., Provider], admin: Any
) -> None:
    provider = media(visibility="public")
    bucket = provider.options.bucket
    admin.create_bucket(Bucket=bucket)
    made = plan(provider, Wanted(unfinished_days=None)).without()
    own = {
        "Effect": "Deny",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:DeleteObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    admin.put_bucket_policy(Bucket=bucket, Policy=policy)
    applied = apply(provider, made)
    assert isinstance(applied.error, PreconditionFailed)
    assert applied.failed is not None
    assert applied.failed.name == "public reads"
    told = json.loads(admin.get_bucket_policy(Bucket=bucket)["Policy"])
    assert len(told["Statement"]) == 1


# -- key pairs with the least rights ---------------------------------------------------------------

EVERYTHING: frozenset[Use] = frozenset(
    {"copy", "delete", "headers", "list", "read", "sweep", "tags", "write"}
)


NOT_ASKED_FOR = {"s3:GetObjectTagging", "s3:PutObjectTagging"}
"""Rights that MinIO does not look at where tags come with an upload or go along with a copy, as AWS
does (Amazon S3 API reference, CopyObject and PutObject)."""


@pytest.fixture
def pair(endpoint: Endpoint, media: Any) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    """Give a function that makes a key pair with exactly the rights of a policy."""
    if endpoint.server != "minio":
        pytest.skip("only MinIO gives key pairs with a policy of their own without further tools")
    tokens = boto3.client(
        "sts",
        endpoint_url=endpoint.url,
        verify=endpoint.ca_bundle,
        region_name=endpoint.region,
        aws_access_key_id=endpoint.access_key_id,
        aws_secret_access_key=endpoint.secret_access_key,
    )

    def made(policy: Mapping[str, Any]) -> dict[str, str]:
        role = "arn:aws:iam::000000000000:role/any"  # MinIO does not look at it
        answer = tokens.assume_role(
            RoleArn=role, RoleSessionName="bucketry", Policy=json.dumps(policy)
        )["Credentials"]
        return {
            "access_key_id": answer["AccessKeyId"],
            "secret_access_key": answer["SecretAccessKey"],
            "session_token": answer["SessionToken"],
        }

    return made


def bad(report: Report, name: str) -> set[str]:
    return {line.partition(":")[0] for line in unexpected(report, name)}


def test_the_least_rights_are_enough_and_each_is_needed(
    media: Callable[..., Provider],
    pair: Callable[[Mapping[str, Any]], dict[str, str]],
    endpoint: Endpoint,
    profile: str,
    admin: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options: S3Options = media().options
    admin.create_bucket(Bucket=options.bucket)
    lives = Profile(endpoint="", addressing="path")
    policy = least_policy(options, lives, Wanted(uses=EVERYTHING))
    name = subject(endpoint.server, profile)

    def failing(policy: Mapping[str, Any]) -> set[str]:
        with media(credentials=pair(policy)) as provider:
            codes = {finding.code for finding in provider.diagnose().findings}
            denied = {code for code in codes if code.startswith("denied-")}
            return bad(run(provider), name) | denied

    assert failing(policy) == set()
    told = []
    for right in sorted({action for one in policy["Statement"] for action in one["Action"]}):
        less = [
            {**one, "Action": [action for action in one["Action"] if action != right]}
            for one in policy["Statement"]
        ]
        kept = [one for one in less if one["Action"]]
        told.append((right, len(failing({**policy, "Statement": kept}))))
    with capsys.disabled():
        for right, cases in told:
            print(f"without {right}: {cases} cases fail")
    assert {right for right, cases in told if not cases} == NOT_ASKED_FOR
