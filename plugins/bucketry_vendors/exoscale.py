"""Exoscale SOS: a server of its own; conditional requests since August 2025.

The region is the zone, as in `ch-gva-2`. Metadata of an object may have 2 kB. There are no bucket
policies; IAM roles decide.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    inferred,
    unknown,
    words,
)
from bucketry_s3.profile import Profile
from bucketry_s3.vendor import s3_vendor

_LIMITS = "https://community.exoscale.com (Object Storage, limits and changelog)"
_CONDITIONS_DATE = "2025-08"


profile = Profile(
    endpoint="https://sos-{region}.exo.io",
    addressing="path",
    # iterate-ch/profiles 0a0ec1e, file names
    regions=words("ch-gva-2 ch-dk-2 de-fra-1 de-muc-1 at-vie-1 at-vie-2 bg-sof-1 hr-zag-1"),
    hints={
        "AccessDenied": (
            "Exoscale gives keys their rights by IAM roles: look at the role of this key."
        ),
    },
)

vendor = s3_vendor(
    name="exoscale",
    title="Exoscale Object Storage",
    summary="A server of its own; conditional writes; no bucket policies.",
    docs_url="https://community.exoscale.com/product/storage/object-storage/",
    profile=profile,
    endpoint_hosts=("sos-{region}.exo.io",),
    capabilities=Capabilities(
        acl=inferred("object", "the vendor's documentation; its list was not verified"),
        addressing=inferred(
            frozenset({"path", "virtual"}), "the vendor's documentation, not read again"
        ),
        batch_delete=documented("yes", _LIMITS),
        put_if_absent=documented("enforced", _LIMITS, as_of=_CONDITIONS_DATE),
        put_if_match=documented("enforced", _LIMITS, as_of=_CONDITIONS_DATE),
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
        public_url=inferred("yes", "its addressing"),
        versioning=documented("yes", _LIMITS, note="1,000 versions of an object."),
        cors=inferred("yes", _LIMITS),
        lifecycle=documented("no", _LIMITS, note="By an older page."),
        policy=documented("no", _LIMITS, note="IAM roles have policies."),
        server=inferred("a server of its own (successor of Pithos)", "not verified"),
    ),
)
