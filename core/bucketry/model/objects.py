"""What is stored, what is told of it, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from attrs import Factory, field, fields, frozen

from bucketry.errors import ManyFailed, Rejected
from bucketry.source import Source

ChecksumAlgorithm = Literal["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]
"""Digests that S3 verifies on upload (Amazon S3 User Guide, checking object integrity)."""

EncryptionType = Literal["AES256", "aws:kms", "aws:kms:dsse"]
"""Kinds of server-side encryption, as S3 names them."""

Progress = Callable[[int], None]
"""Called with the number of bytes (not the total) each time more of them have moved."""


@frozen(kw_only=True)
class Encryption:
    """Server-side encryption asked for with an upload.

    `type` is ``AES256`` (the vendor's own keys), ``aws:kms`` or ``aws:kms:dsse``; `kms_key_id`
    names a key and belongs to the last two only.
    """

    type: EncryptionType
    kms_key_id: str | None = None


def names_only(params: Any) -> str:
    """Return a repr of native parameters without their values, customers' keys among them."""
    return f"<{', '.join(map(str, params))}>"


# Without slots: each upload makes one, and that is a third cheaper so.
@frozen(kw_only=True, slots=False)
class Upload:
    """One upload as hooks see it: whole, with what the configuration says merged in.

    Attributes:
        key: the object key, root path included; ``""`` as long as it is to be named:
            in `bucketry_prepare_upload` and `bucketry_build_key`.
        source: the bytes; only `bucketry_upload` reads it.
        filename: name of the file, where the caller or the source told one.
        extra_params: native parameters of this call, in the vendor's own spelling.
        prevent_overwrite: True makes an existing object an `AlreadyExists`.
        if_match: upload only over the object that has this ETag.
        progress: called with the number of bytes each time a piece has been stored.
    """

    key: str
    source: Source = field(repr=False)
    filename: str | None = None
    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    metadata: Mapping[str, str] = field(factory=dict)
    tags: Mapping[str, str] | None = None
    acl: str | None = None
    storage_class: str | None = None
    encryption: Encryption | None = None
    checksum_algorithm: ChecksumAlgorithm | None = None
    prevent_overwrite: bool | None = None
    if_match: str | None = None
    extra_params: Mapping[str, Any] = field(factory=dict, repr=names_only)
    progress: Progress | None = field(default=None, repr=False)


@frozen(kw_only=True, slots=False)  # as `Upload`
class StoredObject:
    """What an upload or a copy stored: keep it, it is all that is needed to find it again.

    Attributes:
        provider: name of the configured provider.
        bucket: the bucket it is in.
        key: the key to give to `delete`, `sign`, `url` and `replace`.
        object_key: the key in the bucket, root path included.
        url: its permanent address. Never signed and safe to store; it opens for everybody only
            where `public` is True.
        public: whether `url` opens without a signature, as far as the configuration says.
        etag: the vendor's version mark, without quotes. Not always an MD5.
        version: version id, on buckets that keep versions.
        size: bytes stored.
        checksum_algorithm, checksum: the digest that was sent and accepted, in the vendor's
            base64 form, or None.
        verified: the digest by which the storage has found that it received what was sent, or for
            a copy that it is its source's: a checksum's name, ``SHA256`` where each request was
            signed with its body's, ``MD5`` of an ETag. None where nothing tells.
        source_etag: of a copy, the version mark of what was copied, where the layers tell.
        parts: number of parts, 0 for a single request.
        location: what the server called its Location, for the record only; often no URL at all.
    """

    key: str
    object_key: str = Factory(lambda self: self.key, takes_self=True)
    provider: str = ""
    bucket: str = ""
    url: str = ""
    public: bool = False
    etag: str | None = None
    version: str | None = None
    size: int
    checksum_algorithm: str | None = None
    checksum: str | None = None
    verified: str | None = None
    source_etag: str | None = None
    parts: int = 0
    location: str | None = None


@frozen(kw_only=True, slots=False)  # without slots, of which a listing makes many
class ObjectInfo:
    """What the vendor tells of an object. Fields that a listing does not carry are None.

    `last_modified` is timezone-aware. `metadata` is None in a listing, a dictionary from `head`.
    `verified` is the digest that a download's bytes were found to have, None where none is known.
    `write_id` is the mark of an upload under a condition, which is none of the metadata.
    """

    key: str
    size: int
    etag: str | None = None
    last_modified: datetime | None = None
    content_type: str | None = None
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    metadata: Mapping[str, str] | None = None
    storage_class: str | None = None
    encryption: str | None = None
    version: str | None = None
    checksums: Mapping[str, str] = field(factory=dict)
    verified: str | None = None
    write_id: str | None = None


# So an object needs to hold only what is told of it.
for _attribute in fields(ObjectInfo):
    if _attribute.default is None:
        setattr(ObjectInfo, _attribute.name, None)


def listed(
    key: str,
    size: int,
    etag: str | None,
    last_modified: datetime | None,
    storage_class: str | None = None,
) -> ObjectInfo:
    """Return what a listing tells of an object, in a third of the time that attrs takes."""
    info: ObjectInfo = object.__new__(ObjectInfo)
    told = vars(info)
    told["key"] = key
    told["size"] = size
    told["etag"] = etag
    told["last_modified"] = last_modified
    told["storage_class"] = storage_class
    told["checksums"] = {}
    return info


def with_key(info: ObjectInfo, key: str) -> ObjectInfo:
    """Return the same of an object under another key, in a sixth of the time that attrs takes."""
    renamed = object.__new__(type(info))
    told = vars(renamed)
    told |= vars(info)
    told["key"] = key
    return renamed


@frozen(kw_only=True)
class ObjectVersion:
    """One version of an object, or the mark that a delete has left (`is_deleted`)."""

    key: str
    version: str
    latest: bool
    is_deleted: bool = False
    size: int = 0
    etag: str | None = None
    last_modified: datetime | None = None
    storage_class: str | None = None


@frozen(kw_only=True)
class Page:
    """One page of a listing: objects, and with a delimiter the folders (keys that end in it)."""

    objects: Sequence[ObjectInfo]
    folders: Sequence[str] = ()


@frozen(kw_only=True)
class Failure:
    """One key that could not be deleted, and why."""

    key: str
    reason: str
    code: str | None = None


@frozen(kw_only=True)
class Deleted:
    """Outcome per key. A key that did not exist counts as deleted, as in S3."""

    keys: Sequence[str]
    failures: Sequence[Failure] = ()

    def raise_failures(self) -> None:
        """Raise all failures as one group, a `ManyFailed` of at most a hundred, if any."""
        if self.failures:
            tried = len(self.keys) + len(self.failures)
            raise ManyFailed(
                f"delete: {len(self.failures)} of {tried} failed",
                [
                    Rejected(failure.reason, operation="delete", key=failure.key, code=failure.code)
                    for failure in self.failures[: ManyFailed.MOST]
                ],
            )


@frozen(kw_only=True)
class ByteRange:
    """Bytes `start` to `stop`, `stop` not included; `stop=None` reads to the end.

    A negative `start` counts from the end and goes without `stop`.
    """

    start: int
    stop: int | None = None


@frozen(kw_only=True)
class Swept:
    """An unfinished multipart upload that `sweep` removed, or would remove in a dry run."""

    key: str
    upload_id: str = field(repr=False)
    started: datetime
