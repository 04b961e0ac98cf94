"""Form uploads: the form is parsed, the policy's signature and conditions are checked.

After "Browser-Based Uploads Using POST (AWS Signature Version 4)" of the Amazon S3 API reference.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from attrs import evolve, field, frozen

from bucketry_s3.testing import auth
from bucketry_s3.testing.attributes import check_value
from bucketry_s3.testing.call import Call
from bucketry_s3.testing.checks import Payload, check_checksums, checksum_headers
from bucketry_s3.testing.errors import (
    S3Error,
    access_denied,
    invalid_argument,
    invalid_request,
)
from bucketry_s3.testing.markup import document, text
from bucketry_s3.testing.objects import fill, template, written
from bucketry_s3.testing.request import Request, Response
from bucketry_s3.testing.subresources import read_tagging

# Fields that no condition needs to cover.
_FREE = frozenset({"x-amz-signature", "policy", "bucket"})


@frozen(kw_only=True)
class Form:
    """A parsed form: fields by lower-case name, the file and its name."""

    fields: Mapping[str, str] = field(repr=False)
    filename: str
    data: bytes = field(repr=False)


def parse_form(request: Request) -> Form:
    """Parse a multipart/form-data body; fields behind the file are ignored, as S3 does."""
    found = re.search(r'boundary="?([^";]+)"?', request.header("content-type"))
    if found is None:
        raise _malformed()
    fields: dict[str, str] = {}
    mark = b"\r\n--" + found[1].encode()
    for piece in (b"\r\n" + request.body).split(mark)[1:]:
        head, separator, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            break
        name = re.search(rb'content-disposition:[^\r\n]*\bname="([^"]*)"', head, re.IGNORECASE)
        if name is None:
            raise _malformed()
        try:
            field_name = name[1].decode().lower()
            if field_name != "file":
                fields[field_name] = content.decode()
                continue
            filename = re.search(rb'filename="([^"]*)"', head)
            return Form(
                fields=fields, filename=filename[1].decode() if filename else "", data=content
            )
        except UnicodeDecodeError:
            raise _malformed() from None
    raise invalid_argument("POST requires exactly one file upload per request.", "file", "0")


def _malformed() -> S3Error:
    return S3Error(
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
    )


def check_policy(form: Form, bucket: str, rules: auth.Rules, now: datetime) -> auth.Account:
    """Verify signature, expiry and conditions of a form; return who signed it."""
    fields = form.fields
    if "awsaccesskeyid" in fields:
        raise invalid_request(
            "The authorization mechanism you have provided is not supported. "
            f"Please use {auth.ALGORITHM}."
        )
    names = ("policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
    if not all(fields.get(name) for name in names):
        raise access_denied()
    if fields["x-amz-algorithm"] != auth.ALGORITHM:
        raise invalid_argument("X-Amz-Algorithm only supports AWS4-HMAC-SHA256")
    scope = auth.parse_scope(fields["x-amz-credential"], rules, "InvalidArgument")
    account = auth.find_account(scope, fields.get("x-amz-security-token"), rules, now)
    if auth.signature(account, scope, fields["policy"]) != fields["x-amz-signature"]:
        raise auth.signature_mismatch(scope, StringToSign=fields["policy"])
    if not fields["x-amz-date"].startswith(scope.date):
        raise _failed("Invalid credential date")
    policy = _decode(fields["policy"])
    if now >= _expiration(policy):
        raise _failed("Policy expired.")
    _check_conditions(policy, {**fields, "bucket": bucket}, len(form.data))
    return account


def _failed(reason: str) -> S3Error:
    return access_denied(f"Invalid according to Policy: {reason}")


def _invalid_document(reason: str) -> S3Error:
    return S3Error(400, "InvalidPolicyDocument", f"Invalid Policy: {reason}")


def _decode(policy: str) -> dict[str, Any]:
    try:
        document_ = json.loads(base64.b64decode(policy, validate=True))
    except (binascii.Error, ValueError):
        raise _invalid_document("Invalid JSON.") from None
    if not isinstance(document_, dict) or not isinstance(document_.get("conditions"), list):
        raise _invalid_document("expiration and conditions are needed")
    return document_


def _expiration(policy: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(str(policy.get("expiration")))
    except ValueError:
        raise _invalid_document("Invalid 'expiration' value") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_condition(condition: Any) -> tuple[str, str, str]:
    """Return operator, lower-case field name and value of a condition on a field."""
    match condition:
        case {**single} if len(single) == 1:
            ((name, value),) = single.items()
            return "eq", str(name).lower(), str(value)
        case ["eq" | "starts-with" as operator, str(name), str(value)] if name.startswith("$"):
            return str(operator), name[1:].lower(), value
    raise _invalid_document(f"Invalid condition {json.dumps(condition)}")


def _check_conditions(policy: Mapping[str, Any], fields: Mapping[str, str], size: int) -> None:
    covered = set(_FREE)
    for condition in policy["conditions"]:
        if isinstance(condition, list) and condition[:1] == ["content-length-range"]:
            _check_size(size, condition)
            continue
        operator, name, value = _parse_condition(condition)
        covered.add(name)
        given = fields.get(name, "")
        if not (given == value if operator == "eq" else given.startswith(value)):
            raise _failed(f"Policy Condition failed: {json.dumps([operator, f'${name}', value])}")
    extra = [n for n in fields if n not in covered and not n.startswith("x-ignore-")]
    if extra:
        raise _failed(f"Extra input fields: {', '.join(extra)}")


def _check_size(size: int, condition: list[Any]) -> None:
    try:
        least, most = int(condition[1]), int(condition[2])
    except (IndexError, TypeError, ValueError):
        raise _invalid_document(f"Invalid condition {json.dumps(condition)}") from None
    limits = {"ProposedSize": str(size), "MinSizeAllowed": str(least), "MaxSizeAllowed": str(most)}
    if size > most:
        raise S3Error(
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
            details=limits,
        )
    if size < least:
        raise S3Error(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
            details=limits,
        )


def post_object(call: Call, rules: auth.Rules) -> Response:
    """PostObject: a browser form that carries one file."""
    if call.personality.post_policy == "no":
        raise call.personality.refuse("post_policy")
    form = parse_form(call.request)
    key = form.fields.get("key", "").replace("${filename}", form.filename)
    if not key:
        raise invalid_argument(
            "Bucket POST must contain a field named 'key'. If it is specified, please check the "
            "order of the fields.",
            "key",
        )
    form = evolve(form, fields={**form.fields, "key": key})
    check_value("success_action_redirect", form.fields.get("success_action_redirect", ""))
    bucket = call.bucket
    account = check_policy(form, call.route.bucket, rules, call.now)
    headers = dict(form.fields)
    if "acl" in headers:
        headers["x-amz-acl"] = headers.pop("acl")
    tags = headers.pop("tagging", None)
    call = evolve(
        call,
        account=account,
        route=evolve(call.route, key=key),
        payload=Payload(
            data=form.data,
            checksums=check_checksums(checksum_headers(headers), form.data, call.personality),
        ),
    )
    item = template(call, headers)
    if tags is not None:
        if call.personality.tagging != "yes":
            raise call.personality.refuse("tagging", "tagging", tags)
        item = evolve(item, tags=read_tagging(tags.encode()))
    item = fill(call, item, form.data, call.payload.checksums)
    bucket.put(key, item)
    return _answer(call, form.fields, written(item))


def _answer(call: Call, fields: Mapping[str, str], headers: dict[str, str]) -> Response:
    host, bucket, key = call.request.header("host"), call.route.bucket, call.key
    url = (
        f"https://{host}/{quote(key)}"
        if call.route.virtual
        else f"https://{host}/{bucket}/{quote(key)}"
    )
    headers["Location"] = url
    redirect = fields.get("success_action_redirect", "")
    if redirect.startswith(("http://", "https://")):
        mark = "&" if "?" in redirect else "?"
        etag = quote(headers["ETag"], safe="")
        target = f"{redirect}{mark}bucket={bucket}&key={quote(key, safe='')}&etag={etag}"
        return Response(status=303, headers={**headers, "Location": target})
    if fields.get("success_action_status") == "201":
        body = document(
            "PostResponse",
            text("Location", url),
            text("Bucket", bucket),
            text("Key", key),
            text("ETag", headers["ETag"]),
        )
        return Response(status=201, headers=headers, body=body)
    return Response(
        status=200 if fields.get("success_action_status") == "200" else 204, headers=headers
    )
