"""Preconditions: refused where a server would not heed them, looked at where it may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bucketry import AlreadyExists, NotFound, PreconditionFailed, Unsupported
from bucketry.limits import cite
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.native import for_looking
from bucketry_s3.objects.reading import head_answer
from bucketry_s3.protocol.markup import unquoted

PUT_FACTS = {"IfNoneMatch": "put_if_absent", "IfMatch": "put_if_match"}
COMPLETE_FACTS = {"IfNoneMatch": "complete_if_absent", "IfMatch": "complete_if_match"}
DELETE_FACTS = {"IfMatch": "delete_if_match"}
"""Precondition to the capability that says what the vendor's servers make of it."""


def check_honoured(bucket: Bucket, params: Mapping[str, Any], facts: Mapping[str, str]) -> None:
    """Refuse a precondition that the vendor would act against, or not take."""
    for name, capability in facts.items():
        if name not in params:
            continue
        fact = getattr(bucket.capabilities, capability)
        if fact.value in ("ignored", "refused"):
            raise Unsupported(
                f"{capability} cannot be honoured: this vendor's servers have the "
                f"precondition {fact.value} {cite(fact)}",
                hint="Leave prevent_overwrite or if_match out.",
            )


class already_there:
    """Says of a create-only write whose precondition failed what that means; a context manager."""

    __slots__ = ("_params",)

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, PreconditionFailed) and "IfNoneMatch" in self._params:
            raise AlreadyExists(
                "there is an object under this key already, and prevent_overwrite is on",
                hint="Choose another key, or use replace().",
                code=error.code,
                status=error.status,
                request_id=error.request_id,
                may_have_applied=error.may_have_applied,
            ) from error.__cause__


def look(bucket: Bucket, key: str, params: Mapping[str, Any], conditions: frozenset[str]) -> None:
    """Raise `PreconditionFailed` unless the object, or its absence, is what `conditions` want.

    They are names among the native `params` of the write.
    """
    if not conditions:
        return
    try:
        etag = unquoted(head_answer(bucket, key, for_looking(params))["ETag"])
    except NotFound:
        etag = None
    if "IfNoneMatch" in conditions and etag is not None:
        raise PreconditionFailed("there is an object under this key already")
    if "IfMatch" in conditions and etag != unquoted(params["IfMatch"]):
        raise PreconditionFailed("the object there is not the version that was named")


def not_enforced(
    bucket: Bucket, params: Mapping[str, Any], facts: Mapping[str, str]
) -> frozenset[str]:
    """Return the preconditions that the vendor is not known to enforce."""
    if facts.keys().isdisjoint(params):
        return frozenset()
    able = bucket.capabilities
    asked = facts.keys() & params.keys()
    return frozenset(name for name in asked if getattr(able, facts[name]).value != "enforced")
