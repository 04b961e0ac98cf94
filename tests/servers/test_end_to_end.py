"""Storing files on a real server over TLS: what arrives, where it is, what is left of a failure."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest
from botocore.exceptions import ClientError

from bucketry import (
    AlreadyExists,
    ConfigError,
    IntegrityError,
    PreconditionFailed,
    Provider,
    Unsupported,
)
from bucketry.model import ChecksumAlgorithm
from servers.samples import DATA, PART, Fetch, Open, pieces, require_server
from servers.server import Endpoint

require_server()

pytestmark = pytest.mark.server


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def multipart_etag(*parts: bytes) -> str:
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    return f"{md5(digests)}-{len(parts)}"


def test_bytes_come_back_with_type_and_metadata(addressed: Provider) -> None:
    stored = addressed.upload(
        b"hello", key="notes/a.txt", metadata={"Author": "me"}, cache_control="max-age=60"
    )
    assert (stored.key, stored.size, stored.parts) == ("notes/a.txt", 5, 0)
    assert stored.etag == "5d41402abc4b2a76b9719d911017c592"
    with addressed.open("notes/a.txt") as reader:
        assert reader.read() == b"hello"
        assert reader.info.content_type == "text/plain"
    info = addressed.head("notes/a.txt")
    assert (info.size, info.etag, info.cache_control) == (5, stored.etag, "max-age=60")
    assert info.metadata == {"author": "me"}


def test_the_url_is_the_endpoint_bucket_and_key(
    open_provider: Open, endpoint: Endpoint, bucket: str, root: str
) -> None:
    for provider, base in (
        (open_provider(), f"{endpoint.url}/{bucket}"),
        (
            open_provider(addressing="virtual"),
            endpoint.virtual_url.replace("https://", f"https://{bucket}."),
        ),
    ):
        small = provider.upload(b"x", key="a b/ü.txt")
        large = provider.upload(DATA, key="a b/ü.txt")
        assert large.parts == 3
        assert small.url == large.url == f"{base}/{root}/a%20b/%C3%BC.txt"


def test_a_file_in_three_parts_comes_back(addressed: Provider, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(DATA)
    moved: list[int] = []
    stored = addressed.upload(path, key="film.mp4", progress=moved.append)
    assert (stored.size, stored.parts, sum(moved)) == (len(DATA), 3, len(DATA))
    assert stored.etag == multipart_etag(DATA[:PART], DATA[PART : 2 * PART], DATA[2 * PART :])
    assert addressed.read("film.mp4") == DATA
    assert addressed.head("film.mp4").content_type == "video/mp4"


@pytest.mark.parametrize(
    ("size", "parts"), [(0, 0), (1, 0), (PART, 0), (PART + 1, 2), (2 * PART, 2), (2 * PART + 1, 3)]
)
def test_a_stream_of_unknown_length_comes_back(provider: Provider, size: int, parts: int) -> None:
    stored = provider.upload(pieces(DATA[:size]), key="stream.bin")
    assert (stored.size, stored.parts) == (size, parts)
    assert provider.read("stream.bin") == DATA[:size]


def test_empty_bytes_and_an_empty_file_are_objects(provider: Provider, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.touch()
    provider.upload(b"", key="empty-bytes")
    provider.upload(path, key="empty-file")
    assert provider.head("empty-bytes").size == provider.head("empty-file").size == 0
    assert provider.read("empty-bytes") == provider.read("empty-file") == b""


@pytest.mark.parametrize("left", [False, True])
def test_a_stream_that_breaks_leaves_nothing_unless_asked_to(
    open_provider: Open, admin: Any, bucket: str, root: str, left: bool
) -> None:
    def broken() -> Iterator[bytes]:
        yield DATA
        raise OSError("the camera was unplugged")

    provider = open_provider(multipart={"part_size": PART, "leave_parts_on_error": left})
    with pytest.raises(OSError, match="the camera was unplugged"):
        provider.upload(broken(), key="broken.bin")
    assert not provider.exists("broken.bin")
    # The whole key, because MinIO finds unfinished uploads by nothing else.
    unfinished = admin.list_multipart_uploads(Bucket=bucket, Prefix=f"{root}/broken.bin")
    assert len(unfinished.get("Uploads", [])) == left


@pytest.mark.parametrize("algorithm", get_args(ChecksumAlgorithm))
@pytest.mark.parametrize("size", [5, 2 * PART + 1])
def test_a_checksum_is_accepted(
    provider: Provider,
    endpoint: Endpoint,
    profile: str,
    algorithm: ChecksumAlgorithm,
    size: int,
) -> None:
    if profile == "ceph":  # its page knows that the server ignores them
        with pytest.raises(Unsupported):
            provider.upload(DATA[:size], key="sum.bin", checksum_algorithm=algorithm)
        return
    stored = provider.upload(DATA[:size], key="sum.bin", checksum_algorithm=algorithm)
    # Told as verified only where the page or the server's answer says so.
    keeps = endpoint.server in ("minio", "versitygw")
    assert stored.checksum_algorithm == (algorithm if keeps else None)
    assert provider.read("sum.bin") == DATA[:size]


def test_a_wrong_checksum_is_refused_where_the_server_compares(
    provider: Provider, endpoint: Endpoint
) -> None:
    wrong = base64.b64encode(hashlib.sha256(b"something else").digest()).decode()
    params = {"ChecksumSHA256": wrong}
    if endpoint.server == "ceph":  # Pacific ignores checksum headers
        provider.upload(b"hello", key="a.txt", extra_params=params)
        assert provider.read("a.txt") == b"hello"
        return
    with pytest.raises(IntegrityError):
        provider.upload(b"hello", key="a.txt", extra_params=params)
    assert not provider.exists("a.txt")


@pytest.fixture
def careful(open_provider: Open, profile: str) -> Provider:
    """A provider that overwrites nothing by itself."""
    if profile == "ionos":
        with pytest.raises(ConfigError, match="not known to honour If-None-Match"):
            open_provider(prevent_overwrite=True)
        return open_provider(
            provider="s3", prevent_overwrite=True, capabilities={"put_if_absent": "enforced"}
        )
    return open_provider(prevent_overwrite=True)


def test_prevent_overwrite_keeps_what_is_there(careful: Provider) -> None:
    careful.upload(b"first", key="a.txt")
    for again in (b"second", DATA, pieces(DATA)):
        with pytest.raises(AlreadyExists):
            careful.upload(again, key="a.txt")
    assert careful.read("a.txt") == b"first"


def test_replace_overwrites_also_where_overwriting_is_prevented(careful: Provider) -> None:
    careful.upload(b"first", key="a.txt")
    careful.replace("a.txt", b"second")
    assert careful.read("a.txt") == b"second"
    moved = careful.replace("a.txt", b"third", new_key="b.txt")
    assert careful.read(moved.key) == b"third"
    assert not careful.exists("a.txt")


def test_replace_of_a_named_version(provider: Provider, endpoint: Endpoint, profile: str) -> None:
    first = provider.upload(b"first", key="a.txt")
    if endpoint.server == "swift":
        with pytest.raises(Unsupported):
            provider.replace("a.txt", b"second", if_match=first.etag)
        return
    if profile == "ionos":  # Ceph wants the ETag without quotes; whether IONOS does is unknown
        with pytest.raises(PreconditionFailed):
            provider.replace("a.txt", b"second", if_match=first.etag)
        assert provider.read("a.txt") == b"first"
        return
    provider.replace("a.txt", b"second", if_match=first.etag)
    with pytest.raises(PreconditionFailed):
        provider.replace("a.txt", b"third", if_match=first.etag)
    assert provider.read("a.txt") == b"second"


@pytest.mark.parametrize("size", [5, 2 * PART + 1])
def test_tags_are_stored(
    provider: Provider,
    admin: Any,
    bucket: str,
    root: str,
    endpoint: Endpoint,
    size: int,
) -> None:
    tags = {"team": "web app", "cost": "a+b=c"}
    if endpoint.server == "swift":
        with pytest.raises(Unsupported):
            provider.upload(DATA[:size], key="a.bin", tags=tags)
        return
    provider.upload(DATA[:size], key="a.bin", tags=tags)
    answer = admin.get_object_tagging(Bucket=bucket, Key=f"{root}/a.bin")
    assert {tag["Key"]: tag["Value"] for tag in answer.get("TagSet", [])} == tags


def test_a_public_acl_opens_the_plain_url(
    open_provider: Open, fetch: Fetch, endpoint: Endpoint
) -> None:
    if endpoint.server != "ceph":
        pytest.skip(f"{endpoint.server} opens no single object to everybody")
    public = open_provider(visibility="public", acl="public-read")
    private = open_provider(acl="private")
    url = public.upload(b"for all", key="public.txt").url
    closed = private.upload(b"for me", key="private.txt").url
    assert public.url("public.txt") == url
    assert fetch("GET", url).body == b"for all"
    assert fetch("GET", closed).status == 403


def test_virtual_addressing_connects_to_the_buckets_own_host(
    open_provider: Open, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo
    asked = set()

    def recorded(host: str, *arguments: Any, **options: Any) -> Any:
        asked.add(host)
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", recorded)
    open_provider(addressing="virtual").upload(b"x", key="a.txt")
    assert asked == {f"{bucket}.s3.localhost"}


def test_a_dotted_bucket_is_addressed_by_path(
    open_provider: Open, endpoint: Endpoint, dotted_bucket: str, root: str, fetch: Fetch
) -> None:
    provider = open_provider(bucket=dotted_bucket, addressing="virtual")
    stored = provider.upload(DATA, key="a.txt")
    assert stored.url == f"{endpoint.virtual_url}/{dotted_bucket}/{root}/a.txt"
    assert provider.read("a.txt") == DATA
    assert fetch("GET", provider.sign("a.txt").reveal()).body == DATA


def test_more_than_a_page_is_listed_and_deleted(provider: Provider) -> None:
    keys = [f"many/{number:04}" for number in range(1001)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: provider.upload(b"x", key=key), keys))
    assert [len(page.objects) for page in provider.pages("many/")] == [1000, 1]
    assert [info.key for info in provider.list("many/")] == keys
    assert [info.key for info in provider.list("many/", start_after="many/0998")] == keys[-2:]
    outcome = provider.delete_many(keys)
    assert sorted(outcome.keys) == keys
    assert not outcome.failures
    assert not list(provider.list())


def test_delete_prefix_finds_what_an_object_hides(provider: Provider, endpoint: Endpoint) -> None:
    """MinIO lists nothing below ``report`` as long as that is an object."""
    if endpoint.server == "versitygw":
        pytest.skip("versitygw keeps keys as files: none can be the folder of another")
    keys = ["docs/report", "docs/report/1.txt", "docs/report/old/2.txt"]
    for key in keys:
        provider.upload(b"x", key=key)
    assert sorted(provider.delete_prefix("docs").keys) == keys
    assert not any(provider.exists(key) for key in keys)


def test_boto3_alone_with_its_defaults(
    provider: Provider, make_boto3: Callable[..., Any], endpoint: Endpoint, bucket: str, root: str
) -> None:
    """The control: Ceph refuses every put of boto3 over TLS, and only there."""
    client = make_boto3()
    place = {"Bucket": bucket, "Key": f"{root}/boto3.txt"}
    if endpoint.server == "ceph":
        with pytest.raises(ClientError) as caught:
            client.put_object(**place, Body=b"x")
        assert caught.value.response["Error"]["Code"] == "MissingContentLength"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 411
        assert not provider.exists("boto3.txt")
        assert endpoint.plain_url is not None
        client = make_boto3(endpoint.plain_url)
    client.put_object(**place, Body=b"x")
    assert provider.read("boto3.txt") == b"x"
    assert provider.upload(b"ours", key="ours.txt").size == 4
