"""docs/plugins.md shows the skeleton as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/plugins.md").read_text("utf-8")
ACME = ROOT / "tests/third_party/acme"
WALK = GUIDE.partition("## The skeleton, file by file")[2].partition("\n## ")[0]
SECTIONS = re.findall(r"^### `(.+?)`\n(.*?)(?=^### |\Z)", WALK, re.MULTILINE | re.DOTALL)
SHOWN = [
    (file, block)
    for file, text in SECTIONS
    for block in re.findall(r"```(?:toml|python|json)\n(.*?)```", text, re.DOTALL)
]


def test_every_file_has_a_section() -> None:
    files = {
        path.relative_to(ACME).as_posix()
        for path in ACME.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {file for file, _ in SECTIONS} == files


@pytest.mark.parametrize(("file", "block"), SHOWN)
def test_what_is_shown_stands_in_the_file(file: str, block: str) -> None:
    assert block in (ACME / file).read_text("utf-8")


def test_the_whole_page_but_its_imports_is_shown() -> None:
    page = (ACME / "bucketry_acme/__init__.py").read_text("utf-8")
    rest = page
    for file, block in SHOWN:
        if file == "bucketry_acme/__init__.py":
            rest = rest.replace(block, "")
    assert not re.search(r"^(class|def|@|vendor)", rest, re.MULTILINE)
