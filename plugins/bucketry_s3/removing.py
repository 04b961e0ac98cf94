"""Deleting, one by one or in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bucketry import Deleted, Failure, NotFound, StorageError, Unconfirmed
from bucketry_s3.bucket import Bucket

MAX_BATCH = 1000
"""Keys in one DeleteObjects request (Amazon S3 API reference)."""

# Answers of servers that have no batch delete, or want a digest we cannot give.
_NO_BATCH = frozenset({"NotImplemented", "MethodNotAllowed", "MissingContentMD5", "InvalidDigest"})


def delete(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    """Delete keys: one request for one key, batches of the vendor's size for many."""
    params = {**bucket.options.extra_params.delete, **params}
    if len(keys) == 1 or bucket.capabilities.batch_delete.value == "no":
        return _one_by_one(bucket, keys, params)
    limit = min(bucket.capabilities.batch_delete_limit.value or MAX_BATCH, MAX_BATCH)
    deleted: list[str] = []
    failures: list[Failure] = []
    for start in range(0, len(keys), limit):
        batch = keys[start : start + limit]
        try:
            outcome = _batch(bucket, batch, params)
        except StorageError as error:
            if error.code not in _NO_BATCH:
                raise
            outcome = _one_by_one(bucket, batch, params)
        deleted += outcome.keys
        failures += outcome.failures
    return Deleted(keys=deleted, failures=failures)


def _batch(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    answer, _ = bucket.send(
        "DeleteObjects", {"Delete": {"Objects": [{"Key": key} for key in keys]}, **params}
    )
    failures = [
        Failure(
            key=error.get("Key", ""),
            reason=error.get("Message") or error.get("Code") or "refused",
            code=error.get("Code"),
        )
        for error in answer.get("Errors", [])
        if error.get("Code") != "NoSuchKey"
    ]
    told = {entry.get("Key") for entry in answer.get("Deleted", [])}
    failed = {failure.key for failure in failures}
    gone = {e.get("Key") for e in answer.get("Errors", []) if e.get("Code") == "NoSuchKey"}
    silent = [key for key in keys if key not in told | failed | gone]
    if silent and not told and not failed and not gone:
        # Some servers answer without a list; then each key is looked at before it counts.
        return _confirm(bucket, keys)
    failures += [Failure(key=key, reason="the answer does not name this key") for key in silent]
    return Deleted(keys=[key for key in keys if key in told or key in gone], failures=failures)


def _confirm(bucket: Bucket, keys: Sequence[str]) -> Deleted:
    deleted, failures = [], []
    for key in keys:
        if _is_gone(bucket, key):
            deleted.append(key)
        else:
            failures.append(Failure(key=key, reason="it is still there after the delete"))
    return Deleted(keys=deleted, failures=failures)


def _one_by_one(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    if len(keys) == 1:
        _delete_one(bucket, keys[0], params)
        return Deleted(keys=keys)
    deleted, failures = [], []
    for key in keys:
        try:
            _delete_one(bucket, key, params)
        except StorageError as error:
            failures.append(Failure(key=key, reason=error.reason, code=error.code))
        else:
            deleted.append(key)
    return Deleted(keys=deleted, failures=failures)


def _delete_one(bucket: Bucket, key: str, params: Mapping[str, Any]) -> None:
    try:
        answer, _ = bucket.send("DeleteObject", {"Key": key, **params})
    except NotFound:
        return
    # S3 answers 204. Another success may be a proxy's page, so it is looked up.
    if answer["ResponseMetadata"]["HTTPStatusCode"] != 204 and not _is_gone(bucket, key):
        raise Unconfirmed(
            "the server answered success, but the object is still there",
            hint="Look at the object, and at proxies between here and the vendor.",
            may_have_applied=True,
        )


def _is_gone(bucket: Bucket, key: str) -> bool:
    try:
        bucket.send("HeadObject", {"Key": key})
    except NotFound:
        return True
    return False
