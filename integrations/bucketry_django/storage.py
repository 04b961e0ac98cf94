"""A storage of Django's that keeps its files with a provider."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from io import UnsupportedOperation
from itertools import chain
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files import storage as django_storage
from django.core.signals import setting_changed
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from django.utils.functional import cached_property

from bucketry import (
    AlreadyExists,
    BucketryError,
    ConfigError,
    InvalidInput,
    InvalidKey,
    NotFound,
    ObjectInfo,
    Provider,
    open_provider,
)
from bucketry_django.files import StoredFile

T = TypeVar("T")

_ATTEMPTS = 10
"""Names that are tried for one file; so many taken ones in a row are no accident."""

# Whether `save` has to look if a name is taken. At first it need not, since its upload finds out.
_looks: ContextVar[bool] = ContextVar("bucketry_django_looks", default=True)


@deconstructible(path="bucketry_django.Storage")
class Storage(django_storage.Storage):
    """Keeps the files of models where a provider of bucketry's says.

    ``OPTIONS`` in ``STORAGES`` are its arguments: `provider` is a configured name, None for the
    configuration's default; or `provider` and all that it does not know itself are a configuration.
    Names are looked up in the setting ``BUCKETRY`` (a file or a mapping), else in `bucketry.toml`.

    `stable_urls` are seconds for which a signed address stays the same, so that browsers and cached
    templates can keep it; it lives so much longer than ``signed_url_expires``.

    `save` never overwrites, not even in a race, unless `allow_overwrite` is given: a file whose
    name is taken gets another one. What goes wrong with the storage is a `bucketry.StorageError`,
    of which a missing file is a `FileNotFoundError`, too. A name that leads out of the storage, or
    that no key can have, is `SuspiciousFileOperation`.
    """

    def __init__(
        self,
        provider: str | Provider | None = None,
        *,
        allow_overwrite: bool = False,
        stable_urls: int | None = None,
        **options: Any,
    ) -> None:
        """Open nothing yet; the system checks tell what is wrong with the configuration."""
        if not isinstance(allow_overwrite, bool):  # "False" from the environment would be true
            raise InvalidInput(f"allow_overwrite is True or False, not {allow_overwrite!a}")
        self._constructor_args: tuple[Any, dict[str, Any]]  # `deconstructible` keeps them
        self._given = provider
        self._options = options
        self._allow_overwrite = allow_overwrite
        self.stable_urls = stable_urls
        setting_changed.connect(self._forget)

    @cached_property
    def provider(self) -> Provider:
        """The provider; raises what `bucketry.open_provider` raises."""
        if isinstance(self._given, Provider):
            return self._given
        config = getattr(settings, "BUCKETRY", None)
        if not self._options:
            return open_provider(self._given, config=config)
        try:
            return open_provider({"provider": self._given, **self._options})
        except ConfigError as error:
            try:
                open_provider(self._given, config=config)
            except BucketryError:
                raise error from None
            if all(problem.path != "provider" for problem in error.problems):
                raise
        raise InvalidInput(
            f"{self._given!r} is configured by name, and the storage itself has no option "
            f"{', '.join(self._options)}; it has allow_overwrite and stable_urls"
        )

    def __reduce__(self) -> tuple[Callable[[], Storage], tuple[()]]:
        """Make it anew from its arguments, unless they are a configuration with its secrets."""
        if self._options or isinstance(self._given, Mapping):
            raise TypeError(
                "a storage is pickled only if its provider is configured by name: its options "
                "would take secrets along; put them in the setting BUCKETRY or a file"
            )
        args, kwargs = self._constructor_args
        return partial(type(self), *args, **kwargs), ()

    def holds_keys(self) -> bool:
        """Return whether keys are written out in the arguments, which a migration repeats."""
        given = self._given if isinstance(self._given, Mapping) else self._options
        pair = given.get("credentials")
        written = [*pair.values()] if isinstance(pair, Mapping) else []
        return any(isinstance(key, str) for key in [*written, given.get("signing_key")])

    def _forget(self, *, setting: str, **_: object) -> None:
        if setting == "BUCKETRY":
            self.__dict__.pop("provider", None)

    # -- names -------------------------------------------------------------------------------

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        """Return whether a file may be saved under `name`; while one is, the upload decides."""
        if max_length and len(name) > max_length:
            return False
        return self._allow_overwrite or not _looks.get() or not self.exists(name)

    def get_alternative_name(self, file_root: str, file_ext: str) -> str:
        """Return another name for a file; the same where it may overwrite."""
        if self._allow_overwrite:
            return f"{file_root}{file_ext}"
        return super().get_alternative_name(file_root, file_ext)

    # -- files -------------------------------------------------------------------------------

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Store a file and return the name that it got.

        That a name is taken is noticed by the upload itself, however many are saved at once; the
        next attempt has another name.
        """
        for attempt in range(_ATTEMPTS):
            token = _looks.set(attempt > 0)
            try:
                return super().save(name, content, max_length=max_length)
            except AlreadyExists:
                if attempt + 1 == _ATTEMPTS or not _rewound(content):
                    raise
            finally:
                _looks.reset(token)
        raise AssertionError("the last attempt returns or raises")

    def _save(self, name: str, content: File[Any]) -> str:
        key = key_of(name)
        with suspicious_names():
            self.provider.upload(
                body_of(content),
                key=key,
                filename=posixpath.basename(key),
                prevent_overwrite=not self._allow_overwrite,
            )
        temporary: Callable[[], str] | None = getattr(content, "temporary_file_path", None)
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary())  # an upload is moved into a storage, not copied
        return key

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        key = key_of(name)
        with suspicious_names():
            try:
                return StoredFile(self.provider, key, str(name), mode)
            except NotFound as error:
                if self._is_folder(key):
                    raise IsADirectoryError(f"{name} is a folder") from error
                raise

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is fine."""
        if not name:
            raise ValueError("The name must be given to delete().")
        with suspicious_names():
            self.provider.delete(key_of(name))

    def exists(self, name: str) -> bool:
        """Return whether there is a file, or a folder with files."""
        key = key_of(name)
        if not key:
            return True
        with suspicious_names():
            return self.provider.exists(key) or self._is_folder(key)

    def _is_folder(self, key: str) -> bool:
        pages = self.provider.pages(f"{key}/", delimiter="/")
        return any(page.objects or page.folders for page in pages)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of folders and of files in a folder.

        A folder without files does not exist, and is listed as empty; a file is
        `NotADirectoryError`.
        """
        key = key_of(path)
        prefix = f"{key}/" if key else ""
        folders: list[str] = []
        files: list[str] = []
        with suspicious_names(InvalidInput):
            for page in self.provider.pages(prefix, delimiter="/"):
                folders += [folder.removeprefix(prefix).rstrip("/") for folder in page.folders]
                names = [info.key.removeprefix(prefix) for info in page.objects]
                files += [name for name in names if name]  # "" is the folder's own marker
            if key and not folders and not files and self.provider.exists(key):
                raise NotADirectoryError(f"{path} is a file")
        return folders, files

    def _head(self, name: str) -> ObjectInfo:
        with suspicious_names():
            return self.provider.head(key_of(name))

    def size(self, name: str) -> int:
        """Return the size in bytes."""
        return self._head(name).size

    def get_modified_time(self, name: str) -> datetime:
        """Return when the file was stored: aware under ``USE_TZ``; on S3 in whole seconds."""
        return as_django_has_it(self._head(name).last_modified)

    def get_created_time(self, name: str) -> datetime:
        """Return the same: an object is stored anew each time."""
        return self.get_modified_time(name)

    def url(self, name: str | None) -> str:
        """Return an address that opens the file: its permanent one, or a signed one if private.

        Of a folder, whose name ends in a slash, it is the one in front of its files' names; of no
        name at all the storage's own.
        """
        text = str(name or "").replace("\\", "/").lstrip("/")
        key = key_of(text)
        with suspicious_names():
            if key and not text.endswith("/"):
                return self.provider.url(key, stable=self.stable_urls)
            return self.provider.object_url(f"{key}/x" if key else "x")[:-1]


