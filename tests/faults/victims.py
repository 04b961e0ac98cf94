"""Processes that are killed: each opens a provider of its own and works until it is ended."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import bucketry
from bucketry import Provider

MIB = 1 << 20
SIZES = {"small": 40_000, "large": 6 * MIB}
"""Bytes of an object; the large ones go in parts."""


def body(size: int, version: int) -> bytes:
    """Return bytes that tell their version everywhere, so that a torn object shows itself."""
    return f"{version:015}\n".encode() * (size // 16)


def is_whole(data: bytes, size: int) -> bool:
    """Return whether data is one version, all of it."""
    return len(data) == size // 16 * 16 and data == data[:16] * (size // 16)


def _stream(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 500_000):
        yield data[at : at + 500_000]


def _upload(p: Provider, folder: Path, version: int) -> None:
    p.upload(body(SIZES["small"], version), key="small")


def _upload_file(p: Provider, folder: Path, version: int) -> None:
    source = folder / "source"
    source.write_bytes(body(SIZES["large"], version))
    p.upload(source, key="large")


def _upload_stream(p: Provider, folder: Path, version: int) -> None:
    p.upload(_stream(body(SIZES["large"], version)), key="large")


def _copy(p: Provider, folder: Path, version: int) -> None:
    p.copy("stored", "small")


def _download(p: Provider, folder: Path, version: int) -> None:
    p.download("stored", folder / "target")


WORK: Mapping[str, Callable[[Provider, Path, int], None]] = {
    "upload": _upload,
    "upload file": _upload_file,
    "upload stream": _upload_stream,
    "copy": _copy,
    "download": _download,
}


def work(settings: Mapping[str, Any], name: str, folder: str, ready: Any) -> None:
    """Do one thing again and again until the end; set the event `ready` behind the first time."""
    with bucketry.open_provider(settings) as provider:
        for version in itertools.count(1):
            WORK[name](provider, Path(folder), version)
            ready.set()
