"""botocore, as far as a transport needs it: its signer, its HTTP session, its credentials.

No client, no endpoint rules, no serializer stands in between: what is asked for is what is sent.
Imported with the first request, since the SDK takes a while.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as SdkCredentials
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.loaders import create_loader
from botocore.session import Session

from bucketry import AmbientCredentials, Unavailable
from bucketry.forking import forget_in_child
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.signing import KeyPair
from bucketry_s3.protocol.urls import effective_addressing
from bucketry_s3.protocol.wire import Payload, S3Answer, S3Request
from bucketry_s3.settings import ClientSettings
from bucketry_s3.transports.head import Head
from bucketry_s3.transports.kernel import ROOM, unsent
from bucketry_s3.transports.sdk_errors import credential_errors_told, with_errors_told
from bucketry_s3.transports.sdk_http import ATTEMPT, head_of, open_session
from bucketry_s3.transports.trust import authorities, tls_context
from bucketry_s3.transports.watchdog import WATCHDOG, Watched

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 20.0
"""Seconds without a byte after which a connection is given up and the request tried again."""

PATIENT_TIMEOUT = 300.0
"""The same where the server has to work before it answers, and the deadline allows for it."""

# Where a deadline leaves less. An HTTP session has one timeout for life, so there is one for each.
_SHORTER = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0)

POOL_SIZE = 32

_SMALL = 64 * 1024
"""Bytes of a body that goes out together with the head; a larger one must not be glued to it."""

_RECORD = 16 * 1024
"""Bytes of the largest TLS record: more does not come at once, and room for it would be wasted."""


class Connections:
    """The open connections to one endpoint, and the SDK's sessions behind them.

    Safe to share between threads and providers; a forked child gets its own.
    """

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self.forget()
        forget_in_child(self)

    def forget(self) -> None:
        """Begin anew, in a forked child: connections are its parent's."""
        self._lock = threading.Lock()
        self._sessions: dict[float, URLLib3Session] = {}
        self._ambient: Any = None
        self._last: tuple[tuple[Any, Any], KeyPair] | None = None  # what it told, and the pair
        self._clients: dict[str, Any] = {}

    def send(self, request: S3Request, deadline: Deadline, pair: KeyPair, region: str) -> S3Answer:
        """Sign and send one request and return the answer, whatever it is."""
        query = request.encoded_query
        outgoing = AWSRequest(
            method=request.method,
            url=f"{request.scheme}://{request.host}{request.path}{'?' if query else ''}{query}",
            headers=request.headers,
            data=_outgoing(request.body),
            stream_output=True,
        )
        _Signer(pair, region, request).add_auth(outgoing)
        outgoing.headers["User-Agent"] = "bucketry"
        session = self._session(timeout_for(request, deadline))
        ATTEMPT.written = ATTEMPT.cut = False
        watched = ATTEMPT.watched = Watched(deadline)
        try:
            with WATCHDOG.watching(watched):
                answer = with_errors_told(request, lambda: session.send(outgoing.prepare()))
        finally:
            ATTEMPT.watched = None
        sock = watched.sock
        waiting = request.body and sock is not None and unsent(sock.fileno(), bytearray(ROOM))
        cut = ATTEMPT.cut or waiting
        if cut and answer.status_code < 300:
            answer.raw.close()
            raise Unavailable(
                "the server answered before all of the request was sent", may_have_applied=True
            )
        head = head_of(answer.raw)
        return S3Answer(
            status=head.status,
            headers=head.headers,
            body=_Body(answer.raw, request, watched, head),
            framing=head.framing,
        )

    def _session(self, seconds: float) -> URLLib3Session:
        if seconds in self._sessions:
            return self._sessions[seconds]
        with self._lock:
            if seconds not in self._sessions:
                ca_bundle = self._settings.ca_bundle
                # Made for its refusal of a file without certificates; the session reads it itself.
                tls_context(ca_bundle)
                self._sessions[seconds] = open_session(
                    # Never falsy: some releases would verify nothing.
                    verify=authorities(ca_bundle) or True,
                    timeout=(min(CONNECT_TIMEOUT, seconds), seconds),
                    max_pool_connections=POOL_SIZE,
                    # Head and body go out in two writes; the second must not wait for an answer
                    # to the first, 40 ms each time.
                    socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
                )
            return self._sessions[seconds]

    def ambient_pair(self) -> KeyPair:
        """Return the key pair that the SDK's chain finds, renewed where it has run out."""
        credentials = self._settings.credentials
        with self._lock, credential_errors_told():
            if self._ambient is None:
                profile = getattr(credentials, "profile", None)
                self._ambient = Session(profile=profile)
            found = self._ambient.get_credentials()
            if found is None:
                raise NoCredentialsError()
            frozen = found.get_frozen_credentials()
            # Set on renewable credentials only; botocore has no public name for it.
            told = (frozen, getattr(found, "_expiry_time", None))
            if self._last is None or self._last[0] != told:
                pair = KeyPair(
                    access_key_id=frozen.access_key,
                    secret_access_key=frozen.secret_key,
                    session_token=frozen.token,
                    expires=told[1],
                )
                self._last = (told, pair)
            return self._last[1]

    def client(self, settings: ClientSettings, bucket: str, pair: KeyPair) -> Any:
        """Return boto3's client with the same settings."""
        addressing = effective_addressing(settings.endpoint, bucket, settings.addressing)
        key = f"{settings.region}/{addressing}"
        with self._lock:
            if key not in self._clients:
                self._clients[key] = boto3.Session(
                    botocore_session=_session_of(settings, pair)
                ).client(
                    "s3",
                    region_name=settings.region,
                    endpoint_url=settings.endpoint,
                    verify=authorities(settings.ca_bundle) or True,
                    config=Config(
                        signature_version="s3v4",
                        request_checksum_calculation="when_required",
                        response_checksum_validation="when_required",
                        s3={"addressing_style": addressing},
                    ),
                )
            return self._clients[key]

    def close(self) -> None:
        """Close the connections."""
        for session in (*self._sessions.values(), *self._clients.values()):
            session.close()

    def __repr__(self) -> str:
        return f"Connections({self._settings.endpoint})"


