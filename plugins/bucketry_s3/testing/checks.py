"""Is the body what the client said it is: length, SHA-256, MD5, checksums, aws-chunked framing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen
from awscrt import checksums

from bucketry_s3.testing.auth import STREAMING_TRAILER, UNSIGNED
from bucketry_s3.testing.errors import S3Error, invalid_request
from bucketry_s3.testing.request import Request

if TYPE_CHECKING:
    from bucketry_s3.testing.personality import Personality

DIGESTS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: int(checksums.crc32c(data)).to_bytes(4, "big"),
    "CRC64NVME": lambda data: int(checksums.crc64nvme(data)).to_bytes(8, "big"),
    "SHA1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
}

PREFIX = "x-amz-checksum-"
_CONTROL = frozenset({"x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type"})


def base64_digest(algorithm: str, data: bytes) -> str:
    """Return a digest the way S3 writes it."""
    return base64.b64encode(DIGESTS[algorithm](data)).decode()


def md5_hex(data: bytes) -> str:
    """Return the MD5 that S3 uses as ETag."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@frozen(kw_only=True)
class Payload:
    """A body that passed its checks.

    `checksums` are those that were sent and verified; `sent` names also those that this server
    ignores.
    """

    data: bytes = field(repr=False)
    checksums: Mapping[str, str]
    sent: frozenset[str] = frozenset()


def checksum_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return algorithm to value for each ``x-amz-checksum-*`` header that carries a digest."""
    return {
        name.removeprefix(PREFIX).upper(): value
        for name, value in headers.items()
        if name.startswith(PREFIX) and name not in _CONTROL
    }


def check_payload(
    request: Request, personality: Personality, *, of_object: bool = False
) -> Payload:
    """Verify a request's body and return what it carries.

    With `of_object` the checksum headers are not the body's: they tell of a whole object.
    """
    declared = request.header("x-amz-content-sha256", UNSIGNED)
    data, trailers = request.body, dict[str, str]()
    chunked = "aws-chunked" in request.header("content-encoding")
    if declared.startswith("STREAMING-") or chunked:
        match personality.checksum_trailers:
            case "no":
                raise personality.refuse(
                    "trailer", "x-amz-trailer", request.header("x-amz-trailer")
                )
            case "yes" if declared == STREAMING_TRAILER:
                data, trailers = decode_chunks(request)
            case "yes":
                raise S3Error(501, "NotImplemented", f"The stand-in does not know {declared}")
            case _:
                pass  # the framing ends up in the object, as old servers did
    elif declared != UNSIGNED:
        computed = hashlib.sha256(data).hexdigest()
        if declared != computed:
            raise S3Error(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                details={
                    "ClientComputedContentSHA256": declared,
                    "S3ComputedContentSHA256": computed,
                },
            )
    _check_md5(request, data)
    sent = {} if of_object else checksum_headers(request.headers) | checksum_headers(trailers)
    verified = check_checksums(sent, data, personality)
    named = request.header("x-amz-sdk-checksum-algorithm")
    if named and not (sent or of_object) and "verified" in personality.checksums.values():
        raise invalid_request(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
            "x-amz-trailer headers were found."
        )
    return Payload(data=data, checksums=verified, sent=frozenset(sent))


def _check_md5(request: Request, data: bytes) -> None:
    given = request.headers.get("content-md5")
    if given is None:
        return
    try:
        digest = base64.b64decode(given, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 16:
        raise S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    if digest.hex() != md5_hex(data):
        raise S3Error(
            400,
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
            details={"ExpectedDigest": digest.hex(), "CalculatedDigest": md5_hex(data)},
        )


def check_checksums(
    sent: Mapping[str, str], data: bytes, personality: Personality
) -> dict[str, str]:
    """Verify digests as far as the personality does; return those that were verified."""
    verified = {}
    for algorithm, value in sent.items():
        match personality.checksums.get(algorithm, "refused"):
            case "refused":
                raise personality.refuse("checksum", PREFIX + algorithm, value)
            case "verified":
                check_digest(algorithm, value, data)
                verified[algorithm] = value
    if len(verified) > 1:
        raise invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    return verified


def check_digest(algorithm: str, value: str, data: bytes) -> None:
    """Raise unless `value` is the base64 digest of `data`."""
    expected = base64_digest(algorithm, data)
    if len(value) != len(expected):
        raise invalid_request(f"Value for {PREFIX}{algorithm.lower()} header is invalid.")
    if value != expected:
        raise S3Error(
            400,
            "BadDigest",
            f"The {algorithm} you specified did not match the calculated checksum.",
        )


def decode_chunks(request: Request) -> tuple[bytes, dict[str, str]]:
    """Return payload and trailing headers of an unsigned aws-chunked body."""
    length = request.headers.get("x-amz-decoded-content-length")
    if length is None or not length.isdigit():
        raise S3Error(
            411,
            "MissingContentLength",
            "You must provide the Content-Length HTTP header.",
        )
    body, position, pieces = request.body, 0, []
    while True:
        end = body.find(b"\r\n", position)
        head = body[position:end] if end >= 0 else b""
        if not re.fullmatch(rb"[0-9a-fA-F]+", head):
            raise _incomplete("The aws-chunked body is malformed.")
        size, position = int(head, 16), end + 2
        if size == 0:
            break
        pieces.append(body[position : position + size])
        position += size
        if len(pieces[-1]) != size or body[position : position + 2] != b"\r\n":
            raise _incomplete("The aws-chunked body ends too early.")
        position += 2
    data = b"".join(pieces)
    if len(data) != int(length):
        raise _incomplete(
            "You did not provide the number of bytes specified by the "
            "x-amz-decoded-content-length HTTP header"
        )
    return data, _trailers(request, body[position:])


def _trailers(request: Request, rest: bytes) -> dict[str, str]:
    trailers = {}
    for line in rest.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            trailers[name.strip().lower()] = value.strip()
    announced = {name.strip() for name in request.header("x-amz-trailer").lower().split(",")}
    if announced - {""} != set(trailers):
        raise S3Error(
            400,
            "MalformedTrailerError",
            "The request contained trailing data that was not well-formed or did not conform to "
            "our published schema.",
        )
    return trailers


def _incomplete(message: str) -> S3Error:
    return S3Error(400, "IncompleteBody", message)
