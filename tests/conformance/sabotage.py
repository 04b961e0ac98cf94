"""Providers that break one rule each, to prove that the suite notices.

A `Sabotage` takes an honest provider and changes one thing: a method of the facade, what a hook
answers, a declared fact, the vendor's page or the options. The table of all is in
``conformance.sabotages``; how much of the suite they cover is told by::

    PYTHONPATH=tests python -m conformance.sabotage
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import attrs
from attrs import field, frozen

from bucketry import Fact, Provider, StorageError, hookimpl
from bucketry.host.layers import NamedLayer
from bucketry.testing import SUITE
from bucketry.testing.case import Outcome


class _Layer:
    """Sees what the layers below answer or raise, and answers or raises something else."""

    def __init__(self, changes: Mapping[str, Callable[..., Any]]) -> None:
        self._changes = changes

    def _answer(self, hook: str, **arguments: Any) -> Generator[None, Any, Any]:
        answer: Any
        try:
            answer = yield
        except StorageError as error:
            answer = error
        if hook in self._changes:
            answer = self._changes[hook](answer, **arguments)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @hookimpl(wrapper=True)
    def bucketry_build_key(self, upload: Any) -> Generator[None, Any, Any]:
        return (yield from self._answer("build_key", upload=upload))

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Any, params: Any) -> Generator[None, Any, Any]:
        return (yield from self._answer("upload", upload=upload, params=params))

    @hookimpl(wrapper=True)
    def bucketry_is_private(self, key: str) -> Generator[None, Any, Any]:
        return (yield from self._answer("is_private", key=key))

    @hookimpl(wrapper=True)
    def bucketry_head(self, key: str) -> Generator[None, Any, Any]:
        return (yield from self._answer("head", key=key))

    @hookimpl(wrapper=True)
    def bucketry_open(self, key: str, byte_range: Any) -> Generator[None, Any, Any]:
        return (yield from self._answer("open", key=key, byte_range=byte_range))

    @hookimpl(wrapper=True)
    def bucketry_list(
        self, prefix: str, delimiter: str, page_size: int
    ) -> Generator[None, Any, Any]:
        arguments = {"prefix": prefix, "delimiter": delimiter, "page_size": page_size}
        return (yield from self._answer("list", **arguments))

    @hookimpl(wrapper=True)
    def bucketry_copy(self, source: str, target: str) -> Generator[None, Any, Any]:
        return (yield from self._answer("copy", source=source, target=target))


@frozen(kw_only=True)
class Sabotage:
    """One rule broken.

    Attributes:
        breaks: the cases that must notice.
        says: a phrase of the evidence: they must fail for this reason and no other.
        place: ``disk``, ``disk-public``, or the vendor whose stand-in it is.
        outcome: how the cases must end.
        methods: methods of `Provider` to replace.
        hooks: hook to what makes another answer of the one from below.
        facts: lies about capabilities.
        page: changes of the vendor's page.
        options: makes other options of the honest ones.
    """

    breaks: tuple[str, ...]
    says: str
    place: str = "disk"
    outcome: Outcome = "failed"
    methods: Mapping[str, Any] = field(factory=dict)
    hooks: Mapping[str, Callable[..., Any]] = field(factory=dict)
    facts: Mapping[str, Any] = field(factory=dict)
    page: Mapping[str, Any] = field(factory=dict)
    options: Callable[[Any], Any] = lambda options: options

    def __str__(self) -> str:
        return self.breaks[0]

    def apply(self, honest: Provider) -> Provider:
        """Return the provider that breaks the rule."""
        facts: dict[str, Any] = {
            name: value
            if isinstance(value, Fact)
            else Fact(value, "documented", "a lie told by the tests", "2026-11")
            for name, value in self.facts.items()
        }
        page = attrs.evolve(
            honest.vendor,
            **{"capabilities": attrs.evolve(honest.capabilities, **facts), "capabilities_for": None}
            | dict(self.page),
        )
        overrides = honest._overrides
        if self.hooks:
            overrides = (*overrides, NamedLayer("sabotage", _Layer(self.hooks)))
        kind = type("Sabotaged", (Provider,), {"with_layer": _with_layer, **self.methods})
        broken: Provider = kind(
            name=honest.name,
            vendor=page,
            options=self.options(honest.options),
            distribution=honest._distribution,
            overrides=overrides,
        )
        return broken


def _with_layer(self: Provider, layer: object) -> Provider:
    """Do what `Provider.with_layer` does, and stay broken."""
    named = NamedLayer(f"case/{len(self._overrides)}", layer)
    return type(self)(
        name=self.name,
        vendor=self.vendor,
        options=self.options,
        distribution=self._distribution,
        overrides=(*self._overrides, named),
    )


def uncovered(sabotages: Sequence[Sabotage]) -> list[str]:
    """Return the cases that no sabotage breaks."""
    broken = {case for sabotage in sabotages for case in sabotage.breaks}
    return [case.id for case in SUITE.cases if case.id not in broken]


def main() -> None:
    """Print how much of the suite has a sabotage."""
    from conformance.sabotages import SABOTAGES

    cases = SUITE.cases
    open_cases = uncovered(SABOTAGES)
    rules = {case.id.partition("[")[0] for case in cases}
    open_rules = {case.partition("[")[0] for case in open_cases}
    print(f"{len(cases)} cases, of {len(rules)} rules")
    print(f"{len(SABOTAGES)} sabotages break {len(cases) - len(open_cases)} cases", end=", ")
    print(f"of {len(rules - open_rules)} rules")
    for case in open_cases:
        print(f"without a sabotage: {case}")


if __name__ == "__main__":
    main()
