"""Fixtures for all tests."""

import pytest

pytest_plugins = ["pytester"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `full`, unless it is asked for."""
    if "full" in str(config.getoption("-m")):
        return
    left = [item for item in items if item.get_closest_marker("full")]
    if left:
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)
