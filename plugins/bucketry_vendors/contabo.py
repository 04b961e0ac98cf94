"""Contabo Object Storage: Ceph with tenants; path addressing only; public URLs name the tenant.

A public object's address is `https://eu2.contabostorage.com/<tenant>:<bucket>/<key>`. The tenant's
id cannot be derived from a key pair: copy it from the panel or the API (`s3TenantId`) into
`tenant_id`, or write a custom domain as `base_url`. `bucket` stays the bucket's plain name.

Strapi's documentation says that AES256 is supported by most vendors, that its checksum option and
`preventOverwrite` work everywhere: Contabo documents no server-side encryption, and nothing is
known of the other two, so an overwrite that must not happen is refused here. The public address
with its tenant is not in that documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from bucketry import Capabilities
from bucketry_s3 import Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    reported,
    words,
)

_DOCS = "https://docs.contabo.com/docs/products/Object-Storage/technical-description"
_CEPH = "the server is Ceph RGW"


@frozen(kw_only=True)
class ContaboOptions(S3Options):
    """Options of Contabo; `tenant_id` makes the public address."""

    tenant_id: str | None = None


def _check(options: Any) -> Iterator[tuple[str, str]]:
    if options.visibility == "public" and not options.base_url:
        if not options.tenant_id:
            yield (
                "tenant_id",
                "is missing; a public object's address at Contabo names the tenant; copy it from "
                "the panel (s3TenantId), or set base_url",
            )
        elif not options.region:
            yield (
                "region",
                "is missing; a public object's address at Contabo is made from it; set region "
                "(such as eu2), or base_url",
            )


profile = Profile(
    endpoint="https://{region}.contabostorage.com",
    addressing="path",
    regions=words("eu2 usc1 sin1"),
    public_base="https://{region}.contabostorage.com/{tenant_id}:{bucket}",
    hints={
        "QuotaExceeded": (
            "The booked space or the 3 million objects of this Contabo Object Storage are used up: "
            "delete objects, or enlarge it in the customer panel."
        ),
        "AccessDenied": (
            "Look at the bucket policy: Contabo writes users as arn:aws:iam::<tenant "
            "id>:user/<customer id>, with :<user id> for further users."
        ),
        "RateLimited": "Contabo takes 250 requests a second.",
        "BucketNotFound": (
            "Check `bucket`, without the tenant id, and `region`: each Contabo region (eu2, usc1, "
            "sin1) has its own endpoint."
        ),
    },
)

vendor = s3_vendor(
    name="contabo",
    title="Contabo Object Storage",
    summary="Path addressing only; public URLs need tenant_id; no server-side encryption.",
    docs_url=_DOCS,
    options=ContaboOptions,
    check=_check,
    profile=profile,
    endpoint_hosts=("{region}.contabostorage.com",),
    capabilities=Capabilities(
        acl=inferred(
            "object",
            _CEPH,
            note="The panel has a switch for public sharing. A change from public to private may "
            f"stay cached for an hour ({_DOCS}).",
        ),
        canned_acls=inferred(
            frozenset(words("private public-read public-read-write authenticated-read")), _CEPH
        ),
        addressing=documented(frozenset({"path"}), _DOCS),
        checksum_trailers=reported(
            "no",
            "stephengpope/no-code-architects-toolkit#95",
            as_of="2025-04",
            note="XAmzContentSHA256Mismatch with a new boto3, gone with an old one.",
        ),
        batch_delete=inferred("yes", _CEPH),
        if_match_etag=inferred("unquoted", _CEPH),
        encryption=documented(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "no"},
            _DOCS,
            note='"No server side encryption yet."',
        ),
        tagging=inferred("yes", _CEPH),
        storage_classes=inferred(frozenset({"STANDARD"}), "no class is documented"),
        multipart=inferred("yes", _CEPH, note=f"Objects up to 5 TB ({_DOCS})."),
        multipart_tagging=inferred("ignored", f"{_CEPH}; measured on Ceph 16.2.15"),
        part_size_min=inferred(5 * MIB, _CEPH),
        part_size_max=inferred(5 * GIB, _CEPH),
        parts_max=inferred(10_000, _CEPH),
        copy=inferred("yes", _CEPH),
        presign=inferred(SIGNED_METHODS, _CEPH),
        presign_seconds_max=inferred(SEVEN_DAYS, _CEPH),
        post_policy=inferred("yes", _CEPH),
        public_url=from_code(
            "yes",
            "contabo/cntb e847e07 (s3TenantId), and many public repositories",
            as_of="2026-11",
            note=f"With the tenant's id; custom domains are supported ({_DOCS}).",
        ),
        complete_location=inferred(
            "no-scheme",
            "the server is Ceph RGW; rclone/rclone commit 964fcd5f5",
            note="The tenant is lost on the way.",
        ),
        versioning=inferred("yes", _CEPH),
        cors=inferred("yes", _CEPH),
        lifecycle=inferred("yes", _CEPH),
        policy=documented(
            "yes",
            _DOCS,
            note="Principals are arn:aws:iam::<s3TenantId>:user/<customerId>[:<userId>].",
        ),
        rate_limits=documented(
            "250 requests a second, 80 Mbit/s; 3 million objects, 100 buckets", _DOCS
        ),
        server=documented("Ceph RGW", _DOCS),
    ),
)
