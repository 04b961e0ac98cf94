"""How requests reach the vendor: one narrow call, with boto3's client behind it.

boto3 checks and writes the parameters, signs (SigV4, the body's SHA-256 included, so that every
server notices a changed bit) and reads the answers. Everything it would do on its own account is
off: retries, redirects, checksum trailers, endpoints from the environment, `Expect:
100-continue`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from bucketry import AmbientCredentials, ClientSettings, Credentials, InvalidInput, Unavailable
from bucketry_s3.deadline import Deadline, retry
from bucketry_s3.signing import KeyPair
from bucketry_s3.urls import effective_addressing

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 20
"""Seconds without a byte after which a connection is given up and the request tried again."""

POOL_SIZE = 32

_SMALL_BODY = 64 * 1024


class Transport(Protocol):
    """Sends one S3 operation, named and parametrised as in boto3, until a deadline."""

    def send(
        self, operation: str, params: Mapping[str, Any], deadline: Deadline
    ) -> tuple[dict[str, Any], int]:
        """Return the answer and the number of attempts that it took. A ``Body`` is a bytearray.

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
    """The transport over boto3. Safe to share between threads; a forked child gets its own."""

    def __init__(self, settings: ClientSettings, bucket: str) -> None:
        self._settings = settings
        self._addressing = effective_addressing(settings.endpoint, bucket, settings.addressing)
        self._lock = threading.Lock()
        self._client: Any = None
        self._session: Any = None
        self._pid = 0

    def send(
        self, operation: str, params: Mapping[str, Any], deadline: Deadline
    ) -> tuple[dict[str, Any], int]:
        """Send one operation; see `Transport`."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from urllib3.exceptions import HTTPError

        from bucketry_s3.errors import translate

        call = getattr(self.client(), _METHODS[operation])
        attempts = 0

        def attempt(number: int) -> dict[str, Any]:
            nonlocal attempts
            attempts = number
            given = dict(params)
            if "Body" in given:
                given["Body"] = _body(given["Body"])
            try:
                answer: dict[str, Any] = call(**given)
            except (BotoCoreError, ClientError, HTTPClientError, HTTPError, OSError) as error:
                raise translate(error, operation) from error
            if operation in _PROOFS and not answer.get(_PROOFS[operation]):
                if "Body" in answer:
                    answer["Body"].close()
                raise Unavailable(
                    f"the answer is not S3's: it has no {_PROOFS[operation]}",
                    may_have_applied=True,
                )
            return answer

        return retry(attempt, deadline), attempts

    def client(self) -> Any:
        """Return boto3's client: also the way to what bucketry has no method for."""
        if self._client is None or self._pid != os.getpid():
            with self._lock:
                if self._client is None or self._pid != os.getpid():
                    self._build()
        return self._client

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
        from botocore.exceptions import BotoCoreError, NoCredentialsError

        from bucketry_s3.errors import translate

        self.client()
        try:
            found = self._session.get_credentials()
            if found is None:
                raise NoCredentialsError()
            frozen = found.get_frozen_credentials()
        except BotoCoreError as error:
            raise translate(error, "credentials") from error
        return KeyPair(
            access_key_id=frozen.access_key,
            secret_access_key=frozen.secret_key,
            session_token=frozen.token,
            # Set on renewable credentials only; botocore has no public name for it.
            expires=getattr(found, "_expiry_time", None),
        )

    def _build(self) -> None:
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        from bucketry_s3.errors import translate

        settings = self._settings
        if isinstance(settings.credentials, AmbientCredentials):
            self._session = botocore.session.Session(profile=settings.credentials.profile)
        else:
            # Nothing from this machine's SDK files or profile variables can mix in.
            self._session = botocore.session.Session(
                session_vars={
                    "profile": (None, None, None, None),
                    "config_file": (None, None, os.devnull, None),
                    "credentials_file": (None, None, os.devnull, None),
                }
            )
            pair = self.key_pair()
            self._session.set_credentials(
                pair.access_key_id, pair.secret_access_key, pair.session_token
            )
        try:
            client = self._session.create_client(
                "s3",
                region_name=settings.region,
                endpoint_url=settings.endpoint,
                verify=settings.ca_bundle,
                config=Config(
                    signature_version="s3v4",
                    connect_timeout=CONNECT_TIMEOUT,
                    read_timeout=READ_TIMEOUT,
                    max_pool_connections=POOL_SIZE,
                    retries={"total_max_attempts": 1, "mode": "standard"},
                    request_checksum_calculation=settings.checksum_policy,
                    response_checksum_validation=settings.checksum_policy,
                    s3={"addressing_style": self._addressing, "payload_signing_enabled": True},
                ),
            )
        except BotoCoreError as error:
            raise translate(error, "client") from error
        except ValueError as error:
            raise InvalidInput(f"the client cannot be made: {error}") from error
        client.meta.events.register("before-call.s3", _without_redirect)
        client.meta.events.register("request-created.s3", _without_expect)
        client.meta.events.register("request-created.s3.DeleteObjects", _with_content_md5)
        self._client, self._pid = client, os.getpid()

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()

    def __repr__(self) -> str:
        return f"Boto3Transport({self._settings.endpoint})"


def _body(buffer: bytearray) -> Any:
    """A small body goes out together with the headers; a large one must not be glued to them."""
    return bytes(buffer) if len(buffer) <= _SMALL_BODY else _Body(buffer)


class _Body:
    """A buffer as a file: botocore and its native signer copy bytes whole, but files in pieces."""

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self._position = 0

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._buffer) if size is None or size < 0 else self._position + size
        data = bytes(memoryview(self._buffer)[self._position : end])
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        start = (0, self._position, len(self._buffer))[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position


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
_PROOFS = {
    "CreateMultipartUpload": "UploadId",
    "GetObject": "ETag",
    "HeadObject": "ETag",
    "ListObjectsV2": "Name",
    "PutObject": "ETag",
    "UploadPart": "ETag",
}

_METHODS = {
    "AbortMultipartUpload": "abort_multipart_upload",
    "CompleteMultipartUpload": "complete_multipart_upload",
    "CopyObject": "copy_object",
    "CreateMultipartUpload": "create_multipart_upload",
    "DeleteObject": "delete_object",
    "DeleteObjects": "delete_objects",
    "GetObject": "get_object",
    "HeadBucket": "head_bucket",
    "HeadObject": "head_object",
    "ListMultipartUploads": "list_multipart_uploads",
    "ListObjectsV2": "list_objects_v2",
    "PutObject": "put_object",
    "UploadPart": "upload_part",
    "UploadPartCopy": "upload_part_copy",
}
