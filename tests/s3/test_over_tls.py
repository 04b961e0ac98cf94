"""The family over TLS, against a server that verifies signatures, lengths and digests."""

from __future__ import annotations

import os
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from bucketry import (
    AccessDenied,
    AlreadyExists,
    BadCredentials,
    BucketNotFound,
    IntegrityError,
    InvalidInput,
    NotFound,
    Provider,
    RateLimited,
    Rejected,
    StorageError,
    Unavailable,
    Unconfirmed,
    WrongRegion,
)
from bucketry_s3.testing import (
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    Alter,
    Drop,
    Reply,
    StandIn,
    Truncate,
    without_header,
)
from bucketry_s3.testing.faults import Fault
from bucketry_s3.transports.boto3 import Boto3Transport

MIB = 1 << 20

FAULTS: dict[str, Fault] = {
    "reset in the request": Drop("request", after=100),
    "applied, answer lost": Drop("answer"),
    "503 SlowDown": Reply.error(503, "SlowDown"),
    "500": Reply.error(500, "InternalError"),
    "applied, then 500": Reply.error(500, "InternalError", apply=True),
    "400 RequestTimeout": Reply.error(400, "RequestTimeout"),
    "409 conflict": Reply.error(409, "ConditionalRequestConflict"),
    "200 with an error": Reply.error(200, "InternalError"),
    "200 with a page": Reply(200, b"<html>Sign in to the hotel's network</html>"),
    "200, empty": Reply(200),
    "no ETag": without_header("ETag"),
}
Open = Callable[..., Provider]


@pytest.fixture(params=["sockets", "boto3"])
def transport_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def stream(size: int) -> Iterator[bytes]:
    for start in range(0, size, 999_983):
        yield bytes([start % 251]) * min(999_983, size - start)


# -- what reaches the wire ---------------------------------------------------------------------


def test_a_body_is_signed_and_never_sent_in_chunks_with_a_trailer(
    server: StandIn, open_on: Open
) -> None:
    provider = open_on()

    provider.upload(b"hello", key="small", checksum_algorithm="CRC32")
    provider.upload(stream(6 * MIB), key="large", checksum_algorithm="CRC32")

    puts = [r for r in server.requests if r.operation in ("PutObject", "UploadPart")]
    assert 3 == len(puts)
    for request in puts:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert "x-amz-trailer" not in headers
        assert "expect" not in headers
        assert "aws-chunked" not in headers.get("content-encoding", "")
        assert 64 == len(headers["x-amz-content-sha256"])
        assert int(headers["content-length"]) == request.body_length
        assert "x-amz-checksum-crc32" in headers


def test_no_checksum_is_sent_that_was_not_asked_for(server: StandIn, open_on: Open) -> None:
    provider = open_on()

    provider.upload(b"hello", key="k")
    provider.upload(stream(6 * MIB), key="large")
    provider.read("k")
    provider.delete_many(["k", "large"])

    for request in server.requests:
        sent = {name.lower() for name in request.headers}
        assert not {name for name in sent if name.startswith(("x-amz-checksum", "x-amz-sdk-ch"))}


