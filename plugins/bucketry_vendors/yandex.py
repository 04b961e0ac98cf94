"""Yandex Object Storage: one host, region `ru-central1`; signed URLs for up to 30 days.

Kazakhstan is a cloud of its own: `region = "kz1"` leads to `storage.yandexcloud.kz`. Write no
region else: signatures must name `ru-central1`. Keys should have none of the characters
`: * ? " < > | !`, and all metadata of an object has 2 KB.

Conditional uploads came in 2025. Encryption by header takes keys of Yandex KMS only. Storage
classes have three names more than the vendor has classes: STANDARD_IA and NEARLINE mean COLD,
GLACIER means ICE.
"""

from __future__ import annotations

from typing import Any

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SIGNED_METHODS,
    documented,
    inferred,
    unknown,
    words,
)

_DOCS = "yandex-cloud/docs:en/storage"
_UPLOAD = f"{_DOCS}/s3/api-ref/object/upload.md 0423c80"
_NOTES = f"{_DOCS}/release-notes.md 0423c80"
_LIMITS = "yandex-cloud/docs:en/_includes/storage-limits.md 0423c80"
_DATE = "2025-09"
_DELETE = f"{_DOCS}/s3/api-ref/object/deletemultipleobjects.md 0423c80"
_INDEX = f"{_DOCS}/s3/index.md 0f9155f"
_ACL = f"{_DOCS}/concepts/acl.md 0295ba1"
_COMPLETE = f"{_DOCS}/s3/api-ref/multipart/completeupload.md 29780fb"
_NO_UNIT = "The unit is not defined, this is the safe reading."


def _endpoint(options: Any) -> str:
    """Choose the host of Kazakhstan or of Russia; neither names the region."""
    domain = "kz" if (options.region or "").startswith("kz") else "net"
    return f"https://storage.yandexcloud.{domain}"


profile = Profile(
    endpoint=_endpoint,
    addressing="path",
    default_region="ru-central1",
    # Regions of the two clouds, from addresses in use; looked up 2026-11
    regions=words("ru-central1 kz1"),
    hints={
        "SignatureDoesNotMatch": (
            "Yandex verifies the region too: leave `region` out (ru-central1), or write kz1 for "
            "Kazakhstan; else check the key pair."
        ),
        "CloudTotalAliveSizeQuotaExceed": (
            "The storage quota of this Yandex cloud is used up: raise it, or delete objects."
        ),
        "BucketMaxSizeExceeded": (
            "This Yandex bucket has reached its own maximum: raise it, or delete objects."
        ),
        "AccessDenied": (
            "Look at the roles of the Yandex service account and at the bucket's ACL and policy; "
            "changes take a while to count."
        ),
    },
)

