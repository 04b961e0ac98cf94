"""Each seeded fault is named rightly, and nothing is named that is not there."""

from __future__ import annotations

import pytest

from doctor.seeds import SEEDS, Seed, planted


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_the_fault_is_named_and_no_other(seed: Seed) -> None:
    with planted(seed) as (plot, provider):
        diagnosis = provider.diagnose(origin=plot.origin)
        told = {f.code: f"{f.probe}: {f.cause} [{f.evidence}]" for f in diagnosis.findings}
        assert set(told) == seed.codes, told
