"""DeleteObjects."""

from __future__ import annotations

from bucketry_s3.testing.call import Call
from bucketry_s3.testing.conditions import check_if_match
from bucketry_s3.testing.errors import S3Error, not_implemented
from bucketry_s3.testing.markup import Node, document, element, malformed_xml, parse, text
from bucketry_s3.testing.objects import delete_version
from bucketry_s3.testing.request import Response

MAX_KEYS = 1000


def delete_objects(call: Call) -> Response:
    """Delete up to 1,000 keys; each has its own outcome."""
    personality = call.personality
    if personality.batch_delete == "no":
        raise not_implemented("Multi-object delete is not implemented")
    _check_digest(call)
    root = parse(call.payload.data, "Delete")
    nodes = root.children("Object")
    if not 0 < len(nodes) <= MAX_KEYS:
        raise malformed_xml()
    if len(nodes) > personality.batch_delete_limit:
        raise personality.refuse("batch_limit")
    quiet = root.value("Quiet") == "true"
    answers = [_delete_one(call, node, quiet=quiet) for node in nodes]
    return Response(body=document("DeleteResult", *answers))


def _check_digest(call: Call) -> None:
    """A batch must carry a digest of its body, and not every server takes every kind."""
    sent, md5 = call.payload.sent, "content-md5" in call.request.headers
    enough = {
        "any": md5 or bool(sent),
        "md5": md5,
        "sha256": md5 or bool({"SHA256", "CRC32C"} & sent),
    }
    if not enough[call.personality.batch_delete_digest]:
        raise call.personality.refuse("batch_digest")


def _delete_one(call: Call, node: Node, *, quiet: bool) -> str:
    key, version, etag = node.value("Key"), node.value("VersionId") or "", node.value("ETag")
    if not key:
        raise malformed_xml()
    bucket = call.bucket
    try:
        if etag is not None:
            treatment = call.personality.delete_if_match
            check_if_match(etag, key, bucket.current(key), call.personality, treatment)
        done = delete_version(call, bucket, key, version)
    except S3Error as error:
        return element(
            "Error", text("Key", key), text("Code", error.code), text("Message", error.message)
        )
    if quiet:
        return ""
    return element(
        "Deleted",
        text("Key", key),
        text("VersionId", version or None),
        text("DeleteMarker", done.get("x-amz-delete-marker")),
        text(
            "DeleteMarkerVersionId", done.get("x-amz-version-id") if not version and done else None
        ),
    )
