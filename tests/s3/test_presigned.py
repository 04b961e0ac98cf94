"""What layers do to signatures: what they ask for is signed along, what they tell is compared."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from bucketry import InvalidInput, PluginError, Provider, SignedUrl, SignRequest, hookimpl
from bucketry.testing.http import Http
from bucketry_s3.testing import StandIn

Open = Callable[..., Provider]


class Prepare:
    """Changes what is asked for."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    @hookimpl(wrapper=True)
    def bucketry_prepare_signing(self) -> Generator[None, SignRequest, SignRequest]:
        return attrs.evolve((yield), **self.changes)


class Tell:
    """Changes what is told of a signature."""

    def __init__(self, change: Callable[[SignedUrl], SignedUrl]) -> None:
        self.change = change

    @hookimpl(wrapper=True)
    def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
        return self.change((yield))


class SignElse:
    """Signs another request than the one that was asked for, with the provider's own signature."""

    def __init__(self, provider: Provider, **changes: Any) -> None:
        self.provider, self.changes = provider, changes

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        other = attrs.evolve(request, **self.changes)
        signed = self.provider.hooks.bucketry_sign(request=other)
        return attrs.evolve(signed, method=request.method)


# -- what is signed along ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_header_that_a_layer_asks_for_is_signed_and_must_be_sent(
    server: StandIn, open_on: Open, method: Any
) -> None:
    server.put("media", "k", b"x")
    refusing = {"unsigned_headers": "refused"}
    provider = open_on(capabilities=refusing).with_layer(Prepare(headers={"x-acme-team": "web"}))
    http = Http(server.ca_bundle)

    signed = provider.sign("k", method=method)

    assert "web" == signed.headers["x-acme-team"]
    assert "X-Amz-SignedHeaders=host%3Bx-acme-team" in signed.reveal()
    assert signed.checked
    assert 200 == http.send(signed, body=b"y" if method == "PUT" else None).status
    others = {name: value for name, value in signed.headers.items() if name != "x-acme-team"}
    bare = attrs.evolve(signed, headers=others)
    assert 403 == http.send(bare, body=b"y" if method == "PUT" else None).status


def test_a_form_has_the_header_as_a_field_that_cannot_be_left_out(
    server: StandIn, open_on: Open
) -> None:
    headers = {"Cache-Control": "no-store", "x-amz-meta-team": "web"}
    provider = open_on(capabilities={"post_policy": "yes"}).with_layer(Prepare(headers=headers))
    http = Http(server.ca_bundle)

    ticket = provider.upload_ticket("k").signed

    assert headers.items() <= ticket.reveal_fields().items()
    for name in headers:
        kept = {n: v for n, v in ticket.reveal_fields().items() if n != name}
        assert 403 == http.post_form(attrs.evolve(ticket, fields=kept), b"x").status, name
    assert http.post_form(ticket, b"x").status in (200, 201, 204)
    info = provider.head("k")
    assert ("no-store", {"team": "web"}) == (info.cache_control, info.metadata)


def test_an_acl_is_the_field_acl_in_a_form(server: StandIn, open_on: Open) -> None:
    layer = Prepare(headers={"x-amz-acl": "private"})
    provider = open_on(capabilities={"post_policy": "yes"}).with_layer(layer)

    ticket = provider.upload_ticket("k").signed

    assert "private" == ticket.reveal_fields()["acl"]
    assert Http(server.ca_bundle).post_form(ticket, b"x").status in (200, 201, 204)


@pytest.mark.parametrize("name", ["x-acme-team", "x-amz-tagging", "If-None-Match"])
def test_a_header_that_forms_have_no_field_for_is_refused(open_on: Open, name: str) -> None:
    layer = Prepare(headers={name: "web"})
    provider = open_on(capabilities={"post_policy": "yes"}).with_layer(layer)

    with pytest.raises(InvalidInput, match=f"no field for the header {name}"):
        provider.upload_ticket("k")
    assert provider.sign("k", method="PUT").checked


@pytest.mark.parametrize("name", ["X-Amz-Date", "x-amz-security-token", "x-amz-content-sha256"])
def test_what_the_signature_brings_is_not_asked_for(open_on: Open, name: str) -> None:
    with pytest.raises(InvalidInput, match=f"the signature itself brings {name}"):
        open_on().with_layer(Prepare(headers={name: "x"})).sign("k")


# -- what is told ------------------------------------------------------------------------------


