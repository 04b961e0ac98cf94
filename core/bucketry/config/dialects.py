"""Configurations in other tools' shapes: recognised, checked, translated to flat settings.

A dialect is a plugin behind the entry-point group ``bucketry.dialects``. It is asked only when a
document is not flat, so that one that is broken hurts no flat file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import PurePath
from typing import Any, TypeVar
from urllib.parse import urlsplit

import attrs
from attrs import evolve, field, frozen

from bucketry.config.check import check
from bucketry.config.environment import resolve
from bucketry.config.finding import refused
from bucketry.config.formats import FORMATS
from bucketry.config.load import Document, document_of, read
from bucketry.config.schemas import dialect_schema
from bucketry.config.settings import Fault, Hint, Origin, Path, Settings, settings_at
from bucketry.config.unsupported import set_aside
from bucketry.config.validate import Faulty, Validated, crashed, validate
from bucketry.errors import BucketryError, PluginError
from bucketry.host.catalog import Catalog, distribution_of, load_entry, registered
from bucketry.limits import limits_in
from bucketry.vendor import SchemaSource, Vendor, match_host

T = TypeVar("T")

GROUP = "bucketry.dialects"
"""Entry-point group that a dialect registers in; the entry's name is the dialect's name."""


@frozen(kw_only=True, eq=False)
class Translation:
    """What a dialect makes of one provider's settings.

    Attributes:
        settings: the flat settings; each has the origin that it was translated from.
        hints: what works but differs from the other tool, or should be written in another way.
        faults: what cannot be translated.
    """

    settings: Settings
    hints: Sequence[Hint] = ()
    faults: Sequence[Fault] = ()


@frozen(eq=False)
class Vendors:
    """What a dialect may ask about the installed vendors."""

    _catalog: Catalog = field(alias="catalog", repr=False)
    _environ: Mapping[str, str] = field(alias="environ", repr=False)

    def names(self) -> list[str]:
        """Return the names of the vendors that can be asked for."""
        return self._catalog.names()

    def load(self, name: str) -> Vendor:
        """Return a vendor; `PluginError` as in `Catalog.load`."""
        return self._catalog.load(name)

    def at_host(self, host: str) -> dict[str, Mapping[str, str]]:
        """Return the vendors that have `host` among their endpoints, each with what it tells.

        ``{"r2": {"account_id": "abc"}}``: what stands for an option in the vendor's own host
        patterns. The patterns are matched label by label, never in part.
        """
        found: dict[str, Mapping[str, str]] = {}
        for name in self._catalog.names():
            try:
                vendor = self._catalog.load(name)
            except PluginError:
                continue  # its endpoints are unknown; `bucketry providers` shows what is wrong
            known = {option.name for option in attrs.fields(vendor.options)}
            told = match_host(vendor.endpoint_hosts, host)
            if told is not None:
                found[name] = {option: text for option, text in told.items() if option in known}
        return found

    def choose(self, flat: Settings, origin: Origin, otherwise: str) -> Fault | None:
        """Set the vendor that the host of the endpoint in `flat` names, and what the host tells.

        `otherwise` is the vendor of hosts that nobody knows. What is set has `origin`, which is the
        endpoint's, and so has the fault of an endpoint that leaves no choice.
        """
        endpoint = flat.get(("endpoint",))
        try:
            host = (urlsplit(endpoint).hostname or "").removesuffix(".")
        except ValueError:
            host = ""
        if not host:
            return Fault(origin.path, "must be an address like https://s3.example.com")
        matches = self.at_host(host)
        if len(matches) > 1:
            return Fault(
                origin.path,
                f"this host is claimed by {' and '.join(matches)}; name the vendor in a flat "
                "configuration, which `bucketry convert` writes",
            )
        server = host.removeprefix(f"{flat.get(('bucket',))}.")
        if not matches and server != host and self.at_host(server):
            return Fault(
                origin.path, "begins with the bucket, which is put there; leave it out here"
            )
        name, told = next(iter(matches.items()), (otherwise, {}))
        flat.put(("provider",), name, origin)
        for option, value in told.items():
            if flat.get((option,)) is None:
                flat.put((option,), value, origin)
        if endpoint.lower().startswith("http://"):
            flat.put(("allow_http",), True, origin)
        return None

    def faults(self, settings: Settings) -> Sequence[Fault]:
        """Return what is wrong with flat settings, which stay as they are."""
        try:
            validate(settings.copy(), self._catalog, self._environ)
        except Faulty as error:
            return error.faults
        return ()


@frozen(kw_only=True, eq=False)
class Dialect:
    """Another tool's way to write down where files are stored.

    Attributes:
        name: a short word; equals the entry point's name.
        recognise: tells from a document, as it was read, which providers in this dialect stand in
            it: name to path. A provider that has no name there is called "", stands alone and
            goes by its vendor's name. Nothing at all if the document is not in this dialect.
        schema: JSON Schema of one provider, with the extra keywords of vendors' schemas. Checked
            before `translate`, so that faults are told in the other tool's own words.
        translate: makes flat settings of what the schema has accepted. What it has not is missing
            there and listed in `Settings.unknown`: what would follow from it belongs into the
            `unknown` of the flat settings, so that the other faults are told too.
        modernise: moves what stands in a place of former versions to where the schema wants it,
            and gives a hint for each.
        gather: collects one provider's settings, for a tool that has them in several places: takes
            the document and the provider's path, gives settings with an origin each, and hints.
            Without it they are the table at that path.
        read: makes a document of what the tool itself reads and no TOML, JSON or YAML file is, such
            as the name of a Python module. `bucketry convert` asks it where the dialect is named.
            `ConfigError` if it cannot be read.
        words: what a flat option is called there, for sentences that name one.
    """

    name: str
    recognise: Callable[[Mapping[str, Any]], Mapping[str, Path]]
    schema: SchemaSource
    translate: Callable[[Settings, Vendors], Translation]
    modernise: Callable[[Settings], Sequence[Hint]] | None = None
    gather: Callable[[Mapping[str, Any], Path], tuple[Settings, Sequence[Hint]]] | None = None
    read: Callable[[str], Mapping[str, Any]] | None = None
    words: Mapping[str, str] = field(factory=dict)


@frozen(eq=False)
class Found:
    """A dialect that takes a document for its own, and where its providers stand."""

    dialect: Dialect
    distribution: str
    places: Mapping[str, Path]


@frozen(eq=False)
class Asked:
    """What the installed dialects say of a document."""

    found: Sequence[Found]
    broken: Sequence[PluginError]


def ask(data: Mapping[str, Any], entries: Iterable[EntryPoint] | None = None) -> Asked:
    """Ask every installed dialect, or those of `entries`, whether `data` is in it."""
    found, broken = [], []
    for entry in registered(GROUP) if entries is None else entries:
        try:
            dialect = _load(entry)
            by = distribution_of(entry)
            places = _guarded(lambda d=dialect: dict(d.recognise(data)), dialect=dialect, by=by)
            if places:
                found.append(Found(dialect, by, places))
        except PluginError as error:
            broken.append(error)
    return Asked(found, broken)


def named(name: str) -> EntryPoint:
    """Return the entry point of the dialect `name`; `ConfigError` if there is none."""
    entries = {entry.name: entry for entry in registered(GROUP)}
    if name not in entries:
        raise refused(f"there is no dialect {name!r}; there are: {', '.join(sorted(entries))}")
    return entries[name]


def read_in(
    entry: EntryPoint,
    source: str | os.PathLike[str] | Mapping[str, Any] | None,
    environ: Mapping[str, str],
) -> Document:
    """Read what `read` does, or a text that the tool of this dialect itself reads.

    `ConfigError` if it cannot be read.
    """
    if not isinstance(source, str):
        return read(source, environ)
    dialect = _load(entry)
    if dialect.read is None or PurePath(source).suffix.lower() in FORMATS:
        return read(source, environ)
    return document_of(_guarded(dialect.read, source, dialect=dialect, by=distribution_of(entry)))


def validate_dialect(
    found: Found,
    document: Mapping[str, Any],
    path: Path,
    catalog: Catalog,
    environ: Mapping[str, str],
) -> Validated:
    """Translate and check the provider at `path`; raises what `validate` raises."""
    dialect, by = found.dialect, found.distribution
    hints: list[Hint] = []
    if dialect.gather is None:
        written = settings_at(document, path)
    else:
        written, told = _guarded(dialect.gather, document, path, dialect=dialect, by=by)
        hints += told
    if dialect.modernise is not None:
        hints += _guarded(dialect.modernise, written, dialect=dialect, by=by)
    schema = dialect_schema(dialect.schema, _who(dialect, by))
    faults = resolve(written, schema, environ)
    refused, _ = set_aside(written, schema, limits_in(schema))
    faults += refused + check(written, schema)
    for path in sorted(written.unknown, key=len, reverse=True):
        written.drop(path)
    vendors = Vendors(catalog=catalog, environ=environ)
    made: object = _guarded(dialect.translate, written, vendors, dialect=dialect, by=by)
    if not isinstance(made, Translation):
        kind = type(made).__name__
        raise PluginError(_who(dialect, by), f"it translates to a {kind}, not to a Translation")
    faults += made.faults
    try:
        validated = validate(made.settings, catalog, environ)
    except Faulty as error:
        changed = [evolve(one, sentence=_in_words(one.sentence, dialect)) for one in error.faults]
        raise Faulty([*faults, *changed]) from None
    if faults:
        raise Faulty(faults)
    return evolve(validated, hints=[*hints, *made.hints])


def _in_words(sentence: str, dialect: Dialect) -> str:
    for option, word in dialect.words.items():
        sentence = re.sub(rf"(?<!\.)\b{re.escape(option)}\b", word, sentence)
    return sentence


def contested(found: Sequence[Found]) -> Fault:
    """Return the fault of a document that several dialects take for their own."""
    names = " and ".join(f"{one.dialect.name} ({one.distribution})" for one in found)
    return Fault((), f"is taken for their own by the dialects {names}; uninstall one of them")


def unasked(error: PluginError) -> Fault:
    """Return the fault of a dialect that could not say whether a document is in it."""
    return Fault((), f"the dialect {error}")


def _load(entry: EntryPoint) -> Dialect:
    dialect, _ = load_entry(entry, Dialect, "a Dialect")
    return dialect


def _guarded(call: Callable[..., T], *given: Any, dialect: Dialect, by: str) -> T:
    """Call a dialect; what it raises becomes a `PluginError` without the values of the file."""
    try:
        return call(*given)
    except BucketryError:
        raise
    except Exception as error:
        raise PluginError(_who(dialect, by), crashed("dialect", error)) from None


def _who(dialect: Dialect, by: str) -> str:
    return f"{dialect.name} ({by})"