def key_of(name: str | os.PathLike[str]) -> str:
    """Return the key of a file's name, "" for the storage itself."""
    text = str(name).replace("\\", "/")
    key = posixpath.normpath(text) if text else "."
    if key.startswith(("/", "../")) or key == "..":
        raise SuspiciousFileOperation(f"{str(name)!a} leads out of the storage")
    return "" if key == "." else key


@contextmanager
def suspicious_names(refused: type[InvalidInput] = InvalidKey) -> Iterator[None]:
    """Tell of names that no key can have as Django tells of names that no path can have."""
    try:
        yield
    except refused as error:
        raise SuspiciousFileOperation(str(error)) from error


def body_of(content: File[Any]) -> Any:
    """Return what there is to upload; text is stored in UTF-8, as `open` reads it."""
    chunks = content.chunks()
    first = next(chunks, b"")
    if isinstance(first, str):
        return (chunk.encode() for chunk in chain([first], chunks))
    if not first:
        return b""
    # The file itself has a size; its chunks have none.
    return content if _rewound(content) else chain([first], chunks)


def _rewound(content: Any) -> bool:
    try:
        content.seek(0)
    except (AttributeError, UnsupportedOperation):
        return False
    return True


def as_django_has_it(moment: datetime | None) -> datetime:
    """Return a time as the setting ``USE_TZ`` has it."""
    if moment is None:
        raise NotImplementedError("this storage does not tell when a file was stored")
    moment = moment.astimezone(UTC)
    if settings.USE_TZ:
        return moment
    return timezone.make_naive(moment, timezone.get_default_timezone())
