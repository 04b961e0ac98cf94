"""Reads and looks that are not what they claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from bucketry import (
    ByteRange,
    InvalidInput,
    NotFound,
    ObjectInfo,
    ObjectReader,
    Provider,
    Rejected,
    Unavailable,
)
from conformance.sabotages.tools import (
    answer,
    instead,
    raising,
    sabotage,
    told,
)


class _Hasty(ObjectReader):
    """Gives half of what is asked for."""

    def read(self, size: int = -1, /) -> bytes:
        return super().read(size if size < 2 else size // 2)


class _Forgetful(ObjectReader):
    """Loses the last chunk."""

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        yield from list(super().chunks(size))[:-1]


class _Strict(ObjectReader):
    """Must not be closed twice."""

    def close(self) -> None:
        if self.closed:
            raise ValueError("closed already")
        super().close()


def _reader(kind: type[ObjectReader]) -> dict[str, Any]:
    return answer("open", lambda true: kind(true.info, true))


def _ranged(change: Any) -> dict[str, Any]:
    def opened(self: Provider, key: str, byte_range: Any = None) -> Any:
        return Provider.open(self, key, byte_range=change(byte_range) if byte_range else None)

    return {"open": opened}


def _refuses(when: Any) -> dict[str, Any]:
    def opened(self: Provider, key: str, byte_range: Any = None) -> Any:
        if byte_range and when(byte_range):
            raise Rejected("there are not so many bytes")
        return Provider.open(self, key, byte_range=byte_range)

    return {"open": opened}


def _range_size(true: Any, key: str, byte_range: Any) -> Any:
    if byte_range and not isinstance(true, BaseException):
        true.info = attrs.evolve(true.info, size=byte_range.stop - byte_range.start)
    return true


def _whole_if_impossible(self: Provider, key: str, byte_range: Any = None) -> Any:
    try:
        return Provider.open(self, key, byte_range=byte_range)
    except (InvalidInput, Rejected):
        return Provider.open(self, key)


def _few_connections() -> dict[str, Any]:
    opened: Counter[str] = Counter()

    def taken(self: Provider, key: str, *_: Any) -> bool:
        opened[key] += 1
        return opened[key] > 10

    return raising("open", Unavailable("all connections are taken"), taken)


def _shared_readers() -> dict[str, Any]:
    readers: dict[str, ObjectReader] = {}

    def opened(self: Provider, key: str, byte_range: Any = None) -> Any:
        if key not in readers:
            readers[key] = Provider.open(self, key, byte_range)
        return readers[key]

    return {"open": opened}


def _half_a_file(self: Provider, key: str, target: Any, *, progress: Any = None) -> Any:
    info = self.head(key)
    Path(target).write_bytes(self.read(key)[: info.size // 2])
    return info


def _into_the_file(self: Provider, key: str, target: Any, *, progress: Any = None) -> Any:
    with open(target, "r+b") as file:
        file.write(self.read(key))
    return self.head(key)


def _opened_first(self: Provider, key: str, target: Any, *, progress: Any = None) -> Any:
    Path(target).write_bytes(b"")
    return Provider.download(self, key, target, progress=progress)


def _inside(self: Provider, key: str, target: Any, *, progress: Any = None) -> Any:
    return Provider.download(self, key, Path(target) / "download", progress=progress)


def _totals(self: Provider, key: str, target: Any, *, progress: Any = None) -> Any:
    info = Provider.download(self, key, target)
    for done in (info.size // 2, info.size):
        if progress is not None:
            progress(done)
    return info


READ = [
    sabotage("read.in_pieces", "the pieces", methods=_reader(_Hasty)),
    sabotage("read.as_chunks", "the chunks put together", methods=_reader(_Forgetful)),
    sabotage(
        "read.nothing",
        "Rejected",
        methods=raising(
            "open", Rejected("it is empty"), lambda self, key, *_: not self.head(key).size
        ),
    ),
    sabotage(
        "read.reader_knows_the_object",
        "content_type of the open object",
        methods=answer("open", lambda true: _typeless(true)),
    ),
    sabotage(
        ("read.byte_range[first-bytes]", "read.byte_range[bytes-in-the-middle]"),
        "the bytes of ByteRange",
        methods=_ranged(lambda r: attrs.evolve(r, stop=r.stop + 1) if r.stop else r),
    ),
    sabotage(
        "read.byte_range[single-byte]",
        "the bytes of ByteRange",
        methods=_ranged(
            lambda r: attrs.evolve(r, start=r.start - 1) if r.stop == r.start + 1 else r
        ),
    ),
    sabotage(
        "read.byte_range[bytes-to-the-end]",
        "the bytes of ByteRange",
        methods=_ranged(
            lambda r: attrs.evolve(r, stop=r.start + 1) if r.start >= 0 and not r.stop else r
        ),
    ),
    sabotage(
        "read.byte_range[last-bytes]",
        "the bytes of ByteRange",
        methods=_ranged(lambda r: ByteRange(start=0, stop=4) if r.start == -4 else r),
    ),
    sabotage(
        "read.byte_range[range-that-goes-over-the-end]",
        "Rejected",
        methods=_refuses(lambda r: (r.stop or 0) > 26),
    ),
    sabotage(
        "read.byte_range[last-bytes-more-than-there-are]",
        "Rejected",
        methods=_refuses(lambda r: r.start < -26),
    ),
    sabotage(
        "read.range_knows_the_whole", "the size told with a range", hooks={"open": _range_size}
    ),
    sabotage(
        "read.range_behind_the_end", "but it succeeded", methods={"open": _whole_if_impossible}
    ),
    sabotage("read.impossible_range", "but it succeeded", methods={"open": _whole_if_impossible}),
    sabotage("read.missing", "read: wanted", methods=instead("read", NotFound, result=b"")),
    sabotage("read.left_early", "all connections are taken", methods=_few_connections()),
    sabotage("read.closed_twice", "closed already", methods=_reader(_Strict)),
    sabotage("read.two_readers", "the pieces", methods=_shared_readers()),
    sabotage("read.download", "the bytes in the file", methods={"download": _half_a_file}),
    sabotage(
        "read.download_over_a_file", "the bytes in the file", methods={"download": _into_the_file}
    ),
    sabotage("read.failed_download", "the bytes in the file", methods={"download": _opened_first}),
    sabotage("read.download_into_a_folder", "but it succeeded", methods={"download": _inside}),
    sabotage("read.download_progress", "the sum of the steps", methods={"download": _totals}),
]


def _typeless(reader: ObjectReader) -> ObjectReader:
    reader.info = attrs.evolve(reader.info, content_type=None)
    return reader


def _remembering(method: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def remembered(self: Provider, key: str) -> Any:
        if key not in seen:
            seen[key] = getattr(Provider, method)(self, key)
        return seen[key]

    return {method: remembered}


HEAD = [
    sabotage(
        "head.tells_the_basics",
        "key, size, type and ETag",
        hooks={"head": told(content_type=None)},
    ),
    sabotage(
        "head.tells_the_time",
        "a time zone",
        hooks={"head": told(last_modified=lambda true: true.last_modified.replace(tzinfo=None))},
    ),
    sabotage(
        "head.follows_an_overwrite",
        "the size after the overwrite",
        methods={
            "upload": lambda self, given, *, key, **options: [
                Provider.upload(self, given, key=key, **options),
                self.head(key),
            ][0],
            **_remembering("head"),
        },
    ),
    sabotage(
        "head.missing",
        "but it succeeded",
        methods=instead("head", NotFound, result=ObjectInfo(key="", size=0)),
    ),
    sabotage(
        "head.exists_when_stored",
        "exists of an empty object",
        methods={"exists": lambda self, key: bool(self.head(key).size)},
    ),
    sabotage(
        "head.exists_when_never_stored",
        "exists of report",
        methods={"exists": lambda self, key: any(self.list(key))},
    ),
    sabotage(
        "head.exists_when_deleted",
        "exists after the delete",
        methods={
            "upload": lambda self, given, *, key, **options: [
                Provider.upload(self, given, key=key, **options),
                self.exists(key),
            ][0],
            **_remembering("exists"),
        },
    ),
]


SABOTAGES = [*READ, *HEAD]
