"""The docs tell the outcomes of the suite as it is, of every vendor that is there."""

from __future__ import annotations

import json

from bucketry.host.catalog import installed
from bucketry.testing import SUITE
from servers.outcomes import VENDORS, VENDORS_FILE, pages


def test_every_vendor_has_run_every_case() -> None:
    vendors = json.loads(VENDORS_FILE.read_text("utf-8"))
    stale = "run `PYTHONPATH=tests python -m servers.outcomes vendors`"
    assert set(vendors["cases"]) == {case.id for case in SUITE.cases}, stale
    assert set(vendors["vendors"]) == set(VENDORS) == set(installed().names()), stale


def test_the_pages_are_made_from_the_outcomes() -> None:
    for path, text in pages().items():
        fresh = path.read_text("utf-8") == text
        assert fresh, f"{path} is stale: run `PYTHONPATH=tests python -m servers.outcomes`"
