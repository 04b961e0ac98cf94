"""Every vendor keeps the contract in front of a stand-in that behaves as its facts say."""

from __future__ import annotations

import pytest

from bucketry.testing import Report, run
from conformance.places import MAIN, OTHERS, in_front_of

BY_FACT = ("tags", "conditional", "access", "encryption", "storage", "facts")
"""The groups whose cases depend on facts: the others are the same code for all of these."""


def told(report: Report) -> str:
    """Return everything that fails a run, one line each."""
    lines = [f"{result.outcome} {result.case}: {result.evidence}" for result in report.bad]
    return "\n".join([*lines, report.confinement])


@pytest.mark.parametrize("vendor", MAIN)
def test_vendor_keeps_the_contract(vendor: str) -> None:
    with in_front_of(vendor) as (provider, _):
        report = run(provider, endpoint="stand-in")
    assert report.ok, told(report)
    # A run that skips nearly everything would pass too.
    assert report.counts()["passed"] > 300, report.counts()


@pytest.mark.parametrize("vendor", OTHERS)
def test_other_vendor_keeps_the_rules_that_depend_on_its_facts(vendor: str) -> None:
    with in_front_of(vendor) as (provider, _):
        report = run(provider, BY_FACT, endpoint="stand-in")
    assert report.ok, told(report)
    assert len(report.results) - report.counts()["skipped"] >= 35, report.counts()


def test_parts_of_true_size() -> None:
    with in_front_of("aws", small_parts=False) as (provider, _):
        report = run(provider, ["multipart"], endpoint="stand-in")
    assert report.ok, told(report)
    assert report.counts()["skipped"] == 0
