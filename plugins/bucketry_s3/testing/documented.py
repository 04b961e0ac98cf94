"""How servers word their refusals, and the habits that capability facts do not say.

`Capabilities` says that a vendor refuses a header; this table says with which status, code and
message, from the vendor's documentation or from a public report. Entries hold for a vendor's name
or for the software behind it (``ceph``, ``minio``); what is not listed follows Amazon S3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import evolve, field, frozen

from bucketry_s3.testing.errors import Refusal

Feature = Literal[
    "acl",
    "acl_value",
    "public_acl",
    "batch_digest",
    "batch_limit",
    "checksum",
    "checksum_mode",
    "condition",
    "copy",
    "cors",
    "empty_header",
    "encryption",
    "equal_parts",
    "lifecycle",
    "multipart",
    "policy",
    "post_policy",
    "storage_class",
    "tagging",
    "trailer",
    "versioning",
]


@frozen(kw_only=True)
class Habits:
    """What a server does beyond its capabilities. None: as Amazon S3.

    Attributes:
        refusals: its words for what it refuses.
        region: the region that signatures are made for, where the vendor has a fixed one.
        region_aliases: further names of that region.
        any_region: the region of a signature is not looked at.
        empty_headers: whether an empty optional ``x-amz-`` header is refused.
        checksum_mode: whether a read may carry ``x-amz-checksum-mode``.
        adds_checksum: whether it computes CRC64NVME for uploads that carry no checksum.
        public_acls: whether an ACL may make things public without asking the vendor first.
        metadata_max: bytes of user metadata.
        complete_etag: whether the answer to a completed multipart upload has the ETag.
        complete_again: whether completing the same upload twice answers the same twice.
        part_copy: whether UploadPartCopy exists.
        recreate: whether creating one's own bucket again is a success.
        sorted_listing: whether keys are listed in order.
        cors: ``open`` answers every origin, whatever the bucket says.
        always_versioned: every bucket keeps versions.
        public_access_block: whether a bucket can block public access.
        ownership_controls: whether a bucket can say who owns its objects.
        blocks_uploads: whether `BlockPublicAcls` refuses every upload, not those with public ACLs.
        abort_rules: whether a lifecycle rule may remove unfinished uploads.
    """

    refusals: Mapping[Feature, Refusal] = field(factory=dict)
    region: str | None = None
    region_aliases: tuple[str, ...] = ()
    any_region: bool = False
    empty_headers: bool = False
    checksum_mode: bool = True
    adds_checksum: bool = False
    public_acls: bool = True
    metadata_max: int = 2048
    complete_etag: bool = True
    complete_again: bool = False
    part_copy: bool = True
    recreate: bool = False
    sorted_listing: bool = True
    cors: Literal["rules", "open"] = "rules"
    always_versioned: bool = False
    public_access_block: bool = False
    ownership_controls: bool = False
    blocks_uploads: bool = False
    abort_rules: bool = True


_HEADER = Refusal(
    501, "NotImplemented", "A header you provided implies functionality that is not implemented"
)
_OPERATION = Refusal(501, "NotImplemented", "The operation is not implemented")

GENERAL: Mapping[Feature, Refusal] = {
    "acl": _HEADER,
    "acl_value": Refusal(400, "InvalidArgument", "The canned ACL '{value}' is not supported"),
    "batch_digest": Refusal(
        400, "InvalidRequest", "Missing required header for this request: Content-MD5"
    ),
    "batch_limit": Refusal(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    "checksum": _HEADER,
    "checksum_mode": _HEADER,
    "condition": _HEADER,
    "copy": _HEADER,
    "cors": _OPERATION,
    "empty_header": _HEADER,
    "encryption": _HEADER,
    "equal_parts": Refusal(400, "InvalidPart", "All non-trailing parts must have the same length."),
    "multipart": _OPERATION,
    "lifecycle": _OPERATION,
    "policy": _OPERATION,
    "post_policy": _OPERATION,
    "public_acl": Refusal(403, "AccessDenied", "Access Denied"),
    "storage_class": Refusal(
        400, "InvalidStorageClass", "The storage class you specified is not valid"
    ),
    "tagging": _HEADER,
    "trailer": Refusal(
        411, "MissingContentLength", "You must provide the Content-Length HTTP header."
    ),
    "versioning": _OPERATION,
}
"""What Amazon S3 says, or would say if it lacked the feature."""

_SHA256_MISMATCH = Refusal(
    400,
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
)
_B2_HEADER = Refusal(
    400, "InvalidArgument", "Unsupported header '{header}' received for this API call."
)
_R2_HEADER = Refusal(
    501, "NotImplemented", "Header '{header}' with value '{value}' not implemented"
)

# Measured on Ceph 16.2.15 over TLS, 2026-11-24. The messages are empty there.
_CEPH = Habits(
    refusals={
        "acl_value": Refusal(400, "InvalidArgument", ""),
        "storage_class": Refusal(400, "InvalidArgument", ""),
        "trailer": Refusal(411, "MissingContentLength", ""),
    },
    any_region=True,
    complete_etag=False,
    recreate=True,
    public_access_block=True,
    blocks_uploads=True,
)

# minio/minio at 7aac2a2c, 2026-02-12: cmd/api-errors.go, cmd/acl-handlers.go.
_MINIO: Mapping[Feature, Refusal] = {
    "batch_digest": Refusal(
        400, "MissingContentMD5", "Missing required header for this request: Content-Md5."
    ),
    "storage_class": Refusal(400, "InvalidStorageClass", "Invalid storage class."),
}

SOFTWARE: Mapping[str, Habits] = {
    "ceph": _CEPH,
    # CORS is one setting for the whole server, which lets every origin in unless it is changed.
    # Unfinished uploads it removes by itself, and takes no rule for them.
    "minio": Habits(refusals=_MINIO, cors="open", abort_rules=False),
    "rustfs": Habits(refusals=_MINIO),
}
"""Habits by the software behind a vendor: the key is a word of its `server` fact."""

VENDORS: Mapping[str, Habits] = {
    # Since December 2024 every object has a checksum; in us-east-1 a bucket can be made twice.
    "aws": Habits(
        adds_checksum=True,
        complete_again=True,
        recreate=True,
        public_access_block=True,
        ownership_controls=True,
    ),
    # pixelfed/pixelfed#3775 (ACL), yopass#3657 (tags), gobackup/gobackup#182 (empty headers),
    # amd/gaia#3029 (trailers), apache/opendal at 68a76e4 (700 keys), Cloudflare's error codes.
    "r2": Habits(
        refusals={
            "acl": _R2_HEADER,
            "batch_limit": Refusal(
                500, "InternalError", "We encountered an internal error. Please try again."
            ),
            "checksum": _R2_HEADER,
            "empty_header": _R2_HEADER,
            "encryption": _R2_HEADER,
            "storage_class": _R2_HEADER,
            "tagging": _R2_HEADER,
            "trailer": Refusal(401, "Unauthorized", "Unauthorized"),
        },
        region="auto",
        region_aliases=("us-east-1", ""),
        empty_headers=True,
        metadata_max=8192,
    ),
    # suitenumerique/docs#1202, 2025-07.
    "ionos": Habits(refusals={"trailer": _SHA256_MISMATCH}),
    # home-assistant/core#144015, opentofu/opentofu#2605, 2025.
    "hetzner": evolve(_CEPH, refusals={"trailer": _SHA256_MISMATCH}),
    # EnterpriseDB/barman#1064 (checksums), boto/boto3#4102 (trailers), faisalsayed10/firefiles#71
    # (CORS), docs.wasabi.com on public access.
    "wasabi": Habits(
        refusals={
            "checksum": Refusal(
                400,
                "InvalidRequest",
                "Checksum Type mismatch occurred, expected checksum Type: null, actual checksum "
                "Type: {header}",
            ),
            "trailer": Refusal(400, "IncompleteBody", "The request body terminated unexpectedly"),
        },
        public_acls=False,
        cors="open",
    ),
    # scaleway/docs-content: troubleshooting/400-error-aes256.mdx, supported-checksums.mdx.
    "scaleway": Habits(
        refusals={
            "encryption": Refusal(
                400, "InvalidArgument", "The encryption method '{value}' is not supported"
            )
        },
        adds_checksum=True,
    ),
    # diced/zipline#746 (reads), Intrinsec/s3proxy#34 and velero-io/velero-plugin-for-aws#299 (tags,
    # even empty ones), hashicorp/terraform#37143 (conditions), safebucket#1278 (POST).
    "backblaze": Habits(
        refusals={
            "checksum": _B2_HEADER,
            "checksum_mode": _B2_HEADER,
            "tagging": _B2_HEADER,
            "trailer": _B2_HEADER,
        },
        checksum_mode=False,
        always_versioned=True,
    ),
    # jschneier/django-storages#1482.
    "gcs": Habits(
        refusals={"trailer": Refusal(403, "SignatureDoesNotMatch", "Invalid argument.")},
        any_region=True,
        part_copy=False,
    ),
    # storj/docs at 98b590c: keys are encrypted, so listings come in no order; CORS is open.
    "storj": Habits(any_region=True, sorted_listing=False, cors="open"),
    "tigris": Habits(region="auto"),
    # activepieces/activepieces#14110, 2026-07.
    "oci": Habits(
        refusals={
            "trailer": Refusal(501, "NotImplemented", "AWS chunked encoding not supported"),
            "batch_digest": Refusal(
                400,
                "InvalidRequest",
                "Missing required header for this request: Content-MD5, x-amz-checksum-sha256 or "
                "x-amz-checksum-crc32c",
            ),
        }
    ),
    # rclone/rclone at 16971ab6b; tools sign with either of two region names.
    "alibaba": Habits(
        refusals={
            "trailer": Refusal(
                400, "BadDigest", "The Content-MD5 you specified did not match what we received."
            )
        },
        any_region=True,
    ),
    # deuxfleurs-org/garage, configuration reference: s3_region, and signatures must name it.
    "garage": Habits(region="garage"),
    "seaweedfs": Habits(any_region=True),
    # Measured on 1.7.0, 2026-11-26.
    "versitygw": Habits(ownership_controls=True),
}
"""Habits by the vendor's name. They replace those of its software, except for its refusals."""
