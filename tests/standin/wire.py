"""Requests that boto3 would never send, and boto3 clients with its defaults."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import boto3
import pytest
from attrs import frozen
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, StandIn

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def client_for(
    server: StandIn,
    *,
    access_key_id: str = ACCESS_KEY_ID,
    secret: str = SECRET_ACCESS_KEY,
    token: str | None = None,
    region: str = "us-east-1",
    **config: Any,
) -> S3Client:
    """Give a boto3 client with its defaults, but for what `config` says; it retries nothing."""
    config.setdefault("retries", {"total_max_attempts": 1})
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        verify=server.ca_bundle,
        region_name=region,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(**config),
    )


@frozen
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def connect(server: StandIn) -> http.client.HTTPSConnection:
    trusted = ssl.create_default_context(cafile=server.ca_bundle)
    return http.client.HTTPSConnection("localhost", server.port, context=trusted, timeout=5)


def call(
    server: StandIn,
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request as it is given, to a path or a whole URL of the server."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = connect(server)
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


class _Signer(S3SigV4Auth):
    """botocore's signer, made to declare any payload hash."""

    declared: str | None = None

    def payload(self, request: AWSRequest) -> str:
        return self.declared or str(super().payload(request))


def signed_headers(
    server: StandIn,
    method: str,
    target: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    region: str = "us-east-1",
) -> dict[str, str]:
    """Sign a request with botocore and return all headers that it needs."""
    request = AWSRequest(
        method=method,
        url=f"https://localhost:{server.port}{target}",
        data=body,
        headers={"Host": f"localhost:{server.port}", **headers},
    )
    credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    signer = _Signer(credentials, "s3", region)
    signer.declared = headers.get("x-amz-content-sha256")
    signer.add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def presigned(
    server: StandIn, method: str, target: str, expires: int, *, region: str = "us-east-1"
) -> str:
    """Presign a URL with any life, which boto3 would not do."""
    url = f"https://localhost:{server.port}{target}"
    request = AWSRequest(method=method, url=url, headers={"Host": f"localhost:{server.port}"})
    credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    S3SigV4QueryAuth(credentials, "s3", region, expires=expires).add_auth(request)
    return str(request.url)


def send(
    server: StandIn,
    method: str,
    target: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Sign a request with botocore and send it."""
    signed = signed_headers(server, method, target, body, headers or {})
    return call(server, method, target, body=body, headers=signed)


def refusal(action: Callable[[], object]) -> tuple[int, str]:
    """Return status and code of the error that a boto3 call must end with."""
    with pytest.raises(ClientError) as caught:
        action()
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def error_code(answer: Answer) -> str:
    """Return the code of an ``<Error>`` document."""
    return ElementTree.fromstring(answer.body).findtext("Code", "")
