"""Deleting, one by one or in batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from bucketry import (
    BadCredentials,
    BucketNotFound,
    Capabilities,
    ClockSkew,
    Deleted,
    Failure,
    NotFound,
    Rejected,
    StorageError,
    Unconfirmed,
    WrongRegion,
)
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.conditions import DELETE_FACTS, check_honoured, look
from bucketry_s3.objects.native import check_native, for_removing
from bucketry_s3.protocol.common import write_deletes
from bucketry_s3.protocol.errors import CODES
from bucketry_s3.protocol.fixed import DELETES
from bucketry_s3.protocol.retrying import Attempts

MAX_BATCH = 1000
"""Keys in one DeleteObjects request (Amazon S3 API reference)."""

# Answers of servers that have no batch delete, or want a digest we cannot give.
_NO_BATCH = frozenset({"NotImplemented", "MethodNotAllowed", "MissingContentMD5", "InvalidDigest"})

# Whoever meets one of these with one key meets it with every other.
_WITH_EVERY_KEY = (BadCredentials, BucketNotFound, ClockSkew, WrongRegion)

_UNNAMED = "the answer does not name this key"


def delete(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    """Delete keys: one request for one key, batches of the vendor's size for many.

    What stops a request, an outage for example, stops the rest. It is raised if nothing was deleted
    before; else the rest are failures, so that the caller learns of both.
    """
    params = {**bucket.options.extra_params.of("delete"), **params}
    check_honoured(bucket, params, DELETE_FACTS)
    if "IfMatch" in params and bucket.capabilities.delete_if_match.value != "enforced":
        look(bucket, keys[0], params, frozenset({"IfMatch"}))
    check_native(params, *DELETES)
    if len(keys) == 1:
        _delete_one(bucket, keys[0], params)
        return Deleted(keys=keys)
    batches = _batches(keys, bucket.capabilities)
    deleted: list[str] = []
    failures: list[Failure] = []
    apart = False
    while batches:
        batch = batches.popleft()
        apart = apart or batch.alone
        try:
            outcome = (_alone if batch.alone else _batch)(bucket, batch.keys, params)
        except StorageError as error:
            if not batch.alone and error.code in _NO_BATCH:
                left = [key for one in (batch, *batches) for key in one.keys]
                batches = deque(_Batch([key], alone=True) for key in left)
                continue
            if not batch.alone and isinstance(error, Rejected) and not error.may_have_applied:
                # It may be one key that the whole batch is refused for.
                batches.extendleft(reversed(batch.halves()))
                continue
            if not deleted:
                raise
            doubt = "; it may have taken effect" if error.may_have_applied else ""
            failures += [_failure(key, f"{error.reason}{doubt}", error.code) for key in batch.keys]
            rest = [key for one in batches for key in one.keys]
            failures += [_failure(key, f"not tried: {error.reason}", error.code) for key in rest]
            break
        bucket.limit.restart()  # each request has its time
        deleted += outcome.keys
        for failure in outcome.failures:
            busy = CODES.get(failure.code or "", Rejected).retryable
            if batch.alone or not (busy or failure.reason == _UNNAMED):
                failures.append(failure)
            else:  # asked for once more: the server was busy with it, or spells it otherwise
                batches.append(_Batch([failure.key], alone=True))
    if apart:
        done = set(deleted)
        deleted = [key for key in keys if key in done]  # in the order that was asked for
    return Deleted(keys=deleted, failures=failures)


@frozen(eq=False)
class _Batch:
    """Keys that go in one request; one that goes `alone` is a DeleteObject."""

    keys: Sequence[str]
    alone: bool = False

    def halves(self) -> list[_Batch]:
        """Return two smaller batches, of one key each alone at last."""
        middle = max(1, len(self.keys) // 2)
        halves = (self.keys[:middle], self.keys[middle:])
        return [_Batch(keys, alone=len(keys) == 1) for keys in halves if keys]


def _batches(keys: Sequence[str], able: Capabilities) -> deque[_Batch]:
    """Return keys in batches of the vendor's size, where it has any.

    A batch is XML, which has no place for all characters: what it cannot name goes alone.
    """
    limit = min(able.batch_delete_limit.value or MAX_BATCH, MAX_BATCH)
    if able.batch_delete.value == "no" or limit == 1:
        return deque(_Batch([key], alone=True) for key in keys)
    fit = keys if _all_fit_in_xml(keys) else [key for key in keys if _fits_in_xml(key)]
    batches = deque(_Batch(fit[n : n + limit]) for n in range(0, len(fit), limit))
    if len(fit) < len(keys):
        batches += (_Batch([key], alone=True) for key in keys if not _fits_in_xml(key))
    return batches


def _all_fit_in_xml(keys: Sequence[str]) -> bool:
    """Return whether one look shows that all keys fit; False says nothing of any."""
    together = f"|{'|'.join(keys)}|"
    return together.isprintable() and "| " not in together and " |" not in together


def _fits_in_xml(key: str) -> bool:
    """Return whether a key is the same after XML has carried it (XML 1.0, sections 2.2 and 2.11).

    Some servers drop blanks around it.
    """
    return key.isprintable() and key == key.strip()


def _failure(key: str, reason: str, code: str | None) -> Failure:
    return Failure(key=key, reason=reason, code=code)


def _batch(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    document = write_deletes(keys) or {"Objects": [{"Key": key} for key in keys]}
    answer = bucket.send("DeleteObjects", {"Delete": document, **params})
    told = {entry.get("Key") for entry in answer.get("Deleted", [])}
    errors = {error.get("Key"): error for error in answer.get("Errors", [])}
    if not told and not errors:
        return _looked_up(bucket, keys, params)
    failures = []
    gone = told.difference(errors)
    for key in [key for key in keys if key not in gone]:
        # An error without a key is about the ones that nothing else is said of.
        error = errors.get(key) or (None if key in told else errors.get(None, {}))
        if error is None or error.get("Code") == "NoSuchKey":
            continue
        reason = error.get("Message") or error.get("Code") or _UNNAMED
        failures.append(_failure(key, reason, error.get("Code")))
    kept = {failure.key for failure in failures}
    return Deleted(keys=[key for key in keys if key not in kept], failures=failures)


def _looked_up(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    """Look at each key: some servers answer without a list, and so does a proxy in between."""
    deleted, failures = [], []
    for key in keys:
        if _is_gone(bucket, key, params, "the answer names no keys"):
            deleted.append(key)
        else:
            failures.append(_failure(key, "it is still there after the delete", None))
    return Deleted(keys=deleted, failures=failures)


def _alone(bucket: Bucket, keys: Sequence[str], params: Mapping[str, Any]) -> Deleted:
    (key,) = keys
    try:
        _delete_one(bucket, key, params)
    except StorageError as error:
        if error.retryable or isinstance(error, _WITH_EVERY_KEY):
            raise
        return Deleted(keys=(), failures=[_failure(key, error.reason, error.code)])
    return Deleted(keys=keys)


def _delete_one(bucket: Bucket, key: str, params: Mapping[str, Any]) -> None:
    attempts = Attempts()
    try:
        answer = bucket.send("DeleteObject", {"Key": key, **params}, attempts=attempts)
    except NotFound:
        return
    except StorageError as error:
        if not error.may_have_applied:
            raise
        if _is_gone(bucket, key, params, error.reason):
            return
        still_there = f"{error.reason.rstrip('.')}; the object is still there"
        if attempts.unanswered:
            raise _unconfirmed(f"{still_there}, and what was sent can still arrive") from error
        raise error.evolve(reason=still_there, may_have_applied=False) from error.__cause__
    # S3 answers 204, and marks it. Another success may be a proxy's page, so it is looked up.
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    proven = status == 204 and answer["ResponseMetadata"]["IsS3"]
    told = f"the server answered success in another way than S3 does (HTTP {status})"
    if not proven and not _is_gone(bucket, key, params, told):
        raise _unconfirmed(f"{told}, and the object is still there")


def _is_gone(bucket: Bucket, key: str, params: Mapping[str, Any], doubt: str) -> bool:
    """Look whether a key, or the version to be deleted, is gone; `Unconfirmed` if that fails."""
    version = {name: params[name] for name in ("VersionId",) if name in params}
    try:
        bucket.send(
            "HeadObject",
            {"Key": key, **version, **for_removing(params)},
            deadline=bucket.limit.afterwards(),
        )
    except NotFound:
        return True
    except StorageError as error:
        raise _unconfirmed(
            f"{doubt.rstrip('.')}; whether it is gone could not be looked up ({error.reason})"
        ) from error
    return False


def _unconfirmed(reason: str) -> Unconfirmed:
    return Unconfirmed(
        reason,
        hint="Look with exists(), and at proxies between here and the vendor.",
        may_have_applied=True,
    )
