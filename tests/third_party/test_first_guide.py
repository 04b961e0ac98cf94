"""A plugin written by the first guide works; what it must change, the changelog says."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen

from third_party.plugins import install_plugin, run_tests

WRITTEN = Path(__file__).parent / "first_guide"
"""The plugin as it was written then; ``.txt`` behind each name keeps tools away."""

CHANGELOG = (Path(__file__).parents[2] / "CHANGELOG.md").read_text("utf-8")


@frozen
class Change:
    """What its author must change in a file, and the beginning of the line that says so."""

    file: str
    old: str
    new: str
    told: str


CHANGES = [
    Change(
        file="bucketry_acme/__init__.py",
        old="    traits=(NoAclLayer, NoIdentityEncodingLayer),",
        new="    layers=(NoAclLayer, NoIdentityEncodingLayer),",
        told="- `s3_vendor(traits=...)` is `s3_vendor(layers=...)`",
    ),
]


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The plugin with the changes that the changelog asks for, and no other."""
    folder = tmp_path / "acme"
    for source in WRITTEN.rglob("*.txt"):
        path = source.relative_to(WRITTEN).as_posix().removesuffix(".txt")
        text = source.read_text("utf-8")
        for change in CHANGES:
            if change.file == path:
                assert change.old in text, change
                text = text.replace(change.old, change.new)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


def test_its_tests_pass(plugin: Path, tmp_path: Path) -> None:
    """Its own, and the cases that depend on options and facts; the rest is the same code."""
    site = tmp_path / "site"
    install_plugin(plugin, site)
    chosen = "not TestConformance or contract or headers or tags or access or facts"
    outcome = run_tests(plugin, site, ["-k", chosen])
    assert outcome.code == 0, outcome.output
    assert outcome.count("passed") > 60, outcome.output


def test_every_change_is_told() -> None:
    assert [change for change in CHANGES if change.told not in CHANGELOG] == []
