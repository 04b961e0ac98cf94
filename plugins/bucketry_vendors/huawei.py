"""Huawei Cloud OBS: virtual-hosted only; checksum headers have no effect.

Path addressing ended in 2023; a HEAD by path may still pass and mislead. Regions in Europe
(`eu-west-101`) have the domain `myhuaweicloud.eu`. Default domains make browsers download what they
open: to show images, bind a domain of your own and write it as `base_url`.

Huawei documents its own API; most of what is said of S3's here is from Open Telekom Cloud, which
runs the same software and documents it. Whether a condition on an upload is kept is not known, so
`prevent_overwrite` is refused.
"""

from __future__ import annotations

from typing import Any

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    inferred,
    reported,
    unknown,
    words,
)

_API = "https://support.huaweicloud.com/api-obs"
_API_DATE = "2025-12"
_PARTS = "https://support.huaweicloud.com/intl/en-us/api-obs_go_sdk_api_en/obs_33_0512.html"
_TELEKOM = "opentelekomcloud-docs/object-storage-service:doc/s3api b9835f8 (the same software)"
_TELEKOM_DATE = "2024-02"
_MILVUS = "milvus-io/milvus-storage#500"
_MILVUS_DATE = "2026-04"


def _endpoint(options: Any) -> str:
    """Choose Europe's domain or that of everywhere else (support.huaweicloud.com/eu/qs-obs)."""
    domain = "eu" if (options.region or "").startswith("eu-") else "com"
    return f"https://obs.{{region}}.myhuaweicloud.{domain}"


profile = Profile(
    endpoint=_endpoint,
    addressing="virtual",
    # rclone/rclone:backend/s3/provider/HuaweiOBS.yaml 64ab1ac32, eu-west-101 from Huawei's page,
    # the last line from addresses in use; looked up 2026-11
    regions=words(
        """
        af-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 cn-east-2 cn-east-3 cn-north-1
        cn-north-4 cn-south-1 na-mexico-1 sa-argentina-1 sa-brazil-1 sa-chile-1 sa-peru-1
        ru-northwest-2 eu-west-101
        cn-southwest-2 la-north-2 la-south-2 me-east-1 tr-west-1
        """
    ),
    hints={
        "VirtualHostDomainRequired": (
            "OBS wants the bucket in the host: leave `addressing` out, and use a bucket name "
            "without dots."
        ),
        "InArrearOrInsufficientBalance": (
            "Huawei Cloud has closed this account for an unpaid bill."
        ),
        "TooManyWrongSignature": (
            "OBS has had too many wrong signatures: correct the key pair, and wait a while."
        ),
        "InvalidStorageClass": "OBS has the classes STANDARD, STANDARD_IA and GLACIER in S3's API.",
        "FsNotSupport": "This OBS bucket is a parallel file system, which refuses many calls.",
        "BucketNotFound": (
            "Check `bucket` and `region`: OBS serves a bucket on its own region's endpoint only."
        ),
    },
)

