"""Form uploads under a POST policy, signed by boto3 and sent as a browser sends them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Account, StandIn
from standin.wire import Answer, call, client_for, error_code


def sign(
    server: StandIn,
    key: str = "up/a.txt",
    fields: Mapping[str, str] | None = None,
    conditions: list[Any] | None = None,
    **client: Any,
) -> dict[str, str]:
    """Let boto3 sign a form, with version 4 of the signature unless told otherwise."""
    s3 = client_for(server, **{"signature_version": "s3v4", **client})
    post = s3.generate_presigned_post(
        "media", key, Fields=dict(fields or {}), Conditions=conditions, ExpiresIn=60
    )
    s3.close()
    return dict(post["fields"])


def submit(
    server: StandIn, fields: Mapping[str, str], data: bytes = b"hello", name: str = "a.txt"
) -> Answer:
    """Send a form the way browsers write it: fields first, the file last."""
    mark = "----formboundary7MA4YWxk"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + data + f"\r\n--{mark}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return call(server, "POST", "/media", body=body, headers=kind)


def outcome(answer: Answer) -> tuple[int, str]:
    return answer.status, error_code(answer)


def test_a_signed_form_stores_the_file(aws: StandIn) -> None:
    answer = submit(aws, sign(aws), b"with \r\n line breaks \r\n--and dashes")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Location"] == f"https://localhost:{aws.port}/media/up/a.txt"
    stored = aws.objects("media")["up/a.txt"]
    assert stored.data == b"with \r\n line breaks \r\n--and dashes"
    assert answer.headers["ETag"] == f'"{stored.etag}"'


def test_fields_become_headers_of_the_object(aws: StandIn) -> None:
    fields = {
        "Content-Type": "image/png",
        "x-amz-meta-owner": "me",
        "acl": "public-read",
        "success_action_status": "201",
    }
    conditions = [{name: value} for name, value in fields.items()]
    answer = submit(aws, sign(aws, fields=fields, conditions=conditions))
    assert answer.status == 201
    assert b"<PostResponse" in answer.body
    assert b"<Key>up/a.txt</Key>" in answer.body
    stored = aws.objects("media")["up/a.txt"]
    assert (stored.headers["Content-Type"], stored.metadata) == ("image/png", {"owner": "me"})
    assert call(aws, "GET", "/media/up/a.txt").status == 200  # public-read took effect


def test_the_file_name_goes_into_the_key(aws: StandIn) -> None:
    fields = sign(aws, key="up/${filename}", conditions=[["starts-with", "$key", "up/"]])
    assert submit(aws, fields, name="cat.png").status == 204
    assert list(aws.objects("media")) == ["up/cat.png"]


def test_a_redirect_tells_where_the_object_is(aws: StandIn) -> None:
    target = {"success_action_redirect": "https://app.example/done?x=1"}
    answer = submit(aws, sign(aws, fields=target, conditions=[target]))
    assert answer.status == 303
    assert answer.headers["Location"].startswith(
        "https://app.example/done?x=1&bucket=media&key=up%2Fa.txt&etag=%22"
    )


def test_a_changed_policy_is_refused(aws: StandIn) -> None:
    fields = sign(aws, conditions=[["content-length-range", 0, 3]])
    policy = json.loads(base64.b64decode(fields["policy"]))
    policy["conditions"] = [c for c in policy["conditions"] if "content-length-range" not in c]
    fields["policy"] = base64.b64encode(json.dumps(policy).encode()).decode()
    assert outcome(submit(aws, fields)) == (403, "SignatureDoesNotMatch")
    assert aws.objects("media") == {}


def test_another_key_is_refused(aws: StandIn) -> None:
    answer = submit(aws, {**sign(aws), "key": "other"})
    assert outcome(answer) == (403, "AccessDenied")
    assert b"Policy Condition failed" in answer.body


def test_another_bucket_is_refused(aws: StandIn) -> None:
    fields = sign(aws)
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert {"bucket": "media"} in policy["conditions"]
    mark = {"Content-Type": "multipart/form-data; boundary=b"}
    form = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n'
    client = client_for(aws)
    client.create_bucket(Bucket="second")
    client.close()
    answer = call(aws, "POST", "/second", body=(form + file).encode(), headers=mark)
    assert outcome(answer) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("size", "expected"),
    [(2, (400, "EntityTooSmall")), (3, None), (5, None), (6, (400, "EntityTooLarge"))],
)
def test_the_size_is_limited(aws: StandIn, size: int, expected: tuple[int, str] | None) -> None:
    fields = sign(aws, conditions=[["content-length-range", 3, 5]])
    answer = submit(aws, fields, b"x" * size)
    if expected is None:
        assert answer.status == 204
    else:
        assert outcome(answer) == expected
        assert aws.objects("media") == {}


@pytest.mark.parametrize(("kind", "status"), [("image/png", 204), ("text/html", 403)])
def test_starts_with_holds_a_field_to_its_beginning(aws: StandIn, kind: str, status: int) -> None:
    fields = sign(aws, conditions=[["starts-with", "$Content-Type", "image/"]])
    assert submit(aws, {**fields, "Content-Type": kind}).status == status


def test_a_field_that_no_condition_covers_is_refused(aws: StandIn) -> None:
    fields = sign(aws)
    answer = submit(aws, {**fields, "x-amz-meta-extra": "1"})
    assert outcome(answer) == (403, "AccessDenied")
    assert b"Extra input fields: x-amz-meta-extra" in answer.body
    assert submit(aws, {**fields, "x-ignore-this": "1"}).status == 204


def test_a_condition_on_a_field_that_is_missing_fails(aws: StandIn) -> None:
    fields = sign(aws, conditions=[{"x-amz-meta-owner": "me"}])
    assert outcome(submit(aws, fields)) == (403, "AccessDenied")


def test_an_expired_policy_is_refused(start_stand_in: Callable[..., StandIn]) -> None:
    now = [datetime.now(UTC)]
    server = start_stand_in(buckets=["media"], clock=lambda: now[0])
    fields = sign(server)
    assert submit(server, fields).status == 204
    now[0] += timedelta(seconds=61)
    answer = submit(server, fields)
    assert outcome(answer) == (403, "AccessDenied")
    assert b"Policy expired" in answer.body


def test_who_signed_must_be_known_and_right(aws: StandIn) -> None:
    unknown = sign(aws, access_key_id="AKIANOBODY")
    assert outcome(submit(aws, unknown)) == (403, "InvalidAccessKeyId")
    wrong = sign(aws, secret="wrong")
    assert outcome(submit(aws, wrong)) == (403, "SignatureDoesNotMatch")
    old = sign(aws, signature_version="s3")
    assert "AWSAccessKeyId" in old
    assert outcome(submit(aws, old)) == (400, "InvalidRequest")
    assert outcome(submit(aws, {"key": "a"})) == (403, "AccessDenied")
    assert aws.objects("media") == {}


def test_a_session_token_belongs_into_the_form(start_stand_in: Callable[..., StandIn]) -> None:
    temporary = Account(access_key_id="ASIATEMP", secret_access_key="s", session_token="token")
    server = start_stand_in(buckets=["media"], accounts=[temporary])
    keys: dict[str, Any] = {"access_key_id": "ASIATEMP", "secret": "s"}
    assert submit(server, sign(server, **keys, token="token")).status == 204
    assert outcome(submit(server, sign(server, **keys))) == (403, "InvalidAccessKeyId")


def test_a_form_without_file_key_or_form_is_refused(aws: StandIn) -> None:
    mark = {"Content-Type": "multipart/form-data; boundary=b"}
    empty = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n--b--\r\n'
    assert outcome(call(aws, "POST", "/media", body=empty, headers=mark)) == (
        400,
        "InvalidArgument",
    )
    fields = sign(aws)
    del fields["key"]
    assert outcome(submit(aws, fields)) == (400, "InvalidArgument")
    odd = {"Content-Type": "multipart/form-data"}
    assert outcome(call(aws, "POST", "/media", body=b"x", headers=odd)) == (
        400,
        "MalformedPOSTRequest",
    )


@pytest.mark.parametrize(
    "condition",
    [
        ["content-length-range", 0],
        ["content-length-range", "a", "b"],
        ["ends-with", "$key", "x"],
        "key",
        {"key": "up/a.txt", "acl": "private"},
    ],
)
def test_a_condition_that_means_nothing_is_refused(aws: StandIn, condition: Any) -> None:
    answer = submit(aws, sign(aws, conditions=[condition]))
    assert outcome(answer) == (400, "InvalidPolicyDocument")
    assert aws.objects("media") == {}


def test_text_that_is_not_utf8_is_refused(aws: StandIn) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n\xff\r\n--b--\r\n'
    answer = call(aws, "POST", "/media", body=body, headers=kind)
    assert outcome(answer) == (400, "MalformedPOSTRequest")


def test_a_field_that_no_header_can_carry_is_refused(aws: StandIn) -> None:
    for name in ("x-amz-meta-owner", "Content-Type", "success_action_redirect"):
        field = {name: "https://日本"}
        answer = submit(aws, sign(aws, fields=field, conditions=[field]))
        assert outcome(answer) == (400, "InvalidArgument")
    assert aws.objects("media") == {}


def test_a_server_without_form_uploads_says_so(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(evolve(AWS_LIKE, post_policy="no"), buckets=["media"])
    assert outcome(submit(server, sign(server))) == (501, "NotImplemented")
