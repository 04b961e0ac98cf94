"""Writes whose answer is lost: proven, refuted, or called unconfirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from bucketry import (
    AccessDenied,
    AlreadyExists,
    Capabilities,
    Fact,
    InvalidHeader,
    PreconditionFailed,
    Provider,
    Rejected,
    StorageError,
    Unavailable,
    Unconfirmed,
)
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.retrying import asked_to_wait, retry
from bucketry_s3.testing import Drop, Reply, StandIn
from s3.memory_transport import MIB, Fault, MemoryTransport, always, lost, md5, provider_on

TAKEN = PreconditionFailed("exists", code="PreconditionFailed", status=412)
TAKEN_AFTER_A_LOST_ANSWER = TAKEN.evolve(may_have_applied=True)


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def stream(size: int) -> Iterator[bytes]:
    for start in range(0, size, MIB):
        yield bytes([start // MIB]) * min(MIB, size - start)


def somebody_elses(data: bytes) -> Fault:
    """Another writer, quicker by a moment, stores `data`."""

    def write(transport: MemoryTransport, operation: str, params: Mapping[str, Any]) -> None:
        transport.objects[params["Key"]] = data
        transport.metadata[params["Key"]] = {"bucketry-write-id": "another's"}
        raise TAKEN_AFTER_A_LOST_ANSWER

    return write


# -- what is surely ours, and what is not ------------------------------------------------------


def test_a_lock_file_has_one_holder_although_all_write_the_same(
    transport: MemoryTransport,
) -> None:
    """No answer was lost: the file was there, whatever its bytes are."""
    transport.objects["lock"] = b""

    with pytest.raises(AlreadyExists):
        provider_on(transport).upload(b"", key="lock", prevent_overwrite=True)

    # A network may have sent the request twice, so it is looked whose file it is.
    assert ["PutObject", "HeadObject"] == transport.operations()


def test_a_lock_file_has_one_holder_also_after_a_lost_answer(transport: MemoryTransport) -> None:
    transport.fail["PutObject"] = somebody_elses(b"")

    with pytest.raises(AlreadyExists) as caught:
        provider_on(transport).upload(b"", key="lock", prevent_overwrite=True)

    assert not caught.value.may_have_applied


def test_a_large_lock_file_has_one_holder_also_after_a_lost_answer(
    transport: MemoryTransport,
) -> None:
    whole = b"".join(stream(6 * MIB))
    transport.fail["CompleteMultipartUpload"] = somebody_elses(whole)
    provider = provider_on(
        transport, capabilities=Capabilities(complete_if_absent=Fact("enforced"))
    )

    with pytest.raises(AlreadyExists):
        provider.upload(stream(6 * MIB), key="lock", prevent_overwrite=True)

    assert {} == transport.uploads


def test_a_counter_is_not_counted_up_twice_by_the_same_bytes(transport: MemoryTransport) -> None:
    """Both read 4 and write 5; one of them must be told that it came too late."""
    able = Capabilities(put_if_match=Fact("enforced"))
    provider = provider_on(transport, capabilities=able)
    transport.after["PutObject"] = always(TAKEN_AFTER_A_LOST_ANSWER)
    provider.upload(b"5", key="counter", if_match=md5(b"4"))

    transport.after.clear()
    transport.fail["PutObject"] = somebody_elses(b"5")
    # The one lost may have been there and replaced since: that cannot be told.
    with pytest.raises(Unconfirmed):
        provider.upload(b"5", key="counter", if_match=md5(b"4"))


def test_the_mark_of_a_write_is_nobodys_metadata(transport: MemoryTransport) -> None:
    provider = provider_on(transport)

    provider.upload(b"x", key="plain", metadata={"author": "me"})
    provider.upload(b"x", key="new", metadata={"author": "me"}, prevent_overwrite=True)

    plain, marked = transport.params_of("PutObject")
    assert {"author": "me"} == plain["Metadata"]
    assert {"author", "bucketry-write-id"} == set(marked["Metadata"])
    seen = provider.head("new")
    assert {"author": "me"} == seen.metadata
    assert marked["Metadata"]["bucketry-write-id"] == seen.write_id
    assert provider.head("plain").write_id is None


HELD = Capabilities(
    put_if_absent=Fact("enforced"),
    complete_if_absent=Fact("enforced"),
    put_if_match=Fact("enforced"),
)


def test_a_write_may_go_without_a_mark_where_its_condition_is_held_in_every_request(
    transport: MemoryTransport,
) -> None:
    provider = provider_on(transport, capabilities=HELD, write_id=False)

    provider.upload(b"x", key="new", prevent_overwrite=True)
    # Nothing says what this vendor makes of If-Match when parts are completed.
    provider.upload(b"y", key="new", if_match=md5(b"x"))

    plain, marked = transport.params_of("PutObject")
    assert "Metadata" not in plain
    assert {"bucketry-write-id"} == set(marked["Metadata"])


@pytest.mark.parametrize("size", [0, 6 * MIB])
def test_without_a_mark_nothing_tells_whose_a_write_was_when_its_answer_is_lost(
    transport: MemoryTransport, size: int
) -> None:
    last = "CompleteMultipartUpload" if size else "PutObject"
    provider = provider_on(transport, capabilities=HELD, write_id=False)

    # The object there is in nothing different from another writer's same one.
    transport.after[last] = always(TAKEN_AFTER_A_LOST_ANSWER)
    with pytest.raises(Unconfirmed) as caught:
        provider.upload(stream(size), key="lock", prevent_overwrite=True)
    assert caught.value.may_have_applied

    # An answer that came is believed, and nothing is looked up for it.
    transport.after.clear()
    transport.objects["taken"] = b""
    with pytest.raises(AlreadyExists) as taken:
        provider.upload(b"", key="taken", prevent_overwrite=True)
    assert not taken.value.may_have_applied


def test_metadata_leaves_room_for_the_mark(transport: MemoryTransport) -> None:
    """2,048 bytes are S3's limit; the mark takes 17 for its name and 32 for itself."""
    provider = provider_on(transport)

    provider.upload(b"x", key="k", metadata={"a": "x" * 2047})
    provider.upload(b"x", key="l", metadata={"a": "x" * 1998}, prevent_overwrite=True)
    with pytest.raises(InvalidHeader, match="metadata is 1 bytes too large"):
        provider.upload(b"x", key="m", metadata={"a": "x" * 1999}, prevent_overwrite=True)

    assert ["PutObject", "PutObject"] == transport.operations()


