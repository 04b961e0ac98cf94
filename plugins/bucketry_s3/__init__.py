"""The S3 family, public to vendor plugins: options, layer, profile, traits.

A vendor's page needs `s3_vendor`, a `Profile` and `Capabilities`; see `bucketry_vendors` for
twenty-five of them. Importing this package does not import boto3.
"""

from bucketry_s3.layer import S3Layer
from bucketry_s3.options import ExtraParams, Multipart, S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.traits import NoAclLayer
from bucketry_s3.vendor import s3_vendor

__all__ = [
    "ExtraParams",
    "Multipart",
    "NoAclLayer",
    "Profile",
    "S3Layer",
    "S3Options",
    "s3_vendor",
]
