"""From one HTTP answer to boto3's spelling of it, or to the error that it tells.

Between "sent" and "understood" nothing but bucketry's errors comes out, whatever the answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from bucketry.errors import Unavailable, Unsupported
from bucketry_s3.protocol.common import read_deleted, read_entries, tabled
from bucketry_s3.protocol.errors import refusal
from bucketry_s3.protocol.markup import (
    READERS,
    Element,
    Leaf,
    Misread,
    local_name,
    read_element,
    read_members,
    text_of,
)
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.proof import check_proven, is_s3
from bucketry_s3.protocol.shapes import CHECKSUMS, DOCUMENTS, URL_ENCODED
from bucketry_s3.protocol.wire import S3Answer, S3Request

MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes of a document: a page of 1,000 keys of 1,024 escaped characters takes less than half."""

MAX_ERROR = 256 * 1024
"""Bytes that are read of a refusal. What is longer is no error document but somebody's page."""

_CHUNK = 64 * 1024

# The member that a header becomes, and what reads it where it is no text.
Told = tuple[str, Callable[[str], Any] | None]
Headers = Mapping[str, Told]


def _table(text: str, kind: Leaf = "text") -> dict[str, Told]:
    read = None if kind == "text" else READERS[kind]
    pairs = (line.split() for line in text.strip().splitlines())
    return {header: (member, read) for header, member in pairs}


_OF_ANY: Headers = {
    **_table("""
        x-amz-abort-rule-id                              AbortRuleId
        x-amz-checksum-algorithm                         ChecksumAlgorithm
        x-amz-checksum-type                              ChecksumType
        x-amz-copy-source-version-id                     CopySourceVersionId
        x-amz-expiration                                 Expiration
        x-amz-request-charged                            RequestCharged
        x-amz-restore-output-path                        RestoreOutputPath
        x-amz-server-side-encryption                     ServerSideEncryption
        x-amz-server-side-encryption-aws-kms-key-id      SSEKMSKeyId
        x-amz-server-side-encryption-context             SSEKMSEncryptionContext
        x-amz-server-side-encryption-customer-algorithm  SSECustomerAlgorithm
        x-amz-server-side-encryption-customer-key-md5    SSECustomerKeyMD5
        x-amz-version-id                                 VersionId
        """),
    **_table("x-amz-abort-date  AbortDate", "time"),
    **_table(
        """
        x-amz-delete-marker                              DeleteMarker
        x-amz-server-side-encryption-bucket-key-enabled  BucketKeyEnabled
        """,
        "boolean",
    ),
}

_OF_BYTES: Headers = {
    **_OF_ANY,
    **_table("etag  ETag"),
    **_table("x-amz-object-size  Size", "integer"),
    **{f"x-amz-checksum-{name.lower()}": (f"Checksum{name}", None) for name in CHECKSUMS},
}

_OF_OBJECT: Headers = {
    **{header: told for header, told in _OF_BYTES.items() if header != "x-amz-object-size"},
    **_table("""
        accept-ranges                    AcceptRanges
        cache-control                    CacheControl
        content-disposition              ContentDisposition
        content-encoding                 ContentEncoding
        content-language                 ContentLanguage
        content-range                    ContentRange
        content-type                     ContentType
        x-amz-archive-status             ArchiveStatus
        x-amz-object-lock-event-hold     ObjectLockEventHold
        x-amz-object-lock-legal-hold     ObjectLockLegalHoldStatus
        x-amz-object-lock-mode           ObjectLockMode
        x-amz-replication-status         ReplicationStatus
        x-amz-restore                    Restore
        x-amz-storage-class              StorageClass
        x-amz-website-redirect-location  WebsiteRedirectLocation
        """),
    **_table(
        """
        content-length                                ContentLength
        x-amz-missing-meta                            MissingMeta
        x-amz-mp-parts-count                          PartsCount
        x-amz-object-lock-event-hold-duration-days    ObjectLockEventHoldDurationDays
        x-amz-object-lock-event-hold-duration-years   ObjectLockEventHoldDurationYears
        x-amz-tagging-count                           TagCount
        """,
        "integer",
    ),
    **_table(
        """
        expires                              Expires
        last-modified                        LastModified
        x-amz-object-lock-retain-until-date  ObjectLockRetainUntilDate
        """,
        "time",
    ),
}

