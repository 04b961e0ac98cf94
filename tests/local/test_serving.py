"""The WSGI app over a real server on loopback: what is given to whom, and how."""

from __future__ import annotations

import errno
import http.client
import io
import threading
import time
from collections.abc import Callable, Generator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

from bucketry import (
    AlreadyExists,
    BadCredentials,
    BucketNotFound,
    ExistingKey,
    InvalidKey,
    Provider,
    RateLimited,
    Rejected,
    SignRequest,
    Unconfirmed,
    hookimpl,
)
from bucketry_local import LocalLayer
from bucketry_local.disk import disk
from bucketry_local.server import Server, serve
from bucketry_local.signing import Signer
from bucketry_local.wsgi import app

Make = Callable[..., Provider]
Fetch = Callable[..., Any]
DATA = b"0123456789"
BEFORE = "Thu, 01 Jan 1970 00:00:00 GMT"


def signature_of(provider: Provider, key: str, **options: Any) -> str:
    return provider.sign(key, **options).reveal()


# -- who may read --------------------------------------------------------------------------------


def test_a_public_object_opens_for_everybody(public: Provider, fetch: Fetch) -> None:
    stored = public.upload(DATA, key="ü b/100%.txt", cache_control="max-age=60")
    answer = fetch(stored.url)
    assert (answer.status, answer.body) == (200, DATA)
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Length"] == "10"
    assert answer.headers["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    assert answer.headers["Cache-Control"] == "max-age=60"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Content-Disposition" not in answer.headers
    assert fetch(f"{stored.url}?v=2").body == DATA
    same = fetch(stored.url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status, same.body, same.headers["Content-Length"]) == (304, b"", None)


def test_a_private_object_opens_with_its_signed_url_only(private: Provider, fetch: Fetch) -> None:
    stored = private.upload(DATA, key="a", cache_control="public, s-maxage=9, max-age=60")
    answer = fetch(private.url("a"))
    assert (answer.status, answer.body) == (200, DATA)
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    refused = fetch(stored.url)
    assert refused.status == 403
    assert refused.text == "this is private and needs a signed URL\n"
    assert refused.headers["Cache-Control"] == "no-store"
    # Whether there is an object is nobody's business either.
    assert fetch(private.object_url("missing")).status == 403


def test_a_private_object_without_cache_control_stays_out_of_shared_caches(
    private: Provider, fetch: Fetch
) -> None:
    private.upload(DATA, key="a")
    assert fetch(private.url("a")).headers["Cache-Control"] == "private"
    shared = signature_of(private, "a", response={"cache_control": "public, max-age=9"})
    assert fetch(shared).headers["Cache-Control"] == "private, max-age=9"


def test_an_object_is_private_unless_a_layer_says_no(
    make: Make, server: Server, fetch: Fetch
) -> None:
    class Forgetful:
        @hookimpl(wrapper=True)
        def bucketry_is_private(self) -> Generator[None, Any, Any]:
            answer = yield
            lost = None if answer is False else answer
            return lost

    local = make(base_url=server.url, visibility="public")
    url = local.upload(DATA, key="a").url
    server.mount(local.with_layer(Forgetful()))
    assert fetch(url).status == 403


def test_a_missing_object(private: Provider, public: Provider, fetch: Fetch) -> None:
    assert fetch(private.url("missing")).status == 404
    answer = fetch(public.url("missing"))
    assert (answer.status, answer.text) == (404, "there is no object under this key\n")


def test_an_expired_url_is_refused(private: Provider, server: Server, fetch: Fetch) -> None:
    private.upload(DATA, key="a")
    layer: LocalLayer = private.layer(LocalLayer)
    yesterday = layer.signer.clock() - 86_400
    old = Signer(layer.signer.key, server.url, lambda: yesterday)
    answer = fetch(old.sign(SignRequest(key="a", method="GET", expires_in=900)).reveal())
    assert (answer.status, answer.text) == (403, "the URL has expired\n")


def test_every_part_of_a_signed_url_is_fixed(
    private: Provider, make: Make, server: Server, fetch: Fetch
) -> None:
    private.upload(DATA, key="a")
    private.upload(DATA, key="b")
    url = signature_of(private, "a", response={"content_language": "de"})
    assert fetch(url).status == 200
    address, _, query = url.partition("?")
    names = [pair.partition("=")[0] for pair in query.split("&")]
    assert names == ["expires", "method", "response_content_language", "Signature"]
    for name in names:
        for changed in (query.replace(f"{name}=", f"{name}=1"), query.replace(name, f"{name}x")):
            answer = fetch(f"{address}?{changed}")
            assert (answer.status, answer.body) != (200, DATA), changed
            assert answer.status == 403
    answer = fetch(url.replace("/a?", "/b?"))
    assert (answer.status, answer.text) == (403, "the signature does not match\n")
    answer = fetch(url, method="HEAD")
    assert answer.status == 403
    answer = fetch(url, method="DELETE")
    assert (answer.status, answer.text) == (403, "the URL is signed for GET, not for DELETE\n")
    # The same files and the same secret, but another address.
    other = make(base_url="http://files.example.com")
    moved = other.url("a").replace("http://files.example.com", server.url)
    answer = fetch(moved)
    assert (answer.status, answer.text) == (403, "the signature does not match\n")
    assert private.exists("a")


def test_a_bad_signature_is_refused_on_public_objects_too(public: Provider, fetch: Fetch) -> None:
    stored = public.upload(DATA, key="a")
    assert fetch(f"{stored.url}?Signature=00").status == 403


def test_every_method_works_with_its_own_signature(private: Provider, fetch: Fetch) -> None:
    body = fetch(signature_of(private, "a", method="PUT"), method="PUT", body=DATA)
    assert body.status == 200
    head = fetch(signature_of(private, "a", method="HEAD"), method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == "10"
    assert fetch(signature_of(private, "a")).body == DATA
    gone = fetch(signature_of(private, "a", method="DELETE"), method="DELETE")
    assert (gone.status, gone.body, gone.headers["Content-Length"]) == (204, b"", None)
    assert not private.exists("a")
    assert fetch(signature_of(private, "a", method="DELETE"), method="DELETE").status == 204


def test_writing_needs_a_signature_on_public_objects_too(public: Provider, fetch: Fetch) -> None:
    stored = public.upload(DATA, key="a")
    put = fetch(stored.url, method="PUT", body=b"evil")
    assert (put.status, put.text) == (403, "PUT needs a signed URL\n")
    gone = fetch(stored.url, method="DELETE")
    assert (gone.status, gone.text) == (403, "DELETE needs a signed URL\n")
    assert public.read("a") == DATA


@pytest.mark.parametrize("method", ["POST", "PATCH", "OPTIONS", "BREW"])
def test_other_methods_are_not_allowed(public: Provider, fetch: Fetch, method: str) -> None:
    answer = fetch(public.url("a"), method=method, body=b"x")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, PUT, DELETE"


def raw_status(server: Server, target: str, method: str = "GET") -> int:
    """Send a path as it is; urllib would tidy it up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/folder//b",
        "/folder/./b",
        "/folder",
        "/folder/",
        "/.bucketry/signing-key",
        "/%2Ebucketry/signing-key",
        "/.BUCKETRY/signing-key",
        "/../files/a",
        "/%2e%2e/files/a",
        "/folder/..%2f..%2foutside",
        "/a%00",
        "/%FF",
        "/a%5C",
    ],
)
def test_nothing_but_objects_is_served(
    public: Provider, server: Server, directory: Path, target: str
) -> None:
    public.upload(DATA, key="a")
    public.upload(DATA, key="folder/b")
    (directory.parent / "outside").write_bytes(b"secret")
    (directory / ".bucketry" / "signing-key").write_text("0" * 64)
    assert raw_status(server, "/a") == 200
    assert raw_status(server, target) == 404


def test_only_the_root_path_is_served(
    make: Make, server: Server, public: Provider, fetch: Fetch
) -> None:
    inner = make(base_url=server.url, visibility="public", root_path="site")
    outside = public.upload(DATA, key="other")
    inside = inner.upload(DATA, key="a")
    server.mount(inner)
    assert fetch(inside.url).body == DATA
    assert fetch(outside.url).status == 404


# -- ranges --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "status", "content_range", "body"),
    [
        ("bytes=2-4", 206, "bytes 2-4/10", b"234"),
        ("bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("bytes=10-", 416, "bytes */10", b"the object has no such bytes\n"),
        ("bytes=0-1,3-4", 200, None, DATA),
        ("lines=0-1", 200, None, DATA),
    ],
)
def test_one_range(
    private: Provider,
    fetch: Fetch,
    header: str,
    status: int,
    content_range: str | None,
    body: bytes,
) -> None:
    private.upload(DATA, key="a")
    answer = fetch(private.url("a"), headers={"Range": header})
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers["Content-Range"] == content_range
    assert answer.headers["Content-Length"] == str(len(body))


def test_preconditions_of_reading(public: Provider, fetch: Fetch) -> None:
    public.upload(DATA, key="a")
    url = public.url("a")
    etag = fetch(url).headers["ETag"]
    same = fetch(url, headers={"If-None-Match": etag})
    assert (same.status, same.body, same.headers["ETag"]) == (304, b"", etag)
    assert fetch(url, headers={"If-None-Match": '"x"'}).status == 200
    assert fetch(url, headers={"If-Match": '"x"'}).status == 412
    assert fetch(url, headers={"Range": "bytes=0-1", "If-Range": etag}).status == 206
    assert fetch(url, headers={"Range": "bytes=0-1", "If-Range": '"x"'}).status == 200


def test_the_date_is_that_of_the_file(public: Provider, fetch: Fetch) -> None:
    public.upload(DATA, key="a")
    modified = public.head("a").last_modified
    assert modified is not None
    whole = modified - timedelta(microseconds=modified.microsecond)
    assert fetch(public.url("a")).headers["Last-Modified"] == format_datetime(whole, usegmt=True)


# -- safe types ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        "text/html ; x=y",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "application/mathml+xml",
        "text/xsl",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "application/ecmascript",
        "application/x-shockwave-flash",
        "multipart/x-mixed-replace; boundary=x",
        "message/rfc822",
        "text/cache-manifest",
        "text/plain, text/html",
        "text/plain; a=b, text/html",
        "html",
        "text/",
        "text/html/x",
    ],
)
def test_active_types_are_sandboxed_attachments(
    public: Provider, fetch: Fetch, content_type: str
) -> None:
    public.upload(b"<script>", key="a", content_type=content_type, content_disposition="inline")
    answer = fetch(public.url("a"))
    assert answer.headers["Content-Type"].strip() == content_type.strip()
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content_type",
    ["image/png", "text/plain; charset=utf-8", "application/pdf", "video/mp4", "application/json"],
)
def test_passive_types_are_shown(public: Provider, fetch: Fetch, content_type: str) -> None:
    public.upload(b"x", key="a", content_type=content_type, content_disposition="inline")
    answer = fetch(public.url("a"))
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == "inline"
    assert "Content-Security-Policy" not in answer.headers


def test_no_signed_override_makes_an_active_type_run(private: Provider, fetch: Fetch) -> None:
    private.upload(b"<script>", key="a.txt")
    url = signature_of(
        private,
        "a.txt",
        response={"content_type": "text/html", "content_disposition": 'inline; filename="a"'},
    )
    answer = fetch(url)
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a"'
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_overrides_count_only_when_they_are_signed(
    private: Provider, public: Provider, server: Server, fetch: Fetch
) -> None:
    stored = public.upload(DATA, key="a")
    unsigned = fetch(f"{stored.url}?response_content_type=text/html")
    assert unsigned.headers["Content-Type"] == "application/octet-stream"
    signed = signature_of(
        public,
        "a",
        download_name="Zeugnis ü.pdf",
        response={
            "content_type": "application/pdf",
            "content_encoding": "identity",
            "content_language": "de",
            "expires": "Sun, 06 Nov 1994 08:49:37 GMT",
        },
    )
    headers = fetch(signed).headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"Zeugnis _.pdf\"; filename*=UTF-8''Zeugnis%20%C3%BC.pdf"
    )
    assert headers["Content-Encoding"] == "identity"
    assert headers["Content-Language"] == "de"
    assert headers["Expires"] == "Sun, 06 Nov 1994 08:49:37 GMT"


# -- uploads -------------------------------------------------------------------------------------


def put(fetch: Fetch, provider: Provider, key: str, body: bytes = DATA, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    url = signature_of(provider, key, method="PUT")
    return fetch(url, method="PUT", body=body, headers=sent)


def test_an_upload_keeps_type_and_headers(private: Provider, fetch: Fetch) -> None:
    answer = put(
        fetch, private, "a", Content_Type="text/x", Cache_Control="no-cache", Content_Language="de"
    )
    assert answer.status == 200
    assert answer.headers["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    info = private.head("a")
    assert (info.content_type, info.cache_control) == ("text/x", "no-cache")
    assert info.content_language == "de"


def test_an_upload_without_a_type_gets_that_of_its_name(private: Provider, fetch: Fetch) -> None:
    assert put(fetch, private, "cat.png").status == 200
    assert private.head("cat.png").content_type == "image/png"


def test_the_signed_type_must_be_sent(private: Provider, fetch: Fetch) -> None:
    signed = private.sign("a", method="PUT", content_type="image/png")
    for headers in ({}, {"Content-Type": "text/html"}, {"Content-Type": "image/png; x=y"}):
        answer = fetch(signed.reveal(), method="PUT", body=DATA, headers=headers)
        assert answer.status == 403
        assert answer.text == "the URL is signed for the content type image/png\n"
    assert not private.exists("a")
    assert fetch(signed.reveal(), method="PUT", body=DATA, headers=signed.headers).status == 200


def test_a_header_that_is_signed_along_must_be_sent(private: Provider, fetch: Fetch) -> None:
    class ForATeam:
        @hookimpl
        def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
            return attrs.evolve(request, headers={"X-Team": "web"})

    private.upload(b"x", key="a")
    signed = private.with_layer(ForATeam()).sign("a")
    assert fetch(signed.reveal(), headers=signed.headers).status == 200
    for headers in ({}, {"X-Team": "app"}):
        refused = fetch(signed.reveal(), headers=headers)
        assert (refused.status, refused.text) == (
            403, "the URL is signed for another header x-team\n",
        )  # fmt: skip


def test_uploads_obey_the_configuration(make: Make, server: Server, fetch: Fetch) -> None:
    local = make(base_url=server.url, prevent_overwrite=True, tags={"team": "web"})
    server.mount(local)
    assert put(fetch, local, "a", If_None_Match="*").status == 200
    refused = put(fetch, local, "a", b"other", If_None_Match="*")
    assert refused.status == 412
    assert put(fetch, local, "a", b"other").status == 403
    assert "object under this key already" in refused.text
    assert local.read("a") == DATA
    assert local.layer(LocalLayer).store.head("a").details.tags == {"team": "web"}


def test_uploads_obey_preconditions(private: Provider, fetch: Fetch) -> None:
    first = put(fetch, private, "a").headers["ETag"]
    assert put(fetch, private, "a", If_None_Match="*").status == 412
    assert put(fetch, private, "a", If_None_Match='"x"').status == 501
    for etag in ('"x"', f"W/{first}"):
        assert put(fetch, private, "a", If_Match=etag).status == 412
    for etag in ("*", f'"x", {first}'):
        assert put(fetch, private, "a", If_Match=etag).status == 501
    assert put(fetch, private, "a", b"part", Content_Range="bytes 0-3/9").status == 501
    assert put(fetch, private, "a", If_Unmodified_Since=BEFORE).status == 501
    assert put(fetch, private, "a", b"new", Content_MD5="AAAAAAAAAAAAAAAAAAAAAA==").status == 400
    assert private.read("a") == DATA
    assert put(fetch, private, "a", Content_MD5="eB5eJF1ptWaXm4bijSPyxw==").status == 200
    assert put(fetch, private, "a", b"new", If_Match=first).status == 200
    assert private.read("a") == b"new"
    url = signature_of(private, "a", method="DELETE")
    assert fetch(url, method="DELETE", headers={"If-Match": first}).status == 412
    for name, value in (("If-None-Match", "*"), ("If-Unmodified-Since", BEFORE), ("If-Match", "*")):
        assert fetch(url, method="DELETE", headers={name: value}).status == 501
    assert private.exists("a")
    now = f'"{private.head("a").etag}"'
    assert fetch(url, method="DELETE", headers={"If-Match": now}).status == 204
    assert not private.exists("a")


def test_uploads_go_through_the_layers(make: Make, server: Server, fetch: Fetch) -> None:
    class CacheForAYear:
        @hookimpl(wrapper=True)
        def bucketry_put_params(self) -> Generator[None, Any, Any]:
            params = yield
            params.setdefault("CacheControl", "max-age=31536000, immutable")
            return params

    local = make(base_url=server.url).with_layer(CacheForAYear())
    server.mount(local)
    assert put(fetch, local, "a").status == 200
    assert local.head("a").cache_control == "max-age=31536000, immutable"


def test_a_conflict_of_names_is_told(private: Provider, fetch: Fetch) -> None:
    private.upload(DATA, key="a/b")
    answer = put(fetch, private, "a")
    assert answer.status == 409
    assert "other keys have this one as their folder" in answer.text


def test_a_refused_body_without_a_length_is_read_where_the_server_knows_its_end(
    private: Provider,
) -> None:
    """Else a server closes before it, and the client gets no answer."""
    body = io.BytesIO(b"x" * 100_000)
    told: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/a",
        "QUERY_STRING": signature_of(private, "a", method="PUT").partition("?")[2],
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": body,
        "wsgi.input_terminated": True,
    }
    app(private)(environ, cast(Any, lambda status, headers: told.append(status)))
    assert told == ["411 Length Required"]
    assert body.read() == b""


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (OSError(errno.ENOSPC, "full"), 507, "there is no room: full"),
        (OSError(errno.EDQUOT, "quota"), 507, "there is no room: quota"),
        (OSError(errno.EISDIR, "a folder", "/srv/secret"), 409, "is in the way: a folder"),
        (OSError(errno.ENOLCK, "no locks"), 503, "try again later"),
        (OSError(errno.EACCES, "no", "/srv/secret"), 403, "the storage does not allow this"),
        (OSError(errno.ENOTSUP, "no flock"), 501, "lacks what this needs"),
        (Unconfirmed("the object is in place in /srv/secret"), 503, "look before trying again"),
        (RateLimited("x"), 503, "busy"),
        (BadCredentials("/srv/secret holds no signing key"), 500, "the storage failed"),
        (BucketNotFound("/srv/secret is not a folder"), 500, "the storage failed"),
        (AlreadyExists("there is an object"), 412, "there is an object"),
    ],
)
def test_a_failure_has_the_status_that_clients_go_by_and_names_no_folder(
    private: Provider, server: Server, fetch: Fetch, error: Exception, status: int, told: str
) -> None:
    class Fails:
        @hookimpl
        def bucketry_upload(self) -> None:
            with disk():
                raise error

    failing = private.with_layer(Fails())
    server.mount(failing)
    answer = put(fetch, failing, "a")
    assert (answer.status, told in answer.text) == (status, True), answer.text
    assert "/srv" not in answer.text


def test_an_upload_that_breaks_off_is_not_published(
    private: Provider, server: Server, directory: Path
) -> None:
    private.upload(b"old", key="a")
    target = signature_of(private, "a", method="PUT").removeprefix(server.url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("PUT", target)
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"x" * 10)
    connection.sock.shutdown(1)  # no more is coming
    answer = connection.getresponse()
    assert answer.status == 400
    assert answer.read() == b"the connection ended 990 bytes early\n"
    connection.close()
    assert private.read("a") == b"old"
    assert list((directory / ".bucketry" / "tmp").iterdir()) == []


def test_an_upload_without_a_length_is_refused(private: Provider, server: Server) -> None:
    target = signature_of(private, "a", method="PUT").removeprefix(server.url)
    assert raw_status(server, target, "PUT") == 411
    assert not private.exists("a")


def test_a_large_refused_upload_still_sees_the_answer(private: Provider, fetch: Fetch) -> None:
    answer = fetch(private.object_url("a"), method="PUT", body=bytes(4 << 20))
    assert (answer.status, answer.text) == (403, "PUT needs a signed URL\n")


# -- the server ----------------------------------------------------------------------------------


def test_requests_are_served_side_by_side(public: Provider, server: Server, fetch: Fetch) -> None:
    stored = public.upload(DATA, key="a")
    idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    idle.connect()  # says nothing and holds a thread
    assert fetch(stored.url).body == DATA
    idle.close()


def test_nothing_is_logged(
    private: Provider, fetch: Fetch, capfd: pytest.CaptureFixture[str]
) -> None:
    private.upload(DATA, key="a")
    assert fetch(private.url("a")).status == 200
    assert fetch(private.object_url("a")).status == 403
    assert capfd.readouterr() == ("", "")


def test_serve_runs_while_the_block_runs(make: Make, fetch: Fetch) -> None:
    local = make(visibility="public")
    local.upload(DATA, key="a")
    before = threading.active_count()
    with serve(local, port=0) as running:
        assert running.port > 0
        assert fetch(f"{running.url}/a").body == DATA
    until = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)  # whoever has answered ends a moment later
    assert threading.active_count() <= before
    with pytest.raises(OSError, match="refused"):
        fetch(f"http://127.0.0.1:{running.port}/a")


def test_it_listens_by_the_sixth_version_of_ip(make: Make, fetch: Fetch) -> None:
    try:
        running = Server("::1", port=0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with running:
        local = make(base_url=running.url)
        running.mount(local)
        assert running.url == f"http://[::1]:{running.port}"
        assert put(fetch, local, "a").status == 200
        assert fetch(local.url("a")).body == DATA


def test_a_server_without_a_provider_says_so(server: Server, fetch: Fetch) -> None:
    assert fetch(f"{server.url}/a").status == 503


@pytest.mark.parametrize("name", ["back\\slash.txt", "cafe\u0301.txt", "tab\there", "a\u200bb"])
def test_files_with_names_that_no_new_key_has_are_served_and_deleted(
    public: Provider, fetch: Fetch, directory: Path, name: str
) -> None:
    public.upload(b"x", key="a.txt")
    (directory / name).write_bytes(b"by hand")
    info = next(info for info in public.list() if info.key == name)
    assert public.read(info) == b"by hand"
    assert fetch(public.url(info)).body == b"by hand"
    public.copy(info, "copy")
    public.delete(info.key)
    assert [found.key for found in public.list()] == ["a.txt", "copy"]


@pytest.mark.parametrize(
    "key", ["../beside", "..", "a/../../beside", "a//b", "/etc/passwd", "a\0b"]
)
def test_an_existing_key_leads_nowhere_else(public: Provider, directory: Path, key: str) -> None:
    (directory.parent / "beside").write_bytes(b"secret")
    public.upload(b"x", key="a/b")
    for call in (public.read, public.head, public.delete, public.sign):
        with pytest.raises((InvalidKey, Rejected)):
            call(ExistingKey(key))
    assert (directory.parent / "beside").read_bytes() == b"secret"
