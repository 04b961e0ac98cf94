"""Downloads to disk: whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import attrs

from bucketry import cancelling
from bucketry.errors import IntegrityError
from bucketry.model import ObjectInfo, ObjectReader, Progress
from bucketry.provider.target import disk, open_target

T = TypeVar("T")

CHUNK = 1 << 20


def whole(open_object: Callable[[], ObjectReader], take: Callable[[ObjectReader], T]) -> T:
    """Return what `take` makes of the opened object.

    It is opened once more where its bytes were not its own: what was damaged on the way, or
    replaced meanwhile, is seldom so twice.
    """
    try:
        with open_object() as reader:
            return take(reader)
    except IntegrityError:
        with open_object() as reader:
            return take(reader)


def check_size(received: int, info: ObjectInfo) -> None:
    """Raise `IntegrityError` unless as many bytes came as were announced."""
    if received != info.size:
        raise IntegrityError(f"{received} bytes arrived, {info.size} were announced")


def download_to(
    open_object: Callable[[], ObjectReader],
    path: Path,
    progress: Progress | None,
) -> ObjectInfo:
    """Write an object to `path`: a file gets it whole or not at all, as `open_target` says.

    An object that has another size than announced, or other bytes than are stored, is an
    `IntegrityError`.
    """
    told = 0
    buffer = memoryview(bytearray(CHUNK))

    def fill(reader: ObjectReader) -> ObjectInfo:
        nonlocal told
        received = 0
        if target.publish is not None:
            with disk(path):
                target.file.seek(0)
                target.file.truncate()
        while count := reader.readinto(buffer):
            cancelling.check()
            with disk(path):
                _write_all(target.file, buffer[:count])
            received += count
            if progress is not None and received > told:
                progress(received - told)
                told = received
        check_size(received, reader.info)
        return attrs.evolve(reader.info, verified=reader.verified)

    with open_target(path) as target:
        if target.publish is not None:
            info = whole(open_object, fill)
            target.publish()
            return info
        with open_object() as reader:  # what was written cannot be taken back
            return fill(reader)


def _write_all(file: BinaryIO, left: memoryview) -> None:
    """Write all of it; a pipe may take less at once."""
    while left:
        left = left[file.write(left) :]
