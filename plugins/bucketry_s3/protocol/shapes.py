"""The documents of S3: what requests carry and what answers tell, as boto3 spells their members."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from bucketry_s3.protocol import bucket_shapes as of_bucket
from bucketry_s3.protocol.markup import Kind, Many, Struct

CHECKSUMS = (
    "CRC32",
    "CRC32C",
    "CRC64NVME",
    "SHA1",
    "SHA256",
    "SHA512",
    "MD5",
    "XXHASH64",
    "XXHASH3",
    "XXHASH128",
)
"""The digests that S3 has headers and elements for."""


def _texts(names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), "text")


_CHECKSUMS: dict[str, Kind] = {f"Checksum{name}": "text" for name in CHECKSUMS}
_PART: dict[str, Kind] = {"PartNumber": "integer", "ETag": "text", **_CHECKSUMS}
_OWNER = Struct(_texts("DisplayName ID"))
_PREFIXES = Many("CommonPrefixes", Struct({"Prefix": "text"}))
_TAGS = Struct({"TagSet": Many("Tag", Struct(_texts("Key Value")), inside="TagSet")})
_RESTORE_STATUS = Struct({"IsRestoreInProgress": "boolean", "RestoreExpiryDate": "time"})
_ACL = Struct(
    {
        "Owner": _OWNER,
        "Grants": Many(
            "Grant",
            Struct(
                {
                    "Grantee": Struct(
                        {**_texts("DisplayName EmailAddress ID URI"), "Type": "xsi:type"}
                    ),
                    "Permission": "text",
                }
            ),
            inside="AccessControlList",
        ),
    }
)
_LISTED: dict[str, Kind] = {
    **_texts("Key ETag ChecksumType StorageClass"),
    "LastModified": "time",
    "Size": "integer",
    "Owner": _OWNER,
    "ChecksumAlgorithm": Many("ChecksumAlgorithm", "text"),
    "RestoreStatus": _RESTORE_STATUS,
}
_COPIED: dict[str, Kind] = {**_texts("ETag ChecksumType"), "LastModified": "time", **_CHECKSUMS}


@frozen(eq=False)
class Payload:
    """The document that a request carries: the parameter that it is made of, its root, its shape.

    `required` are members, of the document and of its entries, that may not be missing.
    """

    root: str
    shape: Struct
    required: frozenset[str] = frozenset()


PAYLOADS: Mapping[str, Mapping[str, Payload]] = {
    "CompleteMultipartUpload": {
        "MultipartUpload": Payload(
            "CompleteMultipartUpload", Struct({"Parts": Many("Part", Struct(_PART))})
        )
    },
    "CreateBucket": {
        "CreateBucketConfiguration": Payload(
            "CreateBucketConfiguration", Struct({"LocationConstraint": "text"})
        )
    },
    "DeleteObjects": {
        "Delete": Payload(
            "Delete",
            Struct(
                {
                    "Objects": Many(
                        "Object",
                        Struct(
                            {
                                **_texts("Key VersionId ETag"),
                                "LastModifiedTime": "time",
                                "Size": "integer",
                            }
                        ),
                    ),
                    "Quiet": "boolean",
                }
            ),
            frozenset({"Objects", "Key"}),
        )
    },
    "PutBucketCors": {
        "CORSConfiguration": Payload("CORSConfiguration", of_bucket.CORS, frozenset({"CORSRules"}))
    },
    "PutBucketLifecycleConfiguration": {
        "LifecycleConfiguration": Payload(
            "LifecycleConfiguration", of_bucket.LIFECYCLE, frozenset({"Rules"})
        )
    },
    "PutBucketOwnershipControls": {
        "OwnershipControls": Payload("OwnershipControls", of_bucket.OWNERSHIP)
    },
    "PutBucketVersioning": {
        "VersioningConfiguration": Payload("VersioningConfiguration", of_bucket.VERSIONING)
    },
    "PutPublicAccessBlock": {
        "PublicAccessBlockConfiguration": Payload(
            "PublicAccessBlockConfiguration", of_bucket.PUBLIC_ACCESS
        )
    },
    "PutObjectAcl": {
        "AccessControlPolicy": Payload("AccessControlPolicy", _ACL, frozenset({"Type"}))
    },
    "PutObjectTagging": {
        "Tagging": Payload("Tagging", _TAGS, frozenset({"TagSet", "Key", "Value"}))
    },
    "RestoreObject": {
        "RestoreRequest": Payload(
            "RestoreRequest",
            Struct(
                {
                    "Days": "integer",
                    "GlacierJobParameters": Struct({"Tier": "text"}),
                    **_texts("Tier Description"),
                }
            ),
        )
    },
}
"""By operation and parameter."""


@frozen(eq=False)
class Document:
    """The document that an answer brings: its root, and its members.

    In boto3's answer they stand under `member`, or at the top where that is "". One that is
    `certain` is no answer without its root, though it may be empty: nothing else could prove it.
    `also` is what other servers call the root.
    """

    root: str
    shape: Struct
    member: str = ""
    certain: bool = False
    also: str | None = None


DOCUMENTS: Mapping[str, Document] = {
    "CompleteMultipartUpload": Document(
        "CompleteMultipartUploadResult",
        Struct({**_texts("Location Bucket Key ETag ChecksumType"), **_CHECKSUMS}),
    ),
    "CopyObject": Document("CopyObjectResult", Struct(_COPIED), "CopyObjectResult"),
    "CreateMultipartUpload": Document(
        "InitiateMultipartUploadResult", Struct(_texts("Bucket Key UploadId"))
    ),
    "DeleteObjects": Document(
        "DeleteResult",
        Struct(
            {
                "Deleted": Many(
                    "Deleted",
                    Struct(
                        {
                            **_texts("Key VersionId DeleteMarkerVersionId"),
                            "DeleteMarker": "boolean",
                        }
                    ),
                ),
                "Errors": Many("Error", Struct(_texts("Key VersionId Code Message"))),
            }
        ),
    ),
    "GetBucketAcl": Document("AccessControlPolicy", _ACL, certain=True),
    "GetBucketCors": Document("CORSConfiguration", of_bucket.CORS, certain=True),
    "GetBucketEncryption": Document(
        "ServerSideEncryptionConfiguration",
        of_bucket.ENCRYPTION,
        "ServerSideEncryptionConfiguration",
        certain=True,
    ),
    "GetBucketLifecycleConfiguration": Document(
        "LifecycleConfiguration", of_bucket.LIFECYCLE, certain=True
    ),
    "GetBucketOwnershipControls": Document(
        "OwnershipControls", of_bucket.OWNERSHIP, "OwnershipControls", certain=True
    ),
    "GetBucketPolicyStatus": Document(
        "PolicyStatus", Struct({"IsPublic": "boolean"}), "PolicyStatus", certain=True
    ),
    "GetBucketVersioning": Document("VersioningConfiguration", of_bucket.VERSIONING, certain=True),
    "GetObjectAcl": Document("AccessControlPolicy", _ACL),
    "GetObjectTagging": Document("Tagging", _TAGS),
    "GetPublicAccessBlock": Document(
        "PublicAccessBlockConfiguration",
        of_bucket.PUBLIC_ACCESS,
        "PublicAccessBlockConfiguration",
        certain=True,
        also="BlockPublicAccessBlockConfiguration",  # Ceph 16
    ),
    "ListMultipartUploads": Document(
        "ListMultipartUploadsResult",
        Struct(
            {
                **_texts("Bucket KeyMarker UploadIdMarker NextKeyMarker NextUploadIdMarker"),
                **_texts("Prefix Delimiter EncodingType"),
                "MaxUploads": "integer",
                "IsTruncated": "boolean",
                "Uploads": Many(
                    "Upload",
                    Struct(
                        {
                            **_texts("UploadId Key StorageClass ChecksumAlgorithm ChecksumType"),
                            "VersionId": "text",
                            "Initiated": "time",
                            "Owner": _OWNER,
                            "Initiator": _OWNER,
                        }
                    ),
                ),
                "CommonPrefixes": _PREFIXES,
            }
        ),
    ),
    "ListObjectVersions": Document(
        "ListVersionsResult",
        Struct(
            {
                **_texts("KeyMarker VersionIdMarker NextKeyMarker NextVersionIdMarker"),
                **_texts("Name Prefix Delimiter EncodingType"),
                "MaxKeys": "integer",
                "IsTruncated": "boolean",
                "Versions": Many(
                    "Version", Struct({**_LISTED, "VersionId": "text", "IsLatest": "boolean"})
                ),
                "DeleteMarkers": Many(
                    "DeleteMarker",
                    Struct(
                        {
                            **_texts("Key VersionId"),
                            "IsLatest": "boolean",
                            "LastModified": "time",
                            "Owner": _OWNER,
                        }
                    ),
                ),
                "CommonPrefixes": _PREFIXES,
            }
        ),
    ),
    "ListObjectsV2": Document(
        "ListBucketResult",
        Struct(
            {
                **_texts("Name Prefix Delimiter StartAfter EncodingType"),
                **_texts("ContinuationToken NextContinuationToken"),
                "MaxKeys": "integer",
                "KeyCount": "integer",
                "IsTruncated": "boolean",
                "Contents": Many("Contents", Struct(_LISTED)),
                "CommonPrefixes": _PREFIXES,
            }
        ),
    ),
    "ListParts": Document(
        "ListPartsResult",
        Struct(
            {
                **_texts("Bucket Key UploadId StorageClass ChecksumAlgorithm ChecksumType"),
                **dict.fromkeys(("PartNumberMarker", "NextPartNumberMarker"), "integer"),
                "MaxParts": "integer",
                "IsTruncated": "boolean",
                "Parts": Many("Part", Struct({**_PART, "LastModified": "time", "Size": "integer"})),
                "Initiator": _OWNER,
                "Owner": _OWNER,
            }
        ),
    ),
    "UploadPartCopy": Document("CopyPartResult", Struct(_COPIED), "CopyPartResult"),
}
"""By operation; the others bring none, or an object's bytes."""

URL_ENCODED: Mapping[str, str] = {
    "ListMultipartUploads": "KeyMarker NextKeyMarker Prefix Delimiter",
    "ListObjectVersions": "KeyMarker NextKeyMarker Prefix Delimiter",
    "ListObjectsV2": "Prefix Delimiter StartAfter",
}
"""Members that are percent-encoded where ``encoding-type=url`` was asked for, besides all keys."""
