"""The S3 family, public to vendor plugins: options, profile, hooks, layers, one request's values.

A vendor's page needs `s3_vendor`, a `Profile` and `Capabilities`; see `bucketry_vendors`
for all that are built in. Importing this package does not import boto3.
"""

from bucketry_s3.client import boto3_client
from bucketry_s3.hookspecs import S3Hooks
from bucketry_s3.layer import S3Layer
from bucketry_s3.no_acl import NoAclLayer
from bucketry_s3.options import ExtraParams, Multipart, S3Options
from bucketry_s3.profile import Guide, Profile
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.signing import KeyPair
from bucketry_s3.protocol.wire import BytesBody, S3Answer, S3Request, Unreachable
from bucketry_s3.settings import ClientSettings
from bucketry_s3.vendor import s3_vendor

__all__ = [
    "BytesBody",
    "ClientSettings",
    "Deadline",
    "ExtraParams",
    "Guide",
    "KeyPair",
    "Multipart",
    "NoAclLayer",
    "Profile",
    "S3Answer",
    "S3Hooks",
    "S3Layer",
    "S3Options",
    "S3Request",
    "Unreachable",
    "boto3_client",
    "s3_vendor",
]
