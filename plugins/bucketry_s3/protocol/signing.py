"""Presigned URLs and POST policies: AWS Signature Version 4, and nothing older.

Written from the Amazon S3 API reference ("Authenticating requests: query parameters" and
"Browser-based uploads using POST"); the tests hold it against botocore, byte for byte. A signature
costs two SHA-256 and one HMAC: the signing key is kept for the day, the date for the second.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from attrs import field, frozen

from bucketry import BadCredentials, Capabilities, Credentials, InvalidInput, InvalidKey
from bucketry.model import SigningFrame
from bucketry_s3.protocol.sigv4 import ALGORITHM, keyed, signing_key, stamp
from bucketry_s3.protocol.urls import object_url

# Both stand in headers, which hold no more than that.
can_be_sent = re.compile(r"[!-~]+").fullmatch

CANNOT_BE_SENT = "has a blank or a character that is not ASCII, which no request can carry"


@frozen(kw_only=True)
class KeyPair:
    """The credentials that a signature is made with; `expires` limits how long it can count.

    `BadCredentials` for an id or a session token that no request can carry, `InvalidInput` for
    halves that are no text and a time without a zone.
    """

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.access_key_id, str) or not isinstance(self.secret_access_key, str):
            raise InvalidInput("both halves of a KeyPair are text")
        if self.expires is not None and self.expires.tzinfo is None:
            raise InvalidInput("expires of a KeyPair is a time with a time zone")
        for what, text in (("id", self.access_key_id), ("session token", self.session_token)):
            if text and not can_be_sent(text):
                raise BadCredentials(
                    f"the {what} of the key pair {CANNOT_BE_SENT}", hint="Copy it once more."
                )

    @classmethod
    def of(cls, credentials: Credentials) -> KeyPair:
        """Return the pair of a configuration."""
        token = credentials.session_token
        return cls(
            access_key_id=credentials.access_key_id,
            secret_access_key=credentials.secret_access_key.reveal(),
            session_token=token.reveal() if token else None,
        )


@frozen(kw_only=True, eq=False)
class Signed:
    """A finished signature: the URL, what to send with it, and when it stops counting."""

    url: str = field(repr=False)
    fields: Mapping[str, str] = field(factory=dict, repr=False)
    expires_at: datetime


@lru_cache(maxsize=4)
def _moment(second: int) -> tuple[str, datetime]:
    return stamp(second), datetime.fromtimestamp(second, UTC)


def _query(params: Mapping[str, str]) -> tuple[str, ...]:
    """Return ``name=value`` pairs, percent-encoded."""
    return tuple(
        f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}" for name, value in params.items()
    )


@lru_cache(maxsize=16)
def _auth(
    credential: str, stamp: str, expires_in: int, signed_headers: str, token: str
) -> tuple[str, ...]:
    """Return the pairs that every URL of this second shares, in botocore's order."""
    params = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": credential,
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(expires_in),
        "X-Amz-SignedHeaders": signed_headers,
    }
    if token:
        params["X-Amz-Security-Token"] = token
    return _query(params)


def binding_headers(able: Capabilities, acl: str | None) -> dict[str, str]:
    """Return the headers that keep a signed PUT what it was signed for.

    Servers that honour ``x-amz-`` headers which the signature does not cover let the holder of a
    signed PUT add ``x-amz-copy-source`` and read what the signer may read, or publish by an ACL.
    A signed directive that means nothing to a plain upload makes a copy an error; a signed ACL is
    the only one. Measured on MinIO and Ceph; nothing is needed where the server refuses the header.
    """
    if able.unsigned_headers.value in ("refused", "bound"):
        return {}
    bound = {"x-amz-metadata-directive": "NONE"}
    if able.acl.value == "object":
        bound["x-amz-acl"] = acl or "private"
    return bound


