"""Signature Version 4, verified from the specification.

Written from "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3 API reference and
from nothing else, so that it can contradict the library's own signing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from attrs import field, frozen

from bucketry_s3.testing.errors import (
    Refusal,
    S3Error,
    access_denied,
    invalid_argument,
    invalid_request,
)
from bucketry_s3.testing.request import Request

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_SKEW = timedelta(minutes=15)
UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMING_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

_TIME = "%Y%m%dT%H%M%SZ"


@frozen(kw_only=True)
class Account:
    """A key pair that the stand-in knows.

    `session_token` makes it a temporary pair, good until `expires` where that is set. `policy` is
    what it may do, as IAM has it; without one it may do everything.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None
    policy: Mapping[str, Any] | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Rules:
    """What signatures are held against.

    `regions` are the regions that a scope may name, the first being the bucket's own; empty when
    the server does not look. `expires_max` is the longest life of a presigned URL in seconds.
    `required` are further headers that a signature must cover, with what is said where one does
    not. `strict` servers refuse ``x-amz-`` headers that it does not cover.
    """

    accounts: Mapping[str, Account] = field(repr=False)
    regions: Sequence[str]
    expires_max: int
    required: Mapping[str, Refusal] = field(factory=dict)
    strict: bool = True


@frozen(kw_only=True)
class Scope:
    """A parsed credential: ``AKID/20261124/us-east-1/s3/aws4_request``."""

    access_key_id: str
    date: str
    region: str

    @property
    def text(self) -> str:
        """The scope without the access key."""
        return f"{self.date}/{self.region}/s3/aws4_request"


def parse_scope(credential: str, rules: Rules, code: str) -> Scope:
    """Parse and check a credential; `code` is the error code for a bad one."""
    # A secret key has slashes at times, an access key never.
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request" or not re.fullmatch(r"\d{8}", parts[1]):
        raise S3Error(
            400,
            code,
            'the credential is malformed; expecting "<KEY>/YYYYMMDD/REGION/s3/aws4_request"',
        )
    access_key_id, date, region, service, _ = parts
    if service != "s3":
        raise S3Error(400, code, f'incorrect service "{service}". This endpoint belongs to "s3".')
    if rules.regions and region not in rules.regions:
        raise S3Error(
            400,
            code,
            f"The authorization header is malformed; the region '{region}' is wrong; "
            f"expecting '{rules.regions[0]}'",
            details={"Region": rules.regions[0]},
        )
    return Scope(access_key_id=access_key_id, date=date, region=region)


def find_account(scope: Scope, token: str | None, rules: Rules, now: datetime) -> Account:
    """Return the account of a scope; refuses unknown keys and wrong or expired session tokens."""
    account = rules.accounts.get(scope.access_key_id)
    if account is None or (account.session_token is not None and token is None):
        raise S3Error(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            details={"AWSAccessKeyId": scope.access_key_id},
        )
    if token != account.session_token:
        raise S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    if account.expires is not None and now >= account.expires:
        raise S3Error(400, "ExpiredToken", "The provided token has expired.")
    return account


def signature(account: Account, scope: Scope, string_to_sign: str) -> str:
    """Return the hex signature of a string to sign."""
    key = b"AWS4" + account.secret_access_key.encode()
    for part in (scope.date, scope.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, string_to_sign.encode(), hashlib.sha256).hexdigest()


