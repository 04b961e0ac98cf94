"""No module imports itself in the end, not even for the type checker."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("core", "plugins", "schemas", "integrations")


def _modules() -> dict[str, Path]:
    """Return every module by name; a package goes by its own name."""
    found = {}
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            parts = path.relative_to(ROOT / source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(text: str, modules: Mapping[str, Path]) -> Iterator[str]:
    """Yield the modules that a source imports, anywhere in it: a name that is one, or its home."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(str(node.module), alias.name) for alias in node.names]
        else:
            continue
        for module, name in names:
            yield next((m for m in (f"{module}.{name}", module) if m in modules), "")


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Return a circle in the graph, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_of_any_package_is_in_a_circle() -> None:
    modules = _modules()
    assert len(modules) > 150
    graph = {
        name: set(imports(path.read_text("utf-8"), modules)) - {"", name}
        for name, path in modules.items()
    }
    assert circle(graph) == []


@pytest.mark.parametrize(
    "text",
    [
        "from b import x",
        "import b",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from b import x",
        "def late():\n    import b",
    ],
)
def test_a_circle_is_found_wherever_the_import_stands(text: str) -> None:
    modules = {"a": Path(), "b": Path()}
    graph = {"a": set(imports(text, modules)) - {""}, "b": set(imports("import a", modules))}
    assert sorted(set(circle(graph))) == ["a", "b"]
    assert circle({"a": set(), "b": {"a"}}) == []
