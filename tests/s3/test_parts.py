"""Uploads in parts: what stops them, what they leave, what they may carry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import pytest

from bucketry import (
    AccessDenied,
    Capabilities,
    Encryption,
    Fact,
    InvalidInput,
    InvalidSource,
    Provider,
    Unavailable,
    Unconfirmed,
    Unsupported,
)
from bucketry_s3 import Multipart
from bucketry_s3.objects.multipart import part_size_for
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.testing import AWS_LIKE, Drop, Reply, StandIn
from s3.memory_transport import MIB, MemoryTransport, always, lost, md5, provider_on

Open = Callable[..., Provider]

GIB = 1 << 30


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def stream(size: int) -> Iterator[bytes]:
    for start in range(0, size, MIB):
        yield bytes([start // MIB % 251]) * min(MIB, size - start)


# -- what stops them ---------------------------------------------------------------------------


class Stop(BaseException):
    """Something that no `except Exception` sees."""


def test_a_source_may_raise_anything(transport: MemoryTransport) -> None:
    for error in (Stop(), SystemExit(3), GeneratorExit(), KeyboardInterrupt(), MemoryError()):

        def broken(error: BaseException = error) -> Iterator[bytes]:
            yield bytes(12 * MIB)
            raise error

        with pytest.raises(type(error)):
            provider_on(transport).upload(broken(), key="k")
        assert ({}, {}) == (transport.uploads, transport.objects)
    assert [] == [t.name for t in threading.enumerate() if t.name.startswith("bucketry-part")]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), ValueError("cancelled")])
@pytest.mark.parametrize("nth", [1, 3])
def test_progress_that_raises_stops_the_upload(
    transport: MemoryTransport, error: BaseException, nth: int
) -> None:
    told: list[int] = []

    def progress(count: int) -> None:
        told.append(count)
        if len(told) == nth:
            raise error

    with pytest.raises(type(error)):
        provider_on(transport).upload(stream(11 * MIB), key="k", progress=progress)

    assert ({}, {}) == (transport.uploads, transport.objects)
    assert nth == len(told)


def test_progress_is_told_in_the_callers_own_thread(transport: MemoryTransport) -> None:
    """So it may touch what is not made for threads, as `total += count` is not."""
    told: list[tuple[int, threading.Thread]] = []

    provider_on(transport).upload(
        stream(31 * MIB), key="k", progress=lambda n: told.append((n, threading.current_thread()))
    )

    assert [*[5 * MIB] * 6, MIB] == [count for count, _ in told]
    assert {threading.current_thread()} == {thread for _, thread in told}


def test_one_part_that_is_refused_stops_the_others(server: StandIn, open_on: Open) -> None:
    """The others are not tried again for the minute that each of them has."""
    server.faults.add("UploadPart", Reply.error(503, "SlowDown"), nth=2, times=None)
    server.faults.add("UploadPart", Reply.error(403, "AccessDenied"))
    began = time.monotonic()

    with pytest.raises(AccessDenied):
        open_on(deadline=60).upload(stream(15 * MIB), key="k")

    assert time.monotonic() - began < 6
    assert [] == server.open_uploads("media")
    assert {} == server.objects("media")


class Stubborn(MemoryTransport):
    """Tries the first part until its time is up; the second one is refused."""

    def send(self, operation: str, params: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        if operation == "UploadPart" and params["PartNumber"] == 1:
            while deadline.remaining():
                time.sleep(0.01)
            raise Unavailable("gave up")
        if operation == "UploadPart":
            raise AccessDenied("no")
        return super().send(operation, params, deadline)


def test_the_part_that_failed_first_tells_why() -> None:
    transport = Stubborn()

    with pytest.raises(AccessDenied):
        provider_on(transport).upload(stream(15 * MIB), key="k")

    assert {} == transport.uploads


@pytest.mark.parametrize("concurrency", [1, 2, 9])
def test_any_number_at_a_time_gives_the_same_object(
    transport: MemoryTransport, concurrency: int
) -> None:
    provider = provider_on(
        transport, multipart=Multipart(part_size=5 * MIB, concurrency=concurrency)
    )

    provider.upload(stream(27 * MIB), key="k")

    assert b"".join(stream(27 * MIB)) == transport.objects["k"]
    assert concurrency >= transport.most_in_flight


class Forgetful(MemoryTransport):
    """Keeps nothing, so that what is measured is the upload's own."""

    def send(self, operation: str, params: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        if operation == "UploadPart":
            return {"ETag": md5(params["Body"])}
        if operation == "CompleteMultipartUpload":
            return {"ETag": "x-1", "Key": params["Key"]}
        return super().send(operation, params, deadline)


def test_memory_stays_within_its_bound(peak_of: Callable[[Callable[[], object]], int]) -> None:
    provider = provider_on(Forgetful())
    peak = peak_of(lambda: provider.upload(stream(300 * MIB), key="k"))
    assert 5 * MIB * 2 < peak < 5 * MIB * (3 + 2)


# -- what they leave ---------------------------------------------------------------------------


def test_parts_that_are_left_are_named(transport: MemoryTransport) -> None:
    transport.after["CompleteMultipartUpload"] = always(lost())
    transport.fail["HeadObject"] = always(lost())
    provider = provider_on(
        transport, multipart=Multipart(part_size=5 * MIB, leave_parts_on_error=True)
    )

    with pytest.raises(Unconfirmed) as caught:
        provider.upload(stream(6 * MIB), key="k")

    assert "The parts of upload id U1 were left, as configured." in caught.value.__notes__
    assert "AbortMultipartUpload" not in transport.operations()


def test_removing_the_parts_is_tried_again(server: StandIn, open_on: Open) -> None:
    server.faults.add("UploadPart", Reply.error(403, "AccessDenied"), times=None)
    server.faults.add("AbortMultipartUpload", Reply.error(503, "SlowDown"), times=2)

    with pytest.raises(AccessDenied):
        open_on().upload(stream(6 * MIB), key="k")

    assert [] == server.open_uploads("media")


def test_a_creation_whose_answer_is_lost_leaves_what_a_sweep_finds(
    server: StandIn, open_on: Open
) -> None:
    from datetime import timedelta

    server.faults.add("CreateMultipartUpload", Drop("answer"))
    provider = open_on()

    provider.upload(stream(6 * MIB), key="k")

    (orphan,) = server.open_uploads("media")
    assert {} == orphan.parts
    assert ["k"] == [one.key for one in provider.sweep(older_than=timedelta(0))]
    assert [] == server.open_uploads("media")


def test_a_wrong_etag_of_a_part_makes_no_object(server: StandIn, open_on: Open) -> None:
    from bucketry_s3.testing import Alter

    def other(response: Any) -> Any:
        return attrs.evolve(response, headers={**response.headers, "ETag": f'"{"0" * 32}"'})

    server.faults.add("UploadPart", Alter(response=other))

    with pytest.raises(Exception, match="could not be found"):
        open_on().upload(stream(6 * MIB), key="k")
    assert ({}, []) == (server.objects("media"), server.open_uploads("media"))


def test_an_answer_without_an_etag_is_looked_up(transport: MemoryTransport) -> None:
    """As Ceph gives it."""
    complete = transport._CompleteMultipartUpload
    transport._CompleteMultipartUpload = lambda p: {**complete(p), "ETag": ""}  # type: ignore[method-assign]

    stored = provider_on(transport).upload(stream(6 * MIB), key="k")

    assert (transport.etags["k"], "media/big") == (stored.etag, stored.location)


# -- how large ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("able", "size", "wanted", "expected"),
    [
        # More than one request may carry goes in parts that one request may carry.
        (Capabilities(put_size_max=Fact(5 * GIB - 5 * MIB)), None, 5 * GIB, 5 * GIB - 5 * MIB),
        (Capabilities(put_size_max=Fact(5_000_000_000)), 40 * GIB, 5 * GIB, 5_000_000_000),
        (Capabilities(put_size_max=Fact(5 * GIB)), 5 * GIB, 8 * MIB, 8 * MIB),
        # 1,000 parts of 5,000,000,000 bytes are all that Scaleway takes.
        (
            Capabilities(parts_max=Fact(1000), part_size_max=Fact(5_000_000_000)),
            4_768_000_000_000,
            8 * MIB,
            4548 * MIB,
        ),
    ],
)
def test_no_request_is_larger_than_the_vendor_takes(
    able: Capabilities, size: int | None, wanted: int, expected: int
) -> None:
    assert expected == part_size_for(able, size, wanted)


