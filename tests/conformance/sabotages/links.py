"""Tickets and addresses that open too much, too little or something else."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import attrs

from bucketry import InvalidInput, InvalidKey, Provider, Unavailable, UploadTicket
from bucketry.host.addresses import never
from conformance.sabotages.signed import changed_url, loud
from conformance.sabotages.tools import (
    answer,
    dropped,
    instead,
    key,
    raising,
    sabotage,
    stored,
)


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


def _careless_ticket(self: Provider, key: str) -> UploadTicket:
    careless = Provider(
        name=self.name,
        vendor=self.vendor,
        options=attrs.evolve(self.options, prevent_overwrite=False),
    )
    ticket = careless.upload_ticket(key)
    return attrs.evolve(ticket, enforced=ticket.enforced | {"prevent_overwrite"})


def _loud_ticket(true: UploadTicket) -> UploadTicket:
    return attrs.evolve(true, signed=loud(true.signed))


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
    sabotage(
        "tickets.keeps_what_is_there",
        "the second PUT was answered with 200",
        methods={"upload_ticket": _careless_ticket},
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
    """Change every address that the provider is told by its layers."""

    def stand_on(self: Provider, *given: Any) -> None:
        Provider._stand_on(self, *given)
        ask = self._ground.ask
        true = ask.object_url
        ask.object_url = lambda key: change(true(key))  # type: ignore[method-assign]
        self._ground.quick.object_url = never

    return {"_stand_on": stand_on}


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


def _glued(self: Provider, *given: Any) -> None:
    base = given[0].options.base_url or ""
    glued = _object_url(lambda url: url.replace(base, f"{base}/") if base.endswith("/") else url)
    glued["_stand_on"](self, *given)


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
        methods={"_stand_on": _glued},
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
        methods=changed_url(lambda url: url.replace("/media/", "/")),
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

SABOTAGES = [*TICKETS, *URLS]
