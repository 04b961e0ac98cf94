"""Cloudflare R2: no ACLs, no tags, equal parts, region `auto`, and no public S3 address.

Public objects are served from a custom domain or from `pub-<hash>.r2.dev`: write it as `base_url`.
The S3 endpoint never answers an anonymous reader. ACLs do not exist: since November 2022 R2 takes
`x-amz-acl` without effect where it answered 501 before, so an ACL is refused in a configuration and
taken out of parameters that code sets.

Strapi's documentation says to leave `ACL` out for R2; its provider then sends `public-read` all the
same. It says that AES256 is supported by most vendors, that tags work everywhere, and that storage
classes are for AWS only: R2 lists the AES256 header as unimplemented, refuses tags with 501, and
has a class `STANDARD_IA`. What R2 does decides here.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from bucketry import Capabilities
from bucketry_s3 import Guide, NoAclLayer, Profile, S3Options, s3_vendor
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
    unknown,
    words,
)

_DOCS = "cloudflare/cloudflare-docs:src/content/docs/r2"
_API = f"{_DOCS}/api/s3/api.mdx"
_RELEASE_NOTES = "cloudflare/cloudflare-docs:src/content/release-notes/r2.yaml"
_COMPLETE_NOTE = "A condition that fails ends the upload: its parts are gone."
_TIGRIS_TEST = "tigrisdata/tigris-os-docs:docs/api/s3/index.mdx (comparison run by a competitor)"


@frozen(kw_only=True)
class R2Options(S3Options):
    """Options of Cloudflare R2; one of `account_id` and `endpoint` is needed."""

    account_id: str | None = None
    jurisdiction: str | None = None


def _endpoint(options: Any) -> str:
    """Choose the jurisdiction's host (src/content/docs/r2/reference/data-location.mdx)."""
    if options.jurisdiction:
        return "https://{account_id}.{jurisdiction}.r2.cloudflarestorage.com"
    return "https://{account_id}.r2.cloudflarestorage.com"


profile = Profile(
    endpoint=_endpoint,
    addressing="path",
    default_region="auto",
    regions=("auto",),
    signing_region="auto",
    guides={
        "rights": Guide(
            "In the dashboard under R2, Manage API tokens: create a token with Object Read & "
            "Write for this bucket only. What `bucketry setup` changes needs Admin Read & "
            "Write.",
            "https://developers.cloudflare.com/r2/api/tokens/, 2026-11",
        ),
    },
    hints={
        "NotImplemented: x-amz-acl": (
            "R2 has no ACLs: leave `acl` out; public objects are served from a custom domain or "
            "r2.dev, written as `base_url`."
        ),
        "NotImplemented: x-amz-tagging": "R2 has no object tags: leave `tags` out.",
        "NotImplemented: x-amz-server-side-encryption": (
            "R2 encrypts everything by itself: leave `encryption` out."
        ),
        "NotImplemented: x-amz-checksum": (
            "R2 does not take this checksum: leave `checksum_algorithm` out."
        ),
        "NotImplemented": (
            "R2 has no ACLs, no tags and no encryption by header: leave the parameter out."
        ),
        "InvalidPart": "R2 wants all parts but the last to have the same size.",
        "TooManyRequests": "R2 takes one write a second to the same key.",
        "InvalidArgument: access key has length": (
            "R2's access key ids have 32 characters: write the API token's Access Key ID into "
            "`credentials.access_key_id`, not the token itself."
        ),
        "Unauthorized": (
            "R2 does not know this key pair: take the Access Key ID and Secret Access Key of an R2 "
            "API token that has not expired. It answers so to checksum trailers, too, which "
            "bucketry does not send."
        ),
        "BucketNotFound": (
            "Check `bucket` and `account_id`; R2 shows a bucket of a jurisdiction on that "
            "jurisdiction's endpoint only: set `jurisdiction`."
        ),
        "ObjectLockedByBucketPolicy": (
            "A bucket lock rule keeps this R2 object until its time is over."
        ),
        "NotEntitled": (
            "This Cloudflare account has no R2 subscription: activate R2 in the dashboard."
        ),
        "ExpiredRequest": "R2 found the signature too old: set this machine's clock (NTP).",
    },
)

