"""The typed facade that an application holds."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar, Unpack, overload

from bucketry.discretion import discreet
from bucketry.errors import InvalidInput
from bucketry.hookspecs import ProviderHooks
from bucketry.host.layers import NamedLayer, name_layers
from bucketry.model import (
    ByteRange,
    Capabilities,
    Deleted,
    Method,
    ObjectInfo,
    ObjectReader,
    ObjectVersion,
    Page,
    Progress,
    SignedUrl,
    StoredObject,
    Swept,
    UploadTicket,
)
from bucketry.provider import addressing, changing, listing, many, reading, removing, storing
from bucketry.provider.arguments import key_of
from bucketry.provider.changing import KEEP
from bucketry.provider.ground import Ground, Service, service
from bucketry.provider.outcomes import Outcomes
from bucketry.provider.reading import ReadOptions
from bucketry.provider.signatures import with_upload_options
from bucketry.provider.upload_options import UploadOptions, build_upload
from bucketry.provider.writing import ObjectWriter
from bucketry.sharing import Lease
from bucketry.source import Body, Source
from bucketry.texts import plain, shown
from bucketry.vendor import CommonOptions, Vendor

if TYPE_CHECKING:
    from bucketry.doctor.values import Diagnosis, Told

Layer = TypeVar("Layer")

Key = str | ObjectInfo
"""An object that is there, by its key or by what a listing or `head` told of it."""


class Recipe(Protocol):
    """What a configuration gives a provider, so that it can be made again."""

    @property
    def options(self) -> Any:
        """The options."""
        ...

    def changed(self, changes: Mapping[str, Any]) -> tuple[Recipe, Sequence[NamedLayer]]:
        """Return the recipe with other options, and the layers they name; `ConfigError`."""
        ...

    def reduced(self, layers: Sequence[object]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Return what pickle needs to make it elsewhere, or raise a `TypeError` that says why."""
        ...


