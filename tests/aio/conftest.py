"""The suite is long: it runs on vendors only where it is asked for, with ``-m aio``."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked unless ``-m`` names the mark."""
    if "aio" in str(config.getoption("-m")):
        return
    left = [item for item in items if item.get_closest_marker("aio")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run what is async on both event loops."""
    return str(request.param)
