"""What a conformance case is, and how it says which capabilities it needs."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from attrs import evolve, field, frozen

from bucketry.model import Capabilities, Fact
from bucketry.testing.store import Store

Outcome = Literal["passed", "failed", "contradicted", "skipped", "probed-yes", "probed-no"]
"""How a case ended.

``contradicted``: the server does something else than a capability says; the fact must be corrected.
``skipped``: the vendor declares that it cannot do this, or the configuration leaves no way to try.
``probed-yes``, ``probed-no``: nobody knows whether the vendor can do this; now this run does.
"""

Seen = str | tuple[str, ...] | None
"""What an observation found: one value of a capability, several that it cannot tell apart, or None
when it could not be told at all."""

Function = TypeVar("Function", bound=Callable[..., Seen])


_ABSENT = frozenset({"no", "none", "ignored", "refused"})


def fact_of(capabilities: Capabilities, name: str, entry: str | None) -> Fact[Any]:
    """Return a capability's fact; with `entry` that of one key of a mapping."""
    fact: Fact[Any] = getattr(capabilities, name)
    if entry is None or fact.value is None:
        return fact
    return Fact(fact.value.get(entry), fact.confidence, fact.source, fact.as_of, fact.note)


@frozen
class Need:
    """One capability that a case needs.

    `name` is the field of `Capabilities`, `values` those that will do. Where the capability is a
    set, one of them must be in it; where it is a mapping, `entry` is the key that counts.
    """

    name: str
    values: tuple[object, ...]
    entry: str | None = None

    def judge(self, capabilities: Capabilities) -> bool | None:
        """Return whether the need is met; None when nobody knows."""
        value = fact_of(capabilities, self.name, self.entry).value
        if value is None:
            return None
        if isinstance(value, frozenset):
            return any(wanted in value for wanted in self.values)
        return value in self.values

    @property
    def absence(self) -> bool:
        """Whether the need is that the vendor can *not* do something."""
        return _ABSENT.issuperset(self.values)

    def belief(self) -> object:
        """Return a value of the capability that meets the need."""
        (kind,) = get_args(get_type_hints(Capabilities)[self.name])
        if get_origin(kind) is frozenset:
            return frozenset(self.values)
        return self.values[0] if self.entry is None else {self.entry: self.values[0]}

    def told(self, capabilities: Capabilities) -> str:
        """Return what is declared, with its source: ``tagging = 'no' (documented, ...)``."""
        return told(self.name, self.entry, capabilities)


def told(name: str, entry: str | None, capabilities: Capabilities) -> str:
    """Return a declared fact for a sentence, with its source."""
    fact = fact_of(capabilities, name, entry)
    value = sorted(fact.value) if isinstance(fact.value, frozenset) else fact.value
    where = ", ".join(part for part in (fact.confidence, fact.source, fact.as_of) if part)
    return f"{name}{f'[{entry}]' if entry else ''} = {value!r} ({where})"


def has(name: str, *values: object, entry: str | None = None) -> Need:
    """Return the need that capability `name` is one of `values`, or has one of them in its set."""
    return Need(name, values, entry)


@frozen(kw_only=True)
class Case:
    """One rule of the suite.

    Attributes:
        id: ``group.name``, with the datum in brackets where one function serves several rules.
        group: what the case is about; reports are ordered by it.
        sentence: the rule, in one sentence.
        needs: the capabilities without which the rule does not apply.
        observes: the capability that the function looks at; its result is what was seen.
        entry: the key of that capability that counts, where it is a mapping.
    """

    id: str
    group: str
    sentence: str
    needs: tuple[Need, ...]
    observes: str | None
    entry: str | None
    function: Callable[[Store], Seen] = field(repr=False)

    def __str__(self) -> str:
        return self.id


def case(
    group: str,
    *,
    needs: Need | Sequence[Need] = (),
    each: Mapping[str, object] | None = None,
    observes: str | None = None,
) -> Callable[[Function], Function]:
    """Make a case of a function; its docstring's first line is the rule.

    The function takes a `Store`, checks with `bucketry.testing.expect` and returns nothing. With
    `observes` it returns what it saw of that capability instead. `each` makes one case per entry:
    the function takes the entry's value as a second argument, and ``{}`` in the docstring, and in
    the `entry` of a need, stands for its name. Where the observed capability is a mapping, the
    names are its keys.

    A case runs when a `Suite` has it: ``Suite.of(module)`` collects those of a module.
    """
    wanted = (needs,) if isinstance(needs, Need) else tuple(needs)

    def mark(function: Function) -> Function:
        sentence = (inspect.getdoc(function) or "").partition("\n")[0]
        if sys.flags.optimize > 1:  # which leaves no docstring
            sentence = f"{function.__name__.replace('_', ' ')}."
        if not sentence.endswith("."):
            raise TypeError(f"{function.__name__}: the docstring must begin with a sentence")

        def made(name: str | None, tried: Callable[[Store], Seen]) -> Case:
            slug = "" if name is None else re.sub(r"[^A-Za-z0-9:_]+", "-", name).strip("-")
            return Case(
                id=f"{group}.{function.__name__}{f'[{slug}]' if slug else ''}",
                group=group,
                sentence=sentence if name is None else sentence.format(name),
                needs=tuple(_for_entry(need, name) for need in wanted),
                observes=observes,
                entry=name if observes else None,
                function=tried,
            )

        cases = (
            (made(None, function),)
            if each is None
            else tuple(made(name, _bound(function, value)) for name, value in each.items())
        )
        setattr(function, _MARK, cases)
        return function

    return mark


_MARK = "conformance_cases"


def cases_in(module: ModuleType) -> tuple[Case, ...]:
    """Return the cases that a module defines, in the order in which they are written."""
    return tuple(
        one
        for value in vars(module).values()
        if getattr(value, "__module__", None) == module.__name__
        for one in getattr(value, _MARK, ())
    )


def _for_entry(need: Need, name: str | None) -> Need:
    return need if need.entry is None else evolve(need, entry=need.entry.format(name))


def _bound(function: Callable[..., Seen], value: object) -> Callable[[Store], Seen]:
    return lambda store: function(store, value)
