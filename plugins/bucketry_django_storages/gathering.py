"""Finds the storages in Django's settings, and what was set for each, under its option's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bucketry.config import Hint, Origin, Settings
from bucketry_django_storages.names import BESIDE, SETTINGS, STATIC, is_backend

Path = tuple[str | int, ...]

ATTRIBUTES = "attributes"
"""Beside ``OPTIONS``: what a class of the project's own sets; see `modules.read`."""

OVERRIDDEN = "overridden"
"""Beside ``OPTIONS``: the methods that such a class has of its own."""

_OLD = {"DEFAULT_FILE_STORAGE": "default", "STATICFILES_STORAGE": "staticfiles"}

_BUCKET = SETTINGS["bucket_name"][0]

_CLASSES = {
    "S3StaticStorage": "StaticFilesStorage",
    "S3ManifestStaticStorage": "ManifestStaticFilesStorage",
}

_NOT_OURS = ("django.", "bucketry_django.")


def recognise(document: Mapping[str, Any]) -> dict[str, Path]:
    """Return where each S3 storage stands: in ``STORAGES``, or in the settings before Django 4.2.

    Settings with a bucket and without any storage have one that is called default.
    """
    found: dict[str, Path] = {
        _provider_name(alias): ("STORAGES", alias)
        for alias, entry in _storages(document)
        if is_backend(entry.get("BACKEND")) or ATTRIBUTES in entry
    }
    for setting, alias in _OLD.items():
        if alias not in found and is_backend(document.get(setting)):
            found[alias] = (setting,)
    if not found and _BUCKET in document:
        found["default"] = (_BUCKET,)
    return found


def _provider_name(alias: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", alias).lstrip("_-") or "default"


def gather(document: Mapping[str, Any], path: Path) -> tuple[Settings, list[Hint]]:
    """Return the options of the storage at `path`: its own ones, its class's, else the settings."""
    entry = _at(document, path)
    settings = Settings({}, {(): Origin(path)})
    for option, names in SETTINGS.items():
        name = next((name for name in names if name in document), None)
        if name is not None:
            settings.put((option,), document[name], Origin((name,)))
    backend = str(entry.get("BACKEND", ""))
    if backend.rpartition(".")[2] in STATIC:
        settings.put(("querystring_auth",), False, Origin((*path, "BACKEND"), derived=True))
    for place in (ATTRIBUTES, "OPTIONS"):
        own = entry.get(place)
        for option, value in own.items() if isinstance(own, Mapping) else ():
            settings.put((option,), value, Origin((*path, place, option)))
    copy = settings.copy()  # a setting's value may be shared by several
    return copy, [*_own_hints(entry, path, copy), *_hints_once(document, path)]


def _at(document: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    setting, *alias = path
    if alias:
        entry: Mapping[str, Any] = document["STORAGES"][alias[0]]
        return entry
    return {"BACKEND": document[str(setting)]}


def _storages(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    storages = document.get("STORAGES")
    for alias, entry in storages.items() if isinstance(storages, Mapping) else ():
        if isinstance(entry, Mapping):
            yield alias, entry


def _own_hints(entry: Mapping[str, Any], path: Path, settings: Settings) -> Iterator[Hint]:
    setting, *alias = path
    name = str(alias[0]) if alias else _OLD.get(str(setting), "default")
    kind = str(entry.get("BACKEND", "")).rpartition(".")[2]
    options: dict[str, Any] = {"provider": _provider_name(name)}
    if kind not in STATIC and settings.get(("file_overwrite",)) is not False:
        options["allow_overwrite"] = True
    becomes = {"BACKEND": f"bucketry_django.{_CLASSES.get(kind, 'Storage')}", "OPTIONS": options}
    place = (*path, "BACKEND") if alias else path
    yield Hint(place, f"becomes STORAGES[{name!r}] = {becomes}")
    methods = entry.get(OVERRIDDEN)
    if methods:
        sentence = (
            f"has its own {', '.join(map(str, methods))}, which are not taken over; write a layer, "
            "or a class of your own below that of bucketry_django"
        )
        yield Hint((*path, "BACKEND"), sentence)


def _hints_once(document: Mapping[str, Any], path: Path) -> Iterator[Hint]:
    """Yield what is to say of the whole, at the first storage only."""
    if path != next(iter(recognise(document).values())):
        return
    known = {name for names in SETTINGS.values() for name in names}
    for name in document:
        if name == BESIDE:
            yield Hint((name,), "is not taken over; the size of parts is multipart.part_size")
        elif name.startswith("AWS_") and name not in known:
            sentence = "is none of django-storages 1.14, which does not look at it either"
            yield Hint((name,), f"{sentence}; leave it to whatever reads it, or remove it")
    for alias, entry in _storages(document):
        backend = str(entry.get("BACKEND", ""))
        if is_backend(backend) or ATTRIBUTES in entry or backend.startswith(_NOT_OURS):
            continue
        if backend.startswith("storages."):
            sentence = "is no S3 storage; keep it as it is, or move its files to S3 first"
        else:
            sentence = (
                "is not looked into; if it is made of django-storages' S3Storage, call from where "
                "both can be imported, or name that as BACKEND and write what it sets into OPTIONS"
            )
        yield Hint(("STORAGES", alias, "BACKEND"), sentence)
