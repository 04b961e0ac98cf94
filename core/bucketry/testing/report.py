"""What a run found, as JSON and as a Markdown table. Two equal runs give equal reports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from attrs import asdict, frozen

from bucketry.testing.case import Outcome

Stop = Literal["refused", "interrupted"]
"""Why a run ended early: the suite cannot keep to a folder of its own there, or was stopped."""

EndpointClass = Literal["real", "stand-in", "local"]
"""Whether a vendor's own service answered, a stand-in that imitates one, or a server of ours."""

BAD: frozenset[Outcome] = frozenset({"failed", "contradicted"})
"""Outcomes that fail a run."""


@frozen(kw_only=True)
class Result:
    """One case's outcome.

    `evidence` says why, or what was observed; "" for a plain success. `known` is the reason why the
    case is known to fail there, "" if it is not; `gone` says that it does not fail any more.
    """

    case: str
    group: str
    sentence: str
    outcome: Outcome
    evidence: str = ""
    known: str = ""
    gone: bool = False

    @property
    def bad(self) -> bool:
        """Whether it fails the run."""
        return self.gone or (self.outcome in BAD and not self.known)


@frozen(kw_only=True)
class Report:
    """One run.

    Attributes:
        vendor: the vendor's name, with its title in `title`.
        endpoint: what kind of endpoint answered.
        date: the day of the run, ISO 8601.
        versions: name to version of what took part.
        results: the outcome of each case, in the suite's order.
        confinement: "" if nothing outside the throw-away folder changed and nothing is left in it,
            else what is wrong.
        stopped: why the run ended before its last case, or None.
    """

    vendor: str
    title: str
    endpoint: EndpointClass
    date: str
    versions: Mapping[str, str]
    results: Sequence[Result]
    confinement: str = ""
    stopped: Stop | None = None

    @property
    def bad(self) -> list[Result]:
        """The results that fail the run."""
        return [result for result in self.results if result.bad]

    @property
    def ok(self) -> bool:
        """Whether the run came to its end, kept to its folder, and no result fails it."""
        return not self.bad and not self.confinement and self.stopped is None

    def counts(self) -> dict[Outcome, int]:
        """Return how many cases had each outcome, all outcomes included."""
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in get_args(Outcome)}

    def to_json(self) -> str:
        """Return the report as a JSON document."""
        document: dict[str, Any] = {
            **asdict(self, filter=lambda attribute, _: attribute.name != "results"),
            "counts": self.counts(),
            "results": [asdict(result) for result in self.results],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def to_markdown(self) -> str:
        """Return the report as a Markdown section with one row per case."""
        counts = ", ".join(f"{number} {outcome}" for outcome, number in self.counts().items())
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines = [
            f"## {self.title}",
            "",
            f"`{self.vendor}`, endpoint: {self.endpoint}, {self.date}; {versions}.",
            "",
            f"{len(self.results)} cases: {counts}.",
            "",
        ]
        if self.stopped:
            lines += [f"**Not complete:** {self.stopped}.", ""]
        if self.confinement:
            lines += [f"**Not confined:** {_cell(self.confinement)}", ""]
        lines += ["| Case | Rule | Outcome | Evidence |", "|---|---|---|---|"]
        lines += [
            f"| `{_cell(r.case)}` | {_cell(r.sentence)} | {_cell(told(r))} | {_cell(r.evidence)} |"
            for r in self.results
        ]
        return "\n".join(lines) + "\n"


def told(result: Result) -> str:
    """Return an outcome with what is known of it, for a table or a line."""
    if result.gone:
        return f"{result.outcome}, not failing any more: take out the known difference"
    if result.outcome in BAD and result.known:
        return f"{result.outcome} as known: {result.known}"
    return result.outcome


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
