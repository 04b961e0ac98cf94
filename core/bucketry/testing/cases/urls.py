"""Addresses: permanent, computed, and exactly invertible."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from bucketry.testing.case import case, has
from bucketry.testing.expect import Skip, holds, raises, same
from bucketry.testing.store import SAMPLE, Store

# What RFC 3986 lets stand in a path, percent-encoding included.
_PATH = re.compile(r"(?:[A-Za-z0-9\-._~/!$&'()*+,;=:@]|%[0-9A-F]{2})*")

ODD = ["a.txt", "a b.txt", "a+b.txt", "100%/%2F.txt", "ü/日本/😀.txt", "what?#&=;.txt", "<\"'>.txt"]


@case("urls")
def well_formed(store: Store) -> None:
    """An address is absolute, its path fully percent-encoded, without query, fragment or user."""
    for name in ODD:
        url = store.provider.object_url(store.key(name))
        parts = urlsplit(url)
        holds(parts.scheme in ("http", "https"), f"the scheme of {url}")
        holds(parts.hostname and "@" not in parts.netloc, f"the host of {url}")
        holds(_PATH.fullmatch(parts.path), f"the path of {url} is not percent-encoded")
        same((parts.query, parts.fragment), ("", ""), f"query and fragment of {url}")


@case("urls")
def ends_with_the_key(store: Store) -> None:
    """An address ends with root path and key, slashes kept, everything else percent-encoded."""
    root = store.provider.options.root_path
    url = store.provider.object_url(store.key("a b/ü+%.txt"))
    wanted = f"/{root}/{store.folder}/a%20b/%C3%BC%2B%25.txt"
    holds(url.endswith(wanted), f"{url} does not end with {wanted}")


@case("urls")
def always_the_same(store: Store) -> None:
    """A key has the same address before the upload, after it, and after the delete."""
    urls = [store.provider.object_url(store.key())]
    urls.append(store.put().url)
    urls.append(store.provider.object_url(store.key()))
    store.provider.delete(store.key())
    urls.append(store.provider.object_url(store.key()))
    same(len(set(urls)), 1, f"the number of different addresses in {urls}")


@case("urls")
def inverse(store: Store) -> None:
    """The key of an address is found again, whatever characters it has."""
    for name in ODD:
        url = store.provider.object_url(store.key(name))
        same(store.provider.key_of_url(url), store.key(name), f"the key of {url}")


@case("urls")
def inverse_of_no_address(store: Store) -> None:
    """Text that is no address has no key, and that is no error."""
    for text in ("", "photo.png", "/photo.png", "https://", "://", "mailto:a@b.c", "http://[::1"):
        same(store.provider.key_of_url(text), None, f"the key of {text!r}")


@case("urls")
def inverse_of_another_host(store: Store) -> None:
    """An address on a host, port or scheme that only looks like ours has no key."""
    parts = urlsplit(store.provider.object_url(store.key()))
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    hosts = [
        f"{host}.evil.example{port}",
        f"evil-{host}{port}",
        f"evil.example{port}",
        f"{host}{port}@evil.example",
        f"user@{host}{port}",
        f"{host}.{port}",
        f"{host}:1",
        f"evil.example/{host}{port}",
    ]
    for netloc in hosts:
        url = urlunsplit(parts._replace(netloc=netloc))
        same(store.provider.key_of_url(url), None, f"the key of {url}")
    scheme = "http" if parts.scheme == "https" else "https"
    url = urlunsplit(parts._replace(scheme=scheme))
    same(store.provider.key_of_url(url), None, f"the key of {url}")


@case("urls")
def inverse_of_another_spelling(store: Store) -> None:
    """An address that spells the path in another way has no key: one object has one address."""
    url = store.provider.object_url(store.key("a b/ü.txt"))
    spellings = {
        "an escaped slash": url.replace("a%20b/", "a%20b%2F"),
        "escapes in lower case": url.replace("%C3%BC", "%c3%bc"),
        "a plus sign for a blank": url.replace("%20", "+"),
        "an escaped letter": url.replace(".txt", ".%74xt"),
        "a double slash": url.replace("a%20b/", "a%20b//"),
        "a dot segment": url.replace("a%20b/", "a%20b/./"),
        "a step back": url.replace("a%20b/", "x/../a%20b/"),
        "a slash at the end": f"{url}/",
    }
    for name, spelling in spellings.items():
        same(store.provider.key_of_url(spelling), None, f"the key of an address with {name}")


@case("urls")
def inverse_with_more(store: Store) -> None:
    """An address with a query or a fragment is not a permanent one and has no key."""
    url = store.provider.object_url(store.key())
    for more in ("?", "?versionId=1", "#", "#top"):
        same(store.provider.key_of_url(url + more), None, f"the key of an address with {more}")


@case("urls")
def inverse_outside_the_root(store: Store) -> None:
    """An address outside the root path has no key."""
    url = store.provider.object_url("object.bin")
    root = store.provider.options.root_path
    for other in (
        url.replace(f"/{root}/", "/"),
        url.replace(f"/{root}/", f"/{root}x/"),
        url.replace(f"/{root}/", f"/{root}"),
    ):
        same(store.provider.key_of_url(other), None, f"the key of {other}")


@case("urls")
def private_is_signed(store: Store) -> None:
    """Where objects are private, url gives a signed address."""
    private = store.variant(visibility="private")
    url, signed = private.url(store.key()), private.sign(store.key())
    if not signed.signed:
        raise Skip("base_url serves the objects, whatever the visibility")
    same(url.partition("?")[0], signed.reveal().partition("?")[0], "the address")
    holds("?" in url, f"the address of a private object is not signed: {url}")


@case("urls", needs=has("presign", "GET"))
def private_opens(store: Store) -> None:
    """What url gives opens a private object."""
    private = store.variant(visibility="private")
    store.put()
    answer = store.http.send(private.url(store.key()))
    same((answer.status, answer.body), (200, SAMPLE), "status and body")


@case("urls")
def public_is_permanent(store: Store) -> None:
    """Where objects are public, url gives the permanent address, the same each time."""
    public = store.variant(visibility="public")
    url = public.url(store.key())
    same(url, public.object_url(store.key()), "the address")
    holds("?" not in url, f"the address of a public object is signed: {url}")


@case("urls")
def base_url(store: Store) -> None:
    """A base_url with a path, with or without a slash at its end, stands in front of the key."""
    for base in ("https://cdn.example.com/media", "https://cdn.example.com/media/"):
        served = store.variant(base_url=base, visibility="public")
        wanted = f"https://cdn.example.com/media/{served.options.root_path}/{store.folder}/a%20b"
        same(served.url(store.key("a b")), wanted, f"the address with {base}")
        same(served.key_of_url(wanted), store.key("a b"), "the key of that address")


@case("urls")
def base_url_of_an_upload(store: Store) -> None:
    """With a base_url the answer to an upload has that address, whatever the server calls it."""
    served = store.variant(base_url="https://cdn.example.com")
    stored = served.upload(SAMPLE, key=store.key())
    wanted = f"https://cdn.example.com/{served.options.root_path}/{store.key()}"
    same(stored.url, wanted, "the URL in the answer")


@case("urls", needs=has("addressing", "path"))
def path_addressing(store: Store) -> None:
    """With path addressing the bucket is reached, and stands in the path of signed addresses."""
    provider = store.variant(addressing="path", base_url=None)
    stored = provider.upload(SAMPLE, key=store.key())
    same(store.read(), SAMPLE, "the bytes stored")
    path = urlsplit(provider.sign(store.key()).reveal()).path
    holds(
        path.endswith(f"/{stored.bucket}/{stored.object_key}"),
        f"the bucket is not in front of the key in {path}",
    )


@case("urls", needs=has("addressing", "virtual"))
def virtual_addressing(store: Store) -> None:
    """With virtual addressing the bucket is reached, where its name fits into a host's."""
    provider = store.variant(addressing="virtual", base_url=None)
    provider.upload(SAMPLE, key=store.key())
    same(store.read(), SAMPLE, "the bytes stored")


@case("urls")
def of_a_bad_key(store: Store) -> None:
    """There is no address for a key that could not be stored."""
    for key in ("", "/a", "a//b", "a/../b", "a\\b"):
        raises(ValueError, f"the address of {key!r}", store.provider.object_url, key)
        raises(ValueError, f"the address of {key!r}", store.provider.url, key)