vendor = s3_vendor(
    name="huawei",
    title="Huawei Cloud OBS",
    summary="Virtual-hosted only; checksum headers have no effect; batch deletes want Content-MD5.",
    docs_url=f"{_API}/obs_04_0001.html",
    profile=profile,
    endpoint_hosts=("obs.{region}.myhuaweicloud.com", "obs.{region}.myhuaweicloud.eu"),
    capabilities=Capabilities(
        acl=inferred(
            "object", _TELEKOM, as_of=_TELEKOM_DATE, note="x-amz-grant headers are not supported."
        ),
        canned_acls=inferred(
            frozenset(
                words(
                    "private public-read public-read-write authenticated-read bucket-owner-read "
                    "bucket-owner-full-control"
                )
            ),
            _TELEKOM,
            as_of=_TELEKOM_DATE,
        ),
        addressing=documented(
            frozenset({"virtual"}),
            "https://www.huaweicloud.com/notice/2022/20231106133534969.html",
            as_of="2023-12-30",
            note="403 VirtualHostDomainRequired, or 404 NoSuchKey to a PUT by path "
            "(Tencent/WeKnora#3269).",
        ),
        checksums=reported(
            every_checksum("ignored"),
            _MILVUS,
            as_of=_MILVUS_DATE,
            note="Said of DeleteObjects; a wrong Content-MD5 is refused.",
        ),
        checksum_trailers=reported(
            "no",
            "huaweicloud/terraform-provider-huaweicloud#7021, langgenius/dify#13354",
            as_of="2025-06",
            note="400 XAmzContentSHA256Mismatch.",
        ),
        batch_delete=documented("yes", f"{_API}/obs_04_0086.html", as_of=_API_DATE),
        batch_delete_digest=documented("md5", f"{_API}/obs_04_0086.html", as_of=_API_DATE),
        batch_delete_limit=documented(
            1000,
            "https://support.huaweicloud.com/intl/zh-cn/my-kualalumpur-1-api-obs/obs_04_0086.html",
            as_of="2024-03",
        ),
        put_if_absent=unknown(
            "Named as a storage that Milvus' log cannot use for want of conditional writes; "
            "whether they are refused or ignored is not said.",
            "milvus-io/milvus-docs#3477",
            as_of="2026-04-27",
        ),
        put_if_match=unknown(
            "The PUT has no condition in the list of headers.", _TELEKOM, as_of=_TELEKOM_DATE
        ),
        encryption=inferred(
            {"aws:kms": "yes", "SSE-C": "yes"},
            _TELEKOM,
            as_of=_TELEKOM_DATE,
            note="Its table excludes keys managed by S3 (AES256), which OBS's own API has.",
        ),
        tagging=unknown(
            "OBS's own header is documented; S3's is not in the list.",
            _TELEKOM,
            as_of=_TELEKOM_DATE,
        ),
        storage_classes=inferred(
            frozenset(words("STANDARD STANDARD_IA GLACIER")),
            _TELEKOM,
            as_of=_TELEKOM_DATE,
            note="OBS's own names are STANDARD, WARM and COLD.",
        ),
        multipart=documented(
            "yes",
            "https://support.huaweicloud.com/en-us/devg-obs/obs_06_0028.html",
            as_of="2026-11",
            note="Objects up to 48.8 TB.",
        ),
        part_size_min=documented(
            102_400, _PARTS, as_of="2026-11", note="Sources disagree: 5 MB in Telekom's S3 page."
        ),
        part_size_max=documented(5 * GIB, _PARTS, as_of="2026-11"),
        parts_max=documented(10_000, _PARTS, as_of="2026-11"),
        equal_parts=inferred(False, "no such rule is stated", as_of="2026-11"),
        put_size_max=documented(5 * GIB, f"{_API}/obs_04_0080.html", as_of=_API_DATE),
        copy=inferred("yes", _TELEKOM, as_of=_TELEKOM_DATE),
        presign=inferred(SIGNED_METHODS, _TELEKOM, as_of="2022-11"),
        presign_seconds_max=inferred(SEVEN_DAYS, _TELEKOM, as_of="2022-11"),
        post_policy=inferred("yes", _TELEKOM, as_of="2025-09"),
        public_url=documented(
            "yes",
            "the user manual's page on previewing objects",
            as_of="2026-11",
            note="Browsers download on the default domain.",
        ),
        complete_location=inferred("url", _TELEKOM, as_of=_TELEKOM_DATE, note="http."),
        versioning=inferred("yes", _TELEKOM, as_of=_TELEKOM_DATE),
        cors=inferred("yes", _TELEKOM, as_of=_TELEKOM_DATE),
        lifecycle=inferred("yes", _TELEKOM, as_of=_TELEKOM_DATE),
        policy=inferred("yes", _TELEKOM, as_of=_TELEKOM_DATE, note="20 KB; not every condition."),
        rate_limits=documented(
            "6,000 PUT, 10,000 GET, 1,000 LIST a second and account; 16 Gbit/s",
            "https://support.huaweicloud.com/eu/productdesc-obs/obs_03_0360.html",
            as_of="2025-11",
        ),
        server=inferred("proprietary", "error codes and headers of its own", as_of="2026-11"),
    ),
)
