"""Addresses are the same whether a layer is asked on the way or nobody has to be."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

import bucketry
from bucketry import (
    InvalidExpiry,
    InvalidKey,
    Operation,
    PluginError,
    Provider,
    SignedUrl,
    SignRequest,
    hookimpl,
)
from bucketry_s3 import KeyPair
from bucketry_s3.layer import S3Layer

MOMENT = 1_780_000_000.4


class Passes:
    """Wraps both hooks and changes nothing, so that the layers are asked."""

    @hookimpl(wrapper=True)
    def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_object_url(self) -> Generator[None, str, str]:
        return (yield)


class GivesKeys:
    """Gives the key pair from below, so that every signature is the layers' own."""

    @hookimpl(wrapper=True)
    def bucketry_s3_credentials(self) -> Generator[None, KeyPair, KeyPair]:
        return (yield)


def _open(**options: Any) -> Provider:
    return bucketry.open_provider(
        {
            "provider": "s3",
            "bucket": "media",
            "region": "us-east-1",
            "endpoint": "https://s3.example.com:9000/base",
            "credentials": {
                "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            },
            **options,
        }
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time stand still, until it is set on."""
    now = [MOMENT]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def go(seconds: float) -> None:
        now[0] += seconds

    return go


TOKEN = {
    "credentials": {
        "access_key_id": "ASIA",
        "secret_access_key": "secret",
        "session_token": "token/with+signs==",
    }
}

OPTIONS: list[dict[str, Any]] = [
    {},
    {"root_path": "uploads/ü"},
    {"addressing": "virtual"},
    {"addressing": "path", "visibility": "public"},
    {"base_url": "https://cdn.example.com/media/", "visibility": "public"},
    {"base_url": "https://cdn.example.com", "root_path": "a"},
    {"public_endpoint": "https://files.example.com", "signed_url_expires": 77},
    TOKEN,
]


def _keys() -> list[str]:
    chance = random.Random(3)
    letters = "abcXYZ019-_.~ !$&'()*+,;=:@%#?[]<>\"^`{|}éü日\U0001f600"
    keys = ["a", "photos/cat.png", ".hidden", "a/.well-known/x", "é" * 512, "a" * 1024]
    for _ in range(400):
        segments = [
            "".join(chance.choices(letters, k=chance.randint(1, 12)))
            for _ in range(chance.randint(1, 4))
        ]
        keys.append("/".join(segments))
    return keys


def _told(operation: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    try:
        answer = operation(*arguments, **options)
    except bucketry.BucketryError as error:
        return type(error), str(error)
    return (answer, answer.reveal()) if isinstance(answer, SignedUrl) else answer


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: ",".join(options) or "none")
def test_all_ways_give_the_same(options: dict[str, Any]) -> None:
    quick = _open(**options)
    through = quick.with_layer(Passes())
    long = through.with_layer(GivesKeys())
    bad = ["", "/a", "a//b", "..", "a\\b", "a\nb", "e\u0301", "a" * 1025, 7, None, b"a"]
    for key in [*_keys(), *bad]:
        for name in ("sign", "url"):
            for life in (None, 600):
                one, other = (getattr(media, name) for media in (quick, long))
                assert _told(one, key, expires_in=life) == _told(other, key, expires_in=life), key
        assert _told(quick.object_url, key) == _told(long.object_url, key), key
    for key in [*_keys()[:30], *bad]:
        assert _told(through.sign, key) == _told(long.sign, key), key
    for keys in (_keys(), [*_keys(), "a//b"]):
        assert _told(quick.sign_many, keys) == _told(long.sign_many, keys)


def test_a_second_and_a_life_have_a_signature_of_their_own(clock: Callable[[float], None]) -> None:
    media = _open()
    urls = {media.sign("a").reveal(), media.sign("a", expires_in=60).reveal()}
    assert {media.sign("a").reveal(), media.sign("a", expires_in=60).reveal()} == urls
    clock(0.5)
    assert media.sign("a").reveal() in urls
    clock(0.5)
    later = media.sign("a")
    assert later.reveal() not in urls
    assert later.expires_at == datetime.fromtimestamp(int(MOMENT) + 1, UTC) + timedelta(seconds=900)
    assert "X-Amz-Date=20260528T202641Z" in later.reveal()


def test_no_life_is_taken_for_an_equal_one() -> None:
    media = _open()
    media.sign("a", expires_in=1)
    for seconds in (True, 1.0, 0, 604_801):
        with pytest.raises(InvalidExpiry):
            media.sign("a", expires_in=seconds)  # type: ignore[arg-type] # a caller's slip
        with pytest.raises(InvalidExpiry):
            media.url("a", expires_in=seconds)  # type: ignore[arg-type] # a caller's slip


class Renames:
    @hookimpl
    def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
        return attrs.evolve(request, key="other")


class SignsElsewhere:
    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        return SignedUrl(url=f"https://e.example/{request.key}/other", method="GET", signed=False)


class Refuses:
    @hookimpl(wrapper=True)
    def bucketry_perform(self, operation: Operation) -> Generator[None, Any, None]:
        if operation.vendor == "s3":
            raise bucketry.AccessDenied("not today, nor any other")
        yield


class SaysPrivate:
    @hookimpl
    def bucketry_is_private(self) -> bool:
        return True


class Shards:
    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return f"https://other.example/{key}"


@pytest.mark.parametrize("layer", [Renames, SignsElsewhere, Refuses])
def test_a_layer_that_has_a_say_in_signing_is_heard(layer: type) -> None:
    media = _open()
    media.sign("a")
    heard = media.with_layer(layer())
    for operation in (heard.sign, heard.url, lambda key: heard.sign_many([key])["a"].reveal()):
        assert "other" in str(_told(operation, "a"))
    assert "other" not in media.url("a")


@pytest.mark.parametrize("layer", [Shards, Refuses])
def test_a_layer_that_has_a_say_in_addresses_is_heard(layer: type) -> None:
    media = _open(visibility="public", base_url="https://cdn.example.com")
    heard = media.with_layer(layer())
    assert "other" in str(_told(heard.url, "a"))
    assert "other" in str(_told(heard.object_url, "a"))
    assert media.url("a") == "https://cdn.example.com/a"


def test_a_layer_that_has_a_say_in_privacy_is_heard() -> None:
    media = _open(visibility="public").with_layer(SaysPrivate())
    assert "X-Amz-Signature=" in media.url("a")


def test_a_class_that_signs_otherwise_than_its_parent_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Mine(S3Layer):
        @hookimpl
        def bucketry_sign(self, request: SignRequest) -> SignedUrl:
            return SignedUrl(url="https://mine.example/", method=request.method, signed=False)

        @hookimpl
        def bucketry_object_url(self, key: str) -> str:
            return f"https://mine.example/{key}"

    monkeypatch.setattr("bucketry_s3.vendor.S3Layer", Mine)
    media = _open()
    assert media.sign("a").reveal() == "https://mine.example/"
    assert media.object_url("a") == "https://mine.example/a"


class Rotates:
    """Another key pair every time."""

    def __init__(self) -> None:
        self.given = 0

    @hookimpl
    def bucketry_s3_credentials(self) -> KeyPair:
        self.given += 1
        return KeyPair(access_key_id=f"KEY{self.given}", secret_access_key="secret")


def test_nobody_gets_the_signature_of_another_callers_key_pair(
    clock: Callable[[float], None],
) -> None:
    """In one second, too: a layer may give each caller a pair of its own."""
    media = _open().with_layer(Rotates())
    urls = [media.sign("a").reveal(), media.url("a"), media.sign("a").reveal()]
    urls += [signed.reveal() for signed in media.sign_many(["a", "b"]).values()]
    assert [url.partition("X-Amz-Credential=")[2][:7] for url in urls] == [
        f"KEY{number}%2F" for number in range(1, 6)
    ]


def test_what_the_layers_answer_badly_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nonsense:
        @hookimpl
        def bucketry_s3_credentials(self) -> str:
            return "no key pair"

    media = _open().with_layer(Nonsense())
    for operation in (lambda: media.sign("a"), lambda: media.url("a")):
        with pytest.raises(PluginError, match="bucketry_s3_credentials"):
            operation()
    with pytest.raises(InvalidKey):
        media.sign("../a")