def test_what_no_number_of_parts_can_carry_is_refused_first() -> None:
    able = Capabilities(parts_max=Fact(1000), part_size_max=Fact(5_000_000_000))

    with pytest.raises(InvalidSource, match="more than this vendor takes: 1,000 parts of 5,000"):
        part_size_for(able, 5_100_000_000_000, 8 * MIB)


def test_what_is_too_large_for_one_request_goes_in_parts(transport: MemoryTransport) -> None:
    provider = provider_on(
        transport,
        capabilities=Capabilities(put_size_max=Fact(5 * MIB)),
        multipart=Multipart(part_size=8 * MIB),
    )

    stored = provider.upload(bytes(7 * MIB), key="k")

    assert (2, bytes(7 * MIB)) == (stored.parts, transport.objects["k"])


# -- native parameters -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ContentMD5", "ChecksumSHA256", "ChecksumCRC32"])
def test_a_digest_of_one_body_is_refused_for_parts(transport: MemoryTransport, name: str) -> None:
    provider = provider_on(transport)

    provider.upload(b"x", key="small", extra_params={name: "1"})
    with pytest.raises(InvalidInput, match=f"{name} would tell of one request's body"):
        provider.upload(stream(6 * MIB), key="k", extra_params={name: "1"})

    assert ["PutObject"] == transport.operations()


