"""Tencent Cloud COS: virtual-hosted only, and the APPID belongs to the bucket's name.

Write the whole name, as in `media-1250000000`. Buckets made since 2024-01-01 refuse path addressing
with PathStyleDomainForbidden, and make browsers download what they open on the default domain: to
show images, bind a domain of your own and write it as `base_url`.

Checksum headers have no effect; the SHA-256 that every request signs does. Nothing is known of S3's
conditions here (COS has a header of its own, x-cos-forbid-overwrite), so `prevent_overwrite` is
refused. Keys have at most 850 bytes.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, s3_vendor
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

_S3 = "https://tencentcloud.com/document/product/436/32537"
_S3_DATE = "2025-01"
_LIMITS = "https://cloud.tencent.com/document/product/436/14518"
_LIMITS_DATE = "2025-12"
_PUT = "https://tencentcloud.com/document/api/436/7749"
_PUT_DATE = "2024-09"
_COMPLETE = "https://www.tencentcloud.com/document/product/436/7742"
_DELETE = "https://www.tencentcloud.com/document/product/436/8289"
_TERRAFORM = "tencentcloudstack/terraform-provider-tencentcloud f6970a9"
_TERRAFORM_DATE = "2026-08"
_MILVUS = "milvus-io/milvus-storage#500"
_MILVUS_DATE = "2026-04"
_OWN_HEADER = "COS's own header is x-cos-forbid-overwrite; S3's was not seen."


profile = Profile(
    endpoint="https://cos.{region}.myqcloud.com",
    addressing="virtual",
    # rclone/rclone:backend/s3/provider/TencentCOS.yaml 64ab1ac32; ap-jakarta and sa-saopaulo from
    # addresses in use; looked up 2026-11
    regions=words(
        """
        ap-beijing ap-nanjing ap-shanghai ap-guangzhou ap-chengdu ap-chongqing ap-hongkong
        ap-singapore ap-mumbai ap-jakarta ap-seoul ap-bangkok ap-tokyo na-siliconvalley na-ashburn
        na-toronto sa-saopaulo eu-frankfurt eu-moscow
        """
    ),
    guides={
        "public reads": Guide(
            "Tencent's policies are in CAM's own language: make the bucket public-read in the "
            'console, or send `acl = "public-read"`.',
            "https://tencentcloud.com/document/product/436/12470, 2024-03",
        ),
    },
    hints={
        "PathStyleDomainForbidden": (
            "Tencent COS wants the bucket in the host: leave `addressing` out."
        ),
        "BucketNotFound": (
            "Check `region` and `bucket`: at Tencent COS the APPID belongs to the bucket's name "
            "(media-1250000000)."
        ),
        "InvalidPart": "Tencent COS wants the numbers of the parts without gaps.",
        "AttachmentFull": (
            "This Tencent COS account has used up its ACLs and policies: leave `acl` out and open "
            "the bucket with one policy."
        ),
        "ExpiredToken": "Tencent's temporary key has run out: get a new one.",
    },
)

vendor = s3_vendor(
    name="tencent",
    title="Tencent Cloud COS",
    summary="Virtual-hosted only; the bucket's name ends in the APPID; no conditional writes.",
    docs_url=_S3,
    profile=profile,
    endpoint_hosts=(
        "cos.{region}.myqcloud.com",
        "cos.accelerate.myqcloud.com",
    ),
    capabilities=Capabilities(
        acl=from_code(
            "object",
            f"{_TERRAFORM}:tencentcloud/services/cos/resource_tc_cos_bucket_object.go",
            as_of=_TERRAFORM_DATE,
            note="ACLs and policies share a limit: 400 AttachmentFull.",
        ),
        canned_acls=from_code(
            frozenset(words("private public-read public-read-write")),
            f"{_TERRAFORM}:tencentcloud/services/cos/resource_tc_cos_bucket_object.go",
            as_of=_TERRAFORM_DATE,
            note="Sources disagree: rclone lists authenticated-read and two more.",
        ),
        addressing=documented(
            frozenset({"virtual"}),
            "https://www.tencentcloud.com/document/product/436/57456",
            as_of="2025-07",
            note="403 PathStyleDomainForbidden from buckets made since 2024-01-01 "
            "(gobackup/gobackup#233).",
        ),
        checksums=reported(
            every_checksum("ignored"),
            _MILVUS,
            as_of=_MILVUS_DATE,
            note="Said of DeleteObjects; a wrong Content-MD5 is refused. COS has a CRC64-ECMA of "
            "its own.",
        ),
        checksum_trailers=reported(
            "no",
            "infiniflow/ragflow#15927, multica-ai/multica#6261",
            as_of="2026-06",
            note="MissingContentLength, or 400 NotImplemented.",
        ),
        batch_delete=documented("yes", _DELETE, as_of="2025-09"),
        batch_delete_digest=reported("md5", _MILVUS, as_of=_MILVUS_DATE),
        batch_delete_limit=documented(1000, _DELETE, as_of="2025-09"),
        put_if_absent=unknown(_OWN_HEADER, "apache/opendal#8043", as_of="2026-08"),
        complete_if_absent=unknown(_OWN_HEADER, "apache/opendal#8043", as_of="2026-08"),
        encryption=inferred(
            {"AES256": "yes", "SSE-C": "yes"},
            "https://tencentcloud.com/document/product/436/38122",
            as_of="2024-02",
            note="Documented for COS's own headers; the value that KMS has in S3's is not known.",
        ),
        tagging=inferred(
            "yes",
            "https://tencentcloud.com/document/product/436/40670",
            as_of="2024-06",
            note="Documented for COS's own header, 10 tags.",
        ),
        storage_classes=from_code(
            frozenset(
                words(
                    "STANDARD STANDARD_IA INTELLIGENT_TIERING ARCHIVE DEEP_ARCHIVE MAZ_STANDARD "
                    "MAZ_STANDARD_IA MAZ_INTELLIGENT_TIERING"
                )
            ),
            f"{_TERRAFORM}:website/docs/r/cos_bucket_object.html.markdown",
            as_of=_TERRAFORM_DATE,
            note="MAZ_ classes in multi-AZ buckets only. rclone lists three of them.",
        ),
        multipart=documented("yes", _LIMITS, as_of=_LIMITS_DATE, note="Objects up to 48.82 TB."),
        part_size_min=documented(MIB, _LIMITS, as_of=_LIMITS_DATE),
        part_size_max=documented(5 * GIB, _LIMITS, as_of=_LIMITS_DATE),
        parts_max=documented(
            10_000, _LIMITS, as_of=_LIMITS_DATE, note="Numbers must have no gaps."
        ),
        equal_parts=inferred(False, f"{_COMPLETE} states no such rule", as_of=_PUT_DATE),
        put_size_max=documented(5 * GIB, _PUT, as_of=_PUT_DATE),
        copy=documented(
            "yes",
            "https://tencentcloud.com/document/api/436/7730",
            as_of="2024-03",
            note="A failure may stand in an answer of 200.",
        ),
        presign=inferred(
            SIGNED_METHODS,
            "apache/opendal:core/services/cos/src/backend.rs 68a76e4",
            as_of="2026-08",
            note="There with COS's own signature: GET, HEAD, PUT.",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit", as_of="2026-11"),
        post_policy=unknown(
            "COS has forms with fields of its own (q-sign-algorithm ...); S3's were not seen.",
            "https://tencentcloud.com/document/api/436/14690",
            as_of="2024-11",
        ),
        public_url=documented(
            "yes",
            "https://cloud.tencent.com/document/product/436/57420",
            as_of="2025-05",
            note="Buckets made since 2024-01-01 make browsers download on the default domain.",
        ),
        complete_location=documented(
            "url", _COMPLETE, as_of=_PUT_DATE, note="http, and without a scheme in older copies."
        ),
        versioning=documented("yes", _PUT, as_of=_PUT_DATE),
        cors=from_code(
            "yes",
            f"{_TERRAFORM}:tencentcloud/services/cos/resource_tc_cos_bucket.go",
            as_of=_TERRAFORM_DATE,
        ),
        lifecycle=from_code(
            "yes",
            f"{_TERRAFORM}:tencentcloud/services/cos/resource_tc_cos_bucket.go",
            as_of=_TERRAFORM_DATE,
        ),
        policy=inferred(
            "yes",
            "https://tencentcloud.com/document/product/436/12470",
            as_of="2024-03",
            note="In CAM's own language (qcs:: resources), not AWS's.",
        ),
        rate_limits=documented(
            "30,000 reads and 30,000 writes a second and bucket in mainland China, 3,000 "
            "elsewhere; 1,000 listings, 300 batch deletes a second",
            _LIMITS,
            as_of=_LIMITS_DATE,
        ),
        server=documented("proprietary", "https://tencentcloud.com/ind/document/product/436/7729"),
    ),
)
