"""Which vendors are installed: names from package metadata, imported only when asked for."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from itertools import chain
from typing import Any, TypeVar

import attrs
from attrs import frozen

from bucketry.errors import PluginError
from bucketry.model import Capabilities
from bucketry.vendor import CommonOptions, SchemaSource, Vendor

T = TypeVar("T")

GROUP = "bucketry.providers"
"""Entry-point group that a vendor plugin registers in; the entry's name is the vendor's name."""

_PARTS: tuple[tuple[str, Any], ...] = (
    ("title", str),
    ("schema", SchemaSource),
    ("capabilities", Capabilities),
    ("layers", Callable),
    ("limits", Callable),
    ("hookspecs", Sequence),
    ("protected_params", Set),
    ("header_params", Mapping),
    ("max_expires_in", int),
)
_COMMON = tuple(name for name, it in vars(CommonOptions).items() if isinstance(it, property))

BLOCK_VARIABLE = "BUCKETRY_BLOCK"
"""Environment variable with vendor names, comma-separated, that must not be loaded."""


_NOTHING = (
    "nothing, not even what bucketry brings; its *.dist-info is missing, which those who bundle "
    "applications leave out unless told (PyInstaller: --copy-metadata bucketry)"
)


@frozen
class Listed:
    """One installed vendor, not imported: its name, where it comes from, where it lives."""

    name: str
    distribution: str
    module: str


class Catalog:
    """The installed vendors by name.

    Listing imports no plugin. A name that two distributions offer is an error naming both, but only
    for whoever asks for that name; a plugin that fails to import hurts nobody else.
    """

    def __init__(
        self, entries: Iterable[EntryPoint] | None = None, *, block: Iterable[str] | None = None
    ) -> None:
        """Read the entry points of this environment, or take `entries`.

        `block` defaults to the names in ``BUCKETRY_BLOCK``.
        """
        if block is None:
            block = os.environ.get(BLOCK_VARIABLE, "").split(",")
        self._blocked = frozenset(name.strip() for name in block if name.strip())
        self._entries: dict[str, list[EntryPoint]] = {}
        for entry in registered(GROUP) if entries is None else entries:
            offers = self._entries.setdefault(entry.name, [])
            # One distribution can be seen twice, from its folder and from its installation.
            if all(_offer(entry) != _offer(other) for other in offers):
                offers.append(entry)
        self._loaded: dict[str, Vendor] = {}

    def __iter__(self) -> Iterator[Listed]:
        for name in self.names():
            for entry in self._entries[name]:
                yield Listed(name, distribution_of(entry), entry.value)

    def names(self) -> list[str]:
        """Return the names that can be asked for, sorted."""
        return sorted(set(self._entries) - self._blocked)

    def distribution(self, name: str) -> str:
        """Return name and version of the distribution that offers vendor `name`."""
        entries = self._entries.get(name, [])
        return distribution_of(entries[0]) if entries else ""

    def load(self, name: str) -> Vendor:
        """Import the plugin of vendor `name` and return its page.

        `PluginError`: no such vendor, blocked, offered twice, fails to import, or is no `Vendor`.
        """
        if name in self._loaded:
            return self._loaded[name]
        if name in self._blocked:
            raise PluginError(name, f"blocked by {BLOCK_VARIABLE}")
        offers = self._entries.get(name)
        if not offers:
            near = self._near(name)
            hint = f"did you mean {' or '.join(map(repr, sorted(near)))}? " if near else ""
            known = ", ".join(self.names()) if self._entries else _NOTHING
            raise PluginError(name, f"no installed plugin offers this; {hint}Installed: {known}")
        if len(offers) > 1:
            both = " and ".join(f"{distribution_of(e)} ({e.value})" for e in offers)
            raise PluginError(name, f"offered by {both}; uninstall one or block the name")
        vendor = _import(offers[0])
        self._loaded[name] = vendor
        return vendor

    def _near(self, name: str) -> list[str]:
        """Return the names that may be meant: spelt nearly so, or of a vendor that is called so."""
        if name.lower() in self.names():
            return [name.lower()]
        # Of two or three letters, one that differs is half or a third of them.
        some = (2, 0.5) if len(name) <= 3 else (1, 0.6)
        near = get_close_matches(name.lower(), self.names(), *some)
        return near or [known for known in self.names() if name.lower() in self._words(known)]

    def _words(self, name: str) -> list[str]:
        try:
            return self.load(name).title.lower().split()
        except PluginError:
            return []


def registered(group: str) -> Iterable[EntryPoint]:
    """Return the entry points of this environment in `group`.

    One distribution with unreadable metadata makes the library's own reader fail for all; then each
    is read by itself, and that one is left out with a warning.
    """
    try:
        return entry_points(group=group)
    except Exception:
        found: dict[str, list[EntryPoint]] = {}
        for dist in distributions():
            name = _name_and_version(dist)[0]
            try:
                offered = [entry for entry in dist.entry_points if entry.group == group]
            except Exception as error:
                warnings.warn(
                    f"the distribution {name!a} is left out: its entry points cannot be read "
                    f"({type(error).__name__})",
                    RuntimeWarning,
                    stacklevel=3,
                )
            else:
                # The first on the path is the one that is imported.
                found.setdefault(name or str(len(found)), offered)
        return chain.from_iterable(found.values())


def _offer(entry: EntryPoint) -> tuple[str, str]:
    return (_name_and_version(entry.dist)[0] if entry.dist else "", entry.value)


def distribution_of(entry: EntryPoint) -> str:
    """Return name and version of the distribution that registers `entry`."""
    told = " ".join(_name_and_version(entry.dist)).strip() if entry.dist else ""
    return told or "unknown distribution"


@lru_cache(maxsize=256)
def _name_and_version(dist: Distribution) -> tuple[str, str]:
    """Return what the metadata tells, "" where a folder has none.

    For that, Python 3.13 gives a deprecated None, and says that it will be a KeyError. The whole
    file is parsed each time that it is asked.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            told = dist.metadata
            return told["Name"] or "", told["Version"] or ""
        except KeyError:
            return "", ""


