"""What became of a write whose answer was lost: looked up, not guessed.

One HEAD decides. An object that has all that was sent is the answer; the absence of one counts only
if the server has answered every attempt; all else is `Unconfirmed`. A write under a precondition
carries an id in the object's metadata, because there another writer's same bytes are a defeat: two
that create one lock file must not both believe to hold it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from attrs import field, frozen

from bucketry import (
    InvalidHeader,
    NotFound,
    PreconditionFailed,
    StorageError,
    Unavailable,
    Unconfirmed,
    Unsupported,
)
from bucketry.headers import MAX_METADATA_BYTES
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.conditions import COMPLETE_FACTS, PUT_FACTS, not_enforced
from bucketry_s3.objects.native import for_looking
from bucketry_s3.objects.reading import WRITE_ID, head_answer
from bucketry_s3.protocol.markup import unquoted
from bucketry_s3.protocol.retrying import Attempts

_CHECKSUMS = frozenset(f"Checksum{name}" for name in get_args(ChecksumAlgorithm))

# Parameters that HEAD shows again, under the same names.
_SHOWN = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "ServerSideEncryption",
    "SSECustomerAlgorithm",
    "SSEKMSKeyId",
    "StorageClass",
    "WebsiteRedirectLocation",
)
_UNSHOWN = {"StorageClass": "STANDARD"}

# Parameters that no HEAD shows.
_INVISIBLE = (
    "ACL",
    "GrantFullControl",
    "GrantRead",
    "GrantReadACP",
    "GrantWriteACP",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "Tagging",
)


def with_write_id(bucket: Bucket, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of an upload, marked if it has a precondition.

    Not if the configuration does without the mark, and the vendor holds the precondition in every
    request. Raises `InvalidHeader` if the caller's metadata leaves no room for the mark.
    """
    if PUT_FACTS.keys().isdisjoint(params):
        return dict(params)
    kept = not_enforced(bucket, params, PUT_FACTS) | not_enforced(bucket, params, COMPLETE_FACTS)
    if not bucket.options.write_id and not kept:
        return dict(params)
    metadata = {**params.get("Metadata", {}), WRITE_ID: uuid.uuid4().hex}
    size = sum(len(name) + len(str(value)) for name, value in metadata.items())
    if size > MAX_METADATA_BYTES:
        raise InvalidHeader(
            f"metadata is {size - MAX_METADATA_BYTES} bytes too large: an upload with a "
            "precondition needs some itself, to know its object again when an answer is lost "
            "(write_id = false does without where the vendor enforces preconditions)"
        )
    return {**params, "Metadata": metadata}


@frozen(kw_only=True, eq=False)
class Write:
    """A write, as its object must look.

    Attributes:
        key: where it went.
        params: its native parameters.
        size: bytes of the object.
        etag: the ETag where the server makes it of MD5s, as S3 does; None if it surely does not.
    """

    key: str
    params: Mapping[str, Any] = field(repr=False)
    size: int
    etag: str | None

    @property
    def id(self) -> str | None:
        """The id that marks it, where it has a precondition."""
        mark: str | None = self.params.get("Metadata", {}).get(WRITE_ID)
        return mark


def confirm(
    bucket: Bucket, write: Write, error: StorageError, attempts: Attempts
) -> dict[str, Any]:
    """Return the answer that stands in for a lost one, or raise.

    Raises `error` if there was no doubt, if nobody waits for the outcome any more, or if no doubt
    is left: the server has answered every attempt and the object is not there, or one is there that
    somebody else has created. Raises `Unconfirmed` if that cannot be told. A refusal under a
    precondition is looked into as well: networks repeat requests, and then it was refused for its
    own object. That a key is taken stands where another object is found.
    """
    refused = isinstance(error, PreconditionFailed) and write.id is not None
    if (not error.may_have_applied and not refused) or bucket.limit.cancelled:
        raise error
    try:
        answer = head_answer(
            bucket, write.key, for_looking(write.params), deadline=bucket.limit.afterwards()
        )
    except StorageError as second:
        if not error.may_have_applied:
            raise error from error.__cause__
        raise _without_object(error, second, attempts) from second
    found = _is_this(write, answer)
    if found is True:
        return answer
    if found is False or not error.may_have_applied:
        raise _refuted(error, "another object is there") from error.__cause__
    if refused and "IfMatch" not in write.params:
        # Whether or not this one was there for a moment, the key is taken. Of a replacement that
        # would matter: it has to be repeated, or not.
        raise error.evolve(
            reason=f"{error.reason.rstrip('.')}; another object is there"
        ) from error.__cause__
    raise _unconfirmed(
        error, "an object is there, but nothing proves that it is this one"
    ) from error.__cause__


