"""Every operation of S3 that the family knows: one table of what is known about each.

Methods, sub-resources and answers are those of the Amazon S3 API reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from bucketry.model import Method


@frozen(kw_only=True, eq=False)
class Operation:
    """What holds for every request of one kind.

    Attributes:
        name: S3's name of it, as boto3 spells it.
        method: the HTTP method.
        query: the sub-resource that selects it.
        statuses: what an S3 server answers when it succeeds.
        proof: members of the parsed answer without which it is not S3's; a page of a proxy in
            between is a success too, to HTTP.
        effective: whether it can have taken effect though it failed. A part makes nothing visible.
        repeatable: whether sending it twice does what sending it once does.
        patient: whether a server may copy and put together for minutes without sending a byte.
        streamed: whether a success brings an object's bytes, which are not read here.
        digest: whether the body goes with Content-MD5, the one digest that every server takes:
            B2 and OCI refuse CRC32, older MinIO, Ceph and OVH do not know it.
    """

    name: str
    method: Method
    query: tuple[tuple[str, str], ...] = ()
    statuses: frozenset[int] = frozenset({200})
    proof: tuple[str, ...] = ()
    effective: bool = False
    repeatable: bool = True
    patient: bool = False
    streamed: bool = False
    digest: bool = False


_NO_CONTENT = frozenset({200, 204})
"""Deleting is answered 204; what is answered otherwise, whoever deletes looks up."""

_PARTIAL = frozenset({200, 206})

_ALL = (
    Operation(name="AbortMultipartUpload", method="DELETE", statuses=_NO_CONTENT, effective=True),
    # No ETag in the proof: Ceph leaves it empty.
    Operation(
        name="CompleteMultipartUpload",
        method="POST",
        proof=("Key",),
        effective=True,
        repeatable=False,
        patient=True,
    ),
    Operation(
        name="CopyObject",
        method="PUT",
        proof=("CopyObjectResult",),
        effective=True,
        patient=True,
    ),
    Operation(
        name="CreateMultipartUpload",
        method="POST",
        query=(("uploads", ""),),
        proof=("UploadId",),
        repeatable=False,
    ),
    Operation(name="CreateBucket", method="PUT", effective=True, repeatable=False),
    Operation(
        name="DeleteBucketPolicy",
        method="DELETE",
        query=(("policy", ""),),
        statuses=_NO_CONTENT,
        effective=True,
    ),
    Operation(name="DeleteObject", method="DELETE", statuses=_NO_CONTENT, effective=True),
    Operation(
        name="DeleteObjects", method="POST", query=(("delete", ""),), effective=True, digest=True
    ),
    *(
        Operation(name=name, method="GET", query=((subresource, ""),))
        for name, subresource in (
            ("GetBucketAcl", "acl"),
            ("GetBucketCors", "cors"),
            ("GetBucketEncryption", "encryption"),
            ("GetBucketLifecycleConfiguration", "lifecycle"),
            ("GetBucketOwnershipControls", "ownershipControls"),
            ("GetBucketPolicy", "policy"),
            ("GetBucketPolicyStatus", "policyStatus"),
            ("GetBucketVersioning", "versioning"),
            ("GetPublicAccessBlock", "publicAccessBlock"),
        )
    ),
    Operation(
        name="GetObject",
        method="GET",
        statuses=_PARTIAL,
        proof=("ETag", "ContentLength"),
        streamed=True,
    ),
    Operation(name="GetObjectAcl", method="GET", query=(("acl", ""),), proof=("Grants",)),
    Operation(name="GetObjectTagging", method="GET", query=(("tagging", ""),), proof=("TagSet",)),
    Operation(name="HeadBucket", method="HEAD"),
    Operation(name="HeadObject", method="HEAD", statuses=_PARTIAL, proof=("ETag", "ContentLength")),
    Operation(
        name="ListMultipartUploads", method="GET", query=(("uploads", ""),), proof=("Bucket",)
    ),
    Operation(name="ListObjectVersions", method="GET", query=(("versions", ""),), proof=("Name",)),
    Operation(name="ListObjectsV2", method="GET", query=(("list-type", "2"),), proof=("Name",)),
    Operation(name="ListParts", method="GET", proof=("UploadId",)),
    *(
        Operation(
            name=name,
            method="PUT",
            query=((subresource, ""),),
            statuses=_NO_CONTENT,
            effective=True,
            digest=True,
        )
        for name, subresource in (
            ("PutBucketCors", "cors"),
            ("PutBucketLifecycleConfiguration", "lifecycle"),
            ("PutBucketOwnershipControls", "ownershipControls"),
            ("PutBucketPolicy", "policy"),
            ("PutBucketVersioning", "versioning"),
            ("PutPublicAccessBlock", "publicAccessBlock"),
        )
    ),
    Operation(name="PutObject", method="PUT", proof=("ETag",), effective=True),
    Operation(name="PutObjectAcl", method="PUT", query=(("acl", ""),), effective=True, digest=True),
    Operation(
        name="PutObjectTagging",
        method="PUT",
        query=(("tagging", ""),),
        statuses=_NO_CONTENT,
        effective=True,
        digest=True,
    ),
    Operation(
        name="RestoreObject",
        method="POST",
        query=(("restore", ""),),
        statuses=frozenset({200, 202}),
        effective=True,
    ),
    Operation(name="UploadPart", method="PUT", proof=("ETag",)),
    Operation(name="UploadPartCopy", method="PUT", proof=("CopyPartResult",), patient=True),
)

OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in _ALL}
"""By S3's name."""
