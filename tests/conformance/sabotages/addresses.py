"""Signed URLs, tickets and addresses that open too much, too little or something else."""

from __future__ import annotations

import itertools
import socket
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import attrs

from bucketry import InvalidInput, InvalidKey, Provider, SignedUrl, Unavailable, UploadTicket
from conformance.sabotages.tools import (
    answer,
    arguments,
    dropped,
    in_the_open,
    instead,
    key,
    raising,
    sabotage,
    stored,
)


class Loud(SignedUrl):
    """Shows itself to everybody."""

    def __str__(self) -> str:
        return self.reveal() + str(self.reveal_fields())

    def __repr__(self) -> str:
        return str(self)

    def __reduce__(self) -> Any:
        return (str, (str(self),))


def _loud(signed: SignedUrl) -> SignedUrl:
    return Loud(
        url=signed.reveal(),
        method=signed.method,
        headers=signed.headers,
        fields=signed.reveal_fields(),
        expires_at=signed.expires_at,
    )


def _url(change: Any) -> dict[str, Any]:
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


def _puts_only(self: Provider, key: str, **given: Any) -> SignedUrl:
    return Provider.sign(self, key, **{**given, "method": "PUT"})


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
    sabotage("signed.one_method_only", "PUT was answered with 200", methods={"sign": _puts_only}),
    sabotage(
        "signed.one_key_only", "another key was answered with 200", methods={"sign": _for_yours}
    ),
    sabotage(
        "signed.tampered",
        "the changed signature was answered with 200",
        methods=_url(lambda url: f"{url}#1"),
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
    sabotage("signed.shows_no_signature", "the signature shows", methods=answer("sign", _loud)),
    sabotage("signed.is_not_pickled", "but it succeeded", methods=answer("sign", _loud)),
    sabotage(
        "signed.with_a_base_url",
        "whether it says that it is signed",
        methods=answer("sign", lambda true: attrs.evolve(true, signed=False)),
    ),
    sabotage(
        "signed.for_the_public_endpoint",
        "the URL is for",
        place="aws",
        methods=_url(lambda url: url.replace("files.example.com", "localhost")),
    ),
    sabotage(
        "signed.methods_that_cannot_be_signed",
        "HEAD: wanted Unsupported, but it succeeded",
        facts={"presign": frozenset({"GET"})},
        methods={"_check_can_sign": lambda self, method: None},
    ),
]


def _ticket(change: Any) -> dict[str, Any]:
    """Change the form fields of a ticket."""

    def changed(true: UploadTicket) -> UploadTicket:
        fields = change(true.signed.reveal_fields())
        return attrs.evolve(true, signed=attrs.evolve(true.signed, fields=fields))

    return answer("upload_ticket", changed)


def _ticket_for_yours(self: Provider, key: str, **given: Any) -> UploadTicket:
    true = Provider.upload_ticket(self, key.replace("/mine", "/yours"), **given)
    fields = true.signed.reveal_fields()
    fields["key"] = fields["key"].replace("/yours", "/mine")
    return attrs.evolve(true, signed=attrs.evolve(true.signed, fields=fields))


def _ticket_for_html(self: Provider, key: str, **given: Any) -> UploadTicket:
    return Provider.upload_ticket(self, key, **{**given, "content_type": "text/html"})


def _smaller(self: Provider, key: str, **given: Any) -> UploadTicket:
    if "max_size" in given and given["max_size"] == given.get("min_size"):
        size = given["max_size"] - 1
        given |= {"min_size": size, "max_size": size}
    return Provider.upload_ticket(self, key, **given)


def _one_ticket() -> dict[str, Any]:
    tickets: dict[str, UploadTicket] = {}

    def upload_ticket(self: Provider, key: str, **given: Any) -> UploadTicket:
        if "content_type" in given or "min_size" in given:
            return Provider.upload_ticket(self, key, **given)
        if key not in tickets:
            tickets[key] = Provider.upload_ticket(self, key, max_size=1000)
        return tickets[key]

    return {"upload_ticket": upload_ticket}


def _possible(self: Provider, key: str, **given: Any) -> UploadTicket:
    given["min_size"] = max(0, given.get("min_size", 0))
    return Provider.upload_ticket(self, key, **given)


def _loud_ticket(true: UploadTicket) -> UploadTicket:
    return attrs.evolve(true, signed=_loud(true.signed))


