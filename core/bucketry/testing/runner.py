"""Runs cases against a provider."""

from __future__ import annotations

import ipaddress
import platform
import warnings
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from bucketry import __version__
from bucketry.errors import Unsupported, UnsupportedOptionWarning, redact
from bucketry.host.masking import Mask
from bucketry.provider import Provider
from bucketry.testing.blame import described, tells_of_the_storage
from bucketry.testing.case import Case, Outcome, Seen, fact_of, told
from bucketry.testing.cases import SUITE
from bucketry.testing.confine import CannotConfine, NotConfined, Room, confine
from bucketry.testing.expect import Skip
from bucketry.testing.known import Known
from bucketry.testing.report import BAD, EndpointClass, Report, Result, Stop
from bucketry.testing.store import Store, layers_of
from bucketry.testing.suite import Suite

LONGEST_EVIDENCE = 500
"""Characters of evidence in a report."""


def run(
    provider: Provider,
    groups: Iterable[str] | None = None,
    *,
    suite: Suite = SUITE,
    stand_in: object | None = None,
    known: Known | None = None,
    endpoint: EndpointClass | None = None,
    on_result: Callable[[Result], None] | None = None,
) -> Report:
    """Run a suite against `provider`, below a throw-away prefix, and report.

    It always ends with a report: where the suite cannot keep to a folder of its own, or is stopped
    by Ctrl-C, that is in it.

    Args:
        provider: any provider; it is used and left open.
        groups: the groups to run; all by default. `ValueError` for one that the suite has not.
        suite: the cases.
        stand_in: the server in this process behind the provider, for cases that look at what it
            has received; they are skipped without one.
        known: differences that do not fail the run, see `read_known`.
        endpoint: what kind of endpoint it is; guessed from its address by default.
        on_result: called with each result as it comes.
    """
    cases = suite.select(groups).cases
    results: list[Result] = []
    confinement = ""
    stopped: Stop | None = None
    try:
        with confine(provider, stand_in) as room:
            try:
                for case in cases:
                    results.append(run_case(case, room, known or {}))
                    if on_result is not None:
                        on_result(results[-1])
            except KeyboardInterrupt:
                stopped = "interrupted"
    except KeyboardInterrupt as stop:  # while the folder was made or emptied
        stopped, confinement = "interrupted", "; ".join(getattr(stop, "__notes__", ()))
    except CannotConfine as error:
        stopped, confinement = "refused", _masked(str(error), provider)
    except NotConfined as error:
        confinement = _masked(str(error), provider)
    return Report(
        vendor=provider.vendor.name,
        title=provider.vendor.title,
        endpoint=endpoint or endpoint_class(provider),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        versions=_versions(),
        results=results,
        confinement=confinement,
        stopped=stopped,
    )


def run_case(case: Case, room: Room, known: Known | None = None) -> Result:
    """Run one case in a folder of its own."""
    outcome, evidence = judge(case, room.store(case))
    difference = (known or {}).get(case.id)
    return Result(
        case=case.id,
        group=case.group,
        sentence=case.sentence,
        outcome=outcome,
        evidence=_masked(evidence, room.provider),
        known=difference.reason if difference else "",
        gone=difference is not None
        and not difference.sometimes
        and outcome not in (*BAD, "skipped"),  # a rule that was not tried may still be broken
    )


def judge(case: Case, store: Store) -> tuple[Outcome, str]:
    """Return how a case ends, and why."""
    capabilities = store.capabilities
    judged = [(need, need.judge(capabilities)) for need in case.needs]
    for need, met in judged:
        if met is False:
            return "skipped", f"{store.provider.vendor.title} declares {need.told(capabilities)}"
    unknown = [need for need, met in judged if met is None]
    for need in unknown:
        if need.absence:
            return "skipped", f"whether {need.name} is absent is not known"
    try:
        if unknown:
            # The provider holds back what it is not sure of; the probe is of the server.
            store.provider = store.believing(**{need.name: need.belief() for need in unknown})
        with warnings.catch_warnings():
            # A case that uses an option fails when the option is left out.
            warnings.simplefilter("error", UnsupportedOptionWarning)
            seen = case.function(store)
    except Skip as reason:
        return "skipped", str(reason)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and its like would hide the other cases
        evidence = described(error, layers_of(store.provider))
        if not tells_of_the_storage(error):
            return "failed", evidence
        if unknown:
            return "probed-no", f"{_names(unknown)} is not known; seen: {evidence}"
        if case.needs and _cause(error, Unsupported):
            facts = "; ".join(need.told(capabilities) for need in case.needs)
            return "contradicted", f"correct the fact {facts}: {evidence}"
        return "failed", evidence
    if case.observes is not None:
        return _compared(case, seen, store)
    if unknown:
        return "probed-yes", f"{_names(unknown)} is not known; this works"
    return "passed", ""


_POSITIVE = frozenset({"yes", "enforced", "verified", "object", "quoted", "unquoted"})


def _compared(case: Case, seen: Seen, store: Store) -> tuple[Outcome, str]:
    """Hold an observation against what is declared."""
    assert case.observes is not None  # the caller has looked
    if seen is None:
        return "skipped", f"{case.observes} cannot be told from here"
    values = (seen,) if isinstance(seen, str) else seen
    shown = " or ".join(repr(value) for value in values)
    declared = fact_of(store.capabilities, case.observes, case.entry).value
    if declared is None:
        name = f"{case.observes}[{case.entry}]" if case.entry else case.observes
        outcome: Outcome = "probed-yes" if _POSITIVE.issuperset(values) else "probed-no"
        return outcome, f"{name} is not known; observed {shown}"
    if declared in values:
        return "passed", f"observed {shown}"
    fact = told(case.observes, case.entry, store.capabilities)
    return "contradicted", f"correct the fact {fact}: observed {shown}"


def _names(needs: Sequence[Any]) -> str:
    return ", ".join(f"{n.name}[{n.entry}]" if n.entry else n.name for n in needs)


def _cause(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error is of `kind`, or a check failed because of one."""
    return isinstance(error, kind) or isinstance(error.__cause__, kind)


def _masked(text: str, provider: Provider) -> str:
    text = Mask(provider.options)(redact(text))
    return text if len(text) <= LONGEST_EVIDENCE else f"{text[:LONGEST_EVIDENCE]}..."


def endpoint_class(provider: Provider) -> EndpointClass:
    """Guess from the address of an object: a loopback address is ours, any other is real."""
    try:
        host = urlsplit(provider.object_url("address")).hostname or ""
    except Exception:  # a plugin that cannot even tell an address; the cases say so
        return "real"
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost" or host.endswith(".localhost")
    return "local" if loopback else "real"


def _versions() -> dict[str, str]:
    versions = {"bucketry": __version__, "python": platform.python_version()}
    try:
        versions["boto3"] = version("boto3")
    except PackageNotFoundError:
        versions["boto3"] = "none"
    return versions
