"""System checks: what is wrong with a storage before anybody uses it. No network is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.files.storage import InvalidStorageError, storages
from django.db.models import FileField

from bucketry import BucketryError, ConfigError
from bucketry_django.static import StaticFilesStorage
from bucketry_django.storage import Storage


def check_storages(**_: Any) -> list[checks.CheckMessage]:
    """Return what is wrong with the storages that are bucketry's."""
    return [*_check_each(), *_check_fields(), *_check_order()]


def _check_each() -> Iterator[checks.CheckMessage]:
    for alias in settings.STORAGES:
        try:
            storage = storages[alias]
        except (InvalidStorageError, TypeError) as error:  # of arguments that no storage takes
            if str(settings.STORAGES[alias].get("BACKEND", "")).startswith("bucketry_django"):
                yield checks.Error(str(error), obj=_named(alias), id="bucketry.E001")
            continue
        except Exception as error:
            if isinstance(error, BucketryError):  # of storages of others, others tell
                yield from _faults(alias, error)
            continue
        if isinstance(storage, Storage):
            yield from _check(alias, storage)


def _check(alias: str, storage: Storage) -> Iterator[checks.CheckMessage]:
    try:
        provider = storage.provider
    except BucketryError as error:
        yield from _faults(alias, error)
        return
    try:
        private = provider.is_private("x")
        signed = provider.sign("x", stable=storage.stable_urls).signed if private else False
    except BucketryError as error:
        yield checks.Warning(
            f"no address can be made: {error}", obj=_named(alias), id="bucketry.W001"
        )
        return
    if private and not signed:
        yield checks.Warning(
            "its files are private, but its base_url gives addresses that are not signed",
            hint="Leave base_url out, or set visibility to public, or let base_url ask who reads.",
            obj=_named(alias),
            id="bucketry.W002",
        )
    if private and signed and isinstance(storage, StaticFilesStorage):
        yield checks.Warning(
            "static files are private, so that their addresses expire",
            hint="Set visibility to public, or give static files a provider of their own.",
            obj=_named(alias),
            id="bucketry.W003",
        )


def _check_fields() -> Iterator[checks.CheckMessage]:
    fields = (field for model in apps.get_models() for field in model._meta.local_fields)
    for field in fields:
        if isinstance(field, FileField):
            storage = field.deconstruct()[3].get("storage")
            if isinstance(storage, Storage) and storage.holds_keys():
                yield checks.Warning(
                    "migrations repeat the arguments of its storage, and keys stand in them",
                    hint="Name a provider, or give the field a function that returns the storage.",
                    obj=field,
                    id="bucketry.W005",
                )


def _faults(alias: str, error: Exception) -> Iterator[checks.CheckMessage]:
    if not isinstance(error, ConfigError):
        yield checks.Error(str(error), obj=_named(alias), id="bucketry.E002")
        return
    for problem in error.problems:
        yield checks.Error(str(problem), obj=_named(alias), id="bucketry.E003")


def _named(alias: str) -> str:
    return f'STORAGES["{alias}"]'


def _check_order() -> Iterator[checks.CheckMessage]:
    names = [config.name for config in apps.get_app_configs()]
    static = "django.contrib.staticfiles"
    if static in names and names.index(static) < names.index("bucketry_django"):
        yield checks.Warning(
            "collectstatic is the one of django.contrib.staticfiles, which does one file at a time",
            hint="Name bucketry_django before django.contrib.staticfiles in INSTALLED_APPS.",
            id="bucketry.W004",
        )
