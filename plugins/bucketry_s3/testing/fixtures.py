"""pytest fixtures: put ``pytest_plugins = ["bucketry_s3.testing.fixtures"]`` into a conftest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from bucketry_s3.testing.names import localhost_names as _localhost_names
from bucketry_s3.testing.server import StandIn


@pytest.fixture
def start_stand_in() -> Iterator[Callable[..., StandIn]]:
    """Give a function with the arguments of `StandIn` that starts one; it stops with the test."""
    with contextlib.ExitStack() as stack:

        def start(*args: object, **kwargs: object) -> StandIn:
            return stack.enter_context(StandIn(*args, **kwargs))  # type: ignore[arg-type]  # passed on as they are

        yield start


@pytest.fixture
def localhost_names() -> Iterator[None]:
    """Resolve ``*.localhost`` to 127.0.0.1 during the test."""
    with _localhost_names():
        yield
