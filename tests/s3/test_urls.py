"""Addresses: every expected URL is written by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from bucketry_s3.protocol.urls import (
    Addressing,
    bucket_base,
    effective_addressing,
    key_of_url,
    object_url,
    quote_key,
)

GOLDEN = [
    # endpoint, bucket, wanted style, address in front of a key
    ("https://s3.eu-west-3.amazonaws.com", "media", "virtual",
     "https://media.s3.eu-west-3.amazonaws.com"),
    ("https://s3.eu-west-3.amazonaws.com", "media", "path",
     "https://s3.eu-west-3.amazonaws.com/media"),
    ("https://s3.eu-west-3.amazonaws.com", "my.media.io", "virtual",
     "https://s3.eu-west-3.amazonaws.com/my.media.io"),
    ("https://s3.eu-west-3.amazonaws.com", "Media", "virtual",
     "https://s3.eu-west-3.amazonaws.com/Media"),
    ("https://s3.eu-west-3.amazonaws.com", "my_media", "virtual",
     "https://s3.eu-west-3.amazonaws.com/my_media"),
    ("https://s3.eu-west-3.amazonaws.com", "-media-", "virtual",
     "https://s3.eu-west-3.amazonaws.com/-media-"),
    ("https://s3.dualstack.eu-west-3.amazonaws.com", "media", "virtual",
     "https://media.s3.dualstack.eu-west-3.amazonaws.com"),
    ("https://s3.cn-north-1.amazonaws.com.cn", "media", "virtual",
     "https://media.s3.cn-north-1.amazonaws.com.cn"),
    ("http://127.0.0.1:9000", "media", "virtual", "http://127.0.0.1:9000/media"),
    ("https://[::1]:9000", "media", "virtual", "https://[::1]:9000/media"),
    ("https://[2001:db8::7]", "media", "path", "https://[2001:db8::7]/media"),
    ("http://minio:9000", "media", "virtual", "http://media.minio:9000"),
    ("https://s3.example.com:443", "media", "virtual", "https://media.s3.example.com"),
    ("http://s3.example.com:80", "media", "path", "http://s3.example.com/media"),
    ("https://s3.example.com:8443/", "media", "path", "https://s3.example.com:8443/media"),
    ("https://example.com/storage/v1/s3", "media", "path",
     "https://example.com/storage/v1/s3/media"),
    ("https://example.com/storage/", "media", "virtual", "https://media.example.com/storage"),
    ("https://S3.Example.COM", "media", "path", "https://s3.example.com/media"),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "bucket", "wanted", "expected"), GOLDEN)
def test_a_bucket_has_one_address(
    endpoint: str, bucket: str, wanted: Addressing, expected: str
) -> None:
    assert expected == bucket_base(endpoint, bucket, wanted)


@pytest.mark.parametrize(
    ("key", "quoted"),
    [
        ("a/b.png", "a/b.png"),
        ("ü/日本 語.txt", "%C3%BC/%E6%97%A5%E6%9C%AC%20%E8%AA%9E.txt"),
        ("a+b%20c#d?e&f=g", "a%2Bb%2520c%23d%3Fe%26f%3Dg"),
        ("!'()*~-._", "%21%27%28%29%2A~-._"),
        ('"<>[]{}|^`@:;,$', "%22%3C%3E%5B%5D%7B%7D%7C%5E%60%40%3A%3B%2C%24"),
        ("😀", "%F0%9F%98%80"),
    ],
)
def test_every_key_is_percent_encoded(key: str, quoted: str) -> None:
    assert quoted == quote_key(key)
    assert f"https://h/b/{quoted}" == object_url("https://h/b", key)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_key_of_url_is_the_inverse_of_object_url(key: str) -> None:
    for base in ("https://media.s3.example.com", "https://s3.example.com:8443/x/media"):
        assert key == key_of_url(base, object_url(base, key))


@pytest.mark.parametrize(
    "url",
    [
        "https://media.s3.example.com",
        "https://media.s3.example.com/",
        "http://media.s3.example.com/a.png",
        "https://media.s3.example.com:8443/a.png",
        "https://media.s3.example.com.evil.test/a.png",
        "https://evil.test/media.s3.example.com/a.png",
        "https://media@media.s3.example.com/a.png",
        "https://media.s3.example.com@evil.test/a.png",
        "https://media.s3.example.com/a.png?x=1",
        "https://media.s3.example.com/a.png#x",
        "https://media.s3.example.com/a%2fb.png",
        "https://media.s3.example.com/a%2Fb.png",
        "https://media.s3.example.com/%61.png",
        "https://media.s3.example.com/a b.png",
        "https://media.s3.example.com/%ff.png",
        "https://media.s3.example.com/a%.png",
        "https://MEDIA.s3.example.com/a.png",
        "https://xmedia.s3.example.com/a.png",
    ],
)
def test_a_look_alike_is_not_ours(url: str) -> None:
    assert key_of_url("https://media.s3.example.com", url) is None


class Caught(Exception):
    """Carries a request's URL out of boto3 before anything is sent."""


def catch(request: Any, **_: object) -> None:
    raise Caught(request.url)


@pytest.mark.parametrize(("endpoint", "bucket", "wanted", "expected"), GOLDEN)
def test_boto3_sends_to_the_address_that_the_url_names(
    endpoint: str, bucket: str, wanted: Addressing, expected: str
) -> None:
    """Request and stored URL must never split, as they do in the original."""
    session = botocore.session.Session()
    session.set_credentials("AK", "SK")
    style = effective_addressing(endpoint, bucket, wanted)
    client: Any = session.create_client(
        "s3",
        region_name="eu-west-3",
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3={"addressing_style": style}),
    )
    client.meta.events.register("before-send.s3", catch)

    with pytest.raises(Caught) as sent:
        client.put_object(Bucket=bucket, Key="a b", Body=b"")

    ours, theirs = urlsplit(f"{expected}/a%20b"), urlsplit(str(sent.value))
    default = {"https": 443, "http": 80}
    assert ours.path == theirs.path
    assert (ours.scheme, ours.hostname, ours.port or default[ours.scheme]) == (
        theirs.scheme,
        theirs.hostname,
        theirs.port or default[theirs.scheme],
    )
