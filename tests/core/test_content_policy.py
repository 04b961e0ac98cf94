"""Active content is saved or refused by policy, whatever name, type or layer it comes with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from bucketry import (
    InvalidInput,
    InvalidSource,
    ObjectInfo,
    PluginError,
    Provider,
    SignRequest,
    Upload,
    hookimpl,
    open_provider,
)
from bucketry.layers.sniffing import Sniffer, markup_type

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20)
HTML = b"<html><script>alert(1)</script>"

Open = Callable[..., Provider]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Give a function that opens a store on disk under a content policy."""
    config = {"provider": "local", "directory": str(tmp_path), "durability": "relaxed"}
    return lambda policy=None, **more: open_provider(
        {**config, "content_policy": policy or {}, **more}
    )


def told(info: ObjectInfo) -> tuple[str | None, str | None]:
    return info.content_type, info.content_disposition


STORED: list[tuple[str, bytes, dict[str, str], str, str | None]] = [
    ("a.html", b"hi", {}, "text/html", "attachment"),
    ("a.svg", b"<svg/>", {}, "image/svg+xml", "attachment"),
    ("a.xml", b"<a/>", {}, "text/xml", "attachment"),
    ("a.js", b"1", {}, "text/javascript", "attachment"),
    ("a", b"", {"content_type": "TEXT/HTML; charset=utf-8"}, "TEXT/HTML; charset=utf-8",
     "attachment"),
    ("a", b"", {"content_type": "text/html", "download_name": "é.html"}, "text/html",
     "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A9.html"),
    ("a", b"", {"content_type": "text/html", "content_disposition": "inline; filename=a"},
     "text/html", "attachment; filename=a"),
    ("a", b"", {"content_type": "image/png, text/html"}, "image/png, text/html", "attachment"),
    ("cat.png", HTML, {}, "text/html", "attachment"),
    ("cat.png", b"\xef\xbb\xbf\n <!doctype HTML>", {}, "text/html", "attachment"),
    ("cat.gif", b"<?xml version='1.0'?><svg xmlns='x'/>", {}, "image/svg+xml", "attachment"),
    ("cat.mp4", "<html >".encode("utf-16"), {}, "text/html", "attachment"),
    ("cat.pdf", b"<!-- x --><script>", {}, "text/html", "attachment"),
    ("cat.png", b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff", {}, "application/octet-stream", None),
    ("cat.png", b"%PDF-1.7\n", {}, "application/pdf", None),
    ("cat.png", PNG, {}, "image/png", None),
    ("cat.jpg", PNG, {}, "image/jpeg", None),  # browsers see to it by themselves
    ("cat", PNG, {}, "image/png", None),
    ("page", HTML, {}, "application/octet-stream", None),  # which browsers save anyway
    ("readme.md", b"<h1>readme</h1>", {}, "text/markdown", None),
    ("notes.txt", HTML, {}, "text/plain", None),
    ("cat.png", b"no signature at all", {}, "image/png", None),
    ("cat.png", b"", {}, "image/png", None),
    ("cat.png", HTML, {"content_encoding": "gzip"}, "image/png", None),
]  # fmt: skip


@pytest.mark.parametrize(("key", "body", "options", "kind", "disposition"), STORED)
def test_active_content_is_saved_under_its_true_type(
    opened: Open, key: str, body: bytes, options: Any, kind: str, disposition: str | None
) -> None:
    media = opened()
    media.upload(body, key=key, **options)
    assert told(media.head(key)) == (kind, disposition)
    assert media.read(key) == body


@pytest.mark.parametrize(("key", "body", "options", "kind", "disposition"), STORED)
def test_what_is_changed_without_a_word_can_be_refused_instead(
    opened: Open, key: str, body: bytes, options: Any, kind: str, disposition: str | None
) -> None:
    media = opened({"active": "refuse", "mismatch": "refuse"})
    declared = opened({"active": "allow", "mismatch": "allow"})
    declared.upload(body, key=key, **options)
    good = told(declared.head(key)) == (kind, disposition) or key == "cat"
    declared.delete(key)
    if good and not disposition:
        media.upload(body, key=key, **options)
        assert told(media.head(key)) == (kind, None)
    else:
        with pytest.raises((InvalidInput, InvalidSource), match="content_policy takes no"):
            media.upload(body, key=key, **options)
        assert not media.exists(key)


def test_further_types_count_as_active_when_the_policy_names_them(opened: Open) -> None:
    media = opened({"also": ["Application/PDF"]})
    media.upload(b"%PDF-1.7", key="a.pdf")
    media.upload(b"%PDF-1.7", key="cat.png")
    assert told(media.head("a.pdf")) == ("application/pdf", "attachment")
    assert told(media.head("cat.png")) == ("application/pdf", "attachment")


SAMPLES: dict[str, bytes] = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + bytes(20),
    "image/gif": b"GIF89a\1\0\1\0" + bytes(20),
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20),
    "image/bmp": b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28" + bytes(20),
    "image/tiff": b"MM\0*\0\0\0\x08" + bytes(20),
    "image/vnd.microsoft.icon": b"\0\0\1\0\1\0\x10\x10\0\0" + bytes(20),
    "image/avif": b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf" + bytes(20),
    "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(20),
    "image/jxl": b"\xff\x0a\xfa\x1f" + bytes(20),
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(20),
    "audio/mp4": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + bytes(20),
    "video/quicktime": b"\0\0\1\0moov\0\0\0\x6cmvhd" + bytes(20),
    "video/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm",
    "audio/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm",
    "audio/mpeg": b"ID3\4\0\0\0\0\0\x23TSSE" + bytes(20),
    "audio/aac": b"\xff\xf1\x50\x80" + bytes(20),
    "audio/flac": b"fLaC\0\0\0\x22" + bytes(20),
    "audio/ogg": b"OggS\0\2" + bytes(20) + b"\1\x1e\1vorbis",
    "video/ogg": b"OggS\0\2" + bytes(20) + b"\1\x2a\x80theora",
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
    "application/pdf": b"%PDF-1.7\n",
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_bytes_of_a_type_do_not_belie_it_and_belie_others(kind: str) -> None:
    sniffer = Sniffer()
    assert sniffer.belied(kind, SAMPLES[kind]) is None
    zipped, markup = b"PK\3\4\x14\0\0\0\x08\0" + bytes(20), b"<html>"
    assert sniffer.belied(kind, zipped) == "application/octet-stream"
    assert sniffer.belied(kind, markup) == "text/html"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<p>", "text/html"),
        ("<P\n>", "text/html"),
        ("<pre>", None),
        ("<!--", "text/html"),
        ("<!DOCTYPE html>", "text/html"),
        ("<!DOCTYPE svg PUBLIC>", "image/svg+xml"),
        ("<s:svg xmlns:s='x'>", None),
        ("<?xml?><s:svg xmlns:s='x'>", "image/svg+xml"),
        ("<?xml?><rss>", "text/xml"),
        ("x<html>", None),
        ("", None),
    ],
)
def test_markup_is_what_browsers_take_for_it(text: str, kind: str | None) -> None:
    assert markup_type(text.encode()) == kind


