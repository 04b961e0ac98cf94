"""Impossible Cloud: little is documented; keys follow the rules of a file system.

A key must not be the folder of another one (`a` beside `a/b`), and a part between two slashes has
at most 255 characters. Cache-Control, Content-Disposition, Content-Encoding and Content-Language
are taken with an upload and not given back when it is read.

Keys (access keys) have the rights of their user's IAM policy, none without one. Public sharing is
described as signed URLs only, so `visibility = "public"` needs a `base_url`.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    unknown,
    words,
)

_GUIDE = "https://docs.impossiblecloud.com/impossible-cloud-help/impossible-cloud-storage-guide"
_DATE = "2026-11"
_RCLONE = "rclone/rclone:backend/s3/provider/ImpossibleCloud.yaml 64ab1ac32"
_RCLONE_DATE = "2026-08-21"


profile = Profile(
    endpoint="https://{region}.storage.impossibleapi.net",
    addressing="path",
    # _RCLONE, looked up 2026-11
    regions=words("eu-central-2 eu-west-1 eu-west-2 eu-west-3 eu-east-1 eu-north-1 us-east-1"),
    hints={
        "AccessDenied": (
            "A key of Impossible Cloud has the rights of its user's IAM policy, and none without "
            "one: attach a policy to the user."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: Impossible Cloud reads and writes on the endpoint of the "
            "bucket's own region only."
        ),
    },
)

vendor = s3_vendor(
    name="impossiblecloud",
    title="Impossible Cloud",
    summary="Little is documented; keys follow a file system's rules; no public addresses.",
    docs_url="https://docs.impossiblecloud.com/",
    profile=profile,
    endpoint_hosts=("{region}.storage.impossibleapi.net",),
    capabilities=Capabilities(
        acl=unknown(
            "rclone offers ACLs; whether one opens an object is not stated.",
            _RCLONE,
            as_of=_RCLONE_DATE,
        ),
        addressing=inferred(
            frozenset({"path", "virtual"}),
            "rclone goes by path, Cyberduck's profile by virtual hosts",
            as_of=_RCLONE_DATE,
        ),
        batch_delete=inferred("yes", "rclone has no exception for it", as_of=_RCLONE_DATE),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            "iterate-ch/profiles:Impossible Cloud (eu-central-2).cyberduckprofile 0a0ec1e",
            as_of="2026-06-22",
        ),
        multipart=from_code("yes", _RCLONE, as_of=_RCLONE_DATE, note="Objects up to 50 TiB."),
        part_size_min=inferred(5 * MIB, "S3's own limit", as_of=_DATE),
        parts_max=inferred(10_000, "S3's own limit", as_of=_DATE),
        copy=inferred("yes", "rclone has no exception for it", as_of=_RCLONE_DATE),
        presign=documented(
            SIGNED_METHODS,
            f"{_GUIDE}/buckets-and-objects/public-file-sharing-via-urls",
            as_of=_DATE,
            note="GET is stated.",
        ),
        presign_seconds_max=inferred(
            SEVEN_DAYS, "SigV4's own limit", as_of=_DATE, note="The console offers 12 hours."
        ),
        public_url=inferred(
            "no",
            f"{_GUIDE}/buckets-and-objects/public-file-sharing-via-urls (signed URLs only)",
            as_of=_DATE,
        ),
        versioning=documented(
            "yes", f"{_GUIDE}/buckets-and-objects/versioning-and-object-lock", as_of=_DATE
        ),
        policy=unknown(
            "IAM policies of users are documented, bucket policies are not.",
            "https://docs.impossiblecloud.com/impossible-cloud-help/security/"
            "identity-access-management-iam/types-of-iam-policies",
            as_of=_DATE,
        ),
        rate_limits=documented(
            "no figures; 100 buckets an account",
            f"{_GUIDE}/buckets-and-objects/limitations",
            as_of=_DATE,
        ),
    ),
)
