"""Every vendor's bucket is set up in one run, as far as the vendor lets us, and works then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bucketry import Provider
from bucketry.host.catalog import installed
from bucketry.setup import Wanted, apply, plan
from bucketry_s3.testing import StandIn, localhost_names, personality_of

VENDORS = sorted({*installed().names()} - {"local", "s3"})

FURTHER: dict[str, dict[str, Any]] = {"r2": {"account_id": "a" * 32}}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_new_bucket_is_set_up_in_one_run(open_on: Callable[..., Provider], vendor: str) -> None:
    personality = personality_of(installed().load(vendor))
    style = "path" if "path" in personality.addressing else "virtual"
    versioning = True if personality.versioning == "yes" else None
    wanted = Wanted(origins=["https://www.example.com"], uploads=True, versioning=versioning)
    with localhost_names(), StandIn(personality) as server:
        provider = open_on(server, addressing=style, **FURTHER.get(vendor, {}))
        first = apply(provider, plan(provider, wanted))
        first.raise_failure()
        again = plan(provider, wanted)
        assert provider.upload(b"x", key="a.txt").size == 1
        told = {step.name: step.hint for step in again.steps if step.status == "by hand"}

    assert {step.status for step in first.done} <= {"in place", "by hand", "not there"}
    assert again.changes == ()
    for name, hint in told.items():
        assert hint, name
    assert again.rights is not None
    assert again.rights.text or again.rights.source
