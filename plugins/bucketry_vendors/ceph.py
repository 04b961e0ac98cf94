"""Ceph's object gateway (RGW): the base of several vendors; behaviour depends on the release.

Give `endpoint`. Measured facts are from release 16.2.15 (Pacific), an old one: checksum headers are
ignored there, AES256 is taken without effect, and If-None-Match counts for a single upload but not
when a multipart upload is completed. Newer releases do better, each fact says from when on. For
one of them, or for storage classes that its placement targets define, use `provider = "s3"` and
declare what it can do.
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
    inferred,
    measured,
    words,
)

_DOCS = "https://docs.ceph.com/en/umbrella/radosgw/s3/"
_SERVER = "Ceph 16.2.15"
_TLS = "Ceph 16.2.15 over TLS"
_DATE = "2026-11-24"


profile = Profile(
    endpoint="",
    addressing="path",
    default_region="default",
    guides={
        "rights": Guide(
            "Put these statements into the policy of the bucket, each with "
            '`"Principal": {"AWS": ["arn:aws:iam:::user/NAME"]}`; between its last colons but one '
            "stands the tenant, if there is one.",
            "https://docs.ceph.com/en/latest/radosgw/bucketpolicy/, 2026-11",
            policy=True,
        ),
    },
    hints={
        "QuotaExceeded": (
            "The quota of the bucket or of its owner is used up: raise it with `radosgw-admin "
            "quota set`, or delete objects."
        ),
        "UserSuspended": (
            "This Ceph user is suspended: `radosgw-admin user enable` lets it in again."
        ),
        "InvalidArgument": (
            "Ceph does not say what it refuses: often a storage class, an ACL or a KMS key that "
            "this cluster does not have."
        ),
        "InvalidObjectName": (
            "Ceph takes keys of up to 1,024 bytes: shorten the key or `root_path`."
        ),
        "BucketNotFound": (
            'Check `bucket`; `addressing = "virtual"` works only where the Ceph server has '
            "rgw_dns_name."
        ),
    },
)

vendor = s3_vendor(
    name="ceph",
    title="Ceph RGW",
    summary="Depends on the release; If-Match takes the ETag without quotes.",
    docs_url=_DOCS,
    profile=profile,
    capabilities=Capabilities(
        acl=measured(
            "object", _SERVER, as_of=_DATE, note="public-read opens, private closes an object."
        ),
        canned_acls=documented(
            frozenset(words("private public-read public-read-write authenticated-read")),
            _DOCS,
            note="Another one gives 400 InvalidArgument on Ceph 16.2.15.",
        ),
        addressing=measured(
            frozenset({"path", "virtual"}),
            _SERVER,
            as_of=_DATE,
            note="virtual needs rgw_dns_name on the server.",
        ),
        checksums=measured(
            every_checksum("ignored"),
            _SERVER,
            as_of=_DATE,
            note="A wrong value is accepted and none is given back; a wrong Content-MD5 is "
            "refused. Verified from Squid on (ceph/ceph#55076), CRC64NVME from 20.2.0 "
            "(ceph/ceph#61878).",
        ),
        checksum_trailers=measured(
            "no",
            _TLS,
            as_of=_DATE,
            note="411 MissingContentLength; over plain http SDKs send a header instead. Newer "
            "releases parse them (boto/boto3#4435).",
        ),
        batch_delete=measured("yes", _SERVER, as_of=_DATE),
        batch_delete_digest=measured(
            "any", _SERVER, as_of=_DATE, note="Content-MD5 alone and CRC32 alone both pass."
        ),
        put_if_absent=measured("enforced", _SERVER, as_of=_DATE, note="412."),
        put_if_match=measured("enforced", _SERVER, as_of=_DATE, note="412."),
        complete_if_absent=measured(
            "ignored",
            _SERVER,
            as_of=_DATE,
            note="It overwrote. Enforced after Tentacle (ceph/ceph#64830).",
        ),
        complete_if_match=measured(
            "ignored",
            _TLS,
            as_of=_DATE,
            note="It overwrote. Enforced after Tentacle (ceph/ceph#64830).",
        ),
        delete_if_match=measured(
            "ignored",
            _TLS,
            as_of=_DATE,
            note="It deleted. Enforced by ceph/ceph#63348, in Squid since ceph/ceph#65932 (August "
            "2026).",
        ),
        if_match_etag=measured(
            "unquoted",
            _SERVER,
            as_of=_DATE,
            note="An upload with the quoted form gives 412; reads accept both. Both forms are "
            "taken since ceph/ceph#63348.",
        ),
        encryption=measured(
            {"AES256": "ignored", "aws:kms": "yes", "SSE-C": "yes"},
            _SERVER,
            as_of=_DATE,
            note="AES256 is accepted and not applied, newer releases apply it with a KMS; aws:kms "
            "with keys that the server knows.",
        ),
        tagging=measured("yes", _SERVER, as_of=_DATE),
        storage_classes=measured(
            frozenset({"STANDARD"}),
            _SERVER,
            as_of=_DATE,
            note="400 for others; placement targets can define more.",
        ),
        multipart=measured("yes", _SERVER, as_of=_DATE),
        multipart_tagging=measured(
            "ignored",
            _SERVER,
            as_of=_DATE,
            note="Tags that begin an upload in parts are taken and lost.",
        ),
        part_size_min=measured(5 * MIB, _SERVER, as_of=_DATE, note="400 EntityTooSmall."),
        part_size_max=inferred(5 * GIB, "RGW's defaults"),
        parts_max=inferred(10_000, "RGW's defaults"),
        copy=measured("yes", _SERVER, as_of=_DATE),
        presign=measured(SIGNED_METHODS, _SERVER, as_of=_DATE, note="GET and PUT were measured."),
        presign_seconds_max=documented(SEVEN_DAYS, _DOCS),
        post_policy=measured(
            "yes", _SERVER, as_of=_DATE, note="Size, key and signature are enforced."
        ),
        unsigned_headers=measured(
            "honoured",
            _SERVER,
            as_of=_DATE,
            note="x-amz-copy-source and x-amz-acl too. Refused from 19.2.6 and 20.2.4 on "
            "(CVE-2026-54330), unless rgw_sigv4_insecure is set; these two refuse an unsigned "
            "Content-Type as well.",
        ),
        public_url=measured(
            "yes", _SERVER, as_of=_DATE, note="With a bucket policy or a public ACL."
        ),
        complete_location=measured(
            "no-scheme",
            _SERVER,
            as_of=_DATE,
            note="host/bucket/key without a port, with either addressing; a tenant is lost "
            "(rclone/rclone commit 964fcd5f5).",
        ),
        versioning=measured("yes", _SERVER, as_of=_DATE),
        cors=measured("yes", _SERVER, as_of=_DATE, note="Preflights included."),
        lifecycle=measured("yes", _SERVER, as_of=_DATE),
        policy=measured("yes", _SERVER, as_of=_DATE),
        server=documented("Ceph RGW", _DOCS),
    ),
)
