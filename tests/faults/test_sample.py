"""A few rows of the table in every test run, so that the table itself stays in order."""

from __future__ import annotations

import pytest

from faults.runner import run, transports, way_of
from faults.scenarios import CASES
from faults.subprocesses import Client


@pytest.mark.parametrize("transport", transports())
@pytest.mark.parametrize(
    "name",
    [
        "broken: nothing / upload parts / CreateMultipartUpload",
        "broken: answer lost / create / PutObject",
        "broken: answer lost / upload parts / CompleteMultipartUpload",
        "broken: connection reset when used again, then / delete / DeleteObject",
        "broken: half a body, closed / download / GetObject",
        "lies: 503 SlowDown / list / ListObjectsV2",
        "network: tunnel / copy / CopyObject",
    ],
)
def test_some_faults_make_no_operation_lie(name: str, transport: str, client: Client) -> None:
    result = run(CASES[name], client, way_of(len(name), transport))

    assert result.is_good, f"{result.judged.why}\n{result.traceback}"
    assert result.struck or not result.case.fault.hits
