"""What a bucket is set up with beside CORS and versions: policy, lifecycle, public access, owners.

Lifecycle rules are kept as they came and do nothing; the others have their effect.
"""

from __future__ import annotations

from bucketry_s3.testing import rights
from bucketry_s3.testing.call import Call
from bucketry_s3.testing.errors import S3Error, access_denied, invalid_argument, not_implemented
from bucketry_s3.testing.markup import document, element, malformed_xml, parse, text
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import PUBLIC_ACCESS

_OWNERSHIP = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")


def _absent(code: str, what: str) -> S3Error:
    return S3Error(404, code, f"The {what} does not exist")


# -- policy --------------------------------------------------


def _check_policy(call: Call) -> None:
    if call.personality.policy != "yes":
        raise call.personality.refuse("policy")


def get_bucket_policy(call: Call) -> Response:
    """GetBucketPolicy."""
    _check_policy(call)
    if not call.bucket.policy:
        raise _absent("NoSuchBucketPolicy", "bucket policy")
    return Response(body=call.bucket.policy.encode(), headers={"Content-Type": "application/json"})


def get_bucket_policy_status(call: Call) -> Response:
    """GetBucketPolicyStatus."""
    _check_policy(call)
    if not call.bucket.policy:
        raise _absent("NoSuchBucketPolicy", "bucket policy")
    public = str(rights.is_public(call.bucket.policy)).lower()
    return Response(body=document("PolicyStatus", text("IsPublic", public)))


def put_bucket_policy(call: Call) -> Response:
    """PutBucketPolicy; where public policies are blocked, one is refused."""
    _check_policy(call)
    policy = call.payload.data.decode(errors="replace")
    rights.check_bucket_policy(policy, call.bucket.name)
    if "BlockPublicPolicy" in call.bucket.blocked and rights.is_public(policy):
        raise access_denied()
    call.bucket.policy = policy
    return Response(status=204)


def delete_bucket_policy(call: Call) -> Response:
    """DeleteBucketPolicy."""
    _check_policy(call)
    call.bucket.policy = ""
    return Response(status=204)


# -- lifecycle --------------------------------------------------


def _check_lifecycle(call: Call) -> None:
    if call.personality.lifecycle != "yes":
        raise call.personality.refuse("lifecycle")


def get_bucket_lifecycle(call: Call) -> Response:
    """GetBucketLifecycleConfiguration."""
    _check_lifecycle(call)
    if not call.bucket.lifecycle:
        raise _absent("NoSuchLifecycleConfiguration", "lifecycle configuration")
    return Response(body=call.bucket.lifecycle)


def put_bucket_lifecycle(call: Call) -> Response:
    """PutBucketLifecycleConfiguration: each rule needs a status, a filter and something to do."""
    _check_lifecycle(call)
    rules = parse(call.payload.data, "LifecycleConfiguration").children("Rule")
    ids = [rule.value("ID") for rule in rules if rule.value("ID")]
    if len(set(ids)) < len(ids):
        raise invalid_argument("Rule ID must be unique. Found same ID for more than one rule", "ID")
    for rule in rules:
        names = {name for name, _ in rule.pairs()}
        selects = len(names & {"Filter", "Prefix"}) == 1
        if rule.value("Status") not in ("Enabled", "Disabled") or not selects:
            raise malformed_xml()
        if "AbortIncompleteMultipartUpload" in names and not call.personality.habits.abort_rules:
            raise invalid_argument(malformed_xml().message, "AbortIncompleteMultipartUpload")
        if not names - {"ID", "Status", "Filter", "Prefix"}:
            raise S3Error(400, "InvalidRequest", "At least one action needs to be specified")
    if not rules:
        raise malformed_xml()
    call.bucket.lifecycle = call.payload.data
    return Response()


# -- public access and owners --------------------------------------------------


def _check_public_access(call: Call) -> None:
    if not call.personality.habits.public_access_block:
        raise not_implemented("A header you provided implies functionality that is not implemented")


def get_public_access_block(call: Call) -> Response:
    """GetPublicAccessBlock."""
    _check_public_access(call)
    blocked = call.bucket.public_access_block
    if blocked is None:
        raise _absent("NoSuchPublicAccessBlockConfiguration", "public access block configuration")
    settings = (text(name, str(name in blocked).lower()) for name in PUBLIC_ACCESS)
    return Response(body=document("PublicAccessBlockConfiguration", *settings))


def put_public_access_block(call: Call) -> Response:
    """PutPublicAccessBlock: what is not named is not blocked."""
    _check_public_access(call)
    told = dict(parse(call.payload.data, "PublicAccessBlockConfiguration").pairs())
    if not told.keys() <= set(PUBLIC_ACCESS) or not set(told.values()) <= {"true", "false"}:
        raise malformed_xml()
    call.bucket.public_access_block = frozenset(n for n, value in told.items() if value == "true")
    return Response()


def _check_ownership(call: Call) -> None:
    if not call.personality.habits.ownership_controls:
        raise not_implemented("A header you provided implies functionality that is not implemented")


def get_ownership_controls(call: Call) -> Response:
    """GetBucketOwnershipControls."""
    _check_ownership(call)
    if not call.bucket.ownership:
        raise _absent("OwnershipControlsNotFoundError", "bucket ownership controls")
    rule = element("Rule", text("ObjectOwnership", call.bucket.ownership))
    return Response(body=document("OwnershipControls", rule))


def put_ownership_controls(call: Call) -> Response:
    """PutBucketOwnershipControls: the one that is called enforced switches ACLs off."""
    _check_ownership(call)
    rules = parse(call.payload.data, "OwnershipControls").children("Rule")
    chosen = [rule.value("ObjectOwnership") for rule in rules]
    if len(chosen) != 1 or chosen[0] not in _OWNERSHIP:
        raise malformed_xml()
    call.bucket.ownership = chosen[0]
    return Response()


# -- encryption --------------------------------------------------


def get_bucket_encryption(call: Call) -> Response:
    """GetBucketEncryption."""
    if not call.bucket.encryption:
        raise _absent(
            "ServerSideEncryptionConfigurationNotFoundError",
            "server side encryption configuration",
        )
    default = element(
        "ApplyServerSideEncryptionByDefault", text("SSEAlgorithm", call.bucket.encryption)
    )
    return Response(body=document("ServerSideEncryptionConfiguration", element("Rule", default)))
