"""Faults seeded on purpose: each makes one thing wrong, and says which finding names it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import trustme
from attrs import evolve, field, frozen

import bucketry
from bucketry import Provider, hookimpl
from bucketry.host.catalog import installed
from bucketry_local.server import Server
from bucketry_s3 import KeyPair
from bucketry_s3.testing import (
    Account,
    Alter,
    Bucket,
    CorsRule,
    OpenUpload,
    Personality,
    Reply,
    StandIn,
    StoredBytes,
    localhost_names,
    personality_of,
    without_header,
)
from bucketry_s3.testing.request import Response

ORIGIN = "https://app.example.com"


@frozen
class Seed:
    """One thing that is wrong.

    `codes` are the findings that name it, all of them. `plant` makes it in a new `Plot`.
    """

    name: str
    codes: frozenset[str]
    plant: Callable[[Plot], None] = field(repr=False)


class Plot:
    """What a seed can change before the provider is opened, and how it is diagnosed."""

    def __init__(self, around: ExitStack) -> None:
        self.around = around
        self.vendor = "s3"
        self.personality: dict[str, Any] = {}
        self.server: dict[str, Any] = {}
        self.bucket = Bucket(name="media")
        self.options: dict[str, Any] = {}
        self.faults: list[tuple[str, Any]] = []
        self.layers: list[object] = []
        self.origin: str | None = None
        self.later: list[Callable[[StandIn], None]] = []
        self.local: dict[str, Any] | None = None
        self.stand_in: StandIn

    def on_disk(self, **options: Any) -> None:
        """Let it be files on disk, their URLs served unless `base_url` says otherwise."""
        self.local = options

    def left_behind(self) -> list[str]:
        """Return what a diagnosis has left in the bucket."""
        if self.local is not None:
            return []
        held = [*self.stand_in.objects(self.bucket.name)]
        parts = [upload.key for upload in self.stand_in.open_uploads(self.bucket.name)]
        return [key for key in (*held, *parts) if "bucketry-doctor-" in key]

    def _local(self, options: Mapping[str, Any]) -> Provider:
        folder = self.around.enter_context(tempfile.TemporaryDirectory())
        server = self.around.enter_context(Server(port=0))
        config = {"provider": "local", "directory": folder, "base_url": server.url, **options}
        provider = self.around.enter_context(bucketry.open_provider(config))
        server.mount(provider)
        return provider

    def __enter__(self) -> Provider:
        if self.local is not None:
            return self._local(self.local)
        page = installed().load(self.vendor)
        personality = evolve(personality_of(page), **self.personality)
        self.around.enter_context(localhost_names())
        self.stand_in = server = self.around.enter_context(
            StandIn(personality, buckets=[self.bucket], **self.server)
        )
        for operation, fault in self.faults:
            server.faults.add(operation, fault, times=None)
        for change in self.later:
            change(server)
        config = {k: v for k, v in server.configuration(**self.options).items() if v is not None}
        provider = self.around.enter_context(
            bucketry.open_provider({**config, "provider": self.vendor})
        )
        for layer in self.layers:
            provider = self.around.enter_context(provider.with_layer(layer))
        return provider

    def __exit__(self, *_: object) -> None:
        self.around.close()

    def deny(self, *operations: str, code: str = "AccessDenied", status: int = 403) -> None:
        """Let operations be refused."""
        for operation in operations:
            self.faults.append((operation, Reply.error(status, code, "no")))


@contextmanager
def planted(seed: Seed) -> Iterator[tuple[Plot, Provider]]:
    """Give the provider that has what is wrong."""
    with ExitStack() as around:
        plot = Plot(around)
        seed.plant(plot)
        with plot as provider:
            yield plot, provider


SEEDS: list[Seed] = []


def seed(name: str, *codes: str) -> Callable[[Callable[[Plot], None]], Callable[[Plot], None]]:
    """Make a seed of a function that plants it."""

    def add(plant: Callable[[Plot], None]) -> Callable[[Plot], None]:
        SEEDS.append(Seed(name, frozenset(codes), plant))
        return plant

    return add


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def website(
    plot: Plot, status: int, body: bytes, headers: Mapping[str, str] = {}, *, tls: bool = True
) -> int:
    """Let a server that is not S3's answer everything in one way; return its port."""

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("content-length", 0))
            self.rfile.read(length)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = do_CONNECT = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    if tls:
        server.socket = certified(plot, "localhost").wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.daemon = True
    thread.start()
    plot.around.callback(server.server_close)
    plot.around.callback(server.shutdown)
    return int(server.server_address[1])