def test_the_same_bytes_from_before_are_not_this_upload(transport: MemoryTransport) -> None:
    """A deployment again, with new headers: the server reads, but cannot write."""
    transport.objects["app.js"] = b"same"
    transport.fail["PutObject"] = always(lost())

    with pytest.raises(Unconfirmed, match="nothing proves that it is this one"):
        provider_on(transport).upload(b"same", key="app.js", cache_control="no-store")


@pytest.mark.parametrize("size", [3, 6 * MIB])
def test_what_was_sent_and_not_answered_may_still_arrive(
    transport: MemoryTransport, size: int
) -> None:
    for operation in ("PutObject", "CompleteMultipartUpload"):
        transport.fail[operation] = always(lost())

    with pytest.raises(Unconfirmed, match="can still arrive"):
        provider_on(transport).upload(bytes(size), key="k")

    assert {} == transport.uploads


@pytest.mark.parametrize("size", [3, 6 * MIB])
def test_an_object_that_is_not_there_is_a_failure_without_doubt(
    transport: MemoryTransport, size: int
) -> None:
    """Every attempt has been answered, though in a way that leaves it open what became of it."""
    answered = Unavailable("internal error", status=500, may_have_applied=True)
    for operation in ("PutObject", "CompleteMultipartUpload"):
        transport.fail[operation] = always(answered)

    with pytest.raises(Unavailable, match="it was looked for and is not there") as caught:
        provider_on(transport).upload(bytes(size), key="k")

    assert not caught.value.may_have_applied
    assert {} == transport.uploads


def test_who_refuses_to_look_as_he_refused_the_upload_is_told_as_he_is(
    transport: MemoryTransport,
) -> None:
    blocked = AccessDenied("Forbidden", status=403, may_have_applied=True)
    transport.fail = dict.fromkeys(["PutObject", "HeadObject", "GetObject"], always(blocked))

    with pytest.raises(AccessDenied, match="could not be looked up") as caught:
        provider_on(transport).upload(b"x", key="k")

    assert caught.value.may_have_applied


