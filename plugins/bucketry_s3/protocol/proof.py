"""What proves that an answer is S3's, and the answer to what was asked.

To HTTP, a login page is a success and an ingress's 404 an absence. A yes needs a mark of S3, and so
does a no.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bucketry_s3.protocol.markup import Misread
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.shapes import DOCUMENTS
from bucketry_s3.protocol.wire import S3Answer, S3Request

# Their documents have an end of their own.
_DOCUMENTED = frozenset(
    name for name, document in DOCUMENTS.items() if OPERATIONS[name].proof or document.certain
) | {"GetBucketPolicy"}

# Headers that S3 servers send and nobody else: S3's own, and what vendors call theirs.
_S3_HEADERS = (
    "x-amz-",
    "x-cos-",  # Tencent
    "x-goog-",
    "x-guploader-",
    "x-obs-",  # Huawei
    "x-oss-",  # Alibaba
    "x-rgw-",  # Ceph
)
_is_s3s = re.compile("|".join(_S3_HEADERS)).match

# Quoted, and not weak: web frameworks put a weak one on every page, proxies that compress too.
# Some servers leave the quotes out where S3's own form makes it clear.
_ETAG = re.compile(r'"[^"]+"|[0-9A-Fa-f]{32}(-[0-9]{1,5})?')
_S3_ETAG = re.compile(r'"?[0-9A-Fa-f]{32}(-[0-9]{1,5})?"?')


def is_s3(headers: Mapping[str, str]) -> bool:
    """Return whether an answer has a header that only S3 servers send; names are lower case."""
    return any(map(_is_s3s, headers))


def check_proven(
    request: S3Request,
    params: Mapping[str, Any],
    answer: S3Answer,
    parsed: Mapping[str, Any],
) -> None:
    """Raise `Misread` unless the answer tells what an S3 server's success always tells.

    That is the status of this operation, what its answers name, and a mark of S3: a document of
    the expected kind about what was asked for, a header that only S3 servers send, or an ETag that
    is the MD5 of what was sent or looks like one.
    """
    operation = OPERATIONS[request.operation]
    ranged = "Range" in request.headers
    # A server may answer a range with the whole, and whoever reads sees to that; a part that was
    # not asked for is no answer.
    if answer.status not in operation.statuses or (answer.status == 206 and not ranged):
        raise Misread(f"it has status {answer.status}")
    for member in operation.proof:
        if member == "ContentLength" and operation.streamed and answer.framing == "chunked":
            continue  # the last chunk tells where it ends, and whoever reads how long it should be
        if parsed.get(member) in (None, "", {}):
            raise Misread(f"it has no {member}")
    if operation.name in DOCUMENTS:
        _check_subject(operation.name, params, parsed)
    elif operation.name == "GetBucketPolicy" and not _is_policy(parsed["Policy"]):
        raise Misread("it is no policy")
    if answer.framing == "close" and operation.name not in _DOCUMENTED:
        raise Misread("nothing tells where it ends")
    if "ETag" in operation.proof:
        _check_etag(request, answer, parsed)


def _check_subject(operation: str, params: Mapping[str, Any], parsed: Mapping[str, Any]) -> None:
    """Raise `Misread` if a document names another object, upload or bucket than was asked for."""
    for member in ("Key", "UploadId"):
        told, asked = parsed.get(member), params.get(member)
        if not (told is None or asked is None or told == asked or told in _quoted(asked)):
            raise Misread(f"it is about another {member}")
    if operation.startswith("List") and not _is_access_point(params["Bucket"]):
        for member in ("Bucket", "Name"):
            # Ceph puts the tenant in front.
            if member in parsed and parsed[member].rpartition(":")[2] != params["Bucket"]:
                raise Misread("it is about another bucket")


def _is_policy(text: str) -> bool:
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(policy, dict) and "Statement" in policy


def _is_access_point(bucket: str) -> bool:
    """Return whether an answer may name another bucket: the one behind an access point of AWS."""
    return bucket.startswith("arn:") or bucket.endswith("-s3alias")


def _quoted(asked: str) -> tuple[str, ...]:
    """Return the other forms in which a server may repeat what it was asked for."""
    return (quote(asked), quote(asked, safe=""))


def _check_etag(request: S3Request, answer: S3Answer, parsed: Mapping[str, Any]) -> None:
    etag = parsed["ETag"]
    if not _ETAG.fullmatch(etag):
        raise Misread("its ETag is weak or none, as those of web pages are")
    if parsed["ResponseMetadata"]["IsS3"]:
        return
    if request.method == "PUT":
        # Nothing but the ETag can prove it, so it has to be the one of these bytes.
        digest = hashlib.md5(request.body, usedforsecurity=False).hexdigest()
        if etag.strip('"').lower() != digest:
            raise Misread("it has no header of S3's, and its ETag is not that of what was sent")
    elif not _S3_ETAG.fullmatch(etag) or "last-modified" not in answer.headers:
        raise Misread("it has no header of S3's, and not the ETag and the time of an object")
