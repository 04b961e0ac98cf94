"""What options stand for: ``{ env = "NAME" }`` a variable's value, paths what is beside a file."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from bucketry.config.check import check
from bucketry.config.json_types import text_fault
from bucketry.config.schemas import Schema, leaf, member, types
from bucketry.config.settings import Fault, Path, Settings

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})
_LEFT_OUT = object()


def resolve(
    settings: Settings, schema: Schema, environ: Mapping[str, str], folder: str = ""
) -> list[Fault]:
    """Put the values of environment variables in place of their references.

    Text becomes a whole number or true/false where `schema` wants one. Where a table with free
    names is wanted, ``{ env = ... }`` is that table: tags may well be called so. A relative path
    that is written out is one from `folder`.
    """
    resolver = _Resolver(settings=settings, environ=environ, folder=folder)
    for name, value in list(settings.values.items()):
        resolver.step(settings.values, name, value, (name,), member(schema, name))
    return resolver.faults


@frozen(eq=False, repr=False)
class _Resolver:
    settings: Settings
    environ: Mapping[str, str]
    folder: str
    faults: list[Fault] = field(factory=list)

    def step(
        self, owner: Any, name: str | int, value: Any, path: Path, schema: Schema | None
    ) -> None:
        if schema is None:  # an unknown option; the check says so
            return
        if isinstance(value, dict):
            if _is_reference(value, schema):
                found = self._look_up(value, path, schema)
                if found is not _LEFT_OUT:
                    owner[name] = found
                elif isinstance(owner, dict):
                    del owner[name]
                else:
                    owner[name] = None
                return
            for below, item in list(value.items()):
                self.step(value, below, item, (*path, below), member(schema, below))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self.step(value, number, item, (*path, number), member(schema, number))
        else:
            owner[name] = self._beside(value, schema)

    def _beside(self, value: Any, schema: Schema) -> Any:
        """Return a relative path as one from the folder, anything else as it is."""
        if not schema.get("x-path") or not isinstance(value, str) or value[:1] in ("", "~"):
            return value
        return os.path.join(self.folder, value)

    def _look_up(self, reference: dict[str, Any], path: Path, schema: Schema) -> Any:
        origin = self.settings.origin(path)
        malformed = check(Settings(reference, {(): origin}), leaf("env_reference"))
        if malformed:
            self.faults.extend(malformed)
            self.settings.unknown.add(path)
            return _LEFT_OUT
        name = reference["env"]
        text = self.environ.get(name)
        if text is not None:
            self.settings.origins[path] = evolve(origin, reference=reference)
            fault = text_fault(text)
            if fault:
                self.faults.append(Fault(origin.path, f"the environment variable {name} {fault}"))
                self.settings.unknown.add(path)
                return _LEFT_OUT
            return _typed(text, types(schema))
        if "default" in reference:
            self.settings.origins[path] = evolve(origin, reference=reference)
            return self._beside(reference["default"], schema)
        if not reference.get("optional"):
            self.faults.append(
                Fault(
                    origin.path,
                    f"the environment variable {name} is not set; set it, or give the reference "
                    "a default or optional = true",
                )
            )
            self.settings.unknown.add(path)
        return _LEFT_OUT


def _is_reference(value: dict[str, Any], schema: Schema) -> bool:
    if "env" not in value:
        return False
    return "object" not in types(schema) or member(schema, "env") is None


def _typed(text: str, wanted: tuple[str, ...]) -> Any:
    if not wanted or "string" in wanted:
        return text
    if "integer" in wanted and re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip()):
        return int(text)
    if "number" in wanted and re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", text.strip()):
        return float(text)
    if "boolean" in wanted and text.strip().lower() in _TRUE | _FALSE:
        return text.strip().lower() in _TRUE
    return text
