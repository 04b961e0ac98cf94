"""Which object is read: a version, one with an ETag, under a customer's key; and what changes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bucketry import (
    AccessDenied,
    Archived,
    ByteRange,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    Provider,
    Rejected,
    Unsupported,
    hookimpl,
)
from bucketry_s3.protocol.wire import BytesBody, S3Answer, S3Request
from bucketry_s3.testing import Reply, StandIn
from bucketry_s3.testing.store import Bucket
from core.memory import memory_provider

Open = Callable[..., Provider]


@pytest.fixture
def server() -> Iterator[StandIn]:
    kept = Bucket(name="kept")
    kept.versioning = "Enabled"
    with StandIn(buckets=["media", kept]) as running:
        yield running


@pytest.fixture
def kept(open_on: Open) -> Provider:
    return open_on(bucket="kept", root_path="top")


def test_every_version_is_listed_read_signed_and_deleted(kept: Provider) -> None:
    first = kept.upload(b"first", key="a").version
    second = kept.upload(b"second", key="a").version
    kept.upload(b"x", key="b/c")
    kept.delete("a")
    versions = [one for one in kept.versions() if one.key == "a"]
    assert [(one.version, one.latest, one.is_deleted, one.size) for one in versions[1:]] == [
        (second, False, False, 6),
        (first, False, False, 5),
    ]
    assert (versions[0].latest, versions[0].is_deleted) == (True, True)
    assert [one.key for one in kept.versions("b/")] == ["b/c"]
    assert kept.read("a", version=first) == b"first"
    assert kept.head("a", version=second).size == 6
    assert kept.exists("a", version=first)
    assert not kept.exists("a")
    with kept.open("a", byte_range=ByteRange(start=1, stop=3), version=first) as reader:
        assert reader.read() == b"ir"
    with kept.open("a", version=second) as reader:
        assert reader.read(3) == b"sec"
        reader.seek(1)
        assert reader.read() == b"econd"
    kept.delete("a", version=versions[0].version)  # the mark, so that the object is there again
    assert kept.read("a") == b"second"
    kept.delete("a", version=second)
    assert kept.read("a") == b"first"
    with pytest.raises(NotFound):
        kept.read("a", version=second)
    assert [one.version for one in kept.versions("a")] == [first]


def test_a_download_takes_a_version(kept: Provider, tmp_path: Path) -> None:
    first = kept.upload(b"first", key="a").version
    kept.upload(b"second", key="a")
    assert kept.download("a", tmp_path / "a", version=first).version == first
    assert (tmp_path / "a").read_bytes() == b"first"


def test_where_no_versions_are_kept_none_is_read_or_deleted(open_on: Open) -> None:
    media = open_on()
    media.upload(b"x", key="a")
    with pytest.raises((Unsupported, NotFound, Rejected)):
        media.read("a", version="1")
    with pytest.raises(Unsupported):
        list(memory_provider().versions())
    with pytest.raises(Unsupported, match="version cannot be given here"):
        memory_provider().delete("a", version="1")


@pytest.mark.parametrize("given", [{"version": ""}, {"version": "a\n"}, {"version": 7}])
def test_what_is_no_version_is_refused(kept: Provider, given: dict[str, Any]) -> None:
    for call in (kept.read, kept.head, kept.delete):
        with pytest.raises(InvalidInput):
            call("a", **given)


def test_a_read_may_want_an_etag_or_another(kept: Provider, tmp_path: Path) -> None:
    etag = kept.upload(b"body", key="a").etag
    assert etag == hashlib.md5(b"body").hexdigest()
    calls: list[Callable[..., Any]] = [kept.read, kept.head, kept.open]
    for call in calls:
        for given in ({"if_match": etag}, {"if_match": f'"{etag}"'}, {"if_none_match": "other"}):
            call("a", **given)
        with pytest.raises(PreconditionFailed, match="another ETag"):
            call("a", if_match="other")
        with pytest.raises(PreconditionFailed, match="still has this ETag") as caught:
            call("a", if_none_match=etag)
        assert (caught.value.code, caught.value.status) == ("NotModified", 304)
    with pytest.raises(PreconditionFailed):
        kept.download("a", tmp_path / "a", if_match="other")
    assert list(tmp_path.iterdir()) == []


class Plays:
    """Answers in place of a server, and keeps what it was asked."""

    def __init__(self, *answers: S3Answer) -> None:
        self.asked: list[S3Request] = []
        self._answers = list(answers)

    @hookimpl
    def bucketry_s3_send(self, request: S3Request) -> S3Answer:
        self.asked.append(request)
        return self._answers.pop(0)


def _answer(status: int, body: bytes = b"", /, **headers: str) -> S3Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return S3Answer(status=status, headers={"x-amz-request-id": "1", **told}, body=BytesBody(body))


def test_a_customers_key_goes_with_every_request_of_a_read(open_on: Open) -> None:
    about = {"etag": f'"{"0" * 32}-1"', "content_length": "6"}
    plays = Plays(
        _answer(200, b"boring"[:3], **about),
        _answer(206, b"ing", **{**about, "content_length": "3"}, content_range="bytes 3-5/6"),
        _answer(200, b"", **about),
    )
    media = open_on().with_layer(plays)
    given = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    assert media.read("a", extra_params=given) == b"boring"
    assert media.head("a", extra_params=given).size == 6
    assert [request.operation for request in plays.asked] == [
        *("GetObject", "GetObject", "HeadObject"),
    ]
    name = "x-amz-server-side-encryption-customer-key"
    assert {request.headers[name] for request in plays.asked} == {
        base64.b64encode(b"k" * 32).decode()
    }


@pytest.mark.parametrize("name", ["Range", "PartNumber", "IfNoneMatch", "IfModifiedSince", "Nope"])
def test_native_parameters_that_change_what_is_read_are_refused(open_on: Open, name: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        open_on().read("a", extra_params={name: "1"})


def test_headers_change_in_place_and_all_else_stays(server: StandIn, open_on: Open) -> None:
    media = open_on(tags={"team": "web"}, acl="public-read")
    media.upload(
        b"body", key="a.bin", content_type="text/plain", cache_control="no-store",
        content_language="de", metadata={"owner": "Ann"},
    )  # fmt: skip
    before = server.objects("media")["a.bin"]
    private = open_on(acl="private", tags={"team": "other"})
    info = private.set_headers("a.bin", content_type="image/png", cache_control=None)
    assert (info.content_type, info.cache_control, info.content_language) == (
        "image/png",
        None,
        "de",
    )
    assert info.metadata == {"owner": "Ann"}
    after = server.objects("media")["a.bin"]
    assert (after.data, after.acl, after.tags) == (before.data, before.acl, before.tags)
    assert (after.acl, dict(after.tags)) == ("public-read", {"team": "web"})
    info = media.set_headers("a.bin", metadata={"owner": "Bob"}, content_language="keep")
    assert (info.content_type, info.metadata) == ("image/png", {"owner": "Bob"})
    assert info.content_language == "keep"  # a text like any other


def test_headers_are_not_changed_where_access_would_be_lost(server: StandIn, open_on: Open) -> None:
    media = open_on()
    media.upload(b"body", key="a", content_type="text/plain")
    server.faults.add("GetObjectAcl", Reply.error(403, "AccessDenied"), times=None)
    with pytest.raises(AccessDenied, match="who may read the object could not be looked up"):
        media.set_headers("a", content_type="image/png")
    assert media.head("a").content_type == "text/plain"


def test_another_object_in_between_does_not_get_the_headers(server: StandIn, open_on: Open) -> None:
    media = open_on()
    media.upload(b"body", key="a")

    class Meanwhile:
        @hookimpl(wrapper=True)
        def bucketry_s3_send(self, request: S3Request) -> Generator[None, S3Answer, S3Answer]:
            if request.operation == "CopyObject":
                media.upload(b"another", key="a", content_type="text/css")
            return (yield)

    with pytest.raises(PreconditionFailed):
        media.with_layer(Meanwhile()).set_headers("a", content_type="image/png")
    assert media.head("a").content_type == "text/css"


@pytest.mark.parametrize(
    "given",
    [{}, {"content_type": ""}, {"content_type": "a\nb"}, {"cache_control": 7}, {"metadata": 7}],
)
def test_what_is_no_change_is_refused(open_on: Open, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        open_on().set_headers("a", **given)


def test_an_archived_object_says_so_and_is_restored(server: StandIn, open_on: Open) -> None:
    media = open_on()
    media.upload(b"x", key="a")
    server.faults.add("GetObject", Reply.error(403, "InvalidObjectState"), times=None)
    with pytest.raises(Archived, match="restore"):
        media.read("a")
    error = b"<Error><Code>%s</Code><Message/></Error>"
    plays = Plays(
        _answer(202),
        _answer(200),
        _answer(409, error % b"RestoreAlreadyInProgress"),
        _answer(403, error % b"InvalidObjectState"),
    )
    archive = media.with_layer(plays)
    assert [archive.restore("a", days=2) for _ in range(3)] == [False, True, False]
    with pytest.raises(Rejected, match="lies in no archive"):
        archive.restore("a", days=2)
    assert b"<Days>2</Days>" in bytes(plays.asked[0].body)
    with pytest.raises(InvalidInput):
        media.restore("a", days=0)
