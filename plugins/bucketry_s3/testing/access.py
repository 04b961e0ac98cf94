"""What a call without a signature may do: read what was made public, where that exists."""

from __future__ import annotations

from bucketry_s3.testing.errors import access_denied, invalid_request
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.request import Request, Route
from bucketry_s3.testing.rights import open_to_all
from bucketry_s3.testing.store import Store, StoredBytes

_EVERYBODY = frozenset({"public-read", "public-read-write"})


def check_anonymous(request: Request, route: Route, personality: Personality, store: Store) -> None:
    """Raise ``AccessDenied`` unless the object may be read by everybody."""
    if route.operation not in ("GetObject", "HeadObject"):
        raise access_denied()
    bucket = store.bucket(route.bucket)
    item = bucket.get(route.key, request.param("versionId"))
    heeds_acls = bucket.takes_acls and "IgnorePublicAcls" not in bucket.blocked
    target = f"arn:aws:s3:::{route.bucket}/{route.key}"
    by_policy = bucket.public or open_to_all(bucket.policy, "s3:GetObject", target, request)
    open_bucket = (by_policy and "RestrictPublicBuckets" not in bucket.blocked) or (
        heeds_acls and personality.acl in ("object", "bucket") and bucket.acl in _EVERYBODY
    )
    # Without the right to list, a missing key is 403 too: it must not tell what exists.
    open_object = open_bucket or (heeds_acls and item is not None and _open(item, personality))
    if personality.public_url == "no" or not open_object:
        raise access_denied()
    if any(name.startswith("response-") for name, _ in request.query):
        raise invalid_request(
            "Request specific response headers cannot be used for anonymous GET requests."
        )


def _open(item: StoredBytes, personality: Personality) -> bool:
    return personality.acl == "object" and item.acl in _EVERYBODY
