"""What all uploads of a provider hold together, however many run at once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

import pytest

from bucketry import Provider, Rejected, hookimpl
from bucketry_s3 import Multipart
from bucketry_s3.objects.budget import PartBudget, room
from bucketry_s3.protocol.deadline import Deadline
from core.test_forking import in_child
from s3.memory_transport import MIB, MemoryTransport, md5, provider_on

PART, AT_ONCE = 5 * MIB, 3
_PIECE = bytes(MIB)
LONG = 60
"""Seconds after which something counts as stuck."""


class Counting(MemoryTransport):
    """Keeps nothing; counts the parts of each upload, and the threads that send them."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, int] = {}
        self.most_senders = 0
        self.hold: Callable[[str], object] = lambda key: None

    def send(self, operation: str, params: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        if operation == "CreateMultipartUpload":
            return {"UploadId": params["Key"]}
        if operation == "CompleteMultipartUpload":
            return {"ETag": "x-1", "Key": params["Key"]}
        if operation != "UploadPart":
            return super().send(operation, params, deadline)
        own = threading.current_thread().name == "bucketry-part"
        with self._lock:
            self.parts[params["Key"]] = self.parts.get(params["Key"], 0) + 1
            self.in_flight += own
            self.most_senders = max(self.most_senders, self.in_flight)
        self.hold(params["Key"])
        with self._lock:
            self.in_flight -= own
        return {"ETag": md5(params["Body"])}


class Watching:
    """Any layer."""

    @hookimpl(wrapper=True)
    def bucketry_upload(self) -> Generator[None, Any, Any]:
        return (yield)


def stream(size: int) -> Iterator[bytes]:
    return (_PIECE for _ in range(size // MIB))


def together(count: int, upload: Callable[[int], object]) -> None:
    """Upload from so many threads, and fail if one does not come back."""
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(upload, number) for number in range(count)]:
            future.result(LONG)


@pytest.mark.parametrize("count", [1, 12])
def test_memory_and_threads_are_shared(
    count: int, peak_of: Callable[[Callable[[], object]], int]
) -> None:
    transport = Counting()
    provider = provider_on(transport)
    provider.upload(stream(2 * PART), key="warm")
    first = threading.Barrier(count)

    def source() -> Iterator[bytes]:
        first.wait(LONG)  # all of them are under way
        yield from stream(6 * PART)

    def upload(number: int) -> None:
        provider.upload(source(), key=f"k{number}")

    peak = peak_of(lambda: together(count, upload))

    assert {"warm": 2, **{f"k{number}": 6 for number in range(count)}} == transport.parts
    assert 1 <= transport.most_senders <= AT_ONCE
    # The beginning of a stream of unknown length is there twice for a moment.
    assert PART * count < peak < PART * (1.2 * count + AT_ONCE + 1)


def test_providers_made_from_one_another_share_too() -> None:
    transport = Counting()
    provider = provider_on(transport)
    others = [provider.with_layer(Watching()) for _ in range(4)]

    transport.hold = lambda key: time.sleep(0.05)  # so that as many as may are on their way
    together(4, lambda number: others[number].upload(stream(6 * PART), key="k"))

    assert (24, True) == (transport.parts["k"], transport.most_senders <= AT_ONCE)


def test_an_upload_whose_source_waits_holds_nothing_of_it() -> None:
    transport = Counting()
    provider = provider_on(transport)
    sent, go_on = threading.Event(), threading.Event()
    together_at = threading.Barrier(AT_ONCE)

    def waiting() -> Iterator[bytes]:
        yield from stream(3 * PART)
        sent.set()
        assert go_on.wait(LONG)
        yield from stream(PART)

    def hold(key: str) -> None:
        if key == "quick" and threading.current_thread().name == "bucketry-part":
            together_at.wait(LONG)  # broken unless as many as ever are sent at once

    transport.hold = hold
    slow = threading.Thread(target=lambda: provider.upload(waiting(), key="slow"))
    slow.start()
    assert sent.wait(LONG)
    while "bucketry-part" in [thread.name for thread in threading.enumerate()]:
        time.sleep(0.01)  # what it has handed over by then is on its way for a moment
    provider.upload(stream(2 * AT_ONCE * PART), key="quick")
    go_on.set()
    slow.join(LONG)

    assert {"quick": 2 * AT_ONCE, "slow": 4} == transport.parts


def test_uploads_that_are_fed_by_one_stream_all_end() -> None:
    """Each piece goes to all of them before there is another: whoever waits holds up the rest."""
    transport = Counting()
    provider = provider_on(transport, multipart=Multipart(part_size=PART, concurrency=1))
    queues: list[Queue[bytes]] = [Queue(1) for _ in range(6)]

    def feed() -> None:
        for piece in [*stream(3 * PART), b""]:
            for queue in queues:
                queue.put(piece, timeout=LONG)

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    together(
        len(queues),
        lambda n: provider.upload(iter(lambda: queues[n].get(timeout=LONG), b""), key=f"k{n}"),
    )

    assert {f"k{number}": 3 for number in range(len(queues))} == transport.parts


def test_a_part_that_somebody_still_looks_into_hurts_no_other_upload() -> None:
    """Its buffer is used again, and the frames of its error may have a view of it."""
    kept = []

    class Failing(Counting):
        def send(
            self, operation: str, params: Mapping[str, Any], deadline: Deadline
        ) -> dict[str, Any]:
            if operation == "UploadPart" and params["Key"] == "bad":
                kept.append(memoryview(params["Body"]))
                raise Rejected("no")
            return super().send(operation, params, deadline)

    transport = Failing()
    provider = provider_on(transport)

    def source() -> Iterator[bytes]:
        yield from stream(2 * PART)
        with pytest.raises(Rejected):
            provider.upload(stream(2 * PART), key="bad")
        yield from stream(PART + MIB)

    assert 4 == provider.upload(source(), key="good").parts
    assert kept


def test_where_no_thread_can_be_had_the_callers_own_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Counting()
    provider: Provider = provider_on(transport)

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for key in ("a", "b"):
        assert 4 == provider.upload(stream(4 * PART), key=key).parts
    assert 0 == transport.most_senders


def test_memory_for_a_part_is_empty_and_can_be_written_to_its_end() -> None:
    part = room(PART)
    assert bytes(part) == bytes(PART)

    part[:1], part[-1:] = b"a", b"z"

    assert bytes(part) == b"a" + bytes(PART - 2) + b"z"


@pytest.mark.parametrize(
    ("size", "taken"), [(PART // 8 - MIB // 4, 0), (PART // 8 + MIB // 4, PART), (2 * PART, PART)]
)
def test_a_stream_takes_the_memory_of_a_part_when_it_goes_on(
    size: int, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [0]

    def noted(size: int) -> memoryview:
        sizes.append(size)
        return room(size)

    monkeypatch.setattr("bucketry_s3.objects.writing.room", noted)
    body = bytes(range(256)) * (size // 256)
    transport = MemoryTransport()
    provider_on(transport).upload(iter([body]), key="k")
    assert (taken, body) == (sum(sizes), transport.objects["k"])


def test_what_is_lost_comes_back() -> None:
    budget = PartBudget(1)
    lost = budget.another(8)
    assert budget.another(8) is None

    del lost

    assert budget.another(8) is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_child_begins_anew() -> None:
    budget = PartBudget(1)
    held = budget.another(8)

    def child() -> None:
        assert budget.another(8) is not None

    assert (0, None) == (in_child(child), budget.another(8))
    assert held is not None
