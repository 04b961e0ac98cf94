from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import bucketry
from bucketry import Provider
from bucketry_s3.testing import AWS_LIKE, Bucket, StandIn
from standin.wire import client_for


@pytest.fixture(scope="module")
def shared() -> Iterator[StandIn]:
    with StandIn(AWS_LIKE) as running:
        yield running


@pytest.fixture
def server(shared: StandIn) -> StandIn:
    """Give a stand-in with one new bucket, ``media``."""
    shared._store.buckets.clear()
    shared._store.buckets["media"] = Bucket(name="media")
    shared.requests.clear()
    shared.faults.clear()
    return shared


@pytest.fixture
def open_on() -> Iterator[Callable[..., Provider]]:
    """Give a function that opens a provider on a stand-in."""
    opened: list[Provider] = []

    def open_provider(server: StandIn, bucket: str = "media", **options: Any) -> Provider:
        told = server.configuration(bucket, **{"addressing": "path", **options})
        opened.append(bucketry.open_provider(told))
        return opened[-1]

    yield open_provider
    for provider in opened:
        provider.close()


@pytest.fixture
def owner(server: StandIn) -> Any:
    """Give a boto3 client of the bucket's owner."""
    return client_for(server)
