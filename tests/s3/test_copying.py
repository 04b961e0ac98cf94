"""Copies on the vendor's side, small and in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from bucketry import (
    AccessDenied,
    IntegrityError,
    InvalidHeader,
    InvalidInput,
    InvalidSource,
    PreconditionFailed,
    Provider,
    RateLimited,
    Unavailable,
    Unconfirmed,
    Unsupported,
)
from bucketry_s3.testing import AWS_LIKE, Alter, Drop, Reply, StandIn
from bucketry_s3.testing.faults import Fault

Open = Callable[..., Provider]

MIB = 1 << 20
DATA = bytes(range(250)) * 10


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A server that takes parts of any size."""
    with StandIn(attrs.evolve(AWS_LIKE, part_size_min=1), buckets=["media"]) as running:
        yield running


@pytest.fixture
def small_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy in parts what would be above 5 GiB otherwise."""
    monkeypatch.setattr("bucketry_s3.objects.copying.MAX_SINGLE_COPY", 1000)
    monkeypatch.setattr("bucketry_s3.objects.copying.COPY_PART", 1000)


ODD_ANSWERS: dict[str, Fault] = {
    "a page": Reply(200, b"<html>Sign in</html>"),
    "a page that cannot be parsed": Reply(200, b"<html><br>Sign in<p></html>"),
    "nothing": Reply(200),
    "200 with an error": Reply.error(200, "InternalError"),
    "503": Reply.error(503, "SlowDown"),
    "applied, answer lost": Drop("answer"),
    "applied, then 500": Reply.error(500, "InternalError", apply=True),
    "reset": Drop("request"),
}


@pytest.mark.parametrize("operation", ["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"])
def test_one_odd_answer_is_survived(
    server: StandIn, open_on: Open, request: pytest.FixtureRequest, operation: str
) -> None:
    if operation != "CopyObject":
        request.getfixturevalue("small_copies")
    provider = open_on()
    server.put("media", "source", DATA)

    for odd, fault in ODD_ANSWERS.items():
        server.faults.add(operation, fault)
        stored = provider.copy("source", odd)
        server.faults.clear()

        kept = server.objects("media")[odd]
        assert (DATA, len(DATA), kept.etag) == (kept.data, stored.size, stored.etag), odd
        assert [] == server.open_uploads("media"), odd


def test_copy_answers_that_are_all_lost_are_confirmed(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    server.put("media", "source", b"hello")
    server.faults.add("CopyObject", Drop("answer"), times=None)

    stored = provider.copy("source", "target")

    assert server.objects("media")["target"].etag == stored.etag


def test_a_copy_that_never_arrives_is_a_failure(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    server.put("media", "source", b"hello")
    server.faults.add("CopyObject", Reply.error(200, "SlowDown"), times=None)

    with pytest.raises(RateLimited, match="is not there"):
        provider.copy("source", "target")
    assert {"source"} == set(server.objects("media"))


def test_a_lost_copy_of_what_was_made_of_parts_is_unconfirmed(
    server: StandIn, open_on: Open
) -> None:
    """The copy has another ETag than its source, which nothing here can foretell."""
    open_on().upload(iter([bytes(6 * MIB)]), key="source")
    server.faults.add("CopyObject", Drop("answer"), times=None)

    with pytest.raises(Unconfirmed, match="nothing proves"):
        open_on().copy("source", "target")
    assert {"source", "target"} == set(server.objects("media"))


# -- in parts ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_copies")
def test_a_large_copy_goes_in_parts_and_keeps_its_headers(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    provider.upload(
        DATA,
        key="source",
        content_type="video/mp4",
        cache_control="no-cache",
        metadata={"a": "b"},
    )

    stored = provider.copy("source", "target")

    copied = [r for r in server.requests if r.operation == "UploadPartCopy"]
    ranges = [r.headers["x-amz-copy-source-range"] for r in copied]
    assert ["bytes=0-999", "bytes=1000-1999", "bytes=2000-2499"] == ranges
    assert DATA == server.objects("media")["target"].data
    info = provider.head("target")
    assert ("video/mp4", "no-cache", {"a": "b"}) == (
        info.content_type,
        info.cache_control,
        info.metadata,
    )
    assert info.etag == stored.etag


@pytest.mark.usefixtures("small_copies")
def test_a_source_that_changes_during_its_copy_is_not_torn(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    server.put("media", "source", DATA)

    def replace(response: Any) -> Any:
        server.put("media", "source", DATA[::-1])
        return response

    server.faults.add("UploadPartCopy", Alter(response=replace))

    with pytest.raises(PreconditionFailed):
        provider.copy("source", "target")
    assert {"source"} == set(server.objects("media"))
    assert [] == server.open_uploads("media")


@pytest.mark.usefixtures("small_copies")
@pytest.mark.parametrize("operation", ["UploadPartCopy", "CompleteMultipartUpload"])
def test_a_failed_copy_leaves_nothing(server: StandIn, open_on: Open, operation: str) -> None:
    provider = open_on()
    server.put("media", "source", DATA)
    server.faults.add(operation, Reply.error(403, "AccessDenied"), times=None)

    with pytest.raises(AccessDenied):
        provider.copy("source", "target")
    assert [] == server.open_uploads("media")


@pytest.mark.usefixtures("small_copies")
def test_parts_of_a_copy_that_cannot_be_removed_are_named(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    server.put("media", "source", DATA)
    for operation in ("UploadPartCopy", "AbortMultipartUpload"):
        server.faults.add(operation, Reply.error(403, "AccessDenied"), times=None)

    with pytest.raises(AccessDenied) as caught:
        provider.copy("source", "target")
    (upload,) = server.open_uploads("media")
    assert upload.upload_id in str(caught.value.__notes__)
    server.faults.clear()
    assert [upload.upload_id] == [u.upload_id for u in provider.sweep(older_than=timedelta(0))]


@pytest.mark.usefixtures("small_copies")
def test_a_page_to_complete_is_no_copy(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    server.put("media", "source", DATA)
    server.faults.add("CompleteMultipartUpload", Reply(200), times=None)

    with pytest.raises(Unavailable, match="is not there"):
        provider.copy("source", "target")
    assert {"source"} == set(server.objects("media"))
    assert [] == server.open_uploads("media")


@pytest.mark.usefixtures("small_copies")
def test_parts_of_a_copy_grow_where_the_vendor_allows_few(server: StandIn, open_on: Open) -> None:
    provider = open_on(capabilities={"parts_max": 2})
    server.put("media", "source", bytes(3 * MIB))

    provider.copy("source", "target")

    assert (2 * MIB, MIB) == server.objects("media")["target"].part_sizes


@pytest.mark.usefixtures("small_copies")
def test_a_copy_that_the_vendor_cannot_take_is_refused_first(
    server: StandIn, open_on: Open
) -> None:
    provider = open_on(capabilities={"parts_max": 1, "part_size_max": 5 * MIB})
    server.put("media", "source", bytes(6 * MIB))

    with pytest.raises(
        InvalidSource, match="more than this vendor takes: 1 parts of 5,242,880 bytes each"
    ):
        provider.copy("source", "target")
    assert {"HeadObject", "GetObjectTagging"} >= {r.operation for r in server.requests}


# -- how a copy is kept ------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 5000])
@pytest.mark.usefixtures("small_copies")
def test_a_copy_is_kept_as_the_configuration_says(
    server: StandIn, open_on: Open, size: int
) -> None:
    """S3 takes ACL, class and encryption from the request, never from the source."""
    provider = open_on(
        provider="aws",
        capabilities=None,
        acl="public-read",
        storage_class="STANDARD_IA",
        encryption={"type": "AES256"},
    )
    server.put("media", "source", bytes(size))

    provider.move("source", "target")

    kept = server.objects("media")["target"]
    assert ("public-read", "STANDARD_IA") == (kept.acl, kept.storage_class)
    assert {"x-amz-server-side-encryption": "AES256"} == kept.encryption


def test_a_copy_can_be_kept_in_another_way(server: StandIn, open_on: Open) -> None:
    provider = open_on(acl="public-read")
    server.put("media", "source", b"x")

    provider.copy("source", "target", extra_params={"ACL": "private"})

    assert "private" == server.objects("media")["target"].acl


def test_a_copy_of_other_bytes_is_no_copy_and_a_move_keeps_the_source(
    server: StandIn, open_on: Open
) -> None:
    provider = open_on()
    provider.upload(DATA, key="a")
    other = f'<CopyObjectResult><ETag>"{"0" * 32}"</ETag></CopyObjectResult>'
    server.faults.add("CopyObject", Reply(200, other.encode()), times=2)

    for ask in (provider.copy, provider.move):
        with pytest.raises(IntegrityError, match="another MD5 than its source") as caught:
            ask("a", "b")
        assert caught.value.may_have_applied
    assert provider.read("a") == DATA


def test_native_parameters_of_a_copy_are_checked(server: StandIn, open_on: Open) -> None:
    with pytest.raises(InvalidHeader, match="ContentType"):
        open_on().copy("a", "b", extra_params={"ContentType": "ü"})
    assert [] == server.requests


def without_etag(response: Any) -> Any:
    return attrs.evolve(response, body=b"<CopyObjectResult><LastModified>2026-11-24T00:00:00Z"
                        b"</LastModified></CopyObjectResult>")  # fmt: skip


@pytest.mark.parametrize("params", [{}, {"Tagging": "a=b"}, {"ACL": "private"}])
def test_an_answer_without_an_etag_is_looked_up(
    server: StandIn, open_on: Open, params: dict[str, str]
) -> None:
    """The copy is done, so that what no HEAD shows makes no doubt of it."""
    provider = open_on()
    server.put("media", "source", b"hello")
    server.faults.add("CopyObject", Alter(response=without_etag), times=None)

    copied = provider.copy("source", "target", extra_params=params)

    assert "5d41402abc4b2a76b9719d911017c592" == copied.etag
    assert 1 == sum(r.path.endswith("/target") for r in server.requests if r.method == "HEAD")


@pytest.mark.parametrize("bytes_there", [b"hi", None])
def test_an_answer_without_an_etag_is_not_believed_of_another_object(
    server: StandIn, open_on: Open, bytes_there: bytes | None
) -> None:
    def replaced(response: Any) -> Any:
        if bytes_there is not None:
            server.put("media", "target", bytes_there)
        else:
            server.faults.add("HeadObject", Reply.error(404, "NoSuchKey"), times=None)
        return without_etag(response)

    server.put("media", "source", b"hello")
    server.faults.add("CopyObject", Alter(response=replaced), times=None)

    with pytest.raises(Unconfirmed) as caught:
        open_on().copy("source", "target")
    assert caught.value.may_have_applied


# -- all of it goes along, or none --------------------------------------------------------------

WHOLE_AND_PARTS = pytest.mark.parametrize("size", [5, 5000], ids=["whole", "parts"])


@WHOLE_AND_PARTS
@pytest.mark.usefixtures("small_copies")
def test_where_a_page_leads_goes_along(server: StandIn, open_on: Open, size: int) -> None:
    """S3 copies all headers but this one."""
    provider = open_on()
    provider.upload(
        bytes(size), key="source", extra_params={"WebsiteRedirectLocation": "/elsewhere"}
    )

    provider.move("source", "target")

    headers = server.objects("media")["target"].headers
    assert "/elsewhere" == headers["x-amz-website-redirect-location"]


@WHOLE_AND_PARTS
@pytest.mark.usefixtures("small_copies")
def test_a_copy_takes_the_same_parameters_whole_and_in_parts(
    server: StandIn, open_on: Open, size: int
) -> None:
    provider = open_on(provider="aws", capabilities=None)
    server.put("media", "source", bytes(size))
    owner, payer = "111122223333", "requester"
    params = {
        "ChecksumAlgorithm": "SHA256",
        "ExpectedSourceBucketOwner": owner,
        "RequestPayer": payer,
    }

    provider.copy("source", "target", extra_params=params)

    (digest,) = provider.head("target").checksums
    assert "SHA256" == digest
    asked = [r for r in server.requests if "target" not in r.path]
    assert {payer} == {r.headers.get("x-amz-request-payer") for r in asked}
    copied = [r for r in server.requests if r.operation in ("CopyObject", "UploadPartCopy")]
    assert {owner} == {r.headers.get("x-amz-source-expected-bucket-owner") for r in copied}


def test_a_copy_refuses_what_only_parts_take(server: StandIn, open_on: Open) -> None:
    with pytest.raises(InvalidInput, match="CopyObject has no 'ChecksumType'"):
        open_on().copy("a", "b", extra_params={"ChecksumType": "FULL_OBJECT"})
    assert [] == server.requests


@WHOLE_AND_PARTS
@pytest.mark.usefixtures("small_copies")
@pytest.mark.parametrize("header", ["Expires", "x-amz-missing-meta"])
def test_what_cannot_be_written_anew_is_not_lost(
    server: StandIn, open_on: Open, size: int, header: str
) -> None:
    def with_odd(response: Any) -> Any:
        value = "0" if header == "Expires" else "2"
        return attrs.evolve(response, headers={**response.headers, header: value})

    server.put("media", "source", bytes(size))
    server.faults.add("HeadObject", Alter(response=with_odd), times=None)
    provider = open_on()

    with pytest.raises(Unsupported, match="would lose"):
        provider.copy("source", "target", extra_params={"CacheControl": "no-store"})
    assert {"source"} == set(server.objects("media"))
    if size == 5:
        provider.move("source", "target")  # the server copies them itself
        assert {"target"} == set(server.objects("media"))
