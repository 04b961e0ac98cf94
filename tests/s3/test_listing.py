"""Listings and sweeps that are whole, or say that they are not."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from xml.sax.saxutils import escape

import attrs
import pytest

from bucketry import Provider, Rejected, Unavailable
from bucketry_s3 import boto3_client
from bucketry_s3.testing import Alter, Reply, StandIn
from bucketry_s3.testing.request import Response

Open = Callable[..., Provider]

AWKWARD = ["a&b<c>d\"e'.txt", "  blanks  ", "100%25.txt", "a+b c.txt", "😀/日本.txt", "]]>"]


def page(*keys: str, more: bool, token: str = "", told: int | None = None) -> Reply:
    entries = "".join(f"<Contents><Key>{escape(k)}</Key><Size>1</Size></Contents>" for k in keys)
    counted = "" if told is None else f"<KeyCount>{told}</KeyCount>"
    following = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return Reply(
        200,
        f"<ListBucketResult><Name>media</Name><IsTruncated>{str(more).lower()}</IsTruncated>"
        f"{counted}{following}{entries}</ListBucketResult>".encode(),
    )


def test_a_part_of_a_listing_is_not_passed_off_for_the_whole(
    server: StandIn, open_on: Open
) -> None:
    """As from a server that answers the first version of the request: no token, but more keys."""
    server.faults.add("ListObjectsV2", page("a", more=True))

    with pytest.raises(Rejected, match="goes on, but not where"):
        list(open_on().list())


@pytest.mark.parametrize(
    ("keys", "fault"), [(("folder/a",), "goes back"), ((), "goes on, but not where")]
)
def test_a_listing_that_turns_in_circles_ends(
    server: StandIn, open_on: Open, keys: tuple[str, ...], fault: str
) -> None:
    server.faults.add("ListObjectsV2", page(*keys, more=True, token="t"), times=None)
    provider = open_on()

    with pytest.raises(Rejected, match=fault):
        provider.delete_prefix("folder")
    assert 2 == len(server.requests)


def test_a_listing_that_turns_in_a_wider_circle_ends(server: StandIn, open_on: Open) -> None:
    """Not only a token that follows itself."""
    for number, token in enumerate("aba", 1):
        server.faults.add("ListObjectsV2", page(more=True, token=token), nth=number)

    with pytest.raises(Rejected, match="goes on, but not where"):
        list(open_on().list())
    assert 3 == len(server.requests)


def test_pages_without_entries_are_given_up_at_the_deadline(server: StandIn, open_on: Open) -> None:
    tokens = count()

    def empty(_: Response) -> Response:
        made = page(more=True, token=f"t{next(tokens)}")
        return Response(status=200, headers={}, body=made.body)

    server.faults.add("ListObjectsV2", Alter(response=empty), times=None)
    began = time.monotonic()

    with pytest.raises(Unavailable, match="time is up"):
        list(open_on(deadline=1).list())
    assert time.monotonic() - began < 4


def test_a_token_means_more_whatever_else_is_said(server: StandIn, open_on: Open) -> None:
    server.put("media", "b", b"x")
    server.faults.add("ListObjectsV2", page("a", more=False, token="t"))
    server.faults.add("ListObjectsV2", page("b", more=False), nth=2)

    assert ["a", "b"] == [info.key for info in open_on().list()]


@pytest.mark.parametrize(
    ("pages", "fault"),
    [
        ([page("a", "b", "a", more=False)], "an entry twice"),
        ([page("a", "b", more=True, token="t"), page("b", "c", more=False)], "goes back"),
        ([page("c", "d", more=True, token="t"), page("a", "b", more=False)], "goes back"),
        ([page("a", more=False, told=2)], "announced 2 entries"),
    ],
)
def test_a_page_that_cannot_be_the_next_one_is_told(
    server: StandIn, open_on: Open, pages: list[Reply], fault: str
) -> None:
    for number, one in enumerate(pages, 1):
        server.faults.add("ListObjectsV2", one, nth=number)

    with pytest.raises(Rejected, match=fault):
        list(open_on().list())


def test_another_listing_than_was_asked_for_is_told(server: StandIn, open_on: Open) -> None:
    server.faults.add("ListObjectsV2", page("mine/a", "others/b", more=False))
    with pytest.raises(Rejected, match=r"'others/b' is in the server's listing of 'mine/'"):
        list(open_on(root_path="mine").list())

    server.faults.add("ListObjectsV2", page("a", more=False))
    with pytest.raises(Rejected, match="goes back, from 'b' to 'a'"):
        list(open_on().list(start_after="b"))

    whole = page("a", more=False)
    folders = b"<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes></ListBucketResult>"
    body = whole.body.replace(b"</ListBucketResult>", folders)
    server.faults.add("ListObjectsV2", attrs.evolve(whole, body=body))
    with pytest.raises(Rejected, match="has folders"):
        list(open_on().list())


def test_a_folder_may_begin_before_what_its_listing_starts_after(
    server: StandIn, open_on: Open
) -> None:
    server.put("media", "a/b", b"")
    server.put("media", "a/d", b"")

    (page,) = open_on().pages(delimiter="/", start_after="a/c")

    assert ["a/"] == list(page.folders)


def test_a_server_that_does_not_sort_is_listed_whole(server: StandIn, open_on: Open) -> None:
    server.faults.add("ListObjectsV2", page("c", "a", more=True, token="t"))
    server.faults.add("ListObjectsV2", page("d", "b", more=False), nth=2)

    assert ["c", "a", "d", "b"] == [info.key for info in open_on().list()]


def test_a_listing_follows_a_bucket_that_changes(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry.provider.listing.LIST_PAGE", 2)
    for name in "abdf":
        server.put("media", name, b"x")
    pages = open_on().pages()

    first = [info.key for info in next(pages).objects]
    server._store.bucket("media").remove("d", "")
    server.put("media", "e", b"x")
    server.put("media", "a0", b"x")
    rest = [info.key for page in pages for info in page.objects]

    assert (["a", "b"], ["e", "f"]) == (first, rest)


def test_a_page_of_a_proxy_is_no_empty_listing(server: StandIn, open_on: Open) -> None:
    """Not even if it cannot be parsed, or comes once only."""
    html = Reply(200, b"<html><br>Sign in<p></html>")
    server.put("media", "a", b"x")
    server.faults.add("ListObjectsV2", html)
    provider = open_on()

    assert ["a"] == [info.key for info in provider.list()]
    server.faults.add("ListObjectsV2", html, times=None)
    server.faults.add("ListMultipartUploads", Reply(200, b"<html>Sign in</html>"), times=None)
    with pytest.raises(Unavailable):
        list(provider.list())
    with pytest.raises(Unavailable, match="no Bucket"):
        provider.sweep()


def test_keys_that_xml_must_escape_come_back_as_they_were(server: StandIn, open_on: Open) -> None:
    provider = open_on(multipart={"part_size": 5 << 20})
    for key in AWKWARD:
        provider.upload(b"x", key=key)

    assert sorted(AWKWARD) == sorted(info.key for info in provider.list())
    outcome = provider.delete_many(AWKWARD)
    assert (sorted(AWKWARD), ()) == (sorted(outcome.keys), tuple(outcome.failures))
    assert {} == server.objects("media")


def test_a_sweep_goes_through_every_page(server: StandIn, open_on: Open) -> None:
    provider = open_on(root_path="mine")
    client = boto3_client(provider)
    begun = {
        key: client.create_multipart_upload(Bucket="media", Key=key)["UploadId"]
        for key in ("mine/a", "mine/b", "other/c")
    }
    first = (
        "<ListMultipartUploadsResult><Bucket>media</Bucket><IsTruncated>true</IsTruncated>"
        f"<NextKeyMarker>mine/a</NextKeyMarker><NextUploadIdMarker>{begun['mine/a']}"
        f"</NextUploadIdMarker><Upload><Key>mine/a</Key><UploadId>{begun['mine/a']}</UploadId>"
        "<Initiated>2026-11-24T00:00:00Z</Initiated></Upload></ListMultipartUploadsResult>"
    )
    server.faults.add("ListMultipartUploads", Reply(200, first.encode()))

    swept = provider.sweep(older_than=timedelta(0))

    assert ["a", "b"] == [one.key for one in swept]
    assert ["other/c"] == [upload.key for upload in server.open_uploads("media")]
    pages = [r for r in server.requests if r.operation == "ListMultipartUploads"]
    assert ("mine/a", begun["mine/a"]) == (
        dict(pages[1].query)["key-marker"],
        dict(pages[1].query)["upload-id-marker"],
    )


def test_a_sweep_that_turns_in_circles_ends(server: StandIn, open_on: Open) -> None:
    """Without markers the first page would come again and again."""
    body = (
        b"<ListMultipartUploadsResult><Bucket>media</Bucket><IsTruncated>true</IsTruncated>"
        b"</ListMultipartUploadsResult>"
    )
    server.faults.add("ListMultipartUploads", Reply(200, body), times=None)

    with pytest.raises(Rejected, match="goes on, but not where"):
        open_on().sweep()


def test_a_sweep_tells_nothing_of_the_root_paths_own_marker(server: StandIn, open_on: Open) -> None:
    provider = open_on(root_path="mine")
    client = boto3_client(provider)
    for key in ("mine/", "mine/a"):
        client.create_multipart_upload(Bucket="media", Key=key)

    assert ["a"] == [one.key for one in provider.sweep(older_than=timedelta(0))]


def test_a_sweep_sends_no_prefix(server: StandIn, open_on: Open) -> None:
    """MinIO takes it for a whole key, and then finds nothing below a root path."""
    open_on(root_path="mine").sweep()

    (request,) = server.requests
    assert "prefix" not in dict(request.query)
