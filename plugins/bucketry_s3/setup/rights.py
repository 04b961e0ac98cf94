"""Which right each operation of S3 needs, and the least that an application needs.

From "Actions, resources, and condition keys for Amazon S3" of the Service Authorization Reference.
MinIO, Ceph, versitygw and the others that have policies use the same names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bucketry.keys import RootPath
from bucketry.setup import Use, Wanted
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile

ACTIONS: Mapping[str, str] = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CopyObject": "s3:PutObject",
    "CreateBucket": "s3:CreateBucket",
    "CreateMultipartUpload": "s3:PutObject",
    "DeleteBucketPolicy": "s3:DeleteBucketPolicy",
    "DeleteObject": "s3:DeleteObject",
    "DeleteObjects": "s3:DeleteObject",
    "GetBucketAcl": "s3:GetBucketAcl",
    "GetBucketCors": "s3:GetBucketCORS",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "GetBucketOwnershipControls": "s3:GetBucketOwnershipControls",
    "GetBucketPolicy": "s3:GetBucketPolicy",
    "GetBucketPolicyStatus": "s3:GetBucketPolicyStatus",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetObject": "s3:GetObject",
    "GetObjectAcl": "s3:GetObjectAcl",
    "GetObjectTagging": "s3:GetObjectTagging",
    "GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjectsV2": "s3:ListBucket",
    "ListParts": "s3:ListMultipartUploadParts",
    "PutBucketCors": "s3:PutBucketCORS",
    "PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "PutBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "PutBucketPolicy": "s3:PutBucketPolicy",
    "PutBucketVersioning": "s3:PutBucketVersioning",
    "PutObject": "s3:PutObject",
    "PutObjectAcl": "s3:PutObjectAcl",
    "PutObjectTagging": "s3:PutObjectTagging",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "RestoreObject": "s3:RestoreObject",
    "UploadPart": "s3:PutObject",
    "UploadPartCopy": "s3:PutObject",
}
"""By the operation's name."""

# A copy takes an object's tags along, and the server reads and writes them for us. Parts are listed
# by the doctor, and by whoever completes what browsers have sent. Without the right to list, an
# object that is missing is refused and not told missing.
_OF_OBJECTS: Mapping[Use, str] = {
    "copy": "GetObject PutObject GetObjectTagging PutObjectTagging AbortMultipartUpload",
    "delete": "DeleteObject",
    "headers": "GetObject PutObject GetObjectTagging PutObjectTagging AbortMultipartUpload",
    "read": "GetObject",
    "restore": "RestoreObject",
    "sweep": "AbortMultipartUpload",
    "tags": "PutObjectTagging",
    "versions": "GetObjectVersion DeleteObjectVersion",
    "write": "PutObject AbortMultipartUpload ListMultipartUploadParts GetObject",
}
_OF_BUCKET: Mapping[Use, str] = {
    "copy": "ListBucket",
    "delete": "ListBucket",
    "headers": "ListBucket",
    "list": "ListBucket",
    "read": "ListBucket",
    "sweep": "ListBucketMultipartUploads",
    "versions": "ListBucketVersions",
    "write": "ListBucket",
}

VERSION = "2012-10-17"
"""Of the language of policies."""


_SPECIAL = re.compile(r"[*?$]")


def bucket_arn(options: S3Options, profile: Profile) -> str:
    """Return the bucket's ARN: its own where it is configured by one."""
    if options.bucket.startswith("arn:"):
        return options.bucket
    return f"arn:{profile.partition(options)}:s3:::{options.bucket}"


def objects_arn(options: S3Options, profile: Profile) -> str:
    """Return the ARN of all objects below the root path.

    Characters of it that would stand for others are told so (IAM User Guide, policy variables).
    """
    bucket = bucket_arn(options, profile)
    inner = f"{bucket}/object" if options.bucket.startswith("arn:") else bucket
    root = RootPath(options.root_path).prefix
    return f"{inner}/{_SPECIAL.sub(lambda found: f'${{{found[0]}}}', root)}*"


