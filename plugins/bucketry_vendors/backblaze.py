"""Backblaze B2: ACLs of buckets only, no tags, no conditional writes, no checksum headers.

`download_host` (such as `f004.backblazeb2.com`, the number is the account's cluster) gives public
objects their friendly address `https://f004.backblazeb2.com/file/<bucket>/<key>`; without it they
have their S3 address. An account lives in one region; its master key cannot be used here. Versions
are always kept: a deleted key leaves its old versions, and they are billed.

Strapi's documentation calls ACLs supported: an object's ACL must equal its bucket's here. It says
that checksums, `preventOverwrite` and tags work everywhere: all three are refused by B2, so they
are refused when the configuration is loaded.
"""

from __future__ import annotations

from attrs import frozen

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
    reported,
    words,
)

_S3 = "https://www.backblaze.com/docs/cloud-storage-s3-compatible-api"
_CALLS = "https://www.backblaze.com/docs/cloud-storage-call-the-s3-compatible-api"
_PUT = "https://www.backblaze.com/apidocs/s3-put-object"
_RCLONE = "rclone/rclone:backend/b2/b2.go"
_PROBE = "gordonmurray/firnflow:README.md 93046ed (live tests), hashicorp/terraform#37143"


@frozen(kw_only=True)
class BackblazeOptions(S3Options):
    """Options of Backblaze B2; `download_host` makes the friendly public address."""

    download_host: str | None = None


profile = Profile(
    endpoint="https://s3.{region}.backblazeb2.com",
    addressing="path",
    # iterate-ch/profiles 0a0ec1e; us-west-004 and ca-east-006 from the vendor's examples
    regions=words(
        "us-west-000 us-west-001 us-west-002 us-west-004 us-east-005 eu-central-003 ca-east-006"
    ),
    public_base="https://{download_host}/file/{bucket}",
    guides={
        "rights": Guide(
            "Create an application key for this bucket with listBuckets, listFiles, readFiles, "
            "writeFiles, deleteFiles and listAllBucketNames, its name prefix the root path; "
            "the master key does not work here.",
            "https://www.backblaze.com/docs/cloud-storage-s3-compatible-app-keys, 2026-11",
        ),
        "public reads": Guide(
            "A bucket of Backblaze is public or private as a whole: set it to public in the "
            "console.",
            f"{_S3}, 2026-11",
        ),
    },
    hints={
        "InvalidAccessKeyId: is not valid": (
            "B2 knows no such key in this region: set `region` to the account's, which stands in "
            "the endpoint of its buckets."
        ),
        "InvalidAccessKeyId": (
            "The account's master key does not work with S3: create an application key. Buckets "
            "made before May 2020 cannot be reached."
        ),
        "InvalidArgument: x-amz-tagging": "B2 has no object tags: leave `tags` out.",
        "InvalidArgument: checksum": (
            "B2 takes no checksum headers: leave `checksum_algorithm` out."
        ),
        "InvalidArgument": (
            'Where B2 says "Unsupported header", leave out the parameter that sends it: tags, '
            "checksums and other ACLs than the bucket's are not accepted."
        ),
        "NotImplemented": "B2 has no conditional uploads and no form uploads.",
        "AccessDenied: Caps & Alerts": (
            "A cap of this Backblaze account is used up: raise it on the Caps & Alerts page."
        ),
        "AccessDenied": (
            "Look at the application key's capabilities and bucket in the Backblaze console: S3 "
            "needs both writeFiles and deleteFiles to delete, and a key for one bucket needs "
            "listAllBucketNames."
        ),
        "RateLimited": "New Backblaze accounts may send 500 requests a second; ask for more.",
        "Unavailable": (
            "A busy B2 server sends its clients away, which Backblaze calls normal: the next try "
            "reaches another one; raise `deadline` for more tries."
        ),
    },
)

