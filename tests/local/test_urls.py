"""Addresses: built, taken apart again, signed and checked. No server here."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

from bucketry import (
    AccessDenied,
    BadCredentials,
    InvalidExpiry,
    PluginError,
    Provider,
    Secret,
    SignedUrl,
    SignRequest,
    StorageError,
    Unsupported,
    hookimpl,
    open_provider,
)
from bucketry.config import check_config
from bucketry.model import Method
from bucketry_local import LocalLayer
from bucketry_local.signing import Grant, Signer

Make = Callable[..., Provider]


class PassesOn:
    @hookimpl(wrapper=True)
    def bucketry_object_url(self, key: str) -> Generator[None, str, str]:
        return (yield)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("a", "http://127.0.0.1:8900/a"),
        ("photos/cat.png", "http://127.0.0.1:8900/photos/cat.png"),
        ("a b", "http://127.0.0.1:8900/a%20b"),
        ("a+b", "http://127.0.0.1:8900/a%2Bb"),
        ("100%", "http://127.0.0.1:8900/100%25"),
        ("%2F", "http://127.0.0.1:8900/%252F"),
        ("a?b#c&d=e", "http://127.0.0.1:8900/a%3Fb%23c%26d%3De"),
        ("~-_.", "http://127.0.0.1:8900/~-_."),
        ("!*'()", "http://127.0.0.1:8900/%21%2A%27%28%29"),
        ("ü/日本.txt", "http://127.0.0.1:8900/%C3%BC/%E6%97%A5%E6%9C%AC.txt"),
        ("http://x", None),
    ],
)
def test_the_address_of_a_key_and_back(make: Make, key: str, url: str | None) -> None:
    local = make(visibility="public")
    if url is None:  # '//' is no key
        assert local.key_of_url(f"http://127.0.0.1:8900/{key}") is None
        return
    for each in (local, local.with_layer(PassesOn())):  # the quick way, and the long one
        assert each.url(key) == url
        assert each.object_url(key) == url
    assert local.key_of_url(url) == key


def test_a_slash_at_the_end_of_the_base_url_counts_for_nothing(make: Make) -> None:
    local = make(base_url="https://files.example.com/media/", visibility="public")
    assert local.url("a") == "https://files.example.com/media/a"
    assert local.key_of_url("https://files.example.com/media/a") == "a"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8901/root/a",
        "https://127.0.0.1:8900/root/a",
        "http://127.0.0.1/root/a",
        "http://127.0.0.1:8900.evil.example/root/a",
        "http://127.0.0.1:8900@evil.example/root/a",
        "http://user@127.0.0.1:8900/root/a",
        "http://LOCALHOST:8900/root/a",
        "http://127.0.0.1:8900/root",
        "http://127.0.0.1:8900/root/",
        "http://127.0.0.1:8900/rooted/a",
        "http://127.0.0.1:8900/root//a",
        "http://127.0.0.1:8900/root%2Fa",
        "http://127.0.0.1:8900/root/../root/a",
        "http://127.0.0.1:8900/root/%61",
        "http://127.0.0.1:8900/root/%c3%bc",
        "http://127.0.0.1:8900/root/ü",
        "http://127.0.0.1:8900/root/%FF",
        "http://127.0.0.1:8900/root/a?x=1",
        "http://127.0.0.1:8900/root/a#x",
        "/root/a",
        "",
    ],
)
def test_look_alikes_are_not_ours(make: Make, url: str) -> None:
    local = make(root_path="root")
    assert local.key_of_url("http://127.0.0.1:8900/root/a") == "a"
    assert local.key_of_url(url) is None


# -- signatures ----------------------------------------------------------------------------------

BASE = "http://127.0.0.1:8900"
KEY = Secret("a signing key for tests")
NOW = 1_700_000_000


def signer(*, base: str = BASE, key: Secret = KEY, now: int = NOW) -> Signer:
    return Signer(key, base, lambda: now)


def get(key: str, method: Method = "GET") -> SignRequest:
    return SignRequest(key=key, method=method, expires_in=900)


def test_a_signed_get_is_what_openssl_makes_of_it() -> None:
    signed = signer().sign(
        SignRequest(
            key="photos/a b&ü.png",
            method="GET",
            expires_in=900,
            response={"content_disposition": 'attachment; filename="x"'},
        )
    )
    # The lines of bucketry_local.signing through: openssl dgst -sha256 -hmac KEY
    assert signed.reveal() == (
        "http://127.0.0.1:8900/photos/a%20b%26%C3%BC.png?expires=1700000900&method=GET"
        "&response_content_disposition=attachment%3B%20filename%3D%22x%22"
        "&Signature=cb6ee6832a4fe5136f28b5c1e6e9586b7d9ef37b1d1e5cd42353ab46f6f5f458"
    )
    assert signed.headers == {}
    assert signed.signed is True
    assert signed.expires_at == datetime(2023, 11, 14, 22, 28, 20, tzinfo=UTC)


def test_a_signed_put_names_the_type_that_must_be_sent() -> None:
    signed = signer().sign(
        SignRequest(key="a", method="PUT", expires_in=900, content_type="image/png")
    )
    assert signed.reveal() == (
        "http://127.0.0.1:8900/a?expires=1700000900&method=PUT&content_type=image%2Fpng"
        "&Signature=145853ef51a731caa9147badef5357e0e7c5cf67a2db8c3a93ecdaef6d9f4332"
    )
    assert signed.headers == {"Content-Type": "image/png"}


def query_of(url: str) -> str:
    return url.partition("?")[2]


def test_a_signature_gives_what_was_signed() -> None:
    signed = signer().sign(
        SignRequest(
            key="a", method="GET", expires_in=60, response={"content_type": "text/plain; a=b"}
        )
    )
    grant = signer().verify("a", query_of(signed.reveal()), "GET")
    assert grant == Grant(
        method="GET", expires=1_700_000_060, response={"content_type": "text/plain; a=b"}
    )


def test_it_expires_to_the_second() -> None:
    query = query_of(signer().sign(get("a")).reveal())
    assert signer(now=NOW + 899).verify("a", query, "GET").method == "GET"
    with pytest.raises(AccessDenied, match="the URL has expired"):
        signer(now=NOW + 900).verify("a", query, "GET")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expires=1700000900", "expires=1700000901"),
        ("expires=1700000900", "expires=99999999999"),
        ("method=GET", "method=PUT"),
        ("method=GET", "METHOD=GET"),
        ("method=GET&", ""),
        ("expires=1700000900&", ""),
        ("content_type=text%2Fplain", "content_type=text%2Fhtml"),
        ("response_content_type=text%2Fplain&", ""),
        ("Signature=", "Signature=0"),
        ("Signature=", "Signature=%C3%BC"),
        ("Signature=", "signature="),
        ("Signature=", "Signature"),
        ("&Signature=", "&extra=1&Signature="),
        ("&Signature=", "&method=GET&Signature="),
        ("&Signature=", "&Signature=&Signature="),
        ("&Signature=", "&&Signature="),
        ("&Signature=", "&%FF=1&Signature="),
    ],
)
def test_any_change_of_the_query_breaks_the_signature(old: str, new: str) -> None:
    request = SignRequest(
        key="a", method="GET", expires_in=900, response={"content_type": "text/plain"}
    )
    query = query_of(signer().sign(request).reveal())
    assert signer().verify("a", query, "GET").method == "GET"
    tampered = query.replace(old, new, 1)
    assert tampered != query
    with pytest.raises(AccessDenied, match=r"signature does not match|query cannot be read"):
        signer().verify("a", tampered, "GET")


def test_another_key_method_host_or_secret_breaks_the_signature() -> None:
    query = query_of(signer().sign(get("a")).reveal())
    with pytest.raises(AccessDenied, match="signature does not match"):
        signer().verify("b", query, "GET")
    with pytest.raises(AccessDenied, match="signed for GET, not for PUT"):
        signer().verify("a", query, "PUT")
    with pytest.raises(AccessDenied, match="signed for GET, not for HEAD"):
        signer().verify("a", query, "HEAD")
    with pytest.raises(AccessDenied, match="signature does not match"):
        signer(base="http://127.0.0.1:8901").verify("a", query, "GET")
    with pytest.raises(AccessDenied, match="signature does not match"):
        signer(key=Secret("another signing key....")).verify("a", query, "GET")


def test_a_private_url_is_signed_although_there_is_a_base_url(make: Make) -> None:
    local = make(base_url="https://files.example.com")
    address, _, query = local.url("a b", expires_in=60).partition("?")
    assert address == "https://files.example.com/a%20b"
    assert Signer(KEY, "https://files.example.com").verify("a b", query, "GET").method == "GET"


def test_a_signed_url_does_not_show_itself(make: Make) -> None:
    local = make()
    signed = local.sign("a")
    signature = signed.reveal().partition("Signature=")[2]
    assert str(signed) == "http://127.0.0.1:8900/a?***"
    assert signature not in repr(signed)
    assert signature not in str(StorageError(f"got {signed.reveal()}"))
    assert KEY.reveal() not in repr(local.options)


def test_what_cannot_be_signed(make: Make) -> None:
    local = make()
    with pytest.raises(InvalidExpiry, match="604,800"):
        local.sign("a", expires_in=604_801)
    with pytest.raises(Unsupported, match="no versions"):
        local.sign("a", version="1")
    with pytest.raises(Unsupported, match="no form uploads"):
        local.layer(LocalLayer).bucketry_sign(get("a", "POST"))


def test_an_upload_ticket_is_a_signed_put_that_tells_what_it_cannot_limit(make: Make) -> None:
    ticket = make().upload_ticket("a", content_type="image/png", max_size=100)
    assert ticket.signed.method == "PUT"
    assert ticket.enforced == {"key", "content_type"}
    assert ticket.unenforced == {"size"}


@pytest.mark.parametrize(
    "base_url",
    [
        *("http://localhost:99999", "http://localhost:0", "http://localhost:abc", "http://[::1"),
        *("http://::1", "http://a..b", "http://\u00fc.example", "http://a/%zz", "http://a/{x}"),
        *("http://a/../b", "http://[fe80::1%eth0]", "http://a/x|y"),
    ],
)
def test_an_address_that_no_url_begins_with_is_refused_with_the_configuration(
    directory: Path, base_url: str
) -> None:
    config = {"provider": "local", "directory": str(directory), "base_url": base_url}
    (problem,) = check_config(config)
    assert str(problem).startswith("base_url: ")


# -- the key that is kept in the store -------------------------------------------------------------


def test_without_a_configured_key_one_is_made_and_shared(make: Make, directory: Path) -> None:
    first, second = make(signing_key=None), make(signing_key=None)
    query = query_of(first.url("a"))
    assert second.layer(LocalLayer).signer.verify("a", query, "GET").method == "GET"
    file = directory / ".bucketry" / "signing-key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text()) == 64
    assert list((directory / ".bucketry" / "tmp").iterdir()) == []


@pytest.mark.parametrize("damage", [b"\n", b"\xff\xfe" * 40])
def test_a_damaged_signing_key_is_refused(make: Make, directory: Path, damage: bytes) -> None:
    (directory / ".bucketry").mkdir(parents=True)
    (directory / ".bucketry" / "signing-key").write_bytes(damage)
    with pytest.raises(BadCredentials, match=r"holds no signing key.*Delete the file"):
        make(signing_key=None).url("a")


def test_a_store_that_may_only_be_read_says_where_its_key_can_be(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str, *_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(AccessDenied, match=r"Read-only file system.*Configure a signing_key"):
        make(signing_key=None).url("a")


def test_privacy_can_differ_by_object(make: Make) -> None:
    class PublicThumbnails:
        @hookimpl
        def bucketry_is_private(self, key: str) -> bool | None:
            return False if key.startswith("thumbs/") else None

    local = make().with_layer(PublicThumbnails())
    assert local.url("thumbs/a") == "http://127.0.0.1:8900/thumbs/a"
    assert "Signature=" in local.url("a")


# -- what is signed and what is told -----------------------------------------------------------


class Rewrites:
    """Changes a signed URL behind its signature."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    @hookimpl(wrapper=True)
    def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
        signed = yield
        made = {name: change(signed) for name, change in self.changes.items()}
        return attrs.evolve(signed, **made)


