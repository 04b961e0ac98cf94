"""A suite: the cases that a provider is held to, as one value that others can extend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from types import ModuleType
from typing import Any, Self

from attrs import evolve, field, frozen

from bucketry.testing.case import Case, cases_in


def _in_groups(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return the cases of each group side by side, groups in the order of their first case."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append(case)
    return tuple(case for group in groups.values() for case in group)


def _each_has_its_own_id(_suite: Any, _field: Any, cases: tuple[Case, ...]) -> None:
    twice = [id_ for id_, number in Counter(case.id for case in cases).items() if number > 1]
    if twice:
        raise ValueError(f"two cases are called {', '.join(twice)}")


@frozen
class Suite:
    """Cases to hold a provider to; it never changes, `extended_by` makes another.

    `bucketry.testing.SUITE` is bucketry's own. A family or a third party writes cases with
    `bucketry.testing.case` and adds them::

        from bucketry.testing import SUITE, Suite

        from acme_tests import cases

        ACME_SUITE = SUITE.extended_by(Suite.of(cases))

    Attributes:
        cases: the cases, those of a group together. `ValueError` if two have one id.
    """

    cases: tuple[Case, ...] = field(
        converter=_in_groups,
        validator=_each_has_its_own_id,
        repr=lambda cases: f"<{len(cases)} cases>",
    )

    @classmethod
    def of(cls, *modules: ModuleType) -> Self:
        """Return the cases that `modules` define, in the order in which they are written."""
        return cls(case for module in modules for case in cases_in(module))

    def extended_by(self, *others: Suite) -> Self:
        """Return a suite with the cases of `others` too, after its own."""
        suites: tuple[Suite, ...] = (self, *others)
        return evolve(self, cases=(case for suite in suites for case in suite.cases))

    def select(self, groups: Iterable[str] | None = None) -> Self:
        """Return a suite of the cases of `groups` alone, or itself; `ValueError` for another."""
        if groups is None:
            return self
        wanted = set(groups)
        if unknown := sorted(wanted - set(self.groups)):
            raise ValueError(
                f"no such group: {', '.join(unknown)}; there are {', '.join(self.groups)}"
            )
        return evolve(self, cases=(case for case in self.cases if case.group in wanted))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in their order."""
        return tuple(dict.fromkeys(case.group for case in self.cases))

    @property
    def needs(self) -> frozenset[str]:
        """The capabilities that its cases ask for or look at."""
        asked = {need.name for case in self.cases for need in case.needs}
        return frozenset(asked | {case.observes for case in self.cases if case.observes})
