"""A run against a server cannot pass by mistake: what fails it, and what excuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bucketry.testing import Report, Result
from bucketry.testing.case import Outcome
from servers import known
from servers.known import Note
from servers.reports import commit
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


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    path = tmp_path / "nginx.json"
    path.write_text(report(tags__a="passed", tags__sometimes="passed").to_json(), "utf-8")
    return path


def test_docs_that_tell_another_outcome_are_stale(committed: Path) -> None:
    run = report(tags__a="skipped", tags__new="passed", tags__sometimes="failed")
    assert list(differences(run, "nginx", committed, "nginx")) == [
        "tags.a is skipped and not passed; if that is right, run `make outcomes`",
        "tags.new is passed and not in the docs; if that is right, run `make outcomes`",
    ]


def test_docs_of_another_release_are_not_stale(committed: Path) -> None:
    assert not list(differences(report("2", tags__a="skipped"), "nginx", committed, "nginx"))


def test_docs_without_the_server_are_stale(tmp_path: Path) -> None:
    lines = list(differences(report(), "nginx", tmp_path / "nginx.json", "nginx"))
    assert lines == ["the docs tell nothing of nginx: run `make outcomes`"]


def test_a_committed_report_has_nothing_of_a_single_run() -> None:
    assert commit(
        "https://127.0.0.1:51234/bucketry-0123456789ab/conform-0123456789ab/c1/a.txt, "
        "https://localhost:1/, (HTTP 400, request id tx00-ab)"
    ) == (
        "https://127.0.0.1:PORT/BUCKET/FOLDER/c1/a.txt, "
        "https://localhost:PORT/, (HTTP 400, request id ID)"
    )