def test_native_parameters_go_where_they_belong(server: StandIn, open_on: Open) -> None:
    """As with boto3, which refuses any that a request does not know."""
    native = {
        "Tagging": "team=web",
        "ChecksumAlgorithm": "SHA256",
        "IfNoneMatch": "*",
        "ExpectedBucketOwner": "111122223333",
        "RequestPayer": "requester",
    }
    open_on().upload(stream(6 * MIB), key="k", extra_params=native)

    sent = {
        request.operation: {name.lower(): value for name, value in request.headers.items()}
        for request in server.requests
    }
    create, part = sent["CreateMultipartUpload"], sent["UploadPart"]
    complete = sent["CompleteMultipartUpload"]
    assert ("team=web", "SHA256") == (create["x-amz-tagging"], create["x-amz-checksum-algorithm"])
    assert "if-none-match" not in create | part
    assert "*" == complete["if-none-match"]
    assert "x-amz-checksum-sha256" in part
    for request in (create, part, complete):
        assert "111122223333" == request["x-amz-expected-bucket-owner"]
        assert "requester" == request["x-amz-request-payer"]


def test_a_customers_own_key_goes_with_every_part(transport: MemoryTransport) -> None:
    """S3 keeps no such key; a part without it is refused."""
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32}
    # In base64, with its MD5.
    sent = {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        "SSECustomerKeyMD5": "zZ5FnqcIqUjVwvWmyog4zw==",
    }
    transport.after["CompleteMultipartUpload"] = always(lost())

    provider_on(transport).upload(stream(6 * MIB), key="k", extra_params=key)

    for operation in (
        "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject",
    ):  # fmt: skip
        for params in transport.params_of(operation):
            assert sent.items() <= params.items(), operation


@pytest.mark.parametrize("algorithm", ["MD5", "crc32", "CRC32C "])
def test_an_algorithm_that_does_not_exist_is_refused(
    transport: MemoryTransport, algorithm: str
) -> None:
    with pytest.raises(InvalidInput, match="is none of CRC32, CRC32C, SHA1, SHA256, CRC64NVME"):
        provider_on(transport).upload(b"x", key="k", extra_params={"ChecksumAlgorithm": algorithm})
    assert [] == transport.sent


