"""Storj through its hosted gateway: no ACLs, policies, lifecycle or CORS rules.

Public objects are shared through links of their own: write the linksharing address as `base_url`.
Under self-managed encryption a listing is not in alphabetical order, and projects made since
2025-11-30 answer 501 to prefixes and delimiters other than a slash there. Parts of 64 MiB are
recommended (`multipart = { part_size = 67108864 }`). Keys are created as access grants for the S3
gateway.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, NoAclLayer, Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
    reported,
    unknown,
)

_DOCS = "storj/docs (s3-compatibility page) 98b590c"
_DATE = "2026-07-15"
_GATEWAY = "storj/minio:cmd af7b2f4 (storj/edge d3e74da)"
_GATEWAY_DATE = "2026-08-06"


profile = Profile(
    endpoint="https://gateway.storjshare.io",
    addressing="path",
    default_region="us-east-1",
    guides={
        "rights": Guide(
            "`uplink share sj://BUCKET/FOLDER --register` makes S3 credentials for the bucket, or "
            "for a folder of it; its `--disallow-...` options take rights away.",
            "https://github.com/storjrd/docs-linksharing, 2026-11",
        ),
    },
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
        "RateLimited": "Storj limits the requests of a project: send fewer at once.",
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
    layers=(NoAclLayer,),
    profile=profile,
    endpoint_hosts=("gateway.storjshare.io",),
    capabilities=Capabilities(
        acl=documented("none", _DOCS, as_of=_DATE, note="Access grants instead."),
        canned_acls=documented(frozenset[str](), _DOCS, as_of=_DATE),
        addressing=from_code(
            frozenset({"path", "virtual"}),
            "storj/edge:pkg/server/server.go d3e74da",
            as_of=_GATEWAY_DATE,
        ),
        checksums=from_code(
            every_checksum("ignored"),
            _GATEWAY,
            as_of=_GATEWAY_DATE,
            note="The headers are read nowhere.",
        ),
        checksum_trailers=reported(
            "no",
            "storj/gateway-st#89",
            note='"Working normally" up to boto3 1.35.99; MissingContentLength.',
        ),
        batch_delete=documented("yes", _DOCS, as_of=_DATE),
        batch_delete_digest=from_code(
            "md5",
            f"{_GATEWAY}/bucket-handlers.go",
            as_of=_GATEWAY_DATE,
            note="A checksum header alone gives MissingContentMD5.",
        ),
        put_if_absent=reported(
            "enforced",
            "storj/edge#562, storj/storj#7377",
            as_of="2026-01",
            note="storj/edge:pkg/s3lock relies on it.",
        ),
        put_if_match=from_code(
            "ignored",
            _GATEWAY,
            as_of=_GATEWAY_DATE,
            note="Read nowhere on a write; wanted in storj/storj#7377.",
        ),
        complete_if_absent=from_code(
            "enforced", f"{_GATEWAY}/object-handlers.go", as_of=_GATEWAY_DATE
        ),
        delete_if_match=from_code(
            "ignored", _GATEWAY, as_of=_GATEWAY_DATE, note="Read nowhere on a delete."
        ),
        encryption=from_code(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "no"},
            f"{_GATEWAY}/object-handlers.go",
            as_of=_GATEWAY_DATE,
            note="501 to aws:kms and SSE-C. Everything is encrypted anyway.",
        ),
        tagging=from_code("yes", f"{_GATEWAY}/object-handlers.go", as_of=_GATEWAY_DATE),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            "iterate-ch/profiles:Storj.cyberduckprofile 0a0ec1e",
            as_of="2026-06-22",
        ),
        multipart=documented("yes", _DOCS, as_of=_DATE),
        part_size_min=documented(5 * MIB, _DOCS, as_of=_DATE, note="64 MiB are recommended."),
        parts_max=documented(10_000, _DOCS, as_of=_DATE),
        put_size_max=unknown("The vendor states that there is no limit.", _DOCS, as_of=_DATE),
        copy=documented(
            "yes", _DOCS, as_of=_DATE, note="Up to about 671 GB; UploadPartCopy on request only."
        ),
        presign=inferred(SIGNED_METHODS, _DOCS, as_of=_DATE),
        presign_seconds_max=from_code(
            SEVEN_DAYS, f"{_GATEWAY}/signature-v4-parser.go", as_of=_GATEWAY_DATE
        ),
        post_policy=from_code("yes", f"{_GATEWAY}/api-router.go", as_of=_GATEWAY_DATE),
        unsigned_headers=from_code("honoured", f"{_GATEWAY}/signature-v4.go", as_of=_GATEWAY_DATE),
        public_url=documented(
            "no", "storj/docs (link sharing)", note="link.storjshare.io, or a domain of one's own."
        ),
        complete_location=from_code(
            "request-host", f"{_GATEWAY}/api-response.go", as_of=_GATEWAY_DATE
        ),
        versioning=documented("yes", _DOCS, as_of=_DATE),
        cors=documented("no", _DOCS, as_of=_DATE, note="Open to every origin."),
        lifecycle=documented("no", _DOCS, as_of=_DATE, note="Objects can carry a time to live."),
        policy=documented("no", _DOCS, as_of=_DATE),
        rate_limits=documented(
            "100 buckets a project; request rates are not stated", _DOCS, as_of=_DATE
        ),
        server=from_code("Storj's gateway (derived from MinIO)", "storj/edge"),
    ),
)
