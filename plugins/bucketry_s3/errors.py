"""What S3 servers answer when they refuse, as bucketry's errors.

One table for all vendors: codes of the Amazon S3 API reference ("Error responses") and those that
Ceph, MinIO, Swift, R2, B2, Wasabi and Scaleway add (their documentation and source).
"""

from __future__ import annotations

import botocore.exceptions as sdk
from urllib3.exceptions import HTTPError

from bucketry.errors import (
    AccessDenied,
    AlreadyExists,
    BadCredentials,
    BucketNotFound,
    ClockSkew,
    IntegrityError,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    RateLimited,
    Rejected,
    StorageError,
    Unavailable,
    Unsupported,
    WrongRegion,
)

CODES: dict[str, type[StorageError]] = {
    "NoSuchKey": NotFound,
    "NoSuchVersion": NotFound,
    "NoSuchBucket": BucketNotFound,
    "InvalidBucketName": BucketNotFound,
    "PreconditionFailed": PreconditionFailed,
    "AccessDenied": AccessDenied,
    "AllAccessDisabled": AccessDenied,
    "AccountProblem": AccessDenied,
    "Forbidden": AccessDenied,
    "KMS.DisabledException": AccessDenied,
    "AccessControlListNotSupported": Unsupported,
    "InvalidAccessKeyId": BadCredentials,
    "SignatureDoesNotMatch": BadCredentials,
    "ExpiredToken": BadCredentials,
    "InvalidToken": BadCredentials,
    "TokenRefreshRequired": BadCredentials,
    "InvalidSecurity": BadCredentials,
    "Unauthorized": BadCredentials,
    "RequestTimeTooSkewed": ClockSkew,
    "RequestExpired": ClockSkew,
    "AuthorizationHeaderMalformed": WrongRegion,
    "PermanentRedirect": WrongRegion,
    "TemporaryRedirect": WrongRegion,
    "Redirect": WrongRegion,
    "IllegalLocationConstraintException": WrongRegion,
    "NotImplemented": Unsupported,
    "MethodNotAllowed": Unsupported,
    "InvalidStorageClass": Unsupported,
    "UnsupportedOperation": Unsupported,
    "SlowDown": RateLimited,
    "TooManyRequests": RateLimited,
    "Throttling": RateLimited,
    "ThrottlingException": RateLimited,
    "RequestLimitExceeded": RateLimited,
    "BandwidthLimitExceeded": RateLimited,
    "RequestRateLimitExceeded": RateLimited,  # Wasabi, with status 400
    "InternalError": Unavailable,
    "ServiceUnavailable": Unavailable,
    "RequestTimeout": Unavailable,
    "OperationAborted": Unavailable,
    "ConditionalRequestConflict": Unavailable,  # two conditional writes at once: try again
    "BadDigest": IntegrityError,
    "InvalidDigest": IntegrityError,
    "XAmzContentSHA256Mismatch": IntegrityError,
    "XAmzContentChecksumMismatch": IntegrityError,
    "IncompleteBody": IntegrityError,
}
"""Error code to type. What is not in it is decided by the HTTP status."""

_STATUS: dict[int, type[StorageError]] = {
    301: WrongRegion,
    307: WrongRegion,
    401: BadCredentials,
    403: AccessDenied,
    404: NotFound,
    405: Unsupported,
    409: Unavailable,
    412: PreconditionFailed,
    429: RateLimited,
    501: Unsupported,
}

HINTS: dict[type[StorageError], str] = {
    BucketNotFound: "Check `bucket`, and that `endpoint` or `region` is where it lives.",
    BadCredentials: "Check the access key pair: both halves, no blanks, meant for this endpoint.",
    ClockSkew: "Set this machine's clock (NTP); 15 minutes are the limit.",
    WrongRegion: "Set `region` (and `endpoint`) to where the bucket lives.",
    AccessDenied: "The key is known but may not do this: look at its policy and the bucket's.",
}
"""Advice that holds for every vendor."""

_CODE_HINTS = {
    "AccessControlListNotSupported": (
        "The bucket has ACLs switched off, as new AWS buckets do: remove `acl` and use a bucket "
        "policy, or `visibility` with signed URLs."
    ),
    "InvalidObjectState": "The object is archived: restore it first, then read it.",
    "EntityTooSmall": "A part is smaller than the vendor allows: raise `multipart.part_size`.",
    "KeyTooLongError": "Shorten the key or `root_path`.",
    "NoSuchUpload": "The multipart upload is gone: aborted, swept, or already completed.",
}


def hint_for(error: StorageError) -> str:
    """Return the advice that holds for every vendor, or ""."""
    if error.code in _CODE_HINTS:
        return _CODE_HINTS[error.code]
    return HINTS.get(type(error), "")


def _type_of(code: str, status: int, operation: str) -> type[StorageError]:
    if code in CODES:
        return CODES[code]
    if status == 404 and operation == "HeadBucket":
        return BucketNotFound
    if status in _STATUS:
        return _STATUS[status]
    return Unavailable if status >= 500 else Rejected


def translate(error: BaseException, operation: str) -> StorageError | InvalidInput:
    """Return bucketry's error for one of the SDK's. `operation` is S3's name of the request.

    A lost connection is `Unavailable` with `may_have_applied`, since the request may have arrived.
    """
    if isinstance(error, sdk.ClientError):
        return _from_response(error, operation)
    if isinstance(error, sdk.ParamValidationError | sdk.MissingParametersError):
        return InvalidInput(f"the native parameters are refused: {error}")
    if isinstance(error, sdk.NoCredentialsError | sdk.PartialCredentialsError):
        return BadCredentials(
            "no ambient credentials were found",
            hint="Set them for the SDK, or configure `credentials` with a key pair.",
        )
    if isinstance(error, sdk.TokenRetrievalError | sdk.CredentialRetrievalError):
        return BadCredentials(f"ambient credentials could not be read: {error}")
    if isinstance(error, sdk.ProfileNotFound):
        return BadCredentials("the configured profile is not in the SDK's configuration files")
    if isinstance(error, sdk.SSLError):
        return Unavailable(f"the TLS connection failed: {error.kwargs.get('error', error)}")
    if isinstance(error, sdk.EndpointConnectionError | sdk.ConnectTimeoutError):
        return Unavailable(f"no connection to {error.kwargs.get('endpoint_url', 'the endpoint')}")
    if isinstance(
        error, sdk.HTTPClientError | sdk.IncompleteReadError | sdk.ResponseStreamingError
    ):
        return Unavailable(f"the connection broke: {error}", may_have_applied=True)
    if isinstance(error, HTTPError | OSError):
        return Unavailable(f"the connection broke: {error}", may_have_applied=True)
    return Rejected(f"{type(error).__name__}: {error}")


def _from_response(error: sdk.ClientError, operation: str) -> StorageError:
    body = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code = str(body.get("Code") or "")
    status = int(meta.get("HTTPStatusCode") or 0)
    kind = _type_of(code, status, operation)
    reason = str(body.get("Message") or "").strip() or f"the server answered {code or status}"
    region = meta.get("HTTPHeaders", {}).get("x-amz-bucket-region") or body.get("Region")
    if kind is WrongRegion and region:
        reason += f"; the bucket is in {region}"
    return kind(
        reason,
        code=None if code.isdigit() else code or None,
        status=status or None,
        request_id=meta.get("RequestId") or None,
        may_have_applied=status >= 500,
    )


__all__ = ["CODES", "HINTS", "AlreadyExists", "hint_for", "translate"]
