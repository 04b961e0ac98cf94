"""A run against a server cannot pass by mistake: what fails it, and what excuses it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bucketry.testing import Report, Result
from bucketry.testing.case import Outcome
from servers import known
from servers.known import Note
from servers.reports import record_of
from servers.tables import cell
from servers.verdict import differences, unexpected


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = {
        "tags.always": Note("It has no tags."),
        "tags.sometimes": Note("It races.", "sometimes"),
        "facts.*": Note("The stand-in differs.", "no"),
    }
    monkeypatch.setattr(known, "NOTES", {"nginx": notes})


def report(release: str = "1", confinement: str = "", **outcomes: Outcome) -> Report:
    return Report(
        vendor="s3",
        title="Generic S3 server",
        endpoint="local",
        date="2026-11-24",
        versions={"nginx": release},
        results=[
            Result(
                case=name.replace("__", "."),
                group=name.partition("__")[0],
                sentence="It works.",
                outcome=outcome,
                evidence="correct the fact tagging",
            )
            for name, outcome in outcomes.items()
        ],
        confinement=confinement,
    )


def test_nothing_is_unexpected_where_all_pass() -> None:
    assert not list(unexpected(report(tags__a="passed", tags__b="probed-no"), "nginx"))


def test_a_failed_case_and_a_contradicted_fact_fail_the_run() -> None:
    lines = list(unexpected(report(tags__a="failed", facts__b="contradicted"), "nginx"))
    assert lines == [
        "failed tags.a: correct the fact tagging",
        "contradicted facts.b: correct the fact tagging",
    ]


def test_what_is_left_behind_fails_the_run() -> None:
    assert list(unexpected(report(confinement="an object is left"), "nginx")) == [
        "an object is left"
    ]


def test_a_note_excuses_its_case_on_its_server_only() -> None:
    run = report(tags__always="failed", tags__sometimes="failed")
    assert not list(unexpected(run, "nginx"))
    assert len(list(unexpected(run, "apache"))) == 2


def test_a_note_without_its_failure_fails_the_run() -> None:
    lines = list(unexpected(report(tags__always="passed", tags__sometimes="passed"), "nginx"))
    assert lines == ["tags.always does not fail any more: take its note out of known.py"]


def committed(**outcomes: Outcome) -> dict[str, Any]:
    return {"nginx": record_of(json.loads(report(**outcomes).to_json()), "nginx", {})}


def test_docs_that_tell_another_outcome_are_stale() -> None:
    told = committed(
        tags__a="passed", tags__b="skipped", tags__c="failed", tags__sometimes="passed"
    )
    run = report(tags__a="skipped", tags__b="passed", tags__new="passed", tags__sometimes="failed")
    assert list(differences(run, "nginx", told, "nginx")) == [
        "tags.a is skipped and not passed; if that is right, run `make outcomes`",
        "tags.b is passed and not skipped; if that is right, run `make outcomes`",
        "tags.c is gone; if that is right, run `make outcomes`",
    ]


def test_docs_of_another_release_are_not_stale() -> None:
    told = committed(tags__a="passed")
    assert not list(differences(report("2", tags__a="skipped"), "nginx", told, "nginx"))


def test_docs_without_the_server_are_stale() -> None:
    lines = list(differences(report(), "nginx", {}, "nginx"))
    assert lines == ["the docs tell nothing of nginx: run `make outcomes`"]


def test_a_record_tells_what_did_not_pass_and_where_the_stand_in_differs() -> None:
    run = json.loads(
        report(tags__a="passed", tags__b="skipped", tags__c="passed", keys__d="passed").to_json()
    )
    run["results"][1]["evidence"] = (
        "https://127.0.0.1:51234/bucketry-0123456789ab/conform-0123456789ab/c1/a.txt, "
        "https://localhost:1/, (HTTP 400, request id tx00-ab)"
    )
    run["results"][2]["evidence"] = ""
    assert record_of(run, "nginx", {"tags.b": "skipped", "tags.c": "failed"}) == {
        "vendor": "s3",
        "release": "1",
        "date": "2026-11-24",
        "passed": {"tags": 2, "keys": 1},
        "others": [
            {
                "case": "tags.b",
                "outcome": "skipped",
                "evidence": "https://127.0.0.1:PORT/BUCKET/FOLDER/c1/a.txt, "
                "https://localhost:PORT/, (HTTP 400, request id ID)",
            },
            {"case": "tags.c", "outcome": "passed", "stand_in": "failed"},
        ],
    }


def test_a_table_counts_what_passed_and_what_did_not() -> None:
    (record,) = committed(tags__a="passed", tags__b="skipped", keys__c="failed").values()
    assert [cell(record, group) for group in ("tags", "keys", "urls")] == ["1 -1", "0 !1", "0"]
