"""Print the path of the newest Python here that is newer than the one that runs this; or fail.

It may be on the path or among pyenv's versions. Pre-releases do not count.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_TELL = "import sys; print(*sys.version_info[:3], sys.version_info.releaselevel)"


def candidates() -> Iterator[Path]:
    """Yield what may be a Python: ``python3.N`` of each folder of the path, and pyenv's."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for folder in [*folders, *versions.glob("3.*/bin")]:
        yield from folder.glob("python3.[0-9]*[0-9]")


def version(python: Path) -> tuple[int, ...]:
    """Return its version, () if it does not run or is a pre-release."""
    command = [python, "-c", _TELL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - what the user has on the path
    *numbers, level = done.stdout.split() or [""]
    return tuple(map(int, numbers)) if level == "final" else ()


if __name__ == "__main__":
    newest = max(candidates(), key=version, default=None)
    if newest is None or version(newest)[:2] <= sys.version_info[:2]:
        sys.exit("no newer Python is installed here")
    print(newest)
