"""Synology C2 Object Storage: next to nothing is documented.

The region is the C2 data center of the account, as in `eu-002`. No reference of its S3 interface
was found, so this page knows endpoints and little else; what is not known is refused where it could
fail in silence or is billed. Measure, and declare what you find with `provider = "s3"`.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    SEVEN_DAYS,
    SIGNED_METHODS,
    from_code,
    inferred,
    reported,
    unknown,
    words,
)

_RCLONE = "rclone/rclone:backend/s3/provider/Synology.yaml 64ab1ac32"
_RCLONE_DATE = "2026-08-21"
_DATE = "2026-11"


profile = Profile(
    endpoint="https://{region}.s3.synologyc2.net",
    addressing="path",
    # iterate-ch/profiles 0a0ec1e, file names; looked up 2026-11
    regions=words("eu-001 eu-002 eu-003 eu-004 us-001 us-002 us-003 tw-001"),
    hints={
        "BucketNotFound": (
            "Check `bucket` and `region`: a Synology C2 account lives in one data center (eu-002 "
            "...), which its endpoint shows."
        ),
    },
)

vendor = s3_vendor(
    name="synology",
    title="Synology C2 Object Storage",
    summary="Endpoints and regions are known, nearly nothing else.",
    docs_url="https://kb.synology.com/en-my/WP/C2_Object_Storage_White_Paper/2",
    profile=profile,
    endpoint_hosts=("{region}.s3.synologyc2.net",),
    capabilities=Capabilities(
        acl=unknown("rclone offers none, unlike for most vendors.", _RCLONE, as_of=_RCLONE_DATE),
        addressing=from_code(
            frozenset({"path", "virtual"}),
            "public code uses both: restic by path, image hosts virtual",
            as_of=_DATE,
        ),
        batch_delete=inferred("yes", "rclone has no exception for it", as_of=_RCLONE_DATE),
        multipart=from_code(
            "yes",
            _RCLONE,
            as_of=_RCLONE_DATE,
            note="The ETag of a completed upload differs from AWS's.",
        ),
        copy=inferred("yes", "rclone has no exception for it", as_of=_RCLONE_DATE),
        presign=inferred(SIGNED_METHODS, "SigV4", as_of=_DATE),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit", as_of=_DATE),
        public_url=reported(
            "yes",
            "a public site names <bucket>.us-003.s3.synologyc2.net as its images' host",
            as_of=_DATE,
            note="How such a bucket was opened is not known.",
        ),
    ),
)
