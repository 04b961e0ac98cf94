"""Our signatures against botocore's own signer, byte for byte, and against fixed vectors."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import attrs
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bucketry import BadCredentials
from bucketry_s3.protocol.signing import KeyPair, Presigner

NOW = datetime(2026, 11, 24, 12, 30, 5, tzinfo=UTC)
PAIR = KeyPair(access_key_id="AKIAEXAMPLE", secret_access_key="wJalr/XUtnFEMI+K7MDENG")
TEMPORARY = KeyPair(
    access_key_id="ASIAEXAMPLE", secret_access_key="secret", session_token="tok/en+with=signs"
)
BASES = {
    "https://media.s3.eu-west-3.amazonaws.com": "eu-west-3",
    "https://acc.r2.cloudflarestorage.com/media": "auto",
    "http://127.0.0.1:9000/media": "us-east-1",
    "https://example.com/storage/v1/s3/media": "de",
}


def presigner(base: str, region: str) -> Presigner:
    return Presigner(base, "media", region, NOW.timestamp)


def at_now() -> Any:
    """Stop the clock of botocore's signers; where they read it differs between its releases."""
    stopped = NOW.replace(tzinfo=None)
    if hasattr(botocore.auth, "get_current_datetime"):
        return mock.patch("botocore.auth.get_current_datetime", return_value=stopped)
    clock = mock.Mock(**{"datetime.utcnow.return_value": stopped})
    return mock.patch("botocore.auth.datetime", clock)


def botocore_url(
    method: str, url: str, region: str, pair: KeyPair, expires: int, params: dict[str, str],
    headers: dict[str, str],
) -> str:  # fmt: skip
    credentials = botocore.credentials.Credentials(
        pair.access_key_id, pair.secret_access_key, pair.session_token
    )
    auth = botocore.auth.S3SigV4QueryAuth(credentials, "s3", region, expires=expires)
    request = botocore.awsrequest.AWSRequest(method, url, params=params, headers=headers)
    with at_now():
        auth.add_auth(request)
    return str(request.prepare().url)


@pytest.mark.parametrize("pair", [PAIR, TEMPORARY], ids=["fixed", "temporary"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize(("base", "region"), BASES.items())
def test_presigned_urls_equal_botocores(base: str, region: str, method: str, pair: KeyPair) -> None:
    params = {"response-content-disposition": 'attachment; filename="ü b.png"', "versionId": "3/x"}
    headers = {"Content-Type": "image/png; q=1"} if method == "PUT" else {}

    signed = presigner(base, region).url(
        method, "a b/ü+%.png", 604_800, pair, params=params, headers=headers
    )

    oracle = botocore_url(
        method, f"{base}/a%20b/%C3%BC%2B%25.png", region, pair, 604_800, params, headers
    )
    assert oracle == signed.url


@given(
    key=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    value=st.text(st.characters(codec="latin-1", min_codepoint=32), max_size=20),
    expires=st.integers(1, 604_800),
)
def test_any_key_and_parameter_is_signed_as_botocore_does(
    key: str, value: str, expires: int
) -> None:
    from bucketry_s3.protocol.urls import quote_key

    base, region = "https://media.s3.eu-west-3.amazonaws.com", "eu-west-3"
    params = {"response-content-type": value}

    signed = presigner(base, region).url("GET", key, expires, PAIR, params=params, headers={})

    oracle = botocore_url("GET", f"{base}/{quote_key(key)}", region, PAIR, expires, params, {})
    assert oracle == signed.url


def test_the_signature_of_the_aws_documentation_comes_out() -> None:
    """The worked example of the Amazon S3 API reference, query parameter authentication."""
    signer = Presigner(
        "https://examplebucket.s3.amazonaws.com",
        "examplebucket",
        "us-east-1",
        datetime(2013, 5, 24, tzinfo=UTC).timestamp,
    )
    pair = KeyPair(
        access_key_id="AKIAIOSFODNN7EXAMPLE",
        secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )

    signed = signer.url("GET", "test.txt", 86400, pair, params={}, headers={})

    assert signed.url.endswith(
        "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    assert datetime(2013, 5, 25, tzinfo=UTC) == signed.expires_at


def test_a_signature_ends_with_the_credentials_it_was_made_with() -> None:
    until = NOW + timedelta(seconds=100)
    pair = KeyPair(access_key_id="AK", secret_access_key="SK", session_token="t", expires=until)
    signer = presigner("https://h/media", "us-east-1")

    long = signer.url("GET", "k", 3600, pair, params={}, headers={})
    short = signer.url("GET", "k", 60, pair, params={}, headers={})

    assert until == long.expires_at
    assert NOW + timedelta(seconds=60) == short.expires_at
    with pytest.raises(BadCredentials, match="run out"):
        signer.url("GET", "k", 60, attrs.evolve(pair, expires=NOW), params={}, headers={})


def test_a_post_policy_covers_every_field_and_limit() -> None:
    signer = presigner("https://media.s3.eu-west-3.amazonaws.com", "eu-west-3")

    form = signer.post(
        "a/ü.png", 600, TEMPORARY, content_type="image/png", min_size=1, max_size=5000
    )

    policy: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    assert "https://media.s3.eu-west-3.amazonaws.com/" == form.url
    assert "2026-11-24T12:40:05Z" == policy["expiration"]
    assert [
        {"bucket": "media"},
        {"key": "a/ü.png"},
        {"Content-Type": "image/png"},
        {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
        {"x-amz-credential": "ASIAEXAMPLE/20261124/eu-west-3/s3/aws4_request"},
        {"x-amz-date": "20261124T123005Z"},
        {"x-amz-security-token": "tok/en+with=signs"},
        ["content-length-range", 1, 5000],
    ] == policy["conditions"]
    assert {
        "key", "Content-Type", "x-amz-algorithm", "x-amz-credential", "x-amz-date",
        "x-amz-security-token", "policy", "x-amz-signature",
    } == set(form.fields)  # fmt: skip


def test_a_post_signature_equals_botocores() -> None:
    """Botocore signs the encoded policy the same way; only the policy's own text differs."""
    signer = presigner("https://media.s3.eu-west-3.amazonaws.com", "eu-west-3")
    form = signer.post("k", 600, PAIR, content_type=None, min_size=0, max_size=None)
    auth = botocore.auth.S3SigV4PostAuth(
        botocore.credentials.Credentials(PAIR.access_key_id, PAIR.secret_access_key),
        "s3",
        "eu-west-3",
    )
    request = botocore.awsrequest.AWSRequest("POST", "https://x/")
    request.context["timestamp"] = "20261124T123005Z"

    oracle = auth.signature(form.fields["policy"], request)

    assert oracle == form.fields["x-amz-signature"]


def test_secrets_do_not_show() -> None:
    signed = presigner("https://h/media", "us-east-1").url(
        "GET", "k", 60, TEMPORARY, params={}, headers={}
    )

    shown = repr(signed) + repr(TEMPORARY)

    for secret in ("secret", "tok/en", "X-Amz-Signature", "ASIAEXAMPLE"):
        assert secret not in shown
