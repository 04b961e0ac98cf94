"""Signed URLs, used the way a browser uses them: plain HTTP without credentials."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from bucketry.errors import InvalidExpiry, InvalidHeader, InvalidInput, Unsupported
from bucketry.model import SignedUrl
from bucketry.testing.case import case, has
from bucketry.testing.expect import CheckFailed, Skip, holds, raises, same
from bucketry.testing.store import SAMPLE, Store

GETS, HEADS, PUTS, DELETES = (has("presign", m) for m in ("GET", "HEAD", "PUT", "DELETE"))

ODD = ["a b.txt", "a+b.txt", "100%2F.txt", "ü/日本.txt", "what?#&=.txt", "(a)'!*.txt", "~x.txt"]

SLOWEST_CLOCK = 15
"""Seconds that an expired URL may live on because the server's clock is behind."""


def refused(status: int) -> bool:
    """Return whether a status is a refusal: no success, no failure, no missing object."""
    return 400 <= status < 500 and status != 404


@case("signed", needs=GETS)
def get(store: Store) -> None:
    """A signed GET opens a private object for whoever holds the URL."""
    store.put()
    answer = store.http.send(store.provider.sign(store.key()))
    same((answer.status, answer.body), (200, SAMPLE), "status and body")


@case("signed", needs=HEADS)
def head(store: Store) -> None:
    """A signed HEAD tells size and type without a body."""
    store.put("a.txt")
    answer = store.http.send(store.provider.sign(store.key("a.txt"), method="HEAD"))
    same((answer.status, answer.body), (200, b""), "status and body")
    same(answer.headers.get("content-length"), str(len(SAMPLE)), "Content-Length")
    same(answer.headers.get("content-type"), "text/plain", "Content-Type")


@case("signed", needs=PUTS)
def put(store: Store) -> None:
    """A signed PUT stores the body under exactly its key."""
    answer = store.http.send(store.provider.sign(store.key(), method="PUT"), body=SAMPLE)
    holds(answer.status in (200, 201, 204), f"the PUT was answered with {answer.status}")
    same(store.read(), SAMPLE, "the bytes stored")
    same(store.names(), ["object.bin"], "the names listed")


@case("signed", needs=PUTS)
def put_with_a_type(store: Store) -> None:
    """A PUT that is signed with a content type stores that type."""
    signed = store.provider.sign(store.key(), method="PUT", content_type="image/png")
    same(dict(signed.headers).get("Content-Type"), "image/png", "the header to send")
    answer = store.http.send(signed, body=SAMPLE)
    holds(answer.status in (200, 201, 204), f"the PUT was answered with {answer.status}")
    same(store.provider.head(store.key()).content_type, "image/png", "the type stored")


@case("signed", needs=PUTS)
def put_with_another_type(store: Store) -> None:
    """A PUT with another content type than the signed one is refused and stores nothing."""
    signed = store.provider.sign(store.key(), method="PUT", content_type="image/png")
    answer = store.http.send(signed.reveal(), "PUT", SAMPLE, {"Content-Type": "text/html"})
    holds(refused(answer.status), f"another type was answered with {answer.status}")
    same(store.names(), [], "the names listed")


@case("signed", needs=DELETES)
def delete(store: Store) -> None:
    """A signed DELETE deletes its key and no other."""
    store.put("a")
    store.put("b")
    answer = store.http.send(store.provider.sign(store.key("a"), method="DELETE"))
    holds(answer.status in (200, 204), f"the DELETE was answered with {answer.status}")
    same(store.names(), ["b"], "the names listed")


@case("signed", needs=GETS)
def one_method_only(store: Store) -> None:
    """A URL that is signed for GET stores and deletes nothing."""
    store.put()
    url = store.provider.sign(store.key()).reveal()
    for method, body in (("PUT", b"changed"), ("DELETE", None)):
        answer = store.http.send(url, method, body)
        holds(refused(answer.status), f"{method} was answered with {answer.status}")
    same(store.read(), SAMPLE, "the bytes afterwards")


@case("signed", needs=GETS)
def one_key_only(store: Store) -> None:
    """A signed URL does not open another key."""
    store.put("mine")
    store.put("yours", b"secret")
    url = store.provider.sign(store.key("mine")).reveal()
    answer = store.http.send(url.replace("/mine?", "/yours?"))
    holds(refused(answer.status), f"another key was answered with {answer.status}")
    holds(b"secret" not in answer.body, "another key's bytes were served")


@case("signed", needs=GETS)
def tampered(store: Store) -> None:
    """A URL whose signature is changed in one character is refused."""
    store.put()
    url = store.provider.sign(store.key()).reveal()
    answer = store.http.send(url[:-1] + ("1" if url.endswith("0") else "0"))
    holds(refused(answer.status), f"the changed signature was answered with {answer.status}")
    holds(SAMPLE not in answer.body, "the object was served all the same")