vendor = s3_vendor(
    name="yandex",
    title="Yandex Object Storage",
    summary="One host; conditional writes; encryption by header takes KMS keys only.",
    docs_url="https://yandex.cloud/en/docs/storage/s3/",
    profile=profile,
    endpoint_hosts=("storage.yandexcloud.net", "storage.yandexcloud.kz"),
    capabilities=Capabilities(
        acl=documented(
            "object", _ACL, as_of="2026-11", note="A change of a bucket's ACL takes a while."
        ),
        canned_acls=documented(
            frozenset(
                words(
                    "private bucket-owner-full-control public-read public-read-write "
                    "authenticated-read"
                )
            ),
            _ACL,
            as_of="2026-11",
        ),
        addressing=documented(
            frozenset({"path", "virtual"}),
            _INDEX,
            as_of="2026-11",
            note="Dotted buckets by path only over TLS.",
        ),
        checksums=unknown(
            "Only Content-MD5 is described (BadDigest); SDKs of 2025, which send checksums, are "
            "called supported.",
            _NOTES,
            as_of=_DATE,
        ),
        checksum_trailers=inferred(
            "yes",
            _NOTES,
            as_of=_DATE,
            note="SDKs of 2025 are called supported; before, XAmzContentSHA256Mismatch "
            "(yandex-cloud/docs#899).",
        ),
        batch_delete=documented("yes", _DELETE, as_of=_DATE),
        batch_delete_digest=documented("md5", _DELETE, as_of=_DATE),
        batch_delete_limit=documented(1000, _DELETE, as_of=_DATE),
        put_if_absent=documented("enforced", _UPLOAD, as_of=_DATE, note="Since autumn 2025."),
        put_if_match=documented("enforced", _UPLOAD, as_of=_DATE, note="Since autumn 2025."),
        complete_if_absent=unknown(
            "The page has no condition, and may be older than those of uploads.",
            _COMPLETE,
            as_of="2026-11",
        ),
        complete_if_match=unknown(
            "The page has no condition, and may be older than those of uploads.",
            _COMPLETE,
            as_of="2026-11",
        ),
        encryption=inferred(
            {"AES256": "no", "aws:kms": "yes", "aws:kms:dsse": "no", "SSE-C": "no"},
            _UPLOAD,
            as_of=_DATE,
            note="aws:kms is documented as the header's only value.",
        ),
        tagging=inferred(
            "yes",
            f"{_DOCS}/concepts/tags.md 0f9155f",
            as_of="2026-11",
            note="PutObjectTagging, 10 tags; the header of an upload is not described.",
        ),
        storage_classes=documented(
            frozenset(words("STANDARD COLD STANDARD_IA NEARLINE ICE GLACIER")),
            f"{_DOCS}/concepts/storage-class.md 0423c80",
            as_of=_DATE,
            note="Answers say COLD or ICE; ICE is billed for 12 months at least.",
        ),
        multipart=documented("yes", _COMPLETE, as_of="2026-11", note="Objects up to 5 TB."),
        part_size_min=documented(5 * MIB, _LIMITS, as_of=_DATE, note=f'"5 MB". {_NO_UNIT}'),
        part_size_max=documented(5_000_000_000, _LIMITS, as_of=_DATE, note=f'"5 GB". {_NO_UNIT}'),
        parts_max=documented(10_000, _LIMITS, as_of=_DATE),
        equal_parts=inferred(False, "no such rule is stated", as_of="2026-11"),
        put_size_max=documented(5_000_000_000, _LIMITS, as_of=_DATE, note=f'"5 GB". {_NO_UNIT}'),
        copy=documented("yes", f"{_DOCS}/s3/api-ref (list of calls)", as_of="2026-11"),
        presign=documented(
            SIGNED_METHODS, f"{_DOCS}/concepts/pre-signed-urls.md 0295ba1", as_of="2026-11"
        ),
        presign_seconds_max=documented(
            2_592_000,
            f"{_DOCS}/concepts/pre-signed-urls.md 0295ba1",
            as_of="2026-11",
            note="30 days. An older copy of the page says 7.",
        ),
        post_policy=documented(
            "yes",
            f"{_DOCS}/concepts/presigned-post-forms.md 0423c80",
            as_of=_DATE,
            note="Up to 5 GB, into the standard class; success_action_status 200 or 204.",
        ),
        public_url=documented("yes", f"{_DOCS}/concepts/object.md 0295ba1", as_of="2026-11"),
        complete_location=documented("url", _COMPLETE, as_of="2026-11", note="http."),
        versioning=documented("yes", _UPLOAD, as_of=_DATE),
        cors=documented("yes", _INDEX, as_of="2026-11"),
        lifecycle=documented("yes", _NOTES, as_of=_DATE),
        policy=documented("yes", _LIMITS, as_of=_DATE, note="20 KB."),
        rate_limits=documented(
            "no figures; 429 TooManyRequests, 503 SlowDown",
            f"{_DOCS}/s3/api-ref/response-codes.md 0423c80",
            as_of=_DATE,
        ),
    ),
)
