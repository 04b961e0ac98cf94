"""Who may do what: bucket policies and the policies of key pairs, as IAM's documentation has them.

What a policy may say is a part of what Amazon takes; the rest is refused, so that no test believes
that it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bucketry_s3.testing.errors import S3Error, access_denied, not_implemented
from bucketry_s3.testing.request import Request, Route

# Amazon Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
# Where it is another one than the operation's own name.
_ACTIONS: Mapping[str, str] = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteObjects": "DeleteObject",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}

# Operations on a version have rights of their own.
_OF_VERSION = frozenset({"GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging"})

_CONDITIONS: Mapping[tuple[str, str], Callable[[str, str], bool]] = {
    ("StringEquals", "s3:prefix"): lambda value, wanted: value == wanted,
    ("StringLike", "s3:prefix"): lambda value, wanted: _like(value, wanted),
}


def needed(request: Request, route: Route) -> Iterator[tuple[str, str]]:
    """Yield the rights that a request needs: an action, and the ARN that it is done to."""
    action = _ACTIONS.get(route.operation, route.operation)
    bucket = f"arn:aws:s3:::{route.bucket}"
    if route.operation == "ListBuckets":
        yield f"s3:{action}", "*"
        return
    target = f"{bucket}/{route.key}" if route.key else bucket
    if route.operation == "DeleteObjects":
        target = f"{bucket}/*"  # each key would be asked for by itself; all or nothing will do
    if action in _OF_VERSION and request.param("versionId"):
        action = action.replace("Object", "ObjectVersion", 1)
    yield f"s3:{action}", target
    if action != "PutObject":
        return
    if "x-amz-tagging" in request.headers:
        yield "s3:PutObjectTagging", target
    if "x-amz-acl" in request.headers:
        yield "s3:PutObjectAcl", target
    source = request.header("x-amz-copy-source").partition("?")[0].lstrip("/")
    if source:
        yield "s3:GetObject", f"arn:aws:s3:::{source}"


def check_rights(
    request: Request, route: Route, own: Mapping[str, Any] | None, bucket_policy: str
) -> None:
    """Raise ``AccessDenied`` unless a key pair may do what it asks.

    `own` is the pair's policy; None has all rights, but those that the bucket's policy takes.
    """
    for action, target in needed(request, route):
        ruled = [*_effects(own, action, target, request)]
        ruled += _effects(json.loads(bucket_policy or "{}"), action, target, request)
        if "Deny" in ruled or (own is not None and "Allow" not in ruled):
            raise access_denied()


def may(own: Mapping[str, Any] | None, action: str, target: str, request: Request) -> bool:
    """Return whether a key pair's own policy allows an action."""
    return own is None or "Allow" in _effects(own, action, target, request)


def open_to_all(policy: str, action: str, target: str, request: Request) -> bool:
    """Return whether a bucket policy lets everybody do something."""
    public = [one for one in _statements(json.loads(policy or "{}")) if _everybody(one)]
    effects = [*_effects({"Statement": public}, action, target, request)]
    return "Allow" in effects and "Deny" not in effects


def is_public(policy: str) -> bool:
    """Return whether a bucket policy grants anything to everybody."""
    return any(
        one["Effect"] == "Allow" and _everybody(one) for one in _statements(json.loads(policy))
    )


def check_bucket_policy(policy: str, bucket: str) -> None:
    """Refuse what is no policy of this bucket, and what the stand-in would not heed."""
    try:
        statements = _statements(json.loads(policy))
    except (ValueError, TypeError, AttributeError):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from None
    for one in statements:
        unknown = set(one) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
        if unknown or "Principal" not in one or one.get("Effect") not in ("Allow", "Deny"):
            raise _malformed("Missing or unknown policy element")
        resources = _words(one.get("Resource"))
        own = (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/")
        if not resources or not all(r == own[0] or r.startswith(own[1]) for r in resources):
            raise _malformed("Policy has invalid resource")
        for operator, tests in one.get("Condition", {}).items():
            for name in tests:
                if (operator, name) not in _CONDITIONS:
                    raise not_implemented(f"The stand-in does not know {operator} {name}")


def _malformed(message: str) -> S3Error:
    return S3Error(400, "MalformedPolicy", message)


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = policy.get("Statement", [])
    return [found] if isinstance(found, dict) else list(found)


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    return "*" in (_words(principal.get("AWS")) if isinstance(principal, dict) else [principal])


def _effects(
    policy: Mapping[str, Any] | None, action: str, target: str, request: Request
) -> Iterator[str]:
    for one in _statements(policy or {}):
        actions = (each.lower() for each in _words(one.get("Action")))
        if not any(_like(action.lower(), each) for each in actions):
            continue
        if not any(_like(target, each) for each in _words(one.get("Resource"))):
            continue
        conditions = (
            any(_CONDITIONS[operator, name](request.param("prefix"), word) for word in _words(want))
            for operator, tests in one.get("Condition", {}).items()
            for name, want in tests.items()
        )
        if all(conditions):
            yield one["Effect"]


def _like(value: str, pattern: str) -> bool:
    """Return whether a value matches a pattern, in which ``${*}`` is a star and no more."""
    wild = "".join(
        re.escape(piece[2])
        if len(piece) == 4
        else {"*": ".*", "?": "."}.get(piece) or re.escape(piece)
        for piece in re.findall(r"\$\{[*?$]\}|.", pattern, re.DOTALL)
    )
    return re.fullmatch(wild, value, re.DOTALL) is not None
