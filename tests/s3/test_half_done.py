"""Work that fails half-way: the error says what is done and stays done."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta

import pytest

from bucketry import (
    AccessDenied,
    PreconditionFailed,
    Provider,
    StoredObject,
    Unavailable,
    hookimpl,
)
from bucketry_s3.testing import Drop, Reply, StandIn
from bucketry_s3.testing.faults import without_header

Open = Callable[..., Provider]

DENIED = Reply.error(403, "AccessDenied")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bucketry.provider.listing.LIST_PAGE", 2)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("operation", ["ListObjectsV2", "DeleteObjects"])
def test_a_folder_that_is_deleted_in_part(server: StandIn, open_on: Open, operation: str) -> None:
    for number in range(5):
        server.put("media", f"folder/{number}", b"x")
    server.faults.add(operation, DENIED, nth=2, times=None)

    with pytest.raises(AccessDenied, match="2 objects below it are deleted by now") as caught:
        open_on().delete_prefix("folder")

    assert caught.value.may_have_applied
    assert 3 == len(server.objects("media"))


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("operation", ["ListObjectsV2", "DeleteObjects"])
def test_a_folder_of_which_nothing_is_deleted(
    server: StandIn, open_on: Open, operation: str
) -> None:
    for number in range(5):
        server.put("media", f"folder/{number}", b"x")
    server.faults.add(operation, DENIED, times=None)

    with pytest.raises(AccessDenied) as caught:
        open_on().delete_prefix("folder")

    assert "by now" not in str(caught.value)
    assert not caught.value.may_have_applied
    assert 5 == len(server.objects("media"))


@pytest.mark.parametrize(
    "act",
    [
        lambda media: media.move("a", "b"),
        lambda media: media.replace("a", b"new", new_key="b"),
    ],
    ids=["move", "replace"],
)
def test_a_move_that_leaves_both(
    server: StandIn, open_on: Open, act: Callable[[Provider], object]
) -> None:
    server.put("media", "a", b"x")
    server.faults.add("DeleteObject", DENIED, times=None)

    with pytest.raises(AccessDenied, match="is stored under 'b'") as caught:
        act(open_on())

    assert caught.value.may_have_applied
    assert ("a", "delete") == (caught.value.key, caught.value.operation)
    assert {"a", "b"} == set(server.objects("media"))


class Meanwhile:
    """Does something under the source's key when it has just been copied."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    @hookimpl(wrapper=True)
    def bucketry_copy(self) -> Generator[None, StoredObject, StoredObject]:
        stored = yield
        self._act()
        return stored


FACTS = [{"delete_if_match": fact} for fact in ("enforced", "ignored", "refused")] + [{}]


@pytest.mark.parametrize("facts", FACTS)
def test_a_move_spares_what_has_come_under_the_sources_key(
    server: StandIn, open_on: Open, facts: dict[str, str]
) -> None:
    server.put("media", "a", b"old")
    media = open_on(capabilities=facts)
    replaced = media.with_layer(Meanwhile(lambda: server.put("media", "a", b"new")))

    with pytest.raises(PreconditionFailed, match="the copy is stored under 'b'") as caught:
        replaced.move("a", "b")

    assert caught.value.may_have_applied
    assert {"a": b"new", "b": b"old"} == {k: o.data for k, o in server.objects("media").items()}


@pytest.mark.parametrize("facts", FACTS)
def test_a_move_whose_source_somebody_else_deletes_is_done(
    server: StandIn, open_on: Open, facts: dict[str, str]
) -> None:
    server.put("media", "a", b"old")
    media = open_on(capabilities=facts)

    media.with_layer(Meanwhile(lambda: media.delete("a"))).move("a", "b")

    assert {"b"} == set(server.objects("media"))


def test_a_move_whose_delete_is_answered_to_nobody_is_done(server: StandIn, open_on: Open) -> None:
    server.put("media", "a", b"old")
    server.faults.add("DeleteObject", Drop("answer"))

    open_on(capabilities={"delete_if_match": "enforced"}).move("a", "b")

    assert {"b"} == set(server.objects("media"))


def test_a_move_that_cannot_copy_says_nothing_of_a_copy(server: StandIn, open_on: Open) -> None:
    server.put("media", "a", b"x")
    server.faults.add("CopyObject", DENIED, times=None)

    with pytest.raises(AccessDenied) as caught:
        open_on().move("a", "b")

    assert (False, False) == (caught.value.may_have_applied, "stored" in str(caught.value))


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_sweep_that_goes_half_way(server: StandIn, open_on: Open, dry_run: bool) -> None:
    provider = open_on(multipart={"part_size": 5 << 20, "leave_parts_on_error": True})
    server.faults.add("CompleteMultipartUpload", DENIED, times=None)
    for key in ("a", "b"):
        with pytest.raises(AccessDenied):
            provider.upload(bytes(6 << 20), key=key)
    operation = "AbortMultipartUpload"
    server.faults.add(operation, DENIED, nth=2, times=None)
    if dry_run:
        assert 2 == len(provider.sweep(older_than=timedelta(0), dry_run=True))
        return

    with pytest.raises(AccessDenied, match="1 unfinished uploads are removed by now") as caught:
        provider.sweep(older_than=timedelta(0))

    assert caught.value.may_have_applied
    assert 1 == len(server.open_uploads("media"))


def test_encryption_that_cannot_be_looked_up_is_told_with_what_is_stored(
    server: StandIn, open_on: Open
) -> None:
    """The answer does not name it, and the object is there."""
    server.faults.add("PutObject", without_header("x-amz-server-side-encryption"))
    server.faults.add("HeadObject", Reply.error(503, "SlowDown"), times=None)

    with pytest.raises(Unavailable, match="is stored, but whether encrypted") as caught:
        open_on().upload(b"x", key="k", extra_params={"ServerSideEncryption": "AES256"})

    assert caught.value.may_have_applied
    assert {"k"} == set(server.objects("media"))
