"""CompleteMultipartUpload: the rules on parts, and the object that comes of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from attrs import evolve, frozen

from bucketry_s3.testing.call import Call
from bucketry_s3.testing.checks import DIGESTS, base64_digest, checksum_headers, md5_hex
from bucketry_s3.testing.conditions import check_write
from bucketry_s3.testing.errors import S3Error, invalid_request
from bucketry_s3.testing.markup import document, malformed_xml, parse, text
from bucketry_s3.testing.multipart import open_upload
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import OpenUpload, Part, StoredBytes


@frozen
class _Named:
    """A part as the request to complete names it."""

    number: int
    etag: str
    checksums: dict[str, str]


def _named_parts(body: bytes) -> list[_Named]:
    named = []
    for node in parse(body, "CompleteMultipartUpload").children("Part"):
        number, etag = node.value("PartNumber") or "", node.value("ETag")
        if not number.isdigit() or etag is None:
            raise malformed_xml()
        checksums = {name: value for name in DIGESTS if (value := node.value(f"Checksum{name}"))}
        named.append(_Named(int(number), etag.strip('"'), checksums))
    if not named:
        raise malformed_xml()
    return named


def complete_multipart_upload(call: Call) -> Response:
    """CompleteMultipartUpload."""
    bucket, personality = call.bucket, call.personality
    upload_id = call.request.param("uploadId")
    if upload_id in bucket.completed:
        return Response(body=bucket.completed[upload_id])
    upload = open_upload(call)
    named = _named_parts(call.payload.data)
    parts = _check_parts(call, upload, named)
    check_write(
        call.request.headers,
        call.key,
        bucket.current(call.key),
        personality,
        if_absent=personality.complete_if_absent,
        if_match=personality.complete_if_match,
    )
    item = _assemble(call, upload, parts)
    bucket.put(call.key, item)
    del bucket.uploads[upload_id]
    body = _completed(call, item)
    if personality.habits.complete_again:
        bucket.completed[upload_id] = body
    version = {"x-amz-version-id": item.version} if item.version else {}
    return Response(headers={**item.encryption, **version}, body=body)


def _check_parts(call: Call, upload: OpenUpload, named: Sequence[_Named]) -> list[Part]:
    """Return the parts that the request names, every rule about them kept."""
    numbers = [part.number for part in named]
    if numbers != sorted(set(numbers)):
        raise S3Error(
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. The parts list must be specified in "
            "order by part number.",
        )
    parts = []
    for want in named:
        part = upload.parts.get(want.number)
        wrong = part is None or want.etag != part.etag
        if part is None or wrong or _differ(want.checksums, part.checksums):
            raise S3Error(
                400,
                "InvalidPart",
                "One or more of the specified parts could not be found. The part may not have been "
                "uploaded, or the specified entity tag may not match the part's entity tag.",
                details={"PartNumber": str(want.number), "ETag": want.etag},
            )
        if upload.checksum_type == "COMPOSITE" and upload.algorithm not in {None, *want.checksums}:
            raise invalid_request(
                f"The upload was created using a {str(upload.algorithm).lower()} checksum. The "
                "complete request must include the checksum for each part. It was missing for part "
                f"{want.number} in the request."
            )
        parts.append(part)
    _check_sizes(call, [len(part.data) for part in parts])
    return parts


def _differ(wanted: Mapping[str, str], stored: Mapping[str, str]) -> bool:
    return any(stored.get(name, value) != value for name, value in wanted.items())


def _check_sizes(call: Call, sizes: Sequence[int]) -> None:
    personality = call.personality
    for number, size in enumerate(sizes[:-1], start=1):
        if size < personality.part_size_min:
            raise S3Error(
                400,
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                details={
                    "ProposedSize": str(size),
                    "MinSizeAllowed": str(personality.part_size_min),
                    "PartNumber": str(number),
                },
            )
    if personality.equal_parts and (len(set(sizes[:-1])) > 1 or sizes[-1] > sizes[0]):
        raise personality.refuse("equal_parts")
    told = call.request.headers.get("x-amz-mp-object-size")
    if told is not None and personality.complete_size == "refused":
        raise personality.refuse("condition", "x-amz-mp-object-size", told)
    if told not in (None, str(sum(sizes))) and personality.complete_size == "enforced":
        raise invalid_request(
            f"The provided 'x-amz-mp-object-size' header value {told} does not match what was "
            f"computed: {sum(sizes)}"
        )


def _assemble(call: Call, upload: OpenUpload, parts: Sequence[Part]) -> StoredBytes:
    data = b"".join(part.data for part in parts)
    digests = b"".join(bytes.fromhex(part.etag) for part in parts)
    algorithm, checksums = upload.algorithm, dict[str, str]()
    if algorithm is not None and upload.checksum_type == "FULL_OBJECT":
        checksums[algorithm] = base64_digest(algorithm, data)
    elif algorithm is not None and all(algorithm in part.checksums for part in parts):
        joined = b"".join(base64.b64decode(part.checksums[algorithm]) for part in parts)
        checksums[algorithm] = f"{base64_digest(algorithm, joined)}-{len(parts)}"
    elif call.personality.habits.adds_checksum:
        checksums["CRC64NVME"] = base64_digest("CRC64NVME", data)
    _check_told(call, checksums)
    return evolve(
        upload.template,
        data=data,
        etag=f"{md5_hex(digests)}-{len(parts)}",
        modified=call.now,
        checksums=checksums,
        checksum_type=upload.checksum_type if algorithm else "FULL_OBJECT",
        part_sizes=tuple(len(part.data) for part in parts),
    )


def _check_told(call: Call, checksums: Mapping[str, str]) -> None:
    """Verify the checksum of the whole object that the request tells, if it tells one."""
    for name, value in checksum_headers(call.request.headers).items():
        treatment = call.personality.checksums.get(name, "refused")
        if treatment == "refused":
            raise call.personality.refuse("checksum", f"x-amz-checksum-{name}", value)
        # A composite value may be told with or without the number of parts.
        stored = checksums.get(name, "")
        if treatment == "verified" and value not in (stored, stored.partition("-")[0]):
            raise S3Error(
                400,
                "BadDigest",
                f"The {name.lower()} you specified did not match the calculated checksum.",
            )


def _completed(call: Call, item: StoredBytes) -> bytes:
    checksums = [text(f"Checksum{name}", value) for name, value in item.checksums.items()]
    if checksums:
        checksums.append(text("ChecksumType", item.checksum_type))
    return document(
        "CompleteMultipartUploadResult",
        text("Location", location(call)),
        text("Bucket", call.route.bucket),
        text("Key", call.key),
        text("ETag", f'"{item.etag}"')
        if call.personality.habits.complete_etag
        else text("ETag", ""),
        *checksums,
    )


def location(call: Call) -> str | None:
    """Return what this server calls the Location of an upload: rarely a URL that works."""
    bucket, key, host = call.route.bucket, call.key, call.request.header("host")
    match call.personality.complete_location:
        case "url":
            # Amazon S3 encodes the slashes of the key too.
            path = quote(key, safe="")
            return (
                f"https://{host}/{path}"
                if call.route.virtual
                else f"https://{host}/{bucket}/{path}"
            )
        case "host-only":
            return call.request.host if call.route.virtual else f"{bucket}.{call.request.host}"
        case "no-scheme":
            return f"{call.request.host}/{bucket}/{key}"
        case "bucket/key":
            return f"{bucket}/{key}"
        case "/bucket/key":
            return f"/{bucket}/{key}"
        case "request-host":
            # Behind a proxy the server sees a name and a scheme that nobody outside can use.
            return f"http://storage.internal:9000/{bucket}/{quote(key)}"
    return None
