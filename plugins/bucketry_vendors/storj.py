"""Storj through its hosted gateway: no ACLs, policies, lifecycle or CORS rules; unordered lists.

Public objects are shared through links of their own: write the linksharing address as `base_url`.
Keys are encrypted, so a listing is not in alphabetical order. Parts of 64 MiB are recommended
(`multipart = { part_size = 67108864 }`). Keys are created as access grants for the S3 gateway.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    reported,
    unknown,
)
from bucketry_s3.profile import Profile
from bucketry_s3.traits import NoAclLayer
from bucketry_s3.vendor import s3_vendor

_DOCS = "storj/docs (s3-compatibility page) 98b590c"
_DATE = "2026-07-15"


profile = Profile(
    endpoint="https://gateway.storjshare.io",
    addressing="path",
    default_region="us-east-1",
    hints={
        "BandwidthLimitExceeded": (
            "This Storj project has used up its bandwidth: raise the limit in the Storj console."
        ),
        "SegmentsLimitExceeded": (
            "This Storj project has used up its segments: raise the limit in the Storj console; "
            "larger parts need fewer."
        ),
        "StorageLimitExceeded": (
            "This Storj project has used up its storage: raise the limit in the Storj console."
        ),
        "RateLimited": "Storj takes 100 requests a second, and one write a second to the same key.",
        "NotImplemented": (
            "Storj has no ACLs, policies or CORS rules: access grants and link sharing decide who "
            "may read."
        ),
        "AccessDenied": (
            "The access grant behind this key may not do this: make S3 credentials with more "
            "rights in the Storj console."
        ),
    },
)

vendor = s3_vendor(
    name="storj",
    title="Storj",
    summary="No ACLs, policies, lifecycle or CORS rules; public access through link sharing.",
    docs_url="https://storj.dev/dcs/api/s3/s3-compatibility",
    traits=(NoAclLayer,),
    profile=profile,
    endpoint_hosts=("gateway.storjshare.io",),
    capabilities=Capabilities(
        acl=documented("none", _DOCS, as_of=_DATE, note="Access grants instead."),
        canned_acls=documented(frozenset[str](), _DOCS, as_of=_DATE),
        addressing=inferred(frozenset({"path", "virtual"}), _DOCS, as_of=_DATE),
        checksums=unknown("None are documented.", _DOCS, as_of=_DATE),
        checksum_trailers=reported(
            "no",
            "storj/gateway-st#89",
            note='"Working normally" up to boto3 1.35.99; MissingContentLength.',
        ),
        batch_delete=documented("yes", _DOCS, as_of=_DATE),
        put_if_absent=reported(
            "enforced",
            "storj/edge#562, storj/storj#7377",
            as_of="2026-01",
            note="storj/edge:pkg/s3lock relies on it.",
        ),
        put_if_match=unknown("Only If-None-Match was added.", "storj/edge#562"),
        encryption=unknown("Encrypted end to end; headers are not listed.", _DOCS, as_of=_DATE),
        tagging=inferred(
            "yes", _DOCS, as_of=_DATE, note="PutObjectTagging is documented, the header is not."
        ),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            "iterate-ch/profiles:Storj.cyberduckprofile 0a0ec1e",
            as_of="2026-06-22",
        ),
        multipart=documented("yes", _DOCS, as_of=_DATE),
        part_size_min=documented(5 * MIB, _DOCS, as_of=_DATE, note="64 MiB are recommended."),
        parts_max=documented(10_000, _DOCS, as_of=_DATE),
        put_size_max=unknown("No limit is stated.", _DOCS, as_of=_DATE),
        copy=documented("yes", _DOCS, as_of=_DATE, note="UploadPartCopy on request only."),
        presign=inferred(SIGNED_METHODS, _DOCS, as_of=_DATE),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        public_url=documented(
            "no", "storj/docs (link sharing)", note="link.storjshare.io, or a domain of one's own."
        ),
        versioning=documented("yes", _DOCS, as_of=_DATE),
        cors=documented("no", _DOCS, as_of=_DATE, note="Open to every origin."),
        lifecycle=documented("no", _DOCS, as_of=_DATE, note="Objects can carry a time to live."),
        policy=documented("no", _DOCS, as_of=_DATE),
        rate_limits=documented(
            "100 requests a second, 1 write a second to an object, 100 buckets",
            _DOCS,
            as_of=_DATE,
        ),
        server=from_code("Storj's gateway (derived from MinIO)", "storj/edge"),
    ),
)
