"""The digest that goes along with an upload, and what is told of it afterwards."""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from awscrt import checksums

from bucketry import IntegrityError, Provider, Rejected, hookimpl
from bucketry_s3 import S3Answer, S3Request
from bucketry_s3.testing import (
    AWS_LIKE,
    Alter,
    Drop,
    StandIn,
    personality_of,
    without_header,
)
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import Bucket
from bucketry_vendors import aws, ceph, minio, r2

Open = Callable[..., Provider]

MIB = 1 << 20
BODY = b"hello"
LARGE = bytes(range(256)) * 4096 * 6
PAGES: dict[str, Any] = {"aws": aws, "ceph": ceph, "minio": minio, "r2": r2}


@pytest.fixture
def vendor() -> str:
    return "aws"


@pytest.fixture
def server(vendor: str) -> Iterator[StandIn]:
    with StandIn(personality_of(PAGES[vendor].vendor), buckets=["media", "kept"]) as running:
        yield running


@pytest.fixture(params=["sockets", "boto3"])
def transport_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(open_on: Open, server: StandIn, vendor: str, **options: Any) -> Provider:
    place = {"account_id": "a" * 32} if vendor == "r2" else {}
    region = {"region": server.region} if vendor == "aws" else {"region": None}
    return open_on(provider=vendor, capabilities=None, **place, **region, **options)


def sent(server: StandIn, operation: str) -> dict[str, str]:
    """Return the digests of the last request of its kind."""
    (*_, request) = (one for one in server.requests if one.operation == operation)
    return {
        name.removeprefix("x-amz-checksum-"): value
        for name, value in request.headers.items()
        if name.startswith("x-amz-checksum-") or name == "content-md5"
    }


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def crc64(data: bytes) -> str:
    return base64.b64encode(checksums.crc64nvme(data).to_bytes(8, "big")).decode()


# -- without a choice --------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", ["aws", "minio", "r2"])
def test_where_digests_are_verified_an_upload_has_one(
    server: StandIn, open_on: Open, vendor: str
) -> None:
    provider = opened(open_on, server, vendor)

    stored = provider.upload(BODY, key="k")

    assert {"crc32": crc32(BODY)} == sent(server, "PutObject")
    assert ("CRC32", crc32(BODY), "CRC32") == (
        stored.checksum_algorithm,
        stored.checksum,
        stored.verified,
    )
    assert {"CRC32": crc32(BODY)} == provider.head("k").checksums
    with provider.open("k") as reader:
        assert (BODY, "CRC32") == (reader.read(), reader.verified)


@pytest.mark.parametrize("vendor", ["aws", "r2"])
def test_parts_have_the_digest_of_the_whole_where_the_vendor_says_so(
    server: StandIn, open_on: Open, vendor: str
) -> None:
    provider = opened(open_on, server, vendor)

    stored = provider.upload(LARGE, key="k")

    assert {"algorithm": "CRC64NVME"} == sent(server, "CreateMultipartUpload")
    assert {"crc64nvme"} == sent(server, "UploadPart").keys()
    whole = {"crc64nvme": crc64(LARGE), "type": "FULL_OBJECT"}
    assert whole == sent(server, "CompleteMultipartUpload")
    assert ("CRC64NVME", crc64(LARGE), "CRC64NVME", 2) == (
        stored.checksum_algorithm,
        stored.checksum,
        stored.verified,
        stored.parts,
    )
    with provider.open("k") as reader:
        assert (LARGE, "CRC64NVME") == (reader.read(), reader.verified)


def payload(server: StandIn, operation: str) -> str:
    """Return what the signature of the last request of its kind says of the body."""
    (*_, request) = (one for one in server.requests if one.operation == operation)
    return str(request.headers["x-amz-content-sha256"])