def test_many_keys_are_deleted_with_a_content_md5(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    for number in range(3):
        provider.upload(b"x", key=f"k{number}")

    outcome = provider.delete_many([f"k{number}" for number in range(3)])

    assert ["k0", "k1", "k2"] == list(outcome.keys)
    assert {} == server.objects("media")
    (batch,) = [r for r in server.requests if r.operation == "DeleteObjects"]
    assert "content-md5" in {name.lower() for name in batch.headers}


def test_both_addressing_styles_store_and_read(
    server: StandIn, open_on: Open, localhost_names: None
) -> None:
    path, virtual = open_on(addressing="path"), open_on(addressing="virtual")

    stored = virtual.upload(b"v", key="a b.txt")
    path.upload(b"p", key="p.txt")

    assert f"https://media.localhost:{server.port}/a%20b.txt" == stored.url
    assert b"v" == path.read("a b.txt")
    assert b"p" == virtual.read("p.txt")
    hosts = {name.lower(): v for name, v in server.requests[0].headers.items()}["host"]
    assert f"media.localhost:{server.port}" == hosts


def test_a_dotted_bucket_is_sent_and_addressed_by_path(localhost_names: None) -> None:
    with StandIn(buckets=["my.media.io"]) as server:
        import bucketry

        settings = server.configuration("my.media.io", provider="s3", addressing="virtual")
        with bucketry.open_provider(settings) as provider:
            stored = provider.upload(b"x", key="k")
            signed = provider.sign("k").reveal()

        assert f"https://localhost:{server.port}/my.media.io/k" == stored.url
        assert signed.startswith(stored.url + "?")
        assert "/my.media.io/k" == server.requests[0].path


def test_urls_for_others_may_have_another_host(server: StandIn, open_on: Open) -> None:
    provider = open_on(public_endpoint="https://files.example.com")

    stored = provider.upload(b"x", key="k")

    assert "https://files.example.com/media/k" == stored.url
    assert provider.sign("k").reveal().startswith("https://files.example.com/media/k?X-Amz-")
    assert ["PutObject"] == [request.operation for request in server.requests]


def test_signing_makes_no_request(server: StandIn, open_on: Open) -> None:
    provider = open_on()

    provider.sign("k")
    provider.sign_many(["a", "b"])
    provider.url("k")
    provider.upload_ticket("k", max_size=10)

    assert [] == server.requests


# -- who we are --------------------------------------------------------------------------------


def test_nothing_from_the_environment_replaces_the_configured_identity(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAOTHER",
        "AWS_SECRET_ACCESS_KEY": "other",
        "AWS_SESSION_TOKEN": "other",
        "AWS_PROFILE": "no-such-profile",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_DEFAULT_REGION": "mars-1",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported",
    }.items():
        monkeypatch.setenv(name, value)

    open_on().upload(b"x", key="k")

    assert {"k"} == set(server.objects("media"))
    (request,) = server.requests
    authorization = {n.lower(): v for n, v in request.headers.items()}["authorization"]
    assert f"Credential={ACCESS_KEY_ID}/" in authorization
    assert "/us-east-1/s3/" in authorization


def test_ambient_credentials_are_used_where_they_are_asked_for(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
    provider = open_on(credentials="ambient")

    provider.upload(b"x", key="k")
    with urllib.request.urlopen(provider.url("k"), context=_trust(server)) as answer:
        assert b"x" == answer.read()


def test_missing_ambient_credentials_say_so(
    open_on: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(BadCredentials, match="no ambient credentials were found"):
        open_on(credentials="ambient").upload(b"x", key="k")


def _trust(server: StandIn) -> Any:
    import ssl

    return ssl.create_default_context(cafile=server.ca_bundle)


# -- what is wrong, in words -------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["upload", "head", "exists", "read", "list", "delete"])
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"bucket": "nowhere"}, BucketNotFound),
        ({"credentials": {"access_key_id": ACCESS_KEY_ID, "secret_access_key": "wrong"}},
         BadCredentials),
        ({"credentials": {"access_key_id": "AKIANOBODY", "secret_access_key": "wrong"}},
         BadCredentials),
        ({"region": "eu-west-3"}, WrongRegion),
    ],
    ids=["bucket", "secret", "key", "region"],
)  # fmt: skip
def test_a_wrong_setting_is_named_by_every_operation(
    open_on: Open, options: Any, kind: type[StorageError], operation: str
) -> None:
    """Also by HEAD, whose refusal has no body: a wrong bucket is no missing object."""
    provider = open_on(**options)
    calls: dict[str, Callable[[], object]] = {
        "upload": lambda: provider.upload(b"x", key="k"),
        "head": lambda: provider.head("k"),
        "exists": lambda: provider.exists("k"),
        "read": lambda: provider.read("k"),
        "list": lambda: list(provider.list()),
        "delete": lambda: provider.delete("k"),
    }

    with pytest.raises(kind) as caught:
        calls[operation]()

    assert caught.value.hint
    assert 's3 "s3": ' in str(caught.value)


def test_a_certificate_that_is_not_trusted_stops_everything(
    server: StandIn, open_on: Open, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    provider = open_on(ca_bundle=str(other))

    with pytest.raises(Rejected, match="certificate is not trusted") as caught:
        provider.upload(b"x", key="k")

    assert not caught.value.retryable
    assert "ca_bundle" in caught.value.hint

    assert {} == server.objects("media")


def test_an_unknown_native_parameter_is_refused_before_sending(
    server: StandIn, open_on: Open
) -> None:
    with pytest.raises(InvalidInput, match="CacheControll"):
        open_on().upload(b"x", key="k", extra_params={"CacheControll": "x"})

    assert [] == server.requests


# -- a bad day ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("create_only", [False, True], ids=["any", "create-only"])
def test_one_fault_is_survived_by_a_small_upload(
    server: StandIn, open_on: Open, fault: str, create_only: bool
) -> None:
    data = os.urandom(10_000)
    provider = open_on()
    server.faults.add("PutObject", FAULTS[fault])

    stored = provider.upload(data, key="k", prevent_overwrite=create_only)

    assert data == server.objects("media")["k"].data
    assert stored.etag == provider.head("k").etag


def test_a_bit_that_flips_on_the_way_is_noticed(server: StandIn, open_on: Open) -> None:
    server.faults.add("PutObject", Alter(request=lambda body: b"X" + body[1:]))

    open_on().upload(b"hello", key="k")

    assert b"hello" == server.objects("media")["k"].data


def test_bits_that_flip_again_and_again_are_told(server: StandIn, open_on: Open) -> None:
    flip = Alter(request=lambda body: b"X" + body[1:])
    server.faults.add("PutObject", flip, times=None)

    with pytest.raises(IntegrityError):
        open_on().upload(b"hello", key="k")

    assert {} == server.objects("media")


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_survived_by_a_large_upload(
    server: StandIn, open_on: Open, operation: str, fault: str
) -> None:
    provider = open_on()
    server.faults.add(operation, FAULTS[fault])

    try:
        stored = provider.upload(stream(6 * MIB), key="k")
    except Unavailable:
        # An answer that is no S3 server's is not repeated for ever; then nothing may be left.
        assert {} == server.objects("media")
    else:
        assert b"".join(stream(6 * MIB)) == server.objects("media")["k"].data
        assert 2 == stored.parts
    assert [] == server.open_uploads("media")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("503 SlowDown", RateLimited),
        ("500", Unavailable),
        ("reset in the request", StorageError),
        ("200 with a page", Unavailable),
    ],
)
def test_a_fault_that_stays_ends_with_the_deadline(
    server: StandIn,
    open_on: Open,
    fault: str,
    kind: type[StorageError],
) -> None:
    server.faults.add("PutObject", FAULTS[fault], times=None)
    server.faults.add("UploadPart", FAULTS[fault], times=None)
    provider = open_on()

    with pytest.raises(kind, match="Retrying may help"):
        provider.upload(bytes(1000), key="k")
    with pytest.raises(kind):
        provider.upload(stream(6 * MIB), key="k")

    assert {} == server.objects("media")
    assert [] == server.open_uploads("media")


