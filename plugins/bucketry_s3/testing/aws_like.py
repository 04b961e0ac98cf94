"""`AWS_LIKE`: the stand-in's default personality."""

from __future__ import annotations

from typing import Any

from bucketry import Capabilities, Fact
from bucketry_s3.testing.personality import ALGORITHMS, GIB, MIB, personality_from


def _fact(value: Any) -> Fact[Any]:
    return Fact(value, "documented", "https://docs.aws.amazon.com/AmazonS3/latest/", "2026-10")


AWS_LIKE = personality_from(
    "aws",
    Capabilities(
        acl=_fact("object"),
        canned_acls=_fact(
            frozenset(
                {
                    "private",
                    "public-read",
                    "public-read-write",
                    "authenticated-read",
                    "aws-exec-read",
                    "bucket-owner-read",
                    "bucket-owner-full-control",
                }
            )
        ),
        addressing=_fact(frozenset({"path", "virtual"})),
        checksums=_fact(dict.fromkeys(ALGORITHMS, "verified")),
        checksum_trailers=_fact("yes"),
        batch_delete=_fact("yes"),
        batch_delete_digest=_fact("any"),
        batch_delete_limit=_fact(1000),
        put_if_absent=_fact("enforced"),
        put_if_match=_fact("enforced"),
        complete_if_absent=_fact("enforced"),
        complete_if_match=_fact("enforced"),
        delete_if_match=_fact("enforced"),
        if_match_etag=_fact("quoted"),
        encryption=_fact({"AES256": "yes", "aws:kms": "yes", "aws:kms:dsse": "yes"}),
        tagging=_fact("yes"),
        storage_classes=_fact(
            frozenset(
                {
                    "STANDARD",
                    "REDUCED_REDUNDANCY",
                    "STANDARD_IA",
                    "ONEZONE_IA",
                    "INTELLIGENT_TIERING",
                    "GLACIER",
                    "DEEP_ARCHIVE",
                    "GLACIER_IR",
                }
            )
        ),
        multipart=_fact("yes"),
        complete_size=_fact("enforced"),
        part_size_min=_fact(5 * MIB),
        part_size_max=_fact(5 * GIB),
        parts_max=_fact(10_000),
        equal_parts=_fact(False),
        put_size_max=_fact(5 * GIB),
        copy=_fact("yes"),
        presign_seconds_max=_fact(604_800),
        post_policy=_fact("yes"),
        unsigned_headers=_fact("refused"),
        public_url=_fact("yes"),
        complete_location=_fact("url"),
        versioning=_fact("yes"),
        cors=_fact("yes"),
        lifecycle=_fact("yes"),
        policy=_fact("yes"),
    ),
)
"""A server with everything that Amazon S3 has; ACLs are on, as on buckets that enable them."""
