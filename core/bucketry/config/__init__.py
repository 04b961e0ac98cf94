"""From a file or a mapping to an open provider.

Each step is a module: `load` reads, `check` and `explain` say what is wrong, `environment` resolves
references, `dialects` translate other tools' shapes, `unsupported` sets aside, `convert` makes the
options object, `validate` is their order, and `Config` holds the outcome. Importing this package
imports neither jsonschema nor cattrs, nor what only files and other tools' shapes need.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bucketry.config.configuration import Config
from bucketry.config.load import read
from bucketry.config.settings import Fault, Hint, Origin, Settings, dotted
from bucketry.config.validate import Faulty
from bucketry.discretion import discreet
from bucketry.errors import ConfigError, InvalidInput, PluginError, Problem
from bucketry.host.catalog import Catalog, installed
from bucketry.provider import Provider
from bucketry.texts import plain

if TYPE_CHECKING:
    from bucketry.config.dialects import Dialect, Translation, Vendors

Source = str | os.PathLike[str] | Mapping[str, Any] | None
"""A configuration: a file, a mapping, or None for the file that is found."""

__all__ = [
    "Config",
    "Dialect",
    "Fault",
    "Hint",
    "Origin",
    "Settings",
    "Source",
    "Translation",
    "Vendors",
    "check_config",
    "convert_config",
    "dotted",
    "load_config",
    "open_provider",
    "open_providers",
]


def __getattr__(name: str) -> Any:
    if name in ("Dialect", "Translation", "Vendors"):
        from bucketry.config import dialects

        return getattr(dialects, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@discreet
def load_config(
    config: Source = None,
    *,
    only: str | None = None,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read and check a configuration: `ConfigError` with every problem at once.

    A plugin that cannot be used is one of them, unless the file holds a single provider without a
    name: then it is a `PluginError`.

    Args:
        config: a file, a mapping, or None for the file in ``BUCKETRY_CONFIG``, else the nearest
            `bucketry.toml` (or .json, .yaml, .yml) in the working folder or above, up to the
            project's root; see `bucketry.config.finding`.
        only: check this provider alone; what is wrong with the others then does not matter.
        catalog: the vendors to choose from; the installed ones if None.
        environ: the environment; this process's if None.
    """
    loaded = _open_config(config, catalog, environ, single=False)
    loaded.check(None if only is None else [only])
    return loaded


@discreet
def check_config(
    config: Source = None,
    *,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """Return every problem of a configuration, in file order; none means that it can be opened.

    Opens nothing, imports none of the application's layers and touches no network.
    """
    try:
        load_config(config, catalog=catalog, environ=environ)
    except ConfigError as error:
        return error.problems
    except PluginError as error:
        return (Problem(path="provider", sentence=str(error)),)
    return ()


@discreet
def convert_config(
    config: Source = None,
    *,
    dialect: str | None = None,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Return a configuration of any shape as a flat `bucketry.toml`, dialects included.

    References stay references; a secret that was written out becomes one. What was not taken over
    as it stood is said in comments. `ConfigError` with every problem: variables must be set,
    because they may decide which vendor is meant.

    Args:
        config: as in `load_config`; or text that the tool of `dialect` reads itself, such as the
            name of a Python module.
        dialect: the name of the dialect that the configuration is in; None to ask them all.
        catalog: as in `load_config`.
        environ: as in `load_config`.
    """
    loaded = _open_config(config, catalog, environ, single=False, dialect=dialect)
    loaded.check()
    return loaded.to_toml()


@discreet
def open_provider(
    what: str | Mapping[str, Any] | None = None,
    *,
    config: Source = None,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
) -> Provider:
    """Open one provider. Nothing is sent before its first operation.

    Args:
        what: the name of a configured provider; None for the configuration's `default`, or its
            only provider; or a mapping with the configuration of one provider, which then goes by
            its vendor's name.
        config: where the names are configured: a file, a mapping, or None for the file that is
            found, as in `load_config`.
        catalog: the vendors to choose from; the installed ones if None.
        environ: the environment for ``{ env = "NAME" }``; this process's if None.

    Raises `ConfigError` with every problem of this provider's configuration, and `PluginError` if
    its vendor's plugin cannot be used. Other providers in the same file are not looked at.
    """
    if isinstance(what, Mapping):
        if config is not None:
            raise InvalidInput("give either a mapping or the name of a configured provider")
        return _open_config(what, catalog, environ, single=True).open()
    if what is not None and not isinstance(what, str):
        raise InvalidInput(
            f"a provider is named by text or given as a mapping, not {type(what).__name__}"
        )
    wanted = None if what is None else plain(what)
    return _open_config(config, catalog, environ, single=False).open(wanted)


@discreet
def open_providers(
    config: Source = None,
    *,
    catalog: Catalog | None = None,
    environ: Mapping[str, str] | None = None,
) -> dict[str, Provider]:
    """Open every provider of a configuration, by name.

    Raises what `load_config` raises, then what `open_provider` raises for any of them.
    """
    loaded = load_config(config, catalog=catalog, environ=environ)
    return {name: loaded.open(name) for name in loaded.names}


def _open_config(
    config: Source,
    catalog: Catalog | None,
    environ: Mapping[str, str] | None,
    *,
    single: bool,
    dialect: str | None = None,
) -> Config:
    environ = os.environ if environ is None else environ
    if dialect is None:
        only, document = None, read(config, environ)
    else:
        from bucketry.config.dialects import named, read_in

        only = named(dialect)
        document = read_in(only, config, environ)
    try:
        return Config(document, catalog or installed(), environ, single=single, dialect=only)
    except Faulty as error:
        raise ConfigError(document.problems(error.faults)) from None
