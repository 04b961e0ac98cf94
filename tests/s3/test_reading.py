"""What comes in is what is stored, or an error says that it is not."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from bucketry import (
    BadCredentials,
    BucketNotFound,
    ByteRange,
    IntegrityError,
    NotFound,
    Provider,
    Rejected,
    StorageError,
    Unavailable,
)
from bucketry.cancelling import Cancellation
from bucketry_s3 import BytesBody
from bucketry_s3.objects.stream import BodyStream
from bucketry_s3.testing import Alter, Reply, StandIn, Truncate
from bucketry_s3.testing.request import Response
from core.test_forking import in_child
from s3.scripted import Play, Scripted, answer

MIB = 1 << 20
Open = Callable[..., Provider]


@pytest.fixture(params=["sockets", "boto3"])
def transport_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def altered(**headers: str | None) -> Alter:
    """Answer with other headers; None leaves one out."""

    def change(response: Response) -> Response:
        kept = {**response.headers, **{n.replace("_", "-"): v for n, v in headers.items()}}
        return Response(
            status=response.status,
            headers={name: value for name, value in kept.items() if value is not None},
            body=response.body,
        )

    return Alter(response=change)


def on(server: Scripted, open_on: Open, **options: Any) -> Provider:
    return open_on(endpoint=server.endpoint, ca_bundle=None, **options)


# -- bytes that are not those that were stored -------------------------------------------------


def cut(body: bytes) -> bytes:
    return body[:50_000]


def flip(body: bytes) -> bytes:
    return b"X" + body[1:]


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_damage_on_the_way_in_is_noticed(
    server: StandIn, open_on: Open, tmp_path: Path, algorithm: Any
) -> None:
    """Also if the length was rewritten to match, as by a proxy that ends TLS."""
    provider = aws_on(server, open_on)
    provider.upload(b"A" * 100_000, key="k", checksum_algorithm=algorithm)

    for damage in (cut, flip):

        def change(response: Response, damage: Callable[[bytes], bytes] = damage) -> Response:
            body = damage(response.body)
            headers = {**response.headers, "Content-Length": str(len(body))}
            return attrs.evolve(response, body=body, headers=headers)

        server.faults.clear()
        server.faults.add("GetObject", Alter(response=change), times=None)
        with pytest.raises(IntegrityError, match=algorithm):
            provider.read("k")
        with pytest.raises(IntegrityError, match=algorithm):
            provider.download("k", tmp_path / "k")
        assert [] == list(tmp_path.iterdir())


def aws_on(server: StandIn, open_on: Open) -> Provider:
    """A vendor that is known to keep checksums; the generic one is not asked for them."""
    return open_on(provider="aws", capabilities=None)


def test_whole_parts_and_large_objects_are_read_with_checksums(
    server: StandIn, open_on: Open
) -> None:
    """The digest of parts' digests says nothing of the bytes; a range has no digest at all."""
    provider = aws_on(server, open_on)
    data = os.urandom(6 * MIB)
    provider.upload(iter([data]), key="composite", checksum_algorithm="SHA256")
    provider.upload(iter([data]), key="full", checksum_algorithm="CRC64NVME")

    assert data == provider.read("composite")
    assert data == provider.read("full")
    with provider.open("full", byte_range=ByteRange(start=5, stop=50)) as reader:
        assert data[5:50] == reader.read()
        assert {} == reader.info.checksums


def test_a_compressed_object_comes_as_it_was_stored(server: StandIn, open_on: Open) -> None:
    data = gzip.compress(b"hello" * 1000)
    provider = open_on()
    provider.upload(data, key="k.js", content_encoding="gzip")

    assert data == provider.read("k.js")
    assert "gzip" == provider.head("k.js").content_encoding


def test_another_range_than_was_asked_for_is_refused(server: StandIn, open_on: Open) -> None:
    server.put("media", "k", b"0123456789")
    ranged = {"ETag": '"e"', "Content-Range": "bytes 0-9/10"}
    provider = open_on()

    for byte_range in (ByteRange(start=2), ByteRange(start=0, stop=5), ByteRange(start=-4)):
        server.faults.clear()
        server.faults.add("GetObject", Reply(206, b"0123456789", headers=ranged))
        with pytest.raises(Rejected, match="bytes 0 to 9 came"):
            provider.open("k", byte_range=byte_range)
    server.faults.clear()
    server.faults.add("GetObject", Reply(200, b"0123456789", headers={"ETag": '"e"'}))
    with pytest.raises(Rejected, match="does not tell that it is one"):
        provider.open("k", byte_range=ByteRange(start=2))
    beyond = {**ranged, "Content-Range": f"bytes 0-{'9' * 5000}/10"}
    server.faults.clear()
    server.faults.add("GetObject", Reply(206, b"0123456789", headers=beyond), times=2)
    for start in (2, 20):
        with pytest.raises(Rejected, match="does not tell that it is one"):
            provider.open("k", byte_range=ByteRange(start=start))


