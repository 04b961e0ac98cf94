"""Commands that look at what is there: ls, tree, du, stat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any

import click

from bucketry import ObjectInfo, Page, Provider
from bucketry.cli import output
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.selecting import is_pattern, look, matching, nothing
from bucketry.cli.settings import Settings, command

_place = click.argument("place", callback=places, default="", metavar="[[PROVIDER:]PREFIX]")


@command
@_place
@click.option("--long", "-l", is_flag=True, help="Size and time (UTC) too.")
@click.option(
    "--recursive", "-r", "--flat", "recursive", is_flag=True, help="All keys, not one level."
)
def ls(settings: Settings, place: Place, long: bool, recursive: bool) -> None:
    """List objects and folders whose key starts with PREFIX.

    PREFIX is text: "photos/" looks into the folder, "photos" finds "photos-old/" as well. It may
    be a pattern, in quotes. Folders end in "/". Control characters in keys are escaped; --json
    carries them unchanged.
    """
    objects = size = folders = 0
    with Providers(settings) as providers:
        provider = providers.at(place)
        for page in _pages(provider, place.key, recursive):
            folders += len(page.folders)
            for folder in page.folders:
                if settings.json:
                    output.emit({"type": "folder", "key": folder}, indent=None)
                else:
                    click.echo(_line(folder, "", "") if long else output.printable(folder))
            for info in page.objects:
                objects, size = objects + 1, size + info.size
                if settings.json:
                    output.emit({"type": "object", **output.plain(info)}, indent=None)
                elif long:
                    click.echo(_line(info.key, output.human(info.size), _time(info)))
                else:
                    click.echo(output.printable(info.key))
        if not objects and not folders:
            if place.key:
                raise nothing(provider, place.key)
            settings.note(f"there is nothing in {provider.name!r}")
    if long:
        settings.note(f"{_count(objects, 'object')}, {output.human(size)}")


def _pages(provider: Provider, prefix: str, recursive: bool) -> Iterable[Page]:
    if is_pattern(provider, prefix):
        return (Page(objects=[info]) for info in matching(provider, prefix, recursive=recursive))
    return provider.pages(prefix, delimiter="" if recursive else "/")


def _line(key: str, size: str, modified: str) -> str:
    return f"{size:>12}  {modified:16}  {output.printable(key)}"


def _time(info: ObjectInfo) -> str:
    return f"{info.last_modified.astimezone(UTC):%Y-%m-%d %H:%M}" if info.last_modified else ""


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


@command
@click.argument("folders", callback=places, nargs=-1, metavar="[[PROVIDER:]FOLDER...]")
@click.option("--summarize", "-s", is_flag=True, help="One line for each FOLDER.")
def du(settings: Settings, folders: Sequence[Place], summarize: bool) -> None:
    """Tell how much there is in FOLDER, and in each folder of it."""
    with Providers(settings) as providers:
        for place in folders or [Place(None, "")]:
            provider = providers.at(place)
            prefix = f"{place.key.removesuffix('/')}/" if place.key else ""
            sums: dict[str, tuple[int, int]] = {}
            count = size = 0
            for info in provider.list(prefix):
                folder, slash, _ = info.key[len(prefix) :].partition("/")
                if slash and not summarize:
                    files, held = sums.get(folder, (0, 0))
                    sums[folder] = files + 1, held + info.size
                count, size = count + 1, size + info.size
            if prefix and not count:
                raise nothing(provider, place.key)
            rows = [(f"{prefix}{folder}/", *held) for folder, held in sums.items()]
            for shown, files, held in [*rows, (prefix, count, size)]:
                if settings.json:
                    output.emit({"folder": shown, "objects": files, "size": held}, indent=None)
                else:
                    told = f"{output.human(held):>12}  {_count(files, 'object'):>16}"
                    output.line(f"{told}  {shown or provider.name + ':'}")


@command
@click.argument("place", callback=places, default="", metavar="[[PROVIDER:]FOLDER]")
@click.option("--depth", type=click.IntRange(1), help="Levels of folders to show.  [default: all]")
def tree(settings: Settings, place: Place, depth: int | None) -> None:
    """Show what is in FOLDER as a tree."""
    prefix = f"{place.key.removesuffix('/')}/" if place.key else ""
    top: dict[str, Any] = {}
    objects = size = 0
    with Providers(settings) as providers:
        provider = providers.at(place)
        for info in provider.list(prefix):
            objects, size = objects + 1, size + info.size
            branch = top
            # Folders keep their slash, because an object may have the same name.
            for part in info.key[len(prefix) :].replace("/", "/\0").split("\0")[:depth]:
                branch = branch.setdefault(part, {}) if part else branch
        name = prefix or f"{provider.name}:"
    if prefix and not objects:
        raise nothing(provider, place.key)
    if settings.json:
        output.emit({"folder": prefix, "objects": objects, "size": size, "tree": top})
        return
    output.line(name)
    for line in _branches(top, ""):
        output.line(line)
    settings.note(f"{_count(objects, 'object')}, {output.human(size)}")


def _branches(tree: dict[str, Any], indent: str) -> Iterator[str]:
    left = len(tree)
    for name, inner in tree.items():
        left -= 1
        yield f"{indent}{'├── ' if left else '└── '}{name}"
        yield from _branches(inner, f"{indent}{'│   ' if left else '    '}")


@command
@click.argument("place", callback=places, metavar="[PROVIDER:]KEY")
@click.option("--verbose", "-v", is_flag=True, help="What is bucketry's own, too: the write id.")
def stat(settings: Settings, place: Place, verbose: bool) -> None:
    """Show what is known of one object; exit code 4 if there is none.

    With --json all of it.
    """
    with Providers(settings) as providers:
        info = look(providers.at(place), place.key, "see ls and du for what is in it")
    described = output.plain(info)
    if settings.json:
        output.emit(described)
        return
    rows = []
    for name, value in described.items():
        if isinstance(value, dict):
            rows += [(f"{name} {inner}", str(text)) for inner, text in value.items()]
        elif name == "size":
            rows.append((name, _size(value)))
        elif value is not None and (verbose or name != "write_id"):
            rows.append((name, str(value)))
    output.table(settings, ("", ""), rows)


def _size(size: int) -> str:
    return f"{size:,} bytes" if size < 1024 else f"{size:,} bytes ({output.human(size)})"
