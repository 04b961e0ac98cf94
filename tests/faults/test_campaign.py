"""Random runs, and those that once went wrong."""

from __future__ import annotations

import pytest

from faults.campaign import case_of, draw, kept, way_of_seed
from faults.runner import Way, run, transports
from faults.subprocesses import Client

pytestmark = pytest.mark.faults

SEEDS = range(1, 201)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_faults_make_no_operation_lie(seed: int, client: Client) -> None:
    case = case_of(draw(seed), f"seed {seed}")

    way = way_of_seed(seed)
    result = run(case, client, way)

    if not result.is_good and way.transport == "boto3":
        pytest.xfail("urllib3 and botocore believe and wait for what bucketry's own sockets do not")
    assert result.is_good, f"{case.name}: {result.judged.why}\n{result.traceback}"


@pytest.mark.parametrize("number", range(len(kept())))
@pytest.mark.parametrize("transport", transports())
def test_what_once_went_wrong_goes_well(number: int, transport: str, client: Client) -> None:
    case = case_of(kept()[number], f"kept {number}")

    result = run(case, client, Way(transport=transport))

    assert result.is_good, f"{case.name}: {result.judged.why}\n{result.traceback}"
