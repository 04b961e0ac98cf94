"""Downloads to disk: whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

import attrs

from bucketry import cancelling
from bucketry.errors import IntegrityError, InvalidInput
from bucketry.model import ObjectInfo, ObjectReader, Progress

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
    target: Path,
    progress: Progress | None,
) -> ObjectInfo:
    """Write an object to `target` through a temporary file beside it, replaced at the end.

    An object that has another size than announced, or other bytes than are stored, is an
    `IntegrityError` and leaves `target` as it was.
    """
    with _disk(target):
        if target.is_dir():
            raise InvalidInput(f"{target} is a folder; name the file to write")
        if not target.parent.is_dir():
            raise InvalidInput(f"{target.parent} is no folder to write into; make it first")
    temporary = target.parent / f".bucketry-{secrets.token_hex(8)}.part"
    file: BinaryIO | None = None

    told = 0

    def fill(reader: ObjectReader) -> ObjectInfo:
        nonlocal told
        received = 0
        with _disk(target):
            opened.seek(0)
            opened.truncate()
        for chunk in reader.chunks(CHUNK):
            cancelling.check()
            with _disk(target):
                opened.write(chunk)
            received += len(chunk)
            if progress is not None and received > told:
                progress(received - told)
                told = received
        check_size(received, reader.info)
        return attrs.evolve(reader.info, verified=reader.verified)

    try:
        with _disk(target):
            # Not tempfile's: its files are private, and a download has the rights of any new file.
            opened = file = temporary.open("xb")
        info = whole(open_object, fill)
        with _disk(target):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            if file is not None:
                file.close()
        with suppress(OSError):
            temporary.unlink()
        raise
    return info


@contextmanager
def _disk(target: Path) -> Iterator[None]:
    """Say which file the system would not let us write; only calls of the system belong inside."""
    try:
        yield
    except InvalidInput:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"{str(target)!a} cannot be written: {reason}") from error
