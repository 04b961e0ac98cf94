"""The steps of setting up a bucket: how each is read, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from bucketry.errors import BucketNotFound
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.subresources import Subresource, subresource


@frozen(kw_only=True)
class Aspect:
    """One thing that a bucket is set up with, as S3 has it.

    Attributes:
        why: what it is for.
        get, put: the operations that read and write it.
        param: the parameter that it is written as.
        inside: whether an answer has it under that name, too.
        fact: the capability that says whether the server has it, where there is one.
    """

    why: str
    get: Subresource
    put: str
    param: str
    inside: bool = False
    fact: str = ""


ASPECTS: Mapping[str, Aspect] = {
    "owners": Aspect(
        why="Whether ACLs of objects count.",
        get="GetBucketOwnershipControls",
        put="PutBucketOwnershipControls",
        param="OwnershipControls",
        inside=True,
    ),
    "public access": Aspect(
        why="Nobody can open the bucket by accident, or what shall be public is let through.",
        get="GetPublicAccessBlock",
        put="PutPublicAccessBlock",
        param="PublicAccessBlockConfiguration",
        inside=True,
    ),
    "public reads": Aspect(
        why="Whether everybody may read the objects.",
        get="GetBucketPolicy",
        put="PutBucketPolicy",
        param="Policy",
        inside=True,
        fact="policy",
    ),
    "versions": Aspect(
        why="Whether what is overwritten or deleted can be had again.",
        get="GetBucketVersioning",
        put="PutBucketVersioning",
        param="VersioningConfiguration",
        fact="versioning",
    ),
    "cors": Aspect(
        why="What pages of these origins may do from a browser.",
        get="GetBucketCors",
        put="PutBucketCors",
        param="CORSConfiguration",
        fact="cors",
    ),
    "unfinished uploads": Aspect(
        why="What is left of uploads that were never finished is billed, and in no listing.",
        get="GetBucketLifecycleConfiguration",
        put="PutBucketLifecycleConfiguration",
        param="LifecycleConfiguration",
        fact="lifecycle",
    ),
}
"""By the step's name, in the order of applying: what opens a bucket is let through first."""

_DEFAULT_SIZE = "TransitionDefaultMinimumObjectSize"
"""A setting of all lifecycle rules, which writing them would set back."""


def is_there(bucket: Bucket) -> bool:
    """Return whether the bucket exists. Raises what else HeadBucket is answered with."""
    try:
        bucket.send("HeadBucket", {})
    except BucketNotFound:
        return False
    return True


def read(bucket: Bucket, name: str) -> dict[str, Any] | None:
    """Return what is there, None where nothing is."""
    aspect = ASPECTS[name]
    told = subresource(bucket, aspect.get)
    if not told:
        return None
    if aspect.param == "Policy":
        policy: dict[str, Any] = json.loads(told["Policy"])
        return policy
    inner: dict[str, Any] = told[aspect.param] if aspect.inside else told
    return inner


def write(bucket: Bucket, name: str, wanted: Mapping[str, Any] | None) -> None:
    """Write what shall be there; None, for a policy, takes it away."""
    aspect = ASPECTS[name]
    if wanted is None:
        bucket.send("DeleteBucketPolicy", {})
        return
    given = dict(wanted)
    params = {_DEFAULT_SIZE: given.pop(_DEFAULT_SIZE)} if _DEFAULT_SIZE in given else {}
    value = json.dumps(given, ensure_ascii=False) if aspect.param == "Policy" else given
    bucket.send(aspect.put, {**params, aspect.param: value})


def create(bucket: Bucket, wanted: Mapping[str, Any]) -> None:
    """Make the bucket."""
    bucket.send("CreateBucket", {"CreateBucketConfiguration": dict(wanted)} if wanted else {})
