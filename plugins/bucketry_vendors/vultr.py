"""Vultr Object Storage: taken to be Ceph; little is documented.

Most facts here are conclusions from the server software. Strapi's documentation says that
`preventOverwrite` and the storage class work or are ignored everywhere: a condition was seen to be
accepted here, which does not prove that it is kept, so `prevent_overwrite` is refused; classes are
chosen with the subscription.
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

_DOCS = "https://docs.vultr.com/vultr-object-storage"
_PRACTICES = "https://docs.vultr.com/platform/security-best-practices/vultr-object-storage"
_ACTIONS = "https://docs.vultr.com/platform/iam/policies/iam-policy-actions-map/storage-actions"
_CEPH = "the server is taken to be Ceph RGW"


profile = Profile(
    endpoint="https://{region}.vultrobjects.com",
    addressing="virtual",
    # https://docs.vultr.com/vultr-object-storage, looked up again 2026-11
    regions=words("ams1 blr1 ewr1 sjc1 sgp1 del1"),
    hints={
        "BadCredentials": (
            "Vultr wants the S3 key pair of this Object Storage subscription, not an API key."
        ),
        "RateLimited": "Vultr takes 400 operations a second, or what the subscription's tier says.",
        "BucketNotFound": (
            "Check `bucket` and `region`: a Vultr bucket lives in the cluster of its subscription "
            "(ewr1, ams1 ...)."
        ),
    },
)

vendor = s3_vendor(
    name="vultr",
    title="Vultr Object Storage",
    summary="Taken to be Ceph; little is documented.",
    docs_url=_DOCS,
    profile=profile,
    endpoint_hosts=("{region}.vultrobjects.com",),
    capabilities=Capabilities(
        acl=inferred("object", _CEPH),
        addressing=documented(
            frozenset({"path", "virtual"}), _PRACTICES, note="virtual is preferred."
        ),
        checksum_trailers=inferred("no", _CEPH),
        batch_delete=inferred("yes", _CEPH),
        put_if_absent=unknown("Accepted by use_lockfile of Terraform; not shown to be kept."),
        if_match_etag=inferred("unquoted", _CEPH),
        encryption=unknown("Encrypted at rest; headers are not documented.", _PRACTICES),
        tagging=inferred("yes", _CEPH),
        storage_classes=documented(
            frozenset[str](),
            "https://docs.vultr.com/reference/terraform/resources/object_storage",
            note="Tiers are chosen with the subscription (tier_id); Archival Storage is enabled on "
            "a bucket (https://docs.vultr.com/products/cloud-storage/object-storage/limits, "
            "2026-04-01).",
        ),
        multipart=documented("yes", _ACTIONS),
        multipart_tagging=inferred("ignored", f"{_CEPH}; measured on Ceph 16.2.15"),
        part_size_min=inferred(5 * MIB, _CEPH),
        part_size_max=inferred(5 * GIB, _CEPH),
        parts_max=inferred(10_000, _CEPH),
        copy=inferred("yes", _CEPH),
        presign=inferred(SIGNED_METHODS, _CEPH),
        presign_seconds_max=inferred(SEVEN_DAYS, _CEPH),
        post_policy=inferred("yes", _CEPH),
        public_url=documented("yes", _DOCS),
        versioning=inferred("yes", _CEPH),
        cors=inferred("yes", _CEPH),
        lifecycle=documented("yes", _ACTIONS),
        policy=unknown('"Access control policies" are named, without a list of calls.', _ACTIONS),
        rate_limits=documented(
            "400 operations a second, up to 10,000 by tier; 100 buckets a subscription",
            "https://docs.vultr.com/products/cloud-storage/object-storage/limits",
            as_of="2026-04-01",
        ),
        server=inferred("Ceph RGW", "behaviour and names; the vendor does not say"),
    ),
)
