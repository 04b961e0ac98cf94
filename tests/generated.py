"""What in this repository is made from something else, without a server.

::

    PYTHONPATH=tests python -m generated

writes it again, which is what `make generate` does.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import reference
from bucketry.config.published import published_text
from bucketry.host.catalog import GROUP, Catalog
from servers.outcomes import page
from vendors.documents import render

ROOT = Path(__file__).parents[1]
VENDORS = ROOT / "docs/vendors"
REFERENCE = ROOT / "docs/reference"


def files() -> dict[Path, str]:
    """Return every generated file: path to text."""
    own = [
        entry for entry in entry_points(group=GROUP) if entry.dist and entry.dist.name == "bucketry"
    ]
    built_in = Catalog(own, block=())
    return {
        ROOT / "schemas/bucketry_schemas/config.schema.json": published_text(built_in),
        **{VENDORS / name: text for name, text in render().items()},
        **page(),
        REFERENCE / "configuration.md": reference.configuration(built_in),
        REFERENCE / "api.md": reference.api(),
        REFERENCE / "hooks.md": reference.hooks(),
    }


def stale() -> list[str]:
    """Return what is there and should not be, is not there, or differs."""
    wanted = files()
    written = {
        path: path.read_text("utf-8") for path in {*wanted, *VENDORS.iterdir()} if path.exists()
    }
    differing = {path for path in {*wanted, *written} if wanted.get(path) != written.get(path)}
    return sorted(str(path.relative_to(ROOT)) for path in differing)


def main() -> None:
    """Write what is stale, and remove pages of vendors that are gone."""
    wanted = files()
    for name in stale():
        path = ROOT / name
        if path in wanted:
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
        print(name)


if __name__ == "__main__":
    main()
