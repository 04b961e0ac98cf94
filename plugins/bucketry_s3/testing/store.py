"""What the stand-in keeps, in memory: buckets, objects and their versions, unfinished uploads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from datetime import datetime

from attrs import define, field, frozen

from bucketry_s3.testing.errors import no_such_bucket, no_such_upload


@frozen(kw_only=True)
class StoredBytes:
    """One version of an object.

    Attributes:
        data: its bytes.
        etag: without quotes.
        headers: content headers as they were sent (``Content-Type`` ...).
        metadata, tags: as they were sent.
        acl: the canned ACL.
        encryption: the headers that tell of server-side encryption; empty without it.
        checksums: algorithm to base64 value, those that the server keeps.
        checksum_type: ``FULL_OBJECT`` or ``COMPOSITE``.
        part_sizes: size of each part; empty for a single upload.
        version: version id, None where the bucket keeps none.
        deleted: True for a delete marker.
    """

    data: bytes = field(repr=lambda data: f"<{len(data)} bytes>")
    etag: str
    modified: datetime
    headers: Mapping[str, str] = field(factory=dict)
    metadata: Mapping[str, str] = field(factory=dict)
    tags: Mapping[str, str] = field(factory=dict)
    acl: str = "private"
    storage_class: str = "STANDARD"
    encryption: Mapping[str, str] = field(factory=dict)
    checksums: Mapping[str, str] = field(factory=dict)
    checksum_type: str = "FULL_OBJECT"
    part_sizes: tuple[int, ...] = ()
    version: str | None = None
    deleted: bool = False


@frozen(kw_only=True)
class Part:
    """An uploaded part."""

    data: bytes = field(repr=lambda data: f"<{len(data)} bytes>")
    etag: str
    modified: datetime
    checksums: Mapping[str, str] = field(factory=dict)


@define(kw_only=True)
class OpenUpload:
    """A multipart upload that was begun and neither completed nor aborted.

    `template` holds all of the later object but its bytes.
    """

    key: str
    upload_id: str = field(repr=False)
    started: datetime
    template: StoredBytes = field(repr=False)
    algorithm: str | None = None
    checksum_type: str = "COMPOSITE"
    parts: dict[int, Part] = field(factory=dict)


@frozen(kw_only=True)
class CorsRule:
    """One rule of a bucket's CORS configuration, as S3 has it."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age: int | None = None
    id: str | None = None


PUBLIC_ACCESS = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)
"""The settings of a public access block."""


@define(kw_only=True)
class Bucket:
    """A bucket.

    Attributes:
        name: its name.
        public: whether everybody may read its objects, as a bucket policy would allow.
        acl: its canned ACL.
        acls: False refuses every ACL, as on Amazon S3 buckets made since April 2023.
        versioning: "", ``Enabled`` or ``Suspended``.
        retention: whether Object Lock keeps new objects by default; they must come with a digest.
        cors: its CORS rules.
        policy: its policy, as JSON.
        lifecycle: its lifecycle rules, as the document that they came in.
        public_access_block: what it blocks of `PUBLIC_ACCESS`; None where that was never set.
        ownership: who owns objects: ``BucketOwnerEnforced`` is the same as no ACLs.
        encryption: what objects are encrypted with if their upload does not say.
    """

    name: str
    public: bool = False
    acl: str = "private"
    acls: bool = True
    versioning: str = ""
    retention: bool = False
    cors: tuple[CorsRule, ...] = ()
    policy: str = ""
    lifecycle: bytes = b""
    public_access_block: frozenset[str] | None = None
    ownership: str = ""
    encryption: str = ""
    created: datetime | None = None
    _versions: dict[str, list[StoredBytes]] = field(factory=dict, init=False, repr=False)
    uploads: dict[str, OpenUpload] = field(factory=dict, init=False, repr=False)
    completed: dict[str, bytes] = field(factory=dict, init=False, repr=False)

    @property
    def blocked(self) -> frozenset[str]:
        """What of `PUBLIC_ACCESS` is blocked."""
        return self.public_access_block or frozenset()

    @property
    def takes_acls(self) -> bool:
        """Whether an ACL means anything here."""
        return self.acls and self.ownership != "BucketOwnerEnforced"

    def get(self, key: str, version: str = "") -> StoredBytes | None:
        """Return the current or the named version, delete markers included; None without one."""
        found = self._versions.get(key, [])
        if version:
            return next((item for item in found if (item.version or "null") == version), None)
        return found[-1] if found else None

    def current(self, key: str) -> StoredBytes | None:
        """Return the object under a key, None when there is none or it is deleted."""
        item = self.get(key)
        return None if item is None or item.deleted else item

    def put(self, key: str, item: StoredBytes) -> None:
        """Store an object; `item.version` decides whether older versions stay."""
        kept = self._versions.get(key, []) if self.versioning else []
        self._versions[key] = [old for old in kept if old.version != item.version] + [item]

    def replace(self, key: str, old: StoredBytes, new: StoredBytes) -> None:
        """Exchange one version for another, as a change of tags or ACL does."""
        self._versions[key] = [new if item is old else item for item in self._versions[key]]

    def remove(self, key: str, version: str) -> StoredBytes | None:
        """Remove one version for good and return it."""
        item = self.get(key, version)
        if item is not None:
            self._versions[key] = [kept for kept in self._versions[key] if kept is not item]
            if not self._versions[key]:
                del self._versions[key]
        return item

    def objects(self) -> dict[str, StoredBytes]:
        """Return the current objects by key, in the order of their keys."""
        found = ((key, self.current(key)) for key in sorted(self._versions))
        return {key: item for key, item in found if item is not None}

    def all_versions(self) -> list[tuple[str, StoredBytes, bool]]:
        """Return key, version and whether it is the latest, newest first under each key."""
        return [
            (key, item, index == 0)
            for key in sorted(self._versions)
            for index, item in enumerate(reversed(self._versions[key]))
        ]

    def upload(self, key: str, upload_id: str) -> OpenUpload:
        """Return an open upload of that key; ``NoSuchUpload`` otherwise."""
        found = self.uploads.get(upload_id)
        if found is None or found.key != key:
            raise no_such_upload(upload_id)
        return found

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it, old versions included."""
        return not self._versions


class Store:
    """All buckets. Hold `lock` while reading or changing anything."""

    def __init__(self) -> None:
        self.buckets: dict[str, Bucket] = {}
        self.lock = threading.RLock()
        self._counter = itertools.count(1)

    def bucket(self, name: str) -> Bucket:
        """Return a bucket; ``NoSuchBucket`` without one."""
        if name not in self.buckets:
            raise no_such_bucket(name)
        return self.buckets[name]

    def new_id(self, prefix: str) -> str:
        """Return an id for a version or an upload that was never given before."""
        return f"{prefix}{next(self._counter):032x}"

    def new_version(self, bucket: Bucket) -> str | None:
        """Return the id of a new version, None where the bucket keeps none."""
        return self.new_id("v") if bucket.versioning == "Enabled" else None