@case("signed", needs=GETS)
def without_the_signature(store: Store) -> None:
    """A private object does not open at its plain address."""
    store.put()
    url = store.provider.sign(store.key()).reveal()
    answer = store.http.send(url.partition("?")[0])
    if answer.status == 200 and store.provider.options.visibility == "public":
        raise Skip("the bucket is public")
    holds(refused(answer.status), f"the plain address was answered with {answer.status}")


@case("signed", needs=GETS)
def expired(store: Store) -> None:
    """A URL stops working when its time is over."""
    signed = store.expiring
    if signed is None or signed.expires_at is None:
        raise Skip("nothing was signed when the run began")
    sleep(max(0.0, (signed.expires_at - datetime.now(UTC)).total_seconds()))
    until = monotonic() + SLOWEST_CLOCK
    while (answer := store.http.send(signed)).status == 200 and monotonic() < until:
        sleep(0.1)
    holds(refused(answer.status), f"an expired URL was answered with {answer.status}")


def _lives(signed: SignedUrl, seconds: int) -> None:
    if signed.expires_at is None or signed.expires_at.tzinfo is None:
        raise CheckFailed(f"the time has no zone: {signed.expires_at}")
    wanted = datetime.now(UTC) + timedelta(seconds=seconds)
    holds(abs(signed.expires_at - wanted) < timedelta(seconds=30), f"it says {signed.expires_at}")


@case("signed", needs=GETS)
def tells_when_it_expires(store: Store) -> None:
    """The time at which a URL expires is told, with a time zone, and is the one asked for."""
    _lives(store.provider.sign(store.key(), expires_in=600), 600)


@case("signed", needs=GETS)
def setting_for_the_time(store: Store) -> None:
    """Where a call gives no time, the setting signed_url_expires does."""
    _lives(store.variant(signed_url_expires=90).sign(store.key()), 90)


@case("signed", needs=GETS)
def longest_time(store: Store) -> None:
    """The longest time that is declared works; one second more is refused at once."""
    store.put()
    longest = store.capabilities.presign_seconds_max.value or 604_800
    answer = store.http.send(store.provider.sign(store.key(), expires_in=longest))
    same(answer.status, 200, f"the status of a URL for {longest} seconds")
    raises(
        InvalidExpiry, "one second more", store.provider.sign, store.key(), expires_in=longest + 1
    )


@case("signed", needs=GETS)
def impossible_times(store: Store) -> None:
    """No time, a time in the past and a time that is no whole number are refused at once."""
    times: list[Any] = [0, -1, 1.5, "600", True, float("nan")]
    for seconds in times:
        raises(InvalidExpiry, f"{seconds!r}", store.provider.sign, store.key(), expires_in=seconds)
        raises(
            InvalidExpiry,
            f"{seconds!r}",
            store.provider.sign_many,
            [store.key()],
            expires_in=seconds,
        )


@case("signed", needs=GETS)
def odd_names(store: Store) -> None:
    """URLs of keys with blanks, signs and other scripts open the right object."""
    for name in ODD:
        store.put(name, name.encode())
        answer = store.http.send(store.provider.sign(store.key(name)))
        same((answer.status, answer.body), (200, name.encode()), f"status and body of {name}")


@case("signed", needs=PUTS)
def put_of_odd_names(store: Store) -> None:
    """A signed PUT of a key with blanks, signs and other scripts stores under that key."""
    for name in ODD:
        store.http.send(store.provider.sign(store.key(name), method="PUT"), body=b"x")
    same(sorted(store.names()), sorted(ODD), "the names listed")


@case("signed", needs=GETS)
def many(store: Store) -> None:
    """Many keys are signed at once, each URL for its own key."""
    for name in ("a", "b", "c"):
        store.put(name, name.encode())
    signed = store.provider.sign_many([store.key(name) for name in ("a", "b", "c")])
    bodies = {key: store.http.send(one).body for key, one in signed.items()}
    same(bodies, {store.key(n): n.encode() for n in ("a", "b", "c")}, "the bodies by key")


@case("signed", needs=GETS)
def response_headers(store: Store) -> None:
    """A URL can be signed with the type, disposition and caching that its answer shall have."""
    store.put("a.bin")
    wanted = {
        "content_type": "text/csv; charset=utf-8",
        "content_disposition": 'attachment; filename="x, y.csv"',
        "cache_control": "private, max-age=7",
        "content_language": "de",
    }
    answer = store.http.send(store.provider.sign(store.key("a.bin"), response=wanted))
    same(answer.status, 200, "the status")
    told = {name: answer.headers.get(name.replace("_", "-")) for name in wanted}
    same(told, wanted, "the headers of the answer")