vendor = s3_vendor(
    name="r2",
    title="Cloudflare R2",
    summary="No ACLs, no tags, equal parts; public objects need base_url.",
    docs_url="https://developers.cloudflare.com/r2/api/s3/api/",
    options=R2Options,
    layers=(NoAclLayer,),
    profile=profile,
    endpoint_hosts=(
        "{account_id}.r2.cloudflarestorage.com",
        "{account_id}.{jurisdiction}.r2.cloudflarestorage.com",
    ),
    capabilities=Capabilities(
        acl=documented(
            "none",
            _API,
            note="Taken without effect since the release note of 2022-11-30 (public-read; "
            "`private` by mastodon/mastodon#20510), 501 NotImplemented before. The vendor's advice "
            "is to send none (cloudflare/cloudflare-docs#32463).",
        ),
        canned_acls=documented(frozenset(), _API),
        addressing=documented(
            frozenset({"path", "virtual"}),
            f"{_DOCS}/api/s3/presigned-urls.mdx",
            note="Bucket names have no dots.",
        ),
        checksums=documented(
            every_checksum("verified"),
            _API,
            note="CRC64NVME over the full object, the others composite.",
        ),
        checksum_trailers=reported(
            "no",
            "amd/gaia#3029, bitfoundation/bitplatform#13362",
            as_of="2026-09-22",
            note='Answered 501 in January 2025, a misleading "Unauthorized" in August 2026.',
        ),
        batch_delete=documented("yes", _API),
        batch_delete_digest=unknown(
            "opendal sends Content-MD5, so its use here shows no more than that this is taken.",
            "apache/opendal:core/services/s3/src/core.rs 68a76e4",
        ),
        batch_delete_limit=from_code(
            700,
            "apache/opendal:core/services/s3 68a76e4",
            note="More keys in one request can answer InternalError.",
        ),
        put_if_absent=documented(
            "enforced",
            f"{_DOCS}/api/s3/extensions.mdx",
            note="Clean in 100 runs of concurrent writers (gordonmurray/firnflow, 2026).",
        ),
        put_if_match=documented("enforced", f"{_DOCS}/api/s3/extensions.mdx"),
        complete_if_absent=documented(
            "enforced", _RELEASE_NOTES, as_of="2023-08-11", note=_COMPLETE_NOTE
        ),
        complete_if_match=documented(
            "enforced", _RELEASE_NOTES, as_of="2023-08-11", note=_COMPLETE_NOTE
        ),
        delete_if_match=unknown("The vendor's table lists no condition on DeleteObject.", _API),
        if_match_etag=from_code(
            "quoted",
            "TheOrcDev/videorc:docs/releases/storage-compat-2026-09.md (live probe)",
            as_of="2026-09-21",
        ),
        encryption=documented(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"},
            _API,
            note=f"Sources disagree: {_TIGRIS_TEST} saw an upload with AES256 accepted.",
        ),
        tagging=reported(
            "no", "yopass#3657", note="501 NotImplemented: Header x-amz-tagging; not in the API."
        ),
        storage_classes=documented(
            frozenset(words("STANDARD STANDARD_IA")),
            f"{_DOCS}/buckets/storage-classes.mdx",
            note="STANDARD_IA is billed for 30 days at least, and for reading. An empty class is "
            "refused (gobackup/gobackup#182).",
        ),
        multipart=documented(
            "yes",
            f"{_DOCS}/objects/multipart-objects.mdx",
            note="Unfinished uploads are aborted after 7 days.",
        ),
        part_size_min=documented(5 * MIB, f"{_DOCS}/objects/multipart-objects.mdx"),
        part_size_max=documented(
            5 * GIB - 5 * MIB,
            f"{_DOCS}/platform/limits.mdx",
            note="4.995 GiB. Sources disagree: 5 GiB in objects/multipart-objects.mdx.",
        ),
        parts_max=documented(10_000, f"{_DOCS}/platform/limits.mdx"),
        equal_parts=documented(
            True,
            f"{_DOCS}/objects/multipart-objects.mdx",
            note="Error 10048 InvalidPart otherwise; the last part may be smaller.",
        ),
        put_size_max=documented(
            5 * GIB - 5 * MIB, f"{_DOCS}/platform/limits.mdx", note="4.995 GiB."
        ),
        copy=documented("yes", _API),
        presign=documented(SIGNED_METHODS, f"{_DOCS}/api/s3/presigned-urls.mdx"),
        presign_seconds_max=documented(SEVEN_DAYS, f"{_DOCS}/api/s3/presigned-urls.mdx"),
        post_policy=documented("no", f"{_DOCS}/api/s3/presigned-urls.mdx"),
        unsigned_headers=unknown(
            "The page demands what was signed, and is silent on what was not.",
            f"{_DOCS}/api/s3/presigned-urls.mdx",
        ),
        public_url=documented(
            "no",
            f"{_DOCS}/buckets/public-buckets.mdx",
            note="A custom domain, or r2.dev for development; neither has the bucket in its path.",
        ),
        complete_location=inferred(
            "url",
            f"{_DOCS}/buckets/public-buckets.mdx",
            note="The S3 endpoint's address, which is never public.",
        ),
        versioning=documented("no", _API),
        cors=documented("yes", _API),
        lifecycle=documented(
            "yes", _API, note=f"Sources disagree: it failed in {_TIGRIS_TEST}, 2026-06-30."
        ),
        policy=documented("no", _API),
        rate_limits=documented(
            "1 write a second to the same key (429); 50 bucket operations a second; r2.dev answers "
            "429 from hundreds of requests a second on",
            "https://developers.cloudflare.com/r2/platform/limits",
            as_of="2026-11",
        ),
        server=documented("proprietary", "https://developers.cloudflare.com/r2/"),
    ),
)
