"""Listings: order, prefixes, folders, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, StandIn
from standin.wire import client_for, error_code, refusal, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEYS = ["a", "dir/b", "dir/c", "dir/sub/d", "e", "ü/f"]


@pytest.fixture
def filled(s3: S3Client) -> S3Client:
    for key in KEYS:
        s3.put_object(Bucket="media", Key=key, Body=key.encode())
    return s3


def keys(*pages: Any) -> list[str]:
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def folders(*pages: Any) -> list[str]:
    return [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]


def test_a_flat_listing_is_in_the_order_of_utf8(filled: S3Client) -> None:
    page = filled.list_objects_v2(Bucket="media")
    assert keys(page) == KEYS
    assert (page["KeyCount"], page["IsTruncated"], page["MaxKeys"]) == (6, False, 1000)
    entry = page["Contents"][1]
    assert (entry["Size"], entry["StorageClass"]) == (5, "STANDARD")
    assert entry["ETag"].startswith('"')


def test_prefix_and_delimiter(filled: S3Client) -> None:
    top = filled.list_objects_v2(Bucket="media", Delimiter="/")
    assert (keys(top), folders(top)) == (["a", "e"], ["dir/", "ü/"])
    inside = filled.list_objects_v2(Bucket="media", Delimiter="/", Prefix="dir/")
    assert (keys(inside), folders(inside)) == (["dir/b", "dir/c"], ["dir/sub/"])
    text = filled.list_objects_v2(Bucket="media", Prefix="di", Delimiter="/")
    assert (keys(text), folders(text)) == ([], ["dir/"])


def test_a_key_that_ends_in_the_delimiter_is_a_folder_above_and_a_key_inside(s3: S3Client) -> None:
    s3.put_object(Bucket="media", Key="d/", Body=b"")
    s3.put_object(Bucket="media", Key="d/x", Body=b"")
    top = s3.list_objects_v2(Bucket="media", Delimiter="/")
    assert (keys(top), folders(top)) == ([], ["d/"])
    inside = s3.list_objects_v2(Bucket="media", Delimiter="/", Prefix="d/")
    assert (keys(inside), folders(inside)) == (["d/", "d/x"], [])


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_together_are_the_whole(filled: S3Client, size: int, delimiter: str) -> None:
    pages: list[Any] = list(
        filled.get_paginator("list_objects_v2").paginate(
            Bucket="media", Delimiter=delimiter, PaginationConfig={"PageSize": size}
        )
    )
    assert keys(*pages) == (["a", "e"] if delimiter else KEYS)
    assert folders(*pages) == (["dir/", "ü/"] if delimiter else [])
    assert all(page["KeyCount"] <= size for page in pages)


def test_start_after(filled: S3Client) -> None:
    page = filled.list_objects_v2(Bucket="media", StartAfter="dir/c")
    assert keys(page) == ["dir/sub/d", "e", "ü/f"]
    folded = filled.list_objects_v2(Bucket="media", StartAfter="dir/b", Delimiter="/")
    assert (keys(folded), folders(folded)) == (["e"], ["dir/", "ü/"])


def test_the_first_version_of_the_api_pages_with_markers(filled: S3Client) -> None:
    pages: list[Any] = list(
        filled.get_paginator("list_objects").paginate(
            Bucket="media", Delimiter="/", PaginationConfig={"PageSize": 1}
        )
    )
    assert keys(*pages) == ["a", "e"]
    assert folders(*pages) == ["dir/", "ü/"]
    flat = filled.list_objects(Bucket="media", Marker="dir/sub/d")
    assert keys(flat) == ["e", "ü/f"]


def test_keys_are_written_as_encoding_type_asks(aws: StandIn, filled: S3Client) -> None:
    assert b"<Key>\xc3\xbc/f</Key>" in send(aws, "GET", "/media?list-type=2").body
    encoded = send(aws, "GET", "/media?encoding-type=url&list-type=2").body
    assert b"<Key>%C3%BC/f</Key>" in encoded
    answer = send(aws, "GET", "/media?encoding-type=base64&list-type=2")
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")


def test_max_keys(filled: S3Client) -> None:
    assert keys(filled.list_objects_v2(Bucket="media", MaxKeys=0)) == []
    assert filled.list_objects_v2(Bucket="media", MaxKeys=9999)["MaxKeys"] == 1000
    assert refusal(lambda: filled.list_objects_v2(Bucket="media", MaxKeys=-1)) == (
        400,
        "InvalidArgument",
    )


def test_a_foreign_continuation_token_is_refused(filled: S3Client) -> None:
    assert refusal(lambda: filled.list_objects_v2(Bucket="media", ContinuationToken="?")) == (
        400,
        "InvalidArgument",
    )


def test_more_than_a_thousand_keys_come_in_pages_of_a_thousand(aws: StandIn, s3: S3Client) -> None:
    for number in range(1001):
        aws.put("media", f"{number:04}")
    first = s3.list_objects_v2(Bucket="media")
    assert (len(keys(first)), first["IsTruncated"]) == (1000, True)
    rest = s3.list_objects_v2(Bucket="media", ContinuationToken=first["NextContinuationToken"])
    assert keys(rest) == ["1000"]


def test_some_servers_list_in_an_order_of_their_own(
    start_stand_in: Callable[..., StandIn],
) -> None:
    habits = evolve(AWS_LIKE.habits, sorted_listing=False)
    server = start_stand_in(evolve(AWS_LIKE, habits=habits), buckets=["media"])
    client = client_for(server)
    wanted = [f"k{number}" for number in range(8)]
    for key in wanted:
        client.put_object(Bucket="media", Key=key, Body=b"")
    pages: list[Any] = list(
        client.get_paginator("list_objects_v2").paginate(
            Bucket="media", PaginationConfig={"PageSize": 3}
        )
    )
    client.close()
    found = keys(*pages)
    assert sorted(found) == wanted
    assert found != wanted
