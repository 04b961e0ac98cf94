"""One provider, many threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bucketry.testing.case import case
from bucketry.testing.expect import holds, same
from bucketry.testing.store import Store

THREADS = 8


def _together(work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


@case("concurrency")
def own_keys(store: Store) -> None:
    """Threads that share a provider each get their own bytes back."""

    def work(number: int) -> bytes:
        body = f"thread {number}".encode() * 100
        store.put(f"{number}", body)
        return store.read(f"{number}") if store.read(f"{number}") == body else b""

    found = _together(work)
    same(found, [f"thread {n}".encode() * 100 for n in range(THREADS)], "the bytes of each thread")


@case("concurrency")
def one_object_read(store: Store) -> None:
    """Threads that read one object at the same time all get all of it."""
    body = bytes(range(256)) * 400
    store.put(body=body)
    same(_together(lambda _: store.read() == body), [True] * THREADS, "who got all of it")


@case("concurrency")
def one_key_overwritten(store: Store) -> None:
    """Uploads of one key at the same time end as one of them, whole, bytes and headers together."""
    sizes = [(number + 1) * 1000 for number in range(THREADS)]

    def work(number: int) -> None:
        store.put(body=bytes([number]) * sizes[number], metadata={"writer": str(number)})

    _together(work)
    found = store.read()
    winner = found[0]
    same(found, bytes([winner]) * sizes[winner], "the bytes stored")
    same(store.provider.head(store.key()).metadata, {"writer": str(winner)}, "the metadata stored")


@case("concurrency")
def read_while_overwritten(store: Store) -> None:
    """A reader that opens an object while it is replaced gets one version, never a mixture."""
    bodies = [bytes([number]) * 50_000 for number in (1, 2)]
    store.put(body=bodies[0])

    def work(number: int) -> bytes | None:
        if number % 2:
            store.put(body=bodies[number // 2 % 2])
            return None
        return store.read()

    for found in _together(work):
        holds(found is None or found in bodies, "a reader got a mixture of two versions")


@case("concurrency")
def deleted_at_once(store: Store) -> None:
    """Threads that delete one key at the same time all succeed, and it is gone."""
    store.put()
    _together(lambda _: store.provider.delete(store.key()))
    same(store.names(), [], "the names listed")


@case("concurrency")
def signed_at_once(store: Store) -> None:
    """Threads that ask for addresses at the same time get those of their own keys."""
    keys = [store.key(f"{number}") for number in range(THREADS)]
    urls = _together(lambda number: store.provider.object_url(keys[number]))
    same([store.provider.key_of_url(url) for url in urls], keys, "the keys of the addresses")
