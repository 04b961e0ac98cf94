"""Many uploads that are stopped while they wait for a server that does not answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bucketry import open_provider


@pytest.fixture
def silent() -> Iterator[tuple[str, threading.Semaphore]]:
    """A server that takes every connection and never answers."""
    taken = threading.Semaphore(0)
    open_ones: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            while True:
                try:
                    open_ones.append(server.accept()[0])
                except OSError:
                    return
                taken.release()

        thread = threading.Thread(target=take)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
        server.shutdown(socket.SHUT_RDWR)
        thread.join(60)
    for one in open_ones:
        one.close()


@pytest.mark.parametrize("size", [10, 12 << 20])
def test_they_end_long_before_their_deadline(
    silent: tuple[str, threading.Semaphore], size: int
) -> None:
    endpoint, taken = silent
    media = open_provider(
        {
            "provider": "s3",
            "bucket": "media",
            "endpoint": endpoint,
            "allow_http": True,
            "region": "us-east-1",
            "deadline": 600,
            "credentials": {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret-key"},
        }
    )
    began = time.monotonic()
    outcomes = media.upload_many([("a", b"x" * size), ("b", b"x" * size)], concurrency=2)
    iterating = threading.Thread(target=lambda: list(outcomes))
    iterating.start()
    assert taken.acquire(timeout=60)
    outcomes.close()
    iterating.join(60)
    assert not iterating.is_alive()
    assert time.monotonic() - began < 120  # of 600 seconds
    assert [t.name for t in threading.enumerate() if t.name.startswith("bucketry-many")] == []
    media.close()