_OF_BUCKET: Headers = {
    **_table("""
        x-amz-bucket-arn            BucketArn
        x-amz-bucket-location-name  BucketLocationName
        x-amz-bucket-location-type  BucketLocationType
        x-amz-bucket-region         BucketRegion
        """),
    **_table("x-amz-access-point-alias  AccessPointAlias", "boolean"),
}

_OF_LIFECYCLE: Headers = _table(
    "x-amz-transition-default-minimum-object-size  TransitionDefaultMinimumObjectSize"
)

_HEADERS: Mapping[str, Headers] = {
    "CreateBucket": _table("location  Location\nx-amz-bucket-arn  BucketArn"),
    "GetBucketLifecycleConfiguration": _OF_LIFECYCLE,
    "GetObject": _OF_OBJECT,
    "HeadBucket": _OF_BUCKET,
    "HeadObject": _OF_OBJECT,
    "PutBucketLifecycleConfiguration": _OF_LIFECYCLE,
    "PutObject": _OF_BYTES,
    "UploadPart": _OF_BYTES,
}

_METADATA = "x-amz-meta-"

_LISTINGS = ("ListBucketResult", "ListAllMyBucketsResult")


def understood(request: S3Request, params: Mapping[str, Any], answer: S3Answer) -> dict[str, Any]:
    """Return what S3 has answered to a request; a streamed one keeps its ``Body``.

    `params` are the native parameters of the request. Raises what the server refuses with, and
    `Unavailable` for an answer that is not S3's, or not the answer to this request: a page of a
    proxy in between is a success too, to HTTP, and so is its 404.
    """
    operation = OPERATIONS[request.operation]
    try:
        if answer.status >= 300:
            raise refusal(request, answer.status, answer.headers, _error_in(answer))
        parsed = parse(request, answer)
        check_proven(request, params, answer, parsed)
    except Misread as error:
        answer.body.close(reuse=False)
        raise Unavailable(
            f"the answer is not S3's: {error}",
            status=answer.status,
            may_have_applied=operation.effective,
        ) from None
    except Unavailable as error:
        # A refusal in S3's own words leaves the connection in order.
        answer.body.close(reuse=error.code is not None)
        doubt = error.may_have_applied or answer.status < 300
        raise error.evolve(may_have_applied=doubt and operation.effective) from error.__cause__
    except BaseException:
        answer.body.close()
        raise
    if "Body" not in parsed:
        answer.body.close()
    return parsed


def parse(request: S3Request, answer: S3Answer) -> dict[str, Any]:
    """Return a success in boto3's spelling, believed as it is.

    Raises `Misread` for what S3 never says.
    """
    operation = OPERATIONS[request.operation]
    parsed: dict[str, Any] = {}
    headers = answer.headers
    table = _HEADERS.get(operation.name, _OF_ANY)
    about_object = table is _OF_OBJECT
    metadata: dict[str, str] = {}
    for header, value in headers.items():
        if header in table:
            member, read = table[header]
            if read is None:
                parsed[member] = value
            elif (told := read(value)) is not None:
                parsed[member] = told
        elif about_object and header.startswith(_METADATA):
            metadata[header.removeprefix(_METADATA)] = value
    if about_object:
        parsed["Metadata"] = metadata
        if "expires" in headers:
            parsed["ExpiresString"] = headers["expires"]
    if operation.streamed and answer.status in operation.statuses:
        parsed["Body"] = answer.body
    elif operation.method != "HEAD":
        parsed |= _document(request, answer)
    parsed["ResponseMetadata"] = {
        "HTTPStatusCode": answer.status,
        "HTTPHeaders": headers,
        "RequestId": headers.get("x-amz-request-id", ""),
        # Whether anything but the status says that it is S3's.
        "IsS3": is_s3(headers),
    }
    return parsed


