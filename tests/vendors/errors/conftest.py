"""Providers of every vendor, all talking to one server on loopback that answers as it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import bucketry
from bucketry import Provider
from bucketry_s3.testing import (
    AWS_LIKE,
    Reply,
    StandIn,
    localhost_names,
)

BODIES = Path(__file__).parent / "bodies"
VIRTUAL_ONLY = {"alibaba", "huawei", "tencent"}


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    """Run a server that takes any region in a signature, since each vendor has its own."""
    any_region = attrs.evolve(AWS_LIKE, habits=attrs.evolve(AWS_LIKE.habits, any_region=True))
    with StandIn(any_region, buckets=["media"]) as server:
        yield server


@pytest.fixture(scope="session")
def open_session(running: StandIn) -> Iterator[Callable[..., Provider]]:
    """Open vendors' providers; those without options of their own once, for a client is dear."""
    opened: list[Provider] = []
    plain: dict[str, Provider] = {}

    def open_vendor(name: str, **options: object) -> Provider:
        if not options and name in plain:
            return plain[name]
        common: dict[str, Any] = {
            "provider": name,
            "region": "eu-central-1",
            "addressing": "virtual" if name in VIRTUAL_ONLY else "path",
            "deadline": 30,
        }
        provider = bucketry.open_provider(running.configuration(**common | options))
        opened.append(provider)
        if not options:
            plain[name] = provider
        return provider

    with localhost_names():
        yield open_vendor
    for provider in opened:
        provider.close()


@pytest.fixture
def server(running: StandIn) -> Iterator[StandIn]:
    yield running
    running.faults.clear()
    running.requests.clear()


@pytest.fixture
def open_vendor(server: StandIn, open_session: Callable[..., Provider]) -> Callable[..., Provider]:
    """Give a function that opens a vendor's provider on the server; faults end with the test."""
    return open_session


@pytest.fixture
def recorded() -> Callable[..., Reply]:
    """Give a function that makes a recorded body an answer: vendor, case, HTTP status."""

    def reply(vendor: str, case: str, status: int) -> Reply:
        text = (BODIES / vendor / f"{case}.xml").read_text("utf-8")
        body = re.sub(r"<!--.*?-->\n", "", text).encode()
        return Reply(status, body, headers={"Content-Type": "application/xml"})

    return reply


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up after the first attempt: every pause would be longer than the deadline."""
    monkeypatch.setattr("bucketry_s3.protocol.retrying.random.uniform", lambda low, high: 1e9)


@pytest.fixture
def without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again without a pause."""
    monkeypatch.setattr("bucketry_s3.protocol.retrying.random.uniform", lambda low, high: 0.0)
