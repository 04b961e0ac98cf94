"""Multipart uploads: the rules on parts, their digests, and what the server calls the result."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from bucketry_s3.testing import AWS_LIKE, Personality, StandIn
from standin.wire import client_for, refusal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Parts of a few bytes, so that the rules are quick to try. Checksums are sent where a test says so.
SMALL = evolve(AWS_LIKE, part_size_min=4, habits=evolve(AWS_LIKE.habits, adds_checksum=False))


@pytest.fixture
def small(start_stand_in: Callable[..., StandIn]) -> StandIn:
    return start_stand_in(SMALL, buckets=["media"])


@pytest.fixture
def client(small: StandIn) -> Any:
    client = plain(small)
    yield client
    client.close()


def plain(server: StandIn) -> S3Client:
    return client_for(server, request_checksum_calculation="when_required")


def begin(client: S3Client, key: str = "a", **params: Any) -> dict[str, Any]:
    """Begin an upload without any checksum; boto3 would ask for CRC32 by itself."""
    upload_id = client.create_multipart_upload(Bucket="media", Key=key, **params)["UploadId"]
    return {"Bucket": "media", "Key": key, "UploadId": upload_id}


def put(client: S3Client, upload: dict[str, Any], *parts: bytes) -> list[Any]:
    """Upload parts numbered from 1 and return what Complete wants of them."""
    return [
        {
            "PartNumber": number,
            "ETag": client.upload_part(**upload, PartNumber=number, Body=data)["ETag"],
        }
        for number, data in enumerate(parts, start=1)
    ]


def complete(client: S3Client, upload: dict[str, Any], parts: list[Any], **params: Any) -> Any:
    return client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **params)


def code(client: S3Client, upload: dict[str, Any], parts: list[Any], **params: Any) -> Any:
    return refusal(lambda: complete(client, upload, parts, **params))


def test_parts_make_an_object(small: StandIn, client: S3Client) -> None:
    upload = begin(client, ContentType="text/plain", Metadata={"m": "v"}, Tagging="t=1")
    done = complete(client, upload, put(client, upload, b"aaaa", b"bbbb", b"c"))
    stored = small.objects("media")["a"]
    assert stored.data == b"aaaabbbbc"
    assert stored.headers["Content-Type"] == "text/plain"
    assert (stored.metadata, stored.tags) == ({"m": "v"}, {"t": "1"})
    assert stored.part_sizes == (4, 4, 1)
    digests = b"".join(hashlib.md5(part).digest() for part in (b"aaaa", b"bbbb", b"c"))
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    assert client.head_object(Bucket="media", Key="a")["ETag"] == done["ETag"]
    assert small.open_uploads("media") == []


def test_boto3_uploads_a_large_file_in_parts_with_trailers(aws: StandIn, s3: S3Client) -> None:
    body = bytes(range(256)) * 4096 * 9  # 9 MiB: parts of 8 MiB and 1 MiB
    s3.upload_fileobj(io.BytesIO(body), "media", "big")
    stored = aws.objects("media")["big"]
    assert stored.data == body
    first, last = body[: 8 << 20], body[8 << 20 :]
    joined = b"".join(zlib.crc32(part).to_bytes(4, "big") for part in (first, last))
    composite = base64.b64encode(zlib.crc32(joined).to_bytes(4, "big")).decode()
    assert stored.checksums == {"CRC32": f"{composite}-2"}
    assert stored.checksum_type == "COMPOSITE"
    s3.download_fileobj("media", "big", out := io.BytesIO())
    assert out.getvalue() == body


def test_a_part_can_be_uploaded_again(small: StandIn, client: S3Client) -> None:
    upload = begin(client)
    put(client, upload, b"xxxx", b"y")
    complete(client, upload, put(client, upload, b"aaaa", b"b"))
    assert small.objects("media")["a"].data == b"aaaab"


def test_only_the_named_parts_count(small: StandIn, client: S3Client) -> None:
    upload = begin(client)
    parts = put(client, upload, b"aaaa", b"bbbb", b"cccc")
    complete(client, upload, [parts[0], parts[2]])
    assert small.objects("media")["a"].data == b"aaaacccc"


def test_parts_must_come_in_order(client: S3Client) -> None:
    upload = begin(client)
    first, second = put(client, upload, b"aaaa", b"bbbb")
    assert code(client, upload, [second, first]) == (400, "InvalidPartOrder")
    assert code(client, upload, [first, first]) == (400, "InvalidPartOrder")


def test_parts_must_be_there_with_their_etag(small: StandIn, client: S3Client) -> None:
    upload = begin(client)
    (part,) = put(client, upload, b"aaaa")
    assert code(client, upload, [{**part, "PartNumber": 2}]) == (400, "InvalidPart")
    assert code(client, upload, [{**part, "ETag": '"' + "0" * 32 + '"'}]) == (400, "InvalidPart")
    assert code(client, upload, []) == (400, "MalformedXML")
    assert small.objects("media") == {}
    complete(client, upload, [part])


def test_all_but_the_last_part_have_a_minimum_size(client: S3Client) -> None:
    upload = begin(client)
    assert code(client, upload, put(client, upload, b"aaa", b"bbbb")) == (400, "EntityTooSmall")
    complete(client, upload, put(client, upload, b"aaaa", b"b"))


def test_a_part_has_a_maximum_size(start_stand_in: Callable[..., StandIn]) -> None:
    server = start_stand_in(evolve(SMALL, part_size_max=8), buckets=["media"])
    client = plain(server)
    upload = begin(client)
    put(client, upload, b"x" * 8)
    assert refusal(lambda: put(client, upload, b"x" * 9)) == (400, "EntityTooLarge")
    client.close()


@pytest.mark.parametrize("number", [0, 4])
def test_part_numbers_have_bounds(start_stand_in: Callable[..., StandIn], number: int) -> None:
    server = start_stand_in(evolve(SMALL, parts_max=3), buckets=["media"])
    client = plain(server)
    upload = begin(client)
    client.upload_part(**upload, PartNumber=3, Body=b"x")
    assert refusal(lambda: client.upload_part(**upload, PartNumber=number, Body=b"x")) == (
        400,
        "InvalidArgument",
    )
    client.close()


@pytest.mark.parametrize(
    ("parts", "equal"),
    [
        ([b"aaaa", b"bbbb", b"cc"], True),
        ([b"aaaa", b"bbbb", b"cccc"], True),
        ([b"aaaa"], True),
        ([b"aaaa", b"bbbbb", b"cc"], False),
        ([b"aaaa", b"bbbb", b"ccccc"], False),
        ([b"aaaa", b"bbbbbbbb"], False),
    ],
)
def test_some_servers_want_equal_parts(
    start_stand_in: Callable[..., StandIn], parts: list[bytes], equal: bool
) -> None:
    server = start_stand_in(evolve(SMALL, equal_parts=True), buckets=["media"])
    client = plain(server)
    upload = begin(client)
    named = put(client, upload, *parts)
    if equal:
        complete(client, upload, named)
        assert server.objects("media")["a"].data == b"".join(parts)
    else:
        assert code(client, upload, named) == (400, "InvalidPart")
        assert server.objects("media") == {}
    client.close()


def test_an_upload_that_is_over_is_unknown(small: StandIn, client: S3Client) -> None:
    upload = begin(client)
    put(client, upload, b"aaaa")
    assert [item.key for item in small.open_uploads("media")] == ["a"]
    client.abort_multipart_upload(**upload)
    assert small.open_uploads("media") == []
    part = {"PartNumber": 1, "ETag": '"x"'}
    for action in (
        lambda: client.abort_multipart_upload(**upload),
        lambda: client.upload_part(**upload, PartNumber=1, Body=b"x"),
        lambda: client.list_parts(**upload),
        lambda: complete(client, upload, [part]),
        lambda: client.upload_part(**{**begin(client), "Key": "other"}, PartNumber=1, Body=b"x"),
    ):
        assert refusal(action) == (404, "NoSuchUpload")


@pytest.mark.parametrize("again", [True, False])
def test_completing_twice(start_stand_in: Callable[..., StandIn], again: bool) -> None:
    personality = evolve(SMALL, habits=evolve(SMALL.habits, complete_again=again))
    server = start_stand_in(personality, buckets=["media"])
    client = plain(server)
    upload = begin(client)
    parts = put(client, upload, b"aaaa")
    first = complete(client, upload, parts)
    if again:
        assert complete(client, upload, parts)["ETag"] == first["ETag"]
    else:
        assert code(client, upload, parts) == (404, "NoSuchUpload")
    client.close()


def test_preconditions_on_complete(small: StandIn, client: S3Client) -> None:
    etag = client.put_object(Bucket="media", Key="a", Body=b"old")["ETag"]
    upload = begin(client)
    parts = put(client, upload, b"aaaa")
    assert code(client, upload, parts, IfNoneMatch="*") == (412, "PreconditionFailed")
    assert code(client, upload, parts, IfMatch='"other"') == (412, "PreconditionFailed")
    assert small.objects("media")["a"].data == b"old"
    assert len(small.open_uploads("media")) == 1
    complete(client, upload, parts, IfMatch=etag)
    assert small.objects("media")["a"].data == b"aaaa"


@pytest.mark.parametrize("treatment", ["refused", "ignored"])
def test_preconditions_on_complete_that_a_server_lacks(
    start_stand_in: Callable[..., StandIn], treatment: Any
) -> None:
    lacking = evolve(SMALL, complete_if_absent=treatment, complete_if_match=treatment)
    server = start_stand_in(lacking, buckets=["media"])
    client = plain(server)
    client.put_object(Bucket="media", Key="a", Body=b"old")
    upload = begin(client)
    parts = put(client, upload, b"aaaa")
    if treatment == "refused":
        assert code(client, upload, parts, IfNoneMatch="*") == (501, "NotImplemented")
        assert code(client, upload, parts, IfMatch='"x"') == (501, "NotImplemented")
    else:
        complete(client, upload, parts, IfNoneMatch="*")
        assert server.objects("media")["a"].data == b"aaaa"
    client.close()


def sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def test_part_checksums_are_verified_and_needed_by_complete(
    small: StandIn, client: S3Client
) -> None:
    upload = begin(client, ChecksumAlgorithm="SHA256")
    first, second = b"aaaa", b"bb"
    named = []
    for number, data in enumerate((first, second), start=1):
        answer = client.upload_part(
            **upload, PartNumber=number, Body=data, ChecksumSHA256=sha256(data)
        )
        assert answer["ChecksumSHA256"] == sha256(data)
        named.append({"PartNumber": number, "ETag": answer["ETag"]})
    wrong = refusal(
        lambda: client.upload_part(**upload, PartNumber=3, Body=b"!", ChecksumSHA256=sha256(b"?"))
    )
    assert wrong == (400, "BadDigest")
    assert code(client, upload, named) == (400, "InvalidRequest")  # the digests are missing
    full: Any = [
        {**part, "ChecksumSHA256": sha256(data)}
        for part, data in zip(named, (first, second), strict=True)
    ]
    swapped = [{**full[0], "ChecksumSHA256": sha256(second)}, full[1]]
    assert code(client, upload, swapped) == (400, "InvalidPart")
    joined = hashlib.sha256(first).digest() + hashlib.sha256(second).digest()
    assert code(client, upload, full, ChecksumSHA256=sha256(b"other")) == (400, "BadDigest")
    done = complete(client, upload, full, ChecksumSHA256=sha256(joined))
    assert done["ChecksumSHA256"] == f"{sha256(joined)}-2"
    assert done["ChecksumType"] == "COMPOSITE"


def test_a_part_with_another_algorithm_is_refused(client: S3Client) -> None:
    upload = begin(client, ChecksumAlgorithm="SHA1")
    mismatch = refusal(
        lambda: client.upload_part(**upload, PartNumber=1, Body=b"a", ChecksumSHA256=sha256(b"a"))
    )
    assert mismatch == (400, "InvalidRequest")


def test_an_upload_without_an_algorithm_takes_and_verifies_any(client: S3Client) -> None:
    upload = begin(client)
    part: Any = {**upload, "PartNumber": 1, "ChecksumSHA256": sha256(b"a")}
    assert refusal(lambda: client.upload_part(**part, Body=b"b")) == (400, "BadDigest")
    named = [{"PartNumber": 1, "ETag": client.upload_part(**part, Body=b"a")["ETag"]}]
    assert "ChecksumSHA256" not in complete(client, upload, named)


def test_a_full_object_checksum_is_verified(small: StandIn, client: S3Client) -> None:
    upload = begin(client, ChecksumAlgorithm="CRC64NVME")
    parts = put(client, upload, b"1234", b"56789")
    right = base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode()
    wrong = base64.b64encode(b"12345678").decode()
    assert code(client, upload, parts, ChecksumCRC64NVME=wrong) == (400, "BadDigest")
    done = complete(client, upload, parts, ChecksumCRC64NVME=right, ChecksumType="FULL_OBJECT")
    assert (done["ChecksumCRC64NVME"], done["ChecksumType"]) == (right, "FULL_OBJECT")


def test_a_checksum_type_that_does_not_fit_is_refused(client: S3Client) -> None:
    for algorithm, kind in (("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")):
        params: Any = {"ChecksumAlgorithm": algorithm, "ChecksumType": kind}
        assert refusal(lambda: begin(client, **params)) == (400, "InvalidRequest")  # noqa: B023


def test_the_size_that_complete_tells_must_be_right(client: S3Client) -> None:
    upload = begin(client)
    parts = put(client, upload, b"aaaa", b"b")
    assert code(client, upload, parts, MpuObjectSize=6) == (400, "InvalidRequest")
    complete(client, upload, parts, MpuObjectSize=5)


def test_parts_are_copied_from_other_objects(small: StandIn, client: S3Client) -> None:
    client.put_object(Bucket="media", Key="source", Body=b"0123456789")
    upload = begin(client)
    source: Any = {"Bucket": "media", "Key": "source"}
    named = []
    for number, span in enumerate(("bytes=0-3", "bytes=4-9"), start=1):
        result = client.upload_part_copy(
            **upload, PartNumber=number, CopySource=source, CopySourceRange=span
        )["CopyPartResult"]
        named.append({"PartNumber": number, "ETag": result["ETag"]})
    beyond = refusal(
        lambda: client.upload_part_copy(
            **upload, PartNumber=3, CopySource=source, CopySourceRange="bytes=8-10"
        )
    )
    assert beyond == (400, "InvalidArgument")
    complete(client, upload, named)
    assert small.objects("media")["a"].data == b"0123456789"


def test_parts_are_listed_in_pages(client: S3Client) -> None:
    upload = begin(client)
    put(client, upload, b"aaaa", b"bbbb", b"c")
    first = client.list_parts(**upload, MaxParts=2)
    assert [(part["PartNumber"], part["Size"]) for part in first["Parts"]] == [(1, 4), (2, 4)]
    assert first["IsTruncated"]
    rest = client.list_parts(**upload, PartNumberMarker=first["NextPartNumberMarker"])
    assert [part["PartNumber"] for part in rest["Parts"]] == [3]
    assert not rest["IsTruncated"]


def test_uploads_are_listed_in_pages(client: S3Client) -> None:
    ids = {key: begin(client, key)["UploadId"] for key in ("b", "a", "x/c")}
    first = client.list_multipart_uploads(Bucket="media", MaxUploads=1)
    assert [item["Key"] for item in first["Uploads"]] == ["a"]
    assert first["Uploads"][0]["UploadId"] == ids["a"]
    rest = client.list_multipart_uploads(
        Bucket="media",
        KeyMarker=first["NextKeyMarker"],
        UploadIdMarker=first["NextUploadIdMarker"],
    )
    assert [item["Key"] for item in rest["Uploads"]] == ["b", "x/c"]
    under = client.list_multipart_uploads(Bucket="media", Prefix="x/")
    assert [item["Key"] for item in under["Uploads"]] == ["x/c"]


@pytest.mark.parametrize(
    ("form", "location"),
    [
        ("url", "https://localhost:{port}/media/dir%2F%C3%BC%20b"),
        ("host-only", "media.localhost"),
        ("no-scheme", "localhost/media/dir/ü b"),
        ("bucket/key", "media/dir/ü b"),
        ("/bucket/key", "/media/dir/ü b"),
        ("request-host", "http://storage.internal:9000/media/dir/%C3%BC%20b"),
        ("absent", None),
    ],
)
def test_location_is_as_malformed_as_the_server_makes_it(
    start_stand_in: Callable[..., StandIn], form: str, location: str | None
) -> None:
    server = start_stand_in(evolve(SMALL, complete_location=form), buckets=["media"])
    client = plain(server)
    upload = begin(client, "dir/ü b")
    done = complete(client, upload, put(client, upload, b"a"))
    client.close()
    expected = location.format(port=server.port) if location else None
    assert done.get("Location") == expected


def test_some_servers_answer_complete_without_an_etag(
    start_stand_in: Callable[..., StandIn],
) -> None:
    silent: Personality = evolve(SMALL, habits=evolve(SMALL.habits, complete_etag=False))
    server = start_stand_in(silent, buckets=["media"])
    client = plain(server)
    upload = begin(client)
    assert complete(client, upload, put(client, upload, b"a"))["ETag"] == ""
    assert client.head_object(Bucket="media", Key="a")["ETag"].endswith('-1"')
    client.close()