@pytest.mark.parametrize("key_id", ["AKIAEXAMPLE", "team/app"])
def test_a_signature_that_is_what_is_told_is_checked(open_on: Open, key_id: str) -> None:
    pair = {"access_key_id": key_id, "secret_access_key": "secret"}
    provider = open_on(capabilities={"post_policy": "yes"}, credentials=pair)
    same, equal = (provider.with_layer(Tell(how)) for how in (lambda signed: signed, attrs.evolve))
    for layered in (provider, same, equal):
        for signed in (
            layered.sign("a b", response={"content_type": "text/plain"}),
            layered.sign("a b", method="PUT", content_type="text/plain"),
            layered.sign("a b", method="DELETE", version="v1"),
            layered.upload_ticket("a b", content_type="text/plain", max_size=10).signed,
        ):
            assert signed.checked


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"key": "other"}, "it is signed for something else than GET on 'k'"),
        # A PUT binds headers that a GET has not.
        ({"method": "PUT"}, "other headers are signed than are told"),
        ({"method": "DELETE"}, "it is signed for something else than GET on 'k'"),
        ({"version": "v1"}, "it is signed for something else than GET on 'k'"),
        ({"response": {"content_type": "text/html"}}, "it is signed for something else than GET"),
        ({"headers": {"x-acme": "a"}}, "other headers are signed than are told"),
    ],
)
def test_a_signature_for_something_else_is_told(
    open_on: Open, changes: dict[str, Any], fault: str
) -> None:
    provider = open_on()

    with pytest.raises(PluginError, match=fault):
        provider.with_layer(SignElse(provider, **changes)).sign("k", expires_in=60)


def test_a_form_for_another_key_or_size_is_told(open_on: Open) -> None:
    provider = open_on(capabilities={"post_policy": "yes"})
    for changes in ({"key": "other"}, {"max_size": 1 << 30}, {"content_type": None}):
        layered = provider.with_layer(SignElse(provider, **changes))
        with pytest.raises(PluginError, match="something else than POST on 'k'"):
            layered.upload_ticket("k", max_size=10, content_type="text/plain")


@pytest.mark.parametrize("seconds", [10, 3600])
def test_a_life_that_is_told_and_not_signed_is_noticed(open_on: Open, seconds: int) -> None:
    """The shorter one too: whoever relies on it would lend the object for longer."""
    provider = open_on()

    def earlier(signed: SignedUrl) -> SignedUrl:
        assert signed.expires_at is not None
        return attrs.evolve(signed, expires_at=signed.expires_at - timedelta(seconds=seconds - 5))

    with pytest.raises(PluginError, match="the signature ends at another time than is told"):
        provider.with_layer(Tell(earlier)).sign("k", expires_in=seconds)


def test_a_longer_life_than_was_asked_for_is_noticed(open_on: Open) -> None:
    provider = open_on()

    class Longer(SignElse):
        @hookimpl
        def bucketry_sign(self, request: SignRequest) -> SignedUrl:
            other = attrs.evolve(request, expires_in=3600)
            signed = self.provider.hooks.bucketry_sign(request=other)
            assert signed.expires_at is not None
            return attrs.evolve(signed, expires_at=signed.expires_at - timedelta(seconds=3540))

    with pytest.raises(PluginError, match="it is signed for 3600 seconds, not for 60"):
        provider.with_layer(Longer(provider)).sign("k", expires_in=60)


def test_a_shorter_life_by_the_familys_own_signature_is_right(open_on: Open) -> None:
    provider = open_on()

    signed = provider.with_layer(SignElse(provider, expires_in=30)).sign("k", expires_in=60)

    assert signed.checked
    assert "X-Amz-Expires=30&" in signed.reveal()


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("https://localhost", "https://cdn.example.com"),
        lambda url: url.partition("?")[0] + "?token=abc",
        lambda url: url.replace("Credential=AKIA", "Credential=ASIA"),
    ],
    ids=["another host", "another signer", "another key pair"],
)
def test_what_nobody_here_can_read_is_passed_on_unchecked(
    open_on: Open, change: Callable[[str], str]
) -> None:
    layer = Tell(lambda signed: attrs.evolve(signed, url=change(signed.reveal())))

    assert not open_on().with_layer(layer).sign("k").checked


def test_a_signature_that_was_touched_is_told(open_on: Open) -> None:
    def touched(signed: SignedUrl) -> SignedUrl:
        url = signed.reveal()
        return attrs.evolve(signed, url=url[:-1] + ("0" if url[-1] != "0" else "1"))

    with pytest.raises(PluginError, match="something else than GET on 'k'"):
        open_on().with_layer(Tell(touched)).sign("k")