def with_etag(bucket: Bucket, write: Write, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a write with the object's ETag, which some servers leave empty.

    Raises `Unconfirmed` if that cannot be looked up, or an object of another size is there.
    """
    if answer.get("ETag"):
        return dict(answer)
    done = Unavailable("the answer has no ETag", may_have_applied=True)
    try:
        seen = head_answer(
            bucket, write.key, for_looking(write.params), deadline=bucket.limit.afterwards()
        )
    except StorageError as error:
        raise _unconfirmed(done, f"it could not be looked up ({error.reason})") from error
    if int(seen["ContentLength"]) != write.size:
        raise _unconfirmed(done, "an object of another size is there")
    return {**answer, "ETag": seen["ETag"]}


def _without_object(error: StorageError, second: StorageError, attempts: Attempts) -> StorageError:
    if not isinstance(second, NotFound):
        looked = f"whether it is there could not be looked up ({second.reason.rstrip('.')})"
        if not error.retryable and type(second) is type(error):
            return error.evolve(reason=f"{error.reason.rstrip('.')}; {looked}")
        return _unconfirmed(error, looked)
    if attempts.unanswered:
        # What was sent and never answered may be on its way still.
        return _unconfirmed(error, "it is not there yet, and what was sent can still arrive")
    return _refuted(error, "it was looked for and is not there")


def _is_this(write: Write, answer: Mapping[str, Any]) -> bool | None:
    """Tell whether the object that was found is the one written; None if it may be or have been.

    Another object proves nothing: it may have come after this one, and clocks differ. Only a
    create-only write is refuted, by an object that somebody else has created.
    """
    if write.id is None and not PUT_FACTS.keys().isdisjoint(write.params):
        return None  # another writer's same bytes would be a defeat
    if write.id is not None:
        found = _metadata(answer).get(WRITE_ID)
        if found == write.id:
            return True
        foreign = found is not None and write.params.get("IfNoneMatch") == "*"
        return False if foreign else None
    if int(answer["ContentLength"]) != write.size or not _same_bytes(write, answer):
        return None
    if any(name in write.params for name in _INVISIBLE) or not _as_sent(write.params, answer):
        return None
    return True


def _same_bytes(write: Write, answer: Mapping[str, Any]) -> bool:
    """Tell whether a digest that HEAD shows is that of what was sent."""
    sent = {name: value for name, value in write.params.items() if name in _CHECKSUMS}
    if any(answer.get(name) == value for name, value in sent.items()):
        return True
    return (unquoted(answer["ETag"]) or "").lower() == (write.etag or "-").lower()


def _as_sent(params: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Tell whether an object has the headers that were sent with it, as far as HEAD shows them."""
    for name in _SHOWN:
        if name in params and str(answer.get(name, _UNSHOWN.get(name))) != str(params[name]):
            return False
    own = {name.lower(): value for name, value in params.get("Metadata", {}).items()}
    return _metadata(answer) == own


def _metadata(answer: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.get("Metadata", {}).items()}


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


def confirm_encrypted(
    bucket: Bucket, key: str, params: Mapping[str, Any], *answers: Mapping[str, Any]
) -> None:
    """Raise `Unsupported` if encryption was asked for and nothing says that there is any.

    S3 names it in its answers; which of them do, servers differ in. Where none does, the object
    itself is looked at: a server that does not know the header stores plain bytes without a word.
    """
    if _encrypted(params, answers):
        return
    try:
        seen = head_answer(bucket, key, for_looking(params), deadline=bucket.limit.afterwards())
    except StorageError as error:
        raise error.evolve(
            reason="the object is stored, but whether encrypted could not be looked up: "
            f"{error.reason}",
            may_have_applied=True,
        ) from error.__cause__
    if not seen.get("ServerSideEncryption"):
        raise _not_encrypted(params, "and delete what was stored", may_have_applied=True)


def check_encryption_named(
    bucket: Bucket, params: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
) -> None:
    """Raise `Unsupported` before the parts become an object that may be in the clear.

    Where nothing is known of the vendor, none of its answers having named the encryption.
    """
    if not bucket.capabilities.encryption.known and not _encrypted(params, answers):
        raise _not_encrypted(params, "which seems so here", may_have_applied=False)


def _encrypted(params: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> bool:
    asked = params.get("ServerSideEncryption")
    return not asked or any(answer.get("ServerSideEncryption") for answer in answers)


def _not_encrypted(
    params: Mapping[str, Any], besides: str, *, may_have_applied: bool
) -> Unsupported:
    return Unsupported(
        f"encryption of type {params['ServerSideEncryption']} was asked for, and the server does "
        "not confirm it",
        hint=f"Leave encryption out where the server has none, {besides}.",
        may_have_applied=may_have_applied,
    )