TICKETS = [
    sabotage(
        "tickets.form",
        "names and bytes",
        place="aws",
        methods={
            **key(lambda text: f"{text}x", "upload_ticket"),
            "read": lambda self, key: b"",
        },
    ),
    sabotage(
        "tickets.form_with_a_type",
        "the type stored",
        place="aws",
        methods={"upload_ticket": _ticket_for_html},
    ),
    sabotage(
        "tickets.too_large",
        "a file too large was answered with 204",
        place="aws",
        methods=dropped("upload_ticket", "max_size"),
    ),
    sabotage(
        "tickets.too_small",
        "a file too small was answered with 204",
        place="aws",
        methods=dropped("upload_ticket", "min_size"),
    ),
    sabotage(
        "tickets.of_exactly_the_size",
        "the form was answered with 400",
        place="aws",
        methods={"upload_ticket": _smaller},
    ),
    sabotage(
        "tickets.for_another_key",
        "another key was answered with 204",
        place="aws",
        methods={"upload_ticket": _ticket_for_yours},
    ),
    sabotage(
        "tickets.with_another_type",
        "another type was answered with 204",
        place="aws",
        methods={"upload_ticket": _ticket_for_html},
    ),
    sabotage(
        "tickets.with_a_changed_policy",
        "another policy was answered with 204",
        place="aws",
        methods=_one_ticket(),
    ),
    sabotage(
        "tickets.form_tells_its_limits",
        "what is enforced",
        place="aws",
        methods=answer("upload_ticket", lambda true: attrs.evolve(true, enforced=frozenset())),
    ),
    sabotage("tickets.put", "NotFound", methods=key(lambda text: f"{text}x", "upload_ticket")),
    sabotage(
        "tickets.put_tells_its_limits",
        "what is not enforced",
        methods=answer("upload_ticket", lambda true: attrs.evolve(true, unenforced=frozenset())),
    ),
    sabotage("tickets.impossible_sizes", "but it succeeded", methods={"upload_ticket": _possible}),
    sabotage(
        "tickets.line_break_in_the_type",
        "but it succeeded",
        methods=dropped("upload_ticket", "content_type"),
    ),
    sabotage(
        "tickets.shows_no_signature",
        "the ticket shows too much",
        methods=answer("upload_ticket", _loud_ticket),
    ),
]


def _object_url(change: Any) -> dict[str, Any]:
    return {"_object_url": lambda self, key: change(Provider._object_url(self, key))}


def _numbered() -> dict[str, Any]:
    numbers = itertools.count()
    return answer("object_url", lambda true: f"{true}?v={next(numbers)}")


def _anywhere(self: Provider, url: str) -> str | None:
    _, found, rest = url.partition(f"/{self.options.root_path}/")
    return unquote(rest) if found else None


def _any_spelling(self: Provider, url: str) -> str | None:
    scheme, _, rest = url.partition("://")
    return Provider.key_of_url(self, f"{scheme}://{quote(unquote(rest), safe='/:')}")


def _ignoring_more(self: Provider, url: str) -> str | None:
    return Provider.key_of_url(self, url.partition("?")[0].partition("#")[0])


def _by_the_last_part(self: Provider, url: str) -> str | None:
    true = Provider.key_of_url(self, url)
    return true or (url.rpartition("/")[2] if urlsplit(url).path.count("/") else None)


def _never_signed(self: Provider, key: str, **_: Any) -> str:
    return self.object_url(key)


def _always_signed(self: Provider, key: str, **_: Any) -> str:
    return self.sign(key).reveal()


def _glued(self: Provider, key: str) -> str:
    url = Provider._object_url(self, key)
    base = self.options.base_url or ""
    return url.replace(base, f"{base}/") if base.endswith("/") else url


def _virtual_only(self: Provider, given: Any, **_: Any) -> bool:
    return bool(self.options.addressing == "virtual")


URLS = [
    sabotage("urls.well_formed", "is not percent-encoded", methods=_object_url(unquote)),
    sabotage(
        "urls.ends_with_the_key",
        "does not end with",
        methods=_object_url(lambda url: url.replace("%20", "+")),
    ),
    sabotage("urls.always_the_same", "the number of different addresses", methods=_numbered()),
    sabotage(
        "urls.inverse",
        "the key of",
        methods=answer("key_of_url", lambda true: true and quote(true)),
    ),
    sabotage(
        "urls.inverse_of_no_address",
        "InvalidInput",
        methods=raising(
            "key_of_url", InvalidInput("this is no URL"), lambda self, url: "://" not in url
        ),
    ),
    sabotage("urls.inverse_of_another_host", "the key of", methods={"key_of_url": _anywhere}),
    sabotage(
        "urls.inverse_of_another_spelling",
        "the key of an address with an escaped slash",
        methods={"key_of_url": _any_spelling},
    ),
    sabotage(
        "urls.inverse_with_more",
        "the key of an address with ?",
        methods={"key_of_url": _ignoring_more},
    ),
    sabotage(
        "urls.inverse_outside_the_root", "the key of", methods={"key_of_url": _by_the_last_part}
    ),
    sabotage(
        "urls.private_is_signed",
        "the address of a private object is not signed",
        methods={"url": _never_signed},
    ),
    sabotage("urls.private_opens", "status and body", methods={"url": _never_signed}),
    sabotage("urls.public_is_permanent", "the address", methods={"url": _always_signed}),
    sabotage(
        "urls.base_url",
        "the address with https://cdn.example.com/media/",
        methods={"_object_url": _glued},
    ),
    sabotage(
        "urls.base_url_of_an_upload",
        "the URL in the answer",
        methods=stored(url="https://media.storage.example/object.bin"),
    ),
    sabotage(
        "urls.path_addressing",
        "the bucket is not in front",
        place="aws",
        methods=_url(lambda url: url.replace("/media/", "/")),
    ),
    sabotage(
        "urls.virtual_addressing",
        "no such host",
        place="aws",
        methods=raising("upload", Unavailable("no such host"), _virtual_only),
    ),
    sabotage(
        "urls.of_a_bad_key",
        "but it succeeded",
        methods=instead("object_url", InvalidKey, result="https://media.storage.example/"),
    ),
]

SABOTAGES = [*SIGNED, *TICKETS, *URLS]
