"""What a bucket is set up with: CORS, policy, lifecycle, public access, owners, versions."""

from __future__ import annotations

from typing import Any, Literal

from bucketry.errors import StorageError
from bucketry_s3.objects.bucket import Bucket

Subresource = Literal[
    "GetBucketAcl",
    "GetBucketCors",
    "GetBucketEncryption",
    "GetBucketLifecycleConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketPolicyStatus",
    "GetBucketVersioning",
    "GetPublicAccessBlock",
]
"""The operations that tell it."""

# Amazon S3 API reference, under each of the operations.
_NONE_SET = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchCORSConfiguration",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)


def subresource(bucket: Bucket, operation: Subresource) -> dict[str, Any] | None:
    """Return what a bucket is set up with, spelled as boto3 does; None where nothing is set.

    Raises `Unsupported` where the server has no such thing, `AccessDenied` without the right to
    look, and whatever else a request can fail with.
    """
    try:
        told = bucket.send(operation, {})
    except StorageError as error:
        if error.code in _NONE_SET:
            return None
        raise
    del told["ResponseMetadata"]
    return told
