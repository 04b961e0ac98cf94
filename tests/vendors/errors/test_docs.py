"""docs/errors.md says what the library does: types, codes, statuses, hints, and the message."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import bucketry
from bucketry import Provider, StorageError
from bucketry_s3 import S3Request
from bucketry_s3.protocol.errors import CODES, HINTS, refusal
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.testing import Reply, StandIn

DOC = (Path(__file__).parents[3] / "docs/errors.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading or a line of text."""
    below = DOC[DOC.index(f"\n{heading}\n") :]
    rows = re.search(r"\n\|---.*\n((?:\|.*\n)+)", below)
    assert rows is not None
    return [line.strip("| ").split(" | ") for line in rows[1].splitlines()]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


BY_CODE = [
    (code, kind)
    for (kind,), codes in ((quoted(kind), quoted(codes)) for kind, codes in table("## Codes"))
    for code in codes
]
BY_STATUS = [
    (int(status), quoted(kinds)[0])
    for statuses, kinds in table("code, and an answer without one, goes by its status:")
    for status in statuses.split(", ")
]


def refused(code: str, status: int, operation: str = "PutObject") -> StorageError:
    request = S3Request(
        operation=operation,
        method=OPERATIONS[operation].method,
        scheme="https",
        host="s3.example.com",
        path="/k",
    )
    marks = {"x-amz-request-id": "1"}
    return refusal(request, status, marks, {"Code": code, "Message": "No."} if code else {})


@pytest.mark.parametrize(("code", "kind"), BY_CODE)
def test_a_code_gives_its_type_whatever_the_status(code: str, kind: str) -> None:
    for status in (404,) if kind == "NotFound" else (400, 403, 503):
        error = refused(code, status)
        assert type(error) is getattr(bucketry, kind)
        assert (error.code, error.status, error.reason) == (code, status, "No.")


def test_every_code_is_documented_once() -> None:
    codes = [code for code, _ in BY_CODE]
    assert sorted(codes) == sorted(CODES)


@pytest.mark.parametrize(("status", "kind"), BY_STATUS)
def test_without_a_known_code_the_status_decides(status: int, kind: str) -> None:
    none = refused("", status, "HeadObject" if status == 404 else "PutObject")
    assert (type(none), none.code) == (getattr(bucketry, kind), None)


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_an_absence_is_told_with_404_alone(status: int) -> None:
    assert type(refused("NoSuchKey", status, "DeleteObject")) is bucketry.Unavailable


def test_who_only_looks_is_in_nobodys_way() -> None:
    assert type(refused("", 409, "HeadObject")) is bucketry.Rejected


@pytest.mark.parametrize(("status", "kind"), BY_STATUS)
def test_a_code_that_nobody_knows_is_final_where_the_status_alone_is_not(
    status: int, kind: str
) -> None:
    unknown = refused("NeverHeardOf", status)
    wanted = "Rejected" if status in (404, 409, 423) else kind
    assert (type(unknown), unknown.code) == (getattr(bucketry, wanted), "NeverHeardOf")


def test_a_404_without_a_code_is_no_absence() -> None:
    assert type(refused("", 404, "GetObject")) is bucketry.Unavailable
    assert type(refused("", 404, "DeleteObject")) is bucketry.Unavailable


def test_a_bucket_that_was_asked_for_and_is_not_there_is_a_missing_bucket() -> None:
    assert type(refused("", 404, "HeadBucket")) is bucketry.BucketNotFound


@pytest.mark.parametrize(
    ("code", "status", "may_have_applied"),
    [
        ("InternalError", 500, True),
        ("SlowDownWrite", 503, True),
        ("502", 502, True),
        ("NotImplemented", 501, False),
        ("XMinioStorageFull", 507, False),
        ("RequestTimeout", 400, False),
        ("AccessDenied", 403, False),
    ],
)
def test_only_a_failure_of_the_server_may_have_taken_effect(
    code: str, status: int, may_have_applied: bool
) -> None:
    assert refused(code, status).may_have_applied is may_have_applied


def test_every_type_is_documented_with_whether_retrying_helps() -> None:
    kinds = {
        name: kind.retryable
        for name, kind in vars(bucketry).items()
        if isinstance(kind, type) and issubclass(kind, StorageError) and kind is not StorageError
    }
    told = {quoted(kind)[0]: helps for kind, _, helps in table("## What each type means")}
    assert told == {name: "yes" if helps else "no" for name, helps in kinds.items()}


def test_the_hints_for_any_vendor_are_documented_in_their_order() -> None:
    shown = [(quoted(key)[0], hint) for key, hint in table("## Hints")]
    assert shown == list(HINTS.items())


def test_the_example_is_a_real_message(
    server: StandIn, open_vendor: Callable[..., Provider], recorded: Callable[..., Reply]
) -> None:
    answer = recorded("r2", "tagging", 501)
    fault = Reply(501, answer.body, headers={**answer.headers, "x-amz-request-id": "7B"})
    server.faults.add("PutObject", fault)

    with pytest.raises(bucketry.Unsupported) as caught:
        open_vendor("r2").upload(b"x", key="photos/cat.png")

    assert f"```\n{caught.value}\n```" in DOC
