"""Requests and answers of the wire, read and written by botocore's model of S3.

The family has tables of its own; what a test says in boto3's spelling goes through these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import botocore.session

from bucketry_s3 import BytesBody, S3Answer, S3Request


@cache
def model() -> Any:
    return botocore.session.Session().get_service_model("s3")


def shape_of(operation: str, side: str) -> Any:
    return getattr(model().operation_model(operation), f"{side}_shape")


def params_of(request: S3Request, bucket: str = "media") -> dict[str, Any]:
    """Return the parameters of a request that is addressed by path."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = dict(request.query)
    found: dict[str, Any] = {}
    for name, member in shape_of(request.operation, "input").members.items():
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "header" and wire.lower() in headers:
            found[name] = value_of(member, headers[wire.lower()])
        elif place == "headers":
            texts = {n.removeprefix(wire): v for n, v in headers.items() if n.startswith(wire)}
            found |= {name: texts} if texts else {}
        elif place == "querystring" and wire in query:
            found[name] = value_of(member, query[wire])
        elif name == "Body":
            found[name] = request.body
        elif name == "Policy":
            found[name] = bytes(request.body).decode()
        elif place is None and request.body:
            found[name] = member_of(member, ElementTree.fromstring(bytes(request.body)))
    bucket_path = f"/{bucket}"
    assert request.path == bucket_path or request.path.startswith(f"{bucket_path}/")
    key = unquote(request.path[len(bucket_path) + 1 :])
    return {**found, "Bucket": bucket, **({"Key": key} if key else {})}


def value_of(member: Any, text: str) -> Any:
    if member.type_name in ("integer", "long"):
        return int(text)
    return text == "true" if member.type_name == "boolean" else text


def member_of(shape: Any, element: ElementTree.Element) -> Any:
    if shape.type_name != "structure":
        return value_of(shape, element.text or "")
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        inner = [child for child in element if child.tag.rpartition("}")[2] == wire]
        if member.type_name == "list" and inner:
            entries = inner if member.serialization.get("flattened") else list(inner[0])
            found[name] = [member_of(member.member, entry) for entry in entries]
        elif inner:
            found[name] = member_of(member, inner[0])
    return found


def answer_of(operation: str, told: Mapping[str, Any]) -> S3Answer:
    """Return the answer that tells what a boto3 client would make of it."""
    shape = shape_of(operation, "output")
    headers: dict[str, str] = {"x-amz-id-2": "1"}  # as S3 marks its answers
    document = ""
    for name, value in told.items():
        if name == "ResponseMetadata":
            headers |= value.get("HTTPHeaders", {})
            continue
        member = shape.members[name]
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "header":
            headers[wire.lower()] = text_of(value)
        elif place == "headers":
            headers |= {f"{wire}{each}": text for each, text in value.items()}
        elif name == "Policy":
            document = value
        else:
            document += "".join(elements(wire, member, value))
    if operation in ROOTS:
        document = f"<{ROOTS[operation]}>{document}</{ROOTS[operation]}>"
    return S3Answer(status=200, headers=headers, body=BytesBody(document.encode()))


ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectTagging": "Tagging",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}
"""What S3 calls the documents (Amazon S3 API reference); where a member is one, the model knows."""


def text_of(value: Any) -> str:
    if isinstance(value, datetime):
        return format_datetime(value.astimezone(UTC), usegmt=True)
    return str(value).lower() if isinstance(value, bool) else str(value)


def elements(tag: str, shape: Any, value: Any) -> Iterator[str]:
    if shape.type_name == "list":
        inner = shape.member.serialization.get("name", "member")
        flat = shape.serialization.get("flattened")
        yield "" if flat else f"<{tag}>"
        for entry in value:
            yield from elements(tag if flat else inner, shape.member, entry)
        yield "" if flat else f"</{tag}>"
    elif shape.type_name == "structure":
        kind = value.get("Type") if "Type" in shape.members else None
        yield f'<{tag} xmlns:xsi="{XSI}" xsi:type={quoteattr(kind)}>' if kind else f"<{tag}>"
        for name, inner_value in value.items():
            member = shape.members[name]
            if not member.serialization.get("xmlAttribute"):
                yield from elements(member.serialization.get("name", name), member, inner_value)
        yield f"</{tag}>"
    else:
        text = value.isoformat() if isinstance(value, datetime) else text_of(value)
        yield f"<{tag}>{escape(text)}</{tag}>"


XSI = "http://www.w3.org/2001/XMLSchema-instance"
