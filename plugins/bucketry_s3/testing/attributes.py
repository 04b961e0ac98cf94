"""What a write may say about an object beside its bytes, checked as the personality does."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from bucketry_s3.testing.checks import md5_hex
from bucketry_s3.testing.errors import (
    S3Error,
    access_denied,
    invalid_argument,
    not_implemented,
)
from bucketry_s3.testing.personality import PUBLIC_ACLS, Personality
from bucketry_s3.testing.store import Bucket, StoredBytes

CONTENT_HEADERS = (
    "Content-Type",
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Expires",
)
REDIRECT = "x-amz-website-redirect-location"
META = "x-amz-meta-"
SSE = "x-amz-server-side-encryption"
SSE_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
MAX_TAGS = 10

# What it does not have it refuses: a test must not believe that such a header took effect.
_ABSENT = (f"{SSE}-customer", "x-amz-copy-source-server-side", "x-amz-grant-", "x-amz-object-lock-")


def check_headers(headers: Mapping[str, str], personality: Personality, *, read: bool) -> None:
    """Refuse headers that this server does not take on any operation."""
    if personality.habits.empty_headers:
        for name, value in headers.items():
            if name.startswith("x-amz-") and not name.startswith(META) and not value:
                raise personality.refuse("empty_header", name, value)
    if read and "x-amz-checksum-mode" in headers and not personality.habits.checksum_mode:
        raise personality.refuse(
            "checksum_mode", "x-amz-checksum-mode", headers["x-amz-checksum-mode"]
        )
    for name in headers:
        if name.startswith(_ABSENT):
            raise not_implemented(f"The stand-in does nothing with {name}")


def check_value(name: str, value: str) -> str:
    """Return a value that a header of the answer can carry; forms and queries may hold others."""
    if any(character < " " or character == "\x7f" for character in value if character != "\t"):
        raise invalid_argument("Header value contains control characters.", name)
    if not value.isascii() and max(value) > "\xff":
        raise invalid_argument("Header value cannot be represented using ISO-8859-1.", name)
    return value


def content_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that an object is served with again."""
    kept = {
        name: check_value(name, headers[name.lower()])
        for name in (*CONTENT_HEADERS, REDIRECT)
        if name.lower() in headers
    }
    if "Content-Encoding" in kept:
        codings = [coding.strip() for coding in kept["Content-Encoding"].split(",")]
        kept["Content-Encoding"] = ",".join(c for c in codings if c != "aws-chunked")
        if not kept["Content-Encoding"]:
            del kept["Content-Encoding"]
    kept.setdefault("Content-Type", "binary/octet-stream")
    return kept


def metadata(headers: Mapping[str, str], personality: Personality) -> dict[str, str]:
    """Return the user metadata; ``MetadataTooLarge`` beyond the server's limit."""
    found = {
        name.removeprefix(META): check_value(name, value)
        for name, value in headers.items()
        if name.startswith(META)
    }
    size = sum(len(name) + len(value.encode()) for name, value in found.items())
    if size > personality.habits.metadata_max:
        raise S3Error(
            400,
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
            details={
                "Size": str(size),
                "MaxSizeAllowed": str(personality.habits.metadata_max),
            },
        )
    return found


def check_tags(tags: list[tuple[str, str]]) -> dict[str, str]:
    """Return tags as a dictionary; S3's limits on their number, names and values hold."""
    if len(tags) > MAX_TAGS:
        raise S3Error(400, "BadRequest", "Object tags cannot be greater than 10")
    if len(dict(tags)) < len(tags):
        raise S3Error(400, "InvalidTag", "Cannot provide multiple Tags with the same key")
    for name, value in tags:
        if not 0 < len(name) <= 128 or len(value) > 256:
            raise S3Error(400, "InvalidTag", "The TagKey or TagValue you have provided is invalid")
    return dict(tags)


def header_tags(headers: Mapping[str, str], personality: Personality) -> dict[str, str]:
    """Return the tags of an ``x-amz-tagging`` header, if the server takes it."""
    if "x-amz-tagging" not in headers:
        return {}
    value = headers["x-amz-tagging"]
    if personality.tagging == "no":
        raise personality.refuse("tagging", "x-amz-tagging", value)
    if personality.tagging == "ignored":
        return {}
    return check_tags(parse_qsl(value, keep_blank_values=True))


def check_acl(value: str, bucket: Bucket, personality: Personality) -> str:
    """Return the canned ACL that takes effect; refuse what the server or bucket refuses."""
    if personality.acl == "none":
        raise personality.refuse("acl", "x-amz-acl", value)
    if personality.acl == "ignored":
        return "private"
    if value not in personality.canned_acls:
        raise personality.refuse("acl_value", "x-amz-acl", value)
    if value in PUBLIC_ACLS and not personality.habits.public_acls:
        raise personality.refuse("public_acl", "x-amz-acl", value)
    if personality.acl == "bucket" and value != bucket.acl:
        raise personality.refuse("acl_value", "x-amz-acl", value)
    if value in PUBLIC_ACLS and "BlockPublicAcls" in bucket.blocked:
        raise access_denied()
    if not bucket.takes_acls and value != "bucket-owner-full-control":
        raise S3Error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
    return value


def check_storage_class(headers: Mapping[str, str], personality: Personality) -> str:
    """Return the storage class; refuse an unknown one."""
    value = headers.get("x-amz-storage-class", "STANDARD")
    if value not in personality.storage_classes | {"STANDARD"}:
        raise personality.refuse("storage_class", "x-amz-storage-class", value)
    return value


def encryption(headers: Mapping[str, str], personality: Personality, region: str) -> dict[str, str]:
    """Return the headers that tell of encryption: none where the server ignores the request."""
    kind, key_id = headers.get(SSE), headers.get(SSE_KEY)
    if kind is None:
        if key_id is not None:
            raise invalid_argument(
                f"Server Side Encryption with KMS managed key requires HTTP header {SSE} : aws:kms",
                SSE,
            )
        return {}
    match personality.encryption.get(kind, "no"):
        case "no":
            raise personality.refuse("encryption", SSE, kind)
        case "ignored":
            return {}
    if kind == "AES256":
        if key_id is not None:
            raise invalid_argument("AES256 takes no KMS key id", SSE_KEY, key_id)
        return {SSE: kind}
    return {SSE: kind, SSE_KEY: key_id or f"arn:aws:kms:{region}:000000000000:key/default"}


def object_etag(data: bytes, sse: Mapping[str, str]) -> str:
    """Return an object's ETag: its MD5, and something else under KMS, as at Amazon."""
    return md5_hex(b"kms" + data) if SSE_KEY in sse else md5_hex(data)


def describe(item: StoredBytes, *, checksums: bool) -> dict[str, str]:
    """Return the headers that tell of a stored object."""
    headers = {
        "ETag": f'"{item.etag}"',
        "Last-Modified": item.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Accept-Ranges": "bytes",
        **item.headers,
        **{f"{META}{name}": value for name, value in item.metadata.items()},
        **item.encryption,
    }
    if item.storage_class != "STANDARD":
        headers["x-amz-storage-class"] = item.storage_class
    if item.tags:
        headers["x-amz-tagging-count"] = str(len(item.tags))
    if item.version is not None:
        headers["x-amz-version-id"] = item.version
    if checksums and item.checksums:
        headers |= checksum_answer(item)
    return headers


def checksum_answer(item: StoredBytes) -> dict[str, str]:
    """Return the checksum headers of an object."""
    headers = {f"x-amz-checksum-{name.lower()}": value for name, value in item.checksums.items()}
    return headers | {"x-amz-checksum-type": item.checksum_type} if headers else {}