def test_a_range_of_nothing_is_behind_its_end(server: StandIn, open_on: Open) -> None:
    server.put("media", "empty", b"")
    provider = open_on()

    for byte_range in (ByteRange(start=0, stop=10), ByteRange(start=-10)):
        with pytest.raises(Rejected, match="behind the object's end"):
            provider.open("empty", byte_range=byte_range)
    server.faults.add("GetObject", Reply(200, headers={"ETag": '"e"'}))
    with pytest.raises(Rejected, match="behind the object's end"):  # as MinIO answers
        provider.open("empty", byte_range=ByteRange(start=-10))
    server.faults.clear()
    assert b"" == provider.read("empty")


def test_an_etag_is_read_in_every_form(server: StandIn, open_on: Open) -> None:
    server.put("media", "k", b"x")
    provider = open_on()

    bare = "5d41402abc4b2a76b9719d911017c592"
    forms = {'"abc"': "abc", '"abc-2"': "abc-2", bare: bare, f"{bare}-3": f"{bare}-3", '"A"': "A"}
    for given, etag in forms.items():
        server.faults.clear()
        server.faults.add("HeadObject", altered(ETag=given))
        assert etag == provider.head("k").etag


def test_the_size_of_a_huge_object_is_told(server: StandIn, open_on: Open) -> None:
    server.put("media", "k", b"x")
    server.faults.add("HeadObject", altered(Content_Length="5497558138880"))

    assert 5 * 1024**4 == open_on().head("k").size


def test_an_answer_without_a_length_is_none_of_s3(open_on: Open) -> None:
    """A proxy that compresses sends chunks and no length; nothing tells a whole from a half."""
    head = answer('ETag: "e"', "Transfer-Encoding: chunked")
    with Scripted([head, b"5\r\nhello\r\n0\r\n\r\n"]) as server:
        provider = on(server, open_on)
        with pytest.raises(Unavailable, match="no ContentLength"):
            provider.read("k")
    with Scripted([answer('ETag: "e"')]) as server:
        provider = on(server, open_on)
        with pytest.raises(Unavailable, match="no ContentLength"):
            provider.head("k")


OF_HELLO = "5d41402abc4b2a76b9719d911017c592"  # printf hello | md5sum


def in_chunks(*chunks: bytes, etag: str, end: bytes = b"0\r\n\r\n") -> Play:
    pieces = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks]
    head = answer(f'ETag: "{etag}"', "Transfer-Encoding: chunked")
    return [head, b"".join(pieces) + end]


def looked_at(size: int, etag: str) -> Play:
    return [answer(f'ETag: "{etag}"', f"Content-Length: {size}")]


def test_chunks_are_read_where_a_head_tells_their_size(open_on: Open, tmp_path: Path) -> None:
    for etag, verified in ((OF_HELLO, "MD5"), ("e-2", None)):
        plays = [in_chunks(b"he", b"llo", etag=etag), looked_at(5, etag)]
        with Scripted(*plays) as server:
            provider = on(server, open_on)
            with provider.open("k") as reader:
                assert (5, b"hello", verified) == (reader.info.size, reader.read(), reader.verified)
        with Scripted(*plays) as server:
            on(server, open_on).download("k", tmp_path / "k")
            assert b"hello" == (tmp_path / "k").read_bytes()


def test_an_empty_object_may_come_in_chunks(open_on: Open) -> None:
    with Scripted(in_chunks(etag="e-2"), looked_at(0, "e-2")) as server:
        assert b"" == on(server, open_on).read("k")


def test_chunks_that_end_early_are_taken_up(open_on: Open) -> None:
    rest = answer('ETag: "e-2"', "Content-Range: bytes 2-4/5", "Content-Length: 3",
                  status="206 Partial Content")  # fmt: skip
    for end in (b"0\r\n\r\n", b""):
        plays = [in_chunks(b"he", etag="e-2", end=end), looked_at(5, "e-2"), [rest, b"llo"]]
        with Scripted(*plays) as server:
            assert b"hello" == on(server, open_on).read("k")


