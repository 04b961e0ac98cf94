"""What a seeded fault is, and what it is planted in."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

import trustme
from attrs import evolve, field, frozen

import bucketry
from bucketry import Provider
from bucketry.host.catalog import installed
from bucketry_local.server import Server
from bucketry_s3.testing import (
    Bucket,
    Reply,
    StandIn,
    localhost_names,
    personality_of,
)
from bucketry_s3.testing.request import Request, Response

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

    def between(self, change: Callable[[Request], Request | Response]) -> None:
        """Let something in between change requests, or answer them."""

        def patch(server: StandIn) -> None:
            service = server._service
            answer = type(service).answer

            def answering(self: Any, request: Request, route: Any) -> Response:
                passed_on = change(request)
                if isinstance(passed_on, Response):
                    return passed_on
                return answer(self, passed_on, route)

            self.around.enter_context(mock.patch.object(type(service), "answer", answering))

        self.later.append(patch)

    def refuse(
        self, which: Callable[[Request], bool], status: int = 403, code: str = "AccessDenied"
    ) -> None:
        """Let some requests be refused, in words of S3 where there is a code."""
        said = Reply.error(status, code) if code else Reply(status, b"<html>no</html>")
        answer = Response(status=status, headers=said.headers, body=said.body)
        self.between(lambda request: answer if which(request) else request)

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
