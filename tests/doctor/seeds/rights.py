"""Rights, and what policies ask for."""

from __future__ import annotations

from doctor.seeds.plot import Plot, seed


@seed("the right to write is missing", "denied-write")
def denied_write(plot: Plot) -> None:
    plot.deny("PutObject")


@seed("the key pair may only read", "denied-write", "denied-delete")
def read_only(plot: Plot) -> None:
    plot.deny("PutObject", "DeleteObject", "CreateMultipartUpload", "CopyObject")


@seed("the right to read is missing", "denied-read")
def denied_read(plot: Plot) -> None:
    plot.deny("GetObject", "HeadObject")


@seed("the right to list is missing", "denied-list")
def denied_list(plot: Plot) -> None:
    plot.deny("ListObjectsV2")


@seed("the right to delete is missing", "denied-delete", "left-behind")
def denied_delete(plot: Plot) -> None:
    plot.deny("DeleteObject")


@seed("the right to abort is missing", "denied-abort", "left-behind")
def denied_abort(plot: Plot) -> None:
    plot.deny("AbortMultipartUpload")


@seed("the right to list parts is missing", "denied-list-parts")
def denied_list_parts(plot: Plot) -> None:
    plot.deny("ListParts")


@seed("the right to list uploads is missing", "denied-list-uploads")
def denied_list_uploads(plot: Plot) -> None:
    plot.deny("ListMultipartUploads")


@seed("the right to delete many is missing", "denied-delete")
def denied_batch(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.deny("DeleteObjects")


@seed("the right to begin parts is missing", "denied-write")
def denied_parts(plot: Plot) -> None:
    plot.deny("CreateMultipartUpload")


@seed("the right to copy is missing", "denied-copy")
def denied_copy(plot: Plot) -> None:
    plot.deny("CopyObject")


@seed("the right to tag is missing", "denied-tags")
def denied_tags(plot: Plot) -> None:
    plot.options["tags"] = {"team": "web"}
    plot.personality["tagging"] = "yes"
    plot.refuse(lambda request: "x-amz-tagging" in request.headers)


@seed("the right to set ACLs is missing", "denied-acl")
def denied_acl(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.options |= {"acl": "public-read", "visibility": "public"}
    plot.refuse(lambda request: "x-amz-acl" in request.headers)


@seed("the quota is used up", "storage-full")
def full(plot: Plot) -> None:
    plot.deny("PutObject", code="QuotaExceeded", status=400)


@seed("uploads without encryption are denied", "encryption-required")
def encryption_required(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.refuse(
        lambda request: (
            request.method == "PUT" and "x-amz-server-side-encryption" not in request.headers
        )
    )