def load_entry(entry: EntryPoint, kind: type[T], called: str) -> tuple[T, str]:
    """Import what an entry point names, `called` in messages; return it and who it is.

    `PluginError` with the reason, whatever the plugin raises, if it is not of this kind, or has
    another name than its entry point.
    """
    who = f"{entry.name} ({distribution_of(entry)}, {entry.value})"
    try:
        loaded: Any = entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even call sys.exit() while it is imported
        raise PluginError(
            who, f"it cannot be loaded: {type(error).__name__}: {error}; report it to its authors"
        ) from error
    if not isinstance(loaded, kind):
        raise PluginError(who, f"it is of type {type(loaded).__name__}, not {called}")
    name = getattr(loaded, "name", None)
    if name != entry.name:
        raise PluginError(who, f"the {kind.__name__} calls itself {name!r}; both names must agree")
    return loaded, who


def _import(entry: EntryPoint) -> Vendor:
    vendor, who = load_entry(entry, Vendor, "a bucketry.Vendor")
    for part, kind in _PARTS:
        value = getattr(vendor, part)
        if not isinstance(value, kind):
            raise PluginError(
                who, f"the Vendor's {part} is of type {type(value).__name__}, not {kind.__name__}"
            )
    if not (isinstance(vendor.options, type) and attrs.has(vendor.options)):
        raise PluginError(who, "the Vendor's options must be an attrs class")
    known = {*attrs.fields_dict(vendor.options), *dir(vendor.options)}
    if missing := [name for name in _COMMON if name not in known]:
        raise PluginError(
            who, f"the Vendor's options lack {', '.join(missing)}, which all vendors' options have"
        )
    return vendor


@cache
def installed() -> Catalog:
    """Return the catalog of this environment, read once per process."""
    return Catalog()