class Provider:
    """One configured place for files: a vendor, a bucket, a root path.

    Get one from `bucketry.open_provider`. It may be shared by threads. Nothing is sent before the
    first operation. Every operation either happened, or raises a `BucketryError` that says what was
    attempted, why it failed and what to change; see `bucketry.errors`.
    """

    def __init__(
        self,
        *,
        name: str,
        vendor: Vendor,
        options: CommonOptions,
        distribution: str = "",
        overrides: Sequence[NamedLayer] = (),
        recipe: Recipe | None = None,
    ) -> None:
        """Stack the layers: defaults, the vendor's, then `overrides` from the bottom up.

        `distribution` names where the vendor's plugin came from, for messages; `recipe` is how the
        configuration makes it again.
        """
        made = service(name, vendor, options, distribution)
        self._stand_on(made, overrides, (), Lease(), recipe)

    def _stand_on(
        self,
        made: Service,
        configured: Sequence[NamedLayer],
        added: Sequence[object],
        lease: Lease,
        recipe: Recipe | None,
    ) -> None:
        self._configured = tuple(configured)
        self._added = tuple(added)
        self._recipe = recipe
        self._distribution = made.distribution
        named = name_layers("override", added, start=len(self._configured))
        self._overrides = (*self._configured, *named)
        self._ground = Ground(made, self._overrides, lease)
        weakref.finalize(self, lease.release).atexit = False

    # -- the provider itself -----------------------------------------------------------------

    @property
    def name(self) -> str:
        """The configured name."""
        return self._ground.name

    @property
    def vendor(self) -> Vendor:
        """The vendor."""
        return self._ground.vendor

    @property
    def options(self) -> Any:
        """The effective options, frozen; secrets in them do not show themselves."""
        return self._ground.options

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do, each fact with its source."""
        return self._ground.capabilities

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers from the bottom up."""
        return self._ground.stack.names

    @property
    def hooks(self) -> ProviderHooks:
        """The layers' own questions and answers, unchecked; keys in them are object keys."""
        return self._ground.stack.hooks

    def with_layer(self, layer: object) -> Self:
        """Return a new provider with `layer` asked first; this one stays as it is.

        Both share their connections.
        """
        ground, added = self._ground, (*self._added, layer)
        twin = object.__new__(type(self))
        twin._stand_on(ground.service, self._configured, added, ground.lease.again(), self._recipe)
        return twin

    def with_options(self, **changes: Any) -> Self:
        """Return a new provider with some options changed; this one stays as it is.

        The values are what a configuration holds, and are checked in the same way: `ConfigError`
        with all that is wrong. None takes an option away. Layers stay, and connections are shared
        where they lead to the same place as the same user. `InvalidInput` for a provider that was
        made without a configuration.

        >>> thumbnails = media.with_options(root_path="thumbnails")  # doctest: +SKIP
        """
        if self._recipe is None:
            raise InvalidInput(
                f"{self!r} was made without a configuration that changes could be checked with; "
                "open it with open_provider"
            )
        try:
            recipe, configured = self._recipe.changed(changes)
        finally:
            changes.clear()  # there may be secrets in them, and no frame of an error shows one
        ground = self._ground
        made = service(self.name, self.vendor, recipe.options, self._distribution)
        twin = object.__new__(type(self))
        twin._stand_on(made, configured, self._added, ground.lease.again(), recipe)
        return twin

    def layer(self, kind: type[Layer]) -> Layer:
        """Return the topmost layer of class `kind`: the way to what a family offers beyond hooks.

        `InvalidInput` if there is none.
        """
        if not isinstance(kind, type):
            raise InvalidInput(f"a layer is looked for by its class, not by {type(kind).__name__}")
        for named in reversed(self._ground.stack.layers):
            found: Any = named.layer
            if isinstance(found, kind):
                return found
        raise InvalidInput(f"{self!r} has no {kind.__name__}; its layers: {', '.join(self.layers)}")

    def close(self) -> None:
        """Close connections, and end what other threads are doing with the provider.

        An upload in parts that is ended removes them. The provider must not be used afterwards.
        What it shares with providers made from it, or that it was made from, stays open until the
        last of them is closed. A layer that fails to close does not keep the others open; its error
        is raised at the end.
        """
        try:
            with ExitStack() as stack:
                stack.callback(self._ground.lease.release)
                for named in self._ground.stack.layers:
                    closing: Callable[[], object] | None = getattr(named.layer, "close", None)
                    if closing is not None:
                        stack.callback(closing)
        except Exception as error:
            told = self._ground.told(error, "close")
            if told is error:
                raise
            raise told from told.__cause__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if "_ground" not in vars(self):
            return "<Provider, not made yet>"
        return f"<Provider {self.name!r}: {self.vendor.title}, layers {', '.join(self.layers)}>"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """A provider that was opened by name is opened by name again, its added layers on top."""
        if self._recipe is None:
            raise TypeError("a Provider is pickled only if it was opened by name, from a file")
        return self._recipe.reduced(self._added)

    # -- storing, copying, removing ----------------------------------------------------------

    @with_upload_options
    @discreet
    def upload(
        self, source: Body, *, key: str | None = None, **options: Unpack[UploadOptions]
    ) -> StoredObject:
        """Store `source` and return what was stored.

        `source` is bytes, a `pathlib.Path`, a file open in binary mode, or an iterator of bytes of
        unknown length. Without `key`, the configured strategy names it; keep the answer's `key`.
        Memory stays below part size x (concurrency + 2) + 40 MiB whatever the source's length, and
        takes one part size more for each further upload at the same time.

        Raises `InvalidInput` before anything is sent; `AlreadyExists`, `PreconditionFailed`,
        `SourceChanged` and the rest of `StorageError` with nothing new visible.
        """
        return storing.upload(self._ground, source, key, options)

    @with_upload_options
    @discreet
    def upload_many(
        self,
        items: Iterable[many.UploadItem],
        *,
        concurrency: int = many.CONCURRENCY,
        **options: Unpack[UploadOptions],
    ) -> Outcomes[StoredObject]:
        """Store many objects, and return what became of each: iterate it, and they are stored.

        An item is ``(key, source)`` or ``(key, source, options)``: what `upload` takes, the key
        None where it is to be named. `options` count for all items, an item's own go before them.
        Items are taken as they are needed. A failure is an outcome and stops nothing. At most
        `concurrency` (1 to 64) uploads are on their way. `progress` gets the bytes of all, in the
        thread that iterates; that of an item its own, in another one.

        >>> items = [(f"notes/{n}", b"hello") for n in range(3)]
        >>> for outcome in media.upload_many(items):  # doctest: +SKIP
        ...     print(outcome.key, outcome.error or outcome.result.url)
        >>> media.upload_many(items).raise_failures()  # doctest: +SKIP
        """
        return many.upload_many(self, self._ground, items, concurrency, options)

    @with_upload_options
    @discreet
    def replace(
        self,
        key: str,
        source: Body,
        *,
        new_key: str | None = None,
        **options: Unpack[UploadOptions],
    ) -> StoredObject:
        """Put `source` in place of the object `key`, whatever `prevent_overwrite` says.

        With `new_key` the new object is stored there first and the old one deleted afterwards, so
        that caches of the old address go stale on their own. Pass `if_match` with the old ETag to
        replace only the version you know; it does not go with `new_key`.
        """
        key, new_key = key_of(key), None if new_key is None else key_of(new_key)
        self._ground.root.existing(key)
        if new_key is None or new_key == key:
            options["prevent_overwrite"] = False
            return self.upload(source, key=key, **options)
        if options.get("if_match") is not None:
            raise InvalidInput(
                "if_match looks at the object that is written over, not at an old one"
            )
        stored = self.upload(source, key=new_key, **options)
        with removing.standing(lambda: f"the new object is stored under {new_key!r}"):
            self.delete(key)
        return stored

    @discreet
    def copy(
        self,
        source: Key,
        target: str,
        *,
        prevent_overwrite: bool | None = None,
        extra_params: Mapping[str, Any] | None = None,
    ) -> StoredObject:
        """Copy an object inside the bucket, metadata included, on the vendor's side.

        With `prevent_overwrite` an object at the target is `AlreadyExists`; None leaves it to the
        configuration. The target is looked at before: of two copies at the same time, both may
        find it free.
        """
        return storing.copy(self._ground, source, target, extra_params, prevent_overwrite)

    def copy_many(
        self,
        items: Iterable[tuple[Key, str]],
        *,
        concurrency: int = many.CONCURRENCY,
        prevent_overwrite: bool | None = None,
    ) -> Outcomes[StoredObject]:
        """Copy many objects, each ``(source, target)``; iterate the answer as `upload_many`'s.

        The `key` of an outcome is the source's.
        """
        return many.copy_many(self, self._ground, items, concurrency, prevent_overwrite)

    def move(
        self, source: Key, target: str, *, prevent_overwrite: bool | None = None
    ) -> StoredObject:
        """Copy, then delete the source. A failure in between leaves both, never neither.

        Its error then says so, and that the move may have taken effect. An object that has come
        under the source's key meanwhile stays, and is `PreconditionFailed`; where the vendor's
        deletes heed no condition (`delete_if_match`), it is looked for just before.
        """
        stored = self.copy(source, target, prevent_overwrite=prevent_overwrite)
        with removing.standing(lambda: f"the copy is stored under {target!r}"):
            removing.delete_copied(self._ground, source, stored.source_etag)
        return stored

    @discreet
    def delete(
        self,
        key: Key,
        *,
        if_match: str | None = None,
        version: str | None = None,
        extra_params: Mapping[str, Any] | None = None,
    ) -> None:
        """Delete one object. A key that does not exist is fine, as in S3.

        With `version` this version goes for good; where a bucket keeps versions, a delete without
        one leaves a mark, and the old versions below it. See `versions`.
        With `if_match` only the object that has this ETag goes, else `PreconditionFailed`;
        `Unsupported` where the vendor would delete all the same.
        """
        removing.delete(self._ground, key, extra_params, if_match, version)

    @discreet
    def delete_many(
        self, keys: Iterable[Key], *, extra_params: Mapping[str, Any] | None = None
    ) -> Deleted:
        """Delete many objects in as few requests as the vendor allows; an outcome for each key.

        A bad key is refused before anything is deleted. What could not be deleted is in
        `failures`; nothing is raised for it.
        """
        return removing.delete_many(self._ground, keys, extra_params)

    def delete_prefix(self, folder: str, *, progress: Progress | None = None) -> Deleted:
        """Delete every object in `folder` and below. ``photos`` spares ``photos-old/a.png``.

        The empty folder is refused: to empty a provider, delete its folders. `progress` is called
        with the number of objects deleted.
        """
        return removing.delete_prefix(self._ground, folder, progress)

    def sweep(
        self, *, older_than: timedelta = timedelta(days=1), dry_run: bool = False
    ) -> Sequence[Swept]:
        """Remove multipart uploads that were begun more than `older_than` ago and never finished.

        A killed process leaves them behind; they are billed and in no listing. `local` has
        temporary files instead. Only those under the root path are touched. With `dry_run` they
        are only listed.
        """
        return removing.sweep(self._ground, older_than, dry_run=dry_run)

    def diagnose(self, *, origin: str | None = None, on_probe: Told | None = None) -> Diagnosis:
        """Find out what is wrong between the configuration and the storage, from the outside in.

        It works on the real storage, under a folder of its own, which it removes at the end, also
        when it is interrupted. What an earlier finding makes pointless is not asked. With `origin`
        (``https://www.example.com``) it looks at the storage as a browser's page from there would;
        without, as the first page that the bucket's own rules name. `on_probe` is told each probe's
        name and findings as they come. What is wrong is in the answer; raised is only what keeps
        it from looking at all.
        """
        from bucketry.doctor.examine import examine

        if on_probe is not None and not callable(on_probe):
            raise InvalidInput(f"on_probe is a function, not {type(on_probe).__name__}")
        return examine(self._ground, origin, on_probe)

    # -- looking and reading -----------------------------------------------------------------

    @discreet
    def set_headers(
        self,
        key: Key,
        *,
        content_type: str | None = KEEP,
        cache_control: str | None = KEEP,
        content_disposition: str | None = KEEP,
        content_encoding: str | None = KEEP,
        content_language: str | None = KEEP,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Change headers and metadata of an object that is there; return what is known of it then.

        What is not named stays: bytes, tags, access, storage class. None takes a header away;
        `metadata` replaces all metadata. S3 has to write the object anew for it, on its own side:
        its time changes, its ETag may, and where the bucket keeps versions it is a new one.
        """
        headers = {
            "content_type": content_type,
            "cache_control": cache_control,
            "content_disposition": content_disposition,
            "content_encoding": content_encoding,
            "content_language": content_language,
        }
        return changing.set_headers(self._ground, key, headers, metadata)

    @discreet
    def restore(
        self, key: Key, *, days: int, extra_params: Mapping[str, Any] | None = None
    ) -> bool:
        """Have an archived object brought back; return whether it can be read already.

        Reading one that lies in an archive is `Archived`. It takes minutes to hours, and the copy
        that is brought back stays for `days`.
        """
        return changing.restore(self._ground, key, days, extra_params)

    @discreet
    def head(self, key: Key, **options: Unpack[ReadOptions]) -> ObjectInfo:
        """Return size, type, metadata and ETag; `NotFound` if there is no such object."""
        return reading.head(self._ground, key, options)

    def head_many(
        self, keys: Iterable[Key], *, concurrency: int = many.CONCURRENCY
    ) -> Outcomes[ObjectInfo]:
        """Look at many objects; iterate the answer as that of `upload_many`.

        One that is not there is an outcome whose error is a `NotFound`.
        """
        return many.head_many(self, self._ground, keys, concurrency)

    @discreet
    def exists(self, key: Key, **options: Unpack[ReadOptions]) -> bool:
        """Return whether there is an object. A denied look is an error, not a no."""
        return reading.exists(self._ground, key, options)

    @overload
    def open(
        self,
        key: Key,
        mode: Literal["rb"] | ByteRange | None = "rb",
        *,
        byte_range: ByteRange | None = None,
        **options: Unpack[ReadOptions],
    ) -> ObjectReader: ...

    @overload
    def open(
        self, key: str, mode: Literal["wb"], **options: Unpack[UploadOptions]
    ) -> ObjectWriter: ...

    @with_upload_options
    @discreet
    def open(
        self,
        key: Key,
        mode: Literal["rb", "wb"] | ByteRange | None = "rb",
        *,
        byte_range: ByteRange | None = None,
        **options: Any,
    ) -> ObjectReader | ObjectWriter:
        """Open an object as a binary file, to read it or, with ``mode="wb"``, to write it.

        A reader is closed best by ``with``. It can seek, so that `zipfile`, `csv` over
        `io.TextIOWrapper` and the like read what they need; `chunks` gives pieces. `byte_range`
        follows Python's slices: ``ByteRange(start=0, stop=100)`` is the first hundred bytes,
        ``ByteRange(start=-100)`` the last. It may also stand in place of the mode.

        A writer takes the options of `upload`, and publishes at the clean exit of its ``with``, or
        by `commit`; see `ObjectWriter`.
        """
        if mode is None or isinstance(mode, ByteRange):
            byte_range = byte_range or mode
            mode = "rb"
        kind = plain(mode) if isinstance(mode, str) else ""
        if kind == "rb":
            return reading.open_reader(self._ground, key, byte_range, options)
        if kind != "wb":
            raise InvalidInput(
                f'the mode is "rb" or "wb", not {shown(mode)}; for text wrap it in '
                "io.TextIOWrapper, and detach() that before a writer ends"
            )
        if byte_range is not None:
            raise InvalidInput("byte_range is for reading; an object is written whole")
        key = key_of(key)
        with Source(b"") as nothing:
            build_upload(self._ground, self._ground.root.join(key), nothing, options)
        # Not a partial, whose repr would show the options.
        return ObjectWriter(key, discreet(lambda file: self.upload(file, key=key, **options)))

    @discreet
    def read(self, key: Key, **options: Unpack[ReadOptions]) -> bytes:
        """Return a whole object's bytes; for objects that fit into memory.

        Every way to read takes `ReadOptions`: a version, a condition, native parameters.
        """
        return reading.read(self._ground, key, options)

    @discreet
    def download(
        self,
        key: Key,
        target: str | os.PathLike[str],
        *,
        progress: Progress | None = None,
        **options: Unpack[ReadOptions],
    ) -> ObjectInfo:
        """Write an object to a file, whole or not at all.

        A file that is there keeps its rights, and a link its place: what it points to is written.
        A device, a pipe or ``/dev/stdout`` is written into as the bytes come. The answer's
        `verified` is the digest that the bytes were compared with.
        """
        return reading.download(self._ground, key, target, progress, options)

    def download_many(
        self,
        items: Iterable[many.DownloadItem],
        folder: str | os.PathLike[str],
        *,
        prefix: str = "",
        concurrency: int = many.CONCURRENCY,
        progress: Progress | None = None,
    ) -> Outcomes[ObjectInfo]:
        """Write many objects to files below `folder`; iterate the answer as that of `upload_many`.

        An item is a key, or ``(key, name)`` with the name of its file. A key is its file's name,
        `prefix`, a folder that all keys begin with, left out. Folders are made. A name that leads
        out of `folder`, by dots or by links, that this system cannot hold, or that another object
        of the call has (also where the file system takes two names for one), is a failure.
        """
        return many.download_many(self, self._ground, items, folder, prefix, concurrency, progress)

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield every object whose key starts with the text `prefix`, page by page, lazily.

        `start_after` begins behind that key. Folder markers and other objects whose keys bucketry
        itself would refuse are listed as they are.
        """
        pages = self.pages(prefix, start_after=start_after)
        return (info for page in pages for info in page.objects)

    def pages(
        self, prefix: str = "", *, delimiter: str = "", start_after: str = ""
    ) -> Iterator[Page]:
        """Yield pages of a listing; with ``delimiter="/"`` one level with its folders."""
        return listing.pages(self._ground, prefix, delimiter, start_after)

    def versions(self, prefix: str = "") -> Iterator[ObjectVersion]:
        """Yield versions of every object whose key starts with `prefix`, lazily, newest first.

        Give one's `version` to `read`, `sign` and `delete`. `Unsupported` where none are kept.
        """
        return listing.versions(self._ground, prefix)

    # -- addresses ---------------------------------------------------------------------------

    def url(self, key: Key, *, expires_in: int | None = None, stable: int | None = None) -> str:
        """Return an address that opens the object: its permanent one, or a signed one if private.

        A signed address is a password: use it, do not store or log it. `sign` gives one that does
        not show itself, and says what `expires_in` and `stable` mean. Where `base_url` is set,
        addresses are not signed, but by `local`, whose own address it is.
        """
        return addressing.url(self._ground, key, expires_in, stable)

    def object_url(self, key: Key) -> str:
        """Return the object's permanent, unsigned address, also where it opens for nobody."""
        return addressing.object_url(self._ground, key)

    def is_private(self, key: Key) -> bool:
        """Return whether the object opens only with a signed URL, as far as we are told."""
        return addressing.is_private(self._ground, key)

    def key_of_url(self, url: str) -> str | None:
        """Return the key whose permanent address is exactly `url`, or None if it is none of ours.

        Another permanent address of the same object counts too: both styles of the vendor's own
        host, other hosts that it serves the bucket on, and what layers add (`bucketry_other_urls`).
        Look-alikes (another host, port, scheme, user info, an escaped slash) are not ours.
        """
        return addressing.key_of_url(self._ground, url)

    def sign(
        self,
        key: Key,
        *,
        method: Method = "GET",
        expires_in: int | None = None,
        download_name: str | None = None,
        response: Mapping[str, str] | None = None,
        content_type: str | None = None,
        version: str | None = None,
        stable: int | None = None,
    ) -> SignedUrl:
        """Return a signed URL that allows `method` on one key, for `expires_in` seconds.

        Args:
            key: the object; for PUT it need not exist.
            method: GET, HEAD, PUT or DELETE. For a form upload see `upload_ticket`.
            expires_in: seconds, from 1 to what the vendor allows, mostly 604,800; the
                configuration's `signed_url_expires` if None.
            download_name: the browser saves the object under this name.
            response: headers that the answer shall carry: `content_type`, `cache_control`,
                `content_disposition`, `content_encoding`, `content_language`, `expires`.
            content_type: type that a PUT must declare; it is then part of the signature.
            version: version of the object to read or delete.
            stable: seconds for which the URL stays the same, so that browsers and templates can
                cache it; for GET and HEAD. It then lives up to so many seconds longer than
                `expires_in`, never less. A new one comes at each multiple of `stable` since 1970,
                and with temporary credentials whenever these are renewed.

        Where `base_url` is set, as of a CDN, GET and HEAD give it with ``signed=False``. No network
        is needed. Raises `InvalidExpiry`, `InvalidHeader`, `Unsupported`.
        """
        return addressing.sign(
            self._ground,
            key,
            method=method,
            expires_in=expires_in,
            download_name=download_name,
            response=response,
            content_type=content_type,
            version=version,
            stable=stable,
        )

    def sign_many(
        self, keys: Iterable[Key], *, expires_in: int | None = None, stable: int | None = None
    ) -> dict[str, SignedUrl]:
        """Sign GET for many keys at once: a page of thumbnails. `stable` is as in `sign`."""
        return addressing.sign_many(self._ground, keys, expires_in, stable)

    def upload_ticket(
        self,
        key: str,
        *,
        content_type: str | None = None,
        min_size: int = 0,
        max_size: int | None = None,
        expires_in: int | None = None,
    ) -> UploadTicket:
        """Return what somebody else needs to upload one object directly, for a limited time.

        It is a form upload (POST) where the vendor verifies policies, so that `max_size` holds;
        else a signed PUT. It is a PUT, too, where no size is asked for and the configuration has
        something for every upload (`prevent_overwrite`, `tags`, `encryption` ...), which is signed
        along then. The ticket tells what the vendor does not see to.
        """
        return addressing.upload_ticket(
            self._ground,
            key,
            content_type=content_type,
            min_size=min_size,
            max_size=max_size,
            expires_in=expires_in,
        )