def test_a_header_that_servers_mangle_is_refused(transport: MemoryTransport) -> None:
    provider = provider_on(transport)

    with pytest.raises(InvalidInput, match="ContentDisposition has a character"):
        provider.upload(b"x", key="k", content_disposition='attachment; filename="ü"')
    with pytest.raises(InvalidInput, match="CacheControl has a character"):
        provider.upload(b"x", key="k", extra_params={"CacheControl": "日本"})
    with pytest.raises(InvalidInput, match="MFA has a character"):
        provider.delete("k", extra_params={"MFA": "ü"})
    assert [] == transport.sent


# -- what the server does not confirm ----------------------------------------------------------


def test_encryption_that_nobody_confirms_is_no_success(open_on: Open) -> None:
    """A server that does not know the header stores in the clear and says nothing of it."""
    ignoring = attrs.evolve(AWS_LIKE, encryption={"AES256": "ignored"})
    with StandIn(ignoring, buckets=["media"]) as server:
        provider = open_on(
            endpoint=server.endpoint, ca_bundle=server.ca_bundle, encryption={"type": "AES256"}
        )
        with pytest.raises(Unsupported, match="does not confirm it") as caught:
            provider.upload(stream(6 * MIB), key="large")
        assert ({}, []) == (server.objects("media"), server.open_uploads("media"))
        with pytest.raises(Unsupported, match="does not confirm it") as caught:
            provider.upload(b"x", key="small")
        assert caught.value.may_have_applied


def test_encryption_that_the_server_names_is_believed(server: StandIn, open_on: Open) -> None:
    provider = open_on(encryption={"type": "AES256"})
    server.faults.add("PutObject", Drop("answer"), times=2)

    provider.upload(b"x", key="small")
    provider.upload(stream(6 * MIB), key="large")

    assert "AES256" == provider.head("small").encryption == provider.head("large").encryption


def test_encryption_that_the_vendor_is_known_for_needs_no_word(transport: MemoryTransport) -> None:
    provider_on(transport, encryption=Encryption(type="AES256")).upload(b"x", key="k")

    assert b"x" == transport.objects["k"]


class Silent(MemoryTransport):
    """A server that repeats no checksum."""

    def _PutObject(self, p: Mapping[str, Any]) -> dict[str, Any]:
        return {"ETag": super()._PutObject(p)["ETag"]}

    def _CompleteMultipartUpload(self, p: Mapping[str, Any]) -> dict[str, Any]:
        return {"ETag": super()._CompleteMultipartUpload(p)["ETag"]}


@pytest.mark.parametrize("size", [1, 6 * MIB])
def test_a_checksum_that_nobody_confirms_is_not_told(size: int) -> None:
    unknown = provider_on(Silent()).upload(bytes(size), key="k", checksum_algorithm="CRC64NVME")
    known = provider_on(
        Silent(), capabilities=Capabilities(checksums=Fact({"CRC64NVME": "verified"}))
    ).upload(bytes(size), key="k", checksum_algorithm="CRC64NVME")

    assert (None, None) == (unknown.checksum_algorithm, unknown.checksum)
    assert "CRC64NVME" == known.checksum_algorithm
    assert known.checksum is not None


def test_a_part_that_never_succeeds_ends_with_its_deadline(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the parts on their way and the removal that follows: nothing waits for ever."""
    monkeypatch.setattr("bucketry_s3.protocol.deadline.MIN_RATE", 100 * MIB)
    for operation in ("UploadPart", "AbortMultipartUpload"):
        server.faults.add(operation, Drop("answer"), times=None)
    began = time.monotonic()

    with pytest.raises(Unavailable) as caught:
        open_on(deadline=1).upload(stream(20 * MIB), key="k")

    # Parts were stored perhaps, but without Complete they are no object.
    assert not caught.value.may_have_applied

    assert time.monotonic() - began < 6
