"""What contestants are given to do, and how their answers are proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from benchmarks import signatures
from benchmarks.place import CDN, Place, Stream, is_pattern, pattern, source_file

SMALL = 4096
MIB = 1 << 20


@dataclass(frozen=True)
class Task:
    """Arguments of the operation, one set for each thread, and a check of all the answers.

    Neither making the one nor doing the other is timed.
    """

    arguments: Sequence[tuple[Any, ...]]
    check: Callable[[list[Any]], None]


def plain_keys(count: int, turn: int) -> list[str]:
    """Keys that stand in a URL as they are; other ones in each round."""
    return [f"{SMALL}/photos/{turn}/{number:06}.png" for number in range(count)]


def odd_keys(count: int, turn: int) -> list[str]:
    """Keys that must be quoted."""
    return [f"{SMALL}/Grüße & Küsse/{turn}/{number} (1)+é.png" for number in range(count)]


def _split(keys: list[str], threads: int, *more: Any) -> list[tuple[Any, ...]]:
    return [(keys[start::threads], *more) for start in range(threads)]


@cache
def _small() -> bytes:
    return pattern(SMALL)


def signing(
    count: int,
    turn: int,
    place: Place,
    keys: Callable[[int, int], list[str]] = plain_keys,
    more: tuple[Any, ...] = (),
) -> Task:
    """Sign; the signatures of fifty URLs are made again, all URLs are counted."""
    names = keys(count, turn)

    def check(answers: list[Any]) -> None:
        (urls,) = answers
        assert len(set(urls)) == count, "URLs are missing"
        for number in range(0, count, max(1, count // 50)):
            signatures.check(urls[number], names[number], place)

    return Task([(names, *more)], check)


def addressing(
    count: int, turn: int, place: Place, keys: Callable[[int, int], list[str]] = plain_keys
) -> Task:
    """Build public addresses; every one of them is compared."""
    names = keys(count, turn)

    def check(answers: list[Any]) -> None:
        # Django leaves a few more characters as they are, which mean the same.
        assert [[unquote(url) for url in urls] for urls in answers] == [
            [f"{CDN}/{name}" for name in names]
        ], "wrong addresses"

    return Task([(names,)], check)


def putting(count: int, turn: int, place: Place, threads: int = 1) -> Task:
    """Store small objects; the sink proves them."""
    return Task(_split(plain_keys(count, turn), threads, _small()), lambda answers: None)


def putting_many(count: int, turn: int, place: Place, at_once: int) -> Task:
    """Store small objects by one call that keeps `at_once` on their way."""
    return Task([(plain_keys(count, turn), _small(), at_once)], lambda answers: None)


def getting(count: int, turn: int, place: Place) -> Task:
    """Read small objects; every byte is compared."""

    def check(answers: list[Any]) -> None:
        assert [bytes(body) for body in answers[0]] == [_small()] * count, "other bytes came"

    return Task([(plain_keys(count, turn),)], check)


def looking(count: int, turn: int, place: Place) -> Task:
    """Look at objects; every size is compared."""

    def check(answers: list[Any]) -> None:
        assert answers == [[SMALL] * count], "other sizes came"

    return Task([(plain_keys(count, turn),)], check)


def deleting(count: int, turn: int, place: Place) -> Task:
    """Delete one by one; the sink counts."""
    return Task([(plain_keys(count, turn),)], lambda answers: None)


def deleting_many(count: int, turn: int, place: Place) -> Task:
    """Delete in batches; one key in a thousand is refused and must be named, by all who can."""
    keys = [f"{SMALL}/photos/{turn}/{number:06}.png" for number in range(count)]
    refused = {f"{SMALL}/photos/{turn}/{number:06}.refused" for number in range(0, count, 1000)}
    for number, name in zip(range(0, count, 1000), sorted(refused), strict=True):
        keys[number] = name

    def check(answers: list[Any]) -> None:
        assert set(answers[0]) == refused, "not those that were refused"

    return Task([(keys,)], check)


def deleting_all(count: int, turn: int, place: Place) -> Task:
    """Delete in batches, none of them refused; the sink counts."""
    return Task([(plain_keys(count, turn),)], lambda answers: None)


def listing(count: int, turn: int, place: Place) -> Task:
    """List; every key and every size is compared."""
    prefix = f"list/{count}/"

    def check(answers: list[Any]) -> None:
        wanted = [(f"{prefix}{number:08}.bin", SMALL + number) for number in range(count)]
        assert answers == [wanted], "other keys came"

    return Task([(prefix,)], check)


def uploading_file(count: int, turn: int, place: Place) -> Task:
    """Store one file of `count` MiB; the sink proves its content."""
    return uploading_bytes(count * MIB, turn, place)


def uploading_bytes(size: int, turn: int, place: Place) -> Task:
    """Store one file of that many bytes."""
    path = source_file(Path(place.folder).parent, size)
    return Task([(path, f"{size}/file-{turn}")], lambda answers: None)


def uploading_streams(count: int, turn: int, place: Place, streams: int = 1) -> Task:
    """Store streams of unknown length, `count` MiB together."""
    size = count * MIB // streams
    return Task(
        [(Stream(size), f"{size}/stream-{turn}-{number}") for number in range(streams)],
        lambda answers: None,
    )


def downloading(count: int, turn: int, place: Place) -> Task:
    """Read an object of `count` MiB into a file; the file is compared."""
    path = place.file(f"download-{turn}")

    def check(answers: list[Any]) -> None:
        try:
            assert is_pattern(path, count * MIB), "other bytes were written"
        finally:
            path.unlink(missing_ok=True)

    return Task([(f"{count * MIB}/object", path)], check)


def storing_locally(count: int, turn: int, place: Place) -> Task:
    """Store small files; every file is read again."""
    keys = [f"{turn}/{number % 16:02}/{number:06}.png" for number in range(count)]

    def check(answers: list[Any]) -> None:
        (root,) = answers
        for key in keys:
            assert (Path(root) / key).read_bytes() == _small(), f"{key} holds something else"

    return Task([(keys, _small())], check)


def listing_locally(count: int, turn: int, place: Place) -> Task:
    """List a folder of `count` files; every key and size is compared."""
    root = Path(place.folder).parent / f"tree-{count}"
    keys = [f"{number // 1000:03}/{number:06}.bin" for number in range(count)]
    if not root.exists():
        for number, key in enumerate(keys):
            path = root / key
            if number % 1000 == 0:
                path.parent.mkdir(parents=True)
            path.write_bytes(b"x")

    def check(answers: list[Any]) -> None:
        assert sorted(answers[0]) == [(key, 1) for key in keys], "other files came"

    return Task([(str(root),)], check)


def nothing(count: int, turn: int, place: Place) -> Task:
    """For rows of fresh processes, which bring their own."""
    return Task([()], lambda answers: None)
