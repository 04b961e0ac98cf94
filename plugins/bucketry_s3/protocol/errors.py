"""What S3 servers answer when they refuse, as bucketry's errors.

One table for all vendors. Its codes are those that a request of ours can meet: Amazon S3's API
reference ("Error responses"), and what others add to it in their documentation or source: Ceph
(rgw_common.cc), MinIO and RustFS (cmd/api-errors.go), Swift (s3api/s3response.py), R2 (Error
codes), Wasabi (REST API introduction), Google (XML API, HTTP status and error codes), Alibaba
(403 and 503 troubleshooting pages), Garage (api/common/common_error.rs), SeaweedFS
(s3err/s3api_errors.go), Storj (edge, pkg/gateway), Supabase (internal/errors/codes.ts). B2, OCI,
IONOS, Scaleway, DigitalOcean, OVH, Linode, Tigris and the rest use S3's. Codes of S3 Select, of
replication and of managing users are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from bucketry.errors import (
    AccessDenied,
    AlreadyExists,
    Archived,
    BadCredentials,
    BucketNotFound,
    ClockSkew,
    IntegrityError,
    NotFound,
    PreconditionFailed,
    RateLimited,
    Rejected,
    StorageError,
    Unavailable,
    Unsupported,
    WrongRegion,
)
from bucketry_s3.protocol.markup import read_time
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.proof import is_s3
from bucketry_s3.protocol.wire import S3Request

_BY_TYPE: Mapping[type[StorageError], str] = {
    NotFound: "NoSuchKey NoSuchVersion",
    BucketNotFound: "NoSuchBucket InvalidBucketName TenantNotFound",
    AlreadyExists: "FileAlreadyExists KeyAlreadyExists ResourceAlreadyExists",
    PreconditionFailed: "PreconditionFailed",
    AccessDenied: """
        AccessDenied AccessForbidden AccountNotActivated AccountProblem AbnormalBucketOwnerStatus
        AllAccessDisabled BucketDisable BucketNotBelongTo CnameDenied Forbidden
        InArrearOrInsufficientBalance InDebt InDebtOverdue InvalidPayer KMS.DisabledException
        NotEntitled NotSignedUp ObjectLockedByBucketPolicy ObjectUnderActiveHold
        RetentionPolicyNotMet UbsmsInvalidBid UserAccountProblem UserDisable UserSuspended""",
    BadCredentials: """
        AccessKeyIdAndSecurityTokenNotMatch AuthenticationLockout AuthenticationRequired
        AuthorizationParametersError CredentialsNotSupported ExpiredToken IncompleteSignature
        InvalidAccessKeyId InvalidAuthenticationCode InvalidJWT InvalidSecurity InvalidSecurityToken
        InvalidSignature InvalidToken InvalidTokenId MissingSecurityElement MissingSecurityHeader
        SecurityTokenExpired SignatureDoesNotMatch TokenRefreshRequired TooManyWrongSignature
        Unauthorized UnauthorizedAccess UnsupportedSignature XAdminUserNotFound""",
    ClockSkew: "RequestTimeTooSkewed RequestExpired ExpiredRequest",
    WrongRegion: """
        AuthorizationHeaderMalformed IllegalLocationConstraintException InvalidRegion
        PermanentRedirect Redirect TemporaryRedirect""",
    # Answers to path addressing: SecondLevelDomainForbidden is Alibaba's, PathStyleDomainForbidden
    # Tencent's, VirtualHostDomainRequired Huawei's.
    Unsupported: """
        AccessControlListNotSupported EncryptionNotAllowed FeatureNotEnabled FsNotSupport
        InvalidEncryptionAlgorithmError InvalidStorageClass MethodNotAllowed NotImplemented
        NotSupported PathStyleDomainForbidden SecondLevelDomainForbidden UnsupportedArgument
        UnsupportedOperation VersioningNotConfigured VirtualHostDomainRequired""",
    # RequestRateLimitExceeded is Wasabi's, with status 400 or 403.
    RateLimited: """
        DownloadTrafficRateLimitExceeded ErrRequestBytesExceed ErrTooManyRequest QpsLimitExceeded
        RateLimitExceeded RequestLimitExceeded RequestRateLimitExceeded SlowDown SlowDownRead
        SlowDownWrite Throttling ThrottlingException TooManyRequests UploadTrafficRateLimitExceeded
        UserRateLimitExceeded""",
    # ConditionalRequestConflict: two conditional writes at once. XMinioBackendDown comes with 400.
    Unavailable: """
        Aborted AbortedTerminate ClientDisconnect ClientDisconnected ConditionalRequestConflict
        ConnectionClosed DatabaseConnectionLimit DatabaseReadOnly DatabaseTimeout InternalError
        LockTimeout Locked OperationAborted RequestTimeout ResourceLocked ServerBusy
        ServiceUnavailable TransactionError Unavailable XMinioBackendDown
        XMinioBucketMetadataNotInitialized XMinioIAMNotInitialized XMinioServerNotInitialized""",
    IntegrityError: """
        BadDigest CrcMismatch DataUnrecoverable ExcessData FilePartInterity FilePartStale
        IncompleteBody InvalidChecksum InvalidDigest XAmzContentChecksumMismatch
        XAmzContentSHA256Mismatch XMinioObjectTampered""",
    Archived: "InvalidObjectState ObjectNotInActiveTierError",
    # Full, too large, malformed: nothing that waiting or another key pair would mend.
    Rejected: """
        AttachmentFull BadRequest BandwidthLimitExceeded BrokenMPU BucketAlreadyExists
        BucketAlreadyOwnedByYou BucketConflict BucketMaxSizeExceeded BucketNameUnavailable
        BucketNotEmpty CloudTotalAliveSizeQuotaExceed DirectoryObjectContainsData
        EncryptionTypeMismatch ErrDirectoryNotEmpty EntityTooLarge EntityTooSmall
        ExistingObjectIsDirectory ExistingObjectIsFile FilePartNotExist InsufficientStorage
        InvalidArgument InvalidBucketState InvalidHeaderValue InvalidKey InvalidMimeType
        InvalidObjectName InvalidParameter InvalidPart InvalidPartNumber
        InvalidPartOrder InvalidPolicyDocument InvalidRange InvalidRequest InvalidTag InvalidTTL
        InvalidURI InvalidUploadId KMS.NotFoundException KeyTooLong KeyTooLongError
        MalformedPOSTRequest MalformedTrailerError MalformedXML MaxMessageLengthExceeded
        MaxVersionsExceeded MetadataTooLarge MissingContentLength MissingContentMD5 MissingParameter
        MissingPart MissingRequestBodyError NoSuchUpload
        ObjectParentIsFile QuotaExceeded RestoreAlreadyInProgress SegmentsLimitExceeded
        StorageLimitExceeded TooManyBuckets TooManyParts UnexpectedContent
        XMinioAdminBucketQuotaExceeded XMinioInsecureClientRequest XMinioInvalidObjectName
        XMinioInvalidResourceName XMinioObjectExistsAsDirectory XMinioStorageFull""",
}

ARRIVED_CHANGED = frozenset(
    {
        "BadDigest",
        "CrcMismatch",
        "ExcessData",
        "IncompleteBody",
        "InvalidDigest",
        "XAmzContentChecksumMismatch",
        "XAmzContentSHA256Mismatch",
    }
)
"""Codes that say of a body that other bytes came than were sent, which may go well next time."""

CODES: Mapping[str, type[StorageError]] = {
    code: kind for kind, codes in _BY_TYPE.items() for code in codes.split()
}
"""Error code to type. What is not in it is decided by the HTTP status."""

_STATUS: Mapping[int, type[StorageError]] = {
    301: WrongRegion,
    307: WrongRegion,
    401: BadCredentials,
    402: AccessDenied,
    403: AccessDenied,
    405: Unsupported,
    408: Unavailable,
    409: Unavailable,
    412: PreconditionFailed,
    423: Unavailable,
    425: Unavailable,  # too early: to be sent again (RFC 8470, 5.2)
    429: RateLimited,
    501: Unsupported,
    507: Rejected,
}

# With these HTTP itself says that nothing was done (RFC 9110, 6585).
_NOTHING_DONE = frozenset({401, 405, 407, 411, 413, 414, 415, 417, 421, 426, 428, 429, 431})

# What a server says in words of its own with one of these is neither an absence nor a race.
_FINAL_WITH_A_CODE = frozenset({404, 409, 423})

HINTS: Mapping[str, str] = {
    "AccessControlListNotSupported": (
        "The bucket has ACLs switched off: remove `acl` and use a bucket policy, or "
        '`visibility = "private"` with signed URLs.'
    ),
    "EntityTooLarge": (
        "The object, or one part of it, is larger than the vendor takes; uploads larger than "
        "`multipart.part_size` go in parts."
    ),
    "EntityTooSmall": "A part is smaller than the vendor allows: raise `multipart.part_size`.",
    "InvalidObjectState": "The object is archived: call restore() first, then read it.",
    "KeyTooLong": "Shorten the key or `root_path`.",
    "KeyTooLongError": "Shorten the key or `root_path`.",
    "MetadataTooLarge": "Shorten the metadata.",
    "NoSuchUpload": (
        "The multipart upload is gone: aborted, swept, or already completed; upload again."
    ),
    "QuotaExceeded": "The quota of the bucket or account is used up: delete objects or raise it.",
    "BucketNotFound": "Check `bucket`, and that `endpoint` or `region` is where it lives.",
    "BadCredentials": (
        "Check the access key pair: both halves, no blanks, meant for this endpoint."
    ),
    "ClockSkew": "Set this machine's clock (NTP); 15 minutes are the limit.",
    "WrongRegion": "Set `region` (and `endpoint`) to where the bucket lives.",
    "AccessDenied": ("The key is known but may not do this: look at its policy and the bucket's."),
}
"""Hints that hold for every vendor, keyed as in `hint_for`."""


def hint_for(
    error: StorageError, vendor: Mapping[str, str], general: Mapping[str, str] = HINTS
) -> str:
    """Return what to change: the vendor's own hint, else what holds for every vendor, or "".

    A key is an error code or the name of an error's type, which also covers answers without a
    code: ``NotImplemented``, ``BucketNotFound``. Text behind a colon must be in the reason too:
    ``NotImplemented: x-amz-tagging``. The first key that fits counts.
    """
    names = (error.code, type(error).__name__)
    reason = error.reason.lower()
    for key, sentence in (*vendor.items(), *general.items()):
        name, _, text = key.partition(": ")
        if name in names and text.lower() in reason:
            return sentence
    return ""


def refusal(
    request: S3Request, status: int, headers: Mapping[str, str], elements: Mapping[str, str]
) -> StorageError:
    """Return bucketry's error for a refusal of `request`.

    `headers` are by lower-case name, `elements` the texts of the ``<Error>`` document, {} where
    there is none. A 404 without S3's own code for what is missing is no absence: any server in
    between answers so. Nor is that code with another status, or about another key. Whoever stands
    in between may refuse S3's answer, too, when the request has been acted on.
    """
    code = elements.get("Code", "")
    kind = _type_of(code, status, request, is_s3(headers))
    if kind is NotFound and not (status == 404 and _is_about(request, elements.get("Key", ""))):
        kind = Unavailable
    if status == 404 and kind is Unavailable:
        return Unavailable(
            "the answer 404 is not S3's, which names what is missing",
            status=status,
            may_have_applied=OPERATIONS[request.operation].effective,
        )
    if kind is WrongRegion and not _elsewhere(code, headers, request):
        return Rejected(
            "the request is redirected, but not to another region",
            hint="Look at what stands between here and the vendor, and at the endpoint's spelling.",
            status=status,
        )
    if kind is AccessDenied and elements.get("Endpoint"):
        kind = WrongRegion  # Alibaba says so with 403
    said = elements.get("Message") or (f"the server answered {code}" if code else _phrase(status))
    details = list(_details(kind, elements, headers))
    reason = "; ".join([said.rstrip("."), *details]) if details else said
    return kind(
        _without_credentials(reason, elements),
        code=code or None,
        status=status,
        request_id=headers.get("x-amz-request-id") or elements.get("RequestId") or None,
        may_have_applied=OPERATIONS[request.operation].effective
        and (
            (status >= 500 and kind.retryable)
            or not (code or is_s3(headers) or status in _NOTHING_DONE)
        ),
    )


def _type_of(code: str, status: int, request: S3Request, marked: bool) -> type[StorageError]:
    if code in CODES:
        return CODES[code]
    if status == 404 and not code:
        # The answer to HEAD has no document; then a header has to tell whose it is.
        if request.method != "HEAD" or not marked:
            return Unavailable
        return BucketNotFound if request.operation == "HeadBucket" else NotFound
    if code and status in _FINAL_WITH_A_CODE:
        return Rejected
    if status == 409 and request.method == "HEAD" and marked:
        return Rejected  # who only looks is in nobody's way
    if status in _STATUS:
        return _STATUS[status]
    return Unavailable if status >= 500 else Rejected


def _is_about(request: S3Request, key: str) -> bool:
    """Return whether a key that is told to be missing was asked for, or was to be copied.

    What XML has no place for is told as U+FFFD.
    """
    if not key or "\ufffd" in key:
        return True
    source = request.headers.get("x-amz-copy-source", "").partition("?")[0]
    asked = (f"/{unquote(request.path)}", f"/{unquote(source)}")
    return any(
        one.endswith(f"/{told.removeprefix('/')}") for one in asked for told in (key, unquote(key))
    )


def _elsewhere(code: str, headers: Mapping[str, str], request: S3Request) -> bool:
    """Return whether a redirect is S3's word for another region, and not to the same server."""
    target = urlsplit(headers.get("location", "")).netloc
    return (bool(code) or is_s3(headers)) and target != request.host


