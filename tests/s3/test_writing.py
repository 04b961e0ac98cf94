"""Uploads against a transport that fails at every point where a vendor can."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bucketry import (
    AccessDenied,
    AlreadyExists,
    Capabilities,
    Encryption,
    Fact,
    InvalidSource,
    PluginError,
    PreconditionFailed,
    SourceChanged,
    StoredObject,
    Unavailable,
    Unconfirmed,
    Unsupported,
    UnsupportedOptionWarning,
    Upload,
    hookimpl,
)
from bucketry_s3 import ExtraParams, Multipart
from bucketry_s3.objects.multipart import part_size_for
from s3.memory_transport import MIB, MemoryTransport, always, lost, md5, provider_on


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def pieces(size: int, step: int = 700_001) -> Iterator[bytes]:
    """A stream of unknown length whose bytes depend on their place."""
    for start in range(0, size, step):
        yield bytes((start // step + n) % 251 for n in range(1)) * min(step, size - start)


def whole(size: int) -> bytes:
    return b"".join(pieces(size))


# -- one request or parts ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 5 * MIB - 1, 5 * MIB])
@pytest.mark.parametrize("kind", ["bytes", "file", "stream"])
def test_up_to_one_part_goes_in_one_request(
    transport: MemoryTransport, tmp_path: Path, size: int, kind: str
) -> None:
    data = whole(size)
    (tmp_path / "f").write_bytes(data)
    source: Any = {"bytes": data, "file": tmp_path / "f", "stream": pieces(size)}[kind]

    stored = provider_on(transport).upload(source, key="k")

    assert transport.operations() == ["PutObject"]
    assert data == transport.objects["k"]
    assert (0, size, md5(data)) == (stored.parts, stored.size, stored.etag)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        (5 * MIB + 1, [5 * MIB, 1]),
        (10 * MIB, [5 * MIB, 5 * MIB]),
        (12 * MIB, [5 * MIB, 5 * MIB, 2 * MIB]),
    ],
)
@pytest.mark.parametrize("kind", ["file", "stream"])
def test_more_goes_in_equal_parts(
    transport: MemoryTransport, tmp_path: Path, size: int, sizes: list[int], kind: str
) -> None:
    data = whole(size)
    (tmp_path / "f").write_bytes(data)
    progress: list[int] = []

    stored = provider_on(transport).upload(
        tmp_path / "f" if kind == "file" else pieces(size), key="k", progress=progress.append
    )

    parts = sorted(transport.params_of("UploadPart"), key=lambda part: part["PartNumber"])
    assert sizes == [len(part["Body"]) for part in parts]
    assert data == transport.objects["k"]
    assert (len(sizes), size) == (stored.parts, stored.size)
    assert size == sum(progress)
    assert {} == transport.uploads


def test_a_short_stream_takes_no_parts_memory(
    transport: MemoryTransport, peak_of: Callable[[Callable[[], object]], int]
) -> None:
    """Its length is not known, and many of them are on their way at once."""
    provider = provider_on(transport, multipart=Multipart(part_size=64 * MIB))
    provider.upload(iter([b"x"]), key="before")
    peak = peak_of(lambda: provider.upload(iter([bytes(1000)] * 300), key="k"))
    assert peak < 8 * MIB


def test_no_more_parts_are_on_their_way_than_allowed(transport: MemoryTransport) -> None:
    provider_on(transport).upload(pieces(60 * MIB), key="k")

    assert 3 >= transport.most_in_flight
    assert whole(60 * MIB) == transport.objects["k"]


@pytest.mark.parametrize(
    ("size", "wanted", "parts_max", "expected"),
    [
        (None, 8 * MIB, 1000, 8 * MIB),
        (8000 * MIB, 8 * MIB, 1000, 8 * MIB),
        (8000 * MIB + 1, 8 * MIB, 1000, 9 * MIB),
        (5 * 1024**4, 8 * MIB, 10_000, 525 * MIB),
    ],
)
def test_parts_grow_to_fit_the_vendors_limit(
    size: int | None, wanted: int, parts_max: int, expected: int
) -> None:
    assert expected == part_size_for(Capabilities(parts_max=Fact(parts_max)), size, wanted)


def test_a_stream_longer_than_the_vendors_limit_is_refused_and_cleaned_up(
    transport: MemoryTransport,
) -> None:
    provider = provider_on(transport, capabilities=Capabilities(parts_max=Fact(2)))

    with pytest.raises(InvalidSource, match="longer than 2 parts of 5,242,880 bytes"):
        provider.upload(pieces(11 * MIB), key="k")

    assert ({}, {}) == (transport.uploads, transport.objects)


def test_the_location_of_the_server_is_recorded_and_never_the_url(
    transport: MemoryTransport,
) -> None:
    provider = provider_on(transport)

    large = provider.upload(pieces(6 * MIB), key="big")
    small = provider.upload(b"x", key="small")

    assert "media/big" == large.location
    assert "https://s3.example.com/media/big" == large.url
    assert "https://s3.example.com/media/small" == small.url


# -- failures leave nothing behind -------------------------------------------------------------


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize(
    "error", [AccessDenied("no", code="AccessDenied", status=403), KeyboardInterrupt()],
    ids=["refused", "interrupted"],
)  # fmt: skip
def test_every_failure_removes_the_parts(
    transport: MemoryTransport, operation: str, error: Any
) -> None:
    transport.fail[operation] = always(error)

    with pytest.raises((AccessDenied, KeyboardInterrupt)):
        provider_on(transport).upload(pieces(12 * MIB), key="k")

    assert ({}, {}) == (transport.uploads, transport.objects)
    assert "AbortMultipartUpload" == transport.operations()[-1]
    assert 0 == transport.in_flight


def test_a_source_that_fails_removes_the_parts_and_raises_its_own_error(
    transport: MemoryTransport,
) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(11 * MIB)
        raise RuntimeError("the camera was unplugged")

    with pytest.raises(RuntimeError, match="unplugged"):
        provider_on(transport).upload(broken(), key="k")

    assert ({}, {}) == (transport.uploads, transport.objects)


def test_parts_are_left_where_the_configuration_wants_them(transport: MemoryTransport) -> None:
    transport.fail["CompleteMultipartUpload"] = always(AccessDenied("no", code="AccessDenied"))
    provider = provider_on(
        transport, multipart=Multipart(part_size=5 * MIB, leave_parts_on_error=True)
    )

    with pytest.raises(AccessDenied):
        provider.upload(pieces(6 * MIB), key="k")

    assert [1, 2] == sorted(transport.uploads["U1"])


def test_parts_that_cannot_be_removed_are_named(transport: MemoryTransport) -> None:
    refused = AccessDenied("your token has expired", code="AccessDenied")
    transport.fail["UploadPart"] = transport.fail["AbortMultipartUpload"] = always(refused)

    with pytest.raises(AccessDenied) as caught:
        provider_on(transport).upload(pieces(6 * MIB), key="k")

    assert "The parts of upload id U1 were left behind" in str(caught.value.__notes__)


def test_a_file_that_grows_during_the_upload_is_not_published(
    transport: MemoryTransport, tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(12 * MIB))

    def grow(_: MemoryTransport, operation: str, params: Mapping[str, Any]) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    transport.after["CreateMultipartUpload"] = grow

    with pytest.raises(SourceChanged):
        provider_on(transport).upload(path, key="k")

    assert ({}, {}) == (transport.uploads, transport.objects)


# -- lost answers ------------------------------------------------------------------------------


def test_a_lost_answer_counts_as_success_if_the_object_is_there(
    transport: MemoryTransport,
) -> None:
    transport.after["PutObject"] = always(lost())

    stored = provider_on(transport).upload(b"hello", key="k")

    assert md5(b"hello") == stored.etag
    assert ["PutObject", "HeadObject"] == transport.operations()


def test_a_lost_request_is_a_failure(transport: MemoryTransport) -> None:
    transport.fail["PutObject"] = always(lost())

    with pytest.raises(Unconfirmed):
        provider_on(transport).upload(b"hello", key="k")


def test_a_lost_answer_over_another_object_is_a_failure(transport: MemoryTransport) -> None:
    transport.objects["k"] = b"older"
    transport.fail["PutObject"] = always(lost())

    with pytest.raises(Unconfirmed):
        provider_on(transport).upload(b"hello", key="k")


def test_an_outcome_that_cannot_be_looked_up_is_unconfirmed(transport: MemoryTransport) -> None:
    transport.after["PutObject"] = always(lost())
    transport.fail["HeadObject"] = always(lost())

    with pytest.raises(Unconfirmed, match="It may have taken effect") as caught:
        provider_on(transport).upload(b"hello", key="k")

    assert caught.value.may_have_applied


def test_a_create_only_upload_that_finds_its_own_bytes_has_succeeded(
    transport: MemoryTransport,
) -> None:
    """The first answer was lost; the second try is told that the object exists."""
    transport.after["PutObject"] = always(
        PreconditionFailed("exists", code="PreconditionFailed", status=412, may_have_applied=True)
    )

    stored = provider_on(transport).upload(b"hello", key="k", prevent_overwrite=True)

    assert md5(b"hello") == stored.etag


def test_a_create_only_upload_over_other_bytes_is_already_exists(
    transport: MemoryTransport,
) -> None:
    transport.objects["k"] = b"older"

    with pytest.raises(AlreadyExists):
        provider_on(transport).upload(b"hello", key="k", prevent_overwrite=True)

    assert b"older" == transport.objects["k"]


def test_a_completion_whose_answer_is_lost_is_confirmed_by_the_etag(
    transport: MemoryTransport,
) -> None:
    transport.after["CompleteMultipartUpload"] = always(lost())

    stored = provider_on(transport).upload(pieces(6 * MIB), key="k")

    assert stored.etag == transport.etags["k"]
    assert stored.etag is not None
    assert stored.etag.endswith("-2")


def test_a_completion_repeated_after_a_lost_answer_is_told_no_such_upload(
    transport: MemoryTransport,
) -> None:
    """MinIO and Ceph answer so; the object is there all the same."""

    def complete_then_repeat(
        inner: MemoryTransport, operation: str, params: Mapping[str, Any]
    ) -> None:
        inner._CompleteMultipartUpload(params)

    transport.fail["CompleteMultipartUpload"] = complete_then_repeat

    stored = provider_on(transport).upload(pieces(6 * MIB), key="k")

    assert whole(6 * MIB) == transport.objects["k"]
    assert stored.etag == transport.etags["k"]


def test_an_empty_success_to_complete_is_no_success(transport: MemoryTransport) -> None:
    """What a proxy in between may answer; nothing was stored."""
    transport._CompleteMultipartUpload = lambda p: {}  # type: ignore[method-assign]

    with pytest.raises(Unavailable, match="no Key"):
        provider_on(transport, deadline=1).upload(pieces(6 * MIB), key="k")

    assert ({}, {}) == (transport.uploads, transport.objects)


# -- conditions --------------------------------------------------------------------------------


def test_prevent_overwrite_looks_before_sending_a_large_file(transport: MemoryTransport) -> None:
    transport.objects["k"] = b"older"

    able = Capabilities(complete_if_absent=Fact("enforced"))
    with pytest.raises(AlreadyExists):
        provider_on(transport, capabilities=able).upload(
            pieces(6 * MIB), key="k", prevent_overwrite=True
        )

    assert ["HeadObject"] == transport.operations()


def test_prevent_overwrite_counts_when_a_large_file_is_completed(
    transport: MemoryTransport,
) -> None:
    def meanwhile(inner: MemoryTransport, operation: str, params: Mapping[str, Any]) -> None:
        inner.objects["k"] = b"somebody else's"

    transport.after["UploadPart"] = meanwhile
    provider = provider_on(
        transport, capabilities=Capabilities(complete_if_absent=Fact("enforced"))
    )

    with pytest.raises(AlreadyExists):
        provider.upload(pieces(6 * MIB), key="k", prevent_overwrite=True)

    assert b"somebody else's" == transport.objects["k"]
    assert "*" == transport.params_of("CompleteMultipartUpload")[0]["IfNoneMatch"]
    assert "IfNoneMatch" not in transport.params_of("CreateMultipartUpload")[0]
    assert {} == transport.uploads


@pytest.mark.parametrize("fact", ["ignored", "refused", None])
def test_where_complete_may_ignore_the_condition_one_request_is_sent(
    transport: MemoryTransport, fact: Any
) -> None:
    """Two writers in parts would both win."""
    able = Capabilities(complete_if_absent=Fact(fact))
    provider = provider_on(transport, capabilities=able)

    provider.upload(pieces(6 * MIB), key="k", prevent_overwrite=True)
    with pytest.raises(AlreadyExists):
        provider.upload(bytes(6 * MIB), key="k", prevent_overwrite=True)

    assert {"PutObject", "HeadObject"} == set(transport.operations())


@pytest.mark.parametrize("body", [bytes(21 * MIB), None])
def test_what_is_too_large_for_one_request_is_refused_before_anything_is_sent(
    transport: MemoryTransport, body: bytes | None
) -> None:
    able = Capabilities(complete_if_absent=Fact("ignored"))

    with pytest.raises(Unsupported, match="too large for one request"):
        provider_on(transport, capabilities=able).upload(
            pieces(21 * MIB) if body is None else body, key="k", prevent_overwrite=True
        )

    assert [] == transport.operations()


@pytest.mark.parametrize(
    ("form", "sent"), [("quoted", '"abc"'), ("unquoted", "abc"), (None, '"abc"')]
)
@pytest.mark.parametrize("given", ["abc", '"abc"'])
def test_if_match_is_written_the_vendors_way(
    transport: MemoryTransport, form: Any, sent: str, given: str
) -> None:
    provider = provider_on(
        transport,
        capabilities=Capabilities(put_if_match=Fact("enforced"), if_match_etag=Fact(form)),
    )

    provider.upload(b"x", key="k", if_match=given)

    assert sent == transport.params_of("PutObject")[0]["IfMatch"]


def test_a_stale_if_match_is_precondition_failed(transport: MemoryTransport) -> None:
    transport.fail["PutObject"] = always(
        PreconditionFailed("stale", code="PreconditionFailed", status=412)
    )

    with pytest.raises(PreconditionFailed):
        provider_on(transport).upload(b"x", key="k", if_match="abc")


def test_replace_never_asks_for_absence(transport: MemoryTransport) -> None:
    transport.objects["k"] = b"old"
    provider = provider_on(transport, prevent_overwrite=True)

    provider.replace("k", b"new")

    assert b"new" == transport.objects["k"]
    assert "IfNoneMatch" not in transport.params_of("PutObject")[0]


# -- what the vendor cannot honour -------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"storage_class": "GLACIER"}, "Memory has the storage classes STANDARD, STANDARD_IA"),
        ({"encryption": Encryption(type="aws:kms:dsse")}, "Memory honours encryption of type"),
        ({"tags": {"a": "b"}}, "Memory refuses object tags"),
        ({"checksum_algorithm": "CRC32"}, "Memory refuses checksum headers"),
    ],
)
def test_an_option_in_code_that_the_vendor_cannot_honour_is_refused_before_sending(
    transport: MemoryTransport, options: Any, sentence: str
) -> None:
    provider = provider_on(
        transport,
        capabilities=Capabilities(tagging=Fact("no"), checksums=Fact({"CRC32": "refused"})),
    )

    with pytest.raises(Unsupported, match=sentence):
        provider.upload(b"x", key="k", **options)

    assert [] == transport.sent


def test_with_unsupported_ignore_the_option_is_left_out_with_a_warning(
    transport: MemoryTransport,
) -> None:
    provider = provider_on(transport, unsupported="ignore")

    with pytest.warns(UnsupportedOptionWarning, match="storage_class was left out: Memory has"):
        provider.upload(b"x", key="k", storage_class="GLACIER")

    assert "StorageClass" not in transport.params_of("PutObject")[0]


# -- parameters --------------------------------------------------------------------------------


def test_nothing_is_sent_that_was_not_asked_for(transport: MemoryTransport) -> None:
    provider_on(transport).upload(b"x", key="a/b.png")

    assert [
        ("PutObject", {"Bucket": "media", "Key": "a/b.png", "Body": b"x",
                       "ContentType": "image/png"}),
    ] == transport.sent  # fmt: skip


def test_every_option_reaches_the_request(transport: MemoryTransport) -> None:
    provider = provider_on(
        transport,
        acl="private",
        storage_class="STANDARD_IA",
        encryption=Encryption(type="aws:kms", kms_key_id="key-1"),
        tags={"key with spaces": "a=b+c", "team": "wéb"},
        extra_params=ExtraParams(
            upload={"CacheControl": "max-age=60"}, upload_stream={"CacheControl": "no-store"}
        ),
    )

    provider.upload(b"x", key="k", metadata={"Author": "me"}, download_name="ü.png")
    provider.upload(iter([b"x"]), key="k")

    put, stream = transport.params_of("PutObject")
    assert {
        "ACL": "private",
        "StorageClass": "STANDARD_IA",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "key-1",
        "Tagging": "key%20with%20spaces=a%3Db%2Bc&team=w%C3%A9b",
        "CacheControl": "max-age=60",
        "Metadata": {"author": "me"},
        "ContentDisposition": "attachment; filename=\"_.png\"; filename*=UTF-8''%C3%BC.png",
    }.items() <= put.items()
    assert "no-store" == stream["CacheControl"]


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        # The check values of the CRC catalogue for "123456789", and SHA digests by sha1sum and
        # sha256sum, in base64.
        ("CRC32", "y/Q5Jg=="),
        ("CRC32C", "4waSgw=="),
        ("CRC64NVME", "rosUhgp5mIg="),
        ("SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
        ("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    ],
)
def test_a_checksum_is_sent_as_a_plain_parameter(
    transport: MemoryTransport, algorithm: Any, digest: str
) -> None:
    stored = provider_on(transport).upload(b"123456789", key="k", checksum_algorithm=algorithm)

    put = transport.params_of("PutObject")[0]
    assert digest == put[f"Checksum{algorithm}"]
    assert "ChecksumAlgorithm" not in put
    assert (algorithm, digest) == (stored.checksum_algorithm, stored.checksum)


def test_parts_carry_their_checksums_and_complete_lists_them(transport: MemoryTransport) -> None:
    provider_on(transport).upload(pieces(6 * MIB), key="k", checksum_algorithm="SHA256")

    create = transport.params_of("CreateMultipartUpload")[0]
    parts = {part["PartNumber"]: part for part in transport.params_of("UploadPart")}
    listed = transport.params_of("CompleteMultipartUpload")[0]["MultipartUpload"]["Parts"]
    assert "SHA256" == create["ChecksumAlgorithm"]
    assert all("ChecksumAlgorithm" not in part for part in parts.values())
    assert [
        {"PartNumber": n, "ETag": f'"{md5(parts[n]["Body"])}"',
         "ChecksumSHA256": parts[n]["ChecksumSHA256"]}
        for n in (1, 2)
    ] == listed  # fmt: skip


def test_crc64nvme_covers_the_whole_object(transport: MemoryTransport) -> None:
    from awscrt.checksums import crc64nvme

    stored = provider_on(transport).upload(pieces(6 * MIB), key="k", checksum_algorithm="CRC64NVME")

    import base64

    expected = base64.b64encode(crc64nvme(whole(6 * MIB)).to_bytes(8, "big")).decode()
    complete = transport.params_of("CompleteMultipartUpload")[0]
    assert (expected, "FULL_OBJECT") == (complete["ChecksumCRC64NVME"], complete["ChecksumType"])
    assert expected == stored.checksum


class Scans:
    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, StoredObject, StoredObject]:
        upload.source.read(3)
        return (yield)


def test_what_a_wrapper_has_read_away_is_not_left_out_in_silence(
    transport: MemoryTransport,
) -> None:
    media = provider_on(transport).with_layer(Scans())
    with pytest.raises(PluginError, match=r"source\.peek\(\) leaves the bytes there"):
        media.upload(b"important", key="k")
    assert not transport.objects
