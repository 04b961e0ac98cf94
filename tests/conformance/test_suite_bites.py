"""The suite notices: every rule is broken by a provider that breaks that rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bucketry import Provider
from bucketry.testing import SUITE, Store
from bucketry.testing.confine import Room
from bucketry.testing.runner import judge
from conformance.sabotage import Sabotage, uncovered
from conformance.sabotages import SABOTAGES

CASES = {case.id: case for case in SUITE.cases}


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_a_broken_rule_is_noticed(
    sabotage: Sabotage, room_at: Callable[[str], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry.testing.cases.signed.SLOWEST_CLOCK", 0)
    room = room_at(sabotage.place)
    for name in sabotage.breaks:
        case = CASES[name]
        honest = room.store(case)
        outcome, evidence = judge(case, honest)
        # A lie about a capability may bring a case up that is skipped otherwise.
        fine = ("passed", "skipped") if sabotage.facts else ("passed",)
        assert outcome in fine, f"without the sabotage: {evidence}"

        broken = sabotage.apply(room.provider)
        expiring = None
        if "expired" in name:
            broken.upload(b"x", key="expiring.txt")
            expiring = broken.sign("expiring.txt", expires_in=1)
        variants: dict[object, Provider] = {}
        store = Store(broken, f"{honest.folder}-broken", expiring, variants)
        outcome, evidence = judge(case, store)
        assert outcome == sabotage.outcome, evidence
        assert sabotage.says in evidence
        for one in [broken, *variants.values()]:
            one.close()


def test_every_case_has_a_sabotage() -> None:
    assert uncovered(SABOTAGES) == []


def test_every_sabotage_breaks_cases_that_exist() -> None:
    named = [case for sabotage in SABOTAGES for case in sabotage.breaks]
    assert set(named) <= set(CASES)
