"""How requests reach the vendor: one narrow call, with boto3's client behind it.

boto3 checks and writes the parameters, signs (SigV4, the body's SHA-256 included, so that every
server notices a changed bit) and reads the answers. Everything it would do on its own account is
off: retries, redirects, checksum trailers, endpoints from the environment, `Expect:
100-continue`. What is the machine's network and no part of an identity counts as for every HTTP
client: proxies and authorities that its environment names.
"""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from bucketry import AmbientCredentials, ClientSettings, Credentials, InvalidInput, Unavailable
from bucketry_s3.bodies import EFFECTIVE, Incoming, outgoing, sdk_errors
from bucketry_s3.protocol.deadline import Deadline, retry
from bucketry_s3.signing import KeyPair
from bucketry_s3.urls import Addressing, effective_addressing

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 20
"""Seconds without a byte after which a connection is given up and the request tried again."""

PATIENT_TIMEOUT = 300
"""The same where the server has to work before it answers, and the deadline allows for it."""

POOL_SIZE = 32


class Transport(Protocol):
    """Sends one S3 operation, named and parametrised as in boto3, until a deadline."""

    def send(self, operation: str, params: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        """Return the answer. A ``Body`` is given as a bytearray and comes as `Incoming`.

        Raises `StorageError`, or `InvalidInput` for parameters that the API does not know.
        """
        ...

    def key_pair(self) -> KeyPair:
        """Return the credentials as they are now."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class Boto3Transport:
    """The transport over boto3. Safe to share between threads; a forked child gets its own.

    `seconds` is how long an operation may usually take: no connection is waited for longer.
    """

    def __init__(self, settings: ClientSettings, bucket: str, seconds: float) -> None:
        self._settings = settings
        self._addressing: Addressing = effective_addressing(
            settings.endpoint, bucket, settings.addressing
        )
        self._seconds = seconds
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[bool, Any] = {}
        self._pid = os.getpid()

    def send(self, operation: str, params: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        """Send one operation; see `Transport`."""
        from botocore import xform_name

        patient = operation in _PATIENT and deadline.remaining() > PATIENT_TIMEOUT
        call = getattr(self.client(patient=patient), xform_name(operation))

        def attempt() -> dict[str, Any]:
            given = dict(params)
            if "Body" in given:
                given["Body"] = outgoing(given["Body"])
            with sdk_errors(operation):
                answer: dict[str, Any] = call(**given)
            if "Body" in answer:
                answer["Body"] = Incoming(answer["Body"])
            for name in _PROOFS.get(operation, ()):
                if answer.get(name) in (None, "", {}):
                    if "Body" in answer:
                        answer["Body"].close()
                    raise Unavailable(
                        f"the answer is not S3's: it has no {name}",
                        may_have_applied=operation in EFFECTIVE,
                    )
            return answer

        return retry(attempt, deadline)

    def client(self, *, patient: bool = False) -> Any:
        """Return boto3's client: also the way to what bucketry has no method for.

        The `patient` one waits `PATIENT_TIMEOUT` for an answer.
        """
        if self._pid != os.getpid():
            # A forked child: connections are its parent's, and the lock may be held for ever.
            self._lock, self._clients = threading.Lock(), {}
            self._pid = os.getpid()
        if patient not in self._clients:
            with self._lock:
                if patient not in self._clients:
                    self._clients[patient] = self._build(patient)
        return self._clients[patient]

    def key_pair(self) -> KeyPair:
        """Return the credentials as they are now; ambient ones may have been renewed."""
        credentials = self._settings.credentials
        if isinstance(credentials, Credentials):
            token = credentials.session_token
            return KeyPair(
                access_key_id=credentials.access_key_id,
                secret_access_key=credentials.secret_access_key.reveal(),
                session_token=token.reveal() if token else None,
            )
        return self._ambient_pair()

    def _ambient_pair(self) -> KeyPair:
        from botocore.exceptions import NoCredentialsError

        self.client()
        with sdk_errors("credentials"):
            found = self._session.get_credentials()
            if found is None:
                raise NoCredentialsError()
            frozen = found.get_frozen_credentials()
        return KeyPair(
            access_key_id=frozen.access_key,
            secret_access_key=frozen.secret_key,
            session_token=frozen.token,
            # Set on renewable credentials only; botocore has no public name for it.
            expires=getattr(found, "_expiry_time", None),
        )

    def _build(self, patient: bool) -> Any:
        from botocore.config import Config

        settings = self._settings
        if not self._clients:
            self._session = self._open_session()
        try:
            if settings.ca_bundle:
                ssl.create_default_context(cafile=settings.ca_bundle)
            with sdk_errors("client"):
                client = self._session.create_client(
                    "s3",
                    region_name=settings.region,
                    endpoint_url=settings.endpoint,
                    verify=settings.ca_bundle,
                    config=Config(
                        signature_version="s3v4",
                        connect_timeout=min(CONNECT_TIMEOUT, self._seconds),
                        read_timeout=(
                            PATIENT_TIMEOUT if patient else min(READ_TIMEOUT, self._seconds)
                        ),
                        max_pool_connections=POOL_SIZE,
                        retries={"total_max_attempts": 1, "mode": "standard"},
                        request_checksum_calculation=settings.checksum_policy,
                        response_checksum_validation=settings.checksum_policy,
                        s3={
                            "addressing_style": self._addressing,
                            "payload_signing_enabled": True,
                        },
                    ),
                )
        except OSError as error:
            raise InvalidInput(
                f"ca_bundle holds no certificates that can be read: {error}"
            ) from error
        except ValueError as error:
            raise InvalidInput(f"the client cannot be made: {error}") from error
        client.meta.events.register("before-call.s3", _without_redirect)
        client.meta.events.register("request-created.s3", _without_expect)
        client.meta.events.register("request-created.s3.DeleteObjects", _with_content_md5)
        return client

    def _open_session(self) -> Any:
        from botocore.session import Session

        credentials = self._settings.credentials
        if isinstance(credentials, AmbientCredentials):
            session = Session(profile=credentials.profile)
            session.register_component("data_loader", _loader())
            return session
        # Nothing from this machine's SDK files or variables can mix in.
        own = {
            name: (None, None, default, convert)
            for name, (_, _, default, convert) in Session.SESSION_VARIABLES.items()
            if name != "ca_bundle"
        }
        for file in ("config_file", "credentials_file"):
            own[file] = (None, None, os.devnull, None)
        session = Session(session_vars=own)
        session.register_component("data_loader", _loader())
        pair = self.key_pair()
        session.set_credentials(pair.access_key_id, pair.secret_access_key, pair.session_token)
        return session

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def __repr__(self) -> str:
        return f"Boto3Transport({self._settings.endpoint})"


@cache
def _loader() -> Any:
    """Read the SDK's models once for all providers: that is most of the time a client takes."""
    from botocore.loaders import create_loader

    return create_loader()


def _without_redirect(params: dict[str, Any], **_: Any) -> None:
    """Tell a wrong region instead of following it: signed URLs would stay wrong."""
    params["context"].setdefault("s3_redirect", {})["redirected"] = True


def _without_expect(request: Any, **_: Any) -> None:
    """Save a round trip; some servers (R2) never answer 100 and cost a second."""
    if "Expect" in request.headers:
        del request.headers["Expect"]


def _with_content_md5(request: Any, **_: Any) -> None:
    """Delete with Content-MD5, the one digest that every server takes.

    boto3 sends CRC32 instead, which B2 and OCI refuse and older MinIO, Ceph and OVH do not know.
    """
    for name in list(request.headers):
        if name.lower().startswith(("x-amz-checksum-", "x-amz-sdk-checksum-")):
            del request.headers[name]
    body = request.data if isinstance(request.data, bytes) else request.data.encode()
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    request.headers["Content-MD5"] = base64.b64encode(digest).decode()


# What an S3 server's success always tells. A page of a proxy in between is a success too, to HTTP.
_PROOFS: Mapping[str, tuple[str, ...]] = {
    # No ETag: Ceph leaves it empty.
    "CompleteMultipartUpload": ("Key",),
    "CopyObject": ("CopyObjectResult",),
    "CreateMultipartUpload": ("UploadId",),
    "GetObject": ("ETag", "ContentLength"),
    "HeadObject": ("ETag", "ContentLength"),
    "ListMultipartUploads": ("Bucket",),
    "ListObjectsV2": ("Name",),
    "PutObject": ("ETag",),
    "UploadPart": ("ETag",),
    "UploadPartCopy": ("CopyPartResult",),
}

# A server may copy and put together for minutes without sending a byte.
_PATIENT = frozenset({"CompleteMultipartUpload", "CopyObject", "UploadPartCopy"})
