"""What is measured: each row is one operation that every contestant who has it is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.place import Place
from benchmarks.tasks import (
    MIB,
    SMALL,
    Task,
    addressing,
    deleting,
    deleting_all,
    deleting_many,
    downloading,
    getting,
    listing,
    listing_locally,
    looking,
    nothing,
    odd_keys,
    putting,
    putting_many,
    signing,
    storing_locally,
    uploading_bytes,
    uploading_file,
    uploading_streams,
)


@dataclass(frozen=True)
class Row:
    """One operation.

    Attributes:
        operation: the contestants' method.
        count, quick: how often it is done in a round; for large objects, MiB.
        task: makes the arguments for that count, in that round, at that place.
        unit, scale: seconds per piece times `scale` are given in `unit`.
        rate, rate_scale: pieces per second times `rate_scale` are given in `rate`.
        proof: what is checked, in every round.
        sunk: what the sink must have counted for each piece, from that contestant alone.
        only: the contestants that take part, everybody if empty.
        series, x: belongs to a curve of growth, at that place of it.
        fresh: done by a process of its own: `operation` is the last step of `benchmarks/first`.
        rounds: as many rounds at most, for what takes long.
    """

    name: str
    what: str
    operation: str
    count: int
    quick: int
    task: Callable[[int, int, Place], Task]
    proof: str
    unit: str = "us"
    scale: float = 1e6
    rate: str = "/s"
    rate_scale: float = 1
    sunk: Mapping[str, float] = field(default_factory=dict)
    only: Sequence[str] = ()
    series: str = ""
    x: float = 0
    fresh: bool = False
    rounds: int = 7


_SIGNED = "50 URLs a round: key, host, expiry and signature, by a signer of our own"
_STORED = "signature, told digests and content of every object, by the sink"

LONG = 3
"""Rounds of what takes long."""

_GIB: dict[str, Any] = {"unit": "s/GiB", "scale": 1024.0, "rate": " MiB/s", "rounds": LONG}
_FIRST: dict[str, Any] = {
    "unit": "ms",
    "scale": 1e3,
    "rate": "/s",
    "count": 1,
    "quick": 1,
    "fresh": True,
}


def _with(task: Callable[..., Task], **options: Any) -> Callable[[int, int, Place], Task]:
    return lambda count, turn, place: task(count, turn, place, **options)


ROWS: tuple[Row, ...] = (
    Row("sign", "`sign()`, plain key, one thread", "sign", 4000, 400, signing, _SIGNED),
    Row("sign odd", "`sign()`, keys that need quoting", "sign", 4000, 400,
        _with(signing, keys=odd_keys), _SIGNED),
    Row("sign wrapped", "`sign()` through one wrapper", "sign_layered", 4000, 400,
        _with(signing, more=(1,)), _SIGNED),
    Row("sign many", "`sign_many()`, 1,000 keys a call", "sign_many", 4000, 1000, signing, _SIGNED),
    Row("url", "`url()`, public, plain key", "url", 20000, 2000, addressing,
        "every address compared"),
    Row("url odd", "`url()`, public, keys that need quoting", "url", 20000, 2000,
        _with(addressing, keys=odd_keys), "every address compared"),
    Row("put", "put 4 KiB over TLS, one thread", "put", 800, 100, putting, _STORED,
        sunk={"objects": 1, "received": SMALL}),
    Row("put 16", "put 4 KiB over TLS, 16 threads", "put", 1600, 160, _with(putting, threads=16),
        _STORED, sunk={"objects": 1, "received": SMALL}),
    Row("put many", "put 4 KiB over TLS, one call for all, 16 at once", "put_many", 1600, 160,
        _with(putting_many, at_once=16), _STORED, sunk={"objects": 1, "received": SMALL}),
    Row("put async", "put 4 KiB over TLS, asynchronous, 64 at once", "put_async", 1600, 160,
        _with(putting_many, at_once=64), _STORED, sunk={"objects": 1, "received": SMALL}),
    Row("get", "get 4 KiB over TLS", "get", 800, 100, getting, "every byte compared",
        sunk={"sent": SMALL}),
    Row("head", "head over TLS", "head", 800, 100, looking, "every size compared",
        sunk={"requests": 1}),
    Row("delete", "delete one object over TLS", "delete", 800, 100, deleting, "counted by the sink",
        sunk={"deleted": 1}),
    Row("file", "upload a file of 1 GiB over TLS", "upload_file", 1024, 64, uploading_file,
        _STORED, sunk={"received": MIB}, **_GIB),
    Row("file crc", "the same with CRC64NVME", "upload_checked", 1024, 64, uploading_file,
        _STORED, sunk={"received": MIB}, **_GIB),
    Row("stream", "upload a stream of unknown length, 1 GiB over TLS", "upload_stream", 1024, 64,
        uploading_streams, _STORED, sunk={"received": MIB}, **_GIB),
    Row("streams", "32 streams of 128 MiB at once over TLS", "upload_stream", 4096, 256,
        _with(uploading_streams, streams=32), _STORED, sunk={"received": MIB},
        **{**_GIB, "rounds": 2}),
    Row("download", "download 1 GiB over TLS into a file", "download", 1024, 64, downloading,
        "every byte of the file compared", sunk={"sent": MIB}, **_GIB),
    Row("download crc", "the same, with a CRC64NVME that the server has stored", "download_checked",
        1024, 64, downloading, "every byte of the file compared", sunk={"sent": MIB}, **_GIB),
    Row("delete many", "delete 10,000 keys in batches, every outcome read", "delete_many", 10000,
        2000, deleting_many, "the refused one in a thousand is named", sunk={"deleted": 0.999}),
    Row("delete all", "the same with none refused, for those who raise at the first",
        "delete_all", 10000, 2000, deleting_all, "counted by the sink", sunk={"deleted": 1}),
    Row("list", "list 100,000 keys", "list_keys", 100000, 5000, listing,
        "every key and size compared", rounds=LONG),
    Row("import", "import in a fresh process", "import", task=nothing, proof="exit code", **_FIRST),
    Row("first sign", "first signed URL in a fresh process", "sign", task=nothing,
        proof="exit code", **_FIRST),
    Row("first put", "first upload in a fresh process", "put", task=nothing, proof=_STORED,
        sunk={"objects": 1, "received": SMALL}, **_FIRST),
    Row("facade", "facade and layers over a put, the storing itself stubbed", "facade", 4000, 400,
        putting, "each answer carries its key"),
    Row("local put", "`local`: put 4 KiB, durable", "local_put", 200, 100, storing_locally,
        "every file read again"),
    Row("local put relaxed", "`local`: put 4 KiB, not synced", "local_put_relaxed", 1000, 100,
        storing_locally, "every file read again"),
    Row("local list", "`local`: list 100,000 files", "local_list", 100000, 5000, listing_locally,
        "every key and size compared"),
)  # fmt: skip

WHERE = ("sign", "url", "put", "get", "delete many", "list")
"""Rows of one thread whose CPU is also told module by module."""

_FEW = ("bucketry", "before", "boto3", "obstore", "limit")
_OURS = ("bucketry", "before")


def _curve(series: str, name: str, xs: Sequence[float], **change: Any) -> list[Row]:
    (row,) = (row for row in ROWS if row.name == name)
    rows = []
    for x in xs:
        changed: dict[str, Any] = {"series": series, "x": x, "only": _FEW}
        changed |= {field: value(int(x)) for field, value in change.items()}
        rows.append(replace(row, name=f"{series} {x:g}", **changed))
    return rows


GROWTH: tuple[Row, ...] = (
    *_curve("object size", "file", [SMALL, 1 << 16, 1 << 20, 1 << 23, 1 << 26, 1 << 28],
            count=lambda size: size, quick=lambda size: size, task=lambda size: uploading_bytes,
            unit=lambda size: "ms", scale=lambda size: 1e3 * size,
            sunk=lambda size: {"received": 1}, rate=lambda size: " MiB/s",
            rate_scale=lambda size: 1 / MIB,
            what=lambda size: f"upload a file of {size} bytes"),
    *_curve("keys listed", "list", [1000, 10000, 100000], count=lambda keys: keys,
            quick=lambda keys: keys // 10, scale=lambda keys: 1e3 * keys, unit=lambda keys: "ms",
            what=lambda keys: f"list {keys} keys"),
    *_curve("keys deleted", "delete many", [1000, 10000, 50000], count=lambda keys: keys,
            quick=lambda keys: keys // 10, scale=lambda keys: 1e3 * keys, unit=lambda keys: "ms",
            sunk=lambda keys: {}, what=lambda keys: f"delete {keys} keys"),
    *_curve("threads", "put", [1, 2, 4, 8, 16, 32, 64], count=lambda threads: 640,
            quick=lambda threads: 128,
            task=lambda threads: _with(putting, threads=threads),
            rounds=lambda threads: LONG,
            what=lambda threads: f"put 4 KiB from {threads} threads"),
    *_curve("layers", "sign wrapped", [0, 1, 2, 5, 10, 20], count=lambda layers: 2000,
            quick=lambda layers: 200, task=lambda layers: _with(signing, more=(layers,)),
            what=lambda layers: f"sign through {layers} wrappers"),
    *_curve("plugins", "first sign", [0, 25, 50, 100, 200], only=lambda plugins: _OURS,
            what=lambda plugins: f"first signed URL with {plugins} more vendor plugins installed"),
)  # fmt: skip
