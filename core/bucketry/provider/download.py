"""Downloads to disk: whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bucketry.errors import IntegrityError, InvalidInput, StorageError
from bucketry.model import ByteRange, ObjectInfo, ObjectReader, Progress

CHUNK = 1 << 20
MAX_RESUMES = 4
"""How often an interrupted download is taken up again where it broke off."""


def download_to(
    open_object: Callable[[ByteRange | None], ObjectReader],
    target: Path,
    progress: Progress | None,
) -> ObjectInfo:
    """Write an object to `target` through a temporary file beside it, replaced at the end.

    A broken connection is taken up with a range; an object that was replaced in between, or has
    another size than announced, is an `IntegrityError` and leaves `target` as it was.
    """
    with _disk(target):
        if target.is_dir():
            raise InvalidInput(f"{target} is a folder; name the file to write")
        if not target.parent.is_dir():
            raise InvalidInput(f"{target.parent} is no folder to write into; make it first")
    temporary = target.parent / f".bucketry-{secrets.token_hex(8)}.part"
    file: BinaryIO | None = None

    def write(chunk: bytes) -> None:
        with _disk(target):
            opened.write(chunk)

    try:
        with _disk(target):
            # Not tempfile's: its files are private, and a download has the rights of any new file.
            opened = file = temporary.open("xb")
        info = _fill(open_object, write, progress)
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


def _fill(
    open_object: Callable[[ByteRange | None], ObjectReader],
    write: Callable[[bytes], object],
    progress: Progress | None,
) -> ObjectInfo:
    received = 0
    first: ObjectInfo | None = None
    for attempt in range(MAX_RESUMES + 1):
        try:
            with open_object(ByteRange(start=received) if received else None) as reader:
                if first is None:
                    first = reader.info
                elif reader.info.etag != first.etag or reader.info.size != first.size:
                    raise IntegrityError("the object was replaced while it was being downloaded")
                for chunk in reader.chunks(CHUNK):
                    write(chunk)
                    received += len(chunk)
                    if progress is not None:
                        progress(len(chunk))
        except StorageError as error:
            resumable = first is not None and first.etag is not None and error.retryable
            if not resumable or attempt == MAX_RESUMES:
                raise
            continue
        if received == first.size:
            return first
        if received > first.size or first.etag is None:
            break
    assert first is not None  # noqa: S101 - the loop ends otherwise only by an exception
    raise IntegrityError(f"{received} bytes arrived, {first.size} were announced")
