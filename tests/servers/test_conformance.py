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
from bucketry.testing import Report, run
from servers.known import note_on, page_of, subject
from servers.reports import committed_file, outcomes_in, report_file
from servers.samples import Open, require_server
from servers.server import Endpoint

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
        lines = list(differences(report, name, endpoint))
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def unexpected(report: Report, name: str) -> Iterator[str]:
    """Yield what fails without a note, and notes on failures that are gone."""
    if report.confinement:
        yield report.confinement
    for result in report.results:
        note = note_on(name, result.case)
        if result in report.bad:
            if note is None or note.fails == "no":
                yield f"{result.outcome} {result.case}: {result.evidence}"
        elif note is not None and note.fails == "always" and result.outcome != "skipped":
            yield f"{result.case} does not fail any more: take its note out of known.py"


def differences(report: Report, name: str, endpoint: Endpoint) -> Iterator[str]:
    """Yield where the docs tell of other outcomes, if they are of the same release."""
    if not committed_file(name).exists():
        yield f"the docs tell nothing of {name}: run `make outcomes`"
        return
    committed = json.loads(committed_file(name).read_text("utf-8"))
    if committed["versions"][endpoint.server] != endpoint.version:
        return
    known = outcomes_in(committed)
    found = {result.case: result.outcome for result in report.results}
    for case in sorted({*known, *found}):
        note = note_on(name, case)
        if known.get(case) != found.get(case) and (note is None or note.fails != "sometimes"):
            yield (
                f"{case} is {found.get(case, 'gone')} and not {known.get(case, 'in the docs')}; "
                "if that is right, run `make outcomes`"
            )
