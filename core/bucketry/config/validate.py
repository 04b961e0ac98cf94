"""The way of one provider's settings: translate, look up, check, convert, check again."""

from __future__ import annotations

import copy
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from attrs import evolve, field, frozen

from bucketry.config.check import ENTRY, check
from bucketry.config.convert import to_options
from bucketry.config.environment import resolve
from bucketry.config.schemas import Schema, member, vendor_schema
from bucketry.config.settings import Fault, Hint, Path, Settings
from bucketry.config.unsupported import Ignored, set_aside
from bucketry.errors import InvalidKey, PluginError
from bucketry.host.catalog import Catalog
from bucketry.host.masking import MIN_LENGTH
from bucketry.keys import RootPath
from bucketry.limits import Limits, limits_in
from bucketry.vendor import Vendor


class Faulty(Exception):
    """The settings cannot be used; `faults` says why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(len(faults))
        self.faults = tuple(faults)


@frozen(eq=False)
class Validated:
    """One provider's settings after every check, ready to be opened.

    Attributes:
        vendor: the vendor's page, from `distribution`.
        schema: the vendor's schema, self-contained.
        settings: the settings as the vendor's schema has accepted them.
        options: the vendor's options object.
        ignored: options left out because the vendor cannot honour them.
        slips: options that are accepted and look like a slip; a check tells them.
        hints: what works but differs from what was written, or should be written in another way;
            whoever opens the provider is warned.
    """

    vendor: Vendor
    distribution: str
    schema: Schema = field(repr=False)
    settings: Settings
    options: Any = field(repr=False)
    ignored: Sequence[Ignored] = ()
    slips: Sequence[Hint] = ()
    hints: Sequence[Hint] = ()


def validate(
    settings: Settings, catalog: Catalog, environ: Mapping[str, str], folder: str = ""
) -> Validated:
    """Check one provider's settings. `Faulty` with all that is wrong, or `PluginError`.

    `folder` is where relative paths in them begin.
    """
    vendor, distribution = _vendor(settings, catalog, environ)
    schema = vendor_schema(vendor, distribution)
    faults = resolve(settings, schema, environ, folder)
    refused, ignored = set_aside(settings, schema, limits_in(schema))
    faults += refused
    if "provider" not in schema.get("properties", {}):
        settings.drop(("provider",))
    faults += check(settings, schema)
    settings.drop(("provider",))
    if faults or settings.unknown:
        raise Faulty([*faults, *_faults_besides(settings, schema, vendor, distribution)])
    options, faults, more = _finished(settings, schema, vendor, distribution)
    if faults:
        raise Faulty(faults)
    slips = [
        Hint(settings.origin(path).path, _masked(sentence, settings, schema))
        for path, sentence in _told(vendor.slips, options, vendor, distribution)
    ]
    return Validated(vendor, distribution, schema, settings, options, [*ignored, *more], slips)


def _finished(
    settings: Settings, schema: Schema, vendor: Vendor, distribution: str
) -> tuple[Any, list[Fault], list[Ignored]]:
    """Return the options, what only they show to be wrong, and what is left out of them."""
    options = to_options(settings.values, vendor, distribution)
    faults = [
        Fault(settings.origin(path).path, _masked(sentence, settings, schema))
        for path, sentence in _cross_checks(options, vendor, distribution)
    ]
    if vendor.capabilities_for is None:
        return options, faults, []
    # What the vendor can do is known only now, and its schema could not say it.
    try:
        limits: object = vendor.limits(vendor.capabilities_for(vendor.capabilities, options))
        if not isinstance(limits, Limits):
            raise TypeError
    except (Exception, SystemExit) as error:
        who = f"{vendor.name} ({distribution})"
        raise PluginError(who, crashed("check of the options", error)) from None
    refused, ignored = set_aside(settings, schema, limits, judge_values=True)
    return to_options(settings.values, vendor, distribution), faults + refused, ignored


def _vendor(settings: Settings, catalog: Catalog, environ: Mapping[str, str]) -> tuple[Vendor, str]:
    faults = resolve(settings, ENTRY, environ)
    name = settings.values.get("provider")
    alone = Settings({} if name is None else {"provider": name}, settings.origins, settings.unknown)
    faults += check(alone, ENTRY)
    if faults or name is None:
        raise Faulty(faults)
    try:
        return catalog.load(str(name)), catalog.distribution(str(name))
    except PluginError as error:
        if name in catalog.names():
            raise
        # Not installed or blocked: that is for the user to mend, in this place.
        raise Faulty([Fault(settings.origin(("provider",)).path, error.reason)]) from None


def _faults_besides(
    settings: Settings, schema: Schema, vendor: Vendor, distribution: str
) -> Iterator[Fault]:
    """Yield what the finished options would show besides what is known to be at fault.

    They are made without the options at fault, then with examples in their places: what is wrong
    each time does not come from them.
    """
    doubtful = {str(path[0]) for path in settings.unknown if path}
    if () in settings.unknown:
        return
    sound = {name: value for name, value in settings.values.items() if name not in doubtful}
    properties = schema.get("properties", {})
    examples = {name: _examples(properties[name]) for name in doubtful if name in properties}
    needed = {name for name in schema.get("required", ()) if name not in sound}
    if not all(examples.get(name) for name in needed):
        return
    tried = [
        {name: some[which] for name, some in examples.items() if some and name in names}
        for which, names in ((0, needed), (0, examples), (-1, examples))
    ]
    found: list[list[Fault]] = []
    for instead in tried:
        trial = Settings({**instead, **copy.deepcopy(sound)}, {})
        try:
            found.append(_finished(trial, schema, vendor, distribution)[1])
        except PluginError:
            return
    for fault in found[0]:
        if fault.path[0] not in doubtful and all(fault in others for others in found[1:]):
            yield evolve(fault, path=settings.origin(fault.path).path)


def _examples(schema: Schema) -> list[Any]:
    """Return values that an option may have; no references to the environment."""
    if "enum" in schema:
        return list(schema["enum"])
    if schema.get("type") == "boolean":
        return [False, True]
    examples = [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else [])]
    return [value for value in examples if "env" not in json.dumps(value)]


def _cross_checks(options: Any, vendor: Vendor, distribution: str) -> Iterator[tuple[Path, str]]:
    """Yield the faults that only the finished options show."""
    found = _told(vendor.check, options, vendor, distribution)
    yield from found
    if all(path != ("root_path",) for path, _ in found):
        try:
            RootPath(options.root_path)
        except InvalidKey:
            yield (
                ("root_path",),
                "cannot stand in front of keys: no '/' at its ends, no '//', no '.' or '..' "
                "between slashes, no backslash, no invisible characters",
            )


def _told(
    ask: Callable[[Any], Iterable[tuple[str, str]]] | None,
    options: Any,
    vendor: Vendor,
    distribution: str,
) -> list[tuple[Path, str]]:
    """Return what a vendor's own rules say of the options."""
    if ask is None:
        return []
    try:
        found = [(_path(dotted), sentence) for dotted, sentence in ask(options)]
        if not all(isinstance(sentence, str) for _, sentence in found):
            raise TypeError
        return found
    except (Exception, SystemExit) as error:
        who = f"{vendor.name} ({distribution})"
        raise PluginError(who, crashed("check of the options", error)) from None


def _path(dotted: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))


def crashed(what: str, error: BaseException) -> str:
    """Return the reason for a plugin whose code fails. The exception's text may repeat secrets."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"its {what} failed with {type(error).__name__} in "
        f"{FilePath(frame.filename).name}:{frame.lineno}; report it to its authors"
    )


def _masked(sentence: str, settings: Settings, schema: Schema) -> str:
    """Return a plugin's sentence without any secret that it repeats."""
    for secret in _secrets(settings.values, schema):
        if len(secret) >= MIN_LENGTH:
            sentence = sentence.replace(secret, "***")
    return sentence


def _secrets(value: Any, schema: Schema | None) -> Iterator[str]:
    if schema is not None and schema.get("writeOnly") and value:
        yield str(value)
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _secrets(below, member(schema, name))