def certified(plot: Plot, *names: str, **life: Any) -> ssl.SSLContext:
    """Return a server's TLS with a certificate for `names`, its authority trusted."""
    authority = trustme.CA()
    folder = plot.around.enter_context(tempfile.TemporaryDirectory())
    bundle = Path(folder) / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    plot.options["ca_bundle"] = str(bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **life).configure_cert(context)
    return context


# -- the way there ---------------------------------------------------------------------------------


@seed("the host has no address", "unknown-host")
def unknown_host(plot: Plot) -> None:
    resolve = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "s3.nowhere.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **kwargs)

    plot.around.enter_context(mock.patch.object(socket, "getaddrinfo", look_up))
    plot.options["endpoint"] = "https://s3.nowhere.example"


@seed("nobody listens", "no-connection")
def nobody_listens(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{free_port()}"


@seed("nobody vouches for the certificate", "certificate-untrusted")
def untrusted(plot: Plot) -> None:
    other = trustme.CA()
    folder = plot.around.enter_context(tempfile.TemporaryDirectory())
    other.cert_pem.write_to_path(f"{folder}/other.pem")
    plot.options["ca_bundle"] = f"{folder}/other.pem"


@seed("the certificate has another name", "certificate-name")
def other_name(plot: Plot) -> None:
    plot.later.append(
        lambda server: plot.options.update(endpoint=f"https://a.b.localhost:{server.port}")
    )


@seed("the certificate has run out", "certificate-expired")
def expired_certificate(plot: Plot) -> None:
    context = certified(plot, "localhost", not_after=datetime.now(UTC) - timedelta(days=1))
    listening = plot.around.enter_context(socket.create_server(("127.0.0.1", 0)))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with contextlib.suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    plot.options["endpoint"] = f"https://localhost:{listening.getsockname()[1]}"


@seed("the port speaks no TLS", "no-tls")
def no_tls(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 200, b'', tls=False)}"


@seed("plain http to a port with TLS", "no-answer")
def tls_there(plot: Plot) -> None:
    plot.later.append(
        lambda server: plot.options.update(endpoint=f"http://localhost:{server.port}")
    )


@seed("the authorities cannot be read", "bad-ca-bundle")
def bad_bundle(plot: Plot) -> None:
    plot.options["ca_bundle"] = __file__


@seed("nobody listens where the proxy should be", "proxy-unreachable")
def no_proxy(plot: Plot) -> None:
    _proxied(plot, free_port())


@seed("the proxy wants a password", "proxy-refuses")
def proxy_with_password(plot: Plot) -> None:
    _proxied(plot, website(plot, 407, b"", tls=False))


@seed("the proxy lets nobody through", "proxy-refuses")
def closed_proxy(plot: Plot) -> None:
    _proxied(plot, website(plot, 403, b"", tls=False))


def _proxied(plot: Plot, port: int) -> None:
    proxies = {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "NO_PROXY": "", "no_proxy": ""}
    plot.around.enter_context(mock.patch.dict(os.environ, proxies))


@seed("a website answers", "not-s3")
def website_answers(plot: Plot) -> None:
    page = b"<html><title>Sign in</title></html>"
    plot.options["endpoint"] = f"https://localhost:{website(plot, 200, page)}"


