"""Google Cloud Storage through its S3 interface (XML API) with HMAC keys.

It knows no conditions on an upload: If-None-Match is ignored and a second upload overwrites, so
`prevent_overwrite` is refused. CORS rules, lifecycle rules, bucket policies and tags are not part
of the S3 interface; use Google's own tools for them. The key pair is an HMAC key, not a service
account's JSON file.
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
    from_code,
    inferred,
    reported,
    unknown,
    words,
)

_TEST = "tigrisdata/tigris-os-docs:docs/api/s3/index.mdx 63c94bc (comparison by a competitor)"
_TEST_DATE = "2026-06-30"
_XML = "https://docs.cloud.google.com/storage/docs/xml-api/post-bucket"
_PROBE = "gordonmurray/firnflow:README.md 93046ed (live tests), gordonmurray/firnflow#29"
_MULTIPART = "https://cloud.google.com/storage/docs/multipart-uploads"
_NO_CONDITION = "Multipart uploads know no preconditions, and completing one overwrites."
_PROBE_NOTE = "The second upload answers 200 with a new ETag; x-goog-if-generation-match is native."


profile = Profile(
    endpoint="https://storage.googleapis.com",
    addressing="path",
    default_region="auto",
    regions=("auto",),
    guides={
        "rights": Guide(
            "Give the service account of the HMAC key the role Storage Object Admin on this "
            "bucket, or one of your own with storage.objects.create, .get, .delete and .list, "
            "storage.multipartUploads.create, .abort and .list, and storage.buckets.get.",
            "https://cloud.google.com/storage/docs/access-control/iam-xml, 2026-11",
        ),
        "cors": Guide(
            "Write the rules to a file and run `gcloud storage buckets update gs://BUCKET "
            "--cors-file=FILE`; the console cannot do it.",
            "https://cloud.google.com/storage/docs/using-cors, 2026-11",
        ),
    },
    hints={
        "BadCredentials": (
            "Google's S3 interface wants an HMAC key pair (Settings, Interoperability), not a "
            "service account's JSON file."
        ),
        "InvalidArgument: uniform bucket-level access": (
            "Uniform bucket-level access turns ACLs off on this Google bucket: leave `acl` out and "
            "grant roles on the bucket."
        ),
        "AccessDenied": "Grant the service account of this HMAC key a role on the Google bucket.",
    },
)

vendor = s3_vendor(
    name="gcs",
    title="Google Cloud Storage",
    summary="HMAC keys; conditions on uploads are ignored; no tags.",
    docs_url="https://cloud.google.com/storage/docs/interoperability",
    profile=profile,
    endpoint_hosts=("storage.googleapis.com",),
    capabilities=Capabilities(
        acl=from_code(
            "object",
            _TEST,
            as_of=_TEST_DATE,
            note="A model of its own; canned ACLs only where uniform bucket-level access is off.",
        ),
        addressing=inferred(frozenset({"path", "virtual"}), "Google's page on request endpoints"),
        checksums=unknown("A SHA256 header was accepted; CRC32C and MD5 are native.", _TEST),
        checksum_trailers=reported(
            "no",
            "jschneier/django-storages#1482",
            as_of="2025-01",
            note='SignatureDoesNotMatch "Invalid argument."',
        ),
        batch_delete=documented("yes", _XML, note="Did not exist in 2025."),
        batch_delete_digest=documented("any", _XML, note="None is listed as required."),
        batch_delete_limit=documented(1000, _XML),
        put_if_absent=from_code("ignored", _PROBE, as_of="2026-06", note=_PROBE_NOTE),
        put_if_match=from_code("ignored", _PROBE, as_of="2026-06", note=_PROBE_NOTE),
        complete_if_absent=documented("ignored", _MULTIPART, as_of="2026-11", note=_NO_CONDITION),
        complete_if_match=documented("ignored", _MULTIPART, as_of="2026-11", note=_NO_CONDITION),
        delete_if_match=unknown(
            "x-goog-if-generation-match is native.",
            "https://cloud.google.com/storage/docs/xml-api/delete-object",
        ),
        encryption=from_code(
            {"AES256": "yes", "aws:kms": "no"},
            _TEST,
            as_of=_TEST_DATE,
            note="Everything is encrypted; keys of one's own go into x-goog-encryption headers.",
        ),
        tagging=from_code("no", _TEST, as_of=_TEST_DATE),
        storage_classes=inferred(
            frozenset(words("STANDARD NEARLINE COLDLINE ARCHIVE")),
            "Google's own classes",
            note="NEARLINE was seen to work (aristidb/aws#155); whether AWS's names are mapped was "
            "not looked at.",
        ),
        multipart=from_code("yes", _TEST, as_of=_TEST_DATE, note="Without UploadPartCopy."),
        part_size_min=inferred(5 * MIB, "Google's page on XML multipart uploads"),
        part_size_max=inferred(5 * GIB, "Google's page on XML multipart uploads"),
        parts_max=from_code(
            10_000, "rclone/rclone:backend/s3/provider/GCS.yaml 64ab1ac32", as_of="2026-08-21"
        ),
        copy=from_code("yes", _TEST, as_of=_TEST_DATE, note="Not in parts."),
        presign=from_code(SIGNED_METHODS, _TEST, as_of=_TEST_DATE),
        presign_seconds_max=from_code(SEVEN_DAYS, _TEST, as_of=_TEST_DATE),
        post_policy=unknown("Google has policy documents of its own.", _TEST),
        public_url=inferred("yes", "Google's page on public access"),
        versioning=from_code("yes", _TEST, as_of=_TEST_DATE, note="Partly: generations."),
        cors=from_code("no", _TEST, as_of=_TEST_DATE, note="Not in the S3 interface."),
        lifecycle=from_code("no", _TEST, as_of=_TEST_DATE, note="Not in the S3 interface."),
        policy=from_code("no", _TEST, as_of=_TEST_DATE),
        server=documented("proprietary", "https://cloud.google.com/storage"),
    ),
)
