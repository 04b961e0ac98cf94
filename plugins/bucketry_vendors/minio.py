"""MinIO, community server: ACLs without effect, two storage classes, Location from the request.

Give `endpoint`; plain http inside your own network needs `allow_http = true`. Where the server is
reached by another name from outside, write that as `public_endpoint`: the Location it answers with
follows the request's Host header and is never used as a URL.

Strapi's documentation calls ACLs supported; MinIO ignores them on an upload, objects stay private,
and a bucket policy opens a bucket. It says that MinIO ignores the storage class; MinIO refuses all
but two. AES256 works only where the server has a KMS, and then `aws:kms` works as well, which the
documentation reserves to AWS. What the server does decides here. The community repository is no
longer maintained.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, NoAclLayer, Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    TIB,
    documented,
    every_checksum,
    from_code,
    measured,
)

_SOURCE = "minio/minio:cmd"
_DATE = "2026-02-12"
_DOCS = "minio/docs"
_SERVER = "MinIO 7aac2a2c over TLS"
_MEASURED = "2026-11-24"


profile = Profile(
    endpoint="",
    addressing="path",
    # A server that sets MINIO_REGION wants that region in signatures.
    default_region="us-east-1",
    guides={
        "rights": Guide(
            "Save it as a file and run `mc admin policy create ALIAS NAME FILE` and `mc admin "
            "policy attach ALIAS NAME --user KEY`.",
            "minio/mc:cmd/admin-policy-create.go, admin-policy-attach.go 2025-03-13",
            policy=True,
        ),
        "unfinished uploads": Guide(
            "Nothing to do: MinIO takes no such rule and removes them itself, after 24 hours; "
            "`mc admin config set ALIAS api stale_uploads_expiry=168h` changes that.",
            "minio/minio:internal/config/api/api.go 7aac2a2c",
        ),
    },
    hints={
        "InvalidStorageClass": "MinIO has STANDARD and REDUCED_REDUNDANCY only.",
        "NotImplemented: KMS is not configured": (
            "This MinIO server has no KMS: leave `encryption` out, or configure one on the server."
        ),
        "NotImplemented": (
            "MinIO has no ACLs, and encrypts by itself only where the server has a KMS."
        ),
        "WrongRegion": "Set `region` to the server's own (MINIO_REGION).",
        "SlowDownRead": (
            "Too few of the MinIO server's drives answered, or it has too much to do: look at the "
            "server."
        ),
        "SlowDownWrite": (
            "Too few of the MinIO server's drives answered, or it has too much to do: look at the "
            "server."
        ),
        "XMinioServerNotInitialized": "The MinIO server is still starting: wait until it is up.",
        "XMinioStorageFull": (
            "The MinIO server's drives are nearly full: delete objects or add space."
        ),
        "XMinioAdminBucketQuotaExceeded": (
            "The bucket's quota on this MinIO server is used up: raise it, or delete objects."
        ),
        "XMinioObjectExistsAsDirectory": (
            "This MinIO server cannot have an object where it has a folder: choose another key."
        ),
        "XMinioInsecureClientRequest": (
            "This MinIO server speaks TLS only: write https:// in `endpoint`."
        ),
    },
)

vendor = s3_vendor(
    name="minio",
    title="MinIO",
    summary="ACLs have no effect; two storage classes; give the server's endpoint.",
    docs_url="https://min.io/docs/minio/linux/reference/s3-api-compatibility.html",
    layers=(NoAclLayer,),
    profile=profile,
    capabilities=Capabilities(
        acl=from_code(
            "ignored",
            f"{_SOURCE}/acl-handlers.go 7aac2a2c",
            as_of=_DATE,
            note="Ignored with an upload; PutObjectAcl answers NotImplemented to all but private.",
        ),
        addressing=documented(
            frozenset({"path", "virtual"}),
            f"{_DOCS}:source/administration/object-management.rst 35f2bb8",
            as_of="2025-12-02",
            note="virtual needs MINIO_DOMAIN on the server, and a certificate for the subdomains.",
        ),
        checksums=from_code(
            every_checksum("verified"), "minio/minio:internal/hash/checksum.go", as_of=_DATE
        ),
        checksum_trailers=from_code(
            "yes",
            f"{_SOURCE}/streaming-v4-unsigned.go 7aac2a2c",
            as_of=_DATE,
            note="Releases before 2023 fail. Plain http never shows it: SDKs send a header there.",
        ),
        batch_delete=from_code("yes", f"{_SOURCE}/bucket-handlers.go 7aac2a2c", as_of=_DATE),
        batch_delete_digest=from_code(
            "any",
            f"{_SOURCE}/bucket-handlers.go 7aac2a2c",
            as_of=_DATE,
            note="Older releases want Content-MD5 (s3fs-fuse/s3fs-fuse#2639).",
        ),
        batch_delete_limit=from_code(
            1000,
            f"{_SOURCE}/api-response.go maxDeleteList 7aac2a2c",
            as_of=_DATE,
            note="More gives MalformedXML.",
        ),
        put_if_absent=from_code(
            "enforced", f"{_SOURCE}/object-handlers-common.go checkPreconditionsPUT", as_of=_DATE
        ),
        put_if_match=from_code(
            "enforced", f"{_SOURCE}/object-handlers-common.go checkPreconditionsPUT", as_of=_DATE
        ),
        complete_if_absent=from_code(
            "enforced", f"{_SOURCE}/object-multipart-handlers.go 7aac2a2c", as_of=_DATE
        ),
        complete_if_match=from_code(
            "enforced", f"{_SOURCE}/object-multipart-handlers.go 7aac2a2c", as_of=_DATE
        ),
        delete_if_match=measured("ignored", _SERVER, as_of=_MEASURED, note="It deleted."),
        if_match_etag=measured(
            "quoted", _SERVER, as_of=_MEASURED, note="The unquoted form is taken too."
        ),
        encryption=from_code(
            {"AES256": "yes", "aws:kms": "yes", "aws:kms:dsse": "no", "SSE-C": "yes"},
            "minio/minio:internal/crypto 7aac2a2c",
            as_of=_DATE,
            note="AES256 and aws:kms only where the server has a KMS, 501 NotImplemented "
            "otherwise; SSE-C only over TLS.",
        ),
        tagging=from_code("yes", f"{_SOURCE}/object-handlers.go 7aac2a2c", as_of=_DATE),
        storage_classes=from_code(
            frozenset({"STANDARD", "REDUCED_REDUNDANCY"}),
            "minio/minio:internal/config/storageclass 7aac2a2c",
            as_of=_DATE,
            note="Any other value gives 400 InvalidStorageClass.",
        ),
        multipart=from_code("yes", f"{_SOURCE}/object-multipart-handlers.go", as_of=_DATE),
        part_size_min=from_code(5 * MIB, f"{_SOURCE}/utils.go 7aac2a2c", as_of=_DATE),
        part_size_max=from_code(5 * TIB, f"{_SOURCE}/utils.go 7aac2a2c", as_of=_DATE),
        parts_max=from_code(10_000, f"{_SOURCE}/utils.go 7aac2a2c", as_of=_DATE),
        equal_parts=from_code(False, f"{_SOURCE}/utils.go 7aac2a2c", as_of=_DATE),
        multipart_tagging=measured("yes", _SERVER, as_of="2026-11-26"),
        complete_size=measured(
            "ignored", _SERVER, as_of="2026-11-26", note="A wrong one is taken."
        ),
        put_size_max=from_code(5 * TIB, f"{_SOURCE}/utils.go globalMaxObjectSize", as_of=_DATE),
        copy=from_code(
            "yes",
            f"{_SOURCE}/object-handlers.go 7aac2a2c",
            as_of=_DATE,
            note="Up to 5 TiB in one request.",
        ),
        presign=from_code(
            SIGNED_METHODS,
            f"{_SOURCE}/signature-v4.go 7aac2a2c",
            as_of=_DATE,
            note="One check for every method.",
        ),
        presign_seconds_max=from_code(
            SEVEN_DAYS, f"{_SOURCE}/signature-v4-parser.go 7aac2a2c", as_of=_DATE
        ),
        post_policy=from_code("yes", f"{_SOURCE}/api-router.go 7aac2a2c", as_of=_DATE),
        unsigned_headers=measured(
            "honoured",
            "MinIO 7aac2a2c",
            as_of="2026-11-24",
            note="x-amz-copy-source too: who holds a signed PUT reads with the signer's rights. "
            "Only x-amz-meta- is refused (cmd/signature-v4-utils.go checkMetaHeaders).",
        ),
        public_url=documented(
            "yes",
            f"{_DOCS}:source/reference/minio-mc.rst 35f2bb8",
            as_of="2025-12-02",
            note="Needs an anonymous bucket policy.",
        ),
        complete_location=from_code(
            "request-host",
            f"{_SOURCE}/api-response.go getObjectLocation 7aac2a2c",
            as_of=_DATE,
            note="Behind a proxy an internal host or http; some releases gave bucket/key "
            "(strapi/strapi#25939).",
        ),
        versioning=from_code(
            "yes", f"{_SOURCE}/api-router.go", as_of=_DATE, note="On erasure-coded deployments."
        ),
        cors=from_code(
            "no",
            f"{_SOURCE}/api-router.go 7aac2a2c",
            as_of=_DATE,
            note="NotImplemented; one setting for the whole server instead (cors_allow_origin). "
            "aminueza/terraform-provider-minio lists it for the commercial server.",
        ),
        lifecycle=from_code("yes", f"{_SOURCE}/api-router.go 7aac2a2c", as_of=_DATE),
        policy=from_code("yes", f"{_SOURCE}/api-router.go 7aac2a2c", as_of=_DATE),
        rate_limits=from_code(
            "requests at once by the server's memory, unless requests_max is set; the others wait, "
            "then 503",
            f"{_SOURCE}/handler-api.go 7aac2a2c",
            as_of=_DATE,
        ),
        server=documented("MinIO", "minio/minio:README.md 7aac2a2c", as_of=_DATE),
    ),
)
