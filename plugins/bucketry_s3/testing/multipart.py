"""Multipart uploads: create, upload and copy parts, abort, and their listings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bucketry_s3.testing.call import Call
from bucketry_s3.testing.checks import base64_digest, md5_hex
from bucketry_s3.testing.documented import Feature
from bucketry_s3.testing.errors import invalid_argument, invalid_request, not_implemented
from bucketry_s3.testing.listing import OWNER, key_encoder, limit_of
from bucketry_s3.testing.markup import document, element, text
from bucketry_s3.testing.objects import check_locked, copy_source, iso, template, too_large
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import OpenUpload, Part

# Algorithms that can be computed over the whole object from the parts' values, and the type that
# an upload has when it names none (Amazon S3 User Guide, checking object integrity).
_FULL_OBJECT = frozenset({"CRC32", "CRC32C", "CRC64NVME"})
_COMPOSITE = frozenset({"CRC32", "CRC32C", "SHA1", "SHA256"})


def create_multipart_upload(call: Call) -> Response:
    """CreateMultipartUpload."""
    headers, personality = call.request.headers, call.personality
    if personality.multipart == "no":
        raise personality.refuse("multipart")
    bucket = call.bucket
    item = template(call, _kept(headers, personality))
    algorithm = headers.get("x-amz-checksum-algorithm")
    kind = headers.get("x-amz-checksum-type")
    if algorithm is not None:
        match personality.checksums.get(algorithm, "refused"):
            case "refused":
                raise personality.refuse("checksum", "x-amz-checksum-algorithm", algorithm)
            case "ignored":
                algorithm = kind = None
    if algorithm is not None:
        kind = kind or ("COMPOSITE" if algorithm in _COMPOSITE else "FULL_OBJECT")
        if algorithm not in (_COMPOSITE if kind == "COMPOSITE" else _FULL_OBJECT):
            raise invalid_request(
                f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum "
                "algorithm."
            )
    upload = OpenUpload(
        key=call.key,
        upload_id=call.store.new_id("u"),
        started=call.now,
        template=item,
        algorithm=algorithm,
        checksum_type=kind or "COMPOSITE",
    )
    bucket.uploads[upload.upload_id] = upload
    answer = dict(item.encryption)
    if algorithm is not None:
        answer |= {
            "x-amz-checksum-algorithm": algorithm,
            "x-amz-checksum-type": upload.checksum_type,
        }
    body = document(
        "InitiateMultipartUploadResult",
        text("Bucket", call.route.bucket),
        text("Key", call.key),
        text("UploadId", upload.upload_id),
    )
    return Response(headers=answer, body=body)


# What may get lost with an upload in parts: the header, what refuses it, and its capability.
_OF_PARTS: tuple[tuple[str, Feature], ...] = (
    ("x-amz-acl", "acl"),
    ("x-amz-server-side-encryption", "encryption"),
    ("x-amz-storage-class", "storage_class"),
    ("x-amz-tagging", "tagging"),
)


def _kept(headers: Mapping[str, str], personality: Personality) -> dict[str, str]:
    """Return the headers that this server heeds when an upload in parts begins."""
    kept = dict(headers)
    for header, feature in _OF_PARTS:
        support = getattr(personality, f"multipart_{feature}")
        if header in kept and support == "no":
            raise personality.refuse(feature, header, kept[header])
        if support == "ignored":
            kept.pop(header, None)
    return kept


def open_upload(call: Call) -> OpenUpload:
    """Return the upload that a request names; ``NoSuchUpload`` otherwise."""
    return call.bucket.upload(call.key, call.request.param("uploadId"))


def _part_number(call: Call) -> int:
    value, limit = call.request.param("partNumber"), call.personality.parts_max
    if not value.isdigit() or not 1 <= int(value) <= limit:
        raise invalid_argument(
            f"Part number must be an integer between 1 and {limit}, inclusive",
            "partNumber",
            value,
        )
    return int(value)


def _store_part(call: Call, number: int, upload: OpenUpload, part: Part) -> None:
    if len(part.data) > call.personality.part_size_max:
        raise too_large(len(part.data), call.personality.part_size_max)
    upload.parts[number] = part


def upload_part(call: Call) -> Response:
    """UploadPart."""
    number, upload = _part_number(call), open_upload(call)
    check_locked(call, "Part")
    sent = call.payload.checksums
    if sent and upload.algorithm not in {None, *sent}:
        actual = next(iter(sent)).lower()
        raise invalid_request(
            "Checksum Type mismatch occurred, expected checksum Type: "
            f"{str(upload.algorithm).lower()}, actual checksum Type: {actual}"
        )
    data = call.payload.data
    part = Part(data=data, etag=md5_hex(data), modified=call.now, checksums=sent)
    _store_part(call, number, upload, part)
    checksums = {f"x-amz-checksum-{name.lower()}": value for name, value in sent.items()}
    headers = {"ETag": f'"{part.etag}"', **upload.template.encryption, **checksums}
    return Response(headers=headers)


def upload_part_copy(call: Call) -> Response:
    """UploadPartCopy."""
    if not call.personality.habits.part_copy:
        raise call.personality.refuse("copy", "x-amz-copy-source")
    number, upload, source = _part_number(call), open_upload(call), copy_source(call)
    data = source.data
    span = call.request.headers.get("x-amz-copy-source-range")
    if span is not None:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", span)
        if found is None or not int(found[1]) <= int(found[2]) < len(data):
            raise invalid_argument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where "
                "first and last are the zero-based offsets of the first and last bytes to copy",
                "x-amz-copy-source-range",
                span,
            )
        data = data[int(found[1]) : int(found[2]) + 1]
    digest = {upload.algorithm: base64_digest(upload.algorithm, data)} if upload.algorithm else {}
    part = Part(data=data, etag=md5_hex(data), modified=call.now, checksums=digest)
    _store_part(call, number, upload, part)
    body = document(
        "CopyPartResult",
        text("LastModified", iso(part.modified)),
        text("ETag", f'"{part.etag}"'),
        *(text(f"Checksum{name}", value) for name, value in digest.items()),
    )
    return Response(body=body)


def abort_multipart_upload(call: Call) -> Response:
    """AbortMultipartUpload."""
    upload = open_upload(call)
    del call.bucket.uploads[upload.upload_id]
    return Response(status=204)


def list_parts(call: Call) -> Response:
    """ListParts."""
    upload = open_upload(call)
    limit, after = limit_of(call.request, "max-parts"), call.request.param("part-number-marker")
    numbers = [n for n in sorted(upload.parts) if not after.isdigit() or n > int(after)]
    shown, more = numbers[:limit], len(numbers) > limit
    entries = (
        element(
            "Part",
            text("PartNumber", number),
            text("LastModified", iso(upload.parts[number].modified)),
            text("ETag", f'"{upload.parts[number].etag}"'),
            text("Size", len(upload.parts[number].data)),
            *(
                text(f"Checksum{name}", value)
                for name, value in upload.parts[number].checksums.items()
            ),
        )
        for number in shown
    )
    body = document(
        "ListPartsResult",
        text("Bucket", call.route.bucket),
        text("Key", call.key),
        text("UploadId", upload.upload_id),
        text("PartNumberMarker", after or 0),
        text("NextPartNumberMarker", shown[-1] if shown else 0),
        text("MaxParts", limit),
        text("IsTruncated", str(more).lower()),
        text("StorageClass", upload.template.storage_class),
        OWNER,
        *entries,
    )
    return Response(body=body)


def list_multipart_uploads(call: Call) -> Response:
    """ListMultipartUploads, ordered by key and then by the time they were begun."""
    request, encode = call.request, key_encoder(call.request)
    if request.has("delimiter"):
        raise not_implemented("The stand-in lists uploads without a delimiter")
    prefix, limit = request.param("prefix"), limit_of(request, "max-uploads")
    after = (request.param("key-marker"), request.param("upload-id-marker"))
    found = sorted(
        (upload.key, upload.upload_id)
        for upload in call.bucket.uploads.values()
        if upload.key.startswith(prefix)
    )
    if after[1]:
        found = [item for item in found if item > after]
    elif after[0]:
        found = [item for item in found if item[0] > after[0]]
    shown, more = found[:limit], len(found) > limit
    entries = (
        element(
            "Upload",
            text("Key", encode(key)),
            text("UploadId", upload_id),
            OWNER,
            text("StorageClass", call.bucket.uploads[upload_id].template.storage_class),
            text("Initiated", iso(call.bucket.uploads[upload_id].started)),
        )
        for key, upload_id in shown
    )
    body = document(
        "ListMultipartUploadsResult",
        text("Bucket", call.route.bucket),
        text("KeyMarker", encode(after[0])),
        text("UploadIdMarker", after[1]),
        text("NextKeyMarker", encode(shown[-1][0]) if more and shown else None),
        text("NextUploadIdMarker", shown[-1][1] if more and shown else None),
        text("Prefix", encode(prefix)),
        text("EncodingType", request.param("encoding-type") or None),
        text("MaxUploads", limit),
        text("IsTruncated", str(more).lower()),
        *entries,
    )
    return Response(body=body)
