"""What is known of a vendor, with source and date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

from attrs import frozen

T = TypeVar("T")


Confidence = Literal["documented", "code", "report", "measured", "inferred", "unknown"]
"""Where a fact comes from: the vendor's documentation; another tool's source or published probe;
an issue report; a server run by us; a conclusion from the server software; no source."""


@frozen
class Fact(Generic[T]):
    """One thing that is known of a vendor: the value, who says so, and when it was looked up.

    `value` is None when nothing is known, which is not the same as a no.
    """

    value: T | None
    confidence: Confidence = "unknown"
    source: str = ""
    as_of: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None


UNKNOWN: Fact[Any] = Fact(None)
"""The fact that no source says anything. Not a no."""


Condition = Literal["enforced", "refused", "ignored"]
"""What a server does with a precondition it is sent. ``ignored`` is the dangerous one."""

Support = Literal["yes", "no", "ignored"]
"""Whether a feature works, is refused, or is accepted without effect."""


@frozen(kw_only=True)
class Capabilities:
    """What a vendor's storage can do. Each is a `Fact`; all are unknown unless stated.

    Attributes:
        acl: where canned ACLs live: ``object``, ``bucket`` (an object's must equal it), ``ignored``
            or ``none``.
        canned_acls: the canned ACLs that are accepted.
        addressing: the styles that work: ``path``, ``virtual``.
        checksums: algorithm to ``verified`` (a wrong value is refused), ``ignored`` or ``refused``,
            for a digest sent as a plain header.
        checksum_trailers: whether a body may carry its checksum behind it (aws-chunked over TLS).
        batch_delete: whether many keys can be deleted in one request.
        batch_delete_digest: what must accompany it: ``any``, ``md5`` or ``sha256``.
        batch_delete_limit: keys in one request.
        put_if_absent, put_if_match: preconditions on a single upload.
        complete_if_absent, complete_if_match: the same when a multipart upload is completed.
        delete_if_match: the precondition on a delete.
        if_match_etag: how If-Match wants the ETag: ``quoted`` or ``unquoted``.
        encryption: encryption type to support.
        tagging: tags sent with an upload.
        storage_classes: the classes that are accepted.
        multipart: multipart uploads at all.
        part_size_min, part_size_max: bytes; the last part may be smaller.
        parts_max: parts in one upload.
        equal_parts: whether all parts but the last must have the same size.
        put_size_max: bytes of a single upload.
        copy: server-side copies.
        presign: methods that can be signed.
        presign_seconds_max: longest life of a signed URL.
        post_policy: form uploads with a policy.
        public_url: whether objects have a public address without a `base_url`.
        complete_location: what the answer to a completed multipart upload calls its Location:
            ``url``, ``host-only``, ``no-scheme``, ``bucket/key``, ``/bucket/key``,
            ``request-host``, ``absent``.
        versioning: buckets that keep old versions.
        cors: CORS rules through the API.
        lifecycle: lifecycle rules through the API.
        policy: bucket policies through the API.
        rate_limits: requests per second and the like, in words.
        server: the software behind it.
    """

    acl: Fact[Literal["object", "bucket", "ignored", "none"]] = UNKNOWN
    canned_acls: Fact[frozenset[str]] = UNKNOWN
    addressing: Fact[frozenset[str]] = UNKNOWN
    checksums: Fact[Mapping[str, Literal["verified", "ignored", "refused"]]] = UNKNOWN
    checksum_trailers: Fact[Support] = UNKNOWN
    batch_delete: Fact[Support] = UNKNOWN
    batch_delete_digest: Fact[Literal["any", "md5", "sha256"]] = UNKNOWN
    batch_delete_limit: Fact[int] = UNKNOWN
    put_if_absent: Fact[Condition] = UNKNOWN
    put_if_match: Fact[Condition] = UNKNOWN
    complete_if_absent: Fact[Condition] = UNKNOWN
    complete_if_match: Fact[Condition] = UNKNOWN
    delete_if_match: Fact[Condition] = UNKNOWN
    if_match_etag: Fact[Literal["quoted", "unquoted"]] = UNKNOWN
    encryption: Fact[Mapping[str, Support]] = UNKNOWN
    tagging: Fact[Support] = UNKNOWN
    storage_classes: Fact[frozenset[str]] = UNKNOWN
    multipart: Fact[Support] = UNKNOWN
    part_size_min: Fact[int] = UNKNOWN
    part_size_max: Fact[int] = UNKNOWN
    parts_max: Fact[int] = UNKNOWN
    equal_parts: Fact[bool] = UNKNOWN
    put_size_max: Fact[int] = UNKNOWN
    copy: Fact[Support] = UNKNOWN
    presign: Fact[frozenset[str]] = UNKNOWN
    presign_seconds_max: Fact[int] = UNKNOWN
    post_policy: Fact[Support] = UNKNOWN
    public_url: Fact[Support] = UNKNOWN
    complete_location: Fact[str] = UNKNOWN
    versioning: Fact[Support] = UNKNOWN
    cors: Fact[Support] = UNKNOWN
    lifecycle: Fact[Support] = UNKNOWN
    policy: Fact[Support] = UNKNOWN
    rate_limits: Fact[str] = UNKNOWN
    server: Fact[str] = UNKNOWN
