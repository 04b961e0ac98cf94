"""What the documents point at is there, also where the package's description is shown."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks/README.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    wrong = []
    for link in LINK.findall(document.read_text("utf-8")):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


def test_the_packages_description_has_no_link_that_works_in_the_folder_only() -> None:
    """As it is installed; ``pip install -e .`` renews it after a change."""
    links = LINK.findall(str(metadata("bucketry").json["description"]))
    assert len(links) > 5
    assert [link for link in links if not link.startswith("https://")] == []


def test_every_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = {
        name
        for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
        for name in line.split()
        if not name.startswith("$")
    }
    command = ["make", "--no-print-directory", "help"]  # which a make above would switch on
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert phony >= {"demo", "test", "check"}
    assert {line.split()[1] for line in done.stdout.splitlines()} == phony


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_the_files_that_are_named_are_there(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    named = re.findall(r"`((?:core|plugins|schemas|tests|docs)/[\w/.]+)`", text)
    assert len(named) > 3
    assert [path for path in named if not (ROOT / path).exists()] == []
