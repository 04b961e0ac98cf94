"""Media types: one table for every machine, and what strangers say of their files."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from bucketry.media_types import declared_type, guess_content_type


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("cat.png", "image/png"),
        ("photos/2026/CAT.JPG", "image/jpeg"),
        ("index.html", "text/html"),
        ("notes.md", "text/markdown"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.woff2", "font/woff2"),
        ("a.json", "application/json"),
        ("a.tar.gz", "application/gzip"),
        ("a.gz", "application/gzip"),
        ("a.svg.bz2", "application/x-bzip2"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.m4a", "audio/mp4"),
        ("a.flac", "audio/flac"),
        ("a.ogg", "audio/ogg"),
        ("a.7z", "application/x-7z-compressed"),
        ("a.epub", "application/epub+zip"),
        ("a.yaml", "application/yaml"),
        ("a.ttf", "font/ttf"),
        ("a.otf", "font/otf"),
        ("a.mkv", "video/x-matroska"),
        ("a.glb", "model/gltf-binary"),
        ("a.jsonld", "application/ld+json"),
        ("a.apk", "application/vnd.android.package-archive"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("a.mjs", "text/javascript"),
        ("a.heic", "image/heic"),
        ("a.ics", "text/calendar"),
        ("a.zst", "application/zstd"),
        ("a.lz4", "application/x-lz4"),
        ("a.azw3", "application/vnd.amazon.mobi8-ebook"),
        ("a.cur", "image/x-win-bitmap"),
        ("a.go", "text/x-go"),
        ("a.geojson", "application/geo+json"),
        ("data:cat.png", "image/png"),
        ("data:text/html,<b>.png", "image/png"),
        ("C:\\photos\\cat.png", "image/png"),
        ("README", "application/octet-stream"),
        (".png", "application/octet-stream"),
        ("a.", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
        ("png", "application/octet-stream"),
        ("folder.png/README", "application/octet-stream"),
    ],
)
def test_the_type_follows_the_file_name(name: str, media_type: str) -> None:
    assert guess_content_type(name) == media_type


def test_the_table_has_each_ending_once_and_types_that_are_some() -> None:
    text = files("bucketry").joinpath("media.types").read_text("ascii")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    endings = [ending for _, *endings in lines for ending in endings]
    assert len(endings) > 1000
    assert sorted(endings) == sorted(set(endings))
    assert all(re.fullmatch(r"[a-z0-9_+-]+", ending) for ending in endings)
    assert all(re.fullmatch(r"[a-z-]+/[A-Za-z0-9.+-]+", media_type) for media_type, *_ in lines)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("image/png", "image/png"),
        (" text/html; charset=utf-8 ", "text/html; charset=utf-8"),
        ("application/octet-stream", None),
        ("Application/Octet-Stream; x=y", None),
        ("", None),
        ("png", None),
        ("image/", None),
        ("text/html\r\nX-Evil: 1", None),
        ("text/html; \x00", None),
        ("te xt/html", None),
        ("text/ht\u00e4ml", None),
        ("a/" + "b" * 300, None),
        (None, None),
        (7, None),
    ],
)
def test_what_a_source_declares_is_taken_if_it_is_a_media_type(
    said: object, taken: str | None
) -> None:
    assert declared_type(said) == taken
