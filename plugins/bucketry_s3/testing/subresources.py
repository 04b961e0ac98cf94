"""Tags and ACLs of an object, and a bucket's ACL."""

from __future__ import annotations

from attrs import evolve

from bucketry_s3.testing.attributes import check_acl, check_tags
from bucketry_s3.testing.call import Call
from bucketry_s3.testing.errors import S3Error, invalid_request
from bucketry_s3.testing.listing import OWNER
from bucketry_s3.testing.markup import document, element, malformed_xml, parse, text
from bucketry_s3.testing.objects import find
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.store import StoredBytes

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_GROUPS = "http://acs.amazonaws.com/groups/global/"


def _item(call: Call) -> StoredBytes:
    return find(call.bucket, call.key, call.request.param("versionId"))


def _check_tagging(call: Call) -> None:
    if call.personality.tagging != "yes":
        raise call.personality.refuse("tagging", "x-amz-tagging")


def get_object_tagging(call: Call) -> Response:
    """GetObjectTagging."""
    _check_tagging(call)
    tags = (
        element("Tag", text("Key", name), text("Value", value))
        for name, value in _item(call).tags.items()
    )
    return Response(body=document("Tagging", element("TagSet", *tags)))


def put_object_tagging(call: Call) -> Response:
    """PutObjectTagging: replaces all tags."""
    _check_tagging(call)
    item = _item(call)
    tags = read_tagging(call.payload.data)
    call.bucket.replace(call.key, item, evolve(item, tags=tags))
    return Response()


def read_tagging(body: bytes) -> dict[str, str]:
    """Return the tags of a ``Tagging`` document."""
    sets = parse(body, "Tagging").children("TagSet")
    if len(sets) != 1:
        raise malformed_xml()
    return check_tags(
        [(tag.value("Key") or "", tag.value("Value") or "") for tag in sets[0].children("Tag")]
    )


def delete_object_tagging(call: Call) -> Response:
    """DeleteObjectTagging."""
    _check_tagging(call)
    item = _item(call)
    call.bucket.replace(call.key, item, evolve(item, tags={}))
    return Response(status=204)


def _grant(grantee: str, permission: str) -> str:
    return element("Grant", grantee, text("Permission", permission))


def _owner_grant() -> str:
    grantee = f'<Grantee {_XSI} xsi:type="CanonicalUser">{text("ID", "0" * 64)}</Grantee>'
    return _grant(grantee, "FULL_CONTROL")


def _group_grant(group: str, permission: str) -> str:
    uri = text("URI", f"{_GROUPS}{group}")
    return _grant(f'<Grantee {_XSI} xsi:type="Group">{uri}</Grantee>', permission)


_GRANTS = {
    "public-read": _group_grant("AllUsers", "READ"),
    "public-read-write": _group_grant("AllUsers", "READ") + _group_grant("AllUsers", "WRITE"),
    "authenticated-read": _group_grant("AuthenticatedUsers", "READ"),
}


def _acl_document(acl: str) -> Response:
    grants = element("AccessControlList", _owner_grant(), _GRANTS.get(acl, ""))
    return Response(body=document("AccessControlPolicy", OWNER, grants))


def get_object_acl(call: Call) -> Response:
    """GetObjectAcl; where ACLs live at the bucket it is the bucket's."""
    item = _item(call)
    if call.personality.acl == "none":
        raise call.personality.refuse("acl", "acl")
    return _acl_document(call.bucket.acl if call.personality.acl == "bucket" else item.acl)


def _canned(call: Call) -> str:
    acl = call.request.headers.get("x-amz-acl")
    if acl is None:
        raise invalid_request("The stand-in takes canned ACLs in the x-amz-acl header only")
    if call.personality.acl == "ignored" and acl != "private":
        raise call.personality.refuse("acl", "x-amz-acl", acl)
    return acl


def put_object_acl(call: Call) -> Response:
    """PutObjectAcl with a canned ACL."""
    item, acl = _item(call), _canned(call)
    effective = check_acl(acl, call.bucket, call.personality)
    call.bucket.replace(call.key, item, evolve(item, acl=effective))
    return Response()


def get_bucket_acl(call: Call) -> Response:
    """GetBucketAcl."""
    if call.personality.acl == "none":
        raise call.personality.refuse("acl", "acl")
    return _acl_document(call.bucket.acl)


def put_bucket_acl(call: Call) -> Response:
    """PutBucketAcl with a canned ACL."""
    bucket, acl = call.bucket, _canned(call)
    previous, bucket.acl = bucket.acl, acl
    try:
        bucket.acl = check_acl(acl, bucket, call.personality)
    except S3Error:
        bucket.acl = previous
        raise
    return Response()
