"""A page shows what is stored, and its policy allows no more than that."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import bucketry
from bucketry import InvalidInput, Provider
from bucketry.setup import CspSources, csp_asgi, csp_sources, csp_wsgi, with_sources

PAIR = {"access_key_id": "AKIAEXAMPLE000000001", "secret_access_key": "secret"}


def opened(**changes: Any) -> Provider:
    told = {"provider": "aws", "bucket": "media", "region": "eu-west-1", "credentials": PAIR}
    return bucketry.open_provider({**told, **changes})


HOST = "https://media.s3.eu-west-1.amazonaws.com"
SHARED = "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("changes", "read", "upload"),
    [
        ({}, [f"{HOST}/"], [f"{HOST}/"]),
        ({"visibility": "public"}, [f"{HOST}/"], [f"{HOST}/"]),
        ({"root_path": "up/a b"}, [f"{HOST}/up/a%20b/"], [f"{HOST}/", f"{HOST}/up/a%20b/"]),
        # The host serves the buckets of strangers, too.
        ({"bucket": "my.media"}, [f"{SHARED}/my.media/"],
         [f"{SHARED}/my.media", f"{SHARED}/my.media/"]),
        ({"visibility": "public", "base_url": "https://cdn.example.com/a;b,c"},
         ["https://cdn.example.com/a%3Bb%2Cc/"], [f"{HOST}/"]),
        ({"public_endpoint": "https://files.example.com:8443", "addressing": "path"},
         ["https://files.example.com:8443/media/"],
         ["https://files.example.com:8443/media", "https://files.example.com:8443/media/"]),
        ({"provider": "r2", "account_id": "a" * 32, "region": "auto"},
         [f"https://{'a' * 32}.r2.cloudflarestorage.com/media/"],
         [f"https://{'a' * 32}.r2.cloudflarestorage.com/media/"]),
    ],
)  # fmt: skip
def test_sources_are_where_objects_are_and_as_narrow(
    changes: dict[str, Any], read: list[str], upload: list[str]
) -> None:
    with opened(**changes) as media:
        sources = csp_sources(media, uploads=True)
        assert csp_sources(media) == CspSources(read=tuple(read))
    assert (list(sources.read), list(sources.upload)) == (read, upload)


def allows(source: str, url: str) -> bool:
    """Match a URL as CSP Level 3, section 6.7.2.8, does; a slash at the end makes a folder."""
    bare = url.partition("?")[0]
    return bare.startswith(source) if source.endswith("/") else bare == source


@pytest.mark.parametrize(
    "changes",
    [{}, {"bucket": "my.media"}, {"root_path": "up"}, {"visibility": "public"},
     {"visibility": "public", "base_url": "https://cdn.example.com"}],
)  # fmt: skip
def test_every_address_that_is_given_out_is_allowed(changes: dict[str, Any]) -> None:
    with opened(**changes) as media:
        sources = csp_sources(media, uploads=True)
        for key in ("a.png", "deep/in the/folder, really; so.png"):
            assert any(allows(one, media.url(key)) for one in sources.of("img-src"))
            ticket = media.upload_ticket(key).signed.reveal()
            put = media.sign(key, method="PUT").reveal()
            for address in (ticket, put):
                assert any(allows(one, address) for one in sources.of("connect-src"))
        other = media.url("a.png").replace("media", "theirs").replace("cdn", "other")
        assert not any(allows(one, other) for one in sources.of("img-src"))


def test_several_providers_have_their_sources_together() -> None:
    with opened() as media, opened(bucket="thumbs") as thumbs:
        sources = csp_sources(media, thumbs, media)
    assert sources.read == (f"{HOST}/", "https://thumbs.s3.eu-west-1.amazonaws.com/")


READ, UPLOAD = "https://read.example/", "https://upload.example/"
SOURCES = CspSources(read=(READ,), upload=(UPLOAD,))


@pytest.mark.parametrize(
    ("policy", "extended"),
    [
        ("img-src 'self'; script-src 'self'", f"img-src 'self' {READ}; script-src 'self'"),
        ("IMG-SRC 'none'", f"img-src {READ}"),
        ("default-src 'self'",
         f"default-src 'self'; img-src 'self' {READ}; media-src 'self' {READ}; "
         f"connect-src 'self' {READ} {UPLOAD}"),
        ("default-src 'none'; img-src *",
         f"default-src 'none'; img-src * {READ}; media-src {READ}; connect-src {READ} {UPLOAD}"),
        ("script-src 'self'", "script-src 'self'"),
        ("form-action 'self'", f"form-action 'self' {UPLOAD}"),
        ("img-src a.example; img-src b.example", f"img-src a.example {READ}"),
        (f"img-src {READ}", f"img-src {READ}"),
        ("img-src 'self', default-src 'self'; upgrade-insecure-requests",
         f"img-src 'self' {READ}, default-src 'self'; upgrade-insecure-requests; "
         f"img-src 'self' {READ}; media-src 'self' {READ}; connect-src 'self' {READ} {UPLOAD}"),
        ("", ""),
        (" ; ", ""),
    ],
)  # fmt: skip
def test_a_policy_allows_what_it_did_and_the_sources(policy: str, extended: str) -> None:
    assert with_sources(policy, SOURCES) == extended


def test_a_source_for_both_is_named_once() -> None:
    assert CspSources(read=(READ,), upload=(READ,)).of("connect-src") == (READ,)


def test_a_policy_without_uploads_opens_no_form() -> None:
    assert with_sources("form-action 'none'", CspSources(read=(READ,))) == "form-action 'none'"


def test_other_directives_are_extended_if_named() -> None:
    policy = with_sources("default-src 'self'", SOURCES, directives=["object-src"])
    assert policy == f"default-src 'self'; object-src 'self' {READ}"


# -- middleware ------------------------------------------------------------------------------------

Headers = list[tuple[str, str]]


def through_wsgi(headers: Headers, policy: str | None) -> Headers:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", headers)
        return [b"page"]

    told: list[Headers] = []
    wrapped = csp_wsgi(app, SOURCES, policy=policy)
    body = wrapped({}, lambda status, sent, error=None: told.append(sent))
    assert list(body) == [b"page"]
    return told[0]


def through_asgi(headers: Headers, policy: str | None) -> Headers:
    async def app(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        raw = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": b"page"})

    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    asyncio.run(csp_asgi(app, SOURCES, policy=policy)({"type": "http"}, None, send))  # type: ignore[arg-type]
    assert told[1]["body"] == b"page"
    return [(name.decode(), value.decode()) for name, value in told[0]["headers"]]


@pytest.mark.parametrize("through", [through_wsgi, through_asgi])
def test_the_application_policies_are_extended_and_nothing_else(through: Any) -> None:
    headers = [
        ("Content-Type", "text/html"),
        ("Content-Security-Policy", "img-src 'self'"),
        ("content-security-policy-report-only", "img-src 'none'"),
    ]
    assert through(headers, "default-src 'self'") == [
        ("Content-Type", "text/html"),
        ("Content-Security-Policy", f"img-src 'self' {READ}"),
        ("content-security-policy-report-only", f"img-src {READ}"),
    ]


@pytest.mark.parametrize("through", [through_wsgi, through_asgi])
def test_where_there_is_none_one_is_sent_if_given(through: Any) -> None:
    headers = [("Content-Type", "text/html")]
    assert through(headers, None) == headers
    sent = through(headers, "default-src 'self'; img-src data:")
    assert sent[0] == headers[0]
    assert re.match("default-src 'self'; img-src data: https://read", sent[1][1])


def test_other_protocols_pass_untouched() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(send)

    async def send(message: Any) -> None: ...

    asyncio.run(csp_asgi(app, SOURCES)({"type": "websocket"}, None, send))  # type: ignore[arg-type]
    assert seen == [send]


def test_a_provider_in_the_place_of_sources_is_told() -> None:
    with opened() as media, pytest.raises(InvalidInput, match="pass what csp_sources returns"):
        csp_wsgi(lambda environ, start: [], media)  # type: ignore[arg-type]
