"""The typed facade that an application holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Unpack

import attrs

from bucketry.errors import (
    BucketryError,
    IntegrityError,
    InvalidExpiry,
    InvalidInput,
    InvalidKey,
    NotFound,
    PluginError,
    Rejected,
    StorageError,
    Unsupported,
)
from bucketry.headers import check_header_value, check_param_values, content_disposition
from bucketry.hookspecs import ProviderHooks
from bucketry.host.answers import Answers
from bucketry.host.defaults import DefaultsLayer
from bucketry.host.layers import LayerStack, NamedLayer, name_layers
from bucketry.host.masking import Mask
from bucketry.keys import RootPath
from bucketry.model import (
    ByteRange,
    Capabilities,
    CommonOptions,
    Deleted,
    LayerContext,
    Method,
    ObjectInfo,
    ObjectReader,
    Page,
    Progress,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
    UploadTicket,
    Vendor,
)
from bucketry.source import Body, Source
from bucketry.transfer import download
from bucketry.uploads import UploadOptions, build_upload, check_extra_params

MAX_EXPIRES = 604_800
"""Longest life of a SigV4 signature: 7 days in seconds (Amazon S3 User Guide, presigned URLs)."""

LIST_PAGE = 1000
"""Keys in one page of a listing; the most that S3 gives."""

_RESPONSE_HEADERS = frozenset(
    {
        "cache_control",
        "content_disposition",
        "content_encoding",
        "content_language",
        "content_type",
        "expires",
    }
)


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
    ) -> None:
        """Stack the layers: defaults, the vendor's, then `overrides` from the bottom up.

        `distribution` names where the vendor's plugin came from, for messages.
        """
        self.name = name
        self.vendor = vendor
        self._options = options
        self._distribution = distribution
        self._overrides = tuple(overrides)
        self._mask = Mask(options)
        self._root = RootPath(options.root_path)
        self._capabilities = vendor.capabilities
        if vendor.refine is not None:
            with self._building("capabilities"):
                refined: object = vendor.refine(vendor.capabilities, options)
                if not isinstance(refined, Capabilities):
                    raise TypeError(f"refine answered {type(refined).__name__}")
                self._capabilities = refined
        context = LayerContext(
            provider=name,
            vendor=vendor,
            capabilities=self._capabilities,
            relay=lambda: self._hooks,
        )
        with self._building("layers"):
            own = name_layers(
                vendor.name, vendor.layers(options, context), distribution=distribution
            )
        defaults = NamedLayer(f"{vendor.name}/defaults", DefaultsLayer(options))
        self._stack = LayerStack([defaults, *own, *self._overrides])
        self._answers = Answers(self._stack)
        self._hooks: ProviderHooks = self._stack.hooks

    # -- about the provider ------------------------------------------------------------------

    @property
    def options(self) -> Any:
        """The effective options, frozen; secrets in them do not show themselves."""
        return self._options

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do, each fact with its source."""
        return self._capabilities

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers from the bottom up."""
        return self._stack.names

    def with_layer(self, layer: object) -> Provider:
        """Return a new provider with `layer` asked first; this one stays as it is."""
        named = name_layers("override", [layer], start=len(self._overrides))
        return Provider(
            name=self.name,
            vendor=self.vendor,
            options=self._options,
            distribution=self._distribution,
            overrides=(*self._overrides, *named),
        )

    def layer(self, kind: type[Any]) -> Any:
        """Return the topmost layer of class `kind`: the way to what a family offers beyond hooks.

        `LookupError` if there is none.
        """
        for named in reversed(self._stack.layers):
            if isinstance(named.layer, kind):
                return named.layer
        raise LookupError(f"{self!r} has no {kind.__name__}; its layers: {', '.join(self.layers)}")

    # -- storing -----------------------------------------------------------------------------

    def upload(
        self, source: Body, *, key: str | None = None, **options: Unpack[UploadOptions]
    ) -> StoredObject:
        """Store `source` and return what was stored.

        `source` is bytes, a `pathlib.Path`, a file open in binary mode, or an iterator of bytes of
        unknown length. Without `key`, the configured strategy names it; keep the answer's `key`.
        Memory stays below part size x (concurrency + 2) + 40 MiB whatever the source's length.

        Raises `InvalidInput` before anything is sent; `AlreadyExists`, `PreconditionFailed`,
        `SourceChanged` and the rest of `StorageError` with nothing new visible.
        """
        with Source(source) as opened:
            object_key = "" if key is None else self._root.join(key)
            upload = build_upload(object_key, opened, options)
            if key is None:
                with self._operation("upload", None):
                    key = self._answers.key(
                        self._hooks.bucketry_build_key(upload=upload), "bucketry_build_key"
                    )
                upload = attrs.evolve(upload, key=self._root.join(key))
            with self._operation("upload", key):
                params = self._answers.params(
                    self._hooks.bucketry_put_params(upload=upload), "bucketry_put_params"
                )
                stored = self._answers.stored(
                    self._hooks.bucketry_upload(upload=upload, params=params),
                    upload.key,
                    "bucketry_upload",
                )
                return self._completed(stored)

    def replace(
        self,
        key: str,
        source: Body,
        *,
        new_key: str | None = None,
        **options: Unpack[UploadOptions],
    ) -> StoredObject:
        """Put `source` in the place of the object `key`, whatever `prevent_overwrite` says.

        With `new_key` the new object is stored there first and the old one deleted afterwards, so
        that caches of the old address go stale on their own. Pass `if_match` with the old ETag to
        replace only the version you know; it does not go with `new_key`.
        """
        self._root.join(key)
        if new_key is None or new_key == key:
            options["prevent_overwrite"] = False
            return self.upload(source, key=key, **options)
        if options.get("if_match") is not None:
            raise InvalidInput(
                "if_match looks at the object that is written over, not at an old one"
            )
        stored = self.upload(source, key=new_key, **options)
        self.delete(key)
        return stored

    def _completed(self, stored: StoredObject) -> StoredObject:
        """Fill in what only the facade knows, and translate the key."""
        key = self._root.strip(stored.key)
        return attrs.evolve(
            stored,
            key=key,
            object_key=stored.key,
            provider=self.name,
            url=self._object_url(stored.key),
            public=not self._is_private(stored.key),
        )

    # -- deleting ----------------------------------------------------------------------------

    def delete(self, key: str, *, extra_params: Mapping[str, Any] | None = None) -> None:
        """Delete one object. A key that does not exist is fine, as in S3."""
        with self._operation("delete", key):
            outcome = self._delete([self._root.join(key)], extra_params)
            if outcome.failures:
                failure = outcome.failures[0]
                raise Rejected(failure.reason, code=failure.code)

    def delete_many(
        self, keys: Iterable[str], *, extra_params: Mapping[str, Any] | None = None
    ) -> Deleted:
        """Delete many objects in as few requests as the vendor allows; an outcome for each key.

        A bad key is refused before anything is deleted. What could not be deleted is in
        `failures`; nothing is raised for it.
        """
        object_keys = [self._root.join(key) for key in _keys(keys)]
        if not object_keys:
            return Deleted(keys=())
        with self._operation("delete", None):
            outcome = self._delete(object_keys, extra_params)
        return Deleted(
            keys=[self._root.strip(key) for key in outcome.keys],
            failures=[attrs.evolve(f, key=self._root.strip(f.key)) for f in outcome.failures],
        )

    def delete_prefix(self, folder: str, *, progress: Progress | None = None) -> Deleted:
        """Delete every object in `folder` and below. ``photos`` spares ``photos-old/a.png``.

        The empty folder is refused: to empty a provider, delete its folders. `progress` is called
        with the number of objects deleted.
        """
        prefix = self._root.join(folder.removesuffix("/")) + "/"
        deleted: list[str] = []
        failures = []
        with self._operation("delete", folder):
            keys = (info.key for page in self._pages(prefix, "", "") for info in page.objects)
            while batch := list(islice(keys, LIST_PAGE)):
                outcome = self._delete(batch, None)
                deleted += [self._root.strip(key) for key in outcome.keys]
                failures += [attrs.evolve(f, key=self._root.strip(f.key)) for f in outcome.failures]
                if progress is not None:
                    progress(len(outcome.keys))
        return Deleted(keys=deleted, failures=failures)

    def _delete(self, keys: Sequence[str], extra: Mapping[str, Any] | None) -> Deleted:
        return self._answers.deleted(
            self._hooks.bucketry_delete(keys=keys, params=check_extra_params(extra or {})),
            keys,
            "bucketry_delete",
        )

    # -- reading -----------------------------------------------------------------------------

    def head(self, key: str) -> ObjectInfo:
        """Return size, type, metadata and ETag; `NotFound` if there is no such object."""
        with self._operation("head", key):
            object_key = self._root.join(key)
            return self._told(
                self._answers.info(
                    self._hooks.bucketry_head(key=object_key), object_key, "bucketry_head"
                )
            )

    def exists(self, key: str) -> bool:
        """Return whether there is an object. A denied look is an error, not a no."""
        try:
            self.head(key)
        except NotFound:
            return False
        return True

    def open(self, key: str, byte_range: ByteRange | None = None) -> ObjectReader:
        """Open an object, or a range of it, for reading; close the reader, best by ``with``.

        `byte_range` follows Python's slices: ``ByteRange(start=0, stop=100)`` is the first hundred
        bytes, ``ByteRange(start=-100)`` the last.
        """
        if byte_range is not None:
            _check_range(byte_range)
        with self._operation("open", key):
            object_key = self._root.join(key)
            reader = self._answers.reader(
                self._hooks.bucketry_open(key=object_key, byte_range=byte_range),
                object_key,
                "bucketry_open",
            )
            reader.info = self._told(reader.info)
            return reader

    def read(self, key: str) -> bytes:
        """Return a whole object's bytes; for objects that fit into memory."""
        with self.open(key) as reader, self._operation("read", key):
            body = reader.read()
            if len(body) != reader.info.size:
                raise IntegrityError(
                    f"{len(body)} bytes arrived, {reader.info.size} were announced"
                )
            return body

    def download(
        self, key: str, target: str | Path, *, progress: Progress | None = None
    ) -> ObjectInfo:
        """Write an object to a file, whole or not at all; a broken connection is taken up again."""
        with self._operation("download", key):
            return download(lambda byte_range: self.open(key, byte_range), Path(target), progress)

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield every object whose key starts with the text `prefix`, page by page, lazily.

        `start_after` begins behind that key. Folder markers and other objects whose keys bucketry
        itself would refuse are listed as they are.
        """
        for page in self.pages(prefix, start_after=start_after):
            yield from page.objects

    def pages(
        self, prefix: str = "", *, delimiter: str = "", start_after: str = ""
    ) -> Iterator[Page]:
        """Yield pages of a listing; with ``delimiter="/"`` one level with its folders."""
        for name, text in (("prefix", prefix), ("delimiter", delimiter), ("after", start_after)):
            check_param_values(name, text)
        with self._operation("list", prefix or None):
            after = self._root.prefix + start_after if start_after else ""
            for page in self._pages(self._root.prefix + prefix, delimiter, after):
                yield Page(
                    objects=[self._told(info) for info in page.objects],
                    folders=[self._root.strip(folder) for folder in page.folders],
                )

    def _pages(self, prefix: str, delimiter: str, start_after: str) -> Iterator[Page]:
        pages = self._hooks.bucketry_list(
            prefix=prefix, delimiter=delimiter, start_after=start_after, page_size=LIST_PAGE
        )
        for page in self._answers.pages(pages, prefix, "bucketry_list"):
            # The root path itself may exist as a folder marker; it is no object of this provider.
            yield attrs.evolve(
                page, objects=[info for info in page.objects if info.key != self._root.prefix]
            )

    def _told(self, info: ObjectInfo) -> ObjectInfo:
        return attrs.evolve(info, key=self._root.strip(info.key)) if self._root.prefix else info

    # -- copying -----------------------------------------------------------------------------

    def copy(
        self, source: str, target: str, *, extra_params: Mapping[str, Any] | None = None
    ) -> StoredObject:
        """Copy an object inside the bucket, metadata included, on the vendor's side."""
        with self._operation("copy", source):
            source_key, target_key = self._root.join(source), self._root.join(target)
            if source_key == target_key:
                raise InvalidInput(f"source and target are the same key {source!r}")
            stored = self._answers.stored(
                self._hooks.bucketry_copy(
                    source=source_key,
                    target=target_key,
                    params=check_extra_params(extra_params or {}),
                ),
                target_key,
                "bucketry_copy",
            )
            return self._completed(stored)

    def move(self, source: str, target: str) -> StoredObject:
        """Copy, then delete the source. A failure in between leaves both, never neither."""
        stored = self.copy(source, target)
        self.delete(source)
        return stored

    # -- addresses ---------------------------------------------------------------------------

    def url(self, key: str, *, expires_in: int | None = None) -> str:
        """Return an address that opens the object: its permanent one, or a signed one if private.

        A signed address is a password: use it, do not store or log it. `sign` gives one that does
        not show itself. Where `base_url` is set, addresses are never signed.
        """
        object_key = self._root.join(key)
        with self._operation("url", key):
            if self._is_private(object_key):
                request = SignRequest(
                    key=object_key, method="GET", expires_in=self._expires(expires_in)
                )
                return self._sign(request).reveal()
            return self._object_url(object_key)

    def object_url(self, key: str) -> str:
        """Return the object's permanent, unsigned address, also where it opens for nobody."""
        with self._operation("url", key):
            return self._object_url(self._root.join(key))

    def key_of_url(self, url: str) -> str | None:
        """Return the key whose permanent address is exactly `url`, or None if it is none of ours.

        Look-alikes (another host, port, scheme, user info, an escaped slash) are not ours.
        """
        with self._operation("url", None):
            answer: object = self._hooks.bucketry_key_of_url(url=url)
            if answer is None:
                return None
            object_key = self._answers.expect(answer, str, "bucketry_key_of_url")
            try:
                key = self._root.strip(object_key)
                self._root.join(key)
            except InvalidKey:
                return None
            return key if self._object_url(object_key) == url else None

    def sign(
        self,
        key: str,
        *,
        method: Method = "GET",
        expires_in: int | None = None,
        download_name: str | None = None,
        response: Mapping[str, str] | None = None,
        content_type: str | None = None,
        version: str | None = None,
    ) -> SignedUrl:
        """Return a signed URL that allows `method` on one key, for `expires_in` seconds.

        Args:
            key: the object; for PUT it need not exist.
            method: GET, HEAD, PUT or DELETE. For a form upload see `upload_ticket`.
            expires_in: 1 to 604,800 seconds; the configuration's `signed_url_expires` if None.
            download_name: the browser saves the object under this name.
            response: headers that the answer shall carry: `content_type`, `cache_control`,
                `content_disposition`, `content_encoding`, `content_language`, `expires`.
            content_type: type that a PUT must declare; it is then part of the signature.
            version: version of the object to read or delete.

        Where `base_url` is set, GET and HEAD give that address with ``signed=False``. No network
        is needed. Raises `InvalidExpiry`, `InvalidHeader`, `Unsupported`.
        """
        if method == "POST":
            raise InvalidInput("a form upload needs its limits; use upload_ticket")
        if method not in ("GET", "HEAD", "PUT", "DELETE"):
            raise InvalidInput(f"{method!r} cannot be signed; GET, HEAD, PUT and DELETE can")
        wanted = dict(response or {})
        unknown = sorted(set(wanted) - _RESPONSE_HEADERS)
        if unknown:
            raise InvalidInput(
                f"no such response header: {', '.join(unknown)}; "
                f"there are {', '.join(sorted(_RESPONSE_HEADERS))}"
            )
        if download_name is not None:
            wanted["content_disposition"] = content_disposition(download_name)
        if wanted and method not in ("GET", "HEAD"):
            raise InvalidInput(
                f"download_name and response= are for GET and HEAD, not for {method}"
            )
        if version is not None and method == "PUT":
            raise InvalidInput("an upload makes a version; it cannot name one")
        for name, value in wanted.items():
            check_header_value(f"response {name}", value)
        if content_type is not None:
            if method != "PUT":
                raise InvalidInput("content_type limits an upload; for GET use response=")
            check_header_value("content_type", content_type)
        with self._operation("sign", key):
            self._check_can_sign(method)
            return self._sign(
                SignRequest(
                    key=self._root.join(key),
                    method=method,
                    expires_in=self._expires(expires_in),
                    response=wanted,
                    content_type=content_type,
                    version=version,
                )
            )

    def sign_many(
        self, keys: Iterable[str], *, expires_in: int | None = None
    ) -> dict[str, SignedUrl]:
        """Sign GET for many keys at once: a page of thumbnails."""
        seconds = self._expires(expires_in)
        self._check_can_sign("GET")
        signed = {}
        with self._operation("sign", None):
            for key in _keys(keys):
                request = SignRequest(key=self._root.join(key), method="GET", expires_in=seconds)
                signed[key] = self._sign(request)
        return signed

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
        else a signed PUT, and the ticket tells which limits the vendor cannot check.
        """
        if content_type is not None:
            check_header_value("content_type", content_type)
        if min_size < 0 or (max_size is not None and max_size < min_size):
            raise InvalidInput("sizes are bytes, min_size not above max_size")
        post = self._capabilities.post_policy.value == "yes"
        enforced: set[str] = {"key"}
        unenforced: set[str] = set()
        if content_type is not None:
            enforced.add("content_type")
        if max_size is not None or min_size:
            (enforced if post else unenforced).add("size")
        with self._operation("sign", key):
            if not post:
                self._check_can_sign("PUT")
            signed = self._sign(
                SignRequest(
                    key=self._root.join(key),
                    method="POST" if post else "PUT",
                    expires_in=self._expires(expires_in),
                    content_type=content_type,
                    min_size=min_size,
                    max_size=max_size,
                )
            )
        return UploadTicket(
            key=key,
            signed=signed,
            enforced=frozenset(enforced),
            unenforced=frozenset(unenforced),
        )

    def _check_can_sign(self, method: Method) -> None:
        methods = self._capabilities.presign.value
        if methods is not None and method not in methods:
            raise Unsupported(
                f"{self.vendor.title} signs {', '.join(sorted(methods))} only",
                provider=self.name,
                vendor=self.vendor.name,
                operation="sign",
            )

    def _expires(self, seconds: int | None) -> int:
        limit = self._capabilities.presign_seconds_max.value or MAX_EXPIRES
        if seconds is None:
            seconds = self._options.signed_url_expires
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= limit:
            raise InvalidExpiry(
                f"a signed URL lives 1 to {limit:,} seconds, given as an int; "
                f"{seconds!r} is not possible"
            )
        return seconds

    def _sign(self, request: SignRequest) -> SignedUrl:
        return self._answers.signed(
            self._hooks.bucketry_sign(request=request), request, "bucketry_sign"
        )

    def _object_url(self, object_key: str) -> str:
        return self._answers.url(
            self._hooks.bucketry_object_url(key=object_key), "bucketry_object_url"
        )

    def _is_private(self, object_key: str) -> bool:
        return self._answers.expect(
            self._hooks.bucketry_is_private(key=object_key), bool, "bucketry_is_private"
        )

    # -- housekeeping ------------------------------------------------------------------------

    def sweep(
        self, *, older_than: timedelta = timedelta(days=1), dry_run: bool = False
    ) -> Sequence[Swept]:
        """Remove multipart uploads that were begun more than `older_than` ago and never finished.

        A killed process leaves them behind; they are billed and in no listing. Only those under
        the root path are touched. With `dry_run` they are only listed.
        """
        if older_than < timedelta(0):
            raise InvalidInput("older_than is a time span back from now, not negative")
        with self._operation("sweep", None):
            swept = self._answers.swept(
                self._hooks.bucketry_sweep(
                    prefix=self._root.prefix,
                    older_than=datetime.now(UTC) - older_than,
                    dry_run=dry_run,
                ),
                self._root.prefix,
                "bucketry_sweep",
            )
            return [attrs.evolve(one, key=self._root.strip(one.key)) for one in swept]

    def close(self) -> None:
        """Close connections. The provider must not be used afterwards.

        A layer that fails to close does not keep the others open; its error is raised at the end.
        """
        with ExitStack() as stack:
            for named in self._stack.layers:
                closing: Callable[[], object] | None = getattr(named.layer, "close", None)
                if closing is not None:
                    stack.callback(closing)

    def __enter__(self) -> Provider:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Provider {self.name!r}: {self.vendor.title}, layers {', '.join(self.layers)}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Provider is not pickled; open it by name in the other process")

    # -- how hooks are asked -----------------------------------------------------------------

    @contextmanager
    def _operation(self, operation: str, key: str | None) -> Iterator[None]:
        """Give every error of an operation the provider, the key and the vendor's advice.

        Errors that are none of ours pass through, unless they would show a secret.
        """
        try:
            yield
        except StorageError as error:
            if error.provider:
                raise
            told = error.evolve(
                provider=self.name,
                vendor=self.vendor.name,
                operation=error.operation or operation,
                key=error.key if error.key is not None else key,
                reason=self._mask(error.reason),
                hint=self._mask(error.hint),
            )
            if not told.hint:
                told = told.evolve(hint=self._mask(self._advice(told)))
            cause = error.__cause__
            raise told from None if self._mask.shown_by(cause) else cause
        except Exception as error:
            if not self._mask.shown_by(error):
                raise
            raise self._secret_shown(operation, error) from None

    @contextmanager
    def _building(self, what: str) -> Iterator[None]:
        """Name the plugin whose page fails."""
        try:
            yield
        except BucketryError:
            raise
        except Exception as error:
            if self._mask.shown_by(error):
                raise self._secret_shown(f"making its {what}", error) from None
            raise PluginError(
                self._plugin, f"making its {what} failed: {type(error).__name__}: {error}"
            ) from error

    @property
    def _plugin(self) -> str:
        return f"{self.vendor.name} ({self._distribution or 'unknown distribution'})"

    def _secret_shown(self, doing: str, error: Exception) -> PluginError:
        return PluginError(
            self._plugin,
            f"{doing} failed with {type(error).__name__}; its message would show a secret of the "
            "configuration and is left out",
        )

    def _advice(self, error: StorageError) -> str:
        """Ask the layers for advice; layers that fail at it must not hide the error itself."""
        hook = "bucketry_explain_error"
        try:
            return self._answers.expect(self._hooks.bucketry_explain_error(error=error), str, hook)
        except Exception as failure:
            asked = ", ".join(self._stack.asked(hook))
            return f"(No advice: {hook} failed with {type(failure).__name__}; asked {asked}.)"


def _keys(keys: Iterable[str]) -> Iterable[str]:
    if isinstance(keys, str):
        raise InvalidInput("many keys are a list; one str would be taken as a key per letter")
    return keys


def _check_range(byte_range: ByteRange) -> None:
    start, stop = byte_range.start, byte_range.stop
    if (start < 0 and stop is not None) or (stop is not None and stop <= start):
        raise InvalidInput(
            "a range is start < stop, both counted from 0, or a negative start without stop"
        )
