"""Looking at objects and reading them."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import Any, NoReturn, TypedDict

import attrs
from attrs import field, frozen

from bucketry.errors import IntegrityError, InvalidInput, NotFound, PreconditionFailed
from bucketry.headers import check_kept_value
from bucketry.model import ByteRange, ObjectInfo, ObjectReader, Progress
from bucketry.model.objects import names_only
from bucketry.provider.arguments import check_names, check_progress, key_of, path_of, text_or_none
from bucketry.provider.download import check_size, download_to, whole
from bucketry.provider.ground import Ground
from bucketry.provider.listing import told
from bucketry.provider.perform import perform
from bucketry.provider.upload_options import check_extra_params

_NOTHING: Mapping[str, Any] = {}


class ReadOptions(TypedDict, total=False):
    """Everything else that can be said of a read.

    Keys:
        version: the version to read, as `versions` and uploads tell it; the current one otherwise.
        if_match: fail with `PreconditionFailed` unless the object has this ETag.
        if_none_match: fail with `PreconditionFailed` if the object (still) has this ETag.
        extra_params: native parameters in the vendor's own spelling, such as a customer's key.
    """

    version: str | None
    if_match: str | None
    if_none_match: str | None
    extra_params: Mapping[str, Any] | None


@frozen(eq=False)
class Wanted:
    """Which object is wanted, and how it is asked for."""

    version: str | None
    params: dict[str, Any] = field(repr=names_only)
    if_match: str | None
    if_none_match: str | None

    def check(self, info: ObjectInfo) -> ObjectInfo:
        """Return what is known of the object, or raise `PreconditionFailed`."""
        if self.if_match is not None and info.etag != self.if_match:
            raise PreconditionFailed("the object there has another ETag", status=412)
        if self.if_none_match is not None and info.etag == self.if_none_match:
            raise PreconditionFailed(
                "the object still has this ETag", code="NotModified", status=304
            )
        return info


_ANY = Wanted(None, {}, None, None)


def wanted(ground: Ground, options: Mapping[str, Any]) -> Wanted:
    """Return what the options of a read say, checked."""
    if not options:
        return _ANY
    check_names("reading", options, ReadOptions.__annotations__)
    given = {name: options.get(name) for name in ("version", "if_match", "if_none_match")}
    texts = {name: text_or_none(name, text) for name, text in given.items()}
    for name, text in texts.items():
        if text is not None and not check_kept_value(name, text):
            raise InvalidInput(f"{name} is empty")
    marks = {name: text and text.strip('"') for name, text in texts.items() if name != "version"}
    params = check_extra_params(options.get("extra_params"), ground.vendor.protected_params)
    return Wanted(texts["version"], params, **marks)


def head(
    ground: Ground, key: str | ObjectInfo, options: Mapping[str, Any] = _NOTHING
) -> ObjectInfo:
    """Return what is known of an object."""
    object_key = ground.root.existing(key := key_of(key))
    want = wanted(ground, options)
    with perform(ground, "head", key, want if options else None) as operation:
        info = want.check(ground.ask.head(object_key, want.version, want.params))
        info = operation.answer = told(ground, info, key)
    return info


def exists(ground: Ground, key: str | ObjectInfo, options: Mapping[str, Any] = _NOTHING) -> bool:
    """Return whether there is an object."""
    try:
        head(ground, key, options)
    except NotFound:
        return False
    return True


def _open(
    ground: Ground, object_key: str, byte_range: ByteRange | None, want: Wanted
) -> ObjectReader:
    reader = ground.ask.open(object_key, byte_range, want.version, want.params)
    try:
        want.check(reader.info)
    except BaseException:
        reader.close()
        raise
    return reader


def read(ground: Ground, key: str | ObjectInfo, options: Mapping[str, Any] = _NOTHING) -> bytes:
    """Return a whole object's bytes."""
    object_key = ground.root.existing(key := key_of(key))
    want = wanted(ground, options)
    with perform(ground, "read", key, want if options else None) as operation:

        def take(reader: ObjectReader) -> bytes:
            body = reader.read()
            check_size(len(body), reader.info)
            operation.moved(len(body))
            if ground.watchers:
                operation.answer = attrs.evolve(told(ground, reader.info), verified=reader.verified)
            return body

        return whole(lambda: _open(ground, object_key, None, want), take)


def download(
    ground: Ground,
    key: str | ObjectInfo,
    target: str | os.PathLike[str],
    progress: Progress | None,
    options: Mapping[str, Any] = _NOTHING,
) -> ObjectInfo:
    """Write an object to a file."""
    want = wanted(ground, options)
    object_key = ground.root.existing(key := key_of(key))
    path = path_of("the target", target)
    check_progress(progress)
    with perform(ground, "download", key, {"target": target}) as operation:
        info = operation.answer = told(
            ground,
            download_to(lambda: _open(ground, object_key, None, want), path, progress),
        )
        operation.moved(info.size)
    return info


def open_reader(
    ground: Ground,
    key: str | ObjectInfo,
    byte_range: ByteRange | None,
    options: Mapping[str, Any] = _NOTHING,
) -> ObjectReader:
    """Open an object, or a range of it. The operation ends when the reader is closed."""
    want = wanted(ground, options)
    if byte_range is not None:
        _check_range(byte_range)
    object_key = ground.root.existing(key := key_of(key))
    operation = perform(ground, "open", key, {"byte_range": byte_range})
    operation.begin()
    try:
        with operation.noted():
            reader = _open(ground, object_key, byte_range, want)
        return _Opened(ground, operation, object_key, byte_range, want, reader)
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
        want: Wanted,
        reader: ObjectReader,
    ) -> None:
        self._ground = ground
        self._want = want
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
        if not isinstance(offset, int) or not isinstance(whence, int) or not 0 <= whence <= 2:
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
            self._object_key,
            ByteRange(start=start, stop=self._range.stop),
            self._want.version,
            self._want.params,
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
