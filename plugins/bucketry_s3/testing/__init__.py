"""A stand-in for an S3 vendor: one in-process server over TLS that enforces what vendors enforce.

It verifies signatures, expiry, lengths and checksums by itself, none of the library's own code is
used for it, and it refuses what the vendor of its `Personality` refuses, in the vendor's words.
Install `bucketry[testing]` to have what it needs.

>>> from bucketry_s3.testing import AWS_LIKE, StandIn
>>> with StandIn(AWS_LIKE, buckets=["media"]) as server:
...     server.objects("media")
{}
"""

from bucketry_s3.testing.auth import Account
from bucketry_s3.testing.aws_like import AWS_LIKE
from bucketry_s3.testing.connection import Recorded
from bucketry_s3.testing.documented import Feature
from bucketry_s3.testing.errors import Refusal
from bucketry_s3.testing.faults import Alter, Delay, Drop, Reply, Truncate, without_header
from bucketry_s3.testing.names import localhost_names
from bucketry_s3.testing.personality import (
    Personality,
    personality_from,
    personality_of,
)
from bucketry_s3.testing.server import ACCESS_KEY_ID, SECRET_ACCESS_KEY, StandIn
from bucketry_s3.testing.store import Bucket, CorsRule, OpenUpload, StoredBytes
from bucketry_s3.testing.suite import S3_SUITE

__all__ = [
    "ACCESS_KEY_ID",
    "AWS_LIKE",
    "S3_SUITE",
    "SECRET_ACCESS_KEY",
    "Account",
    "Alter",
    "Bucket",
    "CorsRule",
    "Delay",
    "Drop",
    "Feature",
    "OpenUpload",
    "Personality",
    "Recorded",
    "Refusal",
    "Reply",
    "StandIn",
    "StoredBytes",
    "Truncate",
    "localhost_names",
    "personality_from",
    "personality_of",
    "without_header",
]