@seed("a web server knows no such page", "not-s3")
def page_not_found(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 404, b'no such page')}"


@seed("a gateway denies", "not-s3")
def gateway_denies(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 403, b'<html>blocked</html>')}"


@seed("the endpoint is a redirect", "redirected")
def redirect(plot: Plot) -> None:
    onward = {"Location": "https://www.example.com/"}
    plot.options["endpoint"] = f"https://localhost:{website(plot, 301, b'', onward)}"


@seed("the endpoint's path is wrong", "wrong-path")
def wrong_path(plot: Plot) -> None:
    plot.server["base_path"] = "/storage/v1/s3"
    plot.later.append(
        lambda server: plot.options.update(endpoint=f"https://localhost:{server.port}")
    )


@seed("the server fails", "server-trouble")
def failing(plot: Plot) -> None:
    plot.deny("ListObjectsV2", code="InternalError", status=500)


@seed("the server asks to slow down", "rate-limited")
def slow_down(plot: Plot) -> None:
    plot.deny("ListObjectsV2", code="SlowDown", status=503)


# -- as whom ---------------------------------------------------------------------------------------


@seed("the clock is an hour behind", "clock-skew")
def skewed(plot: Plot) -> None:
    plot.server["clock"] = lambda: datetime.now(UTC) + timedelta(hours=1)


@seed("the clock is an hour ahead", "clock-skew")
def skewed_ahead(plot: Plot) -> None:
    plot.server["clock"] = lambda: datetime.now(UTC) - timedelta(hours=1)


@seed("the clock is five minutes off", "clock-drift")
def drifting(plot: Plot) -> None:
    plot.server["clock"] = lambda: datetime.now(UTC) + timedelta(minutes=5)


def _credentials(plot: Plot, **changed: str) -> None:
    plot.options["credentials"] = {
        "access_key_id": "AKIASTANDINEXAMPLE01",
        "secret_access_key": "stand-in/secret+key/only-good-on-loopback",
    } | changed


@seed("the access key is unknown", "unknown-key")
def unknown_key(plot: Plot) -> None:
    _credentials(plot, access_key_id="AKIASOMEBODYELSES000")


@seed("the secret is wrong", "wrong-secret")
def wrong_secret(plot: Plot) -> None:
    _credentials(plot, secret_access_key="something-else-altogether")


@seed("a line break is at the end of the secret", "malformed-key")
def line_break(plot: Plot) -> None:
    plot.layers.append(_Pair(secret_access_key="stand-in/secret+key/only-good-on-loopback\n"))


class _Pair:
    """Gives this key pair."""

    def __init__(self, **parts: Any) -> None:
        self.pair = KeyPair(
            **{
                "access_key_id": "AKIASTANDINEXAMPLE01",
                "secret_access_key": "stand-in/secret+key/only-good-on-loopback",
            }
            | parts
        )

    @hookimpl
    def bucketry_s3_credentials(self) -> KeyPair:
        return self.pair


def _temporary(plot: Plot, expires: datetime) -> None:
    plot.server["accounts"] = [
        Account(
            access_key_id="ASIATEMPORARY",
            secret_access_key="temporary",
            session_token="token",
            expires=expires,
        )
    ]


@seed("the session token has expired", "temporary-credentials", "expired-token")
def expired_token(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) - timedelta(minutes=1))
    _credentials(
        plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary", session_token="token"
    )


@seed("the session token is written down", "temporary-credentials")
def written_token(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) + timedelta(hours=1))
    _credentials(
        plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary", session_token="token"
    )


@seed("the session token belongs to another key", "temporary-credentials", "wrong-token")
def wrong_token(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) + timedelta(hours=1))
    _credentials(
        plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary", session_token="other"
    )


