"""Tigris: region `auto`, public objects on hosts of their own, signed URLs for up to 90 days.

Public objects have the address `https://<bucket>.t3.tigrisfiles.io/<key>`. Objects have no ACLs
unless the bucket's settings allow them. There are no bucket policies and no versions.

A global bucket is consistent inside one region and catches up elsewhere, so a condition on an
upload holds among writers of one region only; buckets of the other location types keep it
everywhere.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    unknown,
    words,
)

_DOCS = "tigrisdata/tigris-os-docs:docs"
_DATE = "2026-06-30"
_API = f"{_DOCS}/api/s3/index.mdx"
_CONDITIONS = f"{_DOCS}/objects/conditionals.md, concepts/consistency.md"
_ONE_REGION = (
    "In a global bucket, the default, among writers of one region; multi-region, dual-region and "
    "single-region buckets keep it everywhere."
)


profile = Profile(
    endpoint="https://t3.storage.dev",
    addressing="virtual",
    default_region="auto",
    regions=("auto",),
    signing_region="auto",
    public_base="https://{bucket}.t3.tigrisfiles.io",
    other_bases=(
        "https://{bucket}.fly.storage.tigris.dev",
        "https://fly.storage.tigris.dev/{bucket}",
    ),
    hints={
        "AccessDenied": (
            "Look at the key's rights; Tigris has object ACLs off unless the bucket's settings "
            "allow them: leave `acl` out."
        ),
    },
)

vendor = s3_vendor(
    name="tigris",
    title="Tigris",
    summary="Public addresses on hosts of their own; ACLs off by default; no bucket policies.",
    docs_url="https://www.tigrisdata.com/docs/api/s3/",
    profile=profile,
    endpoint_hosts=("t3.storage.dev", "fly.storage.tigris.dev"),
    capabilities=Capabilities(
        acl=documented("object", _API, as_of=_DATE, note="Off unless the bucket allows them."),
        canned_acls=documented(frozenset({"private", "public-read"}), _API, as_of=_DATE),
        addressing=documented(
            frozenset({"path", "virtual"}),
            f"{_DOCS} (buckets)",
            as_of=_DATE,
            note="Buckets made since 2025-02-19 have virtual-hosted public addresses only.",
        ),
        checksums=unknown("SHA256 is accepted in the vendor's own test.", _API, as_of=_DATE),
        checksum_trailers=documented(
            "no", "Tigris' blog", as_of="2025", note="No newer statement was found."
        ),
        batch_delete=documented("yes", _API, as_of=_DATE),
        batch_delete_digest=from_code(
            "any",
            "benbjohnson/litestream:docs/PROVIDER_COMPATIBILITY.md 63225f1",
            as_of="2026-08-19",
        ),
        put_if_absent=documented("enforced", _CONDITIONS, as_of=_DATE, note=_ONE_REGION),
        put_if_match=documented(
            "enforced",
            _CONDITIONS,
            as_of=_DATE,
            note=f"{_ONE_REGION} Clean in live tests since a fix of April 2026 "
            "(gordonmurray/firnflow).",
        ),
        encryption=from_code(
            {"AES256": "yes", "aws:kms": "no"}, _API, as_of=_DATE, note="Everything is encrypted."
        ),
        tagging=inferred(
            "yes", _API, as_of=_DATE, note="PutObjectTagging passes; the header was not tested."
        ),
        storage_classes=documented(
            frozenset(words("STANDARD STANDARD_IA GLACIER GLACIER_IR")),
            f"{_DOCS} (storage tiers)",
            as_of=_DATE,
        ),
        multipart=documented(
            "yes",
            f"{_DOCS}/ai-agents/tigris-vs-cloudflare-r2.md",
            as_of=_DATE,
            note="Objects up to 5 TB.",
        ),
        part_size_min=inferred(5 * MIB, "S3's own limit"),
        part_size_max=inferred(5 * GIB, "S3's own limit"),
        parts_max=inferred(10_000, "S3's own limit"),
        copy=documented("yes", _API, as_of=_DATE),
        presign=documented(SIGNED_METHODS, _API, as_of=_DATE, note="On virtual-hosted addresses."),
        presign_seconds_max=documented(
            7_776_000, f"{_DOCS}/ai-agents/presigned-urls.md", as_of=_DATE, note="90 days."
        ),
        post_policy=documented(
            "yes",
            "https://tigrisdata.com/docs/objects/upload-via-html-form",
            as_of="2026-11",
            note="SigV4 only.",
        ),
        public_url=documented(
            "yes",
            f"{_DOCS} (public buckets)",
            as_of=_DATE,
            note="On t3.tigrisfiles.io, also t3.tigrisbucket.io and t3.tigrisblob.io, not on the "
            "S3 endpoint; not with dots in the bucket's name.",
        ),
        versioning=documented("no", _API, as_of=_DATE, note="Snapshots instead."),
        cors=documented("yes", _API, as_of=_DATE),
        lifecycle=documented("yes", _API, as_of=_DATE),
        policy=documented("no", _API, as_of=_DATE),
        server=documented("proprietary", "https://www.tigrisdata.com/"),
    ),
)
