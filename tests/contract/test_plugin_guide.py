"""docs/plugins.md shows the skeleton as it is."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
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


# -- what a plugin can rely on -----------------------------------------------------------------

PLUGINS = ROOT / "plugins"
RELY = GUIDE.partition("## What a plugin can rely on")[2].partition("\n## ")[0]
PROMISED = frozenset(re.findall(r"`(bucketry[\w.]*)`", RELY))

OURS = (
    "bucketry_django_storages", "bucketry_local", "bucketry_strapi", "bucketry_vendors",
)  # fmt: skip


def imported(source: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of each import of something of bucketry's."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def private(source: str, own: str) -> list[str]:
    """Return what a plugin's module imports that the guide does not promise."""
    found = []
    for module, name in imported(source):
        if not module.startswith("bucketry") or module.split(".")[0] == own:
            continue
        public = getattr(importlib.import_module(module), "__all__", None)
        hidden = name.startswith("_") or (public is not None and name and name not in public)
        if module not in PROMISED or hidden:
            found.append(f"{module}.{name}")
    return found


def _modules(package: str) -> list[Path]:
    found = list((PLUGINS / package).rglob("*.py"))
    assert found
    return sorted(found)


def test_the_promised_modules_are_there() -> None:
    assert len(PROMISED) >= 10
    for module in PROMISED:
        importlib.import_module(module)


@pytest.mark.parametrize("package", OURS)
def test_our_own_plugins_need_nothing_that_is_not_promised(package: str) -> None:
    found = {
        path.name: wrong
        for path in _modules(package)
        if (wrong := private(path.read_text("utf-8"), package))
    }
    assert found == {}


def test_the_skeleton_needs_nothing_that_is_not_promised() -> None:
    for file, text in ACME.items():
        if file.endswith(".py"):
            assert private(text, "bucketry_acme") == [], file


def test_what_is_not_promised_is_noticed() -> None:
    source = "from bucketry.host.catalog import installed\nfrom bucketry import _x, Secret\n"
    assert private(source, "acme") == ["bucketry.host.catalog.installed", "bucketry._x"]
