"""Refusals as vendors word them become bucketry's errors, with a sentence on that vendor.

Each body is answered by a server over TLS and goes the whole way: the family reads it and gives
it a type, the vendor's page the hint. Where a body is from stands in its file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bucketry import (
    AccessDenied,
    Archived,
    BadCredentials,
    BucketNotFound,
    ClockSkew,
    IntegrityError,
    PreconditionFailed,
    Provider,
    RateLimited,
    Rejected,
    StorageError,
    Unavailable,
    Unsupported,
    WrongRegion,
)
from bucketry_s3.testing import Reply, StandIn

BODIES = Path(__file__).parent / "bodies"
RETRIED = True

# vendor, case, HTTP status, type, whether it is tried again, and a part of the hint
CASES: list[tuple[str, str, int, type[StorageError], bool, str]] = [
    ("alibaba", "chunked", 501, Unsupported, False, "OSS has no If-None-Match"),
    ("alibaba", "namespaced", 403, AccessDenied, False, "The key is known but may not do this"),
    ("alibaba", "other_endpoint", 403, WrongRegion, False, "OSS serves a bucket on its own"),
    ("alibaba", "path_style", 403, Unsupported, False, "OSS wants the bucket in the host"),
    ("alibaba", "unknown_key", 403, BadCredentials, False, "Check the access key pair"),
    ("alibaba", "user_disable", 403, AccessDenied, False, "Alibaba Cloud has closed this account"),
    ("aws", "access_denied", 403, AccessDenied, False, "Block Public Access"),
    ("aws", "acl_not_supported", 400, Unsupported, False, "since April 2023 have ACLs off"),
    ("aws", "archived", 403, Archived, False, "call restore() first"),
    ("aws", "conflict", 409, Unavailable, RETRIED, ""),
    ("aws", "expired_token", 400, BadCredentials, False, "temporary credentials have run out"),
    ("aws", "kms_disabled", 400, AccessDenied, False, "AWS KMS has this key disabled"),
    ("aws", "not_implemented", 501, Unsupported, False, ""),
    ("aws", "permanent_redirect", 301, WrongRegion, False, "answers in its own region only"),
    ("aws", "put_acl_denied", 403, AccessDenied, False, "permission s3:PutObjectAcl"),
    ("aws", "signature", 403, BadCredentials, False, "Check the access key pair"),
    ("aws", "skewed", 403, ClockSkew, False, "Set this machine's clock"),
    ("aws", "slow_down", 503, RateLimited, RETRIED, "3,500 writes"),
    ("aws", "too_large", 400, Rejected, False, "larger than the vendor takes"),
    ("aws", "unknown_key", 403, BadCredentials, False, "`credentials.session_token`"),
    ("aws", "wrong_region", 400, WrongRegion, False, "answers in its own region only"),
    ("backblaze", "access_denied", 403, AccessDenied, False, "writeFiles and deleteFiles"),
    ("backblaze", "cap", 403, AccessDenied, False, "A cap of this Backblaze account is used up"),
    ("backblaze", "checksum", 400, Rejected, False, "B2 takes no checksum headers"),
    ("backblaze", "condition", 501, Unsupported, False, "B2 has no conditional uploads"),
    ("backblaze", "internal", 500, Unavailable, RETRIED, "A busy B2 server sends its clients away"),
    ("backblaze", "master_key", 403, BadCredentials, False, "create an application key"),
    ("backblaze", "no_tomes", 503, Unavailable, RETRIED, "the next try reaches another one"),
    ("backblaze", "other_region", 403, BadCredentials, False, "no such key in this region"),
    ("backblaze", "slow_down", 503, RateLimited, RETRIED, "500 requests a second"),
    ("backblaze", "tagging", 400, Rejected, False, "B2 has no object tags"),
    ("ceph", "invalid_argument", 400, Rejected, False, "Ceph does not say what it refuses"),
    ("ceph", "kms_key", 400, Rejected, False, "a KMS key that this cluster does not have"),
    ("ceph", "long_key", 400, Rejected, False, "1,024 bytes"),
    ("ceph", "no_such_bucket", 404, BucketNotFound, False, "rgw_dns_name"),
    ("ceph", "precondition", 412, PreconditionFailed, False, ""),
    ("ceph", "quota", 403, Rejected, False, "`radosgw-admin quota set`"),
    ("ceph", "rate_limited", 503, RateLimited, RETRIED, ""),
    ("ceph", "signature", 403, BadCredentials, False, "Check the access key pair"),
    ("ceph", "skewed", 403, ClockSkew, False, "Set this machine's clock"),
    ("ceph", "suspended", 403, AccessDenied, False, "`radosgw-admin user enable`"),
    ("contabo", "access_denied", 403, AccessDenied, False, "arn:aws:iam::<tenant id>"),
    ("contabo", "no_such_bucket", 404, BucketNotFound, False, "without the tenant id"),
    ("contabo", "quota", 403, Rejected, False, "the 3 million objects of this Contabo"),
    ("contabo", "slow_down", 503, RateLimited, RETRIED, "250 requests a second"),
    ("digitalocean", "invalid_argument", 400, Rejected, False, "Spaces have the ACLs private and"),
    ("digitalocean", "no_such_bucket", 404, BucketNotFound, False, "lives in one datacenter"),
    ("digitalocean", "slow_down", 503, RateLimited, RETRIED, "1,500 requests a second"),
    ("digitalocean", "unknown_key", 403, BadCredentials, False, "a Spaces access key pair"),
    ("exoscale", "access_denied", 403, AccessDenied, False, "IAM roles"),
    ("garage", "access_denied", 403, AccessDenied, False, "`garage bucket allow --read --write"),
    ("garage", "no_such_key_id", 403, AccessDenied, False, "`garage key list`"),
    ("garage", "old_date", 400, Rejected, False, "set this machine's clock (NTP)"),
    ("garage", "quota", 403, AccessDenied, False, "`garage bucket set-quotas`"),
    ("garage", "signature", 403, AccessDenied, False, "The secret is not that of this Garage key"),
    ("garage", "wrong_region", 400, WrongRegion, False, "the Garage server's `s3_region`"),
    ("gcs", "access_denied", 403, AccessDenied, False, "service account of this HMAC key"),
    ("gcs", "signature", 403, BadCredentials, False, "HMAC key pair"),
    ("gcs", "uniform_access", 400, Rejected, False, "turns ACLs off on this Google bucket"),
    ("hetzner", "access_denied", 403, AccessDenied, False, "keys belong to one project"),
    ("hetzner", "invalid_argument", 400, Rejected, False, "SSE-C as its only encryption"),
    ("hetzner", "no_such_bucket", 404, BucketNotFound, False, "fsn1, nbg1, hel1"),
    ("hetzner", "not_implemented", 501, Unsupported, False, "Supported actions"),
    ("hetzner", "sha256", 400, IntegrityError, False, "Hetzner answers so to checksum trailers"),
    ("huawei", "path_style", 403, Unsupported, False, "OBS wants the bucket in the host"),
    ("idrive", "access_denied", 403, AccessDenied, False, "some paid IDrive e2 accounts"),
    ("idrive", "no_such_bucket", 404, BucketNotFound, False, "hosts of their own"),
    ("ionos", "access_denied", 403, AccessDenied, False, "Look at the bucket policy"),
    ("ionos", "acl_not_supported", 400, Unsupported, False, "has its owner enforced"),
    ("ionos", "no_such_bucket", 404, BucketNotFound, False, "an IONOS bucket lives in one region"),
    ("ionos", "sha256", 400, IntegrityError, False, "IONOS answers so to checksum trailers"),
    ("ionos", "wrong_region", 400, WrongRegion, False, 'region = "de"'),
    ("linode", "no_such_bucket", 404, BucketNotFound, False, "lives in one cluster"),
    ("linode", "quota", 403, Rejected, False, "used up at Linode"),
    ("minio", "backend_down", 400, Unavailable, RETRIED, ""),
    ("minio", "checksum", 400, IntegrityError, False, ""),
    ("minio", "digest", 400, IntegrityError, False, ""),
    ("minio", "metadata", 400, Rejected, False, "Shorten the metadata"),
    ("minio", "no_kms", 501, Unsupported, False, "This MinIO server has no KMS"),
    ("minio", "no_such_bucket", 404, BucketNotFound, False, "Check `bucket`"),
    ("minio", "not_initialized", 503, Unavailable, RETRIED, "MinIO server is still starting"),
    ("minio", "object_name", 400, Rejected, False, ""),
    ("minio", "precondition", 412, PreconditionFailed, False, ""),
    ("minio", "quota", 400, Rejected, False, "quota on this MinIO server is used up"),
    ("minio", "skewed", 403, ClockSkew, False, "Set this machine's clock"),
    ("minio", "slow_down", 503, RateLimited, RETRIED, "MinIO server's drives"),
    ("minio", "storage_class", 400, Unsupported, False, "STANDARD and REDUCED_REDUNDANCY"),
    ("minio", "storage_full", 507, Rejected, False, "drives are nearly full"),
    ("minio", "unknown_key", 403, BadCredentials, False, "Check the access key pair"),
    ("minio", "wrong_region", 400, WrongRegion, False, "MINIO_REGION"),
    ("oci", "chunked", 501, Unsupported, False, "no ACLs and no chunked uploads"),
    ("oci", "no_such_bucket", 404, BucketNotFound, False, "`namespace`"),
    ("oci", "signature", 403, BadCredentials, False, "Customer Secret Key"),
    ("ovh", "access_denied", 403, AccessDenied, False, "by policies of the user"),
    ("ovh", "chunked", 501, Unsupported, False, ""),
    ("ovh", "wrong_region", 400, WrongRegion, False, "the region in lower case"),
    ("r2", "acl", 501, Unsupported, False, "R2 has no ACLs: leave `acl` out"),
    ("r2", "checksum", 501, Unsupported, False, "R2 does not take this checksum"),
    ("r2", "disconnected", 400, Unavailable, RETRIED, ""),
    ("r2", "encryption", 501, Unsupported, False, "R2 encrypts everything by itself"),
    ("r2", "expired", 400, ClockSkew, False, "R2 found the signature too old"),
    ("r2", "key_length", 400, Rejected, False, "have 32 characters"),
    ("r2", "locked", 403, AccessDenied, False, "A bucket lock rule"),
    ("r2", "no_such_bucket", 404, BucketNotFound, False, "set `jurisdiction`"),
    ("r2", "not_entitled", 403, AccessDenied, False, "has no R2 subscription"),
    ("r2", "tagging", 501, Unsupported, False, "R2 has no object tags: leave `tags` out"),
    ("r2", "too_many_requests", 429, RateLimited, RETRIED, "one write a second to the same key"),
    ("r2", "unauthorized", 401, BadCredentials, False, "an R2 API token that has not expired"),
    ("r2", "unequal_parts", 400, Rejected, False, "all parts but the last"),
    ("rustfs", "storage_class", 400, Unsupported, False, "RustFS has STANDARD and"),
    ("s3", "swift_condition", 501, Unsupported, False, ""),
    ("s3", "swift_digest", 400, IntegrityError, False, ""),
    ("s3", "swift_no_such_bucket", 404, BucketNotFound, False, "Check `bucket`"),
    ("s3", "swift_region", 400, WrongRegion, False, "Set `region`"),
    ("s3", "swift_signature", 403, BadCredentials, False, "Check the access key pair"),
    ("s3", "swift_tagging", 501, Unsupported, False, ""),
    ("scaleway", "access_denied", 403, AccessDenied, False, '"Version": "2023-04-17"'),
    ("scaleway", "aes256", 400, Rejected, False, '"aws:kms" with a key of its Key Manager'),
    ("scaleway", "forbidden", 403, AccessDenied, False, "preferred Project"),
    ("scaleway", "parts", 400, Rejected, False, "Scaleway takes 1,000 parts"),
    ("scaleway", "too_many_requests", 429, RateLimited, RETRIED, "Scaleway limits the rate"),
    ("seaweedfs", "is_file", 409, Rejected, False, "SeaweedFS cannot have a folder"),
    ("seaweedfs", "no_identities", 400, Rejected, False, "-s3.config"),
    ("seaweedfs", "too_many_requests", 429, RateLimited, RETRIED, "This SeaweedFS server limits"),
    ("storj", "bandwidth", 403, Rejected, False, "used up its bandwidth"),
    ("storj", "segments", 403, Rejected, False, "used up its segments"),
    ("storj", "slow_down", 429, RateLimited, RETRIED, "Storj limits the requests of a project"),
    ("storj", "storage", 403, Rejected, False, "used up its storage"),
    ("supabase", "database", 503, Unavailable, RETRIED, ""),
    ("supabase", "locked", 423, Unavailable, RETRIED, ""),
    ("supabase", "mime_type", 415, Rejected, False, "allows other content types"),
    ("supabase", "signature", 403, BadCredentials, False, "Supabase verifies the region too"),
    ("supabase", "tenant", 400, BucketNotFound, False, "check `project_ref`"),
    ("supabase", "too_large", 413, Rejected, False, "larger than this Supabase bucket or plan"),
    ("tencent", "path_style", 403, Unsupported, False, "COS wants the bucket in the host"),
    ("tigris", "access_denied", 403, AccessDenied, False, "Tigris has object ACLs off"),
    ("versitygw", "below_a_file", 409, Rejected, False, "an object stands where this key wants"),
    ("versitygw", "folder", 409, Rejected, False, "other keys lie below this one"),
    ("versitygw", "folder_with_data", 400, Rejected, False, "has to be empty"),
    ("versitygw", "no_such_bucket", 404, BucketNotFound, False, "Check `bucket`"),
    ("versitygw", "unknown_key", 404, BadCredentials, False, "Check the access key pair"),
    ("versitygw", "wrong_region", 400, WrongRegion, False, "(--region)"),
    ("vultr", "no_such_bucket", 404, BucketNotFound, False, "the cluster of its subscription"),
    ("vultr", "slow_down", 503, RateLimited, RETRIED, "400 operations a second"),
    ("vultr", "unknown_key", 403, BadCredentials, False, "S3 key pair of this Object Storage"),
    ("wasabi", "access_denied", 403, AccessDenied, False, "then Wasabi refuses public ACLs"),
    ("wasabi", "checksum_type", 400, Rejected, False, "leave `checksum_algorithm` out"),
    ("wasabi", "incomplete", 400, IntegrityError, False, "Wasabi answers so to checksum trailers"),
    ("wasabi", "lockout", 403, BadCredentials, False, "wait five minutes"),
    ("wasabi", "not_activated", 403, AccessDenied, False, "not active yet"),
    ("wasabi", "public_access", 403, AccessDenied, False, "ask its support to allow public access"),
    ("wasabi", "rate_limit", 400, RateLimited, RETRIED, "Wasabi limits the requests"),
    ("wasabi", "unavailable", 503, Unavailable, RETRIED, ""),
    ("wasabi", "unrecoverable", 503, IntegrityError, False, ""),
]  # fmt: skip

every_case = pytest.mark.parametrize(
    ("vendor", "case", "status", "kind", "retried", "hint"),
    CASES,
    ids=[f"{vendor}-{case}" for vendor, case, *_ in CASES],
)


def code_in(vendor: str, case: str) -> str:
    root = ElementTree.parse(BODIES / vendor / f"{case}.xml").getroot()
    return next((node.text or "").strip() for node in root if node.tag.endswith("Code"))


def test_every_body_has_a_source_and_is_expected_to_be_something() -> None:
    files = sorted(BODIES.glob("*/*.xml"))
    assert [(file.parent.name, file.stem) for file in files] == [
        (vendor, case) for vendor, case, *_ in CASES
    ]
    for file in files:
        source = r"<!-- (recorded|reported|documented|form of Ceph).* -->"
        assert re.search(source, file.read_text("utf-8")), file


@pytest.mark.usefixtures("at_once")
@every_case
def test_a_refusal_gets_its_type_and_the_vendors_hint(
    server: StandIn,
    open_vendor: Callable[..., Provider],
    recorded: Callable[..., Reply],
    vendor: str,
    case: str,
    status: int,
    kind: type[StorageError],
    retried: bool,
    hint: str,
) -> None:
    provider = open_vendor(vendor)
    mended = kind in (IntegrityError, ClockSkew)
    server.faults.add("PutObject", recorded(vendor, case, status), times=None if mended else 1)

    with pytest.raises(StorageError) as caught:
        provider.upload(b"x", key="photos/cat.png")

    error = caught.value
    assert (type(error), error.retryable) == (kind, retried)
    assert (error.code, error.status) == (code_in(vendor, case), status)
    assert hint in error.hint
    assert bool(hint) == bool(error.hint)
    assert error.hint in str(error)
    told = str(error)
    assert told.startswith(f"{vendor} \"{vendor}\": upload of 'photos/cat.png' failed: ")
    assert f"HTTP {status}" in told
    assert ("Retrying may help." in told) == retried
    # A failure that may have been a success was looked into before it was told.
    assert "It may have taken effect." not in told
    assert ("it was looked for and is not there" in told) == (retried and status >= 500)


@pytest.mark.usefixtures("without_pause")
@every_case
def test_only_what_retrying_helps_is_tried_again(
    server: StandIn,
    open_vendor: Callable[..., Provider],
    recorded: Callable[..., Reply],
    vendor: str,
    case: str,
    status: int,
    kind: type[StorageError],
    retried: bool,
    hint: str,
) -> None:
    provider = open_vendor(vendor)
    server.faults.add("PutObject", recorded(vendor, case, status))

    # What arrived changed goes out again from the buffer, and with a signature of another time what
    # was refused for that, though waiting alone would not help.
    again = retried or (kind in (IntegrityError, ClockSkew) and case != "unrecoverable")
    if again:
        assert provider.upload(b"x", key="again.png").size == 1
    else:
        with pytest.raises(kind):
            provider.upload(b"x", key="again.png")

    sent = [request for request in server.requests if request.operation == "PutObject"]
    assert len(sent) == (2 if again else 1)