vendor = s3_vendor(
    name="backblaze",
    title="Backblaze B2",
    summary="Bucket ACLs only; no tags, no conditional writes, no checksum headers.",
    docs_url=_S3,
    options=BackblazeOptions,
    profile=profile,
    endpoint_hosts=("s3.{region}.backblazeb2.com",),
    capabilities=Capabilities(
        acl=documented(
            "bucket",
            _S3,
            note="An x-amz-acl that differs from the bucket's is an error; GetObjectAcl gives the "
            "bucket's.",
        ),
        canned_acls=documented(frozenset({"private", "public-read"}), _S3),
        addressing=documented(
            frozenset({"path", "virtual"}),
            _CALLS,
            note="litestream advises path. Bucket names have no dots. HTTPS only.",
        ),
        checksums=documented(
            every_checksum("refused"),
            f"{_S3} (Unsupported features)",
            note="Sources disagree: CRC32 accepted in us-east-005 in July 2026 "
            "(sathinduga/obsidian-s3-sync-and-backup#84).",
        ),
        checksum_trailers=reported(
            "no",
            "diced/zipline#746, stonith404/pingvin-share#798, iterate-ch/cyberduck#16107",
            as_of="2025",
            note='InvalidArgument "Unsupported header x-amz-checksum-..."; reads with '
            "x-amz-checksum-mode are refused too.",
        ),
        batch_delete=documented("yes", _CALLS),
        batch_delete_digest=inferred(
            "md5", f"{_S3} (Unsupported features)", note="rclone and litestream send Content-MD5."
        ),
        put_if_absent=reported(
            "refused",
            _PROBE,
            as_of="2026-07-17",
            note='501 NotImplemented. taylorfinnell/awscr-s3#162 says "yes" without evidence.',
        ),
        put_if_match=reported(
            "refused",
            "sathinduga/obsidian-s3-sync-and-backup#78, #84",
            as_of="2026-07",
            note="501 NotImplemented.",
        ),
        complete_if_absent=inferred("refused", "as for a single upload"),
        complete_if_match=inferred("refused", "as for a single upload"),
        encryption=documented(
            {"AES256": "yes", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"}, _PUT
        ),
        tagging=documented(
            "no",
            f"{_PUT} (not in the list of headers)",
            as_of="2026-11",
            note='InvalidArgument "Unsupported header", to an empty one too; reading tags gives '
            "an empty set (Intrinsec/s3proxy#34, velero-io/velero-plugin-for-aws#299).",
        ),
        storage_classes=documented(
            frozenset({"STANDARD"}),
            f"{_PUT} (x-amz-storage-class is not in the list of headers)",
            as_of="2026-11",
        ),
        multipart=documented("yes", _CALLS, as_of="2026-11"),
        part_size_min=from_code(
            5_000_000,
            "Backblaze/b2-sdk-python:b2sdk/_internal/account_info (absoluteMinimumPartSize)",
        ),
        part_size_max=from_code(5_000_000_000, _RCLONE),
        parts_max=from_code(10_000, _RCLONE),
        equal_parts=from_code(False, _RCLONE),
        put_size_max=from_code(5_000_000_000, _RCLONE),
        copy=documented("yes", _CALLS),
        presign=documented(
            SIGNED_METHODS, _S3, as_of="2026-11", note="For downloading and uploading; SigV4 only."
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=reported("no", "safebucket#1278", as_of="2026-07", note="501 NotImplemented."),
        public_url=from_code(
            "yes",
            "Backblaze/b2-sdk-python:b2sdk/_internal/bucket.py get_download_url",
            note="Friendly address with download_host; the S3 address of a public bucket too. "
            "Nobody can list a public bucket without a key.",
        ),
        versioning=documented("yes", _CALLS, note="Always on; a delete adds a marker."),
        cors=documented("yes", _CALLS, note="Rules up to 100 KB."),
        lifecycle=documented(
            "yes",
            "https://www.backblaze.com/apidocs/s3-put-lifecycle-configuration",
            as_of="2026-02",
            note="Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload; no "
            "transitions.",
        ),
        policy=documented(
            "no",
            _CALLS,
            note="Sources disagree: yes in aminueza/terraform-provider-minio:docs/index.md.",
        ),
        rate_limits=inferred("no figures; 503 with advice to retry", "the vendor's documentation"),
        server=documented("proprietary", _S3),
    ),
)