def timeout_for(request: S3Request, deadline: Deadline) -> float:
    """Return the seconds that an attempt waits for a byte: what is usual, or what is left."""
    left = deadline.remaining()
    usual = PATIENT_TIMEOUT if request.patient and left > PATIENT_TIMEOUT else READ_TIMEOUT
    if left >= usual:
        return usual
    return min(usual, next((seconds for seconds in _SHORTER if seconds >= left), usual))


class _Signer(S3SigV4Auth):
    """botocore's signer without its log, which shows tokens and customers' keys."""

    def __init__(self, pair: KeyPair, region: str, request: S3Request) -> None:
        super().__init__(
            SdkCredentials(pair.access_key_id, pair.secret_access_key, pair.session_token),
            "s3",
            region,
        )
        self._clock_offset = request.clock_offset
        self._body_sha256 = request.body_sha256

    def add_auth(self, request: Any) -> None:
        """Put the signature into the request's headers."""
        moment = datetime.fromtimestamp(time.time() + self._clock_offset, UTC)
        request.context["timestamp"] = moment.strftime(SIGV4_TIMESTAMP)
        inner: Any = self  # the stubs leave out what is not public
        inner._modify_request_before_signing(request)
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        inner._inject_signature_to_request(request, self.signature(to_sign, request))

    def payload(self, request: Any) -> str:
        """Return the body's digest, if it is known without another pass over the body."""
        return self._body_sha256 or str(super().payload(request))


def _outgoing(body: Payload) -> Any:
    return bytes(body) if len(body) <= _SMALL else body


class _Body:
    """urllib3's response as the body of an answer."""

    def __init__(self, raw: Any, request: S3Request, watched: Watched, head: Head) -> None:
        self.deadline = watched.deadline
        self._sock = watched.sock
        self._raw = raw
        self._request = request
        # The response forgets its connection when it gives it back.
        self._connection = raw.connection
        self._lasting = head.lasting
        # None where only the end itself tells that it is reached.
        self._left = head.left if head.framing == "length" else None
        self._ended = head.ended
        self._closed = False
        # Reading all that is asked for would wait as long as a slow server likes.
        self._read = getattr(raw, "read1", None) or raw.read
        forget_in_child(self)

    def forget(self) -> None:
        """Have no more bytes, in a forked child: those that come are its parent's."""
        self._closed = True

    def read(self, size: int, /) -> bytes:
        if self._ended or self._closed or not size:
            return b""
        if not self.deadline.remaining():
            raise Unavailable(
                "the answer has not come to its end, and time is up", may_have_applied=True
            )
        size = min(size, _RECORD)
        wanted = size if self._left is None else min(size, self._left)
        with WATCHDOG.watching(Watched(self.deadline, self._sock)):
            data: bytes = with_errors_told(self._request, lambda: self._read(wanted))
        if self._left is not None:
            if not data:
                raise Unavailable(
                    "the connection was closed before the answer had all of its body",
                    may_have_applied=True,
                )
            self._left -= len(data)
        self._ended = not data or self._left == 0
        return data

    def close(self, *, reuse: bool = True) -> None:
        if self._closed:
            return
        self._closed = True
        if reuse and self._ended and not self._left and self._lasting:
            # urllib3 gives a connection back when it meets the end by itself.
            with_errors_told(self._request, lambda: self._raw.read(1))
            self._raw.release_conn()
            return
        self._raw.close()
        if self._connection is not None:
            self._connection.close()


def _session_of(settings: ClientSettings, pair: KeyPair) -> Any:
    credentials = settings.credentials
    if isinstance(credentials, AmbientCredentials):
        session = Session(profile=credentials.profile)
    else:
        # Nothing from this machine's SDK files or variables can mix in.
        own = {
            name: (None, None, default, convert)
            for name, (_, _, default, convert) in Session.SESSION_VARIABLES.items()
        }
        for file in ("config_file", "credentials_file"):
            own[file] = (None, None, os.devnull, None)
        session = Session(session_vars=own)
        session.set_credentials(pair.access_key_id, pair.secret_access_key, pair.session_token)
    session.register_component("data_loader", _loader())
    return session


@cache
def _loader() -> Any:
    """Read the SDK's models once for all: that is most of the time a client takes."""
    return create_loader()