# What a document may add to its message. Only these are told: others repeat the request.
_TOLD = {
    "Header": "header",
    "ArgumentName": "argument",
    "StorageClass": "storage class",
    "MinSizeAllowed": "smallest size",
    "MaxSizeAllowed": "largest size",
    "Details": "details",
    "EC": "the vendor's number of this error",
}


def _details(
    kind: type[StorageError], body: Mapping[str, str], headers: Mapping[str, str]
) -> Iterator[str]:
    for element, name in _TOLD.items():
        if body.get(element) and body[element] not in body.get("Message", ""):
            yield f"{name}: {body[element]}"
    if kind is WrongRegion:
        region = headers.get("x-amz-bucket-region") or body.get("Region")
        if region:
            yield f"the bucket is in {region}"
        if body.get("Endpoint"):
            yield f"its endpoint is {body['Endpoint']}"
    if kind is ClockSkew:
        yield from _clock_offset(body, headers)


def _clock_offset(body: Mapping[str, str], headers: Mapping[str, str]) -> Iterator[str]:
    """Tell how far this machine's clock is off, by the times in the answer."""
    server = read_time(body.get("ServerTime") or headers.get("date", ""))
    ours = read_time(body.get("RequestTime", "")) or datetime.now(UTC)
    if server is not None and abs(server - ours) >= timedelta(minutes=1):
        way = "behind" if ours < server else "ahead of"
        offset = timedelta(seconds=round(abs(server - ours).total_seconds()))
        yield f"this machine's clock is {way} the server's by {offset} (h:mm:ss)"


# Elements that repeat credentials, signatures or what was signed.
_CONFIDENTIAL = re.compile(
    "AccessKeyId|Signature|StringToSign|CanonicalRequest|Token|ArgumentValue|HeaderValue"
)
_KEY_ID = re.compile(
    r"\b(?:AKIA|ASIA|LTAI|GOOG)[0-9A-Za-z]{12,}\b"  # Amazon's, Alibaba's, Google's
    r"|\bGK[0-9a-f]{24}\b"  # Garage's
    r"|(?<=key ')[^']+(?=' is not valid)"  # B2: The key '...' is not valid
)


def _without_credentials(text: str, body: Mapping[str, str]) -> str:
    """Take access key ids and what the document says of the signature out of its message."""
    for name, value in body.items():
        if _CONFIDENTIAL.search(name) and len(value) > 3:
            text = text.replace(value, "***")
    return _KEY_ID.sub("***", text)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"
