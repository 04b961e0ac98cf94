"""Alibaba Cloud OSS: virtual-hosted only; conditions on uploads are refused with 501.

The region is written without `oss-`, as in `eu-central-1`. In mainland China new accounts cannot
use the default hosts since 2025-03-20: write a domain of your own as `base_url`. The S3 signature
may have to be enabled for an account by the vendor's support.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, s3_vendor
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

_DOCS = (
    "https://www.alibabacloud.com/help/en/oss/developer-reference/use-amazon-s3-sdks-to-access-oss"
)
_DOCS_DATE = "2026-03-20"
_RCLONE = "rclone/rclone:backend/s3/provider/Alibaba.yaml 64ab1ac32"
_RCLONE_DATE = "2026-08-21"
_MODEL = "OSS's own model; not verified through S3"
_S3 = "https://help.aliyun.com/zh/oss/developer-reference/compatibility-with-amazon-s3"
_S3_DATE = "2026-11"
_NOT_S3 = "https://www.alibabacloud.com/help/doc-detail/389025.html (not in its list)"
_NOT_S3_DATE = "2025-12-12"
_NATIVE = "Through OSS's own API."


profile = Profile(
    endpoint="https://s3.oss-{region}.aliyuncs.com",
    addressing="virtual",
    # https://help.aliyun.com/en/oss/user-guide/regions-and-endpoints, looked up again 2026-11;
    # Sydney and Mumbai are closed, Nanjing and Fuzhou are closing
    regions=words(
        """
        cn-hangzhou cn-shanghai cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu
        cn-shenzhen cn-heyuan cn-guangzhou cn-chengdu cn-hongkong us-west-1 us-east-1 na-south-1
        ap-southeast-1 ap-southeast-3 ap-southeast-5 ap-southeast-6 ap-southeast-7 ap-southeast-8
        ap-northeast-1 ap-northeast-2 eu-central-1 eu-west-1 eu-west-2 me-east-1 me-central-1
        """
    ),
    public_base="https://{bucket}.oss-{region}.aliyuncs.com",
    guides={
        "public reads": Guide(
            "Run `ossutil api put-bucket-acl --bucket BUCKET --acl public-read`, or set the ACL in "
            "the console.",
            "https://www.alibabacloud.com/help/en/oss/developer-reference/"
            "manage-bucket-access-permissions, 2026-11",
        ),
        "rights": Guide(
            "Write the actions as `oss:` and the resources as `acs:oss:*:*:BUCKET/*`, with "
            '`"Version": "1"`, and attach it to the RAM user of the key.',
            "https://www.alibabacloud.com/help/en/oss/user-guide/how-oss-works-with-ram, 2026-02",
            policy=True,
        ),
    },
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
        "s3.oss-{region}-internal.aliyuncs.com",
        "s3.oss-accelerate.aliyuncs.com",
        "s3.oss-accelerate-overseas.aliyuncs.com",
        "oss-{region}.aliyuncs.com",
        "oss-accelerate.aliyuncs.com",
    ),
    capabilities=Capabilities(
        acl=documented("object", _S3, as_of=_S3_DATE),
        canned_acls=documented(
            frozenset(words("private public-read public-read-write")), _S3, as_of=_S3_DATE
        ),
        addressing=documented(
            frozenset({"virtual"}),
            _S3,
            as_of=_S3_DATE,
            note="Path addressing gives SecondLevelDomainForbidden.",
        ),
        checksums=unknown("Content-MD5, and CRC64-ECMA of its own.", _MODEL),
        checksum_trailers=reported(
            "no",
            "karakeep-app/karakeep#2191, zenml-io/zenml#4286, usememos/memos#4511",
            as_of="2025-11-12",
            note="400 InvalidArgument: aws-chunked encoding is not supported; BadDigest by "
            "rclone's commit 16971ab6b.",
        ),
        batch_delete=documented("yes", _S3, as_of=_S3_DATE),
        batch_delete_digest=reported(
            "md5",
            "stormkit-io#142, OpenViking#1333",
            as_of="2026-04",
            note="MissingArgument without Content-MD5.",
        ),
        put_if_absent=reported(
            "refused",
            "tobi/walgit#67",
            as_of="2026-09-14",
            note="501 NotImplemented; x-oss-forbid-overwrite is native.",
        ),
        put_if_match=reported(
            "refused", "tobi/walgit#67", as_of="2026-09-14", note="501 NotImplemented."
        ),
        storage_classes=documented(
            frozenset(words("STANDARD STANDARD_IA GLACIER")), _S3, as_of=_S3_DATE
        ),
        multipart=from_code(
            "yes", _RCLONE, as_of=_RCLONE_DATE, note="The ETag of parts differs from AWS's."
        ),
        parts_max=from_code(10_000, _RCLONE, as_of=_RCLONE_DATE),
        put_size_max=inferred(5_000_000_000, "OSS's own limit"),
        copy=documented("yes", _S3, as_of=_S3_DATE),
        presign=documented(
            SIGNED_METHODS,
            "https://help.aliyun.com/en/oss/user-guide/0002-00000429",
            note="GET and PUT are stated.",
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=unknown(
            "PostObject is called compatible; which fields it reads was not looked at.",
            _S3,
            as_of=_S3_DATE,
        ),
        public_url=documented(
            "yes",
            _DOCS,
            as_of=_DOCS_DATE,
            note="Not for new accounts in mainland regions since 2025-03-20.",
        ),
        versioning=inferred("no", _NOT_S3, as_of=_NOT_S3_DATE, note=_NATIVE),
        cors=inferred("no", _NOT_S3, as_of=_NOT_S3_DATE, note=_NATIVE),
        lifecycle=documented("yes", _S3, as_of=_S3_DATE),
        policy=inferred("no", _NOT_S3, as_of=_NOT_S3_DATE, note=_NATIVE),
        server=documented(
            "proprietary", "https://www.alibabacloud.com/product/object-storage-service"
        ),
    ),
)
