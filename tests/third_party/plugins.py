"""Plugins in folders: installed as pip would, and tested as their authors would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from bucketry.cli.new_vendor import skeleton
from host.distributions import install

TESTS = Path(__file__).parents[1]


def write_skeleton(name: str, folder: Path) -> Path:
    """Write what `bucketry new-vendor` writes, and return the folder."""
    for path, text in skeleton(name).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def install_plugin(source: Path, site: Path) -> None:
    """Install the distribution in `source` into the folder `site`, from its own pyproject.toml."""
    settings = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))
    project = settings["project"]
    install(
        site,
        project["name"],
        project["entry-points"]["bucketry.providers"],
        version=project["version"],
    )
    for package in settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        shutil.copytree(
            source / package, site / package, ignore=shutil.ignore_patterns("__pycache__")
        )


@frozen
class Outcome:
    """How a run of pytest ended."""

    code: int
    output: str

    def count(self, word: str) -> int:
        """Return how many tests passed, failed, were skipped ..."""
        found = re.search(rf"(\d+) {word}", self.output.splitlines()[-1])
        return int(found[1]) if found else 0


def run_tests(source: Path, site: Path, arguments: Sequence[str] = ()) -> Outcome:
    """Run a plugin's tests in a process of their own that finds it in `site`."""
    path = os.pathsep.join([str(site), str(TESTS)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "-p", "third_party.cached_loader", *arguments],
        cwd=source,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout.rstrip())
