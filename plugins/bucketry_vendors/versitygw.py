"""Versity S3 Gateway: S3 in front of a file system; ACLs and encryption headers have no effect.

Give `endpoint`, and `region` where the server's is not `us-east-1`. The facts are those of the
posix backend: keys are files, so `a` and `a/b` cannot both exist, and a part between two slashes
has at most 255 bytes. Metadata of an object may have 2 KB.

An ACL of an upload is not read; a bucket policy opens a bucket. Encryption headers are taken
without a word and without effect, so `encryption` is refused. Versions need `--versioning-dir` on
the server. With `--sidecar`, for disks without extended attributes, an overwritten object was seen
to keep headers and metadata of the one before.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, NoAclLayer, Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    measured,
    unknown,
)

_SOURCE = "versity/versitygw 5d9d548"
_DATE = "2026-08"
_SERVER = "versitygw 1.7.0, posix backend"
_MEASURED = "2026-11-26"
_UNLOCKED = "Looked at before the write, without a lock: of several at once more than one may win."


profile = Profile(
    endpoint="",
    addressing="path",
    # cmd/versitygw/main.go, --region
    default_region="us-east-1",
    guides={
        "rights": Guide(
            "Put these statements into the policy of the bucket, each with "
            '`"Principal": "ACCOUNT"`, the plain name of an account of the gateway.',
            "https://github.com/versity/versitygw/wiki/Bucket-Policies, 2026-11",
            policy=True,
        ),
    },
    hints={
        "ObjectParentIsFile": (
            "A versitygw server keeps keys as files: an object stands where this key wants a "
            "folder; choose another key."
        ),
        "ExistingObjectIsDirectory": (
            "A versitygw server keeps keys as files: other keys lie below this one; choose another "
            "key."
        ),
        "DirectoryObjectContainsData": (
            "At a versitygw server a key that ends in '/' is a folder and has to be empty."
        ),
        "AuthorizationHeaderMalformed": "Set `region` to the versitygw server's own (--region).",
        "VersioningNotConfigured": (
            "This versitygw server keeps no versions: start it with --versioning-dir."
        ),
        "AccessControlListNotSupported": (
            "This versitygw bucket has ACLs off: open it with a bucket policy."
        ),
        "QuotaExceeded": (
            "The quota of the file system or user behind this versitygw server is used up."
        ),
        "InsufficientStorage": "The disk behind this versitygw server is full.",
        "RateLimited": "This versitygw server has reached its --max-requests: send fewer at once.",
    },
)

vendor = s3_vendor(
    name="versitygw",
    title="Versity S3 Gateway",
    summary="Keys are files; ACLs and encryption headers have no effect; give the endpoint.",
    docs_url="https://github.com/versity/versitygw/wiki",
    layers=(NoAclLayer,),
    profile=profile,
    capabilities=Capabilities(
        acl=from_code(
            "ignored",
            f"{_SOURCE}:s3api/controllers/object-put.go",
            as_of=_DATE,
            note="Not read with an upload; PutObjectAcl ends in 501.",
        ),
        addressing=from_code(
            frozenset({"path", "virtual"}),
            f"{_SOURCE}:s3api/middlewares/host-style-parser.go",
            as_of=_DATE,
            note="virtual needs --virtual-domain on the server.",
        ),
        checksums=measured(every_checksum("verified"), _SERVER, as_of=_MEASURED),
        checksum_trailers=from_code(
            "yes", f"{_SOURCE}:s3api/utils/unsigned-chunk-reader.go", as_of=_DATE
        ),
        batch_delete=measured(
            "yes", _SERVER, as_of=_MEASURED, note="Conditions of single keys are not passed on."
        ),
        batch_delete_digest=from_code(
            "any",
            f"{_SOURCE}:s3api/router.go",
            as_of=_DATE,
            note="Content-MD5 or a checksum is a must.",
        ),
        batch_delete_limit=unknown(
            "The code has no limit.", f"{_SOURCE}:s3api/controllers/bucket-post.go", as_of=_DATE
        ),
        put_if_absent=measured(
            "enforced",
            _SERVER,
            as_of=_MEASURED,
            note=f'"*" only. {_UNLOCKED}',
        ),
        put_if_match=measured(
            "enforced", _SERVER, as_of=_MEASURED, note=f"404 on a missing key. {_UNLOCKED}"
        ),
        complete_if_absent=measured("enforced", _SERVER, as_of=_MEASURED),
        complete_if_match=measured("enforced", _SERVER, as_of=_MEASURED),
        delete_if_match=measured("enforced", _SERVER, as_of=_MEASURED),
        if_match_etag=measured(
            "quoted", _SERVER, as_of=_MEASURED, note="The unquoted form is taken too."
        ),
        encryption=measured(
            {
                "AES256": "ignored",
                "aws:kms": "ignored",
                "aws:kms:dsse": "ignored",
                "SSE-C": "ignored",
            },
            _SERVER,
            as_of=_MEASURED,
            note="AES256 and aws:kms were measured; by its source no such header is read.",
        ),
        tagging=measured("yes", _SERVER, as_of=_MEASURED),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            f"{_SOURCE}:s3api/controllers/object-put.go",
            as_of=_DATE,
            note="The header is not read; answers say STANDARD.",
        ),
        multipart=measured("yes", _SERVER, as_of=_MEASURED),
        part_size_min=from_code(5 * MIB, f"{_SOURCE}:backend/common.go MinPartSize", as_of=_DATE),
        part_size_max=from_code(
            5 * GIB, f"{_SOURCE}:s3api/utils/chunk-reader.go maxObjSizeLimit", as_of=_DATE
        ),
        parts_max=from_code(10_000, f"{_SOURCE}:cmd/versitygw/main.go --mp-max-parts", as_of=_DATE),
        multipart_tagging=measured("yes", _SERVER, as_of=_MEASURED),
        complete_size=measured("enforced", _SERVER, as_of=_MEASURED),
        equal_parts=from_code(False, f"{_SOURCE}:backend/posix/posix.go", as_of=_DATE),
        put_size_max=from_code(
            5 * GIB, f"{_SOURCE}:s3api/utils/chunk-reader.go maxObjSizeLimit", as_of=_DATE
        ),
        copy=measured(
            "yes", _SERVER, as_of=_MEASURED, note="Up to --copy-object-threshold, 5 GiB."
        ),
        presign=measured(
            SIGNED_METHODS,
            _SERVER,
            as_of=_MEASURED,
            note="Not with a session token; a PUT needs a Content-Length.",
        ),
        presign_seconds_max=from_code(
            SEVEN_DAYS, f"{_SOURCE}:s3api/utils/presign-auth-reader.go", as_of=_DATE
        ),
        post_policy=measured("yes", _SERVER, as_of=_MEASURED),
        unsigned_headers=measured(
            "refused",
            _SERVER,
            as_of=_MEASURED,
            note="403 AccessDenied: There were headers present in the request which were not "
            "signed. From 1.5.0 on.",
        ),
        public_url=from_code(
            "yes",
            f"{_SOURCE}:s3api/middlewares/public-bucket.go",
            as_of=_DATE,
            note="Needs a bucket policy.",
        ),
        complete_location=measured(
            "request-host",
            _SERVER,
            as_of=_MEASURED,
            note="The slashes of a key come as %2F.",
        ),
        versioning=from_code(
            "yes",
            f"{_SOURCE}:cmd/internal/gwcli/posix.go",
            as_of=_DATE,
            note="With --versioning-dir, else 501 VersioningNotConfigured.",
        ),
        cors=from_code("yes", f"{_SOURCE}:auth/bucket_cors.go", as_of=_DATE),
        lifecycle=from_code("no", f"{_SOURCE}:s3api/router.go", as_of=_DATE, note="501."),
        policy=from_code("yes", f"{_SOURCE}:auth/bucket_policy.go", as_of=_DATE),
        rate_limits=from_code(
            "503 SlowDown beyond --max-requests (100,000) at once",
            f"{_SOURCE}:cmd/versitygw/main.go",
            as_of=_DATE,
        ),
        server=documented("versitygw", f"{_SOURCE}:README.md", as_of=_DATE),
    ),
)