@pytest.mark.parametrize("transport_name", ["sockets"])
@pytest.mark.parametrize(
    ("vendor", "algorithm", "left_out"),
    [
        ("aws", None, True),
        ("aws", "CRC64NVME", True),
        ("aws", "SHA256", False),
        ("aws", "CRC32", False),
        ("minio", "CRC64NVME", True),
        ("minio", None, False),
    ],
)
def test_a_verified_digest_of_64_bits_spares_parts_the_one_of_the_signature(
    server: StandIn, open_on: Open, vendor: str, algorithm: Any, left_out: bool
) -> None:
    opened(open_on, server, vendor).upload(LARGE, key="k", checksum_algorithm=algorithm)

    assert ("UNSIGNED-PAYLOAD" == payload(server, "UploadPart")) is left_out
    assert "UNSIGNED-PAYLOAD" != payload(server, "CompleteMultipartUpload")


@pytest.mark.parametrize("transport_name", ["sockets"])
@pytest.mark.parametrize(("vendor", "left_out"), [("aws", True), ("minio", False)])
def test_for_a_single_request_the_page_has_to_be_sure(
    server: StandIn, open_on: Open, vendor: str, left_out: bool
) -> None:
    provider = opened(open_on, server, vendor)
    provider.upload(BODY, key="k")
    assert "UNSIGNED-PAYLOAD" != payload(server, "PutObject")
    provider.upload(BODY, key="k", checksum_algorithm="CRC64NVME")
    assert ("UNSIGNED-PAYLOAD" == payload(server, "PutObject")) is left_out


@pytest.mark.parametrize("transport_name", ["sockets"])
@pytest.mark.parametrize(("algorithm", "verified"), [("CRC64NVME", None), ("CRC32", "SHA256")])
def test_what_neither_a_signature_nor_an_answer_proves_is_not_told(
    server: StandIn, open_on: Open, algorithm: Any, verified: str | None
) -> None:
    server.faults.add("PutObject", without_header(f"x-amz-checksum-{algorithm}"))
    stored = opened(open_on, server, "aws").upload(BODY, key="k", checksum_algorithm=algorithm)
    assert stored.verified == verified


@pytest.mark.parametrize("transport_name", ["sockets"])
@pytest.mark.parametrize("vendor", ["ceph", "aws"])
def test_digests_cover_every_byte_of_a_source_in_odd_steps(
    server: StandIn, open_on: Open, vendor: str
) -> None:
    """The server computes them anew, from what has come."""
    content = random.Random(1).randbytes(5 * MIB + 256 * 1024 + 1)
    steps = (content[at : at + 100_003] for at in range(0, len(content), 100_003))

    provider = opened(open_on, server, vendor)
    stored = provider.upload(steps, key="k")

    assert content == provider.read("k")
    assert ("SHA256" if vendor == "ceph" else "CRC64NVME") == stored.verified


class Looks:
    """Keeps what a request says of its signature, and sends nothing."""

    signs_body: bool | None = None

    @hookimpl
    def bucketry_s3_send(self, request: S3Request) -> S3Answer:
        self.signs_body = request.signs_body
        raise Rejected("seen enough")


