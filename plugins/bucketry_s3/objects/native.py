"""Native parameters: boto3's spelling of what was asked for, and where each may go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import quote

from bucketry import Capabilities, InvalidInput, Upload
from bucketry.model import ChecksumAlgorithm, Encryption
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.protocol.fixed import PROTECTED_PARAMS
from bucketry_s3.protocol.given import check_ascii, check_param
from bucketry_s3.protocol.params import PARAMS

ALGORITHM = "ChecksumAlgorithm"
"""boto3's name for the digest asked for. Sent with a body, boto3 would make a trailer of it."""

PRECONDITIONS = ("IfNoneMatch", "IfMatch")
"""These belong to the request that makes the object visible."""

_ACCESS = ("ExpectedBucketOwner", "RequestPayer")
_CUSTOMER_KEY = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")

# They tell of the bytes of one request; boto3 has no such parameters for a multipart upload.
_OF_ONE_BODY = (
    "ContentLength",
    "ContentMD5",
    "WriteOffsetBytes",
    *(f"Checksum{name}" for name in get_args(ChecksumAlgorithm)),
)


def put_params(bucket: Bucket, upload: Upload) -> dict[str, Any]:
    """Return boto3's parameters of this upload."""
    options = bucket.options
    params: dict[str, Any] = {
        "ContentType": upload.content_type,
        "CacheControl": upload.cache_control,
        "ContentDisposition": upload.content_disposition,
        "ContentEncoding": upload.content_encoding,
        "ContentLanguage": upload.content_language,
        ALGORITHM: upload.checksum_algorithm,
    }
    # An empty header is an error at R2 and B2, so what is not set is not there.
    params = {name: value for name, value in params.items() if value}
    params |= stored_as(upload.acl, upload.storage_class, upload.encryption)
    if upload.metadata:
        params["Metadata"] = dict(upload.metadata)
    if upload.tags:
        params["Tagging"] = tagging(upload.tags)
    if upload.prevent_overwrite:
        params["IfNoneMatch"] = "*"
    if upload.if_match is not None:
        params["IfMatch"] = if_match(bucket.capabilities, upload.if_match)
    params |= options.extra_params.of("upload")
    if upload.source.size is None:
        params |= options.extra_params.of("upload_stream")
    return params | dict(upload.extra_params)


def stored_as(
    acl: str | None, storage_class: str | None, encryption: Encryption | None
) -> dict[str, Any]:
    """Return the parameters that say how a new object is kept; S3 copies none of them."""
    params: dict[str, Any] = {}
    if acl:
        params["ACL"] = acl
    if storage_class:
        params["StorageClass"] = storage_class
    if encryption is not None:
        params["ServerSideEncryption"] = encryption.type
        if encryption.kms_key_id:
            params["SSEKMSKeyId"] = encryption.kms_key_id
    return params


def if_match(able: Capabilities, etag: str) -> str:
    """Write an ETag the way this vendor's If-Match wants it; Ceph refuses the quoted form."""
    bare = etag.strip('"')
    return bare if able.if_match_etag.value == "unquoted" else f'"{bare}"'


def tagging(tags: Mapping[str, str]) -> str:
    """Return tags as their header has them: like JavaScript's encodeURIComponent."""
    safe = "!~*'()-_."
    return "&".join(f"{quote(n, safe=safe)}={quote(v, safe=safe)}" for n, v in tags.items())


def check_unprotected(params: Mapping[str, Any]) -> None:
    """Refuse what decides which bytes go where: a wrapper of an operation may have put it in."""
    if not PROTECTED_PARAMS.isdisjoint(params):
        taken = sorted(PROTECTED_PARAMS & params.keys())
        raise InvalidInput(f"the native parameters are refused: nobody sets {', '.join(taken)}")


def check_native(params: Mapping[str, Any], *operations: str) -> None:
    """Refuse, before anything is sent, what none of the operations takes or nothing can carry."""
    check_unprotected(params)
    first, *others = operations
    for name, value in params.items():
        takes = first
        if name not in PARAMS[first]:
            takes = next((other for other in others if name in PARAMS[other]), first)
        check_param(takes, name, value)
        if isinstance(value, str):
            check_ascii(name, value)
    algorithm = params.get(ALGORITHM)
    if algorithm is not None and algorithm not in get_args(ChecksumAlgorithm):
        raise InvalidInput(
            f"{ALGORITHM} {algorithm!r} is none of {', '.join(get_args(ChecksumAlgorithm))}"
        )


def check_divisible(params: Mapping[str, Any]) -> None:
    """Refuse parameters that an upload in parts has no place for."""
    single = [name for name in _OF_ONE_BODY if name in params]
    if single:
        raise InvalidInput(
            f"{', '.join(single)} would tell of one request's body, and this upload goes in parts; "
            "use checksum_algorithm, which covers each part"
        )


def for_looking(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return those that every request about the same object and its parts must repeat."""
    return {name: params[name] for name in (*_ACCESS, *_CUSTOMER_KEY) if name in params}


def for_removing(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return those that a request without an object to read must repeat."""
    return {name: params[name] for name in _ACCESS if name in params}
