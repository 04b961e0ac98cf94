"""Scaleway Object Storage: close to AWS, but 1,000 parts, and no AES256 header.

Parts grow by themselves so that a large file fits into 1,000 of them. A completed multipart upload
calls its Location by the bare host, without scheme and key (strapi#25581); it is never used as a
URL.

Strapi's documentation says that AES256 is supported by most vendors, and that `aws:kms` and storage
classes are for AWS only: Scaleway answers 400 to the AES256 header, takes `aws:kms` with a key of
its own Key Manager, and has three classes.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    inferred,
    unknown,
    words,
)

_DOCS = "scaleway/docs-content:pages/object-storage"
_FAQ = f"{_DOCS}/faq.mdx"
_CALLS = f"{_DOCS}/api-cli/using-api-call-list.mdx"
_CONDITIONS = f"{_DOCS}/api-cli/using-conditional-writes.mdx"
_CONDITIONS_DATE = "2026-07-01"


profile = Profile(
    endpoint="https://s3.{region}.scw.cloud",
    addressing="virtual",
    regions=words("fr-par nl-ams pl-waw"),
    guides={
        "public reads": Guide(
            "A bucket policy of Scaleway shuts out everybody that it does not name, the "
            "application too: make one in the console, with both, or send `acl = "
            '"public-read"`.',
            "https://www.scaleway.com/en/docs/object-storage/api-cli/bucket-policy, 2025-07",
        ),
        "rights": Guide(
            "Give the application of the key an IAM policy with the permission sets "
            "ObjectStorageObjectsRead, ObjectStorageObjectsWrite, ObjectStorageObjectsDelete "
            "and ObjectStorageBucketsRead of its project.",
            "https://www.scaleway.com/en/docs/object-storage/reference-content/"
            "s3-iam-permissions-equivalence, 2025-10",
        ),
    },
    hints={
        "Forbidden": (
            "Scaleway's API keys work in their preferred Project only: make the bucket's Project "
            "the preferred one of this key (console, IAM, API keys)."
        ),
        "AccessDenied": (
            "The key may not do this: look at its rights and at the bucket's policy, which needs "
            '"Version": "2023-04-17" at Scaleway and can lock out the owner.'
        ),
        "InvalidArgument: part number": "Scaleway takes 1,000 parts: raise `multipart.part_size`.",
        "InvalidArgument": (
            'Scaleway answers so to `encryption.type = "AES256"`: leave `encryption` out, or use '
            '"aws:kms" with a key of its Key Manager.'
        ),
        "RateLimited": (
            "Scaleway limits the rate of uploads: send fewer at once, and lower "
            "`multipart.concurrency`."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: Scaleway's bucket names are unique over all regions, but "
            "each bucket answers in its own (fr-par, nl-ams, pl-waw)."
        ),
    },
)

vendor = s3_vendor(
    name="scaleway",
    title="Scaleway Object Storage",
    summary="1,000 parts at most; the AES256 header is refused, aws:kms works.",
    docs_url="https://www.scaleway.com/en/docs/object-storage/",
    profile=profile,
    endpoint_hosts=("s3.{region}.scw.cloud",),
    capabilities=Capabilities(
        acl=documented("object", f"{_DOCS}/api-cli/object-operations.mdx"),
        canned_acls=documented(
            frozenset(
                words(
                    "private public-read public-read-write authenticated-read bucket-owner-read "
                    "bucket-owner-full-control"
                )
            ),
            f"{_DOCS}/api-cli/object-operations.mdx",
        ),
        addressing=documented(
            frozenset({"path", "virtual"}),
            f"{_DOCS}/api-cli/object-storage-aws-cli.mdx",
            note="Dotted buckets by path only over TLS.",
        ),
        checksums=documented(
            every_checksum("verified"),
            f"{_DOCS}/reference-content/supported-checksums.mdx",
            as_of="2025-06",
            note="CRC64NVME over the full object, SHA composite, CRC32 and CRC32C both.",
        ),
        checksum_trailers=unknown(
            "The vendor names algorithms, no trailers; uploads without a length are answered with "
            "MissingContentLength.",
            "benbjohnson/litestream:docs/PROVIDER_COMPATIBILITY.md 63225f1",
            as_of="2026-08-19",
        ),
        batch_delete=documented("yes", f"{_DOCS}/api-cli/object-operations.mdx"),
        batch_delete_digest=unknown(
            "The sample sends Content-MD5; whether it must is not stated.",
            f"{_DOCS}/api-cli/object-operations.mdx",
        ),
        batch_delete_limit=documented(1000, f"{_DOCS}/api-cli/object-operations.mdx"),
        put_if_absent=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        put_if_match=documented(
            "enforced",
            _CONDITIONS,
            as_of=_CONDITIONS_DATE,
            note="The key needs s3:GetObject, too.",
        ),
        complete_if_absent=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        complete_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE),
        if_match_etag=unknown(
            "Every sample sends the ETag without quotes; whether the quoted form is taken is not "
            "stated.",
            _CONDITIONS,
            as_of=_CONDITIONS_DATE,
        ),
        delete_if_match=unknown(
            "The page names PutObject, CopyObject and CompleteMultipartUpload only.",
            _CONDITIONS,
            as_of=_CONDITIONS_DATE,
        ),
        encryption=documented(
            {"AES256": "no", "aws:kms": "yes", "aws:kms:dsse": "no", "SSE-C": "yes"},
            f"{_DOCS}/troubleshooting/400-error-aes256.mdx, api-cli/enable-sse-kms.mdx",
            as_of="2026-06",
            note="400 InvalidArgument to an AES256 header; AES256 is a setting of the bucket. "
            "aws:kms needs the permissions KeyManagerKeyEncrypt and KeyManagerKeyDecrypt.",
        ),
        tagging=documented("yes", _CALLS),
        storage_classes=documented(
            frozenset(words("STANDARD ONEZONE_IA GLACIER")),
            f"{_DOCS}/faq.mdx, concepts.mdx",
            note="GLACIER in fr-par and nl-ams, not in pl-waw.",
        ),
        multipart=documented("yes", _FAQ, note="Objects up to 5 TB."),
        part_size_min=documented(
            5 * MIB, _FAQ, note='"5 MB"; the unit is not defined, this is the safe reading.'
        ),
        part_size_max=documented(
            5_000_000_000, _FAQ, note='"5 GB"; the unit is not defined, this is the safe reading.'
        ),
        parts_max=documented(1000, _FAQ),
        equal_parts=documented(False, _FAQ),
        put_size_max=inferred(5_000_000_000, _FAQ, note="The limit of a part; none is stated."),
        copy=documented("yes", _CALLS),
        presign=inferred(
            SIGNED_METHODS,
            f"SigV4; {_DOCS}/troubleshooting/presigned-url-errors.mdx names no method",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=documented(
            "yes",
            f"{_DOCS}/api-cli/post-object.mdx",
            note="No field for a storage class or tags is listed.",
        ),
        public_url=documented("yes", f"{_DOCS}/how-to/access-objects-via-https.mdx"),
        complete_location=documented(
            "host-only",
            f"{_DOCS}/api-cli/multipart-uploads.mdx",
            note="bucket.s3.nl-ams.scw.cloud in the vendor's sample; strapi#25581.",
        ),
        versioning=documented("yes", _CALLS, note="1,000 versions of an object."),
        cors=documented("yes", _CALLS),
        lifecycle=documented("yes", _CALLS),
        policy=documented("yes", _CALLS, note='Version "2023-04-17"; it can lock out the owner.'),
        rate_limits=documented(
            'limits on PUT, answered with "Too Many Requests"',
            f"{_DOCS}/troubleshooting/request-rate-error.mdx",
        ),
        server=inferred("proprietary", "not stated in the documentation"),
    ),
)
