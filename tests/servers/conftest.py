"""What the tests against a real server share: the server, its buckets, plain HTTP."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.config
import pytest

import bucketry
from bucketry import Provider
from servers.reports import report_file, told
from servers.samples import PART, Answer, Fetch, Open
from servers.server import ENDPOINT_VARIABLE, VIRTUAL_HOST, Endpoint


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every profile that fits the server."""
    if "profile" in metafunc.fixturenames:
        endpoint = Endpoint.from_environment()
        metafunc.parametrize("profile", [endpoint.profile, *endpoint.other_profiles])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the conformance suite found on the server, one line for each run."""
    if ENDPOINT_VARIABLE in os.environ:
        endpoint = Endpoint.from_environment()
        for path in sorted(report_file(endpoint.server, "", "").parent.glob("*.json")):
            terminalreporter.write_line(told(path))


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    """The server under test; names below its virtual host resolve to this machine."""
    found = Endpoint.from_environment()
    resolve = socket.getaddrinfo

    def resolve_here(host: Any, *arguments: Any, **options: Any) -> Any:
        here = isinstance(host, str) and host.endswith(VIRTUAL_HOST)
        return resolve("127.0.0.1" if here else host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve_here)
        yield found


@pytest.fixture(scope="session")
def make_boto3(endpoint: Endpoint) -> Callable[..., Any]:
    """Make plain boto3 clients of the server, with `config` as given."""

    def make(url: str = endpoint.url, **config: Any) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=url,
            verify=endpoint.ca_bundle,
            aws_access_key_id=endpoint.access_key_id,
            aws_secret_access_key=endpoint.secret_access_key,
            region_name=endpoint.region,
            config=botocore.config.Config(s3={"addressing_style": "path"}, **config),
        )

    return make


@pytest.fixture(scope="session")
def admin(make_boto3: Callable[..., Any]) -> Any:
    """A plain boto3 client that works everywhere: makes buckets, looks behind the provider."""
    return make_boto3(request_checksum_calculation="when_required")


@pytest.fixture(scope="session")
def bucket(admin: Any) -> str:
    name = f"bucketry-{uuid.uuid4().hex[:12]}"
    admin.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def dotted_bucket(admin: Any) -> str:
    name = f"bucketry.{uuid.uuid4().hex[:12]}.test"
    admin.create_bucket(Bucket=name)
    return name


@pytest.fixture
def root() -> str:
    """A folder of the bucket that only this test works in."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def open_provider(endpoint: Endpoint, profile: str, bucket: str, root: str) -> Iterator[Open]:
    """Open providers on the server, configured as a user would.

    Arguments are further options; None leaves one out.
    """
    opened: list[Provider] = []

    def make(**options: Any) -> Provider:
        url = endpoint.virtual_url if options.get("addressing") == "virtual" else endpoint.url
        configuration = {
            "provider": profile,
            "bucket": bucket,
            "endpoint": url,
            "region": endpoint.region,
            "addressing": "path",
            "ca_bundle": endpoint.ca_bundle,
            "root_path": root,
            "credentials": {
                "access_key_id": endpoint.access_key_id,
                "secret_access_key": endpoint.secret_access_key,
            },
            "multipart": {"part_size": PART, "concurrency": 2},
            **(endpoint.options if profile == endpoint.profile else {}),
            **options,
        }
        given = {name: value for name, value in configuration.items() if value is not None}
        opened.append(bucketry.open_provider(given))
        return opened[-1]

    yield make
    for provider in opened:
        provider.close()


@pytest.fixture
def provider(open_provider: Open) -> Provider:
    return open_provider()


@pytest.fixture(params=["path", "virtual"])
def addressed(open_provider: Open, request: pytest.FixtureRequest) -> Provider:
    """A provider in each addressing style."""
    return open_provider(addressing=request.param)


@pytest.fixture(scope="session")
def fetch(endpoint: Endpoint) -> Fetch:
    """Send a request the way any HTTP client would: no S3 library, no credentials."""
    trust = ssl.create_default_context(cafile=endpoint.ca_bundle)

    def send(
        method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection = http.client.HTTPSConnection(parts.netloc, timeout=20, context=trust)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, received, answer.read())
        finally:
            connection.close()

    return send
