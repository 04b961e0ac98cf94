"""OVHcloud Object Storage: nearly all of S3 since 2026; no form uploads.

The hosts end in `io.cloud.ovh.net`, for the regions in the United States in `io.cloud.ovh.us`.
Storage classes have AWS's names and are mapped to OVHcloud's own.
"""

from __future__ import annotations

from typing import Any

from bucketry import Capabilities
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
    reported,
    words,
)
from bucketry_s3.profile import Profile
from bucketry_s3.vendor import s3_vendor

_DOCS = "https://www.mintlify.com/ovh/docs/storage/object-storage"
_CONDITIONS = "https://docs.ovhcloud.com (s3-conditional-writes)"
_CONDITIONS_DATE = "2026-06-09"
_RCLONE = "rclone/rclone:backend/s3/provider/OVHcloud.yaml 64ab1ac32"
_RCLONE_DATE = "2026-08-21"


def _endpoint(options: Any) -> str:
    """Choose the domain of the United States or of everywhere else (rclone's OVHcloud.yaml)."""
    domain = "us" if (options.region or "").startswith("us-") else "net"
    return f"https://s3.{{region}}.io.cloud.ovh.{domain}"


profile = Profile(
    endpoint=_endpoint,
    addressing="virtual",
    regions=words(
        """
        gra rbx sbg eu-west-par eu-south-mil de uk waw bhs ca-east-tor sgp ap-southeast-syd
        ap-south-mum us-east-va us-west-or rbx-archive
        """
    ),
    hints={
        "WrongRegion": (
            "OVHcloud wants the region in lower case, as in the host (gra, sbg ...), and the "
            "bucket's own."
        ),
        "AccessDenied": (
            "OVHcloud gives S3 users their rights by policies of the user: look there and at the "
            "bucket's ACL."
        ),
    },
)

vendor = s3_vendor(
    name="ovh",
    title="OVHcloud Object Storage",
    summary="Nearly all of S3 since 2026; no form uploads.",
    docs_url="https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-getting-started",
    profile=profile,
    endpoint_hosts=(
        "s3.{region}.io.cloud.ovh.net",
        "s3.{region}.io.cloud.ovh.us",
        "s3.{region}.perf.cloud.ovh.net",
    ),
    capabilities=Capabilities(
        acl=documented("object", _DOCS, note="On buckets and objects, with S3's groups."),
        addressing=inferred(frozenset({"path", "virtual"}), "the vendor's getting-started guides"),
        checksums=documented(
            every_checksum("verified"),
            "ovh/public-cloud-roadmap#781, #1173",
            as_of="2026-06-23",
            note="SHA512, MD5 and XXHASH were added in 2026.",
        ),
        checksum_trailers=reported(
            "yes",
            "boto/boto3#4401, ovh/public-cloud-roadmap#781",
            as_of="2025-05",
            note="Broken from January to May 2025.",
        ),
        batch_delete=documented("yes", _DOCS),
        batch_delete_digest=reported(
            "any",
            "ovh/public-cloud-roadmap#763",
            as_of="2025-05",
            note="Content-MD5 only before.",
        ),
        put_if_absent=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        put_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        complete_if_absent=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        complete_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        delete_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        if_match_etag=inferred("quoted", "documented like AWS; not looked at"),
        storage_classes=from_code(
            frozenset(
                words(
                    "STANDARD EXPRESS_ONEZONE STANDARD_IA ONEZONE_IA GLACIER GLACIER_IR "
                    "DEEP_ARCHIVE INTELLIGENT_TIERING"
                )
            ),
            _RCLONE,
            as_of=_RCLONE_DATE,
            note="Names that are mapped to OVHcloud's own classes.",
        ),
        multipart=inferred("yes", "S3's own rules"),
        part_size_min=inferred(5 * MIB, "S3's own limit"),
        part_size_max=inferred(5 * GIB, "S3's own limit"),
        parts_max=inferred(10_000, "S3's own limit"),
        copy=inferred("yes", _DOCS),
        presign=reported(
            SIGNED_METHODS, "ovh/public-cloud-roadmap#317", note="GET and PUT are reported."
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=reported("no", "ovh/public-cloud-roadmap#317", note="An open wish."),
        public_url=inferred("yes", "the vendor's getting-started guides"),
        versioning=documented("yes", _DOCS),
        cors=inferred("yes", _DOCS),
        lifecycle=documented("yes", _DOCS, note="Not on the older perf.cloud.ovh.net hosts."),
        policy=documented("no", _DOCS, note="Policies belong to users, not to buckets."),
        server=inferred("proprietary", "OpenIO's successor; not verified"),
    ),
)