def test_an_upload_that_was_swept_is_gone_and_not_complete(transport: MemoryTransport) -> None:
    transport.fail["CompleteMultipartUpload"] = always(
        Rejected("no such upload", code="NoSuchUpload", status=404)
    )

    with pytest.raises(Rejected, match="it was looked for and is not there"):
        provider_on(transport).upload(stream(6 * MIB), key="k")


# -- what nothing proves -----------------------------------------------------------------------


class Kms(MemoryTransport):
    """A server that encrypts: its ETags are no digests of what was sent."""

    def _PutObject(self, p: Mapping[str, Any]) -> dict[str, Any]:
        super()._PutObject(p)
        self.etags[p["Key"]] = md5(p["Body"] + b"secret")
        return {"ETag": self.etags[p["Key"]]}

    def _HeadObject(self, p: Mapping[str, Any]) -> dict[str, Any]:
        return {**super()._HeadObject(p), "ServerSideEncryption": "aws:kms"}

    def _UploadPart(self, p: Mapping[str, Any]) -> dict[str, Any]:
        super()._UploadPart(p)
        return {"ETag": f'"{md5(p["Body"])}-kms"'}

    def _CompleteMultipartUpload(self, p: Mapping[str, Any]) -> dict[str, Any]:
        super()._CompleteMultipartUpload(p)
        self.etags[p["Key"]] = "0123456789abcdef-2"
        return {"ETag": self.etags[p["Key"]]}


@pytest.mark.parametrize("size", [3, 6 * MIB])
def test_where_etags_are_no_md5_a_lost_answer_is_unconfirmed(size: int) -> None:
    transport = Kms()
    for operation in ("PutObject", "CompleteMultipartUpload"):
        transport.after[operation] = always(lost())

    with pytest.raises(Unconfirmed, match="nothing proves that it is this one") as caught:
        provider_on(transport).upload(bytes(size), key="k")

    assert caught.value.may_have_applied
    assert "Look with head()" in str(caught.value)


@pytest.mark.parametrize("size", [3, 6 * MIB])
def test_where_etags_are_no_md5_the_mark_proves_a_create_only_upload(size: int) -> None:
    transport = Kms()
    for operation in ("PutObject", "CompleteMultipartUpload"):
        transport.after[operation] = always(lost())

    stored = provider_on(transport).upload(bytes(size), key="k", prevent_overwrite=True)

    assert stored.etag == transport.etags["k"]


@pytest.mark.parametrize("there", [b"a moment old", b"old", b"new"])
def test_another_object_says_nothing_of_this_one(transport: MemoryTransport, there: bytes) -> None:
    """It may have come after; clocks differ. The same bytes lack the headers of this upload."""
    transport.objects["k"] = there
    transport.fail["PutObject"] = always(lost())

    with pytest.raises(Unconfirmed, match="nothing proves"):
        provider_on(transport).upload(b"new", key="k")


@pytest.mark.parametrize("options", [{"tags": {"a": "b"}}, {"acl": "private"}])
def test_what_nobody_can_see_is_not_confirmed(
    transport: MemoryTransport, options: dict[str, Any]
) -> None:
    transport.after["PutObject"] = always(lost())

    with pytest.raises(Unconfirmed, match="nothing proves"):
        provider_on(transport).upload(b"x", key="k", **options)


def test_an_object_that_has_all_that_was_sent_is_this_one(transport: MemoryTransport) -> None:
    transport.after["PutObject"] = always(lost())

    stored = provider_on(transport).upload(
        b"x", key="k", content_type="text/plain", cache_control="no-store", metadata={"a": "b"}
    )

    assert md5(b"x") == stored.etag


def test_a_request_that_the_network_repeats_is_not_refused_for_its_own_object(
    transport: MemoryTransport,
) -> None:
    taken = PreconditionFailed("exists", code="PreconditionFailed", status=412)
    transport.after["PutObject"] = always(taken)

    stored = provider_on(transport).upload(b"x", key="k", prevent_overwrite=True)

    assert md5(b"x") == stored.etag


# -- doubt outlives the attempt that raised it -------------------------------------------------


