"""Operations on buckets: create, look at, delete, versioning."""

from __future__ import annotations

import re

from bucketry_s3.testing.attributes import check_acl
from bucketry_s3.testing.call import Call
from bucketry_s3.testing.errors import S3Error, invalid_argument
from bucketry_s3.testing.listing import OWNER
from bucketry_s3.testing.markup import document, element, malformed_xml, parse, text
from bucketry_s3.testing.objects import iso
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import Bucket


def list_buckets(call: Call) -> Response:
    """ListBuckets."""
    buckets = (
        element(
            "Bucket",
            text("Name", bucket.name),
            text("CreationDate", iso(bucket.created or call.now)),
        )
        for bucket in call.store.buckets.values()
    )
    return Response(body=document("ListAllMyBucketsResult", OWNER, element("Buckets", *buckets)))


def create_bucket(call: Call) -> Response:
    """CreateBucket; all buckets of the stand-in have one owner."""
    name, personality = call.route.bucket, call.personality
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name:
        raise S3Error(400, "InvalidBucketName", "The specified bucket is not valid.")
    if name in call.store.buckets:
        if personality.habits.recreate:
            return Response(headers={"Location": f"/{name}"})
        raise S3Error(
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
    if call.payload.data:
        wanted = parse(call.payload.data, "CreateBucketConfiguration").value("LocationConstraint")
        if wanted and wanted != call.region and not personality.habits.any_region:
            raise S3Error(
                400,
                "IllegalLocationConstraintException",
                f"The {wanted} location constraint is incompatible for the region specific "
                "endpoint this request was sent to.",
            )
    bucket = Bucket(name=name, created=call.now, versioning=call.personality.initial_versioning)
    acl = call.request.headers.get("x-amz-acl")
    if acl is not None:
        bucket.acl = acl  # where ACLs live at the bucket, this is what others must equal
        bucket.acl = check_acl(acl, bucket, personality)
    call.store.buckets[name] = bucket
    return Response(headers={"Location": f"/{name}"})


def head_bucket(call: Call) -> Response:
    """HeadBucket."""
    call.store.bucket(call.route.bucket)
    return Response(headers={"x-amz-bucket-region": call.region})


def delete_bucket(call: Call) -> Response:
    """DeleteBucket."""
    if not call.bucket.is_empty:
        raise S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
    del call.store.buckets[call.route.bucket]
    return Response(status=204)


def get_bucket_location(call: Call) -> Response:
    """GetBucketLocation; us-east-1 is written as nothing, as at Amazon."""
    call.store.bucket(call.route.bucket)
    region = "" if call.region == "us-east-1" else call.region
    return Response(body=document("LocationConstraint", region))


def get_bucket_versioning(call: Call) -> Response:
    """GetBucketVersioning."""
    status = text("Status", call.bucket.versioning or None)
    return Response(body=document("VersioningConfiguration", status))


def put_bucket_versioning(call: Call) -> Response:
    """PutBucketVersioning."""
    bucket = call.bucket
    if call.personality.versioning == "no":
        raise call.personality.refuse("versioning")
    status = parse(call.payload.data, "VersioningConfiguration").value("Status")
    if status not in ("Enabled", "Suspended"):
        raise malformed_xml()
    if status == "Suspended" and call.personality.habits.always_versioned:
        raise invalid_argument("Versioning cannot be suspended on this server", "Status", status)
    bucket.versioning = status
    return Response()
