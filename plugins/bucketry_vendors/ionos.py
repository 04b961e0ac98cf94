"""IONOS Object Storage: the region `de` lives on the host `eu-central-1`; two kinds of bucket.

The region's name and the host's differ for Frankfurt: the host is `s3.eu-central-1.ionoscloud.com`,
signatures name `de`. Write `region = "de"` or `region = "eu-central-1"`, both work. The regions
`de`, `eu-central-2` and `eu-south-2` hold the older user-owned buckets, `eu-central-3`,
`eu-central-4` and `us-central-1` the contract-owned ones.

Strapi's documentation calls ACLs supported and path addressing required. The vendor's page says
that both kinds of bucket have ACLs, its API description of contract-owned buckets has none, and a
bucket whose owner is enforced refuses them all with AccessControlListNotSupported. Virtual-hosted
addresses are in use for public reads, but every tool sends requests by path, so that stays the
default. Buckets with dots are for static websites only. A completed multipart upload calls its
Location `bucket/key`; it is never used as a URL.
"""

from __future__ import annotations

from typing import Any

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    reported,
    unknown,
    words,
)

# The description of contract-owned buckets.
_API = "ionos-cloud/sdk-go-object-storage:docs/api c2f4cee"
_API_DATE = "2025-11-11"
_LIMITS = (
    "https://docs.ionos.com/cloud/storage-and-backup/ionos-object-storage/overview/limitations"
)
_NO_CONDITION = "The API description has conditions on reads only; may be ignored in silence."


def _endpoint(options: Any) -> str:
    """Choose the host of a region (https://api.ionos.com/docs/s3/v2/, endpoint table)."""
    if options.region == "de":
        return "https://s3.eu-central-1.ionoscloud.com"
    return "https://s3.{region}.ionoscloud.com"


profile = Profile(
    endpoint=_endpoint,
    addressing="path",
    # ionos-cloud/terraform-provider-ionoscloud:services/objectstorage/client.go 62ea59ad
    regions=words("de eu-central-2 eu-south-2 eu-central-3 eu-central-4 us-central-1"),
    signing_regions={"eu-central-1": "de"},
    hints={
        "AuthorizationHeaderMalformed": (
            "The region's name and the host's differ for Frankfurt: write region = \"de\", which "
            "is the host eu-central-1."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: an IONOS bucket lives in one region, and each region has "
            "its own endpoint."
        ),
        "XAmzContentSHA256Mismatch": (
            "IONOS answers so to checksum trailers, boto3's default; bucketry sends none, so "
            "something on the way has changed the body."
        ),
        "AccessControlListNotSupported": (
            "This IONOS bucket has its owner enforced and takes no ACL, not even private: leave "
            "`acl` out and open the bucket with a bucket policy."
        ),
        "AccessDenied": "Look at the bucket policy and at the key's user at IONOS.",
    },
)

vendor = s3_vendor(
    name="ionos",
    title="IONOS Object Storage",
    summary="Path addressing; Frankfurt signs as region de; some buckets take no ACLs.",
    docs_url="https://api.ionos.com/docs/s3/v2/",
    profile=profile,
    endpoint_hosts=(
        "s3.{region}.ionoscloud.com",
        "s3-{region}.ionoscloud.com",
        "s3.de-central.profitbricks.com",
        "s3-de-central.profitbricks.com",
    ),
    capabilities=Capabilities(
        acl=documented(
            "object",
            "https://docs.ionos.com/cloud/storage-and-backup/ionos-object-storage (Access Control "
            "List)",
            as_of="2026-11",
            note="Sources disagree: the API description of contract-owned buckets has no ACL "
            f"({_API}). A bucket whose owner is enforced answers 400 AccessControlListNotSupported "
            "(demos-europe/demosplan-core#6391, 2026-06-08).",
        ),
        addressing=inferred(
            frozenset({"path", "virtual"}),
            "virtual-hosted addresses of public objects are in use",
            as_of="2026-11",
            note="rclone and Cyberduck force path.",
        ),
        checksums=unknown(
            "The API description lists Content-MD5, and x-amz-content-sha256 as the checksum of a "
            "signed body.",
            _API,
            as_of=_API_DATE,
        ),
        checksum_trailers=reported(
            "no",
            "suitenumerique/docs#1202",
            as_of="2025-07-20",
            note="400 XAmzContentSHA256Mismatch; the kind of bucket is not told.",
        ),
        batch_delete=documented("yes", _API, as_of=_API_DATE),
        batch_delete_digest=unknown("The API description lists no digest.", _API, as_of=_API_DATE),
        batch_delete_limit=documented(
            1000, "ionos-cloud/sdk-go-object-storage:api_objects.go c2f4cee", as_of=_API_DATE
        ),
        put_if_absent=unknown(_NO_CONDITION, _API, as_of=_API_DATE),
        put_if_match=unknown(_NO_CONDITION, _API, as_of=_API_DATE),
        complete_if_absent=unknown(_NO_CONDITION, _API, as_of=_API_DATE),
        complete_if_match=unknown(_NO_CONDITION, _API, as_of=_API_DATE),
        delete_if_match=unknown(_NO_CONDITION, _API, as_of=_API_DATE),
        encryption=documented(
            {"AES256": "yes", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"},
            _API,
            as_of=_API_DATE,
        ),
        tagging=documented("yes", f"{_API}/TaggingApi.md", as_of=_API_DATE),
        storage_classes=documented(
            frozenset({"STANDARD"}),
            "ionos-cloud/sdk-go-object-storage:model_storage_class.go c2f4cee",
            as_of=_API_DATE,
            note="What another value does is not known.",
        ),
        multipart=documented("yes", _API, as_of=_API_DATE, note="Objects up to 5 TiB."),
        part_size_min=documented(
            5 * MIB,
            "ionos-cloud/sdk-go-object-storage:api_uploads.go c2f4cee",
            as_of=_API_DATE,
            note='"5 MB"; the unit is not defined, this is the safe reading.',
        ),
        part_size_max=inferred(
            5_000_000_000, _LIMITS, note="The limit of an upload on user-owned buckets."
        ),
        parts_max=documented(10_000, _API, as_of=_API_DATE),
        equal_parts=inferred(False, "S3's own rule; nothing says otherwise"),
        put_size_max=documented(
            5_000_000_000,
            _LIMITS,
            note="4.65 GiB on user-owned buckets, 5 GiB on contract-owned ones.",
        ),
        copy=documented("yes", _API, as_of=_API_DATE, note="Up to 5 GB in one request."),
        presign=documented(
            SIGNED_METHODS,
            "https://docs.ionos.com/cloud/storage-and-backup/ionos-object-storage (access "
            "management)",
            as_of="2026-11",
            note="Methods are not enumerated.",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=documented("yes", f"{_API} (POSTObject)", as_of=_API_DATE),
        public_url=inferred(
            "yes",
            "addresses of public objects are in use",
            as_of="2026-11",
            note="The path form is the safest.",
        ),
        complete_location=from_code(
            "bucket/key",
            "strapi/strapi:packages/providers/upload-aws-s3/src/index.ts 1647f26, strapi#25939",
        ),
        versioning=documented("yes", _API, as_of=_API_DATE),
        cors=documented("yes", _API, as_of=_API_DATE),
        lifecycle=documented("yes", _API, as_of=_API_DATE),
        policy=documented(
            "yes", _LIMITS, note="1 MiB on contract-owned buckets, 20 KiB on user-owned ones."
        ),
        rate_limits=documented("about 10 Gbit/s a region, as available", _LIMITS),
    ),
)
