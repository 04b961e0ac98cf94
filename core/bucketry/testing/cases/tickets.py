"""Upload tickets: somebody else uploads one object directly, within limits."""

from __future__ import annotations

import attrs

from bucketry.errors import InvalidHeader, InvalidInput
from bucketry.testing.case import case, has
from bucketry.testing.cases.signed import refused
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

FORMS = has("post_policy", "yes")
PUTS = (has("post_policy", "no"), has("presign", "PUT"))


@case("tickets", needs=FORMS)
def form(store: Store) -> None:
    """A form upload with a ticket stores the file under the ticket's key."""
    ticket = store.provider.upload_ticket(store.key(), max_size=1000)
    answer = store.http.post_form(ticket.signed, SAMPLE)
    holds(answer.status in (200, 201, 204), f"the form was answered with {answer.status}")
    same((store.names(), store.read()), (["object.bin"], SAMPLE), "names and bytes")


@case("tickets", needs=FORMS)
def form_with_a_type(store: Store) -> None:
    """A ticket with a content type stores that type."""
    ticket = store.provider.upload_ticket(store.key(), content_type="image/png", max_size=1000)
    answer = store.http.post_form(ticket.signed, SAMPLE)
    holds(answer.status in (200, 201, 204), f"the form was answered with {answer.status}")
    same(store.provider.head(store.key()).content_type, "image/png", "the type stored")


@case("tickets", needs=FORMS)
def too_large(store: Store) -> None:
    """A file larger than the ticket allows is refused by the server and not stored."""
    ticket = store.provider.upload_ticket(store.key(), max_size=len(SAMPLE) - 1)
    answer = store.http.post_form(ticket.signed, SAMPLE)
    holds(refused(answer.status), f"a file too large was answered with {answer.status}")
    same(store.names(), [], "the names listed")


@case("tickets", needs=FORMS)
def too_small(store: Store) -> None:
    """A file smaller than the ticket wants is refused by the server and not stored."""
    ticket = store.provider.upload_ticket(store.key(), min_size=len(SAMPLE) + 1, max_size=1000)
    answer = store.http.post_form(ticket.signed, SAMPLE)
    holds(refused(answer.status), f"a file too small was answered with {answer.status}")
    same(store.names(), [], "the names listed")


@case("tickets", needs=FORMS)
def of_exactly_the_size(store: Store) -> None:
    """A file of exactly the largest size is stored."""
    size = len(SAMPLE)
    ticket = store.provider.upload_ticket(store.key(), min_size=size, max_size=size)
    answer = store.http.post_form(ticket.signed, SAMPLE)
    holds(answer.status in (200, 201, 204), f"the form was answered with {answer.status}")


@case("tickets", needs=FORMS)
def for_another_key(store: Store) -> None:
    """A form that names another key than the ticket's is refused and stores nothing."""
    ticket = store.provider.upload_ticket(store.key("mine"), max_size=1000)
    fields = ticket.signed.reveal_fields()
    key = next(name for name in fields if name.lower() == "key")
    other = fields[key].replace("mine", "yours")
    answer = store.http.post_form(ticket.signed, SAMPLE, {key: other})
    holds(refused(answer.status), f"another key was answered with {answer.status}")
    same(store.names(), [], "the names listed")


@case("tickets", needs=FORMS)
def with_another_type(store: Store) -> None:
    """A form with another type than the ticket's is refused and stores nothing."""
    ticket = store.provider.upload_ticket(store.key(), content_type="image/png", max_size=1000)
    answer = store.http.post_form(ticket.signed, SAMPLE, {"Content-Type": "text/html"})
    holds(refused(answer.status), f"another type was answered with {answer.status}")
    same(store.names(), [], "the names listed")


@case("tickets", needs=FORMS)
def with_a_changed_policy(store: Store) -> None:
    """A form whose policy was changed after signing is refused and stores nothing."""
    ticket = store.provider.upload_ticket(store.key(), max_size=1)
    other = store.provider.upload_ticket(store.key(), max_size=1000)
    policy = other.signed.reveal_fields()["policy"]
    answer = store.http.post_form(ticket.signed, SAMPLE, {"policy": policy})
    holds(refused(answer.status), f"another policy was answered with {answer.status}")
    same(store.names(), [], "the names listed")


