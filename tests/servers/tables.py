"""The outcomes of the conformance suite as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from bucketry.host.catalog import installed
from bucketry.testing import SUITE
from bucketry.testing.case import Outcome
from bucketry.testing.report import BAD
from servers.known import STAND_INS, note_on
from servers.reports import outcomes_in

TITLES: Mapping[str, str] = {
    "ceph": "Ceph RGW",
    "ceph-as-ionos": "Ceph RGW, used as `ionos`",
    "swift": "Swift s3api",
    "minio": "MinIO",
}

LEGEND = (
    "A plain number counts the cases that passed. Of the others, `-2` were skipped because the "
    "page declares that the vendor cannot do it or the configuration leaves no way to try, `?1` "
    "probed what no page tells, and `!1` failed or contradicted a page."
)

Cases = Mapping[str, Outcome]


def cell(outcomes: Cases, group: str) -> str:
    """Return the outcomes of one group: ``12 -2 ?1``."""
    counts = Counter(
        {"passed": "", "skipped": "-", "probed-yes": "?", "probed-no": "?"}.get(outcome, "!")
        for case, outcome in outcomes.items()
        if case.startswith(f"{group}.")
    )
    others = [f"{sign}{counts[sign]}" for sign in "-?!" if counts[sign]]
    return " ".join([str(counts[""]), *others])


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table."""
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(str(value) for value in row)} |"


def _totals(outcomes: Cases) -> list[int]:
    counts = Counter(outcomes.values())
    return [counts[outcome] for outcome in get_args(Outcome)]


def servers_section(reports: Mapping[str, Mapping[str, Any]], vendors: Mapping[str, Any]) -> str:
    """Return the results on real servers, from their reports and the stand-ins' outcomes."""
    found = {name: outcomes_in(report) for name, report in reports.items()}
    totals = []
    for name, report in reports.items():
        version = report["versions"][name.partition("-")[0]]
        totals.append(
            [_link(name), version, report["date"], len(found[name]), *_totals(found[name])]
        )
    groups = [[group, *(cell(found[name], group) for name in found)] for group in SUITE.groups]
    notes = [
        [TITLES[name], *row] for name, outcomes in found.items() for row in _bad(name, outcomes)
    ]
    return "\n".join(
        [
            "The whole suite runs on each server by path and by virtual-hosted addressing, with "
            "equal outcomes, and in part on a bucket with dots in its name and on a public one. "
            "What each case found is in the report behind the server's name.",
            "",
            *table(["Server", "Release", "Date", "Cases", *get_args(Outcome)], totals),
            "",
            LEGEND,
            "",
            *table(["Group", *(TITLES[name] for name in found)], groups),
            "",
            "### What the servers do not keep",
            "",
            "A rule that no capability excuses, or a page that another server contradicts. Each "
            "has its reason here; a failure without one fails the run, and so does a reason "
            "without the failure.",
            "",
            *table(["Server", "Case", "Outcome", "Why"], notes),
            "",
            "### Where a server and its stand-in differ",
            "",
            "The stand-in of a vendor behaves as the vendor's page and documents say, and as the "
            "strictest server where they say nothing. Each case that ends otherwise on a server "
            "that the stand-in claims to be like is here; Swift has no stand-in.",
            "",
            *_stand_ins(found, vendors),
        ]
    )


def _bad(name: str, outcomes: Cases) -> Iterator[list[str]]:
    """Yield case, outcome and reason of what fails, or has failed in another run."""
    for case, outcome in outcomes.items():
        note = note_on(name, case)
        if outcome in BAD:
            yield [f"`{case}`", outcome, why(name, case)]
        elif note is not None and note.fails == "sometimes":
            yield [f"`{case}`", "sometimes failed", note.why]


def _link(name: str) -> str:
    return f"[{TITLES[name]}](outcomes/{name}.json)"


def _stand_ins(found: Mapping[str, Cases], vendors: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of differences, cases that differ for one reason in one row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, outcomes in found.items():
        claims = STAND_INS[name]
        if claims is None:
            continue
        imitated = stand_in_outcomes(vendors, claims)
        for case, outcome in outcomes.items():
            if case in imitated and imitated[case] != outcome:
                row = TITLES[name], f"`{claims}`", outcome, imitated[case], why(name, case)
                rows.setdefault(row, []).append(f"`{case}`")
    yield from table(
        ["Server", "Stand-in", "On the server", "On the stand-in", "Why", "Cases"],
        [[*row, ", ".join(cases)] for row, cases in rows.items()],
    )


def why(name: str, case: str) -> str:
    """Return the reason that is noted; `KeyError` if nobody has found it yet."""
    note = note_on(name, case)
    if note is None:
        raise KeyError(f"{case} needs a note on {name} in known.py")
    return note.why


def stand_in_outcomes(vendors: Mapping[str, Any], vendor: str) -> dict[str, Outcome]:
    """Return case to outcome of one vendor in ``vendors.json``, where passed cases are left out."""
    others = {
        case: outcome for outcome, cases in vendors["vendors"][vendor].items() for case in cases
    }
    return {case: others.get(case, "passed") for case in vendors["cases"]}


def vendors_page(vendors: Mapping[str, Any]) -> str:
    """Return the page of outcomes per vendor."""
    found = {name: stand_in_outcomes(vendors, name) for name in vendors["vendors"]}
    titles = {name: installed().load(name).title for name in found}
    passing = [
        group
        for group in SUITE.groups
        if all(cell(outcomes, group).isdecimal() for outcomes in found.values())
    ]
    others = [group for group in SUITE.groups if group not in passing]
    totals = [[titles[name], *_totals(outcomes)] for name, outcomes in found.items()]
    rows = [
        [titles[name], *(cell(outcomes, group) for group in others)]
        for name, outcomes in found.items()
    ]
    bad = [[titles[name], *row] for name, outcomes in found.items() for row in _bad(name, outcomes)]
    return "\n".join(
        [
            "<!-- Generated by `make outcomes`; do not edit by hand. -->",
            "",
            "# Outcomes of the conformance suite per vendor",
            "",
            f"{len(vendors['cases'])} cases, run on {vendors['date']} in front of each vendor's "
            "stand-in, which behaves as the vendor's page and documents say, and on files on "
            "disk. They prove the plugins, not the vendors: `bucketry conform` asks a real "
            "bucket. [Real servers](../servers.md) have a page of their own.",
            "",
            *table(["Vendor", *get_args(Outcome)], totals),
            "",
            "## By group",
            "",
            f"All cases of these groups pass everywhere: {', '.join(passing)}.",
            "",
            LEGEND,
            "",
            *table(["Vendor", *others], rows),
            "",
            "## What fails",
            "",
            *table(["Vendor", "Case", "Outcome", "Why"], bad),
            "",
        ]
    )
