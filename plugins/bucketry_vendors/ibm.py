"""IBM Cloud Object Storage: HMAC credentials, classes belong to buckets, no AES256 header.

The key pair is an HMAC credential, made with "Include HMAC Credential" of a service credential; an
IAM API key does not sign. The region is the bucket's location: a region (`eu-de`), a cross region
(`eu`) or a single site (`par01`); the private and direct endpoints are written as `endpoint`.

A storage class is chosen when the bucket is made. Common headers that the vendor does not list are
ignored without a word, so `encryption` is refused: everything is encrypted anyway, with keys of
one's own when they are set on the bucket.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SIGNED_METHODS,
    documented,
    every_checksum,
    inferred,
    unknown,
    words,
)

_DOCS = "ibm-cloud-docs/cloud-object-storage c7de927"
_OBJECTS = f"{_DOCS}:api-reference-objects.md"
_OBJECTS_DATE = "2025-12"
_BUCKETS = f"{_DOCS}:api-reference-buckets.md"
_BUCKETS_DATE = "2026-07"
_MULTIPART = f"{_DOCS}:multipart.md"
_CONDITIONS = f"{_DOCS}:data-io.md"
_CONDITIONS_DATE = "2024-04"
_ON_PREMISES = "https://www.ibm.com/docs/en/coss/3.20.1?topic=objects-uploading-in-multiple-parts"
_NOT_LISTED = "Not in the list of calls, which calls itself complete."


profile = Profile(
    endpoint="https://s3.{region}.cloud-object-storage.appdomain.cloud",
    addressing="path",
    # _DOCS:endpoints.md, 2026-02, looked up 2026-11; the region in a signature is not checked
    regions=words(
        """
        us-south us-east eu-gb eu-de eu-es au-syd jp-tok jp-osa ca-tor ca-mon br-sao in-che in-mum
        us eu ap ams03 che01 mon01 par01 sjc04 sng01
        """
    ),
    hints={
        "BadCredentials": (
            "IBM wants an HMAC credential (a service credential made with Include HMAC "
            "Credential), not an IAM API key."
        ),
        "AccessDenied": (
            "Look at the IAM role behind this HMAC credential, and whether the IBM bucket's "
            "firewall or a context-based restriction wants the private or direct endpoint."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: an IBM bucket answers on the endpoint of its own "
            "location only (eu-de, eu, par01 ...)."
        ),
    },
)

vendor = s3_vendor(
    name="ibm",
    title="IBM Cloud Object Storage",
    summary="HMAC credentials; storage classes belong to buckets; encryption headers are ignored.",
    docs_url="https://cloud.ibm.com/docs/cloud-object-storage",
    profile=profile,
    endpoint_hosts=(
        "s3.{region}.cloud-object-storage.appdomain.cloud",
        "s3.private.{region}.cloud-object-storage.appdomain.cloud",
        "s3.direct.{region}.cloud-object-storage.appdomain.cloud",
    ),
    capabilities=Capabilities(
        acl=documented(
            "object",
            f"{_DOCS}:public-access.md",
            as_of="2024-02",
            note="It goes past IAM; a public access block of the bucket turns it off.",
        ),
        canned_acls=inferred(
            frozenset({"private", "public-read"}),
            "rclone/rclone:backend/s3/provider/IBMCOS.yaml 64ab1ac32",
            as_of="2026-08-21",
            note="public-read is documented, and an empty header to take it back.",
        ),
        addressing=documented(
            frozenset({"path", "virtual"}), _OBJECTS, as_of=_OBJECTS_DATE, note="Tools use path."
        ),
        checksums=documented(
            every_checksum("verified"),
            f"{_DOCS}:release-notes.md",
            as_of="2025-08-21",
            note="Before, and on older on-premises systems, there were none.",
        ),
        checksum_trailers=documented("yes", f"{_DOCS}:release-notes.md", as_of="2025-08-21"),
        batch_delete=documented("yes", _OBJECTS, as_of=_OBJECTS_DATE),
        batch_delete_digest=documented(
            "any", _OBJECTS, as_of=_OBJECTS_DATE, note="Content-MD5 or a checksum is a must."
        ),
        batch_delete_limit=documented(1000, _OBJECTS, as_of=_OBJECTS_DATE),
        put_if_absent=unknown(
            'If-None-Match with an ETag is documented (412), "*" is not mentioned.',
            _CONDITIONS,
            as_of=_CONDITIONS_DATE,
        ),
        put_if_match=documented("enforced", _CONDITIONS, as_of=_CONDITIONS_DATE, note="412."),
        complete_if_absent=inferred(
            "enforced", _ON_PREMISES, as_of="2026-11", note="Said of the same software on premises."
        ),
        complete_if_match=inferred(
            "enforced", _ON_PREMISES, as_of="2026-11", note="Said of the same software on premises."
        ),
        delete_if_match=unknown(
            "The reference of DELETE has no condition.", _OBJECTS, as_of=_OBJECTS_DATE
        ),
        encryption=inferred(
            {"AES256": "ignored", "aws:kms": "ignored", "aws:kms:dsse": "ignored", "SSE-C": "yes"},
            f"{_DOCS}:common-headers-errors.md",
            as_of="2026-06",
            note="Headers that are not listed are said to be ignored; SSE-C is documented, over "
            "TLS only, and makes the ETag no MD5.",
        ),
        tagging=documented("yes", _OBJECTS, as_of=_OBJECTS_DATE, note="At most 10 tags."),
        storage_classes=inferred(
            frozenset[str](),
            f"{_DOCS}:classes.md",
            as_of="2026-01",
            note="The class is the bucket's (LocationConstraint eu-de-smart and the like).",
        ),
        multipart=documented("yes", _OBJECTS, as_of=_OBJECTS_DATE, note="Objects up to 10 TB."),
        part_size_min=inferred(5 * MIB, _OBJECTS, as_of=_OBJECTS_DATE, note='"Larger than 5 MB".'),
        part_size_max=documented(5_000_000_000, _MULTIPART, as_of="2019-11"),
        parts_max=documented(10_000, _MULTIPART, as_of="2019-11"),
        equal_parts=inferred(False, "S3's own rule; nothing says otherwise", as_of="2026-11"),
        put_size_max=documented(5_000_000_000, _OBJECTS, as_of=_OBJECTS_DATE),
        copy=documented("yes", _OBJECTS, as_of=_OBJECTS_DATE),
        presign=documented(
            SIGNED_METHODS,
            f"{_DOCS}:presigned-urls.md",
            as_of="2024-07",
            note="GET and PUT are stated. A URL dies with its service credential.",
        ),
        presign_seconds_max=unknown(
            "The vendor states that it does not enforce SigV4's seven days, and names no other "
            "limit.",
            f"{_DOCS}:presigned-urls.md",
            as_of="2024-07",
        ),
        post_policy=inferred("no", f"{_DOCS}:about-api.md", as_of="2023-11", note=_NOT_LISTED),
        public_url=documented("yes", f"{_DOCS}:public-access.md", as_of="2024-02"),
        complete_location=documented(
            "request-host",
            _OBJECTS,
            as_of=_OBJECTS_DATE,
            note="By path, with http although the request must be https.",
        ),
        versioning=documented(
            "yes", f"{_DOCS}:versioning.md", as_of="2026-05", note="Takes effect within 5 minutes."
        ),
        cors=documented("yes", _BUCKETS, as_of=_BUCKETS_DATE),
        lifecycle=documented(
            "yes",
            _BUCKETS,
            as_of=_BUCKETS_DATE,
            note="Expiry, archive, unfinished uploads; Content-MD5 or a checksum is a must.",
        ),
        policy=inferred(
            "no",
            f"{_DOCS}:about-api.md",
            as_of="2023-11",
            note=f"{_NOT_LISTED} IAM decides. Sources disagree: javaV2.md has a section on them.",
        ),
        rate_limits=documented("no figures; 429 or 503", f"{_DOCS}:faq.md", as_of="2024-08"),
        server=documented("IBM COS (Cleversafe)", _OBJECTS, as_of=_OBJECTS_DATE),
    ),
)
