"""URLs made of a layer's frames: what counts as one, and what layers above can do with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from bucketry import PluginError, Provider, SignedUrl, SignRequest, hookimpl
from bucketry.model import SigningFrame
from core.memory import MemoryOptions, memory_vendor

FRONT = "https://signer.example/"


def _frame(expires_in: int, second: int, **changes: Any) -> SigningFrame:
    found = {
        "front": FRONT,
        "back": f"?life={expires_in}&sig=",
        "signature": lambda key: f"{len(key)}framed",
        "expires_at": datetime.fromtimestamp(second + expires_in, UTC),
    }
    return SigningFrame(**{**found, **changes})


class Signer:
    """Signs plain GETs by a frame, and everything by hand."""

    def __init__(self, frame: Callable[..., Any] = _frame) -> None:
        self._frame = frame
        self.asked: list[SignRequest] = []

    def signing_frame(self, expires_in: int, second: int) -> Any:
        return self._frame(expires_in, second)

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        self.asked.append(request)
        return SignedUrl(
            url=f"{FRONT}{request.key}?by=hand",
            method=request.method,
            headers=dict(request.headers),
            expires_at=datetime.now(UTC) + timedelta(seconds=request.life),
            checked=True,
        )

    @hookimpl
    def bucketry_check_signed(self, signed: SignedUrl, request: SignRequest) -> str | None:
        key = signed.reveal().removeprefix(FRONT).partition("?")[0]
        right = key == request.key and signed.headers == request.headers
        return "" if right else "it is signed for something else"


class Changes:
    """Changes what comes from below."""

    def __init__(self, change: Callable[[SignedUrl], SignedUrl | None]) -> None:
        self.change = change
        self.seen: list[SignRequest] = []

    @hookimpl(wrapper=True)
    def bucketry_sign(self, request: SignRequest) -> Generator[None, SignedUrl, SignedUrl | None]:
        self.seen.append(request)
        return self.change((yield))


def _passes(signed: SignedUrl) -> SignedUrl:
    return signed


def _media(*layers: object) -> Provider:
    vendor = memory_vendor(layers=lambda options, context: [*layers])
    return Provider(name="media", vendor=vendor, options=MemoryOptions(root_path="top"))


def test_plain_gets_are_made_of_frames_below_every_layer() -> None:
    signer, above = Signer(), Changes(_passes)
    for media in (_media(signer), _media(signer).with_layer(above)):
        signed = media.sign("a b")
        assert signed.reveal() == f"{FRONT}top/a%20b?life=900&sig=9framed"
        assert signed.checked
        assert media.url("a b", expires_in=5) == f"{FRONT}top/a%20b?life=5&sig=9framed"
        assert media.sign_many(["c"])["c"].reveal() == f"{FRONT}top/c?life=900&sig=5framed"
    assert signer.asked == []
    assert [(request.key, request.expires_in) for request in above.seen] == [
        ("top/a b", 900), ("top/a b", 5), ("top/c", 900),
    ]  # fmt: skip


def test_each_life_has_one_frame_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_780_000_000.4]
    monkeypatch.setattr(time, "time", lambda: now[0])
    made: list[tuple[int, int]] = []

    def frame(expires_in: int, second: int) -> SigningFrame:
        made.append((expires_in, second))
        return _frame(expires_in, second)

    media = _media(Signer(frame))
    for _ in range(2):
        for seconds in (60, 900, 60, 900):
            assert f"life={seconds}&" in media.sign("a", expires_in=seconds).reveal()
        now[0] += 1
    assert made == [(60, 1_780_000_000), (900, 1_780_000_000), (60, 1_780_000_001),
                    (900, 1_780_000_001)]  # fmt: skip
    for seconds in (*range(1, 50), 1):
        assert f"life={seconds}&" in media.sign("a", expires_in=seconds).reveal()


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "HEAD"},
        {"method": "PUT"},
        {"version": "3"},
        {"download_name": "a.txt"},
        {"stable": 60},
        {"method": "PUT", "content_type": "a/b"},
    ],
)
def test_whatever_else_is_asked_for_is_signed_by_the_layer(asked: dict[str, Any]) -> None:
    signer = Signer()
    for media in (_media(signer), _media(signer).with_layer(Changes(_passes))):
        assert media.sign("a", **asked).reveal() == f"{FRONT}top/a?by=hand"
    assert len(signer.asked) == 2


class Derived(SigningFrame):
    def signed(self, quoted_key: str, signature: str, *, checked: bool) -> SignedUrl:
        return SignedUrl(url="https://evil.example/", method="PUT", signed=False)


LATER = datetime.now(UTC) + timedelta(days=30)
BAD_FRAMES: list[Callable[..., Any]] = [
    lambda *_: None,
    lambda *_: "https://signer.example/",
    lambda *given: Derived(**attrs.asdict(_frame(*given))),
    lambda *given: _frame(*given, front="javascript:alert(1)/"),
    lambda *given: _frame(*given, front="https://signer.example"),
    lambda *given: _frame(*given, front="https://signer.example/ /"),
    lambda *given: _frame(*given, back="?a=\r\nX: 1&sig="),
    lambda *given: _frame(*given, back="?" + "x" * 8000),
    lambda *given: _frame(*given, expires_at=LATER),
    lambda *given: _frame(*given, expires_at=datetime(2026, 11, 24)),
    lambda *given: _frame(*given, signature=lambda key: "ab/../c"),
    lambda *given: _frame(*given, signature=lambda key: "é"),
    lambda *given: _frame(*given, signature=lambda key: "x" * 513),
]


@pytest.mark.parametrize("frame", BAD_FRAMES)
def test_a_bad_frame_leaves_the_signing_to_the_layer(frame: Callable[..., Any]) -> None:
    signer = Signer(frame)
    for media in (_media(signer), _media(signer).with_layer(Changes(_passes))):
        assert media.sign("a").reveal() == f"{FRONT}top/a?by=hand"


def _with_header(signed: SignedUrl, value: str) -> SignedUrl:
    signed.headers["X-Team"] = value  # type: ignore[index] # what a careless layer does
    return signed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda signed: None, "came back empty"),
        (lambda signed: signed.reveal(), "it answered str, not SignedUrl"),
        (lambda signed: attrs.evolve(signed, url="javascript:1"), "not absolute http"),
        (lambda signed: attrs.evolve(signed, method="PUT"), "it signed 'PUT', not GET"),
        (lambda signed: attrs.evolve(signed, expires_at=LATER), "longer than 900 seconds"),
        (lambda signed: attrs.evolve(signed, url=f"{FRONT}b"), "signed for something else"),
        (lambda signed: _with_header(signed, "a\r\nb"), "a header value is one line"),
        (lambda signed: _with_header(signed, "red"), "signed for something else"),
    ],
)
@pytest.mark.parametrize("frame", [_frame, lambda *_: None], ids=["framed", "by hand"])
def test_a_changed_answer_is_looked_at(
    change: Callable[[SignedUrl], Any], reason: str, frame: Callable[..., Any]
) -> None:
    media = _media(Signer(frame)).with_layer(Changes(change))
    with pytest.raises(PluginError, match=reason):
        media.sign("a")


@pytest.mark.parametrize("asked", [{}, {"method": "HEAD"}], ids=["framed", "by hand"])
def test_an_earlier_answer_counts_for_its_own_request_alone(asked: dict[str, Any]) -> None:
    """It is the last one that was made, and untouched."""

    class Remembers:
        last: SignedUrl | None = None

        @hookimpl
        def bucketry_sign(self) -> SignedUrl | None:
            return self.last

    layer = Remembers()
    media = _media(Signer()).with_layer(layer)
    layer.last = media.sign("a", **asked)
    assert media.sign("a", **asked) == layer.last
    with pytest.raises(PluginError, match="it is signed for something else"):
        media.sign("b", **asked)


def test_a_signer_that_takes_no_request_is_asked_as_any() -> None:
    class Fixed:
        @hookimpl
        def bucketry_sign(self) -> SignedUrl:
            return SignedUrl(url="https://fixed.example/", method="GET", signed=False)

    for media in (_media(Fixed()), _media(Fixed()).with_layer(Changes(_passes))):
        assert media.sign("a").reveal() == "https://fixed.example/"


def test_what_the_lowest_layer_signs_by_hand_is_looked_at() -> None:
    class Script(Signer):
        @hookimpl
        def bucketry_sign(self, request: SignRequest) -> SignedUrl:
            return attrs.evolve(super().bucketry_sign(request), url="javascript:alert(1)")

    for media in (_media(Script()), _media(Script()).with_layer(Changes(_passes))):
        with pytest.raises(PluginError, match="not absolute http"):
            media.sign("a")


def test_a_type_of_its_own_makes_a_request_no_plain_get() -> None:
    request = SignRequest.plain_get("a", 5)
    assert request.is_plain_get
    assert not attrs.evolve(request, content_type="a/b").is_plain_get


def test_what_is_made_in_one_go_is_what_the_class_makes() -> None:
    request = SignRequest(key="a", method="GET", expires_in=5, stable=7)
    made = SignRequest.plain_get("a", 5, 7)
    frame = _frame(5, 0)
    signed = SignedUrl(
        url=f"{FRONT}a?life=5&sig=x", method="GET", expires_at=frame.expires_at, checked=True
    )
    for one, other in ((made, request), (frame.signed("a", "x", checked=True), signed)):
        assert type(one) is type(other)
        assert one == other
        assert repr(one) == repr(other)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            one.method = "PUT"  # type: ignore[misc] # it is frozen
