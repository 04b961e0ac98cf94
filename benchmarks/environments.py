"""One virtual environment for each library, so that none of them changes another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.contestants.table import ROOT, Entry
from benchmarks.place import digest

BASE = ROOT / ".venv" / "bench"


def python_of(name: str, packages: list[str]) -> Path:
    """Return the Python of an environment with these packages; it is made at first use.

    The stamp is written last, so an interrupted run starts over.
    """
    folder = BASE / name
    # An editable package has new dependencies when its pyproject.toml changes.
    told = [
        (Path(package) / "pyproject.toml").read_text() if package.startswith("/") else package
        for package in packages
    ]
    stamp = folder / f".installed-{digest(json.dumps(told))}"
    python = folder / "bin" / "python"
    if not stamp.exists():
        print(f"setting up the environment of {name}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        if packages:
            subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 *packages],
                check=True,
            )  # fmt: skip
        stamp.touch()
    return python


def python_for(entry: Entry) -> Path:
    """Return the Python of a contestant."""
    return python_of(entry.environment, list(entry.packages))


def versions(python: Path, packages: list[str]) -> dict[str, str]:
    """Return the installed versions; a package that is not there is left out."""
    script = (
        "import importlib.metadata as m, json, sys\n"
        "found = {}\n"
        "for name in sys.argv[1:]:\n"
        "    try: found[name] = m.version(name)\n"
        "    except m.PackageNotFoundError: pass\n"
        "print(json.dumps(found))"
    )
    done = subprocess.run(
        [str(python), "-c", script, *packages], check=True, capture_output=True, text=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found