@seed("a temporary key has no session token", "wrong-token")
def token_missing(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) + timedelta(hours=1))
    _credentials(plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary")


@seed("credentials die before signed URLs", "short-lived-credentials")
def short_lived(plot: Plot) -> None:
    expires = datetime.now(UTC) + timedelta(minutes=5)
    _temporary(plot, expires)
    plot.layers.append(
        _Pair(
            access_key_id="ASIATEMPORARY",
            secret_access_key="temporary",
            session_token="token",
            expires=expires,
        )
    )


@seed("there are no credentials on this machine", "no-credentials")
def no_credentials(plot: Plot) -> None:
    plot.options["credentials"] = "ambient"
    nowhere = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "HOME": os.devnull,
    }
    gone = [name for name in os.environ if name.startswith("AWS_") and name not in nowhere]
    plot.around.enter_context(mock.patch.dict(os.environ, nowhere))
    for name in gone:
        plot.around.enter_context(mock.patch.dict(os.environ, {name: ""}))


@seed("the account's bills are not paid", "account-blocked")
def in_debt(plot: Plot) -> None:
    plot.deny("ListObjectsV2", "PutObject", code="InDebt")


# -- where -----------------------------------------------------------------------------------------


@seed("the region is another", "wrong-region")
def wrong_region(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.server["region"] = "eu-central-1"
    plot.options["region"] = "eu-west-1"


@seed("the region has a slip", "unlikely-option", "wrong-region")
def slip(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.server["region"] = "eu-west-3"
    plot.options["region"] = "eu-wset-3"


@seed("the server sends to another region", "wrong-region")
def other_region(plot: Plot) -> None:
    onward = {"x-amz-bucket-region": "eu-central-1", "Location": "https://elsewhere.example/"}
    plot.faults.append(("ListObjectsV2", Reply(301, headers=onward)))


@seed("the bucket is missing", "no-such-bucket")
def missing_bucket(plot: Plot) -> None:
    plot.bucket = Bucket(name="medias")


@seed("the bucket is somebody else's", "foreign-bucket")
def foreign_bucket(plot: Plot) -> None:
    plot.deny("ListObjectsV2", "PutObject", "HeadObject", "GetObject", "HeadBucket")


@seed("only hosts of buckets are served", "wrong-addressing")
def virtual_only(plot: Plot) -> None:
    plot.personality["addressing"] = frozenset({"virtual"})
    plot.options["addressing"] = "path"


@seed("only paths are served", "wrong-addressing")
def path_only(plot: Plot) -> None:
    plot.personality["addressing"] = frozenset({"path"})
    plot.options["addressing"] = "virtual"


# -- what may be done ------------------------------------------------------------------------------


@seed("the right to write is missing", "denied-write")
def denied_write(plot: Plot) -> None:
    plot.deny("PutObject")


@seed("the right to read is missing", "denied-read")
def denied_read(plot: Plot) -> None:
    plot.deny("GetObject", "HeadObject")


@seed("the right to list is missing", "denied-list")
def denied_list(plot: Plot) -> None:
    plot.deny("ListObjectsV2")


@seed("the right to delete is missing", "denied-delete", "left-behind")
def denied_delete(plot: Plot) -> None:
    plot.deny("DeleteObject")


@seed("the right to abort is missing", "denied-abort", "left-behind")
def denied_abort(plot: Plot) -> None:
    plot.deny("AbortMultipartUpload")


@seed("the right to list parts is missing", "denied-list-parts")
def denied_list_parts(plot: Plot) -> None:
    plot.deny("ListParts")


@seed("the right to list uploads is missing", "denied-list-uploads")
def denied_list_uploads(plot: Plot) -> None:
    plot.deny("ListMultipartUploads")


@seed("the right to delete many is missing", "denied-delete")
def denied_batch(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.deny("DeleteObjects")


@seed("the right to begin parts is missing", "denied-write")
def denied_parts(plot: Plot) -> None:
    plot.deny("CreateMultipartUpload")


@seed("the right to copy is missing", "denied-copy")
def denied_copy(plot: Plot) -> None:
    plot.deny("CopyObject")


def _refuse(plot: Plot, which: Callable[[Any], bool], status: int, code: str = "") -> None:
    """Refuse some requests, in words of S3 if there is a code."""

    def refuse(server: StandIn) -> None:
        service = server._service
        answer = type(service).answer
        fault = Reply.error(status, code) if code else Reply(status, b"<html>no</html>")

        def answering(self: Any, request: Any, route: Any) -> Any:
            if which(request):
                return Response(status=status, headers=fault.headers, body=fault.body)
            return answer(self, request, route)

        plot.around.enter_context(mock.patch.object(type(service), "answer", answering))

    plot.later.append(refuse)


def _only_with(plot: Plot, operation: str, header: str) -> None:
    """Deny what comes with a header."""

    def refuse(server: StandIn) -> None:
        service = server._service
        answer = type(service).answer

        def answering(self: Any, request: Any, route: Any) -> Any:
            if route.operation == operation and header in request.headers and self is service:
                from bucketry_s3.testing.errors import access_denied
                from bucketry_s3.testing.service import error_response

                return error_response(access_denied(), request)
            return answer(self, request, route)

        plot.around.enter_context(mock.patch.object(type(service), "answer", answering))

    plot.later.append(refuse)


@seed("the right to tag is missing", "denied-tags")
def denied_tags(plot: Plot) -> None:
    plot.options["tags"] = {"team": "web"}
    plot.personality["tagging"] = "yes"
    _only_with(plot, "PutObject", "x-amz-tagging")


@seed("the right to set ACLs is missing", "denied-acl")
def denied_acl(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.options |= {"acl": "public-read", "visibility": "public"}
    _only_with(plot, "PutObject", "x-amz-acl")


@seed("the quota is used up", "storage-full")
def full(plot: Plot) -> None:
    plot.deny("PutObject", code="QuotaExceeded", status=400)


@seed("uploads without encryption are denied", "encryption-required")
def encryption_required(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.server["require_headers"] = {}

    def refuse(server: StandIn) -> None:
        service = server._service
        answer = type(service).answer

        def answering(self: Any, request: Any, route: Any) -> Any:
            encrypted = "x-amz-server-side-encryption" in request.headers
            if route.operation == "PutObject" and not encrypted and self is service:
                from bucketry_s3.testing.errors import access_denied
                from bucketry_s3.testing.service import error_response

                return error_response(access_denied(), request)
            return answer(self, request, route)

        plot.around.enter_context(mock.patch.object(type(service), "answer", answering))

    plot.later.append(refuse)


# -- what the configuration promises ---------------------------------------------------------------


@seed("declared public, and closed", "not-public")
def not_public(plot: Plot) -> None:
    plot.options["visibility"] = "public"
    plot.vendor = "aws"


@seed("declared private, and open", "not-private")
def not_private(plot: Plot) -> None:
    plot.bucket = Bucket(name="media", public=True)
    plot.vendor = "aws"


@seed("declared private, and published by its ACL", "not-private")
def published(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.options |= {"acl": "public-read", "visibility": "private"}


@seed("private behind base_url, and open beside it", "not-private")
def open_beside(plot: Plot) -> None:
    plot.bucket = Bucket(name="media", public=True)
    plot.vendor = "aws"
    plot.later.append(lambda server: plot.options.update(base_url=f"{server.endpoint}/media"))


@seed("the bucket has ACLs switched off", "acl-switched-off")
def acl_off(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.bucket = Bucket(name="media", acls=False)
    plot.options |= {"acl": "public-read", "visibility": "public"}


@seed("base_url serves another bucket", "base-url-elsewhere")
def base_url_elsewhere(plot: Plot) -> None:
    plot.options["visibility"] = "public"
    plot.later.append(lambda server: plot.options.update(base_url=f"{server.endpoint}/other"))


@seed("base_url serves a website", "base-url-elsewhere")
def base_url_website(plot: Plot) -> None:
    port = website(plot, 200, b"<html>Welcome</html>", tls=False)
    plot.options |= {"visibility": "public", "base_url": f"http://localhost:{port}"}


@seed("nobody serves base_url", "base-url-unreachable")
def base_url_unreachable(plot: Plot) -> None:
    plot.options |= {"visibility": "public", "base_url": f"https://localhost:{free_port()}"}


@seed("encryption has no effect", "encryption-ignored")
def encryption_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["encryption"] = {"AES256": "ignored"}
    plot.options["encryption"] = {"type": "AES256"}


@seed("encryption is refused", "encryption-refused")
def encryption_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["encryption"] = {"AES256": "no"}
    plot.options["encryption"] = {"type": "AES256"}


@seed("the storage class is refused", "storage-class-refused")
def class_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["storage_classes"] = frozenset({"STANDARD"})
    plot.options["storage_class"] = "STANDARD_IA"


@seed("the storage class has no effect", "storage-class-ignored")
def class_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.options["storage_class"] = "STANDARD_IA"
    for operation in ("HeadObject", "GetObject"):
        plot.faults.append((operation, without_header("x-amz-storage-class")))


@seed("tags have no effect", "tags-ignored")
def tags_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["tagging"] = "ignored"
    plot.options["tags"] = {"team": "web"}


@seed("the checksum is refused", "checksum-refused")
def checksum_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "CRC64NVME"), "verified"
    ) | {"SHA256": "refused"}
    plot.options["checksum_algorithm"] = "SHA256"


@seed("extra parameters are refused", "params-refused")
def params_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["storage_classes"] = frozenset({"STANDARD"})
    plot.options["extra_params"] = {"upload": {"StorageClass": "STANDARD_IA"}}


# -- what the vendor promises ----------------------------------------------------------------------


@seed("a wrong checksum is stored", "checksum-ignored")
def checksum_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"), "ignored"
    )


@seed("If-None-Match is passed over", "condition-ignored")
def condition_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_if_absent"] = "ignored"


@seed("If-Match is passed over", "condition-ignored")
def if_match_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_if_match"] = "ignored"


@seed("a conditional end of parts is passed over", "condition-ignored")
def complete_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["complete_if_absent"] = "ignored"


@seed("a conditional delete is passed over", "condition-ignored")
def delete_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["delete_if_match"] = "ignored"


@seed("one checksum of five is not looked at", "checksum-ignored")
def one_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "CRC64NVME"), "verified"
    ) | {"SHA256": "ignored"}


@seed("one checksum of five is refused", "fact-contradicted")
def one_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "SHA256"), "verified"
    ) | {"CRC64NVME": "refused"}


