"""Reading, listing, copying and deleting on a real server over TLS."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bucketry import ByteRange, NotFound, Provider, Rejected
from servers.samples import DATA, Fetch, require_server
from servers.server import Endpoint

require_server()

pytestmark = pytest.mark.server


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
    with provider.open("digits", byte_range=byte_range) as reader:
        assert reader.read() == expected
        assert reader.info.size == 10


def test_a_range_behind_the_end_is_refused(provider: Provider) -> None:
    provider.upload(b"0123456789", key="digits")
    with pytest.raises(Rejected):
        provider.open("digits", byte_range=ByteRange(start=10))


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


def test_delete_prefix_finds_what_an_object_hides(provider: Provider, endpoint: Endpoint) -> None:
    """MinIO lists nothing below ``report`` as long as that is an object."""
    if endpoint.server == "versitygw":
        pytest.skip("versitygw keeps keys as files: none can be the folder of another")
    keys = ["docs/report", "docs/report/1.txt", "docs/report/old/2.txt"]
    for key in keys:
        provider.upload(b"x", key=key)
    assert sorted(provider.delete_prefix("docs").keys) == keys
    assert not any(provider.exists(key) for key in keys)


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
    # Swift rounds the beginning of an upload up to a whole second, which must have come.
    deadline = time.monotonic() + 5
    while not provider.sweep(older_than=timedelta(0), dry_run=True):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (found,) = provider.sweep(older_than=timedelta(0), dry_run=True)
    assert found.key == "left.bin"
    (swept,) = provider.sweep(older_than=timedelta(0))
    assert swept == found
    assert not provider.sweep(older_than=timedelta(0))
    left = admin.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [upload["Key"] for upload in left if root in upload["Key"]] == [
        f"outside-{root}/left.bin"
    ]
