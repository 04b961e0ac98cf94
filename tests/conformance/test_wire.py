"""What every vendor's provider sends, as its stand-in has received it."""

from __future__ import annotations

import pytest

from bucketry.testing import confine
from bucketry.testing.report import BAD
from bucketry.testing.runner import judge
from bucketry_s3.testing.wire_cases import WIRE_CASES, WireStore
from conformance.places import MAIN, in_front_of


@pytest.mark.parametrize("vendor", MAIN)
def test_requests_of_vendor(vendor: str) -> None:
    with in_front_of(vendor) as (provider, server), confine(provider) as room:
        ended = {case.id: judge(case, WireStore(room, case, server)) for case in WIRE_CASES}
    assert {name: why for name, (outcome, why) in ended.items() if outcome in BAD} == {}
    assert sum(outcome == "passed" for outcome, _ in ended.values()) >= 15