def test_a_refusal_after_a_lost_answer_leaves_the_doubt() -> None:
    errors: list[StorageError] = [lost(), AccessDenied("the token has expired")]

    def attempt() -> None:
        raise errors.pop(0)

    with pytest.raises(AccessDenied) as caught:
        retry(attempt, Deadline(5))

    assert caught.value.may_have_applied


def test_an_upload_refused_after_its_lost_answer_is_there(server: StandIn, open_on: Any) -> None:
    """Temporary credentials end between two attempts; the first one has stored it."""
    server.faults.add("PutObject", Drop("answer"))
    server.faults.add("PutObject", Reply.error(403, "ExpiredToken"), nth=2)

    stored = open_on().upload(b"hello", key="k")

    assert ["PutObject", "PutObject", "HeadObject"] == [r.operation for r in server.requests]
    assert md5(b"hello") == stored.etag


def test_a_thousand_attempts_are_no_error_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deadline, "pause", lambda deadline, seconds: None)
    attempts = iter(range(2000))

    def attempt() -> int:
        number = next(attempts)
        if number < 1500:
            raise Unavailable("not yet")
        return number

    assert 1500 == retry(attempt, Deadline(3600))


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("Thu, 26 Nov 1998 08:00:02 GMT", 2),
        ("Thu, 26 Nov 1998 08:00:02", 2),
        ("Thu, 26 Nov 1998 03:00:02 -0500", 2),
        ("Thu, 26 Nov 1998 07:59:00 GMT", 0),
        ("soon", None),
    ],
)
def test_a_server_asks_to_wait_by_its_own_clock(asked: str, seconds: float | None) -> None:
    date = "Thu, 26 Nov 1998 08:00:00 GMT"

    assert seconds == asked_to_wait({"retry-after": asked, "date": date})


def test_nothing_is_tried_again_once_a_deadline_is_ended() -> None:
    deadline = Deadline(3)
    deadline.end()

    def attempt() -> None:
        raise Unavailable("no")

    with pytest.raises(Unavailable, match="it was ended"):
        retry(attempt, deadline)


def test_looking_never_takes_effect(server: StandIn, open_on: Any) -> None:
    for operation in ("HeadObject", "GetObject", "ListObjectsV2", "ListMultipartUploads"):
        server.faults.add(operation, Drop("answer"), times=None)
    provider: Provider = open_on()
    calls: list[Callable[[], object]] = [
        lambda: provider.head("k"),
        lambda: provider.read("k"),
        lambda: list(provider.list()),
        provider.sweep,
    ]

    for call in calls:
        with pytest.raises(Unavailable) as caught:
            call()
        assert not caught.value.may_have_applied
        assert "taken effect" not in str(caught.value)


# -- deletes -----------------------------------------------------------------------------------


def test_a_delete_whose_answers_are_lost_has_happened(server: StandIn, open_on: Any) -> None:
    server.put("media", "k", b"x")
    server.faults.add("DeleteObject", Drop("answer"), times=None)

    open_on().delete("k")

    assert {} == server.objects("media")


def test_a_delete_that_never_arrives_has_not_happened(server: StandIn, open_on: Any) -> None:
    server.put("media", "k", b"x")
    server.faults.add("DeleteObject", Reply.error(500, "InternalError"), times=None)

    with pytest.raises(Unavailable, match="the object is still there") as caught:
        open_on().delete("k")

    assert not caught.value.may_have_applied


def test_a_delete_that_cannot_be_looked_up_is_unconfirmed(server: StandIn, open_on: Any) -> None:
    server.put("media", "k", b"x")
    server.faults.add("DeleteObject", Drop("answer"), times=None)
    server.faults.add("HeadObject", Drop("answer"), times=None)

    with pytest.raises(Unconfirmed, match="whether it is gone could not be looked up"):
        open_on().delete("k")


def test_a_version_is_looked_up_by_its_id(server: StandIn, open_on: Any) -> None:
    """That the key has another version says nothing of the one deleted."""
    server.faults.add("DeleteObject", Reply(200, b"<html>OK</html>"))
    server.put("media", "k", b"x")

    open_on().delete("k", extra_params={"VersionId": "v1"})

    (head,) = [r for r in server.requests if r.operation == "HeadObject"]
    assert [("versionId", "v1")] == head.query
    assert {"k"} == set(server.objects("media"))