def parse_time(value: str) -> datetime | None:
    """Return an ``x-amz-date`` as a time, None when it is none."""
    try:
        return datetime.strptime(value, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def encode(value: str | bytes) -> str:
    """Percent-encode as the specification's UriEncode does, slashes included."""
    return quote(value, safe="-_.~")


def authenticate(request: Request, rules: Rules, now: datetime) -> Account | None:
    """Return who signed the request, None for an anonymous one; raise when a signature is bad."""
    authorization = request.header("authorization")
    in_query = request.has("X-Amz-Algorithm")
    if authorization and in_query:
        raise invalid_argument(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
            "query string parameter or the Authorization header should be specified",
            "Authorization",
            authorization.partition(" ")[0],
        )
    if (authorization and not authorization.startswith("AWS4-")) or request.has("AWSAccessKeyId"):
        raise invalid_request(
            "The authorization mechanism you have provided is not supported. "
            f"Please use {ALGORITHM}."
        )
    if authorization:
        return _header_auth(request, authorization, rules, now)
    if in_query:
        return _query_auth(request, rules, now)
    return None


def _header_auth(request: Request, authorization: str, rules: Rules, now: datetime) -> Account:
    code = "AuthorizationHeaderMalformed"
    algorithm, _, rest = authorization.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if algorithm != ALGORITHM or not {"Credential", "SignedHeaders", "Signature"} <= set(fields):
        raise S3Error(400, code, "The authorization header that you provided is not valid.")
    payload_hash = request.header("x-amz-content-sha256")
    if not payload_hash:
        raise invalid_request("Missing required header for this request: x-amz-content-sha256")
    scope = parse_scope(fields["Credential"], rules, code)
    account = find_account(scope, request.headers.get("x-amz-security-token"), rules, now)
    stamp = request.header("x-amz-date")
    sent = parse_time(stamp)
    if sent is None:
        raise access_denied("AWS authentication requires a valid Date or x-amz-date header")
    if abs(now - sent) > MAX_SKEW:
        raise S3Error(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            details={
                "RequestTime": stamp,
                "ServerTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "MaxAllowedSkewMilliseconds": "900000",
            },
        )
    if not stamp.startswith(scope.date):
        raise S3Error(400, code, f'Invalid credential date "{scope.date}". Expected {stamp[:8]}.')
    signed = fields["SignedHeaders"].split(";")
    _check_signed_headers(request, signed, rules)
    _check_signature(
        request, account, scope, stamp, signed, payload_hash, request.query, fields["Signature"]
    )
    return account


def _query_auth(request: Request, rules: Rules, now: datetime) -> Account:
    code = "AuthorizationQueryParametersError"
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    given = {name: request.param(f"X-Amz-{name}") for name in names}
    if not all(given.values()) or given["Algorithm"] != ALGORITHM:
        raise S3Error(
            400,
            code,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
            "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        )
    scope = parse_scope(given["Credential"], rules, code)
    token = request.param("X-Amz-Security-Token") or None
    account = find_account(scope, token, rules, now)
    sent = parse_time(given["Date"])
    if sent is None or not given["Date"].startswith(scope.date):
        raise S3Error(
            400, code, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        )
    if not re.fullmatch(r"-?\d+", given["Expires"]):
        raise S3Error(400, code, "X-Amz-Expires should be a number")
    expires = int(given["Expires"])
    if expires < 1:
        raise S3Error(400, code, "X-Amz-Expires must be non-negative")
    if expires > rules.expires_max:
        raise S3Error(
            400,
            code,
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
            f"must be less than {rules.expires_max} seconds",
        )
    signed = given["SignedHeaders"].split(";")
    _check_signed_headers(request, signed, rules)
    query = [(name, value) for name, value in request.query if name != "X-Amz-Signature"]
    payload_hash = request.header("x-amz-content-sha256", UNSIGNED)
    _check_signature(
        request, account, scope, given["Date"], signed, payload_hash, query, given["Signature"]
    )
    if sent > now + MAX_SKEW:
        raise access_denied("Request is not valid yet")
    ends = sent + timedelta(seconds=expires)
    if now >= ends:
        raise access_denied(
            "Request has expired",
            **{
                "X-Amz-Expires": given["Expires"],
                "Expires": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "ServerTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )
    return account


def _check_signed_headers(request: Request, signed: Sequence[str], rules: Rules) -> None:
    """What a signature must cover: host, every ``x-amz-`` header, and what this server requires.

    What it covers must be there. Servers that are not strict mind only metadata.
    """
    minded = "x-amz-" if rules.strict else "x-amz-meta-"
    unsigned = [
        name
        for name in request.headers
        if (name == "host" or name.startswith(minded)) and name not in signed
    ]
    if unsigned:
        raise access_denied(
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(unsigned),
        )
    missing = [name for name in signed if name not in request.headers]
    if missing:
        raise access_denied(f"Signed headers are missing from the request: {', '.join(missing)}")
    for name, refusal in rules.required.items():
        if name not in signed:
            raise refusal.error(name, request.header(name))


def canonical_request(
    request: Request, signed: Sequence[str], payload_hash: str, query: Sequence[tuple[str, str]]
) -> str:
    """Build the canonical request; the path is decoded and encoded again, as the server does."""
    path = "/".join(encode(unquote_to_bytes(part)) for part in request.raw_path.split("/"))
    parameters = sorted((encode(name), encode(value)) for name, value in query)
    lines = [f"{name}:{' '.join(request.header(name).split())}\n" for name in signed]
    return "\n".join(
        (
            request.method,
            path or "/",
            "&".join(f"{name}={value}" for name, value in parameters),
            "".join(lines),
            ";".join(signed),
            payload_hash,
        )
    )


def _check_signature(
    request: Request,
    account: Account,
    scope: Scope,
    stamp: str,
    signed: Sequence[str],
    payload_hash: str,
    query: Sequence[tuple[str, str]],
    given: str,
) -> None:
    canonical = canonical_request(request, signed, payload_hash, query)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    string_to_sign = "\n".join((ALGORITHM, stamp, scope.text, digest))
    if list(signed) != sorted(signed) or not hmac.compare_digest(
        signature(account, scope, string_to_sign).encode(), given.encode()
    ):
        raise signature_mismatch(scope, StringToSign=string_to_sign, CanonicalRequest=canonical)


def signature_mismatch(scope: Scope, **details: str) -> S3Error:
    """Return the error for a signature that is not the one computed here."""
    return S3Error(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your "
        "key and signing method.",
        details={"AWSAccessKeyId": scope.access_key_id, **details},
    )
