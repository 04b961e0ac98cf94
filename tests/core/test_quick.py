"""The quick looks say what the long ones say."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from bucketry import InvalidKey, PluginError
from bucketry import keys as keys_module
from bucketry.host import answers
from bucketry.host.addresses import is_common_url
from bucketry.host.ask import Ask
from bucketry.host.layers import LayerStack
from bucketry.keys import (
    RootPath,
    are_common,
    check_key,
    is_common,
    is_plain,
    percent_encoded,
)

COUNTS = [10_000, pytest.param(250_000, marks=pytest.mark.full)]

# What keys are made of: everything that some rule looks at, and its neighbours.
PIECES = [
    *("a", "B", "7", "-", "_", "~", "photo", "x" * 60, "é" * 40, "日本語", "\U0001f600", " "),
    *("/", "/", "/", "//", ".", "..", "/.", "/..", "./", "../", "...", ".a", "a.", "\\", "%2F"),
    *("\x00", "\x1f", "\n", "\x7e", "\x7f", "\x80", "\x9f", "\xa0", "\xac", "\xad", "\xae"),
    *("\u061b", "\u061c", "\u200a", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2027"),
    *("\u2028", "\u2029", "\u202a", "\u202e", "\u202f", "\u2060", "\u2064", "\u2065", "\u2066"),
    *("\u206f", "\u2070", "\u180e", "\ufeff", "\ufff8", "\ufff9", "\ufffb", "\ufffc", "\ufffd"),
    *("\ufffe", "\uffff", "\ud7ff", "\ud800", "\udbff", "\udc00", "\udfff", "\ue000"),
    *("e\u0301", "\u0301", "\u212b", "\u1100\u1161", "\uac00", "\u0958", "\U0001d15e", "\u0338"),
]


def _keys(count: int, seed: int = 1) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(count):
        pieces = chance.choices(PIECES, k=chance.choice((1, 1, 2, 2, 3, 4, 6, 9)))
        key = "".join(pieces)
        if chance.random() < 0.05:  # near the limit in bytes, in characters of every width
            filler = chance.choice("aé日\U0001f600")
            width = len(filler.encode())
            room = 1024 - len(key.encode("utf-8", "surrogatepass")) + chance.randint(-4, 4)
            key += filler * (room // width)
        yield key


def _said(check: Callable[[str], object], key: str) -> object:
    try:
        return check(key)
    except InvalidKey as error:
        return str(error)


@pytest.mark.parametrize("count", COUNTS)
def test_a_key_is_refused_by_the_long_look_or_by_none(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [RootPath(""), RootPath("root/path"), RootPath("ü" * 300)]
    looks = [look for root in roots for look in (root.join, root.existing)]
    quick = [(key, is_plain(key), [_said(look, key) for look in looks]) for key in _keys(count)]
    monkeypatch.setattr(keys_module, "is_common", lambda key: False)
    good = 0
    for key, plain, said in quick:
        assert said == [_said(look, key) for look in looks], ascii(key)
        good += said[0] == key
        if plain:
            assert said[0] == key, ascii(key)
    assert 0.05 < good / count < 0.95  # there is something of both


def test_every_character_is_judged_alike_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    characters = [f"a{chr(code)}" for code in [*range(0x3100), *range(0xD7F0, 0x10010)]]
    quick = [_said(check_key, key) for key in characters]
    monkeypatch.setattr(keys_module, "is_common", lambda key: False)
    assert quick == [_said(check_key, key) for key in characters]


def test_one_look_is_enough_for_common_keys() -> None:
    assert is_plain("photos/2026/cat-01_final~2.png")
    for key in ("photos/cat 1.png", "Grüße & Küsse/é.png", "日本語/\U0001f600.png", "a" * 1024):
        assert is_common(key), key
    assert unicodedata.is_normalized("NFC", "Grüße & Küsse/é.png")


def test_one_look_at_many_keys_passes_none_that_is_refused() -> None:
    chance = random.Random(6)
    good = [key for key in _keys(3000, 2) if key.isascii() and _said(check_key, key) == key]
    found = [*good, *_keys(300, 3), "a\nb", "a\n", "a" * 1025, ""]
    passed = 0
    for _ in range(1500):
        keys = chance.choices(found, k=chance.randint(0, 4))
        if are_common(keys):
            passed += 1
            assert all(_said(check_key, key) == key for key in keys), keys
    assert passed > 100
    assert are_common(["photos/cat 1.png", "a" * 1024, "x.y/~"])
    assert not are_common(["a\nb"])


def test_text_is_percent_encoded_as_the_standard_library_does_it() -> None:
    texts = [*map(chr, [*range(0x3100), 0xD7FF, 0xE000, 0x1F600, 0x10FFFF]), *_keys(3000)]
    for text in texts:
        if not re.search("[\ud800-\udfff]", text):
            assert quote(text, safe="/") == percent_encoded(text), ascii(text)
    with pytest.raises(UnicodeEncodeError):
        percent_encoded("\ud800")


URL_PIECES = [
    *("http://", "https://", "HTTPS://", "ftp://", "//", "a", "s3.example.com", "127.0.0.1", "-"),
    *("[::1]", "[", "]", ":", ":80", ":9000", ":65535", ":65536", ":99999", ":0", ":x", "@", "u@"),
    *("/", "/", "?", "&", "=", "#", "%", "%2", "%2F", "%2f", "%zz", "%é", ".", "..", "~", "'", '"'),
    *(
        "<",
        ">",
        "\\",
        "^",
        "`",
        "{",
        "|",
        "}",
        " ",
        "\n",
        "\x00",
        "\x7f",
        "é",
        "\ud800",
        "$-;",
        "!",
    ),
    *("x" * 4000,),
]


def _urls(count: int) -> Iterator[str]:
    chance = random.Random(2)
    for _ in range(count):
        pieces = chance.choices(URL_PIECES, k=chance.choice((1, 2, 3, 4, 6)))
        begun = chance.choice(("", "https://", "http://", "https://s3.example.com", "https://h/"))
        yield begun + "".join(pieces)


@pytest.mark.parametrize("count", COUNTS)
def test_an_address_is_refused_by_the_long_look_or_by_none(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Ask(LayerStack([]), "", frozenset())

    def said(url: str) -> Any:
        try:
            return ask._url(url, "bucketry_object_url")
        except PluginError as error:
            return str(error)

    urls = list(_urls(count))
    quick = [said(url) for url in urls]
    seen = sum(map(is_common_url, urls))
    monkeypatch.setattr(answers, "is_common_url", lambda url: False)
    for url, answer in zip(urls, quick, strict=True):
        assert said(url) == answer, ascii(url)
    assert 0.05 < seen / count < 0.95
