"""Examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _modules_with_examples() -> list[str]:
    names = []
    for folder in ("core", "plugins", "integrations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if ">>> " in path.read_text("utf-8"):
                parts = path.relative_to(ROOT / folder).with_suffix("").parts
                names.append(".".join(parts).removesuffix(".__init__"))
    return names


def test_every_example_runs() -> None:
    """One after the other, because the first ones share a folder."""
    outcomes = {
        name: doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
        for name in _modules_with_examples()
    }
    assert {name for name, outcome in outcomes.items() if outcome.failed} == set()
    tried = {name for name, outcome in outcomes.items() if outcome.attempted}
    assert {"bucketry", "bucketry.hookspecs", "bucketry_local", "bucketry_s3.testing"} <= tried
