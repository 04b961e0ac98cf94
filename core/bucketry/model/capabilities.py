"""What is known of a vendor, capability by capability.

Each is declared once, on its field: the documentation, the strictest server of the tests and what
the configuration of a generic server may say follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import attrs
from attrs import frozen

from bucketry.model.facts import About, Condition, Fact, Support, decides, informs
from bucketry.model.objects import ChecksumAlgorithm


@frozen(kw_only=True)
class Capabilities:
    """What a vendor's storage can do. Each is a `Fact`; all are unknown unless stated.

    Each field says what it means, and whether it decides or informs; `about_capabilities`
    gives that back.
    """

    acl: Fact[Literal["object", "bucket", "ignored", "none"]] = decides(
        "Writing",
        "where canned ACLs live: on each `object`, on the `bucket` (an object's must "
        "equal it), `ignored` or `none`",
        strictest="none",
        declarable=True,
    )
    canned_acls: Fact[frozenset[str]] = decides(
        "Options of an object",
        "the canned ACLs that are accepted",
        strictest=frozenset({"private", "public-read"}),
    )
    addressing: Fact[frozenset[str]] = decides(
        "Addresses and signed URLs",
        "the styles that work: `path`, `virtual`",
        strictest=frozenset({"path"}),
    )
    checksums: Fact[Mapping[str, Literal["verified", "ignored", "refused"]]] = decides(
        "Options of an object",
        "what becomes of a digest in a plain header, by algorithm: `verified` (a wrong "
        "value is refused), `ignored` or `refused`",
        strictest=dict.fromkeys(get_args(ChecksumAlgorithm), "refused"),
    )
    checksum_trailers: Fact[Support] = informs(
        "Options of an object",
        "whether a body may carry its checksum behind it, in a trailer over TLS; bucketry "
        "never sends one",
        strictest="no",
    )
    batch_delete: Fact[Support] = decides(
        "Deleting and copying",
        "whether many keys can be deleted in one request",
        strictest="yes",
        declarable=True,
    )
    batch_delete_digest: Fact[Literal["any", "md5", "sha256"]] = informs(
        "Deleting and copying",
        "what must accompany such a request; bucketry sends what all of them take",
        strictest="md5",
    )
    batch_delete_limit: Fact[int] = decides(
        "Deleting and copying",
        "keys in one such request",
        strictest=1000,
        declarable=True,
        most=1000,
    )
    put_if_absent: Fact[Condition] = decides(
        "Writing",
        "If-None-Match on an upload in one request",
        strictest="refused",
        declarable=True,
    )
    put_if_match: Fact[Condition] = decides(
        "Writing",
        "If-Match on an upload in one request",
        strictest="refused",
        declarable=True,
    )
    complete_if_absent: Fact[Condition] = decides(
        "Writing",
        "If-None-Match at the end of an upload in parts",
        strictest="refused",
        declarable=True,
    )
    complete_if_match: Fact[Condition] = decides(
        "Writing",
        "If-Match at the end of an upload in parts",
        strictest="refused",
        declarable=True,
    )
    delete_if_match: Fact[Condition] = decides(
        "Writing",
        "If-Match on a delete",
        strictest="refused",
        declarable=True,
    )
    if_match_etag: Fact[Literal["quoted", "unquoted"]] = decides(
        "Writing",
        "how If-Match wants the ETag",
        strictest="quoted",
        declarable=True,
    )
    encryption: Fact[Mapping[str, Support]] = decides(
        "Options of an object",
        "what becomes of a request for server-side encryption, by type",
        strictest={},
    )
    tagging: Fact[Support] = decides(
        "Options of an object",
        "tags sent with an upload",
        strictest="no",
        declarable=True,
    )
    storage_classes: Fact[frozenset[str]] = decides(
        "Options of an object",
        "the storage classes that are accepted",
        strictest=frozenset({"STANDARD"}),
    )
    multipart: Fact[Support] = decides(
        "Large uploads",
        "uploads in parts",
        strictest="yes",
        declarable=True,
    )
    part_size_min: Fact[int] = decides(
        "Large uploads",
        "bytes of a part; the last one may be smaller",
        strictest=5 << 20,
        declarable=True,
    )
    part_size_max: Fact[int] = decides(
        "Large uploads",
        "bytes of a part",
        strictest=5 << 30,
        declarable=True,
    )
    parts_max: Fact[int] = decides(
        "Large uploads",
        "parts in one upload",
        strictest=1000,
        declarable=True,
        most=10_000,
    )
    equal_parts: Fact[bool] = informs(
        "Large uploads",
        "whether all parts but the last must have the same size; bucketry's always have",
        strictest=True,
    )
    put_size_max: Fact[int] = decides(
        "Large uploads",
        "bytes of an upload in one request",
        strictest=5 << 30,
        declarable=True,
    )
    multipart_acl: Fact[Support] = decides(
        "Large uploads",
        "an ACL with an upload in parts, where that differs from one request",
        strictest="yes",
    )
    multipart_encryption: Fact[Support] = decides(
        "Large uploads",
        "encryption of an upload in parts, where that differs from one request",
        strictest="yes",
    )
    multipart_storage_class: Fact[Support] = decides(
        "Large uploads",
        "a storage class with an upload in parts, where that differs from one request",
        strictest="yes",
    )
    multipart_tagging: Fact[Support] = decides(
        "Large uploads",
        "tags with an upload in parts, where that differs from one request",
        strictest="yes",
    )
    complete_size: Fact[Condition] = decides(
        "Large uploads",
        "what becomes of the object's size (`x-amz-mp-object-size`) at the end of an upload in "
        "parts: a wrong one is refused (`enforced`), or it is `ignored` or `refused`",
        strictest="refused",
    )
    complete_location: Fact[str] = informs(
        "Large uploads",
        "what the answer to a completed upload in parts calls its Location: `url`, "
        "`host-only`, `no-scheme`, `bucket/key`, `/bucket/key`, `request-host`, "
        "`absent`; never used as a URL",
        strictest="absent",
    )
    copy: Fact[Support] = informs(
        "Deleting and copying",
        "copies on the server",
        strictest="yes",
    )
    presign: Fact[frozenset[str]] = decides(
        "Addresses and signed URLs",
        "methods that can be signed",
    )
    presign_seconds_max: Fact[int] = decides(
        "Addresses and signed URLs",
        "longest life of a signed URL",
        strictest=604_800,
    )
    post_policy: Fact[Support] = decides(
        "Addresses and signed URLs",
        "form uploads with a policy",
        strictest="no",
        declarable=True,
    )
    unsigned_headers: Fact[Literal["refused", "bound", "honoured"]] = decides(
        "Addresses and signed URLs",
        "what becomes of `x-amz-` headers that a signed request carries and its "
        "signature does not cover: the request is `refused`, what was signed is `bound` "
        "and they are left out, or they are `honoured`",
        strictest="honoured",
        declarable=True,
    )
    public_url: Fact[Support] = decides(
        "Addresses and signed URLs",
        "whether objects have a public address without a `base_url`",
        strictest="no",
        declarable=True,
    )
    versioning: Fact[Support] = informs(
        "Bucket and server",
        "buckets that keep old versions",
        strictest="no",
    )
    cors: Fact[Support] = informs(
        "Bucket and server",
        "CORS rules through the API",
        strictest="no",
    )
    lifecycle: Fact[Support] = informs(
        "Bucket and server",
        "lifecycle rules through the API",
        strictest="no",
    )
    policy: Fact[Support] = informs(
        "Bucket and server",
        "bucket policies through the API",
        strictest="no",
    )
    rate_limits: Fact[str] = informs(
        "Bucket and server",
        "requests per second and the like, in words",
    )
    server: Fact[str] = informs(
        "Bucket and server",
        "the software behind it",
    )


def about_capabilities() -> dict[str, About]:
    """Return what each capability is, by name, in the order of `Capabilities`."""
    return {one.name: one.metadata["about"] for one in attrs.fields(Capabilities)}
