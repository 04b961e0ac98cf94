"""Looking at objects and reading them."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import NoReturn

import attrs

from bucketry.errors import IntegrityError, InvalidInput, NotFound
from bucketry.model import ByteRange, ObjectInfo, ObjectReader, Progress
from bucketry.provider.arguments import check_progress, key_of
from bucketry.provider.download import check_size, download_to, whole
from bucketry.provider.ground import Ground
from bucketry.provider.listing import told
from bucketry.provider.perform import perform


def head(ground: Ground, key: str | ObjectInfo) -> ObjectInfo:
    """Return what is known of an object."""
    object_key = ground.root.existing(key := key_of(key))
    with perform(ground, "head", key) as operation:
        info = operation.answer = told(ground, ground.ask.head(object_key))
    return info


def exists(ground: Ground, key: str | ObjectInfo) -> bool:
    """Return whether there is an object."""
    try:
        head(ground, key)
    except NotFound:
        return False
    return True


def read(ground: Ground, key: str | ObjectInfo) -> bytes:
    """Return a whole object's bytes."""
    object_key = ground.root.existing(key := key_of(key))
    with perform(ground, "read", key) as operation:

        def take(reader: ObjectReader) -> bytes:
            body = reader.read()
            check_size(len(body), reader.info)
            operation.moved(len(body))
            operation.answer = attrs.evolve(told(ground, reader.info), verified=reader.verified)
            return body

        return whole(lambda: ground.ask.open(object_key, None), take)


def download(
    ground: Ground, key: str | ObjectInfo, target: str | os.PathLike[str], progress: Progress | None
) -> ObjectInfo:
    """Write an object to a file."""
    object_key = ground.root.existing(key := key_of(key))
    if not isinstance(target, str | os.PathLike):
        raise InvalidInput(f"the target is a path, not {type(target).__name__}")
    check_progress(progress)
    with perform(ground, "download", key, {"target": target}) as operation:
        info = operation.answer = told(
            ground,
            download_to(lambda: ground.ask.open(object_key, None), Path(target), progress),
        )
        operation.moved(info.size)
    return info


def open_reader(
    ground: Ground, key: str | ObjectInfo, byte_range: ByteRange | None
) -> ObjectReader:
    """Open an object, or a range of it. The operation ends when the reader is closed."""
    if byte_range is not None:
        _check_range(byte_range)
    object_key = ground.root.existing(key := key_of(key))
    operation = perform(ground, "open", key, {"byte_range": byte_range})
    operation.begin()
    try:
        with operation.noted():
            reader = ground.ask.open(object_key, byte_range)
        return _Opened(ground, operation, object_key, byte_range, reader)
    except BaseException as error:
        operation.fail(error)


def _check_range(byte_range: ByteRange) -> None:
    if not isinstance(byte_range, ByteRange):
        raise InvalidInput(f"a range is a bucketry.ByteRange, not {type(byte_range).__name__}")
    start, stop = byte_range.start, byte_range.stop
    if not isinstance(start, int) or not isinstance(stop, int | None):
        raise InvalidInput("a range is counted in whole bytes")
    if (start < 0 and stop is not None) or (stop is not None and stop <= start):
        raise InvalidInput(
            "a range is start < stop, both counted from 0, or a negative start without stop"
        )


class _Opened(ObjectReader):
    """What `Provider.open` returns: its errors say where they are from, and it can seek."""

    def __init__(
        self,
        ground: Ground,
        operation: perform,
        object_key: str,
        byte_range: ByteRange | None,
        reader: ObjectReader,
    ) -> None:
        self._ground = ground
        self._operation = operation
        self._object_key = object_key
        self._range = byte_range or ByteRange(start=0)
        self._error: BaseException | None = None
        super().__init__(told(ground, reader.info), reader)
        operation.answer = self.info
        self._moved = False
        size, start = self.info.size, self._range.start
        self._start = max(0, size + start) if start < 0 else start
        stop = size if self._range.stop is None else min(self._range.stop, size)
        self._length = max(0, stop - self._start)

    def seekable(self) -> bool:
        """Return whether the object has an ETag, so that its next bytes are known to be its own."""
        return self.info.etag is not None

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to another byte of the range; the object is opened again when it is read there."""
        self._check_open()
        if not self.seekable():
            raise io.UnsupportedOperation("the object has no ETag to be recognised by")
        if whence not in (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END) or not isinstance(offset, int):
            raise InvalidInput("seek takes a number of bytes, and from where: 0, 1 or 2")
        position = offset + (0, self._position, self._length)[whence]
        if position < 0:
            raise InvalidInput("there is nothing before the first byte")
        at_hand = self._given + position - self._position
        if 0 <= at_hand <= len(self._ahead):
            self._given = at_hand
        else:
            self._ahead, self._given, self._moved = b"", 0, True
        self._position = position
        return position

    def _pull(self, size: int) -> bytes:
        try:
            data = super()._pull(size) if self._at_place() else b""
        except BaseException as error:
            self._fail(error)
        self._operation.moved(len(data))
        return data

    def _pull_into(self, view: memoryview) -> int:
        try:
            count = super()._pull_into(view) if self._at_place() else 0
        except BaseException as error:
            self._fail(error)
        self._operation.moved(count)
        return count

    def _at_place(self) -> bool:
        """Go where `seek` has said; return False behind the end."""
        if self._moved:
            if self._position >= self._length:
                return False
            with self._operation.noted():
                self._open_again()
        return True

    def _open_again(self) -> None:
        self._stream.close()
        start = self._start + self._position
        reader = self._ground.ask.open(
            self._object_key, ByteRange(start=start, stop=self._range.stop)
        )
        self._stream = reader
        if (reader.info.etag, reader.info.size) != (self.info.etag, self.info.size):
            raise IntegrityError("the object was replaced while it was being read")
        self._moved = False

    def close(self) -> None:
        """Give the connection back; safe to call twice."""
        if self.closed:
            return
        try:
            super().close()
        except BaseException as error:
            self._fail(error)
        finally:
            self._operation.end(self._error)

    def _fail(self, error: BaseException) -> NoReturn:
        self._error = self._operation.told(error)
        del error
        self._operation.hand_out(self._error)
