"""The whole conformance suite against a real server over TLS, in each way to address it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from attrs import field, frozen

from bucketry import Provider
from bucketry.testing import run
from servers.known import page_of, subject
from servers.outcomes import records
from servers.reports import report_file
from servers.samples import Open, require_server
from servers.server import Endpoint
from servers.verdict import differences, unexpected

require_server()

pytestmark = pytest.mark.server


@frozen(kw_only=True)
class Way:
    """One way to use a server. No `groups` is the whole suite."""

    name: str
    groups: tuple[str, ...] | None = None
    bucket: str = "bucketry-{}"
    options: Mapping[str, Any] = field(factory=dict)

    def __str__(self) -> str:
        return self.name


WAYS = (
    Way(name="path"),
    Way(name="virtual", options={"addressing": "virtual"}),
    # Where the bucket's name matters.
    Way(
        name="dotted",
        bucket="bucketry.{}.test",
        groups=("copy", "multipart", "signed", "tickets", "urls", "access"),
    ),
    Way(name="public", groups=("urls", "access"), options={"visibility": "public"}),
)


def open_to_all(bucket: str) -> str:
    """Return a bucket policy that lets everybody read objects."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def confined(
    way: Way, open_provider: Open, admin: Any, endpoint: Endpoint, profile: str
) -> Iterator[Provider]:
    """A provider as a user would configure it, with a bucket of its own."""
    if way.name == "public" and endpoint.server == "swift":
        pytest.skip("Swift's s3api has no bucket policies")
    bucket = way.bucket.format(uuid.uuid4().hex[:12])
    admin.create_bucket(Bucket=bucket)
    if way.name == "public":
        admin.put_bucket_policy(Bucket=bucket, Policy=open_to_all(bucket))
    opened = open_provider(bucket=bucket, root_path=None, multipart=None, **way.options)
    with Provider(
        name=endpoint.server,
        vendor=page_of(endpoint.server, profile),
        options=opened.options,
        distribution="tests",
    ) as provider:
        yield provider


def test_the_server_keeps_the_contract(
    confined: Provider, way: Way, endpoint: Endpoint, profile: str
) -> None:
    name = subject(endpoint.server, profile)
    report = run(confined, way.groups)
    versions = {**report.versions, endpoint.server: endpoint.version}
    report = attrs.evolve(report, versions=versions)
    report_file(endpoint.server, name, way.name).write_text(report.to_json(), "utf-8")

    lines = list(unexpected(report, name))
    if not lines and way.groups is None:
        lines = list(differences(report, name, records(), endpoint.server))
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)
