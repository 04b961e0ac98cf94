"""Copies on the vendor's side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from attrs import field, frozen

from bucketry import IntegrityError, StorageError, StoredObject, Unsupported
from bucketry_s3.objects.apart import check_kept_in_parts, set_lost, without_lost
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.conditions import already_there, look
from bucketry_s3.objects.confirming import Write, confirm, confirm_encrypted, with_etag
from bucketry_s3.objects.multipart import Job, Sent, complete, part_size_for, unfinished
from bucketry_s3.objects.native import (
    ALGORITHM,
    PRECONDITIONS,
    check_native,
    check_unprotected,
    for_looking,
    for_removing,
    stored_as,
    tagging,
)
from bucketry_s3.objects.reading import WRITE_ID, head_answer, md5_of, version_of
from bucketry_s3.options import MIB
from bucketry_s3.protocol.checksums import CHEAPEST_FIRST, checksum_param
from bucketry_s3.protocol.markup import unquoted
from bucketry_s3.protocol.retrying import Attempts

MAX_SINGLE_COPY = 5 * 1024**3
"""Bytes that CopyObject moves in one request (Amazon S3 API reference)."""

COPY_PART = 512 * MIB
"""Bytes of one part of a larger copy; more where the vendor allows few parts."""

_DIRECTIVES = ("MetadataDirective", "TaggingDirective")

# What MetadataDirective is about: all of them are replaced, or none.
_HEADERS = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "Metadata",
    "WebsiteRedirectLocation",
)
_REDIRECT = "WebsiteRedirectLocation"

_FASTER = 8
"""A server moves bytes at least so many times faster than they must move to and from it."""


def copy(
    bucket: Bucket,
    source: str,
    target: str,
    params: Mapping[str, Any],
    *,
    prevent_overwrite: bool,
) -> StoredObject:
    """Copy an object, in parts above 5 GiB; type, headers, metadata and tags go along.

    What `params` name replaces the source's, header by header; the others stay. ACL, storage class
    and encryption do not go along, in S3: the copy gets those of the configuration, as an upload
    does. With `prevent_overwrite`, or an upload's precondition among `params`, the target is looked
    at before anything is copied.
    """
    check_unprotected(params)
    options = bucket.options
    wanted = {**stored_as(options.acl, options.storage_class, options.encryption), **params}
    if prevent_overwrite:
        wanted["IfNoneMatch"] = "*"
    directives = _taken(wanted, _DIRECTIVES.__contains__)
    conditions = _taken(wanted, PRECONDITIONS.__contains__)
    of_source = _taken(wanted, _is_of_source)
    check_native(wanted, "CopyObject")
    with already_there(conditions):
        look(bucket, target, {**wanted, **conditions}, frozenset(conditions))
    access = for_removing(wanted)
    seen = head_answer(bucket, source, {**access, **_looking_at_source(of_source)})
    size = int(seen["ContentLength"])
    in_parts = size > MAX_SINGLE_COPY
    anew = directives.get("MetadataDirective") == "REPLACE"
    kept = {} if anew else headers_of(seen)
    if not anew and (in_parts or any(name in wanted for name in _HEADERS)):
        check_writable(seen, wanted)
        directives["MetadataDirective"] = "REPLACE"
    origin = {"Bucket": bucket.name, "Key": source}
    work = Copy(
        bucket=bucket,
        origin=origin,
        of_source=of_source,
        key=target,
        size=size,
        etag=seen["ETag"],
        params={**kept, **wanted},
    )
    if in_parts:
        if "Tagging" not in wanted and directives.get("TaggingDirective") != "REPLACE":
            work = attrs.evolve(work, params={**work.params, **tags_of(bucket, source, access)})
        answer = copy_parts(work)
    else:
        if directives.get("MetadataDirective") != "REPLACE":
            # They go along by themselves, all but this one (Amazon S3 API reference, CopyObject).
            kept = {name: value for name, value in kept.items() if name == _REDIRECT}
        if "Tagging" in wanted:
            directives["TaggingDirective"] = "REPLACE"
        answer = copy_whole(work, {**kept, **wanted, **directives})
    confirm_encrypted(bucket, target, wanted, answer)
    _check_same(seen, answer)
    return StoredObject(
        key=target,
        bucket=bucket.name,
        etag=unquoted(answer["ETag"]),
        version=version_of(answer),
        size=size,
        verified=_verified(seen, answer),
        source_etag=unquoted(seen["ETag"]),
    )


def _taken(params: dict[str, Any], belongs: Callable[[str], bool]) -> dict[str, Any]:
    """Take parameters out of `params`, and return them."""
    return {name: params.pop(name) for name in list(params) if belongs(name)}


def _is_of_source(name: str) -> bool:
    return name.startswith("CopySource") or name == "ExpectedSourceBucketOwner"


def _check_same(seen: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    was, told = md5_of(seen), md5_of(answer)
    if was and told and was != told:
        raise IntegrityError(
            "the copy has another MD5 than its source: that was replaced meanwhile, or the copy is "
            "damaged",
            hint="Copy again.",
            may_have_applied=True,
        )


def _verified(seen: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """Return by which digest the copy is known to be its source, None where nothing tells."""
    for name in CHEAPEST_FIRST:
        told = answer.get(checksum_param(name))
        if told and told == seen.get(checksum_param(name)):
            return name
    md5 = md5_of(seen)
    return "MD5" if md5 and md5 == (unquoted(answer["ETag"]) or "").lower() else None


@frozen(kw_only=True, eq=False)
class Copy:
    """A copy: from where, to where, and what its object has to look like."""

    bucket: Bucket = field(repr=False)
    origin: Mapping[str, str]
    of_source: Mapping[str, Any] = field(repr=False)
    key: str
    size: int
    etag: str
    params: Mapping[str, Any] = field(repr=False)


def _looking_at_source(of_source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what it takes to look at a source that a customer's key encrypts."""
    prefix = "CopySource"
    return {
        name.removeprefix(prefix): value
        for name, value in of_source.items()
        if name.startswith(f"{prefix}SSECustomer")
    }


