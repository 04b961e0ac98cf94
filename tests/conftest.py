"""Fixtures for all tests."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# The same examples and no limit of time: a test says the same on every machine, be it busy or slow.
# `--hypothesis-profile default` draws others.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `full`, unless it is asked for."""
    if "full" in str(config.getoption("-m")):
        return
    left = [item for item in items if item.get_closest_marker("full")]
    if left:
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)
