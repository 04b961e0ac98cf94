"""Exoscale SOS: a server of its own; conditional requests since August 2025.

The region is the zone, as in `ch-gva-2`. Metadata of an object may have 2 kB. Bucket policies are
written in Exoscale's own format (CEL expressions), not in AWS's, and hold for readers without a key
too; IAM roles decide what a key may do.
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
    unknown,
    words,
)

_LIMITS = "https://community.exoscale.com (Object Storage, limits and changelog)"
_OVERVIEW = "https://community.exoscale.com/documentation/storage/simple-object-storage-overview/"
_CONDITIONS_DATE = "2025-08"
_CONDITIONS_NOTE = "An older overview page still excludes conditional writes."


profile = Profile(
    endpoint="https://sos-{region}.exo.io",
    addressing="path",
    # iterate-ch/profiles 0a0ec1e, file names; looked up again 2026-11
    regions=words("ch-gva-2 ch-dk-2 de-fra-1 de-muc-1 at-vie-1 at-vie-2 bg-sof-1 hr-zag-1"),
    guides={
        "public reads": Guide(
            "Exoscale's bucket policies have a format of their own: write one in the console, "
            'or send `acl = "public-read"`.',
            "https://community.exoscale.com/documentation/storage/bucketpolicy/, 2026-11",
        ),
    },
    hints={
        "AccessDenied": (
            "Exoscale gives keys their rights by IAM roles: look at the role of this key, and at "
            "the bucket policy, which can deny everybody."
        ),
    },
)

vendor = s3_vendor(
    name="exoscale",
    title="Exoscale Object Storage",
    summary="A server of its own; conditional writes; bucket policies in its own format.",
    docs_url="https://community.exoscale.com/product/storage/object-storage/",
    profile=profile,
    endpoint_hosts=("sos-{region}.exo.io",),
    capabilities=Capabilities(
        acl=documented("object", _OVERVIEW, as_of="2026-11", note="Buckets and objects."),
        canned_acls=unknown(
            "private, public-read and public-read-write are in use; no list is documented.",
            _OVERVIEW,
            as_of="2026-11",
        ),
        addressing=from_code(
            frozenset({"path", "virtual"}),
            "public addresses of both forms (ecal-media.sos-ch-gva-2.exo.io)",
            as_of="2026-11",
        ),
        batch_delete=documented("yes", _OVERVIEW, as_of="2026-11"),
        batch_delete_limit=documented(1000, _OVERVIEW, as_of="2026-11"),
        put_if_absent=documented(
            "enforced", _LIMITS, as_of=_CONDITIONS_DATE, note=_CONDITIONS_NOTE
        ),
        put_if_match=documented(
            "enforced",
            _LIMITS,
            as_of=_CONDITIONS_DATE,
            note=f"{_CONDITIONS_NOTE} The ETag is a hash of the content, so A, B, A goes unseen.",
        ),
        delete_if_match=documented("enforced", _LIMITS, as_of=_CONDITIONS_DATE),
        encryption=documented({"SSE-C": "yes"}, _LIMITS, note="Nothing is known of AES256."),
        tagging=unknown(
            "Sources disagree: an older page excludes object tags, the limits page limits them.",
            _LIMITS,
        ),
        multipart=documented("yes", _LIMITS, note="Objects up to 4 TiB."),
        part_size_min=documented(5 * MIB, _LIMITS),
        part_size_max=documented(5 * GIB, _LIMITS),
        parts_max=documented(10_000, _LIMITS),
        copy=documented("yes", _LIMITS),
        presign=inferred(
            SIGNED_METHODS, "SigV4", note="An API call of its own, get-sos-presigned-url, exists."
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=documented(
            "yes",
            "https://community.exoscale.com/api/sos",
            as_of="2026-11",
            note="Up to 16 MB.",
        ),
        public_url=from_code(
            "yes", "public addresses in use (ecal-media.sos-ch-gva-2.exo.io)", as_of="2026-11"
        ),
        versioning=documented("yes", _LIMITS, note="1,000 versions of an object."),
        cors=documented("yes", _OVERVIEW, as_of="2026-11"),
        lifecycle=documented("no", _OVERVIEW, note="By an older page."),
        policy=documented(
            "yes",
            "https://community.exoscale.com/documentation/storage/bucketpolicy/",
            as_of="2026-11",
            note="In Exoscale's own format; AWS's statements are not understood.",
        ),
        server=inferred("a server of its own (successor of Pithos)", "not verified"),
    ),
)
