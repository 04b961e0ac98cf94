"""3DS Outscale OOS: Scality RING; path addressing; a request may take three minutes.

Lower `multipart.part_size` on slow lines, so that no part takes longer than that. The vendor's
table of calls has no DeleteObjects, so objects are deleted one by one. Bucket names have no dots.

Much here is from CloudServer, the open form of the software, of October 2024: it ignores conditions
on writes in silence, so `prevent_overwrite` is refused.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
    words,
)

_GUIDE = "https://docs.outscale.com/en/userguide"
_CALLS = f"{_GUIDE}/OOS-API-Reference.html"
_LIMITS = f"{_GUIDE}/OOS-Recommendations-and-Limits.html"
_DATE = "2026-11"
_SCALITY = "scality/cloudserver ec2e304 (8.8.35; the server is Scality RING)"
_SCALITY_DATE = "2024-10"
_NOT_READ = "Not read on a write."


profile = Profile(
    endpoint="https://oos.{region}.outscale.com",
    addressing="path",
    # rclone/rclone:backend/s3/provider/Outscale.yaml 64ab1ac32, looked up 2026-11
    regions=words("eu-west-2 us-east-2 us-west-1 cloudgouv-eu-west-1 ap-northeast-1"),
    hints={
        "RequestTimeout": (
            "Outscale ends a request after three minutes: lower `multipart.part_size`."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: an Outscale bucket lives in one region (eu-west-2 ...)."
        ),
        "AccessDenied": (
            "Look at the bucket policy, whose actions at Outscale are a fixed list, and at the "
            "bucket's and the object's ACL."
        ),
    },
)

vendor = s3_vendor(
    name="outscale",
    title="3DS Outscale OOS",
    summary="Path addressing; no batch deletes, no form uploads; three minutes for a request.",
    docs_url=f"{_GUIDE}/About-OOS.html",
    profile=profile,
    endpoint_hosts=("oos.{region}.outscale.com",),
    capabilities=Capabilities(
        acl=documented(
            "object",
            f"{_GUIDE}/Access-Control-List-ACL-Reference.html",
            as_of=_DATE,
            note="The ACL of an upload in parts cannot be changed once it is begun.",
        ),
        canned_acls=documented(
            frozenset(
                words(
                    "private public-read public-read-write authenticated-read bucket-owner-read "
                    "bucket-owner-full-control"
                )
            ),
            f"{_GUIDE}/Access-Control-List-ACL-Reference.html",
            as_of=_DATE,
        ),
        addressing=from_code(
            frozenset({"path"}),
            "rclone/rclone:backend/s3/provider/Outscale.yaml 64ab1ac32",
            as_of="2026-08-21",
            note="The vendor's samples are by path, too.",
        ),
        checksums=inferred(
            every_checksum("ignored"),
            f"{_SCALITY}:lib/api/apiUtils/object/validateChecksumHeaders.js",
            as_of=_SCALITY_DATE,
            note="Never read there; a newer RING may verify them.",
        ),
        checksum_trailers=inferred(
            "no",
            f"{_SCALITY}:lib/api/apiUtils/object/validateChecksumHeaders.js",
            as_of=_SCALITY_DATE,
            note="400 BadRequest: trailing checksum is not supported (scality/cloudserver#5553).",
        ),
        batch_delete=inferred(
            "no",
            f"{_CALLS} (not in its table)",
            as_of=_DATE,
            note="Sources disagree: the software has it (lib/api/multiObjectDelete.js).",
        ),
        put_if_absent=inferred("ignored", _SCALITY, as_of=_SCALITY_DATE, note=_NOT_READ),
        put_if_match=inferred("ignored", _SCALITY, as_of=_SCALITY_DATE, note=_NOT_READ),
        complete_if_absent=inferred("ignored", _SCALITY, as_of=_SCALITY_DATE, note=_NOT_READ),
        complete_if_match=inferred("ignored", _SCALITY, as_of=_SCALITY_DATE, note=_NOT_READ),
        delete_if_match=inferred("ignored", _SCALITY, as_of=_SCALITY_DATE, note=_NOT_READ),
        encryption=inferred(
            {"AES256": "yes", "SSE-C": "no"},
            f"{_SCALITY}:constants.js",
            as_of=_SCALITY_DATE,
            note="The vendor documents encryption of a bucket.",
        ),
        tagging=documented(
            "yes",
            _LIMITS,
            as_of=_DATE,
            note="10 tags of an object; the header of an upload is not described.",
        ),
        storage_classes=inferred(
            frozenset({"STANDARD"}),
            f"{_SCALITY}:constants.js",
            as_of=_SCALITY_DATE,
            note="Another value gives InvalidStorageClass.",
        ),
        multipart=documented(
            "yes",
            f"{_GUIDE}/Creating-a-Multipart-Upload.html",
            as_of=_DATE,
            note="Objects up to 5 TB are recommended.",
        ),
        part_size_min=inferred(5 * MIB, f"{_SCALITY}:constants.js", as_of=_SCALITY_DATE),
        part_size_max=inferred(5 * GIB, f"{_SCALITY}:constants.js", as_of=_SCALITY_DATE),
        parts_max=inferred(10_000, f"{_SCALITY}:constants.js", as_of=_SCALITY_DATE),
        equal_parts=inferred(False, "no such rule is stated", as_of=_DATE),
        put_size_max=documented(
            5 * GIB, f"{_GUIDE}/Uploading-an-Object-to-a-Bucket.html", as_of=_DATE
        ),
        copy=documented("yes", _CALLS, as_of=_DATE),
        presign=documented(
            SIGNED_METHODS,
            f"{_GUIDE}/Creating-a-Pre-Signed-URL.html",
            as_of=_DATE,
            note="GET and PUT are stated.",
        ),
        presign_seconds_max=documented(
            SEVEN_DAYS, f"{_GUIDE}/Configuring-a-Pre-signed-URL.html", as_of=_DATE
        ),
        post_policy=documented(
            "no",
            f"{_GUIDE}/Creating-a-Pre-Signed-URL.html",
            as_of=_DATE,
            note='"Pre-signed POST uploads are not supported."',
        ),
        public_url=inferred(
            "yes",
            f"{_GUIDE}/Access-Control-List-ACL-Reference.html, and addresses in use",
            as_of=_DATE,
        ),
        versioning=documented("yes", f"{_GUIDE}/Introduction-to-OOS.html", as_of=_DATE),
        cors=documented("yes", f"{_GUIDE}/About-OOS.html", as_of=_DATE),
        lifecycle=documented("yes", _CALLS, as_of=_DATE),
        policy=documented(
            "yes",
            f"{_GUIDE}/Bucket-Policy-Supported-Actions-List.html",
            as_of=_DATE,
            note="A fixed list of actions.",
        ),
        rate_limits=documented(
            "recommended: 300 reads and 200 writes a second and bucket, 10 million objects; a "
            "request may take 3 minutes",
            _LIMITS,
            as_of=_DATE,
        ),
        server=documented("Scality RING", f"{_GUIDE}/Introduction-to-OOS.html", as_of=_DATE),
    ),
)
