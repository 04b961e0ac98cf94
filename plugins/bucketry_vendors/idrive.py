"""IDrive e2: endpoints per region, some per customer; little is documented.

Older accounts have a host of their own: write it as `endpoint`. Public access is for some paid
accounts and is switched on per bucket in the dashboard, which also shows the public address: write
that as `base_url`.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    inferred,
    unknown,
    words,
)

_API = "https://www.idrive.com/e2/s3-compatible-api"
_BUCKETS = "https://idrive.com/s3-storage-e2/faq-buckets"
_GUIDE = "https://www.idrive.com/s3-storage-e2/s3_developer_guide"
_DASHBOARD = "https://idrive.com/s3-storage-e2/faq-dashboard"


profile = Profile(
    endpoint="https://s3.{region}.idrivee2.com",
    addressing="path",
    # https://www.idrive.com/s3-storage-e2/e2-endpoint-urls, looked up again 2026-11; the copy at
    # hand ends before Asia, from where ap-southeast-1 is in use
    regions=words(
        """
        us-west-1 us-west-2 us-west-3 us-southwest-1 us-midwest-1 us-central-1 us-east-1
        us-southeast-1 ca-east-1 eu-west-1 eu-west-2 eu-west-3 eu-west-4 eu-central-1 eu-central-2
        ap-southeast-1
        """
    ),
    hints={
        "AccessDenied": (
            "The key may not do this; public access exists on some paid IDrive e2 accounts only "
            "and is set for a bucket in the dashboard."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`; older IDrive e2 accounts have hosts of their own, shown "
            "in the dashboard: write yours as `endpoint`."
        ),
    },
)

vendor = s3_vendor(
    name="idrive",
    title="IDrive e2",
    summary="Little is documented; public addresses are shown in the dashboard.",
    docs_url=_API,
    profile=profile,
    endpoint_hosts=("s3.{region}.idrivee2.com",),
    capabilities=Capabilities(
        acl=unknown("Public access is set for a bucket, on some paid accounts only.", _DASHBOARD),
        addressing=unknown("rclone uses path.", "rclone/rclone:backend/s3/provider/IDrive.yaml"),
        batch_delete=documented("yes", _GUIDE, as_of="2026-11"),
        encryption=unknown(
            "Default encryption is a setting of the bucket; with it on, uploads without aws:kms "
            "failed in 2022 (rclone/rclone#6229).",
            _DASHBOARD,
        ),
        tagging=unknown("The FAQ has an entry on it, which was not read.", _DASHBOARD),
        multipart=inferred("yes", "S3's own rules"),
        part_size_min=inferred(5 * MIB, "S3's own limit"),
        part_size_max=inferred(5 * GIB, "S3's own limit"),
        parts_max=inferred(10_000, "S3's own limit"),
        copy=documented("yes", _GUIDE, as_of="2026-11"),
        presign=documented(
            SIGNED_METHODS,
            "https://idrive.com/s3-storage-e2/guides/pre_signed_url",
            as_of="2026-11",
            note="GET and PUT are stated.",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        public_url=documented(
            "no", _BUCKETS, note="An address of its own, shown in the dashboard; own domains work."
        ),
        versioning=documented("yes", _GUIDE, as_of="2026-11"),
        cors=documented("yes", _BUCKETS),
        lifecycle=documented("yes", _BUCKETS),
        policy=unknown("Bucket policies are made in the dashboard.", _BUCKETS),
    ),
)
