"""From a signing request to what others may use, and back: what a signature really allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import attrs
from attrs import frozen

from bucketry import InvalidInput, SignedUrl, SignRequest
from bucketry_s3.protocol.signing import KeyPair, Presigner
from bucketry_s3.protocol.urls import key_of_url, quote_key
from bucketry_s3.protocol.wire import OF_THE_TRANSPORT

_RESPONSE_PARAMS = {
    "cache_control": "response-cache-control",
    "content_disposition": "response-content-disposition",
    "content_encoding": "response-content-encoding",
    "content_language": "response-content-language",
    "content_type": "response-content-type",
    "expires": "response-expires",
}

# Headers that a form has a field for, under the same name but for the ACL (Amazon S3 API reference,
# POST Object). Tags have one too, as a document.
_FIELDS = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "expires",
        "x-amz-acl",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-context",
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
    }
)
_FIELD_PREFIXES = ("x-amz-meta-", "x-amz-checksum-")


@frozen(eq=False)
class Promise:
    """An option of the configuration for every upload, and the headers that hold it.

    `whole` says whether nothing of the option is left out of them.
    """

    option: str
    headers: Mapping[str, str]
    whole: bool = True


def sign(
    presigner: Presigner,
    request: SignRequest,
    pair: KeyPair,
    promises: Sequence[Promise] = (),
    *,
    at: int | None = None,
) -> SignedUrl:
    """Return the signature that allows what is asked for, begun now or at the server's second `at`.

    A PUT is held to `promises`. A form carries those that it has fields for, and is told to keep
    none: Ceph signs the field Cache-Control and drops it. Raises `InvalidInput` for a header that
    cannot go along.
    """
    if request.headers:
        taken = sorted(name for name in request.headers if name.lower() in OF_THE_TRANSPORT)
        if taken:
            raise InvalidInput(f"the signature itself brings {', '.join(taken)}")
    if request.method == "POST":
        return _form(presigner, request, pair, promises, at)
    begins = request.begins(presigner.second()) if at is None else at
    if at is None and request.is_plain_get:
        frame = presigner.frame(request.life, pair, begins)
        key = quote_key(request.key)
        return frame.signed(key, frame.signature(key), checked=True)
    params = {_RESPONSE_PARAMS[name]: value for name, value in request.response.items()}
    if request.version:
        params["versionId"] = request.version
    headers = dict(request.headers)
    keeps: frozenset[str] = frozenset()
    if request.method == "PUT":
        keeps = frozenset(promise.option for promise in promises if promise.whole)
        for more in (*(promise.headers for promise in promises), presigner.bound):
            headers = _added(more, headers)
    if request.content_type:
        headers["Content-Type"] = request.content_type
    signed = presigner.url(
        request.method,
        request.key,
        request.life,
        pair,
        params=params,
        headers=headers,
        at=begins,
    )
    return SignedUrl(
        url=signed.url,
        method=request.method,
        headers=headers,
        expires_at=signed.expires_at,
        keeps=keeps,
        checked=True,
    )


def _form(
    presigner: Presigner,
    request: SignRequest,
    pair: KeyPair,
    promises: Sequence[Promise],
    at: int | None,
) -> SignedUrl:
    further = {n: v for promise in promises for n, v in promise.headers.items() if _field(n)}
    form = presigner.post(
        request.key,
        request.expires_in,
        pair,
        content_type=request.content_type,
        fields=_fields(_added(further, request.headers)),
        min_size=request.min_size,
        max_size=request.max_size,
        at=at,
    )
    return SignedUrl(
        url=form.url,
        method="POST",
        fields=form.fields,
        expires_at=form.expires_at,
        checked=True,
    )


def _added(further: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
    """Return what was asked for, and further headers that it has not."""
    there = _lower(asked)
    return {**{n: v for n, v in further.items() if n.lower() not in there}, **asked}


def _field(header: str) -> bool:
    """Return whether S3's forms have a field for a header."""
    lower = header.lower()
    return lower in _FIELDS or lower.startswith(_FIELD_PREFIXES)


def _fields(headers: Mapping[str, str]) -> dict[str, str]:
    fields = {}
    for name, value in headers.items():
        if not _field(name):
            raise InvalidInput(f"S3's forms have no field for the header {name}")
        fields["acl" if name.lower() == "x-amz-acl" else name] = value
    return fields


def difference(
    presigner: Presigner,
    signed: SignedUrl,
    request: SignRequest,
    pair: KeyPair,
    promises: Sequence[Promise] = (),
) -> str | None:
    """Return "" if the signature allows what is told of it, else what is different.

    None if it is none of this key pair on this bucket. It is made once more, for the time that it
    names: what then is not the same was signed for something else.
    """
    address, _, query = signed.reveal().partition("?")
    given = signed.reveal_fields() if request.method == "POST" else dict(parse_qsl(query))
    given = _lower(given)
    key_id = given.get("x-amz-credential", "").rsplit("/", 4)[0]  # it may have slashes, at MinIO
    ours = address == presigner.form_address or key_of_url(presigner.base, address) is not None
    if key_id != pair.access_key_id or not ours or signed.expires_at is None:
        return None
    try:
        begun = datetime.strptime(given["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        told = (signed.expires_at - presigner.here(begun)).total_seconds()
        life = int(given.get("x-amz-expires") or told)
    except (KeyError, ValueError):
        return "it does not say from when on it counts, and for how long"
    if life > request.life:
        return f"it is signed for {life} seconds, not for {request.life}"
    found = attrs.evolve(request, expires_in=life, stable=None)
    expected = sign(presigner, found, pair, promises, at=int(begun.timestamp()))
    if expected.expires_at != signed.expires_at:
        return "the signature ends at another time than is told"
    if _lower(expected.headers) != _lower(signed.headers):
        return "other headers are signed than are told"
    if not signed.keeps <= expected.keeps:
        return "it is told to keep more of the configuration than it does"
    if (expected.reveal(), expected.reveal_fields()) != (signed.reveal(), signed.reveal_fields()):
        return f"it is signed for something else than {request.method} on {request.key!a}"
    return ""


def _lower(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in headers.items()}
