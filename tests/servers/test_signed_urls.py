"""Signed URLs and upload tickets, used by a plain HTTP client against a real server over TLS."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bucketry import Provider, SignedUrl
from servers.samples import Answer, Fetch, require_server
from servers.server import Endpoint

require_server()

pytestmark = pytest.mark.server


def use(fetch: Fetch, signed: SignedUrl, body: bytes | None = None) -> Answer:
    return fetch(signed.method, signed.reveal(), body, signed.headers)


def test_a_signed_get_serves_with_the_headers_asked_for(addressed: Provider, fetch: Fetch) -> None:
    addressed.upload(b"hello", key="a.txt")
    plain = use(fetch, addressed.sign("a.txt"))
    assert (plain.status, plain.body) == (200, b"hello")
    signed = addressed.sign(
        "a.txt", download_name="Größe 1.txt", response={"content_type": "text/csv"}
    )
    named = use(fetch, signed)
    assert (named.status, named.body) == (200, b"hello")
    assert named.headers["content-type"] == "text/csv"
    assert named.headers["content-disposition"] == (
        "attachment; filename=\"Gr__e 1.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.txt"
    )


def test_signed_head_put_and_delete_do_that_and_no_more(addressed: Provider, fetch: Fetch) -> None:
    put = addressed.sign("a.csv", method="PUT", content_type="text/csv")
    # MinIO has 400 for a request without a header that was signed.
    assert fetch("PUT", put.reveal(), b"1,2", {"Content-Type": "text/html"}).status in (400, 403)
    assert use(fetch, put, b"1,2").status == 200
    assert addressed.head("a.csv").content_type == "text/csv"
    head = use(fetch, addressed.sign("a.csv", method="HEAD"))
    assert (head.status, head.headers["content-length"]) == (200, "3")
    delete = addressed.sign("a.csv", method="DELETE")
    assert fetch("GET", delete.reveal()).status == 403
    assert addressed.exists("a.csv")
    assert use(fetch, delete).status == 204
    assert not addressed.exists("a.csv")


def test_a_signed_url_expires(provider: Provider, fetch: Fetch) -> None:
    provider.upload(b"hello", key="a.txt")
    signed = provider.sign("a.txt", expires_in=2)
    assert use(fetch, signed).status == 200
    deadline = time.monotonic() + 10
    while (answer := use(fetch, signed)).status == 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert answer.status == 403
    assert answer.body != b"hello"


def test_a_tampered_url_is_refused(provider: Provider, fetch: Fetch) -> None:
    provider.upload(b"hello", key="a.txt")
    provider.upload(b"secret", key="b.txt")
    url = provider.sign("a.txt", expires_in=60).reveal()
    assert fetch("GET", url).status == 200
    signature = url.rpartition("X-Amz-Signature=")[2]
    for tampered in (
        url.replace("/a.txt?", "/b.txt?"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        url.replace(signature, signature[::-1]),
        url + "&response-content-type=text%2Fhtml",
    ):
        assert tampered != url
        assert fetch("GET", tampered).status == 403
    assert fetch("GET", url.partition("?")[0]).status in (400, 403, 412)
    assert fetch("DELETE", url).status == 403
    assert provider.exists("a.txt")


def form(fields: dict[str, str], data: bytes) -> tuple[bytes, dict[str, str]]:
    """Encode a browser's form upload."""
    boundary = "----bucketry"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = "".join(parts) + (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_an_upload_ticket_allows_one_upload_within_its_limits(
    addressed: Provider, fetch: Fetch, endpoint: Endpoint
) -> None:
    ticket = addressed.upload_ticket("in/a.png", content_type="image/png", max_size=100)
    if endpoint.server == "swift":  # knows no POST policy: the ticket is a PUT and says so
        assert ticket.signed.method == "PUT"
        assert ticket.unenforced == {"size"}
        assert use(fetch, ticket.signed, b"png").status == 200
    else:
        assert ticket.signed.method == "POST"
        assert not ticket.unenforced
        url, fields = ticket.signed.reveal(), ticket.signed.reveal_fields()
        for wrong in (
            form(fields, b"x" * 101),
            form(fields | {"key": fields["key"] + "2"}, b"png"),
            form(fields | {"Content-Type": "text/html"}, b"png"),
            form({name: value for name, value in fields.items() if name != "policy"}, b"png"),
        ):
            assert fetch("POST", url, *wrong).status in (400, 403)
        assert not list(addressed.list())
        assert fetch("POST", url, *form(fields, b"png")).status in (200, 201, 204)
    assert addressed.read("in/a.png") == b"png"
    assert addressed.head("in/a.png").content_type == "image/png"


def test_a_signed_put_is_held_to_what_is_configured(addressed: Provider, fetch: Fetch) -> None:
    native = {"CacheControl": "max-age=5", "Metadata": {"team": "web"}}
    signed = addressed.with_options(extra_params={"upload": native}).sign("in/b", method="PUT")
    assert signed.keeps == {"extra_params"}
    for name in ("Cache-Control", "x-amz-meta-team"):
        bare = {known: value for known, value in signed.headers.items() if known != name}
        assert fetch("PUT", signed.reveal(), b"png", bare).status in (400, 403)
    assert use(fetch, signed, b"png").status == 200
    found = addressed.head("in/b")
    assert (found.cache_control, found.metadata) == ("max-age=5", {"team": "web"})


# What a holder could gain by adding one of these to a signed PUT (Amazon S3 API reference,
# PutObject, CopyObject). "BUCKET" stands for the bucket.
ADDED = {
    "x-amz-copy-source": "/BUCKET/other-tenant/secret",
    "X-Amz-Copy-Source": "BUCKET/other-tenant%2Fsecret",
    "x-amz-acl": "public-read",
    "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
    "x-amz-website-redirect-location": "https://elsewhere.example/",
    "x-amz-meta-role": "admin",
    "x-amz-tagging": "role=admin",
    "x-amz-storage-class": "GLACIER",
}


@pytest.mark.parametrize("name", ADDED)
def test_an_unsigned_header_reads_nothing_and_publishes_nothing(
    provider: Provider, fetch: Fetch, name: str, record_property: Callable[[str, object], None]
) -> None:
    secret = provider.upload(b"secret", key="other-tenant/secret")
    signed = provider.sign("in/own", method="PUT")
    value = ADDED[name].replace("BUCKET/", f"{secret.bucket}/").replace(
        "other-tenant", secret.object_key.removesuffix("/secret")
    )  # fmt: skip

    answer = fetch("PUT", signed.reveal(), b"own", {**signed.headers, name: value})

    record_property(f"{name} added to a signed PUT", answer.status)
    print(f"{name}: HTTP {answer.status}")
    there = provider.exists("in/own")
    assert there == (answer.status == 200)
    assert not there or provider.read("in/own") == b"own"
    assert fetch("GET", provider.object_url("in/own")).status != 200
