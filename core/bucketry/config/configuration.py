"""A configuration that has been read: its providers by name, checked and opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import EntryPoint
from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import frozen

from bucketry.config.check import ENVELOPE, check
from bucketry.config.load import Document, read
from bucketry.config.opened import Opened
from bucketry.config.settings import Fault, Path, Settings, settings_at
from bucketry.config.validate import Faulty, Validated, validate
from bucketry.discretion import discreet
from bucketry.errors import ConfigError, PluginError, Problem
from bucketry.host.catalog import Catalog, installed
from bucketry.provider import Provider
from bucketry.texts import shown

if TYPE_CHECKING:
    from bucketry.config.dialects import Found
    from bucketry.config.effective import Effective


_OFFERED = 20  # names that a message repeats


@frozen(eq=False, repr=False)
class _Entry:
    """Where one provider stands in the document, and in which dialect, if any."""

    path: Path
    dialect: Found | None = None


class Config:
    """A configuration: named providers, or a single one that goes by its vendor's name.

    Get one from `load_config`.
    """

    def __init__(
        self,
        document: Document,
        catalog: Catalog,
        environ: Mapping[str, str],
        *,
        single: bool,
        dialect: EntryPoint | None = None,
    ) -> None:
        """Take the document apart; `ConfigError` for what stands around the providers.

        A document that is neither shape is read as one provider if `single`. It is in `dialect`
        and nothing else, if that is given.
        """
        self._document = document
        self._catalog = catalog
        self._environ = environ
        self._validated: dict[str, Validated] = {}
        self._entries: dict[str, _Entry] = {}
        self._default: str | None = None
        self._envelope_faults: list[Fault] = []
        if dialect is not None:
            self._read_dialect(single=single, only=dialect)
        elif self._is_flat():
            self._read_flat(single=single)
        else:
            self._read_dialect(single=single)

    def _is_flat(self) -> bool:
        """Whether the document is flat beyond doubt, so that no dialect need be asked."""
        provider = self._document.data.get("provider")
        known = isinstance(provider, str) and provider in self._catalog.names()
        return "providers" in self._document.data or known or isinstance(provider, dict)

    def _read_dialect(self, *, single: bool, only: EntryPoint | None = None) -> None:
        from bucketry.config.dialects import ask, contested, unasked

        asked = ask(self._document.data, None if only is None else [only])
        if len(asked.found) > 1:
            raise Faulty([contested(asked.found)])
        if asked.found:
            for name, path in asked.found[0].places.items():
                entry = _Entry(path, asked.found[0])
                if name:
                    self._entries[name] = entry
                else:
                    self._take_single(entry)
            return
        if only is not None:
            refused = [unasked(error) for error in asked.broken]
            raise Faulty(refused or [Fault((), f"no provider in the dialect {only.name} is here")])
        # It may be in the dialect of a plugin that cannot be asked.
        faults = [unasked(error) for error in asked.broken]
        try:
            self._read_flat(single=single)
        except Faulty as error:
            raise Faulty([*error.faults, *faults]) from None
        self._envelope_faults += faults

    def _read_flat(self, *, single: bool) -> None:
        data = self._document.data
        provider = data.get("provider")
        slip = isinstance(provider, dict) and "env" not in provider  # [provider.media]
        if "providers" not in data and (single or ("provider" in data and not slip)):
            self._take_single(_Entry(()))
        else:
            self._read_envelope(data)

    def _take_single(self, entry: _Entry) -> None:
        validated = self._validate(entry)
        self._entries[validated.vendor.name] = entry
        self._validated[validated.vendor.name] = validated

    def _read_envelope(self, data: dict[str, Any]) -> None:
        self._envelope_faults = check(Settings(data, {}), ENVELOPE)
        providers = data.get("providers")
        for name, entry in providers.items() if isinstance(providers, dict) else ():
            if isinstance(entry, dict):
                self._entries[name] = _Entry(("providers", name))
        default = data.get("default")
        if isinstance(default, str):
            self._default = default
            if default not in self._entries:
                self._envelope_faults.append(
                    Fault(("default",), f"names no provider; {self._offer(default)}")
                )

    @property
    def names(self) -> list[str]:
        """The names of the providers, in the order of the file."""
        return list(self._entries)

    @property
    def default(self) -> str | None:
        """Name of the provider that is opened when none is named, if that is clear."""
        if self._default is None and len(self._entries) == 1:
            return next(iter(self._entries))
        return self._default

    @property
    def file(self) -> str | None:
        """The file it was read from, or None for a mapping."""
        return self._document.file

    @discreet
    def check(self, names: Iterable[str] | None = None) -> None:
        """Check the providers, all by default: `ConfigError` with every problem at once.

        A plugin that cannot be loaded is one problem among the others.
        """
        faults = list(self._envelope_faults)
        for name in self.names if names is None else names:
            try:
                self._validated_as(name)
            except Faulty as error:
                faults.extend(error.faults)
            except PluginError as error:
                faults.append(Fault((*self._entry(name).path, "provider"), str(error)))
        if faults:
            raise self._error(faults)

    @discreet
    def hints(self, names: Iterable[str] | None = None) -> list[Problem]:
        """Return what works in the providers, all by default, but is not what it seems.

        What looks like a slip, and what `open` warns of. `ConfigError` and `PluginError` as there.
        """
        validated = map(self._validated_or_raise, self.names if names is None else names)
        return self._document.problems(
            hint for one in validated for hint in chain(one.slips, one.hints)
        )

    @discreet
    def open(self, name: str | None = None) -> Provider:
        """Open the provider `name`, or the default one. Nothing is sent yet.

        `ConfigError` with everything that is wrong with it; `PluginError` if its vendor's plugin
        cannot be used. Warns of options that were left out with ``unsupported = "ignore"``.
        """
        name = self._pick(name)
        validated = self._validated_or_raise(name)
        file = None if self.file is None else os.path.abspath(self.file)
        opened = Opened(name, file, validated, self._catalog, self._environ, open_again)
        layers, faults = opened.layers()
        if faults:
            raise self._error(faults)
        return opened.provider(layers)

    @discreet
    def effective(self, name: str | None = None) -> list[Effective]:
        """Return every option of a provider with its value, secrets masked, and its origin.

        `ConfigError` and `PluginError` as in `open`.
        """
        from bucketry.config.effective import effective

        return effective(self._validated_or_raise(self._pick(name)), self._document)

    @discreet
    def to_toml(self) -> str:
        """Return a flat `bucketry.toml` with the same meaning; no secret is written into it.

        `ConfigError` and `PluginError` as in `open`, for any provider.
        """
        from bucketry.config.write import to_toml

        return to_toml({name: self._validated_or_raise(name) for name in self.names}, self.default)

    def _pick(self, name: str | None) -> str:
        wanted = self.default if name is None else name
        if self._envelope_faults:
            raise self._error(self._envelope_faults)
        if wanted is None:
            fault = Fault((), f"say which provider, or set default; {self._offer('')}")
            raise self._error([fault])
        self._entry(wanted)
        return wanted

    def _entry(self, name: str) -> _Entry:
        if name not in self._entries:
            raise self._error(
                [Fault((), f"there is no provider {shown(name)}; {self._offer(name)}")]
            )
        return self._entries[name]

    def _offer(self, name: str) -> str:
        near = get_close_matches(name[:64], self.names, n=1)
        meant = f"did you mean {near[0]!r}? There" if near else "there"
        more = f" and {len(self.names) - _OFFERED:,} more" if len(self.names) > _OFFERED else ""
        return f"{meant} are: {', '.join(self.names[:_OFFERED]) or 'none'}{more}"

    def _validated_or_raise(self, name: str) -> Validated:
        try:
            return self._validated_as(name)
        except Faulty as error:
            raise self._error(error.faults) from None

    def _validated_as(self, name: str) -> Validated:
        if name not in self._validated:
            self._validated[name] = self._validate(self._entry(name))
        return self._validated[name]

    def _validate(self, entry: _Entry) -> Validated:
        data, path = self._document.data, entry.path
        if entry.dialect is not None:
            from bucketry.config.dialects import validate_dialect

            return validate_dialect(entry.dialect, data, path, self._catalog, self._environ)
        file = self.file or ""
        folder = os.path.dirname(os.path.abspath(file)) if os.path.isfile(file) else ""
        return validate(settings_at(data, path), self._catalog, self._environ, folder)

    def _error(self, faults: Iterable[Fault]) -> ConfigError:
        return ConfigError(self._document.problems(faults))


@discreet
def open_again(name: str, file: str, layers: Sequence[object]) -> Provider:
    """Open a provider that was pickled: by its name in `file`, with the layers added since."""
    config = Config(read(file, os.environ), installed(), os.environ, single=False)
    provider = config.open(name)
    for layer in layers:
        provider = provider.with_layer(layer)
    return provider
