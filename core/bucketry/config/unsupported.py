"""Options that a vendor cannot honour: refused with the reason, or left out with a warning."""

from __future__ import annotations

from attrs import frozen

from bucketry.config.schemas import Schema, at
from bucketry.config.settings import Fault, Path, Settings
from bucketry.limits import Limits


@frozen(eq=False)
class Ignored:
    """An option that is left out, and why."""

    path: Path
    reason: str


def set_aside(
    settings: Settings, schema: Schema, limits: Limits, *, judge_values: bool = False
) -> tuple[list[Fault], list[Ignored]]:
    """Take out of `settings` what the vendor cannot honour: as faults, or as ignored options.

    Which of the two, the option `unsupported` decides. An option that is switched off (false, an
    empty table) asks for nothing and is taken out without a word. A value that is not among the
    few is a fault with `judge_values` only: otherwise `schema` has an enum that says so.
    """
    ignore = settings.values.get("unsupported") == "ignore"
    faults, ignored = [], []
    for name, refusal in limits.unsupported.items():
        path: Path = tuple(name.split("."))
        value = settings.get(path)
        if value:
            if ignore:
                ignored.append(Ignored(path, refusal.reason))
            else:
                faults.append(Fault(settings.origin(path).path, str(refusal)))
        settings.drop(path)
    for name, narrowing in limits.narrowed.items():
        path = tuple(name.split("."))
        value = settings.get(path)
        if value is None or value in narrowing.values:
            continue
        if ignore:
            ignored.append(Ignored(path, narrowing.reason))
            settings.drop(_whole(path, schema))
        elif judge_values:
            faults.append(Fault(settings.origin(path).path, narrowing.reason))
    return faults, ignored


def _whole(path: Path, schema: Schema) -> Path:
    """Return the option that must go when the value at `path` does: its table, if that needs it."""
    owner = at(schema, path[:-1]) or {}
    if len(path) > 1 and path[-1] in owner.get("required", ()):
        return path[:-1]
    return path
