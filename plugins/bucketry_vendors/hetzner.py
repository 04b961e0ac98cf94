"""Hetzner Object Storage: Ceph; two canned ACLs, SSE-C only, If-Match without quotes.

Strapi's documentation calls path addressing required; the vendor documents virtual-hosted URLs
and path works too, so the default is virtual-hosted. It says that AES256 is supported by most
vendors and that its checksum option works everywhere: only SSE-C is supported here, an upload with
a trailing checksum is answered with 400, and a checksum header is taken but never given back.
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
    from_code,
    inferred,
    reported,
    unknown,
    words,
)

_OVERVIEW = "https://docs.hetzner.com/storage/object-storage/overview"
_ACTIONS = "https://docs.hetzner.com/storage/object-storage/supported-actions"
_PROBE = "TheOrcDev/videorc:docs/releases/storage-compat-2026-09.md (live probe)"
_PROBE_DATE = "2026-09-21"
_MATRIX = "aminueza/terraform-provider-minio:docs/index.md"
_CEPH = "the server is Ceph RGW"


profile = Profile(
    endpoint="https://{region}.your-objectstorage.com",
    addressing="virtual",
    # The overview's table; a signature that names another region was taken, too (_PROBE)
    regions=words("fsn1 nbg1 hel1"),
    hints={
        "NotImplemented": (
            "Hetzner lists what it supports under Storage, Object Storage, Supported actions; "
            "SSE-S3, bucket tags and replication are not among them."
        ),
        "XAmzContentSHA256Mismatch": (
            "Hetzner answers so to checksum trailers, boto3's default; bucketry sends none, so "
            "something on the way has changed the body."
        ),
        "InvalidArgument": (
            "Hetzner has the ACLs private and public-read, and SSE-C as its only encryption: leave "
            "other values of `acl` and `encryption` out."
        ),
        "AccessDenied": (
            "Hetzner's keys belong to one project: take a pair of the bucket's project, and look "
            "at the bucket policy."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: a Hetzner bucket lives in one location (fsn1, nbg1, "
            "hel1)."
        ),
    },
)

vendor = s3_vendor(
    name="hetzner",
    title="Hetzner Object Storage",
    summary="ACLs private and public-read; SSE-C only; If-Match takes the ETag without quotes.",
    docs_url=_OVERVIEW,
    profile=profile,
    endpoint_hosts=("{region}.your-objectstorage.com",),
    capabilities=Capabilities(
        acl=documented(
            "object",
            _ACTIONS,
            note="Stated for CreateBucket; public listing is always denied.",
        ),
        canned_acls=documented(
            frozenset({"private", "public-read"}),
            _ACTIONS,
            note="Stated for CreateBucket; not narrowed for objects.",
        ),
        addressing=documented(
            frozenset({"path", "virtual"}), _OVERVIEW, note="Documented virtual, path in wide use."
        ),
        checksums=from_code(
            {"SHA256": "ignored"},
            _PROBE,
            as_of=_PROBE_DATE,
            note="A SHA256 header is accepted and never given back; whether a wrong one is "
            "refused was not probed. Nothing is known of the others.",
        ),
        checksum_trailers=reported(
            "no",
            "home-assistant/core#144015, opentofu/opentofu#2605",
            as_of="2025-05",
            note="400 XAmzContentSHA256Mismatch.",
        ),
        batch_delete=inferred("yes", f"not among the exceptions of {_ACTIONS}"),
        put_if_absent=from_code("enforced", _PROBE, as_of=_PROBE_DATE),
        put_if_match=from_code("enforced", _PROBE, as_of=_PROBE_DATE),
        if_match_etag=from_code(
            "unquoted",
            _PROBE,
            as_of=_PROBE_DATE,
            note="The quoted form, as HEAD gives it, is always answered with 412.",
        ),
        encryption=documented(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"},
            _ACTIONS,
            note="Objects under SSE-C cannot be copied.",
        ),
        tagging=unknown(
            f"Not excluded by the vendor, called partial by {_MATRIX}; GetObjectTagging answered "
            "501 in 2024-10 (nextcloud/files_versions_s3#55); bucket tags do not exist.",
            _ACTIONS,
        ),
        storage_classes=inferred(frozenset({"STANDARD"}), _CEPH),
        multipart=inferred("yes", _CEPH),
        part_size_min=inferred(5 * MIB, _CEPH),
        part_size_max=inferred(5 * GIB, _CEPH),
        parts_max=inferred(10_000, _CEPH),
        equal_parts=inferred(False, _CEPH),
        copy=documented(
            "yes", _ACTIONS, note='"Depends on internal factors and may fail", in one location too.'
        ),
        presign=from_code(
            SIGNED_METHODS,
            _PROBE,
            as_of=_PROBE_DATE,
            note="GET was probed, with Range and response-content-disposition.",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=inferred("yes", _CEPH),
        unsigned_headers=unknown(
            "Ceph refuses them from 19.2.6 and 20.2.4 on; which release runs here is not told.",
            _OVERVIEW,
        ),
        public_url=documented("yes", _ACTIONS, note="No custom domains."),
        versioning=inferred("yes", f"not among the exceptions of {_ACTIONS}"),
        cors=documented(
            "yes",
            "https://docs.hetzner.com/storage/object-storage/howto-protect-objects/cors",
            as_of="2026-07",
            note="Used against nbg1 (pocketpaw/pocketpaw#1717). Sources disagree: no in "
            f"{_MATRIX}.",
        ),
        lifecycle=documented(
            "yes",
            _ACTIONS,
            note="NoncurrentVersionExpiration with NoncurrentDays only. Sources disagree: no in "
            f"{_MATRIX}.",
        ),
        policy=inferred("yes", f"not among the exceptions of {_ACTIONS}"),
        rate_limits=documented(
            "no request limit stated; 100 buckets a project, 50 million objects a bucket",
            _OVERVIEW,
        ),
        server=documented("Ceph RGW", _OVERVIEW),
    ),
)
