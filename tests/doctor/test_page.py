"""Every finding has a section of its own in the documentation, and every section is of one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bucketry.doctor import Finding
from bucketry.doctor.codes import CODES as ANYWHERE
from bucketry_local.doctor import CODES as LOCAL
from bucketry_s3.doctor import CODES as S3
from doctor.seeds import SEEDS

PAGE = Path(__file__).parents[2] / "docs/howto/reading-the-doctor.md"
TEXT = PAGE.read_text("utf-8")
ALL = {**ANYWHERE, **S3, **LOCAL}


def test_no_code_is_told_twice() -> None:
    assert len(ALL) == len(ANYWHERE) + len(S3) + len(LOCAL)


def test_the_page_has_a_section_for_each_finding() -> None:
    assert sorted(re.findall(r"^### (.+)$", TEXT, re.M)) == sorted(ALL)


def test_a_finding_leads_to_its_section() -> None:
    finding = Finding(code="clock-skew", severity="error", cause="late", remedy="Set it.")
    assert finding.docs.endswith(f"/docs/howto/{PAGE.name}#clock-skew")


@pytest.mark.parametrize("code", ALL)
def test_a_code_and_its_remedy_are_written_as_all_are(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    assert re.fullmatch(r"[A-Z`].*\.", ALL[code].remedy)


def test_nearly_every_finding_is_seeded_somewhere() -> None:
    """The others need a server that no test can have, or stand for what nobody foresees."""
    seeded = {code for seed in SEEDS for code in seed.codes}
    assert set(ALL) - seeded == {
        *("acl-ignored", "acl-refused", "acl-required", "bad-credentials", "broken-layer"),
        *("cannot-delete", "cannot-list", "cannot-read", "cannot-write", "failed", "plain-http"),
        *("retained", "tls-failed", "uploads-under-way"),
    }
