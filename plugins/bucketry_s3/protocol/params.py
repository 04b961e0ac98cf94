"""Native parameters: which each operation takes, and where each stands in a request.

They are spelled as boto3 spells them. The tests hold the tables against botocore's model of S3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.shapes import CHECKSUMS, PAYLOADS, Payload

Where = Literal["path", "query", "header", "metadata", "document", "text", "body"]
Type = Literal[
    "text", "integer", "boolean", "http-date", "iso-date", "words", "map", "source", "key"
]


@frozen(eq=False)
class Param:
    """One parameter: where it goes, under which name, and what its value is."""

    where: Where
    name: str = ""
    type: Type = "text"
    payload: Payload | None = None


def _headers(table: str, type_: Type = "text") -> dict[str, Param]:
    pairs = (line.split() for line in table.strip().splitlines())
    return {name: Param("header", header, type_) for name, header in pairs}


def _query(table: str, type_: Type = "text") -> dict[str, Param]:
    pairs = (line.split() for line in table.strip().splitlines())
    return {name: Param("query", wire, type_) for name, wire in pairs}


_ALL: Mapping[str, Param] = {
    "Body": Param("body"),
    "Bucket": Param("path"),
    "Key": Param("path"),
    "Policy": Param("text"),
    "CopySource": Param("header", "x-amz-copy-source", "source"),
    "Metadata": Param("metadata", "x-amz-meta-", "map"),
    "OptionalObjectAttributes": Param("header", "x-amz-optional-object-attributes", "words"),
    **{f"Checksum{name}": Param("header", f"x-amz-checksum-{name.lower()}") for name in CHECKSUMS},
    **_headers("""
        ACL                             x-amz-acl
        AnnotationDirective             x-amz-object-annotation-directive
        BucketNamespace                 x-amz-bucket-namespace
        CacheControl                    Cache-Control
        ChecksumAlgorithm               x-amz-sdk-checksum-algorithm
        ChecksumMode                    x-amz-checksum-mode
        ChecksumType                    x-amz-checksum-type
        ContentDisposition              Content-Disposition
        ContentEncoding                 Content-Encoding
        ContentLanguage                 Content-Language
        ContentMD5                      Content-MD5
        ContentType                     Content-Type
        CopySourceIfMatch               x-amz-copy-source-if-match
        CopySourceIfNoneMatch           x-amz-copy-source-if-none-match
        CopySourceSSECustomerAlgorithm  x-amz-copy-source-server-side-encryption-customer-algorithm
        CopySourceSSECustomerKeyMD5     x-amz-copy-source-server-side-encryption-customer-key-MD5
        CopySourceRange                 x-amz-copy-source-range
        ExpectedBucketOwner             x-amz-expected-bucket-owner
        ExpectedSourceBucketOwner       x-amz-source-expected-bucket-owner
        GrantFullControl                x-amz-grant-full-control
        GrantRead                       x-amz-grant-read
        GrantReadACP                    x-amz-grant-read-acp
        GrantWrite                      x-amz-grant-write
        GrantWriteACP                   x-amz-grant-write-acp
        IfMatch                         If-Match
        IfNoneMatch                     If-None-Match
        MFA                             x-amz-mfa
        MetadataDirective               x-amz-metadata-directive
        ObjectLockEventHold             x-amz-object-lock-event-hold
        ObjectLockLegalHoldStatus       x-amz-object-lock-legal-hold
        ObjectLockMode                  x-amz-object-lock-mode
        ObjectOwnership                 x-amz-object-ownership
        Range                           Range
        RequestPayer                    x-amz-request-payer
        SSECustomerAlgorithm            x-amz-server-side-encryption-customer-algorithm
        SSECustomerKeyMD5               x-amz-server-side-encryption-customer-key-MD5
        SSEKMSEncryptionContext         x-amz-server-side-encryption-context
        SSEKMSKeyId                     x-amz-server-side-encryption-aws-kms-key-id
        ServerSideEncryption            x-amz-server-side-encryption
        StorageClass                    x-amz-storage-class
        Tagging                         x-amz-tagging
        TaggingDirective                x-amz-tagging-directive
        TransitionDefaultMinimumObjectSize  x-amz-transition-default-minimum-object-size
        WebsiteRedirectLocation         x-amz-website-redirect-location
        """),
    **_headers(
        """
        IfMatchSize                      x-amz-if-match-size
        MpuObjectSize                    x-amz-mp-object-size
        ObjectLockEventHoldDurationDays  x-amz-object-lock-event-hold-duration-days
        ObjectLockEventHoldDurationYears x-amz-object-lock-event-hold-duration-years
        WriteOffsetBytes                 x-amz-write-offset-bytes
        """,
        "integer",
    ),
    **_headers(
        """
        BucketKeyEnabled           x-amz-server-side-encryption-bucket-key-enabled
        BypassGovernanceRetention  x-amz-bypass-governance-retention
        ConfirmRemoveSelfBucketAccess  x-amz-confirm-remove-self-bucket-access
        ObjectLockEnabledForBucket  x-amz-bucket-object-lock-enabled
        """,
        "boolean",
    ),
    **_headers(
        """
        CopySourceIfModifiedSince    x-amz-copy-source-if-modified-since
        CopySourceIfUnmodifiedSince  x-amz-copy-source-if-unmodified-since
        Expires                      Expires
        IfMatchInitiatedTime         x-amz-if-match-initiated-time
        IfMatchLastModifiedTime      x-amz-if-match-last-modified-time
        IfModifiedSince              If-Modified-Since
        IfUnmodifiedSince            If-Unmodified-Since
        """,
        "http-date",
    ),
    **_headers(
        """
        CopySourceSSECustomerKey  x-amz-copy-source-server-side-encryption-customer-key
        SSECustomerKey            x-amz-server-side-encryption-customer-key
        """,
        "key",
    ),
    **_headers("ObjectLockRetainUntilDate  x-amz-object-lock-retain-until-date", "iso-date"),
    **_query("""
        ContinuationToken           continuation-token
        Delimiter                   delimiter
        EncodingType                encoding-type
        KeyMarker                   key-marker
        Prefix                      prefix
        ResponseCacheControl        response-cache-control
        ResponseContentDisposition  response-content-disposition
        ResponseContentEncoding     response-content-encoding
        ResponseContentLanguage     response-content-language
        ResponseContentType         response-content-type
        StartAfter                  start-after
        UploadId                    uploadId
        UploadIdMarker              upload-id-marker
        VersionId                   versionId
        VersionIdMarker             version-id-marker
        """),
    **_query(
        """
        MaxKeys           max-keys
        MaxParts          max-parts
        MaxUploads        max-uploads
        PartNumber        partNumber
        PartNumberMarker  part-number-marker
        """,
        "integer",
    ),
    **_query("FetchOwner  fetch-owner", "boolean"),
    **_query("ResponseExpires  response-expires", "http-date"),
}

# What several operations take.
_ACCESS = "ExpectedBucketOwner RequestPayer"
_OBJECT = f"Bucket Key {_ACCESS}"
_DIGESTS = " ".join(f"Checksum{name}" for name in CHECKSUMS)
_CUSTOMER_KEY = "SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5"
_SOURCE = """
    CopySource CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch
    CopySourceIfUnmodifiedSince CopySourceSSECustomerAlgorithm CopySourceSSECustomerKey
    CopySourceSSECustomerKeyMD5 ExpectedSourceBucketOwner"""
_GRANTS = "ACL GrantFullControl GrantRead GrantReadACP GrantWriteACP"
_STORED = f"""
    {_OBJECT} {_GRANTS} {_CUSTOMER_KEY} BucketKeyEnabled CacheControl ChecksumAlgorithm
    ContentDisposition ContentEncoding ContentLanguage ContentType Expires Metadata
    ObjectLockEventHold ObjectLockEventHoldDurationDays ObjectLockEventHoldDurationYears
    ObjectLockLegalHoldStatus ObjectLockMode ObjectLockRetainUntilDate SSEKMSEncryptionContext
    SSEKMSKeyId ServerSideEncryption StorageClass Tagging WebsiteRedirectLocation"""
_READ = f"""
    {_OBJECT} {_CUSTOMER_KEY} ChecksumMode IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince
    PartNumber Range ResponseCacheControl ResponseContentDisposition ResponseContentEncoding
    ResponseContentLanguage ResponseContentType ResponseExpires VersionId"""
_OF_BUCKET = "Bucket ExpectedBucketOwner"
_SET_ON_BUCKET = f"{_OF_BUCKET} ChecksumAlgorithm ContentMD5"
_LISTING = f"Bucket {_ACCESS} Delimiter EncodingType Prefix"

_NAMES: Mapping[str, str] = {
    "AbortMultipartUpload": f"{_OBJECT} UploadId IfMatchInitiatedTime",
    "CompleteMultipartUpload": f"""
        {_OBJECT} {_DIGESTS} {_CUSTOMER_KEY} ChecksumType IfMatch IfNoneMatch MpuObjectSize
        MultipartUpload UploadId""",
    "CopyObject": f"""
        {_STORED} {_SOURCE} AnnotationDirective IfMatch IfNoneMatch MetadataDirective
        TaggingDirective""",
    "CreateBucket": f"""
        Bucket {_GRANTS} BucketNamespace CreateBucketConfiguration GrantWrite
        ObjectLockEnabledForBucket ObjectOwnership""",
    "CreateMultipartUpload": f"{_STORED} ChecksumType",
    "DeleteBucketPolicy": _OF_BUCKET,
    "DeleteObject": f"""
        {_OBJECT} BypassGovernanceRetention IfMatch IfMatchLastModifiedTime IfMatchSize MFA
        VersionId""",
    "DeleteObjects": f"""
        Bucket {_ACCESS} BypassGovernanceRetention ChecksumAlgorithm Delete MFA""",
    "GetBucketAcl": _OF_BUCKET,
    "GetBucketCors": _OF_BUCKET,
    "GetBucketEncryption": _OF_BUCKET,
    "GetBucketLifecycleConfiguration": _OF_BUCKET,
    "GetBucketOwnershipControls": _OF_BUCKET,
    "GetBucketPolicy": _OF_BUCKET,
    "GetBucketPolicyStatus": _OF_BUCKET,
    "GetBucketVersioning": _OF_BUCKET,
    "GetPublicAccessBlock": _OF_BUCKET,
    "GetObject": _READ,
    "GetObjectAcl": f"{_OBJECT} VersionId",
    "GetObjectTagging": f"{_OBJECT} VersionId",
    "HeadBucket": _OF_BUCKET,
    "HeadObject": _READ,
    "ListMultipartUploads": f"{_LISTING} KeyMarker MaxUploads UploadIdMarker",
    "ListObjectVersions": f"""
        {_LISTING} KeyMarker MaxKeys OptionalObjectAttributes VersionIdMarker""",
    "ListObjectsV2": f"""
        {_LISTING} ContinuationToken FetchOwner MaxKeys OptionalObjectAttributes StartAfter""",
    "ListParts": f"{_OBJECT} {_CUSTOMER_KEY} MaxParts PartNumberMarker UploadId",
    "PutBucketCors": f"{_SET_ON_BUCKET} CORSConfiguration",
    "PutBucketLifecycleConfiguration": f"""
        {_OF_BUCKET} ChecksumAlgorithm LifecycleConfiguration TransitionDefaultMinimumObjectSize""",
    "PutBucketOwnershipControls": f"{_SET_ON_BUCKET} OwnershipControls",
    "PutBucketPolicy": f"{_SET_ON_BUCKET} ConfirmRemoveSelfBucketAccess Policy",
    "PutBucketVersioning": f"{_SET_ON_BUCKET} MFA VersioningConfiguration",
    "PutPublicAccessBlock": f"{_SET_ON_BUCKET} PublicAccessBlockConfiguration",
    "PutObject": f"""
        {_STORED} {_DIGESTS} Body ContentMD5 IfMatch IfNoneMatch WriteOffsetBytes""",
    "PutObjectAcl": f"""
        {_OBJECT} {_GRANTS} AccessControlPolicy ChecksumAlgorithm ContentMD5 GrantWrite
        VersionId""",
    "PutObjectTagging": f"{_OBJECT} ChecksumAlgorithm ContentMD5 Tagging VersionId",
    "RestoreObject": f"{_OBJECT} ChecksumAlgorithm RestoreRequest VersionId",
    "UploadPart": f"""
        {_OBJECT} {_DIGESTS} {_CUSTOMER_KEY} Body ChecksumAlgorithm ContentMD5 PartNumber
        UploadId""",
    "UploadPartCopy": f"""
        {_OBJECT} {_SOURCE} {_CUSTOMER_KEY} CopySourceRange PartNumber UploadId""",
}

# The algorithm that parts will have, or a copy gets; elsewhere the header goes with a digest.
_OF_THE_WHOLE = {
    "ChecksumAlgorithm": Param("header", "x-amz-checksum-algorithm"),
}


def _of(operation: str) -> dict[str, Param]:
    documents = {
        name: Param("document", payload=payload)
        for name, payload in PAYLOADS.get(operation, {}).items()
    }
    own = _OF_THE_WHOLE if operation in ("CopyObject", "CreateMultipartUpload") else {}
    known = {**_ALL, **own, **documents}
    return {name: known[name] for name in _NAMES[operation].split()}


PARAMS: Mapping[str, Mapping[str, Param]] = {name: _of(name) for name in OPERATIONS}
"""By operation and by boto3's name of the parameter."""
