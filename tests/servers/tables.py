"""The outcomes of the conformance suite as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from bucketry.host.catalog import installed
from bucketry.testing.case import Group, Outcome
from servers.known import NOTES, STAND_INS
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
    (count,) = {len(outcomes) for outcomes in found.values()}
    totals = []
    for name, report in reports.items():
        version = report["versions"][name.partition("-")[0]]
        totals.append([_link(name), version, report["date"], *_totals(found[name])])
    groups = [[group, *(cell(found[name], group) for name in found)] for group in get_args(Group)]
    notes = [
        [TITLES[name], f"`{case}`", outcome, NOTES[name][case].why]
        for name, outcomes in found.items()
        for case, outcome in outcomes.items()
        if outcome in ("failed", "contradicted")
    ]
    return "\n".join(
        [
            f"The suite has {count} cases. The whole of it runs on each server by path and by "
            "virtual-hosted addressing, with equal outcomes, and in part on a bucket with dots "
            "in its name and on a public one. What a case found is in the report behind each name.",
            "",
            *table(["Server", "Release", "Date", *get_args(Outcome)], totals),
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
            *_stand_ins(found, vendors),
        ]
    )


def _link(name: str) -> str:
    return f"[{TITLES[name]}](outcomes/{name}.json)"


def _stand_ins(found: Mapping[str, Cases], vendors: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, outcomes in found.items():
        claims = STAND_INS[name]
        if claims is None:
            continue
        imitated = stand_in_outcomes(vendors, claims)
        rows += [
            [TITLES[name], f"`{claims}`", f"`{case}`", outcome, imitated[case], why(name, case)]
            for case, outcome in outcomes.items()
            if imitated[case] != outcome
        ]
    yield "The stand-in of a vendor behaves as the vendor's page and documents say."
    yield ""
    yield from table(["Server", "Stand-in", "Case", "Server", "Stand-in", "Why"], rows)


def why(name: str, case: str) -> str:
    """Return the reason that is noted; `KeyError` if nobody has found it yet."""
    return NOTES[name][case].why


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
        for group in get_args(Group)
        if all(cell(outcomes, group).isdecimal() for outcomes in found.values())
    ]
    others = [group for group in get_args(Group) if group not in passing]
    totals = [[titles[name], *_totals(outcomes)] for name, outcomes in found.items()]
    rows = [
        [titles[name], *(cell(outcomes, group) for group in others)]
        for name, outcomes in found.items()
    ]
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
        ]
    )
