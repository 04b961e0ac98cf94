"""The skeleton of a vendor plugin: new-vendor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from bucketry.cli import output
from bucketry.cli.settings import Settings, command
from bucketry.host.catalog import installed

# The templates are a plugin for a vendor called acme, with this behind each file's name, so that
# no tool takes them for code of bucketry's own.
_SUFFIX = ".tmpl"

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 40


def _vendor_name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not _NAME.fullmatch(value) or len(value) > _LONGEST_NAME:
        raise click.BadParameter(
            f"must be lower-case letters and digits in words joined by '-', a letter first, at "
            f"most {_LONGEST_NAME} characters; users will write it as provider",
            ctx,
            parameter,
        )
    if value in installed().names():
        raise click.BadParameter(
            f"there is a vendor {value!r} already, from {installed().distribution(value)}; two "
            "plugins of one name cannot be used together",
            ctx,
            parameter,
        )
    return value


@command
@click.argument("name", callback=_vendor_name)
@click.option(
    "--folder", metavar="DIR", help="Folder to write, new or empty.  [default: bucketry-NAME]"
)
def new_vendor(settings: Settings, name: str, folder: str | None) -> None:
    """Write a plugin for a new vendor, with its tests.

    NAME is what users will write as provider. The plugin works as it is, for a made-up vendor in
    front of a server on loopback; put in the real vendor's endpoint, options and facts.
    """
    target = Path(folder or f"bucketry-{name}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        output.bad_usage(f"{target} is there already and is no empty folder")
    files = skeleton(name)
    for path, text in files.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    if settings.json:
        output.emit({"folder": str(target), "files": sorted(files)})
        return
    for path in sorted(files):
        click.echo(target / path)
    settings.note(f"Next: cd {target} && pip install -e '.[test]' && pytest")


def skeleton(name: str) -> dict[str, str]:
    """Return the files of a plugin for vendor `name`: path, with slashes, to text."""
    root = resources.files("bucketry").joinpath("scaffold/vendor")
    return {
        rename(str(path).removesuffix(_SUFFIX), name): rename(file.read_text("utf-8"), name)
        for path, file in _walk(root, PurePosixPath())
    }


def _walk(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, path / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield path / entry.name, entry


def rename(text: str, name: str) -> str:
    """Return `text` with acme's names replaced by those of vendor `name`."""
    words = [word.capitalize() for word in name.split("-")]
    names = {
        "bucketry_acme": f"bucketry_{name.replace('-', '_')}",
        "AcmeOptions": f"{''.join(words)}Options",
        "Acme": " ".join(words),
        "ACME": "_".join(words).upper(),
        "acme": name,
    }
    return re.sub("|".join(names), lambda found: names[found[0]], text)
