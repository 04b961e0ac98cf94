from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bucketry_s3.testing import StandIn
from bucketry_s3.testing.fixtures import localhost_names, start_stand_in
from standin.wire import client_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The fixtures that others get with `pytest_plugins`, which only a top-level conftest may set.
__all__ = ["aws", "localhost_names", "s3", "start_stand_in"]


@pytest.fixture
def aws() -> Iterator[StandIn]:
    with StandIn(buckets=["media"]) as server:
        yield server


@pytest.fixture
def s3(aws: StandIn) -> Iterator[S3Client]:
    client = client_for(aws)
    yield client
    client.close()
