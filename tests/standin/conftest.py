from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bucketry_s3 import testing
from bucketry_s3.testing import StandIn
from standin.wire import client_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def aws() -> Iterator[StandIn]:
    with StandIn(buckets=["media"]) as server:
        yield server


@pytest.fixture
def start_stand_in() -> Iterator[Callable[..., StandIn]]:
    """Give a function with the arguments of `StandIn` that starts one; it stops with the test."""
    with ExitStack() as stack:

        def start(*args: Any, **kwargs: Any) -> StandIn:
            return stack.enter_context(StandIn(*args, **kwargs))

        yield start


@pytest.fixture
def localhost_names() -> Iterator[None]:
    """Resolve ``*.localhost`` to 127.0.0.1 during the test."""
    with testing.localhost_names():
        yield


@pytest.fixture
def s3(aws: StandIn) -> Iterator[S3Client]:
    client = client_for(aws)
    yield client
    client.close()