def test_its_own_signatures_are_known_to_be_what_they_say(make: Make) -> None:
    assert make().sign("a").checked
    assert make().with_layer(Rewrites()).sign("a", method="PUT", content_type="a/b").checked


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": lambda s: s.reveal().replace("/a?", "/b?")}, "it is signed for 'b', not for 'a'"),
        ({"url": lambda s: s.reveal().replace("method=GET", "method=PUT")}, "does not match"),
        ({"expires_at": lambda s: s.expires_at - timedelta(60)}, "ends at another time than"),
        ({"headers": lambda s: {"x-team": "web"}}, "other headers are signed than are told"),
    ],
)
def test_a_layer_cannot_tell_otherwise(make: Make, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PluginError, match=r"bucketry_sign: .*asked override/0:Rewrites") as caught:
        make().with_layer(Rewrites(**changes)).sign("a")
    assert said in str(caught.value)


def test_a_layer_cannot_slip_in_a_header_either(make: Make) -> None:
    class Slips:
        @hookimpl(wrapper=True)
        def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
            signed = yield
            cast(dict[str, str], signed.headers)["x-team"] = "web"
            return signed

    with pytest.raises(PluginError, match="other headers are signed than are told"):
        make().with_layer(Slips()).sign("a")


def test_another_hosts_signature_is_passed_on_as_unchecked(make: Make) -> None:
    cdn = Rewrites(url=lambda s: s.reveal().replace("127.0.0.1:8900", "cdn.example.com"))
    assert not make().with_layer(cdn).sign("a").checked


class ForATeam:
    @hookimpl
    def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
        return attrs.evolve(request, headers={"X-Team": "web"}, expires_in=60)


def test_a_layer_in_the_configuration_changes_what_is_signed(tmp_path: Path) -> None:
    local = open_provider(
        {
            "provider": "local",
            "directory": str(tmp_path),
            "overrides": ["local.test_urls:ForATeam"],
        }
    )
    signed = local.sign("a", expires_in=600)
    assert signed.headers == {"X-Team": "web"}
    assert signed.expires_at is not None
    assert signed.expires_at - datetime.now(UTC) <= timedelta(seconds=60)
