"""The table of faults, through every transport; and that the table itself can fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.runner import Client, run, transports
from faults.scenarios import CASES
from faults.verdict import GOOD

pytestmark = pytest.mark.faults


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    started = Client()
    yield started
    started.close()


@pytest.mark.parametrize("transport", transports())
@pytest.mark.parametrize("name", CASES)
def test_no_operation_tells_a_lie(name: str, transport: str, client: Client) -> None:
    # Each fault meets both styles, over its operations and transports.
    style = ("path", "virtual")[(list(CASES).index(name) + transports().index(transport)) % 2]

    result = run(CASES[name], client, transport=transport, addressing=style)

    assert result.judged.verdict in GOOD, f"{result.judged.why}\n{result.traceback}"
    never = CASES[name].fault.place != "proxy" or CASES[name].fault.name == "nothing"
    assert result.struck or never, "the fault has struck nothing"
