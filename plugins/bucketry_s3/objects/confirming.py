"""What became of a write whose answer was lost: looked up, not guessed.

One HEAD decides. The write took effect, and its object is the answer; or it did not, and the error
is raised without doubt; or the object there shows neither, and that is `Unconfirmed`. A write under
a precondition carries an id in the object's metadata, because there another writer's same bytes are
a defeat: two that create one lock file must not both believe to hold it.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from attrs import field, frozen

from bucketry import InvalidHeader, NotFound, StorageError, Unconfirmed
from bucketry.headers import MAX_METADATA_BYTES, RESERVED_METADATA_PREFIX
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.native import PRECONDITIONS, for_looking
from bucketry_s3.objects.reading import head_answer, unquoted

WRITE_ID = f"{RESERVED_METADATA_PREFIX}write-id"
"""Name of the metadata that marks a write under a precondition."""

_CLOCK_SLACK = 5.0
"""Seconds by which the clocks of one vendor's servers may differ, rounding included."""

_MD5 = re.compile("[0-9a-f]{32}")


def with_write_id(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of an upload, marked if it has a precondition.

    Raises `InvalidHeader` if the caller's metadata leaves no room for the mark.
    """
    if not any(name in params for name in PRECONDITIONS):
        return dict(params)
    metadata = {**params.get("Metadata", {}), WRITE_ID: uuid.uuid4().hex}
    size = sum(len(name) + len(str(value)) for name, value in metadata.items())
    if size > MAX_METADATA_BYTES:
        raise InvalidHeader(
            f"metadata is {size - MAX_METADATA_BYTES} bytes too large: an upload with a "
            "precondition needs some itself, to know its object again when an answer is lost"
        )
    return {**params, "Metadata": metadata}


@frozen(kw_only=True)
class Write:
    """A write, as its object must look.

    Attributes:
        key: where it went.
        params: its native parameters.
        size: bytes of the object.
        etag: the ETag where the server makes it of MD5s, as S3 does; None if it surely does not.
        since: when it was begun, by `time.monotonic`.
    """

    key: str
    params: Mapping[str, Any] = field(repr=False)
    size: int
    etag: str | None
    since: float


def confirm(bucket: Bucket, write: Write, error: StorageError) -> dict[str, Any]:
    """Return the answer that stands in for a lost one, or raise.

    Raises `error` if there was no doubt, or none is left: the object is not there, or is another
    one. Raises `Unconfirmed` if that cannot be told.
    """
    if not error.may_have_applied:
        raise error
    try:
        answer = head_answer(
            bucket, write.key, for_looking(write.params), deadline=bucket.limit.afterwards()
        )
    except NotFound:
        raise _refuted(error, "it was looked for and is not there") from error.__cause__
    except StorageError as second:
        raise _unconfirmed(
            error, f"whether it is there could not be looked up ({second.reason.rstrip('.')})"
        ) from second
    match _is_this(write, answer):
        case True:
            return answer
        case False:
            raise _refuted(error, "another object is there") from error.__cause__
        case None:
            raise _unconfirmed(
                error, "an object of its size is there, but nothing proves that it is this one"
            ) from error.__cause__


def _is_this(write: Write, answer: Mapping[str, Any]) -> bool | None:
    """Tell whether the object that was found is the one written; None if it may be."""
    written = write.params.get("Metadata", {}).get(WRITE_ID)
    if written:
        return bool(_metadata(answer).get(WRITE_ID) == written)
    if int(answer["ContentLength"]) != write.size:
        return False
    age = _age(answer)
    if age is not None and age > time.monotonic() - write.since + _CLOCK_SLACK:
        # The same bytes, perhaps, but not the headers, tags and rights of this upload.
        return False
    found = (unquoted(answer["ETag"]) or "").lower()
    if found and found == (write.etag or "").lower():
        return True if age is not None else None
    plain = _MD5.fullmatch(found) and _MD5.fullmatch(write.etag or "")
    keyed = answer.get("SSECustomerAlgorithm") or "kms" in answer.get("ServerSideEncryption", "")
    return False if plain and not keyed else None


def _metadata(answer: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.get("Metadata", {}).items()}


def _age(answer: Mapping[str, Any]) -> float | None:
    """Return the object's age in seconds by the vendor's own clock, which may not be ours."""
    now = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    modified = answer.get("LastModified")
    if not now or modified is None:
        return None
    try:
        return float((parsedate_to_datetime(now) - modified).total_seconds())
    except (TypeError, ValueError):
        return None


def _refuted(error: StorageError, found: str) -> StorageError:
    return error.evolve(reason=f"{error.reason.rstrip('.')}; {found}", may_have_applied=False)


def _unconfirmed(error: StorageError, found: str) -> Unconfirmed:
    return Unconfirmed(
        f"{error.reason.rstrip('.')}; {found}",
        hint="Look with head() whether size and ETag are those of your file, then upload again.",
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        may_have_applied=True,
    )