@case("signed", needs=GETS)
def download_name(store: Store) -> None:
    """A signed GET can give the file a name in any script."""
    store.put()
    answer = store.http.send(store.provider.sign(store.key(), download_name="Käse 日本.pdf"))
    same(
        answer.headers.get("content-disposition"),
        "attachment; filename=\"K_se __.pdf\"; filename*=UTF-8''K%C3%A4se%20%E6%97%A5%E6%9C%AC.pdf",
        "Content-Disposition",
    )


@case("signed")
def line_break_in_the_answer(store: Store) -> None:
    """A line break or NUL in what the answer shall carry is refused, never signed."""
    for value in ("a\r\nSet-Cookie: x=1", "a\nb", "a\0"):
        response = {"content_disposition": value}
        raises(InvalidHeader, f"{value!r}", store.provider.sign, store.key(), response=response)
    raises(
        InvalidHeader,
        "a type",
        store.provider.sign,
        store.key(),
        method="PUT",
        content_type="a/b\r\nX: 1",
    )


@case("signed")
def unknown_response_header(store: Store) -> None:
    """A header that no answer can be signed with is refused."""
    response = {"set_cookie": "x=1"}
    raises(InvalidInput, "set_cookie", store.provider.sign, store.key(), response=response)


@case("signed")
def misplaced_type(store: Store) -> None:
    """A content type limits an upload; for a GET it is refused, with a word on what is meant."""
    error = raises(
        InvalidInput, "GET with a type", store.provider.sign, store.key(), content_type="a/b"
    )
    holds("response" in str(error), f"the refusal does not say what to use: {error}")


@case("signed")
def form_without_limits(store: Store) -> None:
    """A form upload is not signed without its limits: that is what a ticket is for."""
    method: Any = "POST"
    error = raises(InvalidInput, "signing POST", store.provider.sign, store.key(), method=method)
    holds("upload_ticket" in str(error), f"the refusal does not name upload_ticket: {error}")


@case("signed", needs=GETS)
def part_of_an_object(store: Store) -> None:
    """A signed GET serves ranges, as players need them."""
    store.put(body=b"0123456789")
    signed = store.provider.sign(store.key())
    answer = store.http.send(signed, headers={"Range": "bytes=2-4"})
    same((answer.status, answer.body), (206, b"234"), "status and body")


@case("signed", needs=GETS)
def without_network(store: Store) -> None:
    """Signing and addressing open no connection."""
    with store.offline():
        store.provider.sign(store.key())
        store.provider.sign_many([store.key("a"), store.key("b")])
        store.provider.url(store.key())
        store.provider.key_of_url(store.provider.object_url(store.key()))


@case("signed", needs=GETS)
def shows_no_signature(store: Store) -> None:
    """A signed URL shows neither in its text nor in its repr what it can be used with."""
    signed = store.provider.sign(store.key())
    query = urlsplit(signed.reveal()).query
    holds(query, "the URL has no query, so nothing is signed")
    values = [part.partition("=")[2] for part in query.split("&")]
    signature = max(values, key=len)
    for text in (str(signed), repr(signed), f"{signed}", repr([signed]), str({"url": signed})):
        holds(signature not in text, f"the signature shows in {text[:40]}...")


@case("signed", needs=GETS)
def is_not_pickled(store: Store) -> None:
    """A signed URL refuses to be pickled, so that no task queue carries it away."""
    raises(TypeError, "pickling it", pickle.dumps, store.provider.sign(store.key()))


@case("signed", needs=GETS)
def with_a_base_url(store: Store) -> None:
    """Where base_url serves the objects, a GET has that address and says whether it is signed."""
    served = store.variant(base_url="https://cdn.example.com/media")
    signed = served.sign(store.key("a b.txt"))
    wanted = f"https://cdn.example.com/media/{served.options.root_path}/{store.folder}/a%20b.txt"
    same(signed.reveal().partition("?")[0], wanted, "the address")
    same(signed.signed, "?" in signed.reveal(), "whether it says that it is signed")
    same(signed.expires_at is not None, signed.signed, "whether it expires")


@case("signed")
def for_the_public_endpoint(store: Store) -> None:
    """Where the public endpoint is not the one that requests use, URLs name the public one."""
    split = store.variant(public_endpoint="https://files.example.com", base_url=None)
    host = urlsplit(split.sign(store.key()).reveal()).hostname or ""
    holds(host.endswith("files.example.com"), f"the URL is for {host}")
    split.upload(SAMPLE, key=store.key())
    same(store.read(), SAMPLE, "the bytes stored through the other endpoint")


@case("signed")
def methods_that_cannot_be_signed(store: Store) -> None:
    """A method that the vendor does not sign is refused when it is asked for, not by the server."""
    methods: list[Any] = ["GET", "HEAD", "PUT", "DELETE"]
    declared = store.capabilities.presign.value
    if declared is None or declared.issuperset(methods):
        raise Skip("every method can be signed, or nothing is known")
    for method in methods:
        if method not in declared:
            raises(Unsupported, method, store.provider.sign, store.key(), method=method)
