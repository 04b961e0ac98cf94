"""The main path of every operation against a real server over TLS, with nothing in between."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from botocore.exceptions import ClientError

from bucketry import (
    AlreadyExists,
    BadCredentials,
    BucketNotFound,
    ByteRange,
    IntegrityError,
    NotFound,
    PreconditionFailed,
    Provider,
    Rejected,
    SignedUrl,
    Unavailable,
    Unsupported,
)
from bucketry.model import ChecksumAlgorithm
from servers.conftest import Answer
from servers.server import ENDPOINT_VARIABLE, Endpoint

pytestmark = pytest.mark.server

if ENDPOINT_VARIABLE not in os.environ:
    pytest.skip(
        f"{ENDPOINT_VARIABLE} is not set: `make test-servers` starts real servers",
        allow_module_level=True,
    )

Open = Callable[..., Provider]
Fetch = Callable[..., Answer]

PART = 5 << 20
DATA = random.Random(5).randbytes(2 * PART + 1)

ODD_KEYS = [
    "ünïcode/日本語.txt",
    "emoji-😀",
    "sp ace+plus.txt",
    "100%25 percent%2F.txt",
    "quo\"te'and`tick",
    "a&b=c;d,e@f$g:h",
    "(round)[square]{curly}!*",
    "til~de^caret|pipe",
    "question?mark#hash",
    "<xml>&amp;</xml>",
    "dots.../..a/b..",
    "/".join(["long" * 50] * 4),
]


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def multipart_etag(*parts: bytes) -> str:
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    return f"{md5(digests)}-{len(parts)}"


def pieces(data: bytes, size: int = 700_001) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.fixture(params=["path", "virtual"])
def addressed(open_provider: Open, request: pytest.FixtureRequest) -> Provider:
    """A provider in each addressing style."""
    return open_provider(addressing=request.param)


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


# -- storing -----------------------------------------------------------------------------------


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
    provider: Provider, algorithm: ChecksumAlgorithm, size: int
) -> None:
    stored = provider.upload(DATA[:size], key="sum.bin", checksum_algorithm=algorithm)
    assert stored.checksum_algorithm == algorithm
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


def test_prevent_overwrite_keeps_what_is_there(open_provider: Open) -> None:
    careful = open_provider(prevent_overwrite=True)
    careful.upload(b"first", key="a.txt")
    for again in (b"second", DATA, pieces(DATA)):
        with pytest.raises(AlreadyExists):
            careful.upload(again, key="a.txt")
    assert careful.read("a.txt") == b"first"


def test_replace_overwrites_also_where_overwriting_is_prevented(open_provider: Open) -> None:
    careful = open_provider(prevent_overwrite=True)
    careful.upload(b"first", key="a.txt")
    careful.replace("a.txt", b"second")
    assert careful.read("a.txt") == b"second"
    moved = careful.replace("a.txt", b"third", new_key="b.txt")
    assert careful.read(moved.key) == b"third"
    assert not careful.exists("a.txt")


def test_replace_of_a_named_version(open_provider: Open, endpoint: Endpoint) -> None:
    # Ceph Pacific wants the ETag without quotes, which no vendor's page says.
    bare = {"if_match_etag": "unquoted"} if endpoint.server == "ceph" else {}
    provider = open_provider(provider="s3", capabilities=bare)
    first = provider.upload(b"first", key="a.txt")
    if endpoint.server == "swift":
        with pytest.raises(Unsupported):
            provider.replace("a.txt", b"second", if_match=first.etag)
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
    request: pytest.FixtureRequest,
    size: int,
) -> None:
    tags = {"team": "web app", "cost": "a+b=c"}
    if endpoint.server == "swift":
        with pytest.raises(Unsupported):
            provider.upload(DATA[:size], key="a.bin", tags=tags)
        return
    if endpoint.server == "ceph" and size > PART:
        request.applymarker(pytest.mark.xfail(reason="Ceph Pacific drops tags given to multipart"))
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


# -- reading -----------------------------------------------------------------------------------


def test_a_missing_object_is_not_found(addressed: Provider) -> None:
    assert not addressed.exists("nothing.txt")
    for look in (addressed.head, addressed.open, addressed.read):
        with pytest.raises(NotFound):
            look("nothing.txt")
    with pytest.raises(NotFound):
        addressed.copy("nothing.txt", "copy.txt")


@pytest.mark.parametrize(
    ("byte_range", "expected"),
    [
        (ByteRange(start=0, stop=3), b"012"),
        (ByteRange(start=3, stop=4), b"3"),
        (ByteRange(start=7), b"789"),
        (ByteRange(start=-2), b"89"),
        (ByteRange(start=8, stop=100), b"89"),
    ],
)
def test_a_range_is_a_slice(provider: Provider, byte_range: ByteRange, expected: bytes) -> None:
    provider.upload(b"0123456789", key="digits")
    with provider.open("digits", byte_range) as reader:
        assert reader.read() == expected
        assert reader.info.size == 10


def test_a_range_behind_the_end_is_refused(provider: Provider) -> None:
    provider.upload(b"0123456789", key="digits")
    with pytest.raises(Rejected):
        provider.open("digits", ByteRange(start=10))


def test_download_writes_the_file(provider: Provider, tmp_path: Path) -> None:
    provider.upload(DATA, key="film.mp4")
    target = tmp_path / "film.mp4"
    assert provider.download("film.mp4", target).size == len(DATA)
    assert target.read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_odd_key_works_everywhere(addressed: Provider, fetch: Fetch, key: str) -> None:
    data = key.encode()
    assert addressed.upload(data, key=key).key == key
    assert addressed.read(key) == data
    assert [info.key for info in addressed.list()] == [key]
    assert fetch("GET", addressed.sign(key).reveal()).body == data
    assert addressed.key_of_url(addressed.object_url(key)) == key
    addressed.copy(key, "copy")
    assert addressed.read("copy") == data
    addressed.move("copy", key + "2")
    assert not addressed.exists("copy")
    assert addressed.delete_many([key, key + "2"]).keys == [key, key + "2"]
    assert not list(addressed.list())


# -- listing and deleting ----------------------------------------------------------------------


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


def test_a_delimiter_shows_one_level(provider: Provider) -> None:
    for key in ("a.txt", "photos/1.png", "photos/old/2.png", "videos/3.mp4"):
        provider.upload(b"x", key=key)
    (page,) = provider.pages(delimiter="/")
    assert [info.key for info in page.objects] == ["a.txt"]
    assert list(page.folders) == ["photos/", "videos/"]
    (page,) = provider.pages("photos/", delimiter="/")
    assert [info.key for info in page.objects] == ["photos/1.png"]
    assert list(page.folders) == ["photos/old/"]


def test_delete_takes_one_object_and_a_missing_one_is_fine(provider: Provider) -> None:
    provider.upload(b"x", key="a.txt")
    provider.upload(b"x", key="b.txt")
    provider.delete("a.txt")
    provider.delete("a.txt")
    assert [info.key for info in provider.list()] == ["b.txt"]


def test_delete_prefix_spares_what_only_begins_alike(provider: Provider) -> None:
    for key in ("photos/1.png", "photos/old/2.png", "photos-old/3.png", "photos.txt"):
        provider.upload(b"x", key=key)
    assert sorted(provider.delete_prefix("photos").keys) == ["photos/1.png", "photos/old/2.png"]
    assert [info.key for info in provider.list()] == ["photos-old/3.png", "photos.txt"]


def test_copy_and_move_take_metadata_along(provider: Provider) -> None:
    provider.upload(b"hello", key="a.txt", metadata={"author": "me"})
    copied = provider.copy("a.txt", "b.txt")
    assert (copied.key, copied.size) == ("b.txt", 5)
    provider.move("b.txt", "c.txt")
    assert [info.key for info in provider.list()] == ["a.txt", "c.txt"]
    info = provider.head("c.txt")
    assert (info.content_type, info.metadata) == ("text/plain", {"author": "me"})


def test_sweep_removes_unfinished_uploads(
    provider: Provider, admin: Any, bucket: str, root: str
) -> None:
    for key in (f"{root}/left.bin", f"outside-{root}/left.bin"):
        admin.create_multipart_upload(Bucket=bucket, Key=key)
    assert not provider.sweep()
    (found,) = provider.sweep(older_than=timedelta(0), dry_run=True)
    assert found.key == "left.bin"
    (swept,) = provider.sweep(older_than=timedelta(0))
    assert swept == found
    assert not provider.sweep(older_than=timedelta(0))
    left = admin.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [upload["Key"] for upload in left if root in upload["Key"]] == [
        f"outside-{root}/left.bin"
    ]


# -- signed URLs -------------------------------------------------------------------------------


def use(fetch: Fetch, signed: SignedUrl, body: bytes | None = None) -> Answer:
    return fetch(signed.method, signed.reveal(), body, signed.headers)


def test_a_signed_get_serves_with_the_headers_asked_for(addressed: Provider, fetch: Fetch) -> None:
    addressed.upload(b"hello", key="a.txt")
    plain = use(fetch, addressed.sign("a.txt"))
    assert (plain.status, plain.body) == (200, b"hello")
    signed = addressed.sign(
        "a.txt", download_name="Größe 1.txt", response={"content_type": "text/csv"}
    )
    named = use(fetch, signed)
    assert (named.status, named.body) == (200, b"hello")
    assert named.headers["content-type"] == "text/csv"
    assert named.headers["content-disposition"] == (
        "attachment; filename=\"Gr__e 1.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.txt"
    )


def test_signed_head_put_and_delete_do_that_and_no_more(addressed: Provider, fetch: Fetch) -> None:
    put = addressed.sign("a.csv", method="PUT", content_type="text/csv")
    assert fetch("PUT", put.reveal(), b"1,2", {"Content-Type": "text/html"}).status == 403
    assert use(fetch, put, b"1,2").status == 200
    assert addressed.head("a.csv").content_type == "text/csv"
    head = use(fetch, addressed.sign("a.csv", method="HEAD"))
    assert (head.status, head.headers["content-length"]) == (200, "3")
    delete = addressed.sign("a.csv", method="DELETE")
    assert fetch("GET", delete.reveal()).status == 403
    assert addressed.exists("a.csv")
    assert use(fetch, delete).status == 204
    assert not addressed.exists("a.csv")


def test_a_signed_url_expires(provider: Provider, fetch: Fetch) -> None:
    provider.upload(b"hello", key="a.txt")
    signed = provider.sign("a.txt", expires_in=2)
    assert use(fetch, signed).status == 200
    deadline = time.monotonic() + 10
    while (answer := use(fetch, signed)).status == 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert answer.status == 403
    assert answer.body != b"hello"


def test_a_tampered_url_is_refused(provider: Provider, fetch: Fetch) -> None:
    provider.upload(b"hello", key="a.txt")
    provider.upload(b"secret", key="b.txt")
    url = provider.sign("a.txt", expires_in=60).reveal()
    assert fetch("GET", url).status == 200
    signature = url.rpartition("X-Amz-Signature=")[2]
    for tampered in (
        url.replace("/a.txt?", "/b.txt?"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        url.replace(signature, signature[::-1]),
        url + "&response-content-type=text%2Fhtml",
    ):
        assert tampered != url
        assert fetch("GET", tampered).status == 403
    assert fetch("GET", url.partition("?")[0]).status in (400, 403, 412)
    assert fetch("DELETE", url).status == 403
    assert provider.exists("a.txt")


def form(fields: dict[str, str], data: bytes) -> tuple[bytes, dict[str, str]]:
    """Encode a browser's form upload."""
    boundary = "----bucketry"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = "".join(parts) + (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_an_upload_ticket_allows_one_upload_within_its_limits(
    addressed: Provider, fetch: Fetch, endpoint: Endpoint
) -> None:
    ticket = addressed.upload_ticket("in/a.png", content_type="image/png", max_size=100)
    if endpoint.server == "swift":  # knows no POST policy: the ticket is a PUT and says so
        assert ticket.signed.method == "PUT"
        assert ticket.unenforced == {"size"}
        assert use(fetch, ticket.signed, b"png").status == 200
    else:
        assert ticket.signed.method == "POST"
        assert not ticket.unenforced
        url, fields = ticket.signed.reveal(), ticket.signed.reveal_fields()
        for wrong in (
            form(fields, b"x" * 101),
            form(fields | {"key": fields["key"] + "2"}, b"png"),
            form(fields | {"Content-Type": "text/html"}, b"png"),
            form({name: value for name, value in fields.items() if name != "policy"}, b"png"),
        ):
            assert fetch("POST", url, *wrong).status in (400, 403)
        assert not list(addressed.list())
        assert fetch("POST", url, *form(fields, b"png")).status in (200, 201, 204)
    assert addressed.read("in/a.png") == b"png"
    assert addressed.head("in/a.png").content_type == "image/png"


# -- where and as whom -------------------------------------------------------------------------


def operations(provider: Provider, path: Path) -> list[Callable[[], object]]:
    path.write_bytes(b"x")
    return [
        lambda: provider.upload(b"x", key="a.txt"),
        lambda: provider.upload(DATA, key="a.txt"),
        lambda: provider.upload(path, key="a.txt"),
        lambda: provider.head("a.txt"),
        lambda: provider.exists("a.txt"),
        lambda: provider.open("a.txt"),
        lambda: list(provider.list()),
        lambda: provider.copy("a.txt", "b.txt"),
        lambda: provider.delete_many(["a.txt", "b.txt"]),
    ]


def test_a_wrong_secret_is_bad_credentials(
    open_provider: Open, endpoint: Endpoint, tmp_path: Path
) -> None:
    wrong = {"access_key_id": endpoint.access_key_id, "secret_access_key": "not-the-secret"}
    for operation in operations(open_provider(credentials=wrong), tmp_path / "a.txt"):
        with pytest.raises(BadCredentials) as caught:
            operation()
        assert "not-the-secret" not in str(caught.value)


def test_an_unknown_access_key_is_bad_credentials(open_provider: Open, tmp_path: Path) -> None:
    wrong = {"access_key_id": "test:nobody", "secret_access_key": "not-the-secret"}
    for operation in operations(open_provider(credentials=wrong), tmp_path / "a.txt"):
        with pytest.raises(BadCredentials):
            operation()


def test_a_wrong_bucket_is_named(open_provider: Open, tmp_path: Path) -> None:
    for addressing in ("path", "virtual"):
        provider = open_provider(bucket="bucketry-no-such-bucket", addressing=addressing)
        for operation in operations(provider, tmp_path / "a.txt"):
            with pytest.raises(BucketNotFound):
                operation()


def test_a_dotted_bucket_is_addressed_by_path(
    open_provider: Open, endpoint: Endpoint, dotted_bucket: str, root: str, fetch: Fetch
) -> None:
    provider = open_provider(bucket=dotted_bucket, addressing="virtual")
    stored = provider.upload(DATA, key="a.txt")
    assert stored.url == f"{endpoint.virtual_url}/{dotted_bucket}/{root}/a.txt"
    assert provider.read("a.txt") == DATA
    assert use(fetch, provider.sign("a.txt")).body == DATA


def test_a_certificate_of_an_unknown_authority_is_refused(open_provider: Open) -> None:
    """The control of every other test here: certificates are verified."""
    with pytest.raises(Unavailable, match="TLS"):
        open_provider(ca_bundle=None, deadline=1).upload(b"x", key="a.txt")


# -- why ---------------------------------------------------------------------------------------


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
