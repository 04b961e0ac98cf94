"""Print pip constraints that pin each dependency of a pyproject.toml to its oldest release.

Oldest means the oldest that is allowed. The ``dev`` extra is left out: it holds developers' tools.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def floors(pyproject: str) -> list[str]:
    """Return ``name==version`` for each requirement; `ValueError` for one without ``>=``."""
    project = tomllib.loads(pyproject)["project"]
    requirements = list(project["dependencies"])
    for extra, members in project["optional-dependencies"].items():
        if extra != "dev":
            requirements += members
    pins = []
    for requirement in requirements:
        name, _, floor = re.sub(r"\[.*?\]", "", requirement).partition(">=")
        if name == project["name"]:
            continue
        if not re.fullmatch(r"\s*[0-9][0-9.]*\s*", floor):
            raise ValueError(f"{requirement!r} has no oldest release: write name>=version")
        pins.append(f"{name.strip()}=={floor.strip()}")
    return pins


if __name__ == "__main__":
    print("\n".join(floors(Path(sys.argv[1]).read_text("utf-8"))))