def test_a_refusal_is_not_repeated(server: StandIn, open_on: Open) -> None:
    server.faults.add("PutObject", Reply.error(403, "AccessDenied"), times=None)

    with pytest.raises(AccessDenied):
        open_on().upload(b"hello", key="k")

    assert 1 == len(server.requests)


def test_a_download_goes_on_where_it_broke_off(
    server: StandIn, open_on: Open, tmp_path: Path
) -> None:
    provider = open_on()
    data = os.urandom(3 * MIB)
    provider.upload(data, key="k")
    server.faults.add("GetObject", Truncate(2 * MIB + 5))

    provider.download("k", tmp_path / "k")

    assert data == (tmp_path / "k").read_bytes()
    reads = [r for r in server.requests if r.operation == "GetObject"]
    assert 2 == len(reads)
    assert any(name.lower() == "range" for name in reads[1].headers)


def test_a_page_instead_of_an_object_is_no_object(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    server.faults.add("GetObject", Reply(200, b"<html>Sign in</html>"), times=None)
    server.faults.add("HeadObject", Reply(200), times=None)

    with pytest.raises(Unavailable, match="no ETag"):
        provider.read("k")
    with pytest.raises(Unavailable, match="no ETag"):
        provider.exists("k")


def test_a_delete_that_a_proxy_answers_has_not_happened(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    provider.upload(b"x", key="k")
    server.faults.add("DeleteObject", Reply(200, b"<html>Sign in</html>"))

    with pytest.raises(Unconfirmed):
        provider.delete("k")

    assert {"k"} == set(server.objects("media"))


# -- threads and processes ---------------------------------------------------------------------


def test_exactly_one_of_many_create_only_writers_wins(server: StandIn, open_on: Open) -> None:
    provider = open_on()
    won: list[int] = []
    lost: list[int] = []

    def write(number: int) -> None:
        try:
            provider.upload(f"writer {number}".encode(), key="k", prevent_overwrite=True)
        except AlreadyExists:
            lost.append(number)
        else:
            won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (1, 7) == (len(won), len(lost))
    assert f"writer {won[0]}".encode() == server.objects("media")["k"].data


def test_a_forked_child_has_its_own_connections(server: StandIn, open_on: Open) -> None:
    """A connection shared by two processes can give one the other's bytes."""
    provider = open_on()
    for number in range(4):
        provider.upload(str(number).encode() * 1000, key=f"k{number}")
    connections: Any = provider.layer(Boto3Transport).connections
    parents = list(connections._sessions.values())

    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        right = all(
            provider.read(f"k{n % 4}") == str(n % 4).encode() * 1000 for n in range(40)
        ) and not any(session in parents for session in connections._sessions.values())
        os.write(write, b"1" if right else b"0")
        os._exit(0)
    for n in range(40):
        assert str(n % 4).encode() * 1000 == provider.read(f"k{n % 4}")
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert b"1" == pipe.read()


def test_a_missing_object_is_not_found_by_every_reader(open_on: Open, tmp_path: Path) -> None:
    provider = open_on()
    for call in (provider.head, provider.open, provider.read):
        with pytest.raises(NotFound):
            call("nothing")
    with pytest.raises(NotFound):
        provider.download("nothing", tmp_path / "x")
    with pytest.raises(NotFound):
        provider.copy("nothing", "target")
    assert not provider.exists("nothing")
    provider.delete("nothing")
    assert not (tmp_path / "x").exists()
