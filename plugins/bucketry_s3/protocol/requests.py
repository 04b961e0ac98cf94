"""From an operation and its native parameters to one HTTP request."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from attrs import frozen

from bucketry.headers import check_kept_value
from bucketry.keys import percent_encoded
from bucketry_s3.protocol.given import check_ascii, check_complete, check_param
from bucketry_s3.protocol.markup import Written, as_time, http_date, write_document
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.urls import Addressing, bucket_base, quote_key
from bucketry_s3.protocol.wire import Payload, S3Request

_CONDITIONS = frozenset({"If-Match", "If-None-Match"})


@frozen(eq=False)
class Place:
    """Where a bucket's requests go: the address from `urls.bucket_base`, in its pieces."""

    scheme: Literal["https", "http"]
    host: str
    path: str

    @classmethod
    def of(cls, endpoint: str, bucket: str, addressing: Addressing) -> Place:
        """Return the place of a bucket on an endpoint."""
        parts = urlsplit(bucket_base(endpoint, bucket, addressing))
        return cls(cast(Literal["https", "http"], parts.scheme), parts.netloc, parts.path)


def request_for(
    place: Place,
    operation: str,
    params: Mapping[str, Any],
    *,
    signs_body: bool = True,
    body_sha256: str = "",
) -> S3Request:
    """Return the request that boto3 would send for these parameters.

    `signs_body` and `body_sha256` are those of `S3Request`.

    Raises `InvalidInput` for parameters that the operation does not take or lacks, and
    `InvalidHeader` for text that cannot be sent.
    """
    known = OPERATIONS[operation]
    query = list(known.query)
    headers: dict[str, str] = {}
    body: Payload = b""
    for name, value in params.items():
        param = check_param(operation, name, value)
        if param.where == "path":
            continue
        if param.type == "key" and f"{name}MD5" not in params:
            headers |= _customer_key(param.name, value)
        elif param.where == "header":
            headers[param.name] = _header(name, _TEXT[param.type](value))
        elif param.where == "query":
            query.append((param.name, _TEXT[param.type](value)))
        elif param.where == "metadata":
            for key, text in value.items():
                headers[f"{param.name}{key}"] = _header(f"{name}.{key}", text)
        elif param.where == "body":
            body = value
        elif param.where == "text":
            body = value.encode()
        elif param.payload is not None:
            written = isinstance(value, Written)
            payload = param.payload
            body = value if written else write_document(payload.root, payload.shape, value)
    check_complete(operation, params)
    if known.digest and "Content-MD5" not in headers:
        digest = hashlib.md5(body, usedforsecurity=False).digest()
        headers["Content-MD5"] = base64.b64encode(digest).decode()
    return S3Request(
        operation=operation,
        method=known.method,
        scheme=place.scheme,
        host=place.host,
        path=f"{place.path}/{quote_key(params['Key'])}" if "Key" in params else place.path or "/",
        query=tuple(query),
        headers=headers,
        body=body,
        signs_body=signs_body,
        body_sha256=body_sha256,
        repeatable=known.repeatable and _CONDITIONS.isdisjoint(headers),
        patient=known.patient,
    )


def _customer_key(header: str, key: str | bytes) -> dict[str, str]:
    """Return a customer's key as S3 wants it: base64, with its MD5.

    Like boto3, only one that comes without: another is taken to be encoded already.
    """
    raw = key.encode() if isinstance(key, str) else key
    digest = hashlib.md5(raw, usedforsecurity=False).digest()
    return {
        header: base64.b64encode(raw).decode(),
        f"{header}-MD5": base64.b64encode(digest).decode(),
    }


def _header(name: str, value: str) -> str:
    check_kept_value(name, value)
    check_ascii(name, value)
    return value


def _source(value: Any) -> str:
    """Percent-encode where a copy is from; a version stays behind its question mark."""
    if isinstance(value, Mapping):
        bucket, version = value["Bucket"], value.get("VersionId", "")
        # The object behind an access point has an ARN of its own.
        inner = "object/" if bucket.startswith("arn:") else ""
        text = f"{bucket}/{inner}{value['Key']}"
    else:
        text, _, version = value.partition("?versionId=")
    return percent_encoded(text) + (f"?versionId={version}" if version else "")


_TEXT: Mapping[str, Callable[[Any], str]] = {
    "text": str,
    "integer": str,
    "boolean": lambda value: "true" if value else "false",
    "http-date": lambda value: http_date(cast(Any, as_time(value))),
    "iso-date": lambda value: f"{cast(Any, as_time(value)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    "words": ",".join,
    "source": _source,
    "key": str,
}