def headers_of(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the headers of the source as parameters of a new object."""
    headers = {name: seen[name] for name in _HEADERS if seen.get(name)}
    if "Metadata" in headers:
        own = {n: v for n, v in headers["Metadata"].items() if n.lower() != WRITE_ID}
        headers["Metadata"] = own
    return headers


def check_writable(seen: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse a copy whose headers have to be written anew where the source has some that cannot."""
    lost = []
    if "Expires" not in {**seen, **wanted} and seen.get("ExpiresString"):
        lost.append("Expires, which is no date")
    if seen.get("MissingMeta") and "Metadata" not in wanted:
        lost.append(f"{seen['MissingMeta']} entries of metadata that no header can carry")
    if lost:
        raise Unsupported(
            f"the copy would lose what the source has: {', '.join(lost)}",
            hint="Name them in extra_params, or give MetadataDirective REPLACE and all headers.",
        )


def tags_of(bucket: Bucket, source: str, access: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of the source: a copy in parts has to be given them."""
    if bucket.capabilities.tagging.value in ("no", "ignored"):
        return {}
    try:
        tags = bucket.send("GetObjectTagging", {"Key": source, **access}).get("TagSet", [])
    except Unsupported:
        return {}  # without tags, there are none to lose
    text = tagging({tag["Key"]: tag["Value"] for tag in tags})
    return {"Tagging": text} if text else {}


def copy_whole(work: Copy, params: Mapping[str, Any]) -> dict[str, Any]:
    """Copy in one request."""
    bucket, attempts = work.bucket, Attempts()
    write = Write(key=work.key, params=work.params, size=work.size, etag=unquoted(work.etag))
    try:
        answer = bucket.send(
            "CopyObject",
            {"Key": work.key, "CopySource": work.origin, **work.of_source, **params},
            size=work.size // _FASTER,
            attempts=attempts,
        )
    except StorageError as error:
        return confirm(bucket, write, error, attempts)
    return with_etag(bucket, write, {**answer, **answer["CopyObjectResult"]})


def copy_parts(work: Copy) -> dict[str, Any]:
    """Copy in parts."""
    bucket, params = work.bucket, work.params
    part_size = part_size_for(bucket.capabilities, work.size, COPY_PART)
    check_kept_in_parts(bucket, params)
    job = Job(bucket=bucket, key=work.key, params=without_lost(bucket, params))
    digest_name = checksum_param(params[ALGORITHM]) if ALGORITHM in params else ""
    with unfinished(job) as upload_id:
        parts = []
        for number, start in enumerate(range(0, work.size, part_size), 1):
            last = min(start + part_size, work.size) - 1
            answer = bucket.send(
                "UploadPartCopy",
                {
                    "Key": work.key,
                    "UploadId": upload_id,
                    "PartNumber": number,
                    "CopySource": work.origin,
                    "CopySourceRange": f"bytes={start}-{last}",
                    # Another object under the source's key in between would be torn into this one.
                    "CopySourceIfMatch": work.etag,
                    **work.of_source,
                    **for_looking(params),
                },
                size=(last + 1 - start) // _FASTER,
            )
            told = answer["CopyPartResult"]
            digest = {digest_name: told[digest_name]} if digest_name in told else {}
            parts.append({"PartNumber": number, "ETag": told["ETag"], **digest})
        answer = complete(job, upload_id, Sent(parts=parts, size=work.size))
    set_lost(bucket, work.key, params, answer)
    return answer
