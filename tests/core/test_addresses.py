"""Addresses: one per key, and no look-alike leads back."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucketry import (
    InvalidKey,
    hookimpl,
)
from core.memory import BASE, memory_provider, store_of


def test_a_public_url_is_the_permanent_one_and_a_private_one_is_signed() -> None:
    public = memory_provider(visibility="public")
    private = memory_provider(visibility="private")
    assert public.url("a b") == private.object_url("a b") == BASE + "a%20b"
    assert private.url("a b") == BASE + "a%20b?method=GET&sig=0123abcd"
    request = store_of(private).calls[-1][1]
    assert (request.key, request.method, request.expires_in) == ("a b", "GET", 900)
    private.url("a", expires_in=60)
    assert store_of(private).calls[-1][1].expires_in == 60


def test_a_layer_may_decide_per_object() -> None:
    class PublicThumbnails:
        @hookimpl
        def bucketry_is_private(self, key: str) -> bool | None:
            return False if key.startswith("top/thumbs/") else None

    media = memory_provider(root_path="top").with_layer(PublicThumbnails())
    assert media.url("thumbs/a") == BASE + "top/thumbs/a"
    assert "sig=" in media.url("a")
    assert media.upload(b"x", key="thumbs/a").public
    assert not media.upload(b"x", key="a").public


@given(st.text(st.characters(), min_size=1, max_size=30))
@settings(max_examples=200)
def test_a_url_leads_back_to_its_key(key: str) -> None:
    media = memory_provider(root_path="top")
    try:
        url = media.object_url(key)
    except InvalidKey:
        return
    assert url.isascii()
    assert media.key_of_url(url) == key


LOOK_ALIKES = [
    "https://memory.example/bucket/top/",
    "https://memory.example/bucket/top",
    "https://memory.example/bucket/",
    "https://memory.example/bucket/other/a",
    "https://memory.example/bucket/top/../other",
    "https://memory.example/bucket/top/%2e%2e/other",
    "https://memory.example/bucket/top/..%2fother",
    "https://memory.example/bucket/top/a%2Fb",
    "https://memory.example/bucket/top//a",
    "https://memory.example/bucket/top/a?x=1",
    "https://memory.example/bucket/top/a#x",
    "https://memory.example/bucket/top/%61",
    "https://memory.example/bucket/top/a\\b",
    "https://memory.example/bucket/top/%zz",
    "http://memory.example/bucket/top/a",
    "HTTPS://memory.example/bucket/top/a",
    "https://Memory.example/bucket/top/a",
    "https://memory.example:443/bucket/top/a",
    "https://memory.example./bucket/top/a",
    "https://memory.example.evil.example/bucket/top/a",
    "https://evil.example/bucket/top/a",
    "https://evil.example#https://memory.example/bucket/top/a",
    "https://memory.example@evil.example/bucket/top/a",
    "https://user@memory.example/bucket/top/a",
    "https://memory.example/bucket2/bucket/top/a",
    "//memory.example/bucket/top/a",
    "memory.example/bucket/top/a",
    " https://memory.example/bucket/top/a",
    "https://memory.example/bucket/top/a ",
    "https://memory.example/bucket/top/a\n",
    "javascript:/bucket/top/a",
    "",
]  # fmt: skip


@pytest.mark.parametrize("url", LOOK_ALIKES)
def test_a_look_alike_is_none_of_ours(url: str) -> None:
    assert memory_provider(root_path="top").key_of_url(url) is None


def test_ten_thousand_look_alike_hosts_are_none_of_ours() -> None:
    """Each way to change one place of the address by one character, and no address is taken.

    The layer believes every address with ``/bucket/`` in it; the facade may not.
    """
    media = memory_provider(root_path="top")
    address = "https://memory.example/bucket/"
    letters = (
        "abcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%ABCDEFXYZ \\^|{}<>\"\n\té日"
    )
    seen: set[str] = set()
    for place in range(len(address) + 1):
        for letter in letters:
            seen.add(address[:place] + letter + address[place:])
            seen.add(address[:place] + letter + address[place + 1 :])
            seen.add(address[:place] + letter + letter + address[place:])
            seen.add(letter + address[:place] + letter + address[place + 1 :])
            seen.add(address[:place] + quote(letter) + address[place + 1 :] + letter)
        seen.add(address[:place] + address[place + 1 :])
    seen -= {address}
    assert len(seen) > 10_000
    assert sum("/bucket/" in url for url in seen) > 5_000
    accepted = [url for url in seen if media.key_of_url(url + "top/a") is not None]
    assert accepted == []
    assert media.key_of_url(address + "top/a") == "a"
