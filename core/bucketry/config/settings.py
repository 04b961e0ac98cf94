"""Settings on their way to a provider, each with the place it was written at."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, field, frozen

Path = tuple[str | int, ...]
"""The way to a value: ``("providers", "media", "overrides", 0)``."""

_PLAIN = re.compile(r"[A-Za-z0-9_$@/:-]{1,64}")
_LONGEST_NAME = 64


def dotted(path: Path) -> str:
    """Return ``providers.media.overrides[0]``; a name with odd characters is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + quoted(part).strip("'")
    return text


def quoted(name: str) -> str:
    """Return a name in quotes: a plain one in single, an odd one escaped and shortened."""
    if _PLAIN.fullmatch(name):
        return f"'{name}'"
    return json.dumps(name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "...")


@frozen
class Fault:
    """What is wrong with the setting at `path`, in a sentence without values."""

    path: Path
    sentence: str


@frozen
class Hint:
    """What works at `path` but is not what it seems, or should be written in another way."""

    path: Path
    sentence: str


@frozen
class Origin:
    """Where a setting comes from.

    Attributes:
        path: where it stands in the user's document.
        reference: the ``{ env = ... }`` that stands there, or None for the value itself.
        derived: whether it follows from what stands there, and is not written there as it is.
    """

    path: Path
    reference: Mapping[str, Any] | None = field(default=None, repr=False)
    derived: bool = False

    @property
    def variable(self) -> str | None:
        """Name of the environment variable that the value was read from."""
        return self.reference["env"] if self.reference else None

    @property
    def told_variable(self) -> str:
        """The same for messages."""
        default = ", or its default" if self.reference and "default" in self.reference else ""
        return f"the environment variable {self.variable}{default}"


@frozen(eq=False)
class Settings:
    """The options of one provider as nested dictionaries, and where each was written.

    Attributes:
        values: the options.
        origins: origins by path; what has none stands below the nearest thing that has one.
        unknown: settings whose value is not known because of a fault that is reported already.
    """

    values: dict[str, Any] = field(repr=False)
    origins: dict[Path, Origin]
    unknown: set[Path] = field(factory=set)

    def origin(self, path: Path) -> Origin:
        """Return where the setting at `path` comes from."""
        for length in range(len(path), -1, -1):
            known = self.origins.get(path[:length])
            if known is not None:
                if length == len(path):
                    return known
                return evolve(known, path=known.path + path[length:])
        return Origin(path)

    def derived(self, path: Path) -> Origin:
        """Return the origin of what follows from the setting at `path`."""
        return evolve(self.origin(path), reference=None, derived=True)

    def get(self, path: Path) -> Any:
        """Return the value at `path`, or None."""
        value: Any = self.values
        for part in path:
            if not isinstance(value, dict) or part not in value:
                return None
            value = value[part]
        return value

    def put(self, path: Path, value: Any, origin: Origin) -> None:
        """Set the value at `path` and where it comes from; the tables on the way are made."""
        table = self.values
        for part in path[:-1]:
            if table.get(str(part)) is None:
                table[str(part)] = {}
            table = table[str(part)]
        table[str(path[-1])] = value
        self.origins[path] = origin

    def copy(self) -> Settings:
        """Return settings that can be changed without changing these."""
        return Settings(copy.deepcopy(self.values), dict(self.origins), set(self.unknown))

    def drop(self, path: Path) -> None:
        """Remove the value at `path`, if it is there."""
        table = self.get(path[:-1])
        if isinstance(table, dict):
            table.pop(path[-1], None)

    def carry(
        self,
        source: Path,
        flat: Settings,
        target: Path,
        change: Callable[[Any], Any] | None = None,
    ) -> None:
        """Copy the value at `source` to `target` of other settings, with its origins.

        For dialects: an empty value counts as not written, and of what is at fault the target is
        unknown. `change` makes the value that is put.
        """
        origin = self.origin(source)
        flat.origins.setdefault(target, origin)
        if len(target) > 1:
            flat.origins.setdefault(target[:1], self.origin(source[:-1]))
        doubtful = [path for path in self.unknown if _same_branch(source, path)]
        if doubtful:
            whole = any(len(path) < len(source) for path in doubtful)
            flat.unknown.add(target[:1] if whole else target)
            return
        value = self.get(source)
        if value in (None, "", {}):
            return
        changed = change(value) if change else value
        if changed == "":
            return
        flat.put(target, changed, evolve(origin, derived=changed != value))
        for path, below in self.origins.items():
            if len(path) > len(source) and path[: len(source)] == source:
                flat.origins[target + path[len(source) :]] = below


def settings_at(document: Mapping[str, Any], path: Path) -> Settings:
    """Return the settings in the table at `path` of a document, to be changed at will."""
    whole = Settings(dict(document), {})
    return Settings(whole.get(path), {(): Origin(path)}).copy()


def _same_branch(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]
