"""CORS: a bucket's rules, preflight requests, and the headers that answer a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bucketry_s3.testing.call import Call
from bucketry_s3.testing.errors import S3Error
from bucketry_s3.testing.markup import document, element, malformed_xml, parse, text
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.request import Request, Response
from bucketry_s3.testing.store import Bucket, CorsRule

_OPEN = CorsRule(
    origins=("*",), methods=("GET", "HEAD", "PUT", "POST", "DELETE"), headers=("*",), expose=("*",)
)


def _like(value: str, pattern: str) -> bool:
    """Return whether a value matches a pattern in which only ``*`` is special."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value) is not None


def _rules(bucket: Bucket | None, personality: Personality) -> tuple[CorsRule, ...]:
    if personality.habits.cors == "open":
        return (_OPEN,)
    return bucket.cors if bucket is not None else ()


def _matching(rules: tuple[CorsRule, ...], origin: str, method: str) -> CorsRule | None:
    for rule in rules:
        if method in rule.methods and any(_like(origin, one) for one in rule.origins):
            return rule
    return None


def _allow(rule: CorsRule, origin: str) -> dict[str, str]:
    headers = {
        "Access-Control-Allow-Origin": "*" if "*" in rule.origins else origin,
        "Access-Control-Allow-Methods": ", ".join(rule.methods),
        "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    if rule.expose:
        headers["Access-Control-Expose-Headers"] = ", ".join(rule.expose)
    if rule.max_age is not None:
        headers["Access-Control-Max-Age"] = str(rule.max_age)
    return headers


def preflight(request: Request, bucket: Bucket | None, personality: Personality) -> Response:
    """Answer an OPTIONS request: what a browser may send, or 403."""
    origin = request.header("origin")
    method = request.header("access-control-request-method")
    if not origin or not method:
        raise S3Error(
            400,
            "BadRequest",
            "Insufficient information. Origin request header needed.",
        )
    wanted = [
        name.strip().lower()
        for name in request.header("access-control-request-headers").split(",")
        if name.strip()
    ]
    for rule in _rules(bucket, personality):
        allowed = [pattern.lower() for pattern in rule.headers]
        if _matching((rule,), origin, method) and all(
            any(_like(name, pattern) for pattern in allowed) for name in wanted
        ):
            headers = _allow(rule, origin)
            if wanted:
                headers["Access-Control-Allow-Headers"] = ", ".join(wanted)
            return Response(headers=headers)
    raise S3Error(
        403,
        "AccessForbidden",
        "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of "
        "Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers "
        "are not whitelisted by the resource's CORS spec.",
    )


def answer_headers(
    request: Request, bucket: Bucket | None, personality: Personality
) -> Mapping[str, str]:
    """Return what is added to the answer of a request that a browser page makes."""
    origin = request.header("origin")
    if not origin:
        return {}
    rule = _matching(_rules(bucket, personality), origin, request.method)
    return {} if rule is None else _allow(rule, origin)


def get_bucket_cors(call: Call) -> Response:
    """GetBucketCors."""
    _check(call)
    if not call.bucket.cors:
        raise S3Error(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
    rules = (
        element(
            "CORSRule",
            text("ID", rule.id),
            *(text("AllowedOrigin", value) for value in rule.origins),
            *(text("AllowedMethod", value) for value in rule.methods),
            *(text("AllowedHeader", value) for value in rule.headers),
            *(text("ExposeHeader", value) for value in rule.expose),
            text("MaxAgeSeconds", rule.max_age),
        )
        for rule in call.bucket.cors
    )
    return Response(body=document("CORSConfiguration", *rules))


def put_bucket_cors(call: Call) -> Response:
    """PutBucketCors."""
    _check(call)
    rules = []
    for node in parse(call.payload.data, "CORSConfiguration").children("CORSRule"):
        age = node.value("MaxAgeSeconds")
        rule = CorsRule(
            origins=tuple(node.values("AllowedOrigin")),
            methods=tuple(node.values("AllowedMethod")),
            headers=tuple(node.values("AllowedHeader")),
            expose=tuple(node.values("ExposeHeader")),
            max_age=int(age) if age and age.isdigit() else None,
            id=node.value("ID"),
        )
        if not rule.origins or not set(rule.methods) <= {"GET", "PUT", "POST", "DELETE", "HEAD"}:
            raise malformed_xml()
        rules.append(rule)
    if not rules:
        raise malformed_xml()
    call.bucket.cors = tuple(rules)
    return Response()


def delete_bucket_cors(call: Call) -> Response:
    """DeleteBucketCors."""
    _check(call)
    call.bucket.cors = ()
    return Response(status=204)


def _check(call: Call) -> None:
    if call.personality.cors != "yes":
        raise call.personality.refuse("cors")