def test_a_stream_is_looked_at_without_being_read(opened: Open) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield HTML

    with pytest.raises(InvalidSource):
        opened({"mismatch": "refuse"}).upload(endless(), key="cat.png")
    assert taken * len(HTML) < 2 * 4096


def test_a_name_made_of_the_bytes_counts_those_that_were_looked_at(
    opened: Open, tmp_path: Path
) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(HTML)
    named = opened(key_strategy="hash").upload(file)
    assert named.key == opened({"mismatch": "allow"}, key_strategy="hash").upload(file).key
    assert opened().read(named.key) == HTML


class Undoes:
    """Does all it can to have HTML shown."""

    @hookimpl
    def bucketry_prepare_upload(self, upload: Upload) -> Upload:
        return attrs.evolve(upload, content_type="text/html", content_disposition="inline")

    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], dict[str, Any]]:
        params = yield
        return {**params, "ContentType": "text/html", "ContentDisposition": "inline"}

    @hookimpl
    def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
        if request.method == "GET":
            return attrs.evolve(request, response={"content_type": "text/html"})
        return attrs.evolve(request, content_type="text/html")


def test_no_layer_above_or_below_undoes_it(opened: Open) -> None:
    media = opened().with_layer(Undoes()).with_options(root_path="top").with_layer(Undoes())
    assert media.layers[-1] == "content_policy"
    media.upload(b"x", key="cat.png")
    assert told(media.head("cat.png")) == ("text/html", "attachment")
    assert media.sign("k", method="PUT").headers["Content-Disposition"] == "attachment"
    assert "response_content_disposition=attachment" in media.sign("k").reveal()
    with pytest.raises(InvalidInput, match="content_policy takes no text/html"):
        media.with_options(content_policy={"active": "refuse"}).upload(b"x", key="cat.png")


def test_a_direct_upload_is_held_to_its_type(opened: Open) -> None:
    media = opened()
    free, image = media.sign("k", method="PUT"), media.upload_ticket("k", content_type="image/png")
    assert dict(free.headers) == {"Content-Disposition": "attachment"}
    assert dict(image.signed.headers) == {"Content-Type": "image/png"}
    strict = opened({"active": "refuse"})
    strict.upload_ticket("k", content_type="image/png")
    with pytest.raises(InvalidInput, match="name its content_type"):
        strict.sign("k", method="PUT")
    with pytest.raises(InvalidInput, match="takes no text/html"):
        strict.upload_ticket("k", content_type="text/html")


def test_no_vendor_sees_to_the_bytes_of_a_direct_upload() -> None:
    pair = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "0123456789abcdef"}
    media = open_provider(
        {
            "provider": "aws",
            "bucket": "media",
            "region": "eu-west-1",
            "credentials": pair,
            "content_policy": {},
        }
    )
    ticket = media.upload_ticket("k", max_size=9)
    assert ticket.unenforced == {"content_policy"}
    assert ticket.signed.reveal_fields()["Content-Disposition"] == "attachment"


def test_a_signed_answer_shows_nothing_that_may_be_active(opened: Open) -> None:
    media = opened()
    response = {"content_type": "text/html", "content_disposition": "inline; filename=a.html"}
    signed = media.sign("k", response=response).reveal()
    assert "response_content_disposition=attachment%3B%20filename%3Da.html" in signed
    with pytest.raises(InvalidInput, match="name the response content_type"):
        media.sign("k", response={"content_disposition": "inline"})
    media.sign("k", response={"content_disposition": "inline", "content_type": "image/png"})
    media.sign("k", download_name="a.html")


def test_without_the_library_it_is_said_what_to_install(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "puremagic", None)
    with pytest.raises(PluginError, match=r"pip install 'bucketry\[content\]'"):
        opened()
    opened({"mismatch": "allow"})  # looks at no bytes
