"""The table of faults, through every transport."""

from __future__ import annotations

import pytest

from faults.runner import Client, run, transports
from faults.scenarios import CASES

pytestmark = pytest.mark.faults

NUMBERS = {name: number for number, name in enumerate(CASES)}


@pytest.mark.parametrize("transport", transports())
@pytest.mark.parametrize("name", CASES)
def test_no_operation_tells_a_lie(name: str, transport: str, client: Client) -> None:
    case = CASES[name]
    # Each fault meets both styles, over its operations and transports.
    style = ("path", "virtual")[(NUMBERS[name] + transports().index(transport)) % 2]

    result = run(case, client, transport=transport, addressing=style)

    assert result.is_good, f"{result.judged.why}\n{result.traceback}"
    assert result.struck or not case.fault.hits, "the fault has struck nothing"
