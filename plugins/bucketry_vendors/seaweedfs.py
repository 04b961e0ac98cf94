"""SeaweedFS: nearly all of S3; the Location follows the request's host.

Give `endpoint`. Storage classes have AWS's names and are validated. Old releases stored the chunk
framing of trailing checksums inside files; bucketry never sends any.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    reported,
    words,
)

_SOURCE = "seaweedfs/seaweedfs:weed/s3api cc8364a"
_DATE = "2026-08-22"
_WIKI = "SeaweedFS wiki"


profile = Profile(
    endpoint="",
    addressing="path",
    default_region="us-east-1",
    hints={
        "InvalidRequest: requires setting up SeaweedFS S3 authentication": (
            "This SeaweedFS server knows no keys: give it identities (-s3.config)."
        ),
        "RateLimited": (
            "This SeaweedFS server limits the requests or bytes at once: lower "
            "`multipart.concurrency`, or raise its limit."
        ),
        "ExistingObjectIsDirectory": (
            "SeaweedFS cannot have an object where it has a folder: choose another key."
        ),
        "ExistingObjectIsFile": (
            "SeaweedFS cannot have a folder where it has an object: choose another key."
        ),
        "InvalidStorageClass": (
            "SeaweedFS has S3's own storage classes only: leave `storage_class` out, or write one "
            "of those."
        ),
    },
)

vendor = s3_vendor(
    name="seaweedfs",
    title="SeaweedFS",
    summary="Nearly all of S3; give the server's endpoint.",
    docs_url="https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API",
    profile=profile,
    capabilities=Capabilities(
        acl=from_code("object", _SOURCE, as_of=_DATE),
        canned_acls=from_code(
            frozenset(
                words(
                    "private public-read public-read-write authenticated-read bucket-owner-read "
                    "bucket-owner-full-control log-delivery-write aws-exec-read"
                )
            ),
            f"{_SOURCE}/s3_constants/acp_canned_acl.go",
            as_of=_DATE,
        ),
        addressing=documented(
            frozenset({"path", "virtual"}), _WIKI, note="virtual needs -domainName on the server."
        ),
        checksums=from_code(
            every_checksum("verified"),
            _SOURCE,
            as_of=_DATE,
            note="400 for an algorithm it does not know.",
        ),
        checksum_trailers=reported(
            "yes",
            "seaweedfs/seaweedfs#6548",
            as_of=_DATE,
            note="Old releases stored the framing inside files.",
        ),
        batch_delete=from_code("yes", _SOURCE, as_of=_DATE),
        batch_delete_digest=from_code("any", _SOURCE, as_of=_DATE, note="None needed."),
        batch_delete_limit=from_code(1000, _SOURCE, as_of=_DATE),
        put_if_absent=from_code("enforced", _SOURCE, as_of=_DATE),
        put_if_match=from_code("enforced", _SOURCE, as_of=_DATE),
        complete_if_absent=from_code("enforced", _SOURCE, as_of=_DATE),
        complete_if_match=from_code("enforced", _SOURCE, as_of=_DATE),
        delete_if_match=from_code(
            "enforced", f"{_SOURCE}/s3api_object_handlers_delete.go", as_of=_DATE
        ),
        if_match_etag=from_code(
            "quoted",
            f"{_SOURCE}/s3api_object_handlers_put.go",
            as_of=_DATE,
            note="The unquoted form is taken too.",
        ),
        encryption=from_code(
            {"AES256": "yes", "aws:kms": "yes", "aws:kms:dsse": "no", "SSE-C": "yes"},
            _SOURCE,
            as_of=_DATE,
        ),
        tagging=from_code("yes", _SOURCE, as_of=_DATE),
        storage_classes=from_code(
            frozenset(
                words(
                    "STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING "
                    "GLACIER DEEP_ARCHIVE OUTPOSTS GLACIER_IR SNOW"
                )
            ),
            f"{_SOURCE}/s3api_object_handlers_put.go",
            as_of=_DATE,
            note="Another value gives InvalidStorageClass.",
        ),
        multipart=from_code("yes", _SOURCE, as_of=_DATE),
        part_size_min=from_code(5 * MIB, _SOURCE, as_of=_DATE),
        parts_max=from_code(10_000, _SOURCE, as_of=_DATE),
        copy=from_code("yes", _SOURCE, as_of=_DATE),
        presign=from_code(SIGNED_METHODS, _SOURCE, as_of=_DATE, note="GET and PUT are stated."),
        presign_seconds_max=from_code(SEVEN_DAYS, _SOURCE, as_of=_DATE),
        post_policy=from_code(
            "yes", "chuanghiduoc/nestjs-fastify-nx#143 (measured)", as_of="2026-08-01"
        ),
        unsigned_headers=from_code(
            "refused",
            f"{_SOURCE}/auth_signature_v4.go",
            as_of=_DATE,
            note="From 4.21 on (seaweedfs/seaweedfs#9121); honoured before.",
        ),
        public_url=documented("yes", _WIKI, note="With anonymous reading switched on."),
        complete_location=from_code("request-host", f"{_SOURCE}/filer_multipart.go", as_of=_DATE),
        versioning=from_code("yes", _SOURCE, as_of=_DATE),
        cors=from_code("yes", _SOURCE, as_of=_DATE),
        lifecycle=from_code("yes", _SOURCE, as_of=_DATE),
        policy=from_code("yes", _SOURCE, as_of=_DATE),
        server=documented("SeaweedFS", "https://github.com/seaweedfs/seaweedfs"),
    ),
)
