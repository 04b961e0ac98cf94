"""Known differences: rules that a server is known to break, declared in a file with the reason.

A TOML file, one line for each case::

    "headers.metadata" = "writes dashes for underscores; acme/server#38737"
    "conditional.race_of_creators" = { reason = "looks before it writes", sometimes = true }

A known difference does not fail a run. It fails one as soon as it is gone, so that no entry
outlives its reason; with ``sometimes`` it may come and go, as what depends on timing does.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from bucketry.errors import ConfigError, Problem
from bucketry.testing.suite import Suite


@frozen
class Difference:
    """Why a server breaks a rule; with `sometimes` not in every run."""

    reason: str
    sometimes: bool = False


Known = Mapping[str, Difference]
"""Case to the difference that is known there."""


def read_known(path: Path, suite: Suite) -> Known:
    """Return the known differences that a file declares.

    `ConfigError` with every fault of the file: no TOML, a case that `suite` has not, no reason.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(path="", sentence=reason, file=str(path))]) from None
    known: dict[str, Difference] = {}
    problems: list[Problem] = []
    for case, told in entries.items():
        entry: Any = {"reason": told} if isinstance(told, str) else told
        faults = [*_unknown_case(case, suite), *_faults(entry)]
        problems += [Problem(path=case, sentence=fault, file=str(path)) for fault in faults]
        if not faults:
            known[case] = Difference(entry["reason"], entry.get("sometimes", False))
    if problems:
        raise ConfigError(problems)
    return known


def _unknown_case(case: str, suite: Suite) -> Iterator[str]:
    ids = [one.id for one in suite.cases]
    if case not in ids:
        close = difflib.get_close_matches(case, ids, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        yield f"the suite has no such case{hint}"


def _faults(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield 'must be the reason as text, or { reason = "...", sometimes = true }'
        return
    reason = entry.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        yield "needs a reason"
    if not isinstance(entry.get("sometimes", False), bool):
        yield "sometimes must be true or false"
    for name in sorted(entry.keys() - {"reason", "sometimes"}):
        yield f"unknown entry {name!r}; there are reason and sometimes"
