"""Reads the settings of a Django project as Django does: by importing the module."""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from bucketry import ConfigError, Problem
from bucketry_django_storages.gathering import ATTRIBUTES, OVERRIDDEN
from bucketry_django_storages.names import ENVIRONMENT, SETTINGS, is_backend

_OTHERS = ("STORAGES", "DEFAULT_FILE_STORAGE", "STATICFILES_STORAGE", "GZIP_CONTENT_TYPES")
_SECRETS = ("access_key", "secret_key", "security_token")
_SECRET_SETTINGS = {name for option in _SECRETS for name in SETTINGS[option]}
_TRANSFER = ("multipart_threshold", "multipart_chunksize", "max_concurrency", "use_threads")
_SHORTEST = 8
"""Characters of a secret that stands in a variable; shorter ones are found there by accident."""


def read(source: str) -> dict[str, Any]:
    """Return what concerns storages in a settings module, named by its dotted name or its file.

    It is imported, from the working folder and with the environment as it is. A class of the
    project's own becomes what it sets and overrides, where it can be imported. A secret that stands
    in an environment variable becomes a reference to that. `ConfigError` if it cannot be imported.
    """
    with _importable(source) as name:
        module = _imported(name)
        found = {
            setting: _plain(setting, getattr(module, setting))
            for setting in dir(module)
            if setting.startswith("AWS_") or setting in _OTHERS
        }
        for setting, variables in ENVIRONMENT.items():
            given = next((variable for variable in variables if os.environ.get(variable)), None)
            if given and not any(other in found for other in _same_option(setting)):
                found[setting] = {"env": given}
        for entry in found.get("STORAGES", {}).values():
            if isinstance(entry, dict) and not str(entry.get("BACKEND")).startswith("django."):
                _look_into(entry, name)
    return found


def _same_option(setting: str) -> tuple[str, ...]:
    return next(names for names in SETTINGS.values() if setting in names)


@contextmanager
def _importable(source: str) -> Iterator[str]:
    """Give the dotted name of a module that can be imported meanwhile."""
    folder, name = Path.cwd(), source
    if source.endswith(".py"):
        path = Path(source).resolve()
        folder, name = path.parent, path.stem
        while (folder / "__init__.py").is_file():
            folder, name = folder.parent, f"{folder.name}.{name}"
    sys.path.insert(0, str(folder))
    try:
        yield name
    finally:
        sys.path.remove(str(folder))


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # whatever a module raises
        sentence = f"the settings module {name} cannot be imported: {_told(error)}"
    raise ConfigError([Problem(path="", sentence=sentence)])


def _told(error: Exception) -> str:
    """Return what went wrong without an exception's text, which may repeat secrets."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"there is no module {error.name}; call from the folder that manage.py is in"
    if isinstance(error, SyntaxError):
        return f"SyntaxError in {Path(error.filename or '?').name}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if not f.filename.startswith("<")), frames[-1])
    name = next(iter(error.args), None) if isinstance(error, KeyError) else None
    lacking = f" {name}" if isinstance(name, str) and re.fullmatch(r"[A-Z0-9_]+", name) else ""
    return (
        f"{type(error).__name__}{lacking} in {Path(frame.filename).name}:{frame.lineno}; it is "
        "imported with this environment, so set what it needs there"
    )


def _look_into(entry: dict[str, Any], settings: str) -> None:
    """Add to a storage what its class sets, if that is one of the project's own."""
    if is_backend(entry.get("BACKEND")):
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    try:
        from django.utils.module_loading import import_string

        made = import_string(entry["BACKEND"])
        base = import_string("storages.backends.s3.S3Storage")
        if not issubclass(made, base):
            return
    except Exception:  # a class that cannot be had is told of as one that is not looked into
        return
    entry[ATTRIBUTES] = {
        option: _plain(option, getattr(made, option))
        for option in SETTINGS
        if hasattr(made, option)
    }
    entry[OVERRIDDEN] = sorted(
        name
        for name, value in vars(base).items()
        if callable(value) and getattr(made, name) is not value and not name.startswith("__")
    )


def _plain(name: str, value: Any) -> Any:
    """Return a value as JSON has it, without keys that nobody needs here."""
    if isinstance(value, Mapping):
        return {below: _plain(below, item) for below, item in value.items()}
    if name in ("cloudfront_key", "AWS_CLOUDFRONT_KEY", "cloudfront_signer"):
        return bool(value)
    if name in ("transfer_config", "AWS_S3_TRANSFER_CONFIG") and value is not None:
        usual = type(value)()
        given = {option: getattr(value, option) for option in _TRANSFER}
        return {o: number for o, number in given.items() if number != getattr(usual, o)}
    if name in ("client_config", "AWS_S3_CLIENT_CONFIG") and value is not None:
        return dict(getattr(value, "_user_provided_options", {}))
    if isinstance(value, str) and (name in _SECRETS or name in _SECRET_SETTINGS):
        return _referred(value)
    return value


def _referred(secret: str) -> Any:
    """Return the reference to the environment variable that a secret stands in, if in one."""
    if len(secret) < _SHORTEST:
        return secret
    return next(
        ({"env": name} for name in sorted(os.environ) if os.environ[name] == secret), secret
    )
