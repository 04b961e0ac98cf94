"""The suite ends through `bucketry.aio` as it ends without, case by case."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from aio.over_aio import AWAITED, over_aio
from bucketry import Provider
from bucketry.testing import Report, run
from conformance.places import in_front_of, on_disk


def _same(sync: Report, through: Report) -> None:
    assert sync.ok
    assert through.confinement == ""
    outcomes = {result.case: result.outcome for result in sync.results}
    assert len(outcomes) > 300
    found = {result.case: result.outcome for result in through.results}
    told = {
        result.case: f"{result.outcome}: {result.evidence}"
        for result in through.results
        if outcomes.get(result.case) != result.outcome
    }
    assert told == {}
    assert found == outcomes


def _through(provider: Provider, backend: str, **given: Any) -> Report:
    with start_blocking_portal(backend) as portal:
        return run(over_aio(provider, portal), endpoint="stand-in", **given)


def test_the_operations_go_through_it() -> None:
    """So that what is compared is not the same thing twice."""
    assert {"upload", "replace", "copy", "move", "delete", "head", "read", "download"} < set(
        AWAITED
    )


def test_files_on_disk() -> None:
    with on_disk() as provider:
        _same(run(provider, endpoint="stand-in"), _through(provider, "asyncio"))


@pytest.mark.aio
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("vendor", ["aws", "r2", "backblaze"])
def test_vendors(vendor: str, backend: str) -> None:
    place: AbstractContextManager[Any] = in_front_of(vendor)
    with place as (provider, _):
        _same(run(provider, endpoint="stand-in"), _through(provider, backend))


@pytest.mark.aio
def test_files_on_disk_under_trio() -> None:
    with on_disk() as provider:
        _same(run(provider, endpoint="stand-in"), _through(provider, "trio"))
