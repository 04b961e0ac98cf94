"""Distributions made up in a folder: metadata and modules as pip would leave them, without pip."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

from bucketry.host.catalog import GROUP


def install(
    folder: Path,
    name: str,
    entry_points: Mapping[str, str],
    modules: Mapping[str, str] | None = None,
    *,
    version: str = "1.0",
) -> None:
    """Write a distribution into `folder`, which is then put on the path.

    `entry_points` are vendor name to ``module:attribute``, `modules` file name to its text.
    """
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{vendor} = {value}\n" for vendor, value in entry_points.items()]
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{''.join(lines)}")
    for file, text in (modules or {}).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def entries(*folders: Path) -> list[EntryPoint]:
    """Return the vendor entry points of the distributions in `folders`, and no others."""
    found = distributions(path=[str(folder) for folder in folders])
    return [entry for dist in found for entry in dist.entry_points if entry.group == GROUP]


VENDOR = """
from attrs import frozen
from bucketry import Capabilities, Deleted, SchemaFile, Vendor, hookimpl


@frozen(kw_only=True)
class Options:
    root_path: str = ""
    base_url: str | None = None
    visibility: str = "private"
    signed_url_expires: int = 900
    key_strategy: str = "slug"
    overrides: tuple[str, ...] = ()


@frozen(eq=False)
class Layer:
    @hookimpl
    def bucketry_delete(self, keys):
        return Deleted(keys=keys)


vendor = Vendor(
    name="{name}", title="Acme", options=Options,
    schema=SchemaFile(package="bucketry_schemas", path="leaves.schema.json"),
    capabilities=Capabilities(), layers=lambda options, context: [Layer()], docs_url="",
)
"""
"""A module with the smallest vendor; ``{name}`` is to be replaced."""


def vendor_module(name: str) -> str:
    """Return the text of a module that offers vendor `name`."""
    return VENDOR.replace("{name}", name)
