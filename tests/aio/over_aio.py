"""A sync provider whose operations all go through the async one: what the suite can be run on."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any, Self, TypeVar

from anyio import get_cancelled_exc_class
from anyio.from_thread import BlockingPortal

from bucketry import ObjectInfo, ObjectReader, ObjectWriter, Page, Provider, aio

T = TypeVar("T")

AWAITED = tuple(
    name
    for name, value in vars(aio.Provider).items()
    if iscoroutinefunction(value) and name not in ("aclose", "open") and not name.startswith("_")
)
AT_ONCE = ("url", "object_url", "is_private", "key_of_url", "sign", "sign_many", "upload_ticket")


def over_aio(provider: Provider, portal: BlockingPortal) -> Provider:
    """Return a provider that does the same, through `bucketry.aio` in the portal's event loop."""

    def call(function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        failed: list[BaseException] = []

        async def guarded() -> T | None:
            try:
                return await function(*args, **kwargs)
            except get_cancelled_exc_class():
                raise
            except BaseException as error:  # a KeyboardInterrupt would end the event loop
                failed.append(error)
                return None

        answer: Any = portal.call(guarded)
        if failed:
            raise failed[0]
        told: T = answer
        return told

    class OverAio(type(provider)):  # type: ignore[misc]
        """Made again by the suite as often as it likes."""

        @property
        def _twin(self) -> aio.Provider:
            plain = object.__new__(Provider)
            plain.__dict__.update(vars(self))
            return aio.Provider(plain)

        def open(self, key: str, mode: Any = "rb", **options: Any) -> Any:
            opened: Any = call(self._twin.open, key, mode, **options)
            if isinstance(opened, aio.ObjectReader):
                return _Reader(opened, call)
            return _Writer(opened, call)

        def pages(self, *args: Any, **kwargs: Any) -> Iterator[Page]:
            return _each(self._twin.pages(*args, **kwargs), call)

        def list(self, *args: Any, **kwargs: Any) -> Iterator[ObjectInfo]:
            return _each(self._twin.list(*args, **kwargs), call)

        def upload_many(self, *args: Any, **kwargs: Any) -> Any:
            return _Many(self._twin.upload_many(*args, **kwargs), call)

        def copy_many(self, *args: Any, **kwargs: Any) -> Any:
            return _Many(self._twin.copy_many(*args, **kwargs), call)

        def download_many(self, *args: Any, **kwargs: Any) -> Any:
            return _Many(self._twin.download_many(*args, **kwargs), call)

        def head_many(self, *args: Any, **kwargs: Any) -> Any:
            return _Many(self._twin.head_many(*args, **kwargs), call)

        def close(self) -> None:
            call(self._twin.aclose)

    def awaited(name: str) -> Callable[..., Any]:
        def method(self: OverAio, *args: Any, **kwargs: Any) -> Any:
            return call(getattr(self._twin, name), *args, **kwargs)

        return method

    def at_once(name: str) -> Callable[..., Any]:
        def method(self: OverAio, *args: Any, **kwargs: Any) -> Any:
            return getattr(self._twin, name)(*args, **kwargs)

        return method

    for name in AWAITED:
        setattr(OverAio, name, awaited(name))
    for name in AT_ONCE:
        setattr(OverAio, name, at_once(name))
    made: Provider = object.__new__(OverAio)
    made.__dict__.update(vars(provider))
    return made


def _each(items: AsyncGenerator[T, None], call: Callable[..., Any]) -> Iterator[T]:
    try:
        while True:
            try:
                item: T = call(items.__anext__)
            except StopAsyncIteration:
                return
            yield item
    finally:
        call(items.aclose)


class _Many:
    """Async outcomes, iterated from outside of their event loop."""

    def __init__(self, outcomes: aio.Outcomes[Any], call: Callable[..., Any]) -> None:
        self._outcomes, self._call = outcomes, call

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self._call(self._outcomes.__anext__)
        except StopAsyncIteration:
            raise StopIteration from None

    def raise_failures(self) -> None:
        self._call(self._outcomes.raise_failures)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._outcomes.aclose)


class _Reader(ObjectReader):
    """An async reader, read from outside of its event loop."""

    def __init__(self, reader: aio.ObjectReader, call: Callable[..., Any]) -> None:
        super().__init__(reader.info, io.BytesIO())
        self._reader, self._call = reader, call

    @property
    def verified(self) -> str | None:
        return self._reader.verified

    def read(self, size: int = -1, /) -> bytes:
        answer: bytes = self._call(self._reader.read, size)
        return answer

    def readinto(self, buffer: Any, /) -> int:
        answer: int = self._call(self._reader.readinto, buffer)
        return answer

    def readline(self, size: int | None = -1, /) -> bytes:
        answer: bytes = self._call(self._reader.readline, size)
        return answer

    def __next__(self) -> bytes:
        try:
            answer: bytes = self._call(self._reader.__anext__)
        except StopAsyncIteration:
            raise StopIteration from None
        return answer

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        return _each(self._reader.chunks(size), self._call)

    def seekable(self) -> bool:
        return self._reader.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        answer: int = self._call(self._reader.seek, offset, whence)
        return answer

    def tell(self) -> int:
        return self._reader.tell()

    def close(self) -> None:
        super().close()
        self._call(self._reader.aclose)


class _Writer(ObjectWriter):
    """An async writer, written from outside of its event loop."""

    def __init__(self, writer: aio.ObjectWriter, call: Callable[..., Any]) -> None:
        super().__init__(writer.key, lambda file: call(writer.commit))
        self._writer, self._call = writer, call

    def write(self, data: Any, /) -> int:
        answer: int = self._call(self._writer.write, data)
        return answer

    def tell(self) -> int:
        return self._writer.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        answer: int = self._call(self._writer.seek, offset, whence)
        return answer

    def close(self) -> None:
        super().close()
        self._call(self._writer.aclose)
