"""What every vendor's provider sends, as its stand-in has received it."""

from __future__ import annotations

import pytest

from bucketry.testing import run
from bucketry_s3.testing import S3_SUITE
from conformance.places import MAIN, in_front_of, on_disk
from conformance.test_vendors import told


@pytest.mark.parametrize("vendor", MAIN)
def test_requests_of_vendor(vendor: str) -> None:
    with in_front_of(vendor) as (provider, server):
        report = run(provider, ["wire"], suite=S3_SUITE, stand_in=server)
    assert report.ok, told(report)
    assert report.counts()["passed"] >= 15, report.counts()


def test_without_a_stand_in_nothing_is_judged() -> None:
    with on_disk() as provider:
        report = run(provider, ["wire"], suite=S3_SUITE)
    tried = [result for result in report.results if not result.evidence.startswith("Files on disk")]
    assert {(result.outcome, result.evidence) for result in tried} == {
        ("skipped", "no stand-in was given that records what is sent")
    }
