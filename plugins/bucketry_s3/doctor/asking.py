"""One question to the server, asked in plain words of S3, and never for long."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field

from bucketry import Capabilities, LayerContext, SignedUrl, StorageError
from bucketry.browsing import Answer, NoAnswer
from bucketry.doctor import Bench
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.protocol.answers import understood
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.errors import hint_for
from bucketry_s3.protocol.exchange import Send
from bucketry_s3.protocol.markup import Misread, local_name, read_element, text_of
from bucketry_s3.protocol.requests import Place, request_for
from bucketry_s3.protocol.signing import KeyPair
from bucketry_s3.protocol.urls import Addressing
from bucketry_s3.protocol.wire import S3Request
from bucketry_s3.settings import ClientSettings

SECONDS = 8.0
"""Seconds that one question may take."""

_ATTEMPTS = 3
"""A fault that is gone with the next attempt is none that a doctor tells."""

BODY = b"Stored by `bucketry doctor`; it deletes it again.\n"


@define(eq=False)
class Asker:
    """A bucket as probes see it.

    Attributes:
        date: the Date header of the last answer, or "".
        may_list: whether listing was allowed when it was asked first.
    """

    bench: Bench
    options: S3Options
    profile: Profile
    settings: ClientSettings
    context: LayerContext
    key_pair: Callable[[], KeyPair]
    _send: Send = field(alias="send")
    date: str = ""
    may_list: bool = True

    @property
    def capabilities(self) -> Capabilities:
        """What is known of the vendor."""
        return self.context.capabilities

    def place(self, addressing: Addressing | None = None) -> Place:
        """Return where the bucket's requests go, or would go in the other style."""
        bucket = self.profile.bucket_of(self.options)
        return Place.of(self.settings.endpoint, bucket, addressing or self.settings.addressing)

    @property
    def other_addressing(self) -> Addressing:
        """The style that is not configured."""
        return "path" if self.settings.addressing == "virtual" else "virtual"

    def ask(
        self,
        operation: str,
        *,
        place: Place | None = None,
        attempts: int = _ATTEMPTS,
        **params: Any,
    ) -> dict[str, Any]:
        """Send one request and return the answer, spelled as boto3 does; raises `StorageError`."""
        params = {"Bucket": self.options.bucket, **params}
        if "Body" in params and not any(name.startswith("Checksum") for name in params):
            # A bucket that keeps objects for a time takes none without a digest, and all know MD5.
            digest = hashlib.md5(params["Body"], usedforsecurity=False).digest()
            params["ContentMD5"] = base64.b64encode(digest).decode()
        request = request_for(place or self.place(), operation, params)
        until = time.monotonic() + SECONDS / 2
        while True:
            attempts -= 1
            own = request.attempt(clock_offset=0)
            try:
                answer = self._send(own, Deadline(SECONDS))
                self.date = answer.headers.get("date", "")
                parsed = understood(own, params, answer)
                if "Body" in parsed:
                    parsed["Body"] = _drained(parsed["Body"])
                return parsed
            except StorageError as error:
                if error.retryable and attempts > 0 and time.monotonic() < until:
                    time.sleep(0.2)
                    continue
                raise error.evolve(hint=hint_for(error, self.profile.hints, {})) from None

    def buckets(self) -> list[str] | None:
        """Return the names of the account's buckets; None where the key pair may not list them."""
        parts = urlsplit(self.settings.endpoint)
        request = S3Request(
            operation="ListBuckets",
            method="GET",
            scheme=self.place().scheme,
            host=parts.netloc,
            path=f"{parts.path.rstrip('/')}/",
        )
        with suppress(StorageError, Misread):
            answer = self._send(request, Deadline(SECONDS))
            text = _drained(answer.body)
            root = read_element(text) if answer.status == 200 else None
            if root is not None and local_name(root) == "ListAllMyBucketsResult":
                return [text_of(one) for one in root.iter() if local_name(one) == "Name"]
        return None

    def send_plain(
        self,
        target: SignedUrl | str,
        method: str | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer | None:
        """Send what somebody without the key pair sends; None where nothing answers."""
        with suppress(NoAnswer):
            return self.bench.http.send(target, method, body, headers)
        return None

    def put(self, name: str, **params: Any) -> str:
        """Store a small object under the bench's folder; return its object key."""
        key = self.bench.key(name)
        answer = self.ask("PutObject", Key=key, Body=params.pop("Body", BODY), **params)
        self.bench.versioned |= answer.get("VersionId", "null") != "null"
        return key

    def head(self, key: str) -> Mapping[str, Any]:
        """Return what is told of an object."""
        return self.ask("HeadObject", Key=key)


def _drained(body: Any) -> bytes:
    pieces = []
    while piece := body.read(65536):
        pieces.append(piece)
    body.close()
    return b"".join(pieces)
