"""OVHcloud Object Storage: nearly all of S3 since 2026; If-Match without quotes.

The hosts end in `io.cloud.ovh.net`, for the regions in the United States in `io.cloud.ovh.us`.
Storage classes have AWS's names and are mapped to OVHcloud's own. Form uploads work on
virtual-hosted addresses only. Local Zones, which have endpoints of their own, know no copies, no
tags and no ACLs of objects.
"""

from __future__ import annotations

from typing import Any

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    inferred,
    reported,
    words,
)

_DOCS = "https://www.mintlify.com/ovh/docs/storage/object-storage"
_GUIDES = "ovh/docs:pages/storage_and_backup/object_storage"
_CONDITIONS = f"{_GUIDES}/s3_conditional_writes 9db07bc"
_CONDITIONS_DATE = "2026-04-29"
_CONDITIONS_NOTE = "Not for objects under SSE-C; 409 ConditionalRequestConflict is possible."
_CALLS = (
    "ovh/ovhcloud-docs:docs/en/guides/storage-and-backup/object-storage/s3-s3-compliancy.mdx "
    "556df14"
)
_CALLS_DATE = "2026-08-28"
_LIMITS = f"{_GUIDES}/s3_limitations 49870ad"
_LIMITS_DATE = "2026-02-18"
_SHARE = f"{_GUIDES}/s3_share_object_externally 3831052"
_SHARE_DATE = "2025-12-19"
_POST = f"{_GUIDES}/s3_post_object_upload 4fd32ad"
_POST_DATE = "2026-07-06"
_LOCATION = f"{_GUIDES}/s3_location 012254e"
_LOCATION_DATE = "2026-02-03"


def _endpoint(options: Any) -> str:
    """Choose the domain of the United States or of everywhere else (rclone's OVHcloud.yaml)."""
    domain = "us" if (options.region or "").startswith("us-") else "net"
    return f"https://s3.{{region}}.io.cloud.ovh.{domain}"


profile = Profile(
    endpoint=_endpoint,
    addressing="virtual",
    # _LOCATION; the pair in the United States and rbx-archive from
    # rclone/rclone:backend/s3/provider/OVHcloud.yaml 64ab1ac32; looked up again 2026-11
    regions=words(
        """
        gra rbx sbg eu-west-par eu-south-mil de uk waw bhs ca-east-tor sgp ap-southeast-syd
        ap-south-mum us-east-va us-west-or rbx-archive
        """
    ),
    guides={
        "rights": Guide(
            "Import it as the S3 policy of the public cloud user whose key it is; policies "
            "belong to users here.",
            "https://www.pulumi.com/registry/packages/ovh/api-docs/cloudproject/s3policy/, 2025-06",
            policy=True,
        ),
    },
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
    summary="Nearly all of S3 since 2026; If-Match takes the ETag without quotes.",
    docs_url="https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-getting-started",
    profile=profile,
    endpoint_hosts=(
        "s3.{region}.io.cloud.ovh.net",
        "s3.{region}.io.cloud.ovh.us",
        "s3.{region}.perf.cloud.ovh.net",
    ),
    capabilities=Capabilities(
        acl=documented("object", _CALLS, as_of=_CALLS_DATE, note="Not in Local Zones."),
        canned_acls=documented(
            frozenset(
                words(
                    "private public-read public-read-write authenticated-read bucket-owner-read "
                    "bucket-owner-full-control"
                )
            ),
            _POST,
            as_of=_POST_DATE,
            note="Named for form uploads.",
        ),
        addressing=documented(frozenset({"path", "virtual"}), _SHARE, as_of=_SHARE_DATE),
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
        batch_delete=documented("yes", _CALLS, as_of=_CALLS_DATE),
        batch_delete_digest=reported(
            "any",
            "ovh/public-cloud-roadmap#763",
            as_of="2025-05",
            note="Content-MD5 only before.",
        ),
        put_if_absent=documented(
            "enforced", _CONDITIONS, as_of=_CONDITIONS_DATE, note=_CONDITIONS_NOTE
        ),
        put_if_match=documented(
            "enforced", _CONDITIONS, as_of=_CONDITIONS_DATE, note=_CONDITIONS_NOTE
        ),
        complete_if_absent=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        complete_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        delete_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        if_match_etag=documented(
            "unquoted",
            _CONDITIONS,
            as_of=_CONDITIONS_DATE,
            note="On PutObject, CompleteMultipartUpload and DeleteObject.",
        ),
        encryption=documented(
            {"AES256": "yes", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"},
            "ovh/ovhcloud-docs:docs/en/guides/storage-and-backup/object-storage/"
            "s3-encrypt-your-objects-with-sse-c.mdx 0905799",
            as_of="2026-07-02",
            note="AES256 in regions, not in Local Zones.",
        ),
        tagging=documented(
            "yes",
            _CALLS,
            as_of=_CALLS_DATE,
            note="Not in Local Zones. The calls for existing objects and the form's field are "
            "described, the header of an upload is not.",
        ),
        storage_classes=documented(
            frozenset(
                words(
                    "STANDARD EXPRESS_ONEZONE STANDARD_IA ONEZONE_IA GLACIER GLACIER_IR "
                    "DEEP_ARCHIVE INTELLIGENT_TIERING"
                )
            ),
            _LOCATION,
            as_of=_LOCATION_DATE,
            note="Names that are mapped to OVHcloud's own classes; not each in every region.",
        ),
        multipart=documented("yes", _LIMITS, as_of=_LIMITS_DATE),
        part_size_min=documented(
            5 * MIB,
            _LIMITS,
            as_of=_LIMITS_DATE,
            note='"5 MB"; the unit is not defined, this is the safe reading.',
        ),
        part_size_max=documented(
            5_000_000_000,
            _LIMITS,
            as_of=_LIMITS_DATE,
            note='"5 GB"; the unit is not defined, this is the safe reading.',
        ),
        parts_max=documented(10_000, _LIMITS, as_of=_LIMITS_DATE),
        put_size_max=documented(
            5_000_000_000,
            _LIMITS,
            as_of=_LIMITS_DATE,
            note='"5 GB"; the unit is not defined, this is the safe reading.',
        ),
        copy=documented("yes", _CALLS, as_of=_CALLS_DATE, note="Not in Local Zones."),
        presign=documented(SIGNED_METHODS, _CALLS, as_of=_CALLS_DATE),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=documented(
            "yes",
            _POST,
            as_of=_POST_DATE,
            note="On virtual-hosted addresses only, up to 5 GB; the size is enforced.",
        ),
        public_url=documented("yes", _SHARE, as_of=_SHARE_DATE),
        versioning=documented("yes", _CALLS, as_of=_CALLS_DATE),
        cors=documented("yes", _CALLS, as_of=_CALLS_DATE),
        lifecycle=documented("yes", _DOCS, note="Not on the older perf.cloud.ovh.net hosts."),
        policy=documented("no", _DOCS, note="Policies belong to users, not to buckets."),
        rate_limits=documented(
            "about 300 PUT and 900 GET a second and bucket; 1 Gbit/s a connection",
            _LIMITS,
            as_of=_LIMITS_DATE,
        ),
        server=inferred("proprietary", "OpenIO's successor; not verified"),
    ),
)
