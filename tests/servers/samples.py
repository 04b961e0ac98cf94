"""What the modules that test against a real server share besides fixtures."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping

import pytest
from attrs import frozen

from bucketry import Provider
from servers.server import ENDPOINT_VARIABLE

PART = 5 << 20
"""Bytes of a part: the least that S3 allows."""

DATA = random.Random(5).randbytes(2 * PART + 1)
"""Three parts."""


@frozen
class Answer:
    """A plain HTTP answer, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Open = Callable[..., Provider]
"""Opens a provider with further options."""

Fetch = Callable[..., Answer]
"""Sends method, URL, body and headers, as any HTTP client would."""


def pieces(data: bytes, size: int = 700_001) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def require_server() -> None:
    """Skip the calling module unless there is a server to test against."""
    if ENDPOINT_VARIABLE not in os.environ:
        pytest.skip(
            f"{ENDPOINT_VARIABLE} is not set: `make test-servers` starts real servers",
            allow_module_level=True,
        )
