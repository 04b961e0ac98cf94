"""How a case ends, and what a run reports."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from bucketry import Deleted, Fact, InvalidKey, Provider, Unsupported, hookimpl
from bucketry.testing import Case, Need, Report, Result, Skip, Store, confine, has, run
from bucketry.testing.case import fact_of
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.runner import endpoint_class, judge, run_case
from conformance.places import on_disk
from conformance.sabotage import Sabotage


def made(function: Callable[[Store], Any], *needs: Need, observes: str | None = None) -> Case:
    return Case(
        id="a.case",
        group="facts",
        sentence="A rule.",
        needs=needs,
        observes=observes,
        entry=None,
        function=function,
    )


def ended(provider: Provider, one: Case, **facts: Any) -> tuple[str, str]:
    """Return how a case ends on a provider that declares `facts`."""
    with (
        confine(provider) as room,
        Sabotage(breaks=(), says="", facts=facts).apply(room.provider) as declaring,
    ):
        return judge(one, Store(declaring, "folder", None, {}))


def nothing(store: Store) -> None:
    """Do nothing, successfully."""


def wrong(store: Store) -> None:
    same(1, 2, "the number")


def unsupported(store: Store) -> None:
    raise Unsupported("there are no tags here")


def test_a_rule_that_holds_passes(disk: Provider) -> None:
    assert ended(disk, made(nothing)) == ("passed", "")


def test_a_broken_rule_fails_with_what_was_wanted(disk: Provider) -> None:
    assert ended(disk, made(wrong)) == ("failed", "the number: wanted 2, got 1")


def test_any_other_error_fails_too(disk: Provider) -> None:
    def broken(store: Store) -> None:
        raise KeyError("x")

    outcome, evidence = ended(disk, made(broken))
    assert outcome == "failed"
    assert re.fullmatch(
        r"(?:tests\.)?conformance\.test_runner:\d+ crashed: KeyError: 'x'", evidence
    )


def test_what_a_vendor_declares_it_cannot_do_is_skipped_with_the_declaration(
    disk: Provider,
) -> None:
    no_tags = Fact("no", "documented", "Acme's manual", "2026-11")
    outcome, evidence = ended(disk, made(wrong, has("tagging", "yes")), tagging=no_tags)
    assert outcome == "skipped"
    assert evidence == (
        "Files on disk declares tagging = 'no' (documented, Acme's manual, 2026-11)"
    )


def test_what_nobody_knows_is_tried(disk: Provider) -> None:
    need = has("tagging", "yes")
    assert ended(disk, made(nothing, need), tagging=Fact(None))[0] == "probed-yes"
    outcome, evidence = ended(disk, made(wrong, need), tagging=Fact(None))
    assert outcome == "probed-no"
    assert evidence == "tagging is not known; seen: the number: wanted 2, got 1"


def test_a_probe_is_of_the_server_not_of_the_caution_of_the_plugin(disk: Provider) -> None:
    seen = []
    one = made(lambda store: seen.append(store.capabilities.tagging.value), has("tagging", "yes"))
    assert ended(disk, one, tagging=Fact(None))[0] == "probed-yes"
    assert seen == ["yes"]


def test_a_case_about_an_absence_is_not_a_probe(disk: Provider) -> None:
    outcome, evidence = ended(disk, made(wrong, has("tagging", "no")), tagging=Fact(None))
    assert (outcome, evidence) == ("skipped", "whether tagging is absent is not known")


def test_a_declared_feature_that_is_not_there_names_the_fact(disk: Provider) -> None:
    outcome, evidence = ended(disk, made(unsupported, has("tagging", "yes")), tagging="yes")
    assert outcome == "contradicted"
    assert "correct the fact tagging = 'yes' (documented, a lie told by the tests, " in evidence


def test_a_case_may_say_that_it_cannot_be_tried(disk: Provider) -> None:
    def impossible(store: Store) -> None:
        raise Skip("there is no way")

    assert ended(disk, made(impossible)) == ("skipped", "there is no way")


@pytest.mark.parametrize(
    ("seen", "declared", "outcome", "evidence"),
    [
        ("yes", "yes", "passed", "observed 'yes'"),
        (("yes", "ignored"), "ignored", "passed", "observed 'yes' or 'ignored'"),
        ("ignored", "yes", "contradicted", "observed 'ignored'"),
        ("yes", None, "probed-yes", "tagging is not known; observed 'yes'"),
        ("no", None, "probed-no", "tagging is not known; observed 'no'"),
        (None, "yes", "skipped", "tagging cannot be told from here"),
    ],
)
def test_an_observation_is_held_against_the_declaration(
    disk: Provider, seen: Any, declared: str | None, outcome: str, evidence: str
) -> None:
    one = made(lambda store: seen, observes="tagging")
    found = ended(disk, one, tagging=Fact(declared, "documented", "a manual", "2026-11"))
    assert found[0] == outcome
    assert found[1].endswith(evidence)


def test_a_need_looks_into_sets_and_mappings(disk: Provider) -> None:
    able = attrs.evolve(
        disk.capabilities,
        presign=Fact(frozenset({"GET"})),
        checksums=Fact({"CRC32": "ignored"}),
    )
    assert has("presign", "GET").judge(able) is True
    assert has("presign", "PUT").judge(able) is False
    assert has("checksums", "verified", entry="CRC32").judge(able) is False
    assert has("checksums", "verified", entry="SHA1").judge(able) is None
    assert fact_of(able, "checksums", "CRC32").value == "ignored"
    assert has("presign", "GET").belief() == frozenset({"GET"})
    assert has("checksums", "verified", entry="SHA1").belief() == {"SHA1": "verified"}
    assert has("tagging", "yes").belief() == "yes"


def test_a_run_reports_what_took_part(disk: Provider) -> None:
    seen: list[Result] = []
    report = run(disk, ["head"], on_result=seen.append)
    assert report.ok
    assert seen == list(report.results)
    assert (report.vendor, report.title, report.endpoint) == ("local", "Files on disk", "local")
    assert set(report.versions) == {"bucketry", "python", "boto3"}
    assert report.counts()["passed"] == len(seen) == 7
    assert list(disk.list()) == []


def test_the_report_is_json_and_markdown() -> None:
    report = Report(
        vendor="acme",
        title="Acme",
        endpoint="real",
        date="2026-11-24",
        versions={"bucketry": "0.1.0"},
        results=[
            Result(case="a.b", group="a", sentence="A | B.", outcome="passed"),
            Result(case="a.c", group="a", sentence="C.", outcome="failed", evidence="line\nbreak"),
        ],
    )
    assert not report.ok
    assert json.loads(report.to_json()) == {
        "vendor": "acme",
        "title": "Acme",
        "endpoint": "real",
        "date": "2026-11-24",
        "versions": {"bucketry": "0.1.0"},
        "confinement": "",
        "stopped": None,
        "counts": {
            "passed": 1,
            "failed": 1,
            "contradicted": 0,
            "skipped": 0,
            "probed-yes": 0,
            "probed-no": 0,
        },
        "results": [
            {
                "case": "a.b",
                "group": "a",
                "sentence": "A | B.",
                "outcome": "passed",
                "evidence": "",
                "known": "",
                "gone": False,
            },
            {
                "case": "a.c",
                "group": "a",
                "sentence": "C.",
                "outcome": "failed",
                "evidence": "line\nbreak",
                "known": "",
                "gone": False,
            },
        ],
    }
    assert report.to_markdown().splitlines()[-2:] == [
        "| `a.b` | A \\| B. | passed |  |",
        "| `a.c` | C. | failed | line break |",
    ]


def test_the_kind_of_endpoint_is_told_from_the_address(disk: Provider) -> None:
    class Elsewhere:
        @hookimpl
        def bucketry_object_url(self, key: str) -> str:
            return f"https://files.example.com/{key}"

    assert endpoint_class(disk) == "local"
    assert endpoint_class(disk.with_layer(Elsewhere())) == "real"


def test_a_run_leaves_the_other_objects_alone(disk: Provider) -> None:
    disk.upload(b"mine", key="mine.txt")
    with confine(disk) as room:
        room.provider.upload(b"x", key="a/b")
        assert [info.key for info in disk.list()] == [
            f"{room.prefix}-beside.txt",
            f"{room.prefix}/a/b",
            f"{room.prefix}/expiring.txt",
            "mine.txt",
        ]
    assert [info.key for info in disk.list()] == ["mine.txt"]


def test_a_case_cannot_leave_the_folder(disk: Provider) -> None:
    disk.upload(b"mine", key="mine.txt")
    with confine(disk) as room:
        error = raises(InvalidKey, "reading outside", room.provider.read, "../mine.txt")
        holds(error, "no error")
        assert not room.provider.exists("mine.txt")


def test_a_change_outside_fails_the_run(disk: Provider) -> None:
    disk.upload(b"mine", key="mine.txt")
    with pytest.raises(AssertionError, match="are not what they were"), confine(disk):
        disk.upload(b"other", key="mine.txt")


def test_a_change_beside_the_folder_fails_the_run(disk: Provider) -> None:
    def spoil() -> None:
        with confine(disk) as room:
            disk.upload(b"spoilt", key=f"{room.prefix}-beside.txt")

    with pytest.raises(AssertionError, match="the object beside the folder has changed"):
        spoil()
    assert list(disk.list()) == []


def test_what_cannot_be_deleted_fails_the_run(disk: Provider) -> None:
    class Stubborn:
        deleting = True

        @hookimpl
        def bucketry_delete(self, keys: Any) -> Any:
            return None if self.deleting else Deleted(keys=keys)

    stubborn = Stubborn()

    def leave() -> None:
        with confine(disk.with_layer(stubborn)):
            stubborn.deleting = False

    with pytest.raises(AssertionError, match=r"expiring\.txt could not be deleted"):
        leave()


def test_secrets_are_masked_in_the_evidence() -> None:
    secret = "a-secret-that-signs-urls"

    def tells(store: Store) -> None:
        holds(False, f"signed with {secret}, see https://h/k?X-Amz-Signature=abcdef0123")

    with on_disk(signing_key=secret) as provider, confine(provider) as room:
        evidence = run_case(made(tells), room).evidence
    assert evidence == "signed with ***, see https://h/k?X-Amz-Signature=***"
