"""A stand-in that wants more than S3 does, and says so in words of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import attrs
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bucketry_s3.testing import (
    ACCESS_KEY_ID,
    AWS_LIKE,
    SECRET_ACCESS_KEY,
    Bucket,
    Feature,
    Refusal,
    StandIn,
)
from standin.wire import call, error_code, presigned, send, signed_headers

Start = Callable[..., StandIn]
TEAM = {"x-team": "red"}


def test_a_request_without_a_required_header_is_refused(start_stand_in: Start) -> None:
    server = start_stand_in(buckets=["media"], require_headers=["X-Team"])
    refused = send(server, "PUT", "/media/a", body=b"x")
    assert (refused.status, error_code(refused)) == (400, "InvalidRequest")
    assert b"Missing required header for this request: x-team" in refused.body
    assert server.objects("media") == {}
    assert send(server, "PUT", "/media/a", body=b"x", headers=TEAM).status == 200
    assert send(server, "GET", "/media/a", headers=TEAM).body == b"x"
    assert send(server, "GET", "/media/a").status == 400


def test_the_header_must_be_signed_along(start_stand_in: Start) -> None:
    server = start_stand_in(buckets=["media"], require_headers=["x-team"])
    signed = signed_headers(server, "PUT", "/media/a", b"x", {})
    assert call(server, "PUT", "/media/a", body=b"x", headers={**signed, **TEAM}).status == 400
    assert server.objects("media") == {}


def test_a_signed_url_must_sign_it_too(start_stand_in: Start) -> None:
    server = start_stand_in(buckets=["media"], require_headers=["x-team"])
    plain = presigned(server, "PUT", "/media/a", 60)
    assert call(server, "PUT", plain, body=b"x", headers=TEAM).status == 400
    request = AWSRequest(
        method="PUT",
        url=f"https://localhost:{server.port}/media/a",
        headers={"Host": f"localhost:{server.port}", **TEAM},
    )
    credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=60).add_auth(request)
    assert call(server, "PUT", str(request.url), body=b"x", headers=TEAM).status == 200
    assert call(server, "PUT", str(request.url), body=b"x").status == 403


def test_a_read_that_is_open_to_everybody_needs_none(start_stand_in: Start) -> None:
    server = start_stand_in(buckets=[Bucket(name="open", public=True)], require_headers=["x-team"])
    server.put("open", "a", b"hello")
    assert call(server, "GET", "/open/a").body == b"hello"


def test_the_refusal_of_a_missing_header_can_be_worded(start_stand_in: Start) -> None:
    words = Refusal(403, "TeamMissing", "Say {header}.")
    server = start_stand_in(buckets=["media"], require_headers={"X-Team": words})
    refused = send(server, "PUT", "/media/a", body=b"x")
    assert (refused.status, error_code(refused)) == (403, "TeamMissing")
    assert b"<Message>Say x-team.</Message>" in refused.body


def test_every_refusal_can_be_worded(start_stand_in: Start) -> None:
    words = Refusal(418, "NoAcls", "{header} was {value}.")
    personality = attrs.evolve(AWS_LIKE, acl="none", refusals={**AWS_LIKE.refusals, "acl": words})
    server = start_stand_in(personality, buckets=["media"])
    refused = send(server, "PUT", "/media/a", body=b"x", headers={"x-amz-acl": "private"})
    assert (refused.status, error_code(refused)) == (418, "NoAcls")
    assert b"<Message>x-amz-acl was private.</Message>" in refused.body


@pytest.mark.parametrize("feature", get_args(Feature))
def test_there_is_a_wording_of_every_feature(feature: Feature) -> None:
    assert AWS_LIKE.refuse(feature).status >= 400
