"""Who may read: visibility, private objects, and ACLs that are sent only when asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

from bucketry.errors import BucketryError, UnsupportedOptionWarning
from bucketry.hookspecs import hookimpl
from bucketry.testing.case import case, has
from bucketry.testing.expect import Skip, holds, raises, refusal, same
from bucketry.testing.store import SAMPLE, Store


@case("access")
def answer_follows_the_setting(store: Store) -> None:
    """The answer to an upload says public or private as the visibility setting does."""
    for visibility in ("public", "private"):
        provider = store.variant(visibility=visibility)
        stored = provider.upload(SAMPLE, key=store.key(visibility))
        same(stored.public, visibility == "public", f"public of an upload that is {visibility}")


@case("access")
def one_private_folder(store: Store) -> None:
    """A layer can make single objects private; the others stay public."""

    class SecretFolder:
        @hookimpl
        def bucketry_is_private(self, key: str) -> bool | None:
            return True if "/secret/" in key else None

    provider = store.variant(visibility="public").with_layer(SecretFolder())
    same(provider.upload(SAMPLE, key=store.key("secret/a")).public, False, "public of the secret")
    same(provider.upload(SAMPLE, key=store.key("open/a")).public, True, "public of the other")


@case("access", needs=has("public_url", "yes"))
def public_opens_as_declared(store: Store) -> None:
    """Where a public bucket is declared and configured, the plain address opens for all."""
    if store.provider.options.visibility != "public":
        raise Skip("the configuration says private")
    stored = store.put()
    answer = store.http.send(stored.url)
    same((answer.status, answer.body), (200, SAMPLE), "status and body of the plain address")


@case("access", needs=has("public_url", "no"))
def no_public_address(store: Store) -> None:
    """Where the vendor has no public addresses, the storage's own address opens for nobody."""
    signed = store.provider.sign(store.key())
    stored = store.put()
    if urlsplit(stored.url).hostname != urlsplit(signed.reveal()).hostname or not signed.signed:
        raise Skip("objects have another address than the storage's own")
    answer = store.http.send(stored.url)
    holds(SAMPLE not in answer.body, "the plain address opened the object")


@case("access", needs=has("acl", "object", "bucket"))
def private_acl(store: Store) -> None:
    """Where ACLs exist, an upload with the ACL private is stored and stays readable."""
    store.put(acl="private")
    same(store.read(), SAMPLE, "the bytes stored")


@case("access", needs=has("acl", "object"))
def unknown_acl(store: Store) -> None:
    """An ACL that does not exist is refused by the server and stores nothing."""
    raises(BucketryError, "uploading it", store.put, acl="no-such-acl")
    same(store.names(), [], "the names listed")


@case("access", needs=has("acl", "none", "ignored"))
def acl_is_never_dropped_in_silence(store: Store) -> None:
    """Where ACLs have no effect, asking for one is refused or warned of, never just dropped."""
    told = refusal("an upload with an ACL", store.put, acl="public-read")
    if isinstance(told, UnsupportedOptionWarning):
        holds("ACL" in str(told), f"the warning does not name the ACL: {told}")
    else:
        same(store.names(), [], "the names listed after the refusal")


@case("access", needs=(has("acl", "none", "ignored"), has("copy", "yes")))
def acl_of_a_copy(store: Store) -> None:
    """Where ACLs have no effect, a copy that asks for one is refused or warned of."""
    store.put("source")
    keys = store.key("source"), store.key("target")
    acl = {"ACL": "public-read"}
    refusal("a copy with an ACL", store.provider.copy, *keys, extra_params=acl)


@case("access")
def line_break_in_an_acl(store: Store) -> None:
    """An ACL with a line break is refused before anything is sent."""
    raises(ValueError, "uploading it", store.put, acl="private\r\nX-Injected: 1")
    same(store.names(), [], "the names listed after the refusal")