def test_more_chunks_than_the_object_has_bytes_are_no_object(open_on: Open) -> None:
    for extra in ((b"hello", b"!"), (b"hello!",)):
        with Scripted(in_chunks(*extra, etag="e-2"), looked_at(5, "e-2")) as server:
            provider = on(server, open_on)
            with provider.open("k") as reader, pytest.raises(IntegrityError, match="more bytes"):
                reader.read()


def test_chunks_of_another_object_than_the_one_looked_at_are_refused(open_on: Open) -> None:
    with Scripted(in_chunks(b"hello", etag="e-2"), looked_at(5, "f-2")) as server:
        provider = on(server, open_on)
        with pytest.raises(IntegrityError, match="replaced"):
            provider.open("k")


def test_a_range_in_chunks_tells_its_size(open_on: Open) -> None:
    head = answer('ETag: "e-2"', "Transfer-Encoding: chunked", "Content-Range: bytes 1-3/5",
                  status="206 Partial Content")  # fmt: skip
    with Scripted([head, b"3\r\nell\r\n0\r\n\r\n"]) as server:
        provider = on(server, open_on)
        with provider.open("k", byte_range=ByteRange(start=1, stop=4)) as reader:
            assert (5, b"ell") == (reader.info.size, reader.read())


def test_a_page_with_an_md5_for_its_etag_is_no_object(open_on: Open) -> None:
    """Where no header is S3's, an object's time has to be told as well."""
    etag = b'"5d41402abc4b2a76b9719d911017c592"'
    page = b"HTTP/1.1 200 OK\r\nETag: " + etag + b"\r\nContent-Length: 5\r\n\r\n"
    with Scripted([page]) as server, pytest.raises(Unavailable, match="the time of an object"):
        on(server, open_on).head("k")


# -- servers that are slow ---------------------------------------------------------------------


def test_a_server_that_drips_is_given_up(open_on: Open) -> None:
    """Every byte keeps the connection's own timeout from firing."""
    drip: list[bytes | float] = [b"x", 0.05] * 200
    with Scripted([answer('ETag: "e"', "Content-Length: 100000"), *drip]) as server:
        provider = on(server, open_on, deadline=1)
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"too slowly|time is up"):
            provider.read("k")
    assert time.monotonic() - began < 4


def test_the_time_between_reads_is_the_applications_own() -> None:
    class Prompt(BytesBody):
        def read(self, size: int, /) -> bytes:
            return super().read(1)

    stream = BodyStream(
        Prompt(b"xxx"), 3, 0.01, lambda received, deadline: BytesBody(), Cancellation()
    )
    assert b"x" == stream.read(1)
    time.sleep(0.05)
    assert b"xx" == stream.read()
    assert b"" == stream.read()


