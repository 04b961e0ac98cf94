"""Known differences are declared in a file: told, not failing, and failing once they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from bucketry import ConfigError, Provider, hookimpl
from bucketry.testing import SUITE, Difference, ProviderConformance, Report, Result, read_known, run
from conformance.places import on_disk

CASE = "head.tells_the_basics"


def written(folder: Path, text: str) -> Path:
    file = folder / "known.toml"
    file.write_text(text, "utf-8")
    return file


class NoType:
    """A server whose head tells no type: one rule of the group `head` is broken."""

    @hookimpl(wrapper=True)
    def bucketry_head(self) -> Any:
        return attrs.evolve((yield), content_type=None)


def test_a_file_tells_cases_and_reasons(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f'''
        "{CASE}" = "Acme tells no type"
        "conditional.race_of_creators" = {{ reason = "looks first", sometimes = true }}
        "facts.checksums[CRC32]" = {{ reason = "a name with brackets" }}
        ''',
    )
    assert read_known(file, SUITE) == {
        CASE: Difference("Acme tells no type"),
        "conditional.race_of_creators": Difference("looks first", sometimes=True),
        "facts.checksums[CRC32]": Difference("a name with brackets"),
    }


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        "head.tells_the_basic" = "one letter is missing"
        "head.tells_the_basics" = ""
        "head.size_of_empty" = 7
        "read.whole" = { reason = "x", sometimes = "yes", ever = 1 }
        """,
    )
    with pytest.raises(ConfigError) as caught:
        read_known(file, SUITE)
    said = [str(problem).removeprefix(f"{file}: ") for problem in caught.value.problems]
    assert said == [
        "head.tells_the_basic: the suite has no such case; did you mean 'head.tells_the_basics'?",
        "head.tells_the_basics: needs a reason",
        "head.size_of_empty: the suite has no such case",
        'head.size_of_empty: must be the reason as text, or { reason = "...", sometimes = true }',
        "read.whole: the suite has no such case; did you mean 'read.two_readers'?",
        "read.whole: sometimes must be true or false",
        "read.whole: unknown entry 'ever'; there are reason and sometimes",
    ]


@pytest.mark.parametrize(("text", "words"), [("= 1", "Invalid"), (None, "No such file")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "none.toml" if text is None else written(tmp_path, text)
    with pytest.raises(ConfigError, match=words) as caught:
        read_known(file, SUITE)
    assert caught.value.problems[0].file == str(file)


def _head(provider: Provider, known: dict[str, Difference]) -> tuple[Report, Result]:
    report = run(provider, ["head"], known=known)
    return report, next(result for result in report.results if result.case == CASE)


def test_without_a_declaration_the_run_fails(disk: Provider) -> None:
    report, result = _head(disk.with_layer(NoType()), {})
    assert (report.ok, result.outcome, result.known) == (False, "failed", "")


def test_a_known_difference_is_told_and_does_not_fail_the_run(disk: Provider) -> None:
    report, result = _head(disk.with_layer(NoType()), {CASE: Difference("Acme tells no type")})
    assert report.ok
    assert (result.outcome, result.known, result.bad) == ("failed", "Acme tells no type", False)
    assert "failed as known: Acme tells no type" in report.to_markdown()
    assert '"known": "Acme tells no type"' in report.to_json()


def test_a_known_difference_that_is_gone_fails_the_run(disk: Provider) -> None:
    report, result = _head(disk, {CASE: Difference("Acme tells no type")})
    assert not report.ok
    assert (report.bad, result.outcome, result.gone) == ([result], "passed", True)
    assert "take out the known difference" in report.to_markdown()


def test_what_differs_sometimes_may_be_gone(disk: Provider) -> None:
    known = {CASE: Difference("a race", sometimes=True)}
    assert _head(disk, known)[0].ok
    assert _head(disk.with_layer(NoType()), known)[0].ok


def test_a_case_that_was_not_tried_tells_nothing(disk: Provider) -> None:
    report = run(disk, ["access"], known={"access.unknown_acl": Difference("takes any ACL")})
    result = next(result for result in report.results if result.case == "access.unknown_acl")
    assert (result.outcome, result.gone, report.ok) == ("skipped", False, True)


def test_only_the_case_that_is_declared_is_forgiven(disk: Provider) -> None:
    report = run(
        disk.with_layer(NoType()), ["head"], known={"head.of_nothing": Difference("other")}
    )
    assert CASE in {result.case for result in report.bad}


class TestWithADifference(ProviderConformance):
    """In pytest a known difference is an expected failure."""

    suite = SUITE.select(["head"])
    known = {CASE: Difference("Acme tells no type")}  # noqa: RUF012 - a ClassVar of the base class

    @pytest.fixture(scope="class")
    @classmethod
    def provider(cls) -> Iterator[Provider]:
        with on_disk() as provider:
            yield provider.with_layer(NoType())
