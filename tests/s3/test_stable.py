"""Addresses that stay the same for a while, and never live less long than asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

import bucketry
from bucketry import InvalidExpiry, InvalidInput, Provider, Secret, SignedUrl, SignRequest, hookimpl
from bucketry.testing.http import Http
from bucketry_cdn import bunny
from bucketry_local.signing import Signer
from bucketry_s3.testing import StandIn, localhost_names

HOUR = 3600
START = 1_780_002_000  # a multiple of 3,600
assert START % HOUR == 0


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the clock to so many seconds after START."""
    now = [float(START)]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def set_to(seconds: float) -> None:
        now[0] = START + seconds

    return set_to


@pytest.fixture
def media() -> Provider:
    return bucketry.open_provider(
        {
            "provider": "s3",
            "bucket": "media",
            "region": "us-east-1",
            "endpoint": "https://s3.example.com",
            "credentials": {"access_key_id": "AKIA", "secret_access_key": "secret"},
        }
    )


def window(url: str) -> tuple[int, int]:
    """Return from when to when S3 takes a signature, in seconds after START."""
    query = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    begun = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    begins = int(begun.timestamp()) - START
    return begins, begins + int(query["X-Amz-Expires"])


WAYS: dict[str, Callable[[Provider], str]] = {
    "sign": lambda media: media.sign("a b", expires_in=600, stable=HOUR).reveal(),
    "url": lambda media: media.url("a b", expires_in=600, stable=HOUR),
    "sign_many": lambda media: media.sign_many(["a b"], expires_in=600, stable=HOUR)[
        "a b"
    ].reveal(),
    "HEAD": lambda media: media.sign("a", method="HEAD", expires_in=600, stable=HOUR).reveal(),
    "named": lambda media: media.sign(
        "a", download_name="b.txt", expires_in=600, stable=HOUR
    ).reveal(),
}


@pytest.mark.parametrize("way", WAYS)
def test_one_address_in_each_window_and_none_too_short(
    way: str, media: Provider, at: Callable[[float], None]
) -> None:
    found: dict[float, str] = {}
    for seconds in (0, 0.9, 1, 1799.5, 3599.9, 3600, 5000, 7199, 7200):
        at(seconds)
        url = found[seconds] = WAYS[way](media)
        begins, ends = window(url)
        assert begins <= seconds
        assert seconds + 600 <= ends + 1  # what is left of a second is cut off everywhere
        assert ends <= seconds + 600 + HOUR
    assert len({found[seconds] for seconds in (0, 0.9, 1, 1799.5, 3599.9)}) == 1
    assert len({found[seconds] for seconds in (3600, 5000, 7199)}) == 1
    assert len({*found.values()}) == 3


def test_it_says_when_it_ends_and_that_it_was_read_back(
    media: Provider, at: Callable[[float], None]
) -> None:
    at(1000)
    signed = media.sign("a", expires_in=600, stable=HOUR)
    assert signed.expires_at == datetime.fromtimestamp(START, UTC) + timedelta(seconds=4200)
    assert signed.checked


class Passes:
    @hookimpl(wrapper=True)
    def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
        return attrs.evolve((yield))  # another value, which is looked at closely


def test_a_layer_sees_it_and_may_change_how_long(
    media: Provider, at: Callable[[float], None]
) -> None:
    class Shorter:
        @hookimpl
        def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
            assert request.stable == HOUR
            return attrs.evolve(request, expires_in=60)

    at(3000)
    shorter = media.with_layer(Shorter()).with_layer(Passes()).sign("a", stable=HOUR)
    assert window(shorter.reveal()) == (0, 3660)
    assert shorter.checked


def test_a_signer_that_does_not_know_it_keeps_its_promise(
    media: Provider, at: Callable[[float], None]
) -> None:
    class Own:
        @hookimpl
        def bucketry_sign(self, request: SignRequest) -> SignedUrl:
            ends = datetime.fromtimestamp(time.time() + request.expires_in, UTC)
            return SignedUrl(url="https://x.example/a?s=1", method="GET", expires_at=ends)

    at(3000)
    signed = media.with_layer(Own()).sign("a", expires_in=600, stable=HOUR)
    assert signed.expires_at == datetime.fromtimestamp(START + 3600, UTC)


@pytest.mark.parametrize("seconds", [0, -1, True, 1.5, "60"])
def test_a_window_is_a_number_of_seconds(media: Provider, seconds: Any) -> None:
    for call in (media.sign, media.url):
        with pytest.raises(InvalidExpiry, match="stable is a number of seconds, 1 or more"):
            call("a", stable=seconds)
    with pytest.raises(InvalidExpiry):
        media.sign_many(["a"], stable=seconds)


def test_both_together_are_no_longer_than_the_vendor_allows(media: Provider) -> None:
    longest = 604_800
    assert media.sign("a", expires_in=1, stable=longest - 1).expires_at is not None
    with pytest.raises(InvalidExpiry, match=r"604,800 seconds at most, .*; 1 and 604,800 are not"):
        media.sign("a", expires_in=1, stable=longest)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_writes_is_not_kept(media: Provider, method: Any) -> None:
    with pytest.raises(InvalidInput, match=f"stable is for GET and HEAD, not for {method}"):
        media.sign("a", method=method, stable=HOUR)


def test_a_server_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in verifies signatures, and when they begin and end."""
    now = [datetime.fromtimestamp(START + 3599, UTC)]
    monkeypatch.setattr(time, "time", lambda: now[0].timestamp())
    with localhost_names(), StandIn(buckets=["media"], clock=lambda: now[0]) as server:
        media = bucketry.open_provider(server.configuration())
        media.upload(b"meow", key="a")
        http = Http(server.ca_bundle)
        signed = media.sign("a", expires_in=600, stable=HOUR)
        for seconds, status in ((0, 200), (598, 200), (602, 403)):
            now[0] = datetime.fromtimestamp(START + 3599 + seconds, UTC)
            assert http.send(signed).status == status, seconds


def test_files_on_disk_have_it_too() -> None:
    now = [float(START)]
    signer = Signer(Secret("k" * 32), "http://files.example", clock=lambda: now[0])
    request = SignRequest(key="a", method="GET", expires_in=600, stable=HOUR)
    first = signer.sign(request)
    now[0] += 3599.5
    assert signer.sign(request).reveal() == first.reveal()
    query = urlsplit(first.reveal()).query
    now[0] += 599
    assert signer.verify("a", query, "GET").method == "GET"
    now[0] += 2
    with pytest.raises(bucketry.BucketryError):
        signer.verify("a", query, "GET")


def test_a_cdn_has_it_too(media: Provider) -> None:
    now = [float(START)]
    front = media.with_layer(bunny("https://m.example", "key", clock=lambda: now[0]))
    first = front.url("a", expires_in=600, stable=HOUR)
    now[0] += 3599
    assert front.url("a", expires_in=600, stable=HOUR) == first
    assert f"expires={START + 4200}" in first
    now[0] += 1
    assert front.url("a", expires_in=600, stable=HOUR) != first