def statement(actions: Iterable[str], resources: Sequence[str]) -> dict[str, Any]:
    """Return the statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": sorted(set(actions)), "Resource": list(resources)}


def least_policy(options: S3Options, profile: Profile, wanted: Wanted) -> dict[str, Any]:
    """Return the policy with which a key pair can do what the application does, and no more."""
    bucket, objects = bucket_arn(options, profile), objects_arn(options, profile)
    uses = set(wanted.uses)
    if wanted.versioning:
        uses.add("versions")
    if "write" in uses and options.tags:
        uses.add("tags")
    of_objects = _named(_OF_OBJECTS, uses)
    params = {*options.extra_params.upload, *options.extra_params.upload_stream}
    if "write" in uses and "Tagging" in params:
        of_objects.add("s3:PutObjectTagging")
    sends_acl = options.acl is not None or any(
        name == "ACL" or name.startswith("Grant") for name in params
    )
    if sends_acl and uses & {"write", "copy"}:
        of_objects.add("s3:PutObjectAcl")
    if "headers" in uses and options.acl is not None:
        of_objects.add("s3:GetObjectAcl")
    statements = [statement(of_objects, [objects])] if of_objects else []
    of_bucket = _named(_OF_BUCKET, uses)
    if of_bucket:
        statements.append(statement(of_bucket, [bucket]))
    statements += _for_kms(options, profile)
    return {"Version": VERSION, "Statement": statements}


def _named(table: Mapping[Use, str], uses: Iterable[str]) -> set[str]:
    return {f"s3:{name}" for use in uses for name in table.get(use, "").split()}  # type: ignore[call-overload]  # any text may be looked up


def _for_kms(options: S3Options, profile: Profile) -> list[dict[str, Any]]:
    """Return what a key of the user's own asks for; AWS's own key asks for nothing."""
    encryption = options.encryption
    if encryption is None or not encryption.kms_key_id:
        return []
    actions = ["kms:Decrypt", "kms:GenerateDataKey"]
    key = encryption.kms_key_id
    if key.startswith("arn:") and ":alias/" not in key:
        return [statement(actions, [key])]
    place = f"arn:{profile.partition(options)}:kms:{options.region or '*'}:*:key/"
    alias = key.rpartition(":")[2]
    if not alias.startswith("alias/"):
        return [statement(actions, [f"{place}{key}"])]
    # A policy names keys, not their aliases (AWS KMS Developer Guide, alias authorization).
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    return [{**statement(actions, [f"{place}*"]), "Condition": by_alias}]


def missing_right(operation: str, options: S3Options, profile: Profile) -> str:
    """Return the right that an operation on the bucket needs, and the statement that grants it."""
    action = ACTIONS[operation]
    granting = json.dumps(statement([action], [bucket_arn(options, profile)]))
    return f"It needs {action}; this statement grants it: {granting}"


_METHODS: Mapping[str, str] = {
    "copy": "CopyObject",
    "delete": "DeleteObject",
    "download": "GetObject",
    "head": "HeadObject",
    "list": "ListObjectsV2",
    "open": "GetObject",
    "read": "GetObject",
    "restore": "RestoreObject",
    "sweep": "ListMultipartUploads",
    "upload": "PutObject",
    "versions": "ListObjectVersions",
}
"""What a method of a provider asks for first of all."""


def right_for(method: str, options: S3Options, profile: Profile) -> str:
    """Return, as a sentence, the right that a method of a provider needs and on what, or ""."""
    operation = _METHODS.get(method)
    return "" if operation is None else f"It takes {granting(operation, options, profile)}."


def granting(operation: str, options: S3Options, profile: Profile) -> str:
    """Return the right that an operation needs, and on what."""
    whole = operation in ("ListMultipartUploads", "ListObjectVersions", "ListObjectsV2")
    name = bucket_arn if whole else objects_arn
    return f"{ACTIONS[operation]} on {name(options, profile)}"
