from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import bucketry
from bucketry import Provider
from bucketry_s3.testing import StandIn
from bucketry_s3.testing import localhost_names as localhost_resolves

MIB = 1 << 20


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(buckets=["media"]) as running:
        yield running


@pytest.fixture
def transport_name() -> str | None:
    """Give the transport of `open_on`; modules whose rules hold on each of them name them all."""
    return None


@pytest.fixture
def few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an outage given up after six attempts without a pause, not when a deadline is near.

    That is as quick as can be, and says the same on a busy machine.
    """
    monkeypatch.setattr(
        "bucketry_s3.protocol.retrying.pause_after",
        lambda failures: 0.0 if failures < 6 else math.inf,
    )


@pytest.fixture
def peak_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """Give a function that tells the most memory in bytes that a call takes at one time."""

    def mapped(*args: object, **named: object) -> None:
        raise OSError("Python counts the memory that it has itself alone")

    def measured(call: Callable[[], object]) -> int:
        monkeypatch.setattr("bucketry_s3.objects.budget.mmap", mapped)
        tracemalloc.start()
        try:
            call()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measured


@pytest.fixture
def open_on(
    server: StandIn, transport_name: str | None, few_attempts: None
) -> Iterator[Callable[..., Provider]]:
    """Give a function that opens a provider on the stand-in.

    Its options can be changed, and left out with None.
    """
    opened: list[Provider] = []

    def open_provider(**options: Any) -> Provider:
        common: dict[str, Any] = {
            "provider": "s3",
            "addressing": "path",
            "multipart": {"part_size": 5 * MIB, "concurrency": 2},
            "capabilities": {"put_if_absent": "enforced", "complete_if_absent": "enforced"},
            "deadline": 30,
            "transport": transport_name,
        }
        given = server.configuration(**common | options)
        provider = bucketry.open_provider({n: v for n, v in given.items() if v is not None})
        opened.append(provider)
        return provider

    yield open_provider
    for provider in opened:
        provider.close()


@pytest.fixture
def localhost_names() -> Iterator[None]:
    with localhost_resolves():
        yield
