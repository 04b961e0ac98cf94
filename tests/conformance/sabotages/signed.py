"""Signed URLs that open too much, too little or something else."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import attrs

from bucketry import UNKNOWN, Provider, SignedUrl
from conformance.sabotages.tools import (
    answer,
    arguments,
    dropped,
    in_the_open,
    key,
    sabotage,
)


class Loud(SignedUrl):
    """Shows itself to everybody."""

    def __str__(self) -> str:
        return self.reveal() + str(self.reveal_fields())

    def __repr__(self) -> str:
        return str(self)

    def __reduce__(self) -> Any:
        return (str, (str(self),))


def loud(signed: SignedUrl) -> SignedUrl:
    return Loud(
        url=signed.reveal(),
        method=signed.method,
        headers=signed.headers,
        fields=signed.reveal_fields(),
        expires_at=signed.expires_at,
    )


def changed_url(change: Any) -> dict[str, Any]:
    """Change the URL of what is signed."""
    return answer("sign", lambda true: attrs.evolve(true, url=change(true.reveal())))


def _claims_type(self: Provider, key: str, **given: Any) -> SignedUrl:
    kind = given.pop("content_type", None)
    signed = Provider.sign(self, key, **given)
    return attrs.evolve(signed, headers={"Content-Type": kind}) if kind else signed


def _for_yours(self: Provider, key: str, **given: Any) -> SignedUrl:
    """Sign another key and write the one asked for over it."""
    signed = Provider.sign(self, key.replace("/mine", "/yours"), **given)
    return attrs.evolve(signed, url=signed.reveal().replace("/yours?", "/mine?"))


def _of_hour(self: Provider, key: str, *, expires_in: Any = None, **given: Any) -> SignedUrl:
    return Provider.sign(self, key, expires_in=min(expires_in or 3600, 604_800), **given)


def _made_whole(self: Provider, key: str, *, expires_in: Any = None, **given: Any) -> SignedUrl:
    if expires_in is not None and expires_in == expires_in:
        expires_in = max(1, int(expires_in))
    return Provider.sign(self, key, expires_in=expires_in, **given)


def _quoted_put(self: Provider, key: str, **given: Any) -> SignedUrl:
    return Provider.sign(self, quote(key) if given.get("method") == "PUT" else key, **given)


def _one_for_all(self: Provider, keys: Any, **given: Any) -> Any:
    keys = list(keys)
    return dict.fromkeys(keys, self.sign(keys[0]))


def _clean_response(self: Provider, key: str, **given: Any) -> SignedUrl:
    given["response"] = {
        name: value.replace("\r", "").replace("\n", "").replace("\0", "")
        for name, value in given.get("response", {}).items()
    }
    return Provider.sign(self, key, **given)


def _as_put(self: Provider, key: str, given: Any) -> SignedUrl:
    return Provider.sign(self, key, **{**given, "method": "PUT"})


def _asks(self: Provider, key: str, **given: Any) -> SignedUrl:
    with socket.socket() as connection, suppress(OSError):
        connection.connect(("127.0.0.1", 9))
    return Provider.sign(self, key, **given)


def _untyped(self: Provider, key: str, **given: Any) -> SignedUrl:
    given.pop("content_type", None)
    return Provider.sign(self, key, **given)


def _for(method: str, change: Any) -> dict[str, Any]:
    """Sign in another way where one method is asked for."""

    def sign(self: Provider, key: str, **given: Any) -> SignedUrl:
        if given.get("method", "GET") == method:
            return change(self, key, given)  # type: ignore[no-any-return]  # it signs
        return Provider.sign(self, key, **given)

    return {"sign": sign}


def _another_key(self: Provider, key: str, given: Any) -> SignedUrl:
    return Provider.sign(self, f"{key}x", **given)


def _as_get(self: Provider, key: str, given: Any) -> SignedUrl:
    return Provider.sign(self, key, **{**given, "method": "GET"})


def _able_to_sign_all(self: Provider, *given: Any) -> None:
    Provider._stand_on(self, *given)
    self._ground.capabilities = attrs.evolve(self.capabilities, presign=UNKNOWN)


SIGNED = [
    sabotage("signed.get", "status and body", methods=_for("GET", _another_key)),
    sabotage(
        "signed.head",
        "status and body",
        methods=_for("HEAD", _as_get),
    ),
    sabotage("signed.put", "NotFound", methods=_for("PUT", _another_key)),
    sabotage(
        "signed.put_with_a_type", "the header to send", methods=dropped("sign", "content_type")
    ),
    sabotage(
        "signed.put_with_another_type",
        "another type was answered with 200",
        methods={"sign": _claims_type},
    ),
    sabotage(
        "signed.delete",
        "the names listed",
        methods=_for("DELETE", _as_get),
    ),
    sabotage(
        "signed.one_method_only",
        "PUT was answered with 200",
        methods=arguments("sign", method="PUT"),
    ),
    sabotage(
        "signed.one_key_only", "another key was answered with 200", methods={"sign": _for_yours}
    ),
    sabotage(
        "signed.tampered",
        "the changed signature was answered with 200",
        methods=changed_url(lambda url: f"{url}#1"),
    ),
    sabotage(
        "signed.without_the_signature",
        "the plain address was answered with 200",
        place="aws",
        options=in_the_open,
    ),
    sabotage(
        "signed.expired",
        "an expired URL was answered with 200",
        methods={
            "sign": lambda self, key, **given: attrs.evolve(
                Provider.sign(self, key, **{**given, "expires_in": 600}),
                expires_at=Provider.sign(self, key, **given).expires_at,
            )
        },
    ),
    sabotage(
        "signed.tells_when_it_expires",
        "it says",
        methods=answer(
            "sign",
            lambda true: attrs.evolve(true, expires_at=true.expires_at + timedelta(hours=1)),
        ),
    ),
    sabotage("signed.setting_for_the_time", "it says", methods={"sign": _of_hour}),
    sabotage("signed.longest_time", "but it succeeded", methods={"sign": _of_hour}),
    sabotage("signed.impossible_times", "0: wanted InvalidExpiry", methods={"sign": _made_whole}),
    sabotage("signed.odd_names", "status and body of a b.txt", methods=key(quote, "sign")),
    sabotage("signed.put_of_odd_names", "the names listed", methods={"sign": _quoted_put}),
    sabotage("signed.many", "the bodies by key", methods={"sign_many": _one_for_all}),
    sabotage(
        "signed.response_headers", "the headers of the answer", methods=dropped("sign", "response")
    ),
    sabotage(
        "signed.download_name", "Content-Disposition", methods=dropped("sign", "download_name")
    ),
    sabotage(
        "signed.line_break_in_the_answer", "but it succeeded", methods={"sign": _clean_response}
    ),
    sabotage(
        "signed.unknown_response_header", "but it succeeded", methods=dropped("sign", "response")
    ),
    sabotage("signed.misplaced_type", "but it succeeded", methods={"sign": _untyped}),
    sabotage("signed.form_without_limits", "but it succeeded", methods=_for("POST", _as_put)),
    sabotage(
        "signed.part_of_an_object", "status and body", methods=arguments("sign", method="HEAD")
    ),
    sabotage("signed.without_network", "a connection was opened", methods={"sign": _asks}),
    sabotage("signed.shows_no_signature", "the signature shows", methods=answer("sign", loud)),
    sabotage("signed.is_not_pickled", "but it succeeded", methods=answer("sign", loud)),
    sabotage(
        "signed.with_a_base_url",
        "whether it says that it is signed",
        methods=answer("sign", lambda true: attrs.evolve(true, signed=False)),
    ),
    sabotage(
        "signed.for_the_public_endpoint",
        "the URL is for",
        place="aws",
        methods=changed_url(lambda url: url.replace("files.example.com", "localhost")),
    ),
    sabotage(
        "signed.methods_that_cannot_be_signed",
        "HEAD: wanted Unsupported, but it succeeded",
        facts={"presign": frozenset({"GET"})},
        methods={
            "_stand_on": _able_to_sign_all,
            "capabilities": property(lambda self: self._ground.service.capabilities),
        },
    ),
]


SABOTAGES = [*SIGNED]
