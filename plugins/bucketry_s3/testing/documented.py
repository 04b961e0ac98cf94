"""How servers word their refusals, and the habits that capability facts do not say.

`Capabilities` says that a vendor refuses a header; this table says with which status, code and
message, from the vendor's documentation or from a public report. Entries hold for a vendor's name
or for the software behind it (``ceph``, ``minio``); what is not listed follows Amazon S3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

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
    "multipart",
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
        recreate: whether creating one's own bucket again is a success.
        sorted_listing: whether keys are listed in order.
        cors: ``open`` answers every origin, whatever the bucket says.
        always_versioned: every bucket keeps versions.
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
    recreate: bool = False
    sorted_listing: bool = True
    cors: Literal["rules", "open"] = "rules"
    always_versioned: bool = False


_NOT_IMPLEMENTED = Refusal(
    501, "NotImplemented", "A header you provided implies functionality that is not implemented"
)
_OPERATION = Refusal(501, "NotImplemented", "The operation is not implemented")

GENERAL: Mapping[Feature, Refusal] = {
    "acl": _NOT_IMPLEMENTED,
    "acl_value": Refusal(400, "InvalidArgument", "The canned ACL '{value}' is not supported"),
    "public_acl": Refusal(403, "AccessDenied", "Access Denied"),
    "batch_digest": Refusal(
        400, "InvalidRequest", "Missing required header for this request: Content-MD5"
    ),
    "batch_limit": Refusal(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    "checksum": _NOT_IMPLEMENTED,
    "checksum_mode": _NOT_IMPLEMENTED,
    "condition": _NOT_IMPLEMENTED,
    "copy": _NOT_IMPLEMENTED,
    "cors": _OPERATION,
    "empty_header": Refusal(
        501, "NotImplemented", "Header '{header}' with value '{value}' not implemented"
    ),
    "encryption": _NOT_IMPLEMENTED,
    "equal_parts": Refusal(400, "InvalidPart", "All non-trailing parts must have the same length."),
    "multipart": _OPERATION,
    "post_policy": _OPERATION,
    "storage_class": Refusal(
        400, "InvalidStorageClass", "The storage class you specified is not valid"
    ),
    "tagging": _NOT_IMPLEMENTED,
    "trailer": Refusal(
        411, "MissingContentLength", "You must provide the Content-Length HTTP header."
    ),
    "versioning": _OPERATION,
}

_SHA256_MISMATCH = Refusal(
    400,
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
)
_UNSUPPORTED_HEADER = Refusal(
    400, "InvalidArgument", "Unsupported header '{header}' received for this API call."
)
_R2_HEADER = Refusal(
    501, "NotImplemented", "Header '{header}' with value '{value}' not implemented"
)
_SIGNATURE = Refusal(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key "
    "and signing method.",
)
_MISSING_MD5 = Refusal(
    400, "MissingContentMD5", "Missing required header for this request: Content-Md5."
)

# Measured on Ceph 16.2.15 over TLS, 2026-11-24: trailers 411, unknown class 400, the answer to
# Complete has no ETag, a bucket of one's own can be created again, regions are not looked at.
_CEPH = Habits(
    refusals={
        "storage_class": Refusal(400, "InvalidArgument", ""),
        "acl_value": Refusal(400, "InvalidArgument", ""),
        "trailer": Refusal(411, "MissingContentLength", ""),
    },
    any_region=True,
    complete_etag=False,
    recreate=True,
)
_MINIO = Habits(
    refusals={
        "storage_class": Refusal(400, "InvalidStorageClass", "Invalid storage class."),
        "acl": Refusal(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
        ),
        "batch_digest": _MISSING_MD5,
        "cors": Refusal(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
        ),
    },
    cors="open",
)

SOFTWARE: Mapping[str, Habits] = {
    "ceph": _CEPH,
    "minio": _MINIO,
    "rustfs": _MINIO,
}
"""Habits by the software behind a vendor, looked up by a word of the `server` fact."""

VENDORS: Mapping[str, Habits] = {
    "aws": Habits(adds_checksum=True, complete_again=True, recreate=True),
}
"""Habits by the vendor's name; they go before those of its software."""
