"""The async twin of `bucketry.Provider`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, Literal, Self, TypeVar, Unpack, overload

import bucketry
from bucketry.aio.files import ObjectReader, ObjectWriter
from bucketry.aio.outcomes import iterated
from bucketry.aio.sources import AsyncBody, Declared, feed, without_loop
from bucketry.aio.threads import Threads, Twin, awaited, unchanged
from bucketry.config import Source
from bucketry.discretion import discreet, discreet_when_awaited
from bucketry.hookspecs import ProviderHooks
from bucketry.host.catalog import Catalog
from bucketry.model import ByteRange, Capabilities, ObjectInfo, ObjectVersion, Page, StoredObject
from bucketry.provider import UploadOptions
from bucketry.provider.reading import ReadOptions
from bucketry.provider.signatures import with_upload_options
from bucketry.source import Body
from bucketry.vendor import Vendor

Layer = TypeVar("Layer")
T = TypeVar("T")

THREADS = 40
"""Operations of one provider that may be under way at once, where nobody says otherwise."""

_Sync = bucketry.Provider


class Provider(Twin[_Sync]):
    """One configured place for files, for asyncio and trio.

    It has the methods of `bucketry.Provider`, which are documented there. Those that wait for the
    storage are awaited; `sign`, `url` and the others that do not are called as they are. `list`,
    `pages` and `versions` are async iterators, `upload_many` and its kin give `Outcomes`, `open`
    gives files that are awaited. An operation that is cancelled ends at once, and leaves what any
    failed one leaves: a key that is written has its old object or the new one. Functions that are
    handed over, such as `progress`, are called in a thread. It must not be used after `aclose`.
    """

    def __init__(self, sync: _Sync, *, threads: int = THREADS) -> None:
        """Stand on `sync`; at most `threads` of its operations are under way at a time."""
        super().__init__(sync, Threads(threads))

    @property
    def sync(self) -> _Sync:
        """The provider that does the work."""
        return self._sync

    # -- the provider itself -----------------------------------------------------------------

    @property
    def name(self) -> str:
        """The configured name."""
        return self._sync.name

    @property
    def vendor(self) -> Vendor:
        """The vendor."""
        return self._sync.vendor

    @property
    def options(self) -> Any:
        """The effective options, frozen; secrets in them do not show themselves."""
        return self._sync.options

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do, each fact with its source."""
        return self._sync.capabilities

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers from the bottom up."""
        return self._sync.layers

    @property
    def hooks(self) -> ProviderHooks:
        """The layers' own questions and answers, unchecked, and not awaited."""
        return self._sync.hooks

    def layer(self, kind: type[Layer]) -> Layer:
        """Return the topmost layer of class `kind`; `InvalidInput` if there is none."""
        return self._sync.layer(kind)

    def with_layer(self, layer: object) -> Self:
        """Return a new provider with `layer` asked first; both share connections and threads."""
        return self._twin(self._sync.with_layer(layer))

    @discreet
    def with_options(self, **changes: Any) -> Self:
        """Return a new provider with some options changed; see `bucketry.Provider.with_options`."""
        return self._twin(self._sync.with_options(**changes))

    def _twin(self, sync: _Sync) -> Self:
        twin = object.__new__(type(self))
        twin._sync, twin._threads = sync, self._threads
        return twin

    def __reduce__(self) -> tuple[Callable[[_Sync], Self], tuple[_Sync]]:
        return partial(type(self), threads=self._threads.most), (self._sync,)

    def __repr__(self) -> str:
        return f"<aio.{repr(self._sync)[1:]}"

    # -- storing, copying, removing ----------------------------------------------------------

    @with_upload_options
    @discreet_when_awaited
    async def upload(
        self, source: AsyncBody, *, key: str | None = None, **options: Unpack[UploadOptions]
    ) -> StoredObject:
        """Store `source` and return what was stored.

        `source` is what the sync `upload` takes, or what is awaited: an async iterator of bytes, a
        file with an async `read`, the `UploadFile` of a web framework. A sync source is read in a
        thread.
        """
        return await self._with(source, lambda body: self._sync.upload(body, key=key, **options))

    @with_upload_options
    @discreet_when_awaited
    async def replace(
        self,
        key: str,
        source: AsyncBody,
        *,
        new_key: str | None = None,
        **options: Unpack[UploadOptions],
    ) -> StoredObject:
        """Put `source` in place of the object `key`; see `bucketry.Provider.replace`."""
        return await self._with(
            source, lambda body: self._sync.replace(key, body, new_key=new_key, **options)
        )

    async def _with(self, source: AsyncBody, call: Callable[[Body], T]) -> T:
        body: Any = without_loop(source)
        if body is None and source is not None:
            return await feed(self._threads, source, lambda body: call(Declared(body, source)))
        told: Any = body if body is source else Declared(body, source)
        return await self._threads.run(lambda: call(told))

    upload_many = iterated(_Sync.upload_many)
    copy_many = iterated(_Sync.copy_many)
    copy = awaited(_Sync.copy)
    move = awaited(_Sync.move)
    delete = awaited(_Sync.delete)
    delete_many = awaited(_Sync.delete_many)
    delete_prefix = awaited(_Sync.delete_prefix)
    sweep = awaited(_Sync.sweep)
    diagnose = awaited(_Sync.diagnose)

    # -- looking and reading -----------------------------------------------------------------

    set_headers = awaited(_Sync.set_headers)
    restore = awaited(_Sync.restore)
    head = awaited(_Sync.head)
    head_many = iterated(_Sync.head_many)
    exists = awaited(_Sync.exists)
    read = awaited(_Sync.read)
    download = awaited(_Sync.download)
    download_many = iterated(_Sync.download_many)

    @overload
    async def open(
        self,
        key: str,
        mode: Literal["rb"] | ByteRange | None = "rb",
        *,
        byte_range: ByteRange | None = None,
        **options: Unpack[ReadOptions],
    ) -> ObjectReader: ...

    @overload
    async def open(
        self, key: str, mode: Literal["wb"], **options: Unpack[UploadOptions]
    ) -> ObjectWriter: ...

    @with_upload_options
    @discreet_when_awaited
    async def open(
        self,
        key: str,
        mode: Literal["rb", "wb"] | ByteRange | None = "rb",
        *,
        byte_range: ByteRange | None = None,
        **options: Any,
    ) -> ObjectReader | ObjectWriter:
        """Open an object as a binary file; ``async with await media.open(key) as file``."""
        given: dict[str, Any] = {"byte_range": byte_range, **options}
        opened: list[bucketry.ObjectReader | bucketry.ObjectWriter] = []
        try:
            await self._threads.run(lambda: opened.append(self._sync.open(key, mode, **given)))
        except BaseException:
            for file in opened:  # it was open when this was cancelled
                file.close()
            raise
        (file,) = opened
        if isinstance(file, bucketry.ObjectReader):
            return ObjectReader(file, self._threads)
        return ObjectWriter(file, self._threads)

    async def list(
        self, prefix: str = "", *, start_after: str = ""
    ) -> AsyncGenerator[ObjectInfo, None]:
        """Yield every object whose key starts with the text `prefix`, page by page, lazily."""
        async with aclosing(self._each(self._sync.pages(prefix, start_after=start_after))) as pages:
            async for page in pages:
                for info in page.objects:
                    yield info

    async def pages(
        self, prefix: str = "", *, delimiter: str = "", start_after: str = ""
    ) -> AsyncGenerator[Page, None]:
        """Yield pages of a listing; with ``delimiter="/"`` one level with its folders."""
        pages = self._sync.pages(prefix, delimiter=delimiter, start_after=start_after)
        async with aclosing(self._each(pages)) as each:
            async for page in each:
                yield page

    async def versions(self, prefix: str = "") -> AsyncGenerator[ObjectVersion, None]:
        """Yield versions of every object whose key starts with `prefix`, lazily, newest first."""
        async with aclosing(self._each(self._sync.versions(prefix))) as each:
            async for version in each:
                yield version

    # -- addresses ---------------------------------------------------------------------------

    url = unchanged(_Sync.url)
    object_url = unchanged(_Sync.object_url)
    is_private = unchanged(_Sync.is_private)
    key_of_url = unchanged(_Sync.key_of_url)
    sign = unchanged(_Sync.sign)
    sign_many = unchanged(_Sync.sign_many)
    upload_ticket = unchanged(_Sync.upload_ticket)


@discreet
def open_provider(
    what: str | Mapping[str, Any] | None = None,
    *,
    config: Source = None,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
    threads: int = THREADS,
) -> Provider:
    """Open one provider as `bucketry.open_provider` does, and raise what that raises.

    `threads` is how many of its operations may be under way at once.
    """
    sync = bucketry.open_provider(what, config=config, catalog=catalog, environ=environ)
    return Provider(sync, threads=threads)


@discreet
def open_providers(
    config: Source = None,
    *,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
    threads: int = THREADS,
) -> dict[str, Provider]:
    """Open every provider of a configuration, by name, as `bucketry.open_providers` does."""
    opened = bucketry.open_providers(config, catalog=catalog, environ=environ)
    return {name: Provider(sync, threads=threads) for name, sync in opened.items()}
