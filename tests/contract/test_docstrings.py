"""Examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

ROOT = Path(__file__).parents[2]


class _Elsewhere(doctest.DocTestParser):
    """Gives the examples another folder than the one of all who run them on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
        return super().parse(string.replace("/tmp/bucketry-doc", self._folder), name)


def _modules_with_examples() -> list[str]:
    names = []
    for folder in ("core", "plugins", "integrations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if ">>> " in path.read_text("utf-8"):
                parts = path.relative_to(ROOT / folder).with_suffix("").parts
                names.append(".".join(parts).removesuffix(".__init__"))
    return names


def test_every_example_runs(tmp_path: Path) -> None:
    """One after the other, because the first ones share a folder."""
    finder = doctest.DocTestFinder(parser=_Elsewhere(tmp_path))
    failed, tried = set(), set()
    for name in _modules_with_examples():
        for example in finder.find(importlib.import_module(name), name):
            outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example)
            failed |= {example.name} if outcome.failed else set()
            tried |= {name} if outcome.attempted else set()
    assert failed == set()
    assert {"bucketry", "bucketry.hookspecs", "bucketry_local", "bucketry_s3.testing"} <= tried