@pytest.mark.parametrize("transport_name", ["sockets"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_without_tls_the_signature_covers_every_body(
    server: StandIn, open_on: Open, scheme: str
) -> None:
    looks = Looks()
    provider = opened(open_on, server, "aws", endpoint=f"{scheme}://localhost").with_layer(looks)
    with pytest.raises(Rejected, match="seen enough"):
        provider.upload(BODY, key="k", checksum_algorithm="CRC64NVME")
    assert looks.signs_body is (scheme == "http")


@pytest.mark.parametrize("vendor", ["minio"])
def test_parts_go_with_what_older_releases_know_too(
    server: StandIn, open_on: Open, vendor: str
) -> None:
    """Releases of MinIO from before 2025 refuse to begin an upload with CRC64NVME."""
    stored = opened(open_on, server, vendor).upload(LARGE, key="k")

    assert {"algorithm": "CRC32"} == sent(server, "CreateMultipartUpload")
    digests = b"".join(
        zlib.crc32(part).to_bytes(4, "big") for part in (LARGE[: 5 * MIB], LARGE[5 * MIB :])
    )
    assert ("CRC32", f"{crc32(digests)}-2", "CRC32") == (
        stored.checksum_algorithm,
        stored.checksum,
        stored.verified,
    )


@pytest.mark.parametrize("vendor", ["ceph"])
@pytest.mark.parametrize("body", [BODY, LARGE], ids=["one request", "parts"])
def test_elsewhere_an_upload_has_none(
    server: StandIn, open_on: Open, vendor: str, body: bytes
) -> None:
    stored = opened(open_on, server, vendor).upload(body, key="k")

    for operation in {request.operation for request in server.requests}:
        assert {} == sent(server, operation)
    # Each request was signed with the SHA-256 of its body, which this server compares.
    assert (None, None, "SHA256") == (stored.checksum_algorithm, stored.checksum, stored.verified)


@pytest.mark.parametrize(
    "given", [{"ChecksumSHA256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}, {}]
)
def test_a_digest_that_is_given_stays_the_only_one(
    server: StandIn, open_on: Open, given: dict[str, str]
) -> None:
    """Amazon S3 takes one."""
    provider = opened(open_on, server, "aws", checksum_algorithm=None if given else "SHA256")

    provider.upload(BODY, key="k", extra_params=given)

    assert {"sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="} == sent(server, "PutObject")


@pytest.mark.parametrize("body", [BODY, LARGE], ids=["one request", "parts"])
def test_a_bucket_that_locks_what_is_stored_takes_uploads(
    open_on: Open, server: StandIn, body: bytes
) -> None:
    locked = Bucket(name="media", retention=True)
    with StandIn(personality_of(aws.vendor), buckets=[locked]) as strict:
        place = {"endpoint": strict.endpoint, "ca_bundle": strict.ca_bundle}
        provider = opened(open_on, strict, "aws", **place)

        provider.upload(body, key="k")

        assert body == provider.read("k")


@pytest.mark.parametrize("body", [BODY, LARGE], ids=["one request", "parts"])
def test_parts_may_have_a_digest_of_the_whole_by_choice(
    server: StandIn, open_on: Open, body: bytes
) -> None:
    provider = opened(open_on, server, "aws", checksum_algorithm="CRC32")

    stored = provider.upload(body, key="k", extra_params={"ChecksumType": "FULL_OBJECT"})

    assert (crc32(body), "CRC32") == (stored.checksum, stored.verified)
    with provider.open("k") as reader:
        assert (body, "CRC32") == (reader.read(), reader.verified)


@pytest.mark.parametrize("keep", ["-2", ""])
def test_a_digest_that_cannot_be_compared_is_no_proof(
    server: StandIn, open_on: Open, keep: str
) -> None:
    """That of the whole where that of the parts was expected."""

    def other(response: Response) -> Response:
        digest = server.objects("media")["k"].checksums["SHA256"]
        told = f"{base64.b64encode(bytes(32)).decode()}{keep}"
        return attrs.evolve(response, body=response.body.replace(digest.encode(), told.encode()))

    provider = opened(open_on, server, "aws", checksum_algorithm="SHA256")
    server.faults.add("CompleteMultipartUpload", Alter(response=other))

    if keep:
        with pytest.raises(IntegrityError, match="another SHA256"):
            provider.upload(LARGE, key="k")
    else:
        assert "SHA256" == provider.upload(LARGE, key="k").verified  # of each request's body


# -- what is told afterwards -------------------------------------------------------------------


def test_another_digest_in_the_answer_is_no_success(server: StandIn, open_on: Open) -> None:
    def other(response: Response) -> Response:
        headers = {**response.headers, "x-amz-checksum-crc32": crc32(b"other")}
        return attrs.evolve(response, headers=headers)

    server.faults.add("PutObject", Alter(response=other))

    with pytest.raises(IntegrityError, match="another CRC32") as caught:
        opened(open_on, server, "aws").upload(BODY, key="k")

    assert caught.value.may_have_applied


def test_another_digest_of_the_whole_is_no_success(server: StandIn, open_on: Open) -> None:
    def other(response: Response) -> Response:
        body = response.body.replace(crc64(LARGE).encode(), crc64(b"other").encode())
        return attrs.evolve(response, body=body)

    server.faults.add("CompleteMultipartUpload", Alter(response=other))

    with pytest.raises(IntegrityError, match="another CRC64NVME"):
        opened(open_on, server, "aws").upload(LARGE, key="k")


@pytest.mark.parametrize("body", [BODY, LARGE], ids=["one request", "parts"])
def test_what_a_lost_answer_would_have_told_is_looked_up(
    server: StandIn, open_on: Open, body: bytes
) -> None:
    last = "PutObject" if body is BODY else "CompleteMultipartUpload"
    server.faults.add(last, Drop("answer"), times=None)

    stored = opened(open_on, server, "aws").upload(body, key="k")

    assert stored.verified == ("CRC32" if body is BODY else "CRC64NVME")
    assert body == server.objects("media")["k"].data


@pytest.mark.parametrize("vendor", ["aws", "ceph"])
def test_a_copy_is_compared_with_its_source(server: StandIn, open_on: Open, vendor: str) -> None:
    provider = opened(open_on, server, vendor)
    provider.upload(BODY, key="k")

    assert provider.copy("k", "copy").verified == ("CRC32" if vendor == "aws" else "MD5")
    assert provider.move("copy", "moved").verified == ("CRC32" if vendor == "aws" else "MD5")


def test_a_copy_that_nothing_compares_says_so(open_on: Open, server: StandIn) -> None:
    with StandIn(AWS_LIKE, buckets=["media"]) as generic:
        provider = open_on(endpoint=generic.endpoint, ca_bundle=generic.ca_bundle)
        provider.upload(LARGE, key="k")

        copied = provider.copy("k", "copy")

    assert (None, len(LARGE)) == (copied.verified, copied.size)


# -- bytes that arrive changed -------------------------------------------------------------------


def changed(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


@pytest.mark.parametrize("kind", ["bytes", "path", "file", "stream"])
@pytest.mark.parametrize("operation", ["PutObject", "UploadPart"])
def test_bytes_that_arrive_changed_are_sent_again(
    server: StandIn, open_on: Open, tmp_path: Path, operation: str, kind: str
) -> None:
    """Whatever they come from: they are sent from a buffer."""
    body = BODY if operation == "PutObject" else LARGE
    (tmp_path / "f").write_bytes(body)
    server.faults.add(operation, Alter(request=changed), times=2)

    with open(tmp_path / "f", "rb") as file:
        sources: dict[str, Any] = {
            "bytes": body,
            "path": tmp_path / "f",
            "file": file,
            "stream": iter([body[:3], body[3:]]),
        }
        opened(open_on, server, "aws").upload(sources[kind], key="k")

    assert body == server.objects("media")["k"].data


@pytest.mark.parametrize("body", [BODY, LARGE], ids=["one request", "parts"])
def test_a_line_that_changes_every_body_is_given_up(
    server: StandIn, open_on: Open, body: bytes
) -> None:
    operation = "PutObject" if body is BODY else "UploadPart"
    server.faults.add(operation, Alter(request=changed), times=None)

    with pytest.raises(IntegrityError, match=r"did not match|does not match") as caught:
        opened(open_on, server, "aws").upload(body, key="k")

    assert not caught.value.may_have_applied
    assert {} == server.objects("media")
    assert [] == server.open_uploads("media")


def test_a_batch_that_arrives_changed_is_sent_again(server: StandIn, open_on: Open) -> None:
    for key in ("a", "b"):
        server.put("media", key, BODY)
    server.faults.add("DeleteObjects", Alter(request=changed))

    outcome = opened(open_on, server, "aws").delete_many(["a", "b"])

    assert (["a", "b"], {}) == (list(outcome.keys), server.objects("media"))