@seed("URLs live no day", "fact-contradicted")
def short_urls(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["presign_seconds_max"] = 3600


@seed("conditions are refused", "fact-contradicted")
def condition_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_if_absent"] = "refused"


@seed("no uploads in parts", "cannot-parts")
def no_parts(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["multipart"] = "no"


@seed("the right ETag is written in another way", "fact-contradicted")
def other_etag(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["if_match_etag"] = "unquoted"


@seed("large bodies are refused in words of S3", "small-bodies")
def too_large(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_size_max"] = 1_000_000


@seed("tags are refused with parts", "tags-refused")
def no_tags_in_parts(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["multipart_tagging"] = "no"
    plot.options["tags"] = {"team": "web"}


@seed("encryption has no effect on parts", "encryption-ignored")
def no_encryption_in_parts(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["multipart_encryption"] = "ignored"
    plot.options["encryption"] = {"type": "AES256"}


@seed("no deletes of many", "fact-contradicted")
def no_batches(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.deny("DeleteObjects", code="NotImplemented", status=501)


@seed("tags are refused though none are configured", "fact-contradicted")
def no_tags(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["tagging"] = "no"


@seed("no copies", "cannot-copy")
def no_copies(plot: Plot) -> None:
    plot.deny("CopyObject", code="NotImplemented", status=501)


@seed("uploads in parts are lying about", "unfinished-uploads")
def unfinished(plot: Plot) -> None:
    began = datetime.now(UTC) - timedelta(days=3)
    nothing = StoredBytes(data=b"", etag="", modified=began)
    plot.bucket.uploads["1"] = OpenUpload(
        key="film.mp4", upload_id="1", started=began, template=nothing
    )


# -- what passes in between ------------------------------------------------------------------------


@seed("a gateway changes bytes", "bytes-changed")
def bytes_changed(plot: Plot) -> None:
    def shout(response: Response) -> Response:
        return evolve(response, body=response.body.replace(b"bucket", b"BUCKET"))

    plot.faults.append(("GetObject", Alter(response=shout)))


@seed("a proxy decodes paths", "names-changed")
def decoded_paths(plot: Plot) -> None:
    _refuse(plot, lambda request: "%25" in request.raw_path, 403, "SignatureDoesNotMatch")


@seed("a proxy takes small bodies only", "small-bodies")
def small_bodies(plot: Plot) -> None:
    _refuse(plot, lambda request: len(request.body) > 1 << 20, 413)


@seed("a proxy drops the Range header", "no-ranges")
def no_ranges(plot: Plot) -> None:
    def whole(server: StandIn) -> None:
        service = server._service
        answer = type(service).answer

        def answering(self: Any, request: Any, route: Any) -> Any:
            kept = {n: v for n, v in request.headers.items() if n != "range"}
            return answer(self, evolve(request, headers=kept), route)

        plot.around.enter_context(mock.patch.object(type(service), "answer", answering))

    plot.later.append(whole)


@seed("the server has no ranges", "no-ranges")
def never_partial(plot: Plot) -> None:
    def whole(response: Response) -> Response:
        return evolve(response, status=200, body=b"St" + response.body.ljust(50, b"x"))

    plot.faults.append(("GetObject", Alter(response=lambda r: whole(r) if r.status == 206 else r)))


@seed("a lifecycle rule deletes files", "objects-expire")
def expiring(plot: Plot) -> None:
    def dated(response: Response) -> Response:
        told = {"x-amz-expiration": 'expiry-date="Fri, 27 Nov 2026 00:00:00 GMT", rule-id="tidy"'}
        return evolve(response, headers={**response.headers, **told})

    plot.faults.append(("HeadObject", Alter(response=dated)))


@seed("a gateway loses metadata", "headers-lost")
def metadata_lost(plot: Plot) -> None:
    plot.faults.append(("HeadObject", without_header("x-amz-meta-looked-at-by")))
    plot.faults.append(("GetObject", without_header("x-amz-meta-looked-at-by")))


# -- what others may do ----------------------------------------------------------------------------


@seed("everybody can list", "open-listing")
def open_listing(plot: Plot) -> None:
    _without_signature(plot, "ListObjectsV2")


@seed("everybody can write", "open-writing")
def open_writing(plot: Plot) -> None:
    _without_signature(plot, "PutObject")


def _without_signature(plot: Plot, operation: str) -> None:
    """Let everybody do one thing."""
    from bucketry_s3.testing import service

    check: Any = vars(service)["check_anonymous"]

    def lenient(request: Any, route: Any, personality: Personality, store: Any) -> None:
        if route.operation != operation:
            check(request, route, personality, store)

    plot.around.enter_context(mock.patch.object(service, "check_anonymous", lenient))


@seed("a signed PUT can be made a copy", "unsigned-headers")
def unsigned_headers(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["unsigned_headers"] = "honoured"


@seed("signed URLs lead to another host", "signed-link")
def public_endpoint(plot: Plot) -> None:
    plot.options["public_endpoint"] = f"https://localhost:{free_port()}"


@seed("something in between refuses signed PUTs", "signed-upload")
def signed_put(plot: Plot) -> None:
    def refuse(server: StandIn) -> None:
        service = server._service
        answer = type(service).answer

        def answering(self: Any, request: Any, route: Any) -> Any:
            if request.method == "PUT" and request.has("X-Amz-Signature") and self is service:
                from bucketry_s3.testing.errors import access_denied
                from bucketry_s3.testing.service import error_response

                return error_response(access_denied(), request)
            return answer(self, request, route)

        plot.around.enter_context(mock.patch.object(type(service), "answer", answering))

    plot.later.append(refuse)


@seed("no uploads by form", "form-upload")
def no_forms(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["post_policy"] = "no"


# -- browsers --------------------------------------------------------------------------------------


def _page(plot: Plot, *rules: CorsRule) -> None:
    plot.vendor = "aws"
    plot.origin = ORIGIN
    plot.bucket = Bucket(name="media", cors=rules)


def _rule(methods: tuple[str, ...] = ("GET", "PUT"), **parts: tuple[str, ...]) -> CorsRule:
    given: dict[str, Any] = {"origins": (ORIGIN,), "headers": ("*",), "expose": ("ETag",)} | parts
    return CorsRule(methods=methods, **given)


@seed("no CORS rule at all", "cors-read", "cors-upload")
def no_cors(plot: Plot) -> None:
    _page(plot)


@seed("a CORS rule for another origin", "cors-read", "cors-upload")
def other_origin(plot: Plot) -> None:
    _page(plot, _rule(origins=("https://www.example.org",)))


@seed("a CORS rule for reading only", "cors-upload")
def read_only_cors(plot: Plot) -> None:
    _page(plot, _rule(("GET",)))


@seed("a CORS rule for writing only", "cors-read")
def write_only_cors(plot: Plot) -> None:
    _page(plot, _rule(("PUT",)))


@seed("a CORS rule that exposes no ETag", "cors-etag")
def etag_hidden(plot: Plot) -> None:
    _page(plot, _rule(expose=()))


@seed("a CORS rule that allows no headers", "cors-headers")
def no_headers(plot: Plot) -> None:
    _page(plot, _rule(headers=()))


@seed("a CORS rule that exposes no ETag, no origin being named", "cors-etag")
def etag_hidden_from_the_rules_own(plot: Plot) -> None:
    _page(plot, _rule(origins=("https://*.example.com",), expose=()))
    plot.origin = None


@seed("a CORS rule for everybody that allows no headers", "cors-headers")
def no_headers_for_anybody(plot: Plot) -> None:
    _page(plot, _rule(("PUT",), origins=("*",), headers=()))
    plot.origin = None


@seed("a CORS rule for reading, no origin being named")
def reading_is_enough(plot: Plot) -> None:
    _page(plot, _rule(("GET",), expose=()))
    plot.origin = None


@seed("a good CORS rule")
def good_cors(plot: Plot) -> None:
    _page(plot, _rule())


# -- files on disk ---------------------------------------------------------------------------------


@seed("a file stands where the folder should be", "bad-directory")
def file_for_folder(plot: Plot) -> None:
    plot.on_disk(directory=__file__)


@seed("nobody serves the files", "not-served")
def not_served(plot: Plot) -> None:
    plot.on_disk(base_url=f"http://127.0.0.1:{free_port()}")


@seed("the disk is nearly full", "little-space")
def little_space(plot: Plot) -> None:
    plot.on_disk()
    usage = SimpleNamespace(total=100, used=99, free=1)
    plot.around.enter_context(mock.patch.object(shutil, "disk_usage", return_value=usage))


@seed("another server answers for the files", "signed-link")
def served_by_another(plot: Plot) -> None:
    plot.on_disk(base_url=f"http://127.0.0.1:{website(plot, 404, b'nothing here', tls=False)}")