class Presigner:
    """Signs for one bucket. `base` is the bucket's address as `urls.bucket_base` gives it."""

    def __init__(
        self,
        base: str,
        bucket: str,
        region: str,
        clock: Callable[[], float],
        *,
        ahead: Callable[[], int] = int,
        bound: Mapping[str, str] | None = None,
    ) -> None:
        """`clock` gives seconds since 1970, as `time.time` does; the server's is `ahead` of it.

        Signatures are made by the server's clock, and what is told of their end is by this one.
        `bound` are headers of every signed PUT, by lower-case name; see `binding_headers`.
        """
        parts = urlsplit(base)
        self.base = base
        self.bound = bound or {}
        self._bucket = bucket
        self._region = region
        self._clock = clock
        self._ahead = ahead
        self._host = parts.netloc
        self._path_start = len(f"{parts.scheme}://{parts.netloc}")
        self._frame: tuple[int, int, KeyPair, SigningFrame] | None = None

    @property
    def form_address(self) -> str:
        """Where a form goes: with a slash at the end where it has no path, as browsers do."""
        return self.base if len(self.base) > self._path_start else f"{self.base}/"

    def url(
        self,
        method: str,
        key: str,
        expires_in: int,
        pair: KeyPair,
        *,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        at: int | None = None,
    ) -> Signed:
        """Sign `method` on `key` for `expires_in` seconds, from now on or the server's second `at`.

        `params` are query parameters (``response-content-type``, ``versionId``), `headers` those
        that the request must carry; both become part of the signature.
        """
        stamp, now = _moment(self.second() if at is None else at)
        day = stamp[:8]
        scope = f"{day}/{self._region}/s3/aws4_request"
        target = object_url(self.base, key)
        signed = {"host": self._host, **{name.lower(): value for name, value in headers.items()}}
        names = ";".join(sorted(signed))
        auth = _auth(
            f"{pair.access_key_id}/{scope}", stamp, expires_in, names, pair.session_token or ""
        )
        pairs = (*_query(params), *auth)
        # No parameter's name begins another's, so whole pairs sort as their names do.
        lines = "".join(f"{name}:{' '.join(signed[name].split())}\n" for name in sorted(signed))
        canonical = (
            f"{method}\n{target[self._path_start :]}\n{'&'.join(sorted(pairs))}\n"
            f"{lines}\n{names}\nUNSIGNED-PAYLOAD"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = hmac.digest(
            signing_key(pair.secret_access_key, day, self._region),
            f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode(),
            "sha256",
        ).hex()
        return Signed(
            url=f"{target}?{'&'.join(pairs)}&X-Amz-Signature={signature}",
            expires_at=self.here(_until(now, expires_in, pair)),
        )

    def second(self) -> int:
        """Return this moment in whole seconds since 1970, by the server's clock."""
        return int(self._clock()) + self._ahead()

    def here(self, moment: datetime) -> datetime:
        """Return a moment of the server's clock by this machine's."""
        return moment - timedelta(seconds=self._ahead())

    def frame(self, expires_in: int, pair: KeyPair, second: int) -> SigningFrame:
        """Return what plain GETs share that are signed in this second of the server's."""
        known = self._frame
        if known is not None and known[2] is pair and known[:2] == (second, expires_in):
            return known[3]
        stamp, now = _moment(second)
        scope = f"{stamp[:8]}/{self._region}/s3/aws4_request"
        credential = f"{pair.access_key_id}/{scope}"
        pairs = _auth(credential, stamp, expires_in, "host", pair.session_token or "")
        head = f"GET\n{self.base[self._path_start :]}/"
        tail = f"\n{'&'.join(sorted(pairs))}\nhost:{self._host}\n\nhost\nUNSIGNED-PAYLOAD"
        key = signing_key(pair.secret_access_key, stamp[:8], self._region)
        inner, outer = keyed(key, f"{ALGORITHM}\n{stamp}\n{scope}\n")
        sha256 = hashlib.sha256

        def signature(quoted_key: str) -> str:
            first, second = inner.copy(), outer.copy()
            canonical = f"{head}{quoted_key}{tail}"
            first.update(sha256(canonical.encode()).hexdigest().encode())
            second.update(first.digest())
            found: str = second.hexdigest()
            return found

        frame = SigningFrame(
            front=f"{self.base}/",
            back=f"?{'&'.join(pairs)}&X-Amz-Signature=",
            signature=signature,
            expires_at=self.here(_until(now, expires_in, pair)),
        )
        self._frame = (second, expires_in, pair, frame)
        return frame

    def post(
        self,
        key: str,
        expires_in: int,
        pair: KeyPair,
        *,
        content_type: str | None,
        min_size: int,
        max_size: int | None,
        fields: Mapping[str, str] | None = None,
        at: int | None = None,
    ) -> Signed:
        """Sign a form upload of exactly `key`, with further `fields`; sizes are the file's bytes.

        Raises `InvalidKey` for a key that the server would complete by itself.
        """
        if "${filename}" in key:
            raise InvalidKey("in a form's key, S3 puts the file's name in place of ${filename}")
        stamp, now = _moment(self.second() if at is None else at)
        scope = f"{stamp[:8]}/{self._region}/s3/aws4_request"
        form = {"key": key}
        if content_type is not None:
            form["Content-Type"] = content_type
        form |= fields or {}
        form |= {
            "x-amz-algorithm": ALGORITHM,
            "x-amz-credential": f"{pair.access_key_id}/{scope}",
            "x-amz-date": stamp,
        }
        if pair.session_token:
            form["x-amz-security-token"] = pair.session_token
        until = _until(now, expires_in, pair)
        conditions: list[Any] = [{"bucket": self._bucket}]
        conditions += [{name: value} for name, value in form.items()]
        if max_size is not None or min_size:
            limit = max_size if max_size is not None else MAX_POST_SIZE
            conditions.append(["content-length-range", min_size, limit])
        policy = {"expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}", "conditions": conditions}
        encoded = base64.b64encode(json.dumps(policy).encode()).decode()
        form["policy"] = encoded
        form["x-amz-signature"] = hmac.digest(
            signing_key(pair.secret_access_key, stamp[:8], self._region),
            encoded.encode(),
            "sha256",
        ).hex()
        return Signed(url=self.form_address, fields=form, expires_at=self.here(until))


MAX_POST_SIZE = 5 * 1024**3
"""Largest form upload in bytes: that of a single request (Amazon S3 User Guide, POST policy)."""


def _until(now: datetime, expires_in: int, pair: KeyPair) -> datetime:
    """Temporary credentials end their signatures with them; `BadCredentials` after their end."""
    until = now + timedelta(seconds=expires_in)
    if pair.expires is None:
        return until
    if pair.expires <= now:
        raise BadCredentials(
            "the key pair has run out, and so would what it signs",
            hint="Answer with a new one in bucketry_s3_credentials.",
        )
    return min(until, pair.expires)
