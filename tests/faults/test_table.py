"""The table of faults: all of it through the default transport, a fifth of it through the others.

``python -m faults`` runs everything through each.
"""

from __future__ import annotations

import pytest

from faults.around import is_real
from faults.known import known
from faults.runner import run, transports, way_of
from faults.scenarios import CASES
from faults.subprocesses import Client

pytestmark = pytest.mark.faults

NUMBERS = {name: number for number, name in enumerate(CASES)}


@pytest.mark.parametrize(
    ("name", "transport"),
    [
        (name, transport)
        for transport in transports()
        for name, number in NUMBERS.items()
        if transport == transports()[0] or number % 5 == 0
    ],
)
def test_no_operation_tells_a_lie(name: str, transport: str, client: Client) -> None:
    case = CASES[name]
    if is_real() and case.fault.clock:
        pytest.skip("nobody sets the clock of a real server")

    result = run(case, client, way_of(NUMBERS[name], transport))

    reason = known(name, transport, result.judged.verdict)
    if reason:
        pytest.xfail(reason)
    assert result.is_good, f"{result.judged.why}\n{result.traceback}"
    assert result.struck or not case.fault.hits, "the fault has struck nothing"
