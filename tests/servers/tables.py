"""What did not pass on the real servers, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from bucketry.testing import SUITE
from bucketry.testing.case import Outcome
from bucketry.testing.report import BAD
from servers.known import STAND_INS, note_on

TITLES: Mapping[str, str] = {
    "ceph": "Ceph RGW",
    "ceph-as-ionos": "Ceph RGW, used as `ionos`",
    "swift": "Swift s3api",
    "minio": "MinIO",
    "versitygw": "versitygw",
}

LEGEND = (
    "A plain number counts the cases that passed. Of the others, `-2` were skipped because the "
    "page declares that the vendor cannot do it or the configuration leaves no way to try, `?1` "
    "probed what no page tells, and `!1` failed or contradicted a page."
)

Records = Mapping[str, Mapping[str, Any]]


def cell(record: Mapping[str, Any], group: str) -> str:
    """Return the outcomes of one group: ``12 -2 ?1``."""
    signs: Mapping[Outcome, str] = {"skipped": "-", "probed-yes": "?", "probed-no": "?"}
    counts = Counter(signs.get(one["outcome"], "!") for one in _not_passed(record, group))
    passed = str(record["passed"].get(group, 0))
    return " ".join([passed, *(f"{sign}{counts[sign]}" for sign in "-?!" if counts[sign])])


def _not_passed(record: Mapping[str, Any], group: str = "") -> list[Mapping[str, Any]]:
    return [
        one
        for one in record["others"]
        if one["outcome"] != "passed" and group in ("", one["case"].partition(".")[0])
    ]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table."""
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(str(value) for value in row)} |"


def _totals(record: Mapping[str, Any]) -> list[int]:
    counts = Counter(one["outcome"] for one in _not_passed(record))
    counts["passed"] = sum(record["passed"].values())
    return [sum(counts.values()), *(counts[outcome] for outcome in get_args(Outcome))]


def servers_section(records: Records) -> str:
    """Return the results on real servers."""
    totals = [
        [TITLES[name], record["release"], record["date"], *_totals(record)]
        for name, record in records.items()
    ]
    groups = [
        [group, *(cell(record, group) for record in records.values())] for group in SUITE.groups
    ]
    notes = [[TITLES[name], *row] for name, record in records.items() for row in _bad(name, record)]
    return "\n".join(
        [
            "The whole suite runs on each server by path and by virtual-hosted addressing, with "
            "equal outcomes, and in part on a bucket with dots in its name and on a public one. "
            "What did not pass is in [outcomes.json](outcomes.json), with what was seen.",
            "",
            *table(["Server", "Release", "Date", "Cases", *get_args(Outcome)], totals),
            "",
            LEGEND,
            "",
            *table(["Group", *(TITLES[name] for name in records)], groups),
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
            *_stand_ins(records),
        ]
    )


def _bad(name: str, record: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield case, outcome and reason of what fails, or has failed in another run."""
    for one in _not_passed(record):
        note = note_on(name, one["case"])
        if one["outcome"] in BAD:
            yield [f"`{one['case']}`", one["outcome"], why(name, one["case"])]
        elif note is not None and note.fails == "sometimes":
            yield [f"`{one['case']}`", "sometimes failed", note.why]


def _stand_ins(records: Records) -> Iterator[str]:
    """Yield the table of differences, cases that differ for one reason in one row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, record in records.items():
        for one in record["others"]:
            if "stand_in" in one:
                claims = f"`{STAND_INS[name]}`"
                reason = why(name, one["case"])
                row = TITLES[name], claims, one["outcome"], one["stand_in"], reason
                rows.setdefault(row, []).append(f"`{one['case']}`")
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
