"""`StandIn`: the whole server, as a context manager."""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from bucketry_s3.testing.auth import Account, Rules
from bucketry_s3.testing.aws_like import AWS_LIKE
from bucketry_s3.testing.checks import md5_hex
from bucketry_s3.testing.connection import Connection, Recorded
from bucketry_s3.testing.errors import MISSING_HEADER, Refusal
from bucketry_s3.testing.faults import Faults
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.service import Service
from bucketry_s3.testing.store import Bucket, OpenUpload, Store, StoredBytes

ACCESS_KEY_ID = "AKIASTANDINEXAMPLE01"
SECRET_ACCESS_KEY = "stand-in/secret+key/only-good-on-loopback"  # noqa: S105 - opens nothing


class TlsServer(ThreadingHTTPServer):
    """The listening socket, and what all connections share."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128  # with the default of 5, clients that come together wait a second

    def __init__(
        self, service: Service, tls: ssl.SSLContext, base_path: str, body_timeout: float
    ) -> None:
        self.service = service
        self.tls = tls
        self.base_path = base_path
        self.body_timeout = body_timeout
        self.requests: list[Recorded] = []
        self.faults = Faults()
        self.failures: list[BaseException] = []
        self.stopping = threading.Event()
        self._open: set[ssl.SSLSocket] = set()
        self._ids = itertools.count(1)
        super().__init__(("127.0.0.1", 0), Connection)

    def next_request_id(self) -> str:
        """Return the next request id."""
        return f"{next(self._ids):016X}"

    def track(self, connection: ssl.SSLSocket) -> None:
        """Remember an open connection, so that stopping can end it."""
        self._open.add(connection)

    def untrack(self, connection: ssl.SSLSocket) -> None:
        """Forget a connection."""
        self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep a failure of the stand-in itself; a client that went away is none."""
        error = sys.exception()
        stopped = self.stopping.is_set() and isinstance(error, OSError)
        gone = isinstance(error, ConnectionError | TimeoutError | ssl.SSLError)
        if error is not None and not (stopped or gone):
            self.failures.append(error)

    def stop(self) -> None:
        """End all connections and the listener."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown: that would pull TLS from under the thread that reads.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()


class _Certificates:
    """An authority of its own, and a certificate for whatever name a client asks for.

    OpenSSL accepts no wildcard directly under a top-level name, so ``*.localhost`` gets one
    certificate per bucket, made when it is asked for. A name with a dot in the bucket gets none,
    as no vendor's wildcard covers it.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.bundle = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.bundle)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.context = self._make("localhost", "127.0.0.1")
        self.context.sni_callback = self._choose

    def _make(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names).configure_cert(context)
        return context

    def _choose(self, connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        if name and re.fullmatch(r"[a-z0-9-]+\.localhost", name):
            if name not in self._contexts:
                self._contexts[name] = self._make(name)
            connection.context = self._contexts[name]


class StandIn:
    """An S3 server on a loopback port that enforces what a vendor enforces.

    Use it as a context manager. Everything is kept in memory and gone afterwards.

    Attributes:
        requests: what arrived, in order, as `Recorded`.
        faults: plan failures here, see `bucketry_s3.testing.faults`.
        personality: how it behaves.
        region: the region it is in.
    """

    def __init__(
        self,
        personality: Personality = AWS_LIKE,
        *,
        buckets: Iterable[str | Bucket] = (),
        credentials: tuple[str, str] = (ACCESS_KEY_ID, SECRET_ACCESS_KEY),
        accounts: Sequence[Account] = (),
        region: str | None = None,
        base_path: str = "",
        require_headers: Iterable[str] | Mapping[str, Refusal] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        body_timeout: float = 10,
    ) -> None:
        """Prepare a server; entering it starts it.

        Args:
            personality: which vendor it is like; see `personality_of`.
            buckets: buckets that are there from the start.
            credentials: the key pair that it knows.
            accounts: more key pairs, temporary ones for example.
            region: where it is, if not where the personality's vendor always is.
            base_path: path of the endpoint, ``/storage/v1/s3`` at Supabase.
            require_headers: headers that every signed request and URL must carry and sign, and
                with a mapping how a request without one is refused. Forms and reads that are
                open to everybody are not asked for them.
            clock: tells the server's time, timezone-aware; for skew and expiry.
            body_timeout: seconds that it waits for a body before it answers ``RequestTimeout``.
        """
        habits = personality.habits
        self.personality = personality
        self.region = region or habits.region or "us-east-1"
        key_id, secret = credentials
        if not isinstance(require_headers, Mapping):
            require_headers = dict.fromkeys(require_headers, MISSING_HEADER)
        known = [Account(access_key_id=key_id, secret_access_key=secret), *accounts]
        self._store = Store()
        for item in buckets:
            bucket = Bucket(name=item) if isinstance(item, str) else item
            bucket.created = clock()
            bucket.versioning = personality.initial_versioning or bucket.versioning
            self._store.buckets[bucket.name] = bucket
        self._service = Service(
            store=self._store,
            personality=personality,
            rules=Rules(
                accounts={account.access_key_id: account for account in known},
                regions=() if habits.any_region else (self.region, *habits.region_aliases),
                expires_max=personality.presign_seconds_max,
                required={name.lower(): said for name, said in require_headers.items()},
                # One that leaves such headers out is imitated as one that refuses them.
                strict=personality.unsigned_headers != "honoured",
            ),
            region=self.region,
            clock=clock,
        )
        self._base_path = base_path.rstrip("/")
        self._body_timeout = body_timeout
        self._exit = contextlib.ExitStack()

    def __enter__(self) -> StandIn:
        folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix="stand-in-"))
        certificates = _Certificates(Path(folder))
        self._ca_bundle = str(certificates.bundle)
        self._server = TlsServer(
            self._service, certificates.context, self._base_path, self._body_timeout
        )
        self.requests = self._server.requests
        self.faults = self._server.faults
        self._exit.callback(self._server.stop)
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True
        )
        thread.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._exit.close()
        if self._server.failures and error is None:
            raise RuntimeError("the stand-in itself failed") from self._server.failures[0]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def endpoint(self) -> str:
        """The address for path-style requests; virtual-hosted ones put the bucket in front."""
        return f"https://localhost:{self.port}{self._base_path}"

    @property
    def ca_bundle(self) -> str:
        """File with the certificate authority to trust."""
        return self._ca_bundle

    def configuration(self, bucket: str = "media", **options: Any) -> dict[str, Any]:
        """Return a configuration of one provider that leads here, for `bucketry.open_provider`.

        `options` are added, or replace what it has.
        """
        (account, *_) = self._service.rules.accounts.values()
        leading: dict[str, Any] = {
            "provider": self.personality.name,
            "bucket": bucket,
            "endpoint": self.endpoint,
            "ca_bundle": self.ca_bundle,
            "credentials": {
                "access_key_id": account.access_key_id,
                "secret_access_key": account.secret_access_key,
            },
        }
        if self.region != "auto":  # where there is one region only, none is configured
            leading["region"] = self.region
        return {**leading, **options}

    def objects(self, bucket: str) -> dict[str, StoredBytes]:
        """Return what a bucket holds, by key, read behind the API."""
        with self._store.lock:
            return self._store.bucket(bucket).objects()

    def open_uploads(self, bucket: str) -> list[OpenUpload]:
        """Return the multipart uploads that nobody has completed or aborted."""
        with self._store.lock:
            return list(self._store.bucket(bucket).uploads.values())

    def put(self, bucket: str, key: str, data: bytes = b"") -> StoredBytes:
        """Store an object behind the API, as somebody else would while you are not looking."""
        with self._store.lock:
            target = self._store.bucket(bucket)
            item = StoredBytes(
                data=data,
                etag=md5_hex(data),
                modified=self._service.clock(),
                version=self._store.new_version(target),
            )
            target.put(key, item)
            return item

    def __repr__(self) -> str:
        return f"StandIn({self.personality.name})"
