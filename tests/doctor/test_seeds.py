"""Each seeded fault is named rightly, and nothing is named that is not there.

`make test` looks at some of the faults and vendors, `make test-full` at all.
"""

from __future__ import annotations

from typing import Any

import pytest

import bucketry
from bucketry.host.catalog import installed
from bucketry_s3.testing import Bucket, Reply, StandIn, localhost_names, personality_of
from conformance.places import MAIN, OTHERS, settings
from doctor.seeds import SEEDS, Seed, planted


def _some(things: Any, every: int, name: Any = str) -> list[Any]:
    """Return parameters of which all but every nth are looked at in full runs only."""
    return [
        pytest.param(thing, id=name(thing), marks=[pytest.mark.full] if number % every else [])
        for number, thing in enumerate(things)
    ]


@pytest.mark.parametrize("seed", _some(SEEDS, 4, lambda seed: seed.name))
def test_the_fault_is_named_and_no_other(seed: Seed) -> None:
    with planted(seed) as (plot, provider):
        diagnosis = provider.diagnose(origin=plot.origin)
        told = {f.code: f"{f.probe}: {f.cause} [{f.evidence}]" for f in diagnosis.findings}
        assert set(told) == seed.codes, told
        left = plot.left_behind()
    assert bool(left) == ("left-behind" in seed.codes), left


@pytest.mark.parametrize("versioning", ["Enabled", "Suspended"])
def test_no_version_and_no_mark_is_left(versioning: str) -> None:
    bucket = Bucket(name="media", versioning=versioning)
    with StandIn(buckets=[bucket]) as server:
        options = server.configuration() | {"provider": "s3"}
        with bucketry.open_provider(options) as provider:
            assert provider.diagnose().findings == ()
    assert bucket.is_empty


def test_versions_that_cannot_be_removed_are_told() -> None:
    bucket = Bucket(name="media", versioning="Enabled")
    with StandIn(buckets=[bucket]) as server:
        server.faults.add("ListObjectVersions", Reply.error(403, "AccessDenied"), times=None)
        options = server.configuration() | {"provider": "s3"}
        with bucketry.open_provider(options) as provider:
            (finding,) = provider.diagnose().findings
        assert server.objects("media") == {}
    assert finding.code == "left-behind"
    assert "versions" in finding.evidence


def test_a_bucket_of_nearly_that_name_is_told() -> None:
    with StandIn(buckets=["medias", "other"]) as server:
        options = server.configuration() | {"provider": "s3"}
        with bucketry.open_provider(options) as provider:
            (finding,) = provider.diagnose().findings
    assert finding.cause == "the server has no such bucket; there is medias"


def test_a_denied_right_is_named_with_what_it_is_for() -> None:
    with StandIn(buckets=["media"]) as server:
        for operation in ("PutObject", "ListObjectsV2"):
            server.faults.add(operation, Reply.error(403, "AccessDenied"), times=None)
        server.faults.add("HeadObject", Reply.error(404, "NoSuchKey"), times=None)
        options = server.configuration() | {"provider": "s3", "root_path": "web"}
        with bucketry.open_provider(options) as provider:
            (finding,) = provider.diagnose().findings
    assert finding.code == "denied-write"
    assert "s3:PutObject on arn:aws:s3:::media/web/*" in finding.remedy


@pytest.mark.parametrize(
    ("operation", "code", "right"),
    [
        ("ListObjectsV2", "denied-list", "s3:ListBucket on arn:aws:s3:::media."),
        ("DeleteObject", "denied-delete", "s3:DeleteObject on arn:aws:s3:::media/*."),
        ("GetObject", "denied-read", "s3:GetObject on arn:aws:s3:::media/*."),
    ],
)
def test_an_operations_right_is_named(operation: str, code: str, right: str) -> None:
    with StandIn(buckets=["media"]) as server:
        server.faults.add(operation, Reply.error(403, "AccessDenied"), times=None)
        options = server.configuration() | {"provider": "s3"}
        with bucketry.open_provider(options) as provider:
            remedies = {one.code: one.remedy for one in provider.diagnose().findings}
    assert right in remedies[code]


@pytest.mark.parametrize("vendor", _some(["s3", *MAIN, *OTHERS], 12))
@pytest.mark.parametrize("transport", ["sockets", pytest.param("boto3", marks=pytest.mark.full)])
def test_a_healthy_bucket_has_no_finding(vendor: str, transport: str) -> None:
    personality = personality_of(installed().load(vendor))
    with StandIn(personality, buckets=["media"]) as server:
        server.put("media", "mine.txt", b"mine")
        options = settings(vendor, server) | {"transport": transport}
        with localhost_names(), bucketry.open_provider(options) as provider:
            diagnosis = provider.diagnose()
        assert [f for f in diagnosis.findings if f.code != "unlikely-option"] == []
        assert diagnosis.passed_over == {}
        assert list(server.objects("media")) == ["mine.txt"]
        assert server.open_uploads("media") == []
