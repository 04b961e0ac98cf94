"""The table is long: its tests run only where they are asked for, with ``-m faults``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.subprocesses import Client


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked unless ``-m`` names the mark."""
    if "faults" in str(config.getoption("-m")):
        return
    left = [item for item in items if item.get_closest_marker("faults")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """One client's process for all cases of a worker."""
    started = Client()
    yield started
    started.close()