def test_a_body_that_stalls_is_taken_up_again(
    open_on: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.transports.sdk.READ_TIMEOUT", 0.1)
    data = os.urandom(MIB + 10)
    size, came = len(data), MIB + 5
    stalled: list[bytes | float] = [
        answer('ETag: "e"', f"Content-Length: {size}"),
        data[:came],
        0.3,
    ]
    rest: list[bytes | float] = [
        answer(
            'ETag: "e"', "Content-Length: 5", f"Content-Range: bytes {came}-{size - 1}/{size}",
            status="206 Partial Content",
        ),
        data[came:],
    ]  # fmt: skip
    with Scripted(stalled, rest) as server:
        on(server, open_on).download("k", tmp_path / "k")
    assert data == (tmp_path / "k").read_bytes()
    assert f"Range: bytes={came}-{size - 1}\r" in server.heads[1]


def test_a_reader_and_a_fork_of_it_read_nobody_elses_bytes(open_on: Open) -> None:
    data = os.urandom(300_000)

    def part(head: str) -> list[bytes | float]:
        start = int(head.partition("Range: bytes=")[2].partition("-")[0])
        told = f"Content-Range: bytes {start}-299999/300000"
        length = f"Content-Length: {300_000 - start}"
        return [answer('ETag: "e"', length, told, status="206 Partial Content"), data[start:]]

    with (
        Scripted(part) as server,
        on(server, open_on, allow_http=True).open("k", byte_range=ByteRange(start=0)) as reader,
    ):
        first = reader.read(10)

        def child() -> None:
            assert reader.read(100_000) == data[10:100_010]

        assert in_child(child) == 0
        assert first + reader.read() == data


def reads(provider: Provider, folder: Path) -> list[bytes]:
    """Return one object as each way of reading gives it."""
    with provider.open("k") as reader:
        opened = reader.read()
    with provider.open("k", byte_range=ByteRange(start=0)) as reader:
        ranged = reader.read()
    provider.download("k", folder / "k")
    return [provider.read("k"), opened, ranged, (folder / "k").read_bytes()]


def test_each_way_of_reading_takes_up_what_breaks_off(
    server: StandIn, open_on: Open, tmp_path: Path
) -> None:
    data = os.urandom(300_000)
    server.put("media", "k", data)
    for way in range(4):
        server.faults.add("GetObject", Truncate(100_000), nth=1 + 3 * way, times=2)

    assert [data] * 4 == reads(open_on(), tmp_path)
    ranges = [r.headers.get("range") for r in server.requests if r.operation == "GetObject"]
    assert [None, "bytes=100000-299999", "bytes=200000-299999"] == ranges[:3]


@pytest.fixture
def broken_off(server: StandIn, open_on: Open) -> tuple[bytes, dict[str, str]]:
    """Return an object's bytes and headers; the first answer with them breaks off."""
    data = os.urandom(300_000)
    server.put("media", "k", data)
    etag = open_on().head("k").etag
    server.faults.add("GetObject", Truncate(100_000))
    return data, {"ETag": f'"{etag}"', "x-amz-request-id": "1", "Content-Length": "300000"}


def test_a_part_that_does_not_say_which_is_not_taken_for_the_whole(
    server: StandIn, open_on: Open, broken_off: tuple[bytes, dict[str, str]]
) -> None:
    data, headers = broken_off
    server.faults.add("GetObject", Reply(206, data, headers=headers), nth=2)

    with open_on().open("k") as reader, pytest.raises(Rejected, match="does not tell that it is"):
        reader.read()


def test_a_server_that_answers_the_rest_with_the_whole_is_heard_again(
    server: StandIn, open_on: Open, broken_off: tuple[bytes, dict[str, str]]
) -> None:
    data, whole = broken_off
    server.faults.add("GetObject", Reply(200, data, headers=whole), nth=2)
    server.faults.add("GetObject", Truncate(100_000), nth=3)
    other = Reply(200, bytes(300_000), headers=whole | {"ETag": '"e"'})
    server.faults.add("GetObject", other, nth=4)

    assert data == open_on().read("k")
    with open_on().open("k") as reader, pytest.raises(IntegrityError, match="replaced"):
        reader.read()


def test_what_always_breaks_off_ends_in_time(server: StandIn, open_on: Open) -> None:
    server.put("media", "k", bytes(1000))
    server.faults.add("GetObject", Truncate(0), times=None)
    began = time.monotonic()

    with pytest.raises(Unavailable):
        open_on(deadline=1).read("k")
    assert time.monotonic() - began < 4


def replaced(server: StandIn, body: bytes) -> None:
    """Break the next answer off, and replace the object before the one after it."""

    def other(response: Response) -> Response:
        server.put("media", "k", body)
        return attrs.evolve(response, status=500, headers={}, body=b"")

    server.faults.clear()
    server.faults.add("GetObject", Truncate(1000))
    server.faults.add("GetObject", Alter(response=other), nth=2)


@pytest.mark.parametrize("body", [b"B" * 300_000, b"B" * 10])
def test_two_objects_are_never_pieced_together(
    server: StandIn, open_on: Open, tmp_path: Path, body: bytes
) -> None:
    provider = open_on()
    server.put("media", "k", b"A" * 300_000)
    replaced(server, body)
    with provider.open("k") as reader, pytest.raises(IntegrityError, match="was replaced"):
        reader.read()

    for get in (provider.read, lambda key: downloaded(provider, key, tmp_path)):
        server.put("media", "k", b"A" * 300_000)
        replaced(server, body)
        assert body == get("k")


def downloaded(provider: Provider, key: str, folder: Path) -> bytes:
    provider.download(key, folder / "k")
    return (folder / "k").read_bytes()


def test_without_a_checksum_the_md5_is_compared(
    server: StandIn, open_on: Open, tmp_path: Path
) -> None:
    server.put("media", "k", b"A" * 100_000)
    provider = open_on()

    def damaged(response: Response) -> Response:
        return attrs.evolve(response, body=flip(response.body))

    server.faults.add("GetObject", Alter(response=damaged))
    assert b"A" * 100_000 == provider.read("k")
    server.faults.add("GetObject", Alter(response=damaged), times=None)
    with pytest.raises(IntegrityError, match="MD5"):
        provider.read("k")
    with provider.open("k") as reader, pytest.raises(IntegrityError, match="MD5"):
        reader.read()
    with pytest.raises(IntegrityError, match="MD5"):
        provider.download("k", tmp_path / "k")


def test_an_etag_that_is_no_md5_is_not_compared(server: StandIn, open_on: Open) -> None:
    server.put("media", "k", b"hello")
    provider = open_on()
    no_md5 = "0" * 32
    for headers in (
        {"ETag": f'"{no_md5}"', "x_amz_server_side_encryption": "aws:kms"},
        {"ETag": f'"{no_md5}"', "x_amz_server_side_encryption_customer_algorithm": "AES256"},
        {"ETag": f'"{no_md5}-2"'},
        {"ETag": '"CPjN0LGc"', "x_amz_request_id": "1"},
    ):
        server.faults.clear()
        server.faults.add("GetObject", altered(**headers))
        with provider.open("k") as reader:
            assert b"hello" == reader.read()
            assert reader.verified is None


def told_while_reading(provider: Provider, byte_range: ByteRange | None) -> list[str | None]:
    """Return what is said to be verified at the start, in the middle and at the end."""
    with provider.open("k", byte_range=byte_range) as reader:
        return [reader.verified for size in (0, 2, -1) if reader.read(size) or not size]


@pytest.mark.parametrize("algorithm", [None, "SHA256", "CRC64NVME"])
def test_what_was_compared_is_told(
    server: StandIn, open_on: Open, tmp_path: Path, algorithm: Any
) -> None:
    provider = aws_on(server, open_on)
    provider.upload(b"hello", key="k", checksum_algorithm=algorithm)
    name = algorithm or "CRC32"

    assert [None, None, name] == told_while_reading(provider, None)
    assert [None, None, None] == told_while_reading(provider, ByteRange(start=0))
    assert name == provider.download("k", tmp_path / "k").verified
    assert provider.head("k").verified is None


# -- connections -------------------------------------------------------------------------------


def test_a_connection_is_used_again_when_a_body_was_read(server: StandIn, open_on: Open) -> None:
    for number in range(5):
        server.put("media", f"k{number}", bytes(300_000 * number))
    provider = open_on()
    connections = count_connections(server)

    for number in range(5):
        assert bytes(300_000 * number) == provider.read(f"k{number}")
        with provider.open(f"k{number}") as reader:
            assert 300_000 * number == sum(map(len, reader.chunks()))

    assert 1 == len(connections)


def count_connections(server: StandIn) -> set[object]:
    """Return a set that gets every connection that is opened from now on."""
    seen: set[object] = set()
    track = server._server.track

    def noted(connection: Any) -> None:
        seen.add(connection)
        track(connection)

    server._server.track = noted  # type: ignore[method-assign]
    return seen


def test_a_reader_that_is_left_early_costs_its_connection_only(
    server: StandIn, open_on: Open
) -> None:
    server.put("media", "k", bytes(3 * MIB))
    provider = open_on()

    for _ in range(50):
        with provider.open("k") as reader:
            assert bytes(10) == reader.read(10)
    assert len(server._server._open) < 10
    assert bytes(3 * MIB) == provider.read("k")


# -- what a HEAD does not say ------------------------------------------------------------------


def test_a_key_pair_that_may_not_look_at_the_bucket_sees_what_is_missing(
    server: StandIn, open_on: Open
) -> None:
    for operation in ("HeadBucket", "ListObjectsV2"):
        server.faults.add(operation, Reply.error(403, "AccessDenied"), times=None)
    provider = open_on()

    assert not provider.exists("nothing")
    with pytest.raises(NotFound):
        provider.head("nothing")
    # Only the first one is asked about again: its answer has shown that the bucket is there.
    looked = ["HeadObject", "GetObject", "HeadObject"]
    assert looked == [request.operation for request in server.requests]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("XAdminUserNotFound", BadCredentials),
        ("InvalidAccessKeyId", BadCredentials),
        ("NoSuchBucket", BucketNotFound),
        ("NoSuchKey", NotFound),
    ],
)
def test_a_404_to_the_first_head_is_asked_for_its_reason(
    server: StandIn, open_on: Open, code: str, kind: type[StorageError]
) -> None:
    """A Versity gateway answers 404 to key pairs that it does not know."""
    server.faults.add("HeadObject", Reply(404), times=None)
    server.faults.add("GetObject", Reply.error(404, code), times=None)

    with pytest.raises(kind) as caught:
        open_on().head("k")

    assert type(caught.value) is kind


def test_an_empty_object_that_was_refused_for_a_moment_is_looked_at_again(
    server: StandIn, open_on: Open
) -> None:
    server.put("media", "k", b"")
    server.faults.add("HeadObject", Reply(403))

    assert 0 == open_on().head("k").size
