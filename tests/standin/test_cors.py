"""CORS: what a browser may do, asked the way browsers ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Bucket, CorsRule, StandIn
from standin.wire import Answer, call, client_for, error_code, presigned, refusal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

APP = "https://app.example"
RULE = CorsRule(
    origins=(APP, "https://*.preview.example"),
    methods=("PUT", "GET"),
    headers=("content-type", "x-amz-*"),
    expose=("ETag",),
    max_age=300,
)


@pytest.fixture
def server(start_stand_in: Callable[..., StandIn]) -> StandIn:
    return start_stand_in(buckets=[Bucket(name="media", cors=(RULE,))])


def ask(server: StandIn, origin: str, method: str, headers: str = "") -> Answer:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return call(server, "OPTIONS", "/media/a", headers=asked)


def test_an_allowed_preflight(server: StandIn) -> None:
    answer = ask(server, APP, "PUT", "Content-Type, x-amz-acl")
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["Access-Control-Allow-Methods"] == "PUT, GET"
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type, x-amz-acl"
    assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
    assert answer.headers["Access-Control-Max-Age"] == "300"
    assert ask(server, "https://pr-7.preview.example", "GET").status == 200


@pytest.mark.parametrize(
    ("origin", "method", "headers"),
    [
        ("https://evil.example", "PUT", ""),
        (f"{APP}.evil.example", "PUT", ""),
        ("http://app.example", "PUT", ""),
        (APP, "DELETE", ""),
        (APP, "PUT", "authorization"),
    ],
)
def test_a_refused_preflight(server: StandIn, origin: str, method: str, headers: str) -> None:
    answer = ask(server, origin, method, headers)
    assert (answer.status, error_code(answer)) == (403, "AccessForbidden")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_rules_every_preflight_is_refused(aws: StandIn) -> None:
    assert ask(aws, APP, "GET").status == 403
    assert call(aws, "OPTIONS", "/media/a").status == 400


def test_answers_carry_the_headers_for_allowed_origins_only(server: StandIn) -> None:
    url = presigned(server, "PUT", "/media/a", 60)
    allowed = call(server, "PUT", url, body=b"x", headers={"Origin": APP})
    assert allowed.headers["Access-Control-Allow-Origin"] == APP
    assert allowed.headers["Access-Control-Expose-Headers"] == "ETag"
    other = call(server, "PUT", url, body=b"x", headers={"Origin": "https://evil.example"})
    assert other.status == 200  # the browser, not the server, keeps the page from reading it
    assert "Access-Control-Allow-Origin" not in other.headers
    refused = call(server, "GET", "/media/a", headers={"Origin": APP})
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (403, APP)


def test_rules_come_through_the_api(aws: StandIn, s3: S3Client) -> None:
    rule: Any = {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60,
    }
    assert refusal(lambda: s3.get_bucket_cors(Bucket="media")) == (404, "NoSuchCORSConfiguration")
    s3.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket="media")["CORSRules"] == [rule]
    assert ask(aws, APP, "GET").headers["Access-Control-Allow-Origin"] == "*"
    s3.delete_bucket_cors(Bucket="media")
    assert ask(aws, APP, "GET").status == 403
    odd: Any = {**rule, "AllowedMethods": ["PATCH"]}
    assert refusal(
        lambda: s3.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [odd]})
    ) == (400, "MalformedXML")


def test_a_server_without_rules_refuses_them_and_may_be_open(
    start_stand_in: Callable[..., StandIn],
) -> None:
    opened = evolve(AWS_LIKE, cors="no", habits=evolve(AWS_LIKE.habits, cors="open"))
    server = start_stand_in(opened, buckets=["media"])
    client = client_for(server)
    assert refusal(lambda: client.get_bucket_cors(Bucket="media")) == (501, "NotImplemented")
    client.close()
    assert ask(server, APP, "DELETE", "anything").status == 200
