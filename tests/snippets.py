"""The code that stands in the documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def blocks(page: str, language: str = "python") -> list[str]:
    """Return a page's blocks in a language, as they stand there; ``docs/many.md`` is a page."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def run(page: str, snippets: Sequence[str] | None = None) -> dict[str, Any]:
    """Run a page's Python, or some of it, one block after the other; return what it has named."""
    namespace: dict[str, Any] = {"__name__": f"page_{Path(page).stem}"}
    for snippet in blocks(page) if snippets is None else snippets:
        exec(compile(snippet, page, "exec", dont_inherit=True), namespace)
    return namespace
