"""Signed URLs and upload tickets: what may be asked for, and what is promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bucketry import (
    Capabilities,
    Fact,
    InvalidExpiry,
    InvalidHeader,
    InvalidInput,
    Unsupported,
)
from core.memory import fact_of, memory_provider, store_of


@pytest.mark.parametrize(
    "seconds", [True, False, 0, -1, 604_801, 900.0, float("nan"), float("inf"), "900", b"9"]
)
def test_an_expiry_that_is_not_possible_is_refused(seconds: Any) -> None:
    media = memory_provider()
    for operation in (
        lambda: media.sign("a", expires_in=seconds),
        lambda: media.sign_many(["a"], expires_in=seconds),
        lambda: media.url("a", expires_in=seconds),
        lambda: media.upload_ticket("a", expires_in=seconds),
    ):
        with pytest.raises(InvalidExpiry, match="1 to 604,800 seconds, given as an int"):
            operation()
    assert store_of(media).calls == []


@pytest.mark.parametrize("seconds", [1, 604_800])
def test_the_shortest_and_the_longest_life(seconds: int) -> None:
    signed = memory_provider().sign("a", expires_in=seconds)
    assert signed.expires_at is not None
    left = signed.expires_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < left <= timedelta(seconds=seconds)


def test_a_vendor_may_allow_less() -> None:
    media = memory_provider(Capabilities(presign_seconds_max=fact_of(3600)))
    assert media.sign("a", expires_in=3600).signed
    with pytest.raises(InvalidExpiry, match="1 to 3,600 seconds"):
        media.sign("a", expires_in=3601)


def test_the_configured_life_is_the_default() -> None:
    media = memory_provider(signed_url_expires=77)
    media.sign("a")
    assert store_of(media).calls[-1][1].expires_in == 77


def test_signing_asks_for_what_was_said() -> None:
    media = memory_provider(root_path="top")
    signed = media.sign(
        "a", method="GET", expires_in=60, download_name="ä.txt",
        response={"cache_control": "no-store"}, version="v1",
    )  # fmt: skip
    request = store_of(media).calls[-1][1]
    assert signed.method == "GET"
    assert (request.key, request.method, request.version) == ("top/a", "GET", "v1")
    assert request.response == {
        "cache_control": "no-store",
        "content_disposition": "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A4.txt",
    }
    media.sign("a", method="PUT", content_type="image/png")
    assert store_of(media).calls[-1][1].content_type == "image/png"


BAD_SIGNING: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"method": "POST"}, InvalidInput, "use upload_ticket"),
    ({"method": "PATCH"}, InvalidInput, "'PATCH' cannot be signed"),
    ({"method": "get"}, InvalidInput, "'get' cannot be signed"),
    ({"response": {"etag": "x"}}, InvalidInput, "no such response header: etag"),
    ({"response": {"expires": "a\r\nb"}}, InvalidHeader, "response expires has the control"),
    ({"response": {"expires": 7}}, InvalidHeader, "response expires must be text"),
    ({"content_type": "image/png"}, InvalidInput, "content_type limits an upload"),
    ({"method": "PUT", "content_type": "a\nb"}, InvalidHeader, "content_type has the control"),
    ({"method": "PUT", "content_type": ""}, InvalidInput, "content_type is empty; None stands"),
    ({"method": "PUT", "content_type": "a/b "}, InvalidHeader, "content_type begins or ends with"),
    ({"version": ""}, InvalidInput, "version is empty; None stands for any"),
    ({"method": "PUT", "download_name": "x"}, InvalidInput, "are for GET and HEAD, not for PUT"),
    ({"method": "DELETE", "response": {"expires": "x"}}, InvalidInput, "not for DELETE"),
    ({"method": "PUT", "version": "v1"}, InvalidInput, "it cannot name one"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "error", "reason"), BAD_SIGNING)
def test_bad_signing_arguments_are_refused(
    arguments: dict[str, Any], error: type[Exception], reason: str
) -> None:
    media = memory_provider()
    with pytest.raises(error, match=reason):
        media.sign("a", **arguments)
    assert store_of(media).calls == []


def test_a_vendor_that_cannot_sign_a_method_says_so() -> None:
    media = memory_provider(Capabilities(presign=fact_of(frozenset({"GET"}))))
    assert media.sign("a").method == "GET"
    for operation in (
        lambda: media.sign("a", method="PUT"),
        lambda: media.upload_ticket("a"),
    ):
        with pytest.raises(Unsupported, match="Memory signs GET only") as caught:
            operation()
        assert (caught.value.provider, caught.value.operation) == ("media", "sign")


def test_many_are_signed_at_once() -> None:
    signed = memory_provider(root_path="top").sign_many(iter(["a", "b"]), expires_in=60)
    assert {key: str(url) for key, url in signed.items()} == {
        "a": "https://memory.example/bucket/top/a?***",
        "b": "https://memory.example/bucket/top/b?***",
    }


POST = Capabilities(post_policy=fact_of("yes"))
LIMITS: dict[str, Any] = {"content_type": "image/png", "max_size": 1000}


def test_a_ticket_is_a_form_where_policies_are_verified() -> None:
    media = memory_provider(POST, root_path="top")
    ticket = media.upload_ticket("a", **LIMITS, min_size=10, expires_in=60)
    assert (ticket.key, ticket.signed.method) == ("a", "POST")
    assert ticket.enforced == {"key", "content_type", "size"}
    assert ticket.unenforced == frozenset()
    request = store_of(media).calls[-1][1]
    assert (request.key, request.content_type, request.expires_in) == ("top/a", "image/png", 60)
    assert (request.min_size, request.max_size) == (10, 1000)


@pytest.mark.parametrize("fact", [fact_of("no"), fact_of("ignored"), Fact(None)])
def test_a_ticket_is_a_signed_put_elsewhere_and_tells_what_it_cannot_check(fact: Fact[Any]) -> None:
    media = memory_provider(Capabilities(post_policy=fact))
    ticket = media.upload_ticket("a", **LIMITS)
    assert ticket.signed.method == "PUT"
    assert ticket.enforced == {"key", "content_type"}
    assert ticket.unenforced == {"size"}


@pytest.mark.parametrize("capabilities", [POST, Capabilities()])
def test_a_ticket_names_only_limits_that_were_asked_for(capabilities: Capabilities) -> None:
    ticket = memory_provider(capabilities).upload_ticket("a")
    assert ticket.enforced == {"key"}
    assert ticket.unenforced == frozenset()


@pytest.mark.parametrize(
    "limits", [{"min_size": -1}, {"max_size": -1}, {"min_size": 5, "max_size": 4}]
)
def test_a_ticket_with_impossible_limits_is_refused(limits: dict[str, Any]) -> None:
    media = memory_provider(POST)
    with pytest.raises(InvalidInput, match="sizes are bytes, min_size not above max_size"):
        media.upload_ticket("a", **limits)
    with pytest.raises(InvalidHeader, match="content_type has the control character"):
        media.upload_ticket("a", content_type="a\r\nb")
    assert store_of(media).calls == []