def _document(request: S3Request, answer: S3Answer) -> dict[str, Any]:
    """Return the members of the document, {} where there is none: then the proof misses them."""
    operation = OPERATIONS[request.operation]
    text = read_whole(answer, MAX_DOCUMENT)
    if operation.name == "GetBucketPolicy" and answer.status < 300:
        return {"Policy": text.decode(errors="replace")}  # the one document in JSON
    if operation.name == "DeleteObjects" and (members := read_deleted(text)) is not None:
        return members
    document = DOCUMENTS.get(operation.name)
    if document is None and not text:
        return {}
    apart = read_entries(text) if operation.name == "ListObjectsV2" else None
    try:
        if apart is not None:
            root = apart[0]
        else:
            root = read_element(text) if text.strip() else Element("")
    except Misread:
        if document is not None and (operation.proof or document.certain):
            raise
        return {}
    tag = local_name(root)
    if tag == "Error":
        # S3 begins some answers before it knows their end, and then tells a failure with 200.
        raise refusal(request, 500, answer.headers, _elements(root))
    if document is None:
        return {}
    if tag not in (document.root, document.also):
        if document.certain:
            # A server that knows no such subresource lists the bucket, or answers with nothing.
            if tag in _LISTINGS or (not tag and is_s3(answer.headers)):
                raise Unsupported(f"the server has no {operation.name}", status=answer.status)
            raise Misread(f"it has no {document.root}")
        return {}
    members = read_members(root, document.shape)
    if apart is not None:
        members["Contents"] = apart[1]
    elif "Contents" in members:
        members["Contents"] = tabled(members["Contents"])
    if members.get("EncodingType") == "url":
        _decode(members, URL_ENCODED[operation.name])
    return {document.member: members} if document.member else members


def _decode(members: dict[str, Any], names: str) -> None:
    for name in names.split():
        if name in members:
            members[name] = unquote_plus(members[name])
    if "Contents" in members:
        members["Contents"]["Key"] = list(map(_decoded, members["Contents"]["Key"]))
    for entries in members.values():
        for entry in entries if isinstance(entries, list) else ():
            for name in ("Key", "Prefix"):
                if name in entry:
                    entry[name] = unquote_plus(entry[name])


def _decoded(key: str | None) -> str | None:
    return unquote_plus(key) if key and ("%" in key or "+" in key) else key


def read_whole(answer: S3Answer, limit: int) -> bytes:
    """Return the body of an answer.

    Raises `Misread` for one of more than `limit` bytes, and `Unavailable` for one that ends early.
    """
    pieces: list[bytes] = []
    size = 0
    while piece := answer.body.read(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Misread(f"it is longer than {limit:,} bytes")
    announced = answer.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) != size:
        raise Unavailable(f"the answer ended after {size} of {announced} bytes")
    return b"".join(pieces)


def _error_in(answer: S3Answer) -> dict[str, str]:
    """Return the elements of a refusal's document, {} where there is none of S3's."""
    try:
        root = read_element(read_whole(answer, MAX_ERROR))
    except (Misread, Unavailable):
        # The status tells enough of what was refused.
        return {}
    return _elements(root)


def _elements(root: Element) -> dict[str, str]:
    if local_name(root) == "ErrorResponse":
        root = next((child for child in root if local_name(child) == "Error"), root)
    if local_name(root) != "Error":
        return {}
    found = [(local_name(child), text_of(child)) for child in root]
    found = [(name, text if name == "Key" else text.strip()) for name, text in found]
    # Of two codes none counts.
    return dict(found) if sum(name == "Code" for name, _ in found) < 2 else {}
