"""docs/plugins.md shows the skeleton as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bucketry.cli.new_vendor import skeleton

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/plugins.md").read_text("utf-8")
ACME = skeleton("acme")
WALK = GUIDE.partition("## The skeleton, file by file")[2].partition("\n## ")[0]
SECTIONS = re.findall(r"^### `(.+?)`\n(.*?)(?=^### |\Z)", WALK, re.MULTILINE | re.DOTALL)
SHOWN = [
    (file, block)
    for file, text in SECTIONS
    for block in re.findall(r"```(?:toml|python|json)\n(.*?)```", text, re.DOTALL)
]


def test_every_file_has_a_section() -> None:
    assert {file for file, _ in SECTIONS} == {file for file, text in ACME.items() if text}


@pytest.mark.parametrize(("file", "block"), SHOWN)
def test_what_is_shown_stands_in_the_file(file: str, block: str) -> None:
    assert block in ACME[file]


def test_the_whole_page_but_its_imports_is_shown() -> None:
    rest = ACME["bucketry_acme/__init__.py"]
    for file, block in SHOWN:
        if file == "bucketry_acme/__init__.py":
            rest = rest.replace(block, "")
    assert not re.search(r"^(class|def|@|vendor)", rest, re.MULTILINE)
