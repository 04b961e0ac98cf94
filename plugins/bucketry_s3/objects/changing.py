"""What is changed of an object where it is: headers by a copy onto itself, and its archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import Archived, ObjectInfo, Rejected, StorageError, Unsupported
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.copying import (
    MAX_SINGLE_COPY,
    Copy,
    check_writable,
    copy_parts,
    copy_whole,
    headers_of,
    tags_of,
)
from bucketry_s3.objects.native import check_native
from bucketry_s3.objects.reading import head_answer, info_of

_NAMES = {
    "content_type": "ContentType",
    "cache_control": "CacheControl",
    "content_disposition": "ContentDisposition",
    "content_encoding": "ContentEncoding",
    "content_language": "ContentLanguage",
    "metadata": "Metadata",
}

# A copy takes none of these along by itself (Amazon S3 API reference, CopyObject).
_NOT_COPIED = (
    "BucketKeyEnabled",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "SSEKMSKeyId",
    "ServerSideEncryption",
    "StorageClass",
)

# Access that has a name; other grants are sent one by one.
_GROUPS = "http://acs.amazonaws.com/groups/global/"
_CANNED: Mapping[tuple[tuple[str, str], ...], str] = {
    (("READ", f"{_GROUPS}AllUsers"),): "public-read",
    (("READ", f"{_GROUPS}AllUsers"), ("WRITE", f"{_GROUPS}AllUsers")): "public-read-write",
    (("READ", f"{_GROUPS}AuthenticatedUsers"),): "authenticated-read",
}
_GRANTS = {
    "FULL_CONTROL": "GrantFullControl",
    "READ": "GrantRead",
    "READ_ACP": "GrantReadACP",
    "WRITE_ACP": "GrantWriteACP",
}


def set_headers(bucket: Bucket, key: str, changes: Mapping[str, Any]) -> ObjectInfo:
    """Write an object anew from itself, under other headers; what is not named stays."""
    seen = head_answer(bucket, key, {})
    wanted = {_NAMES[name]: value for name, value in changes.items()}
    check_writable(seen, wanted)
    headers = {**headers_of(seen), **wanted}
    kept = {name: seen[name] for name in _NOT_COPIED if seen.get(name)}
    if "StorageClass" not in kept and bucket.options.storage_class:
        kept["StorageClass"] = "STANDARD"
    params = {name: value for name, value in headers.items() if value is not None}
    params |= kept | _access_of(bucket, key)
    size = int(seen["ContentLength"])
    work = Copy(
        bucket=bucket,
        origin={"Bucket": bucket.name, "Key": key},
        # Another object under the key in between would get these headers.
        of_source={"CopySourceIfMatch": seen["ETag"]},
        key=key,
        size=size,
        etag=seen["ETag"],
        params=params,
    )
    if size > MAX_SINGLE_COPY:
        tags = tags_of(bucket, key, {})
        copy_parts(
            Copy(
                bucket=bucket, origin=work.origin, of_source={}, key=key, size=size,
                etag=work.etag, params={**params, **tags},
            )
        )  # fmt: skip
    else:
        copy_whole(work, {**params, "MetadataDirective": "REPLACE"})
    return info_of(key, head_answer(bucket, key, {}))


def _access_of(bucket: Bucket, key: str) -> dict[str, str]:
    """Return the parameters that give a copy the access that the object has now."""
    if bucket.capabilities.acl.value not in ("object", None):
        return {}
    try:
        answer = bucket.send("GetObjectAcl", {"Key": key})
    except Unsupported:
        return {}
    except StorageError as error:
        raise error.evolve(
            reason=f"who may read the object could not be looked up, and would be lost: "
            f"{error.reason}",
            may_have_applied=False,
        ) from error.__cause__
    owner = answer.get("Owner", {}).get("ID")
    others = [
        (grant.get("Permission", ""), grantee.get("URI") or grantee.get("ID") or "")
        for grant in answer.get("Grants", [])
        if (grantee := grant.get("Grantee", {})).get("ID") != owner
    ]
    if not others:
        return {}
    canned = _CANNED.get(tuple(others))
    if canned:
        return {"ACL": canned}
    by_permission: dict[str, list[str]] = {"GrantFullControl": [f'id="{owner}"']}
    for permission, who in others:
        if permission in _GRANTS:  # WRITE says nothing of an object
            grant = f'{"uri" if "://" in who else "id"}="{who}"'
            by_permission.setdefault(_GRANTS[permission], []).append(grant)
    return {name: ", ".join(grantees) for name, grantees in by_permission.items()}


def restore(bucket: Bucket, key: str, days: int, params: Mapping[str, Any]) -> bool:
    """Ask for a copy out of the archive; True if there is one already."""
    check_native(params, "RestoreObject")
    request = {"Days": days, **params.get("RestoreRequest", {})}
    try:
        answer = bucket.send("RestoreObject", {"Key": key, **params, "RestoreRequest": request})
    except Archived as error:
        raise Rejected(
            "the object lies in no archive", code=error.code, status=error.status
        ) from error.__cause__
    except StorageError as error:
        if error.code == "RestoreAlreadyInProgress":
            return False
        raise
    status: int = answer["ResponseMetadata"]["HTTPStatusCode"]
    return status == 200
