"""What the documents point at is there, also where the package's description is shown."""

from __future__ import annotations

import re
import subprocess
from collections import deque
from functools import partial
from importlib.metadata import metadata
from itertools import filterfalse
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


def test_the_names_that_are_told_of_are_there() -> None:
    """In documents and in docstrings: the module, and the word in it."""
    roots = [ROOT / name for name in ("core", "plugins", "integrations")]
    texts = [*DOCUMENTS, *(file for root in roots for file in root.rglob("*.py"))]
    told = {
        name
        for text in texts
        if text.name != "CHANGELOG.md"  # which tells of old names, too
        for name in re.findall(r"`(bucketry\w*(?:\.\w+)+)[`(]", text.read_text("utf-8"))
    }
    assert len(told) > 50
    assert sorted(filterfalse(partial(_is_there, roots), told - OTHER_NAMES)) == []


OTHER_NAMES = {"bucketry.toml", "bucketry.providers", "bucketry.dialects", "bucketry.operations"}
"""A file, groups of entry points and a logger."""


def _is_there(roots: list[Path], name: str) -> bool:
    place = next(root for root in roots if (root / name.split(".")[0]).exists())
    words = deque(name.split("."))
    while words and (place / words[0]).is_dir():
        place /= words.popleft()
    module = place / f"{words[0]}.py" if words else place
    if module.is_file():
        words.popleft()
    else:
        module = place / "__init__.py"
    return not words or re.search(rf"\b{words[0]}\b", module.read_text("utf-8")) is not None