@case("tickets", needs=FORMS)
def form_tells_its_limits(store: Store) -> None:
    """A form ticket names key, type and size as enforced by the vendor."""
    ticket = store.provider.upload_ticket(store.key(), content_type="a/b", max_size=10)
    same(ticket.enforced, frozenset({"key", "content_type", "size"}), "what is enforced")
    same(ticket.unenforced, frozenset(), "what is not enforced")
    same(ticket.signed.method, "POST", "the method")


@case("tickets", needs=PUTS)
def put(store: Store) -> None:
    """Where there are no form uploads, a ticket is a signed PUT that stores under its key."""
    ticket = store.provider.upload_ticket(store.key(), content_type="image/png")
    same(ticket.signed.method, "PUT", "the method")
    answer = store.http.send(ticket.signed, body=SAMPLE)
    holds(answer.status in (200, 201, 204), f"the PUT was answered with {answer.status}")
    same(store.read(), SAMPLE, "the bytes stored")
    same(store.provider.head(store.key()).content_type, "image/png", "the type stored")


@case("tickets", needs=PUTS)
def put_tells_its_limits(store: Store) -> None:
    """A PUT ticket says that the vendor does not check the size."""
    ticket = store.provider.upload_ticket(store.key(), content_type="a/b", max_size=10)
    same(ticket.enforced, frozenset({"key", "content_type"}), "what is enforced")
    same(ticket.unenforced, frozenset({"size"}), "what is not enforced")


@case("tickets", needs=(has("put_if_absent", "enforced"), has("presign", "PUT")))
def keeps_what_is_there(store: Store) -> None:
    """With prevent_overwrite a ticket stores a new object and leaves one that is there alone."""
    ticket = store.variant(prevent_overwrite=True).upload_ticket(store.key())
    holds("prevent_overwrite" in ticket.enforced, "the ticket does not tell that it keeps objects")
    answer = store.http.send(ticket.signed, body=b"first")
    holds(answer.status in (200, 201, 204), f"the first PUT was answered with {answer.status}")
    answer = store.http.send(ticket.signed, body=b"second")
    holds(answer.status in (409, 412), f"the second PUT was answered with {answer.status}")
    bare = {name: v for name, v in ticket.signed.headers.items() if name != "If-None-Match"}
    answer = store.http.send(attrs.evolve(ticket.signed, headers=bare), body=b"third")
    holds(refused(answer.status), f"a PUT without its condition was answered with {answer.status}")
    same(store.read(), b"first", "the bytes stored")


@case("tickets")
def impossible_sizes(store: Store) -> None:
    """Sizes that contradict each other are refused."""
    ticket = store.provider.upload_ticket
    raises(InvalidInput, "a negative size", ticket, store.key(), min_size=-1)
    raises(InvalidInput, "min above max", ticket, store.key(), min_size=2, max_size=1)


@case("tickets")
def line_break_in_the_type(store: Store) -> None:
    """A line break in a ticket's content type is refused, never signed."""
    raises(
        InvalidHeader,
        "a type with a line break",
        store.provider.upload_ticket,
        store.key(),
        content_type="a/b\r\nX: 1",
    )


@case("tickets", needs=has("presign", "PUT"))
def shows_no_signature(store: Store) -> None:
    """A ticket shows neither policy nor signature."""
    ticket = store.provider.upload_ticket(store.key())
    fields = ticket.signed.reveal_fields()
    hidden = [value for name, value in fields.items() if name.lower() != "key" and len(value) > 15]
    hidden += [part for part in ticket.signed.reveal().partition("?")[2].split("&") if part]
    holds(hidden, "the ticket has nothing to hide, so nothing is signed")
    shown = repr(ticket) + str(ticket.signed)
    holds(not any(secret in shown for secret in hidden), f"the ticket shows too much: {shown[:60]}")
