"""Alibaba Cloud OSS: virtual-hosted only; conditions on uploads are refused with 501.

The region is written without `oss-`, as in `eu-central-1`. In mainland China new accounts cannot
use the default hosts since 2025-03-20: write a domain of your own as `base_url`. The S3 signature
may have to be enabled for an account by the vendor's support.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3.facts import (
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    reported,
    unknown,
    words,
)
from bucketry_s3.profile import Profile
from bucketry_s3.vendor import s3_vendor

_DOCS = (
    "https://www.alibabacloud.com/help/en/oss/developer-reference/use-amazon-s3-sdks-to-access-oss"
)
_DOCS_DATE = "2026-03-20"
_RCLONE = "rclone/rclone:backend/s3/provider/Alibaba.yaml 64ab1ac32"
_RCLONE_DATE = "2026-08-21"
_MODEL = "OSS's own model; not verified through S3"


profile = Profile(
    endpoint="https://s3.oss-{region}.aliyuncs.com",
    addressing="virtual",
    regions=words(
        """
        cn-hangzhou cn-shanghai cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu
        cn-shenzhen cn-heyuan cn-guangzhou cn-chengdu cn-hongkong us-west-1 us-east-1
        ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-northeast-1 ap-south-1
        eu-central-1 eu-west-1 me-east-1
        """
    ),
    public_base="https://{bucket}.oss-{region}.aliyuncs.com",
    hints={
        "SecondLevelDomainForbidden": (
            "OSS wants the bucket in the host: leave `addressing` out, and use a bucket name "
            "without dots."
        ),
        "NotImplemented": "OSS has no If-None-Match and no If-Match on uploads.",
        "WrongRegion": "OSS serves a bucket on its own region's endpoint only: set `region` to it.",
        "UserDisable": (
            "Alibaba Cloud has closed this account for an unpaid bill or a violation: look at its "
            "bills and messages."
        ),
        "InDebt": "Alibaba Cloud has closed this account for an unpaid bill.",
    },
)

vendor = s3_vendor(
    name="alibaba",
    title="Alibaba Cloud OSS",
    summary="Virtual-hosted only; conditional uploads are refused.",
    docs_url=_DOCS,
    profile=profile,
    endpoint_hosts=(
        "s3.oss-{region}.aliyuncs.com",
        "oss-{region}.aliyuncs.com",
        "oss-accelerate.aliyuncs.com",
    ),
    capabilities=Capabilities(
        acl=inferred("object", _MODEL),
        canned_acls=inferred(frozenset(words("private public-read public-read-write")), _MODEL),
        addressing=from_code(
            frozenset({"virtual"}),
            "apache/opendal:core/services/s3 68a76e4",
            note="Path addressing gives SecondLevelDomainForbidden.",
        ),
        checksums=unknown("Content-MD5, and CRC64-ECMA of its own.", _MODEL),
        checksum_trailers=from_code(
            "no", "rclone/rclone commit 16971ab6b", as_of="2025-11-12", note="BadDigest."
        ),
        batch_delete=inferred("yes", _MODEL),
        batch_delete_digest=inferred("md5", "OSS's own DeleteMultipleObjects"),
        put_if_absent=reported(
            "refused",
            "tobi/walgit#67",
            as_of="2026-09-14",
            note="501 NotImplemented; x-oss-forbid-overwrite is native.",
        ),
        put_if_match=reported(
            "refused", "tobi/walgit#67", as_of="2026-09-14", note="501 NotImplemented."
        ),
        storage_classes=from_code(
            frozenset(words("STANDARD STANDARD_IA GLACIER")), _RCLONE, as_of=_RCLONE_DATE
        ),
        multipart=from_code(
            "yes", _RCLONE, as_of=_RCLONE_DATE, note="The ETag of parts differs from AWS's."
        ),
        parts_max=from_code(10_000, _RCLONE, as_of=_RCLONE_DATE),
        put_size_max=inferred(5_000_000_000, "OSS's own limit"),
        copy=inferred("yes", _MODEL),
        presign=documented(
            SIGNED_METHODS,
            "https://help.aliyun.com/en/oss/user-guide/0002-00000429",
            note="GET and PUT are stated.",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=unknown("PostObject is native; S3's form was not looked at.", _DOCS),
        public_url=documented(
            "yes",
            _DOCS,
            as_of=_DOCS_DATE,
            note="Not for new accounts in mainland regions since 2025-03-20.",
        ),
        versioning=inferred("yes", _MODEL),
        cors=inferred("yes", _MODEL),
        lifecycle=inferred("yes", _MODEL),
        policy=inferred("yes", _MODEL),
        server=documented(
            "proprietary", "https://www.alibabacloud.com/product/object-storage-service"
        ),
    ),
)
