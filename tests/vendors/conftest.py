from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bucketry import Credentials, Secret, Vendor
from vendors.pages import built_in

Faults = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def page() -> Callable[[str], Vendor]:
    """Give a function that returns a vendor's page by name."""
    pages = built_in()
    return lambda name: pages[name].vendor


@pytest.fixture
def faults(page: Callable[[str], Vendor]) -> Faults:
    """Give a function that returns what a vendor's check says about some options."""

    def check(name: str, **options: Any) -> list[tuple[str, str]]:
        vendor = page(name)
        pair = Credentials(access_key_id="AKID", secret_access_key=Secret("s"))
        assert vendor.check is not None
        given = {"bucket": "media", "credentials": pair, **options}
        return list(vendor.check(vendor.options(**given)))

    return check
