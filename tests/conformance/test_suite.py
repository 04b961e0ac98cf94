"""A suite is a value: extended by others, never changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import attrs
import pytest

from bucketry import Capabilities, Provider
from bucketry.testing import SUITE, ProviderConformance, Store, Suite, case, has, run
from bucketry.testing.case import cases_in
from bucketry.testing.expect import same
from bucketry_s3.testing import S3_SUITE
from conformance.places import on_disk


@case("tags", needs=has("tagging", "no"))
def of_a_third_party(store: Store) -> None:
    """A rule in one of our groups."""


@case("acme", each={"red team": b"red", "blue": b"blue"})
def in_a_group_of_its_own(store: Store, team: object) -> None:
    """The team {} is stored."""
    assert isinstance(team, bytes)
    store.put(body=team)
    same(store.read(), team, "the bytes read back")


def module(**contents: Any) -> ModuleType:
    made = ModuleType(__name__)
    vars(made).update(contents)
    return made


OURS = Suite.of(module(a=of_a_third_party, b=in_a_group_of_its_own))


def test_a_suite_is_made_of_modules_in_the_order_they_are_written() -> None:
    assert [one.id for one in OURS.cases] == [
        "tags.of_a_third_party",
        "acme.in_a_group_of_its_own[red-team]",
        "acme.in_a_group_of_its_own[blue]",
    ]
    assert OURS.cases[1].sentence == "The team red team is stored."
    assert OURS.groups == ("tags", "acme")
    assert OURS.needs == {"tagging"}


def test_what_a_module_has_imported_is_not_its_own() -> None:
    elsewhere = ModuleType("elsewhere")
    vars(elsewhere).update(a=of_a_third_party)
    assert cases_in(elsewhere) == ()


def test_extending_leaves_the_other_as_it_is() -> None:
    before = SUITE.cases
    extended = SUITE.extended_by(OURS)
    assert SUITE.cases is before
    assert len(extended.cases) == len(SUITE.cases) + 3
    assert set(SUITE.cases) < set(extended.cases)
    assert extended.groups == (*SUITE.groups, "acme")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        extended.cases = ()  # type: ignore[misc]


def test_cases_of_one_group_stand_together_ours_first() -> None:
    tags = [one.id for one in SUITE.extended_by(OURS).cases if one.group == "tags"]
    assert tags[-1] == "tags.of_a_third_party"
    groups = [one.group for one in SUITE.extended_by(OURS).cases]
    assert [name for name, _ in itertools.groupby(groups)] == [*SUITE.groups, "acme"]


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two cases are called tags\.of_a_third_party"):
        OURS.extended_by(Suite.of(module(a=of_a_third_party)))


def test_a_case_needs_a_sentence_where_there_are_docstrings() -> None:
    def without(store: Store) -> None:
        pass

    with pytest.raises(TypeError, match="without: the docstring must begin with a sentence"):
        case("keys")(without)
    with patch("sys.flags", SimpleNamespace(optimize=2)):  # python -OO leaves none
        case("keys")(without)


def test_groups_are_selected_in_the_suites_order() -> None:
    assert SUITE.select(["head", "keys"]).groups == ("keys", "head")
    assert SUITE.select() is SUITE
    with pytest.raises(ValueError, match="no such group: nonsense; there are keys, upload"):
        SUITE.select(["nonsense"])


def test_the_suite_is_large_and_says_a_sentence_each() -> None:
    assert len(SUITE.cases) >= 397
    assert len({one.id.partition("[")[0] for one in SUITE.cases}) >= 300
    assert len({one.sentence for one in SUITE.cases}) > 380
    assert all(one.sentence.endswith(".") for one in SUITE.cases)


def test_what_the_suites_ask_for_are_capabilities() -> None:
    assert S3_SUITE.needs <= set(attrs.fields_dict(Capabilities))


def test_the_family_adds_its_rules_on_the_wire() -> None:
    added = [one for one in S3_SUITE.cases if one not in SUITE.cases]
    assert {one.group for one in added} == {"wire"}
    assert len(added) == 35


def test_a_run_takes_a_suite() -> None:
    with on_disk() as provider:
        report = run(provider, suite=OURS)
    assert {result.case: result.outcome for result in report.results} == {
        "tags.of_a_third_party": "skipped",
        "acme.in_a_group_of_its_own[red-team]": "passed",
        "acme.in_a_group_of_its_own[blue]": "passed",
    }
    assert report.ok


class TestASuiteOfOnesOwn(ProviderConformance):
    """The pytest class takes one too: these are three tests."""

    suite = OURS

    @pytest.fixture(scope="class")
    @classmethod
    def provider(cls) -> Iterator[Provider]:
        with on_disk() as provider:
            yield provider


def test_the_class_makes_one_test_of_each_case() -> None:
    made: list[Any] = []

    class Metafunc:
        fixturenames = ("case", "room")

        def parametrize(self, name: str, values: Any, ids: Any) -> None:
            made.extend((name, ids(value)) for value in values)

    metafunc: Any = Metafunc()
    TestASuiteOfOnesOwn().pytest_generate_tests(metafunc)
    assert made == [("case", one.id) for one in OURS.cases]
