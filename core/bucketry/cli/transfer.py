"""Commands that move bytes between here and a provider: put, get, cat."""

from __future__ import annotations

import errno
import os
import stat
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from glob import glob
from pathlib import Path, PurePosixPath
from typing import NoReturn

import click
from attrs import frozen

from bucketry import InvalidInput, InvalidSource, ObjectInfo, Outcome, Provider, StoredObject
from bucketry.cli import output, progress
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.selecting import (
    Filters,
    Selection,
    many_options,
    may_be_pattern,
    recursive_option,
    select,
)
from bucketry.cli.settings import Settings, command
from bucketry.cli.streams import whole
from bucketry.keys import as_found, check_key
from bucketry.provider import UploadOptions

STANDARD = "-"
"""Stands for stdin as a source and for stdout as a target."""


def _pairs(ctx: click.Context, parameter: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE", ctx, parameter)
        if name in pairs:
            raise click.BadParameter(f"{name!r} is given twice", ctx, parameter)
        pairs[name] = value
    return pairs


_NO_FILE = (errno.ENOENT, errno.ELOOP)
"""A link that leads nowhere, or what has gone while the folder was read."""


@frozen
class _File:
    """A file to upload; key None is the strategy's to name."""

    path: Path
    key: str | None
    size: int


@command
@click.argument(
    "sources", nargs=-1, required=True, metavar="SOURCE... [PROVIDER:KEY]", type=click.Path()
)
@click.option(
    "--key", callback=places, metavar="[PROVIDER:]KEY", help='Where to; a folder if it ends in "/".'
)
@recursive_option("Folders with all that is in them.")
@many_options
@click.option("--content-type", metavar="TYPE", help="Media type.  [default: from the name]")
@click.option(
    "--metadata", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="User metadata."
)
@click.option("--tag", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Object tag.")
@click.option("--no-overwrite", is_flag=True, help="Fail if the key is taken.")
def put(
    settings: Settings,
    sources: Sequence[str],
    key: Place | None,
    recursive: bool,
    include: Sequence[str],
    exclude: Sequence[str],
    dry_run: bool,
    jobs: int,
    content_type: str | None,
    metadata: dict[str, str],
    tag: dict[str, str],
    no_overwrite: bool,
) -> int:
    """Upload files; "-" reads stdin.

    SOURCE may be a pattern, in quotes. Where to is the last argument, with a colon, or --key.
    Without it the configured strategy names a file, and a folder keeps its name. With several
    sources it must be a folder. Each key is printed, with its address if that is public.
    """
    if key is None and len(sources) > 1 and ":" in sources[-1] and not os.path.exists(sources[-1]):
        *sources, target = sources
        key = places(click.get_current_context(), click.Option(["--key"]), target)
    place = key or Place(None, "")
    options: UploadOptions = {"content_type": content_type}
    if metadata:
        options["metadata"] = metadata
    if tag:
        options["tags"] = tag
    if no_overwrite:
        options["prevent_overwrite"] = True
    if STANDARD in sources:
        if len(sources) > 1 or not place.key or place.key.endswith("/"):
            output.bad_usage('"-" is the only source and needs the whole --key')
        if _is_closed(sys.stdin):
            raise InvalidInput("the standard input is closed")
        options["filename"] = PurePosixPath(place.key).name
        with Providers(settings) as providers:
            provider = providers.at(place)
            output.stored(settings, provider.upload(sys.stdin.buffer, key=place.key, **options))
        return 0
    paths = [path for source in sources for path in _paths(source)]
    files = _plan(settings, paths, place.key, recursive, Filters(include, exclude))
    if dry_run:
        named = (
            (str(file.path), file.key or "(named by the strategy)", file.size) for file in files
        )
        progress.plan(settings, named)
        return 0
    with Providers(settings) as providers:
        return _upload(settings, providers.at(place), files, options, jobs)


def _upload(
    settings: Settings,
    provider: Provider,
    files: Sequence[_File],
    options: UploadOptions,
    jobs: int,
) -> int:
    def show(outcome: Outcome[StoredObject]) -> None:
        output.stored(settings, outcome.get())

    label = files[0].path.name if len(files) == 1 else f"{len(files):,} files"
    with progress.bar(settings, label, sum(file.size for file in files)) as moved:
        options["progress"] = moved
        items = ((file.key, file.path) for file in files)
        outcomes = provider.upload_many(items, concurrency=jobs, **options)
        return progress.finish(settings, outcomes, "uploaded", show)


def _paths(source: str) -> list[Path]:
    """Return the file or folder of this name, or what the pattern matches."""
    if os.path.lexists(source) or not may_be_pattern(source):
        return [Path(source)]
    found = sorted(glob(source, recursive=True))
    if not found:
        raise InvalidSource(f"no file matches {source}")
    return [Path(path) for path in found]


def _plan(
    settings: Settings, sources: Sequence[Path], key: str, recursive: bool, filters: Filters
) -> list[_File]:
    """Return each file with its key; all is checked before any is sent."""
    if key and not key.endswith("/") and len(sources) > 1:
        output.bad_usage(f"{len(sources)} sources cannot share one key; write {key}/")
    files: list[_File] = []
    for source in sources:
        if not os.access(source, os.R_OK):
            raise InvalidSource(f"{source} does not exist or cannot be read")
        base = key + _name(source) if key.endswith("/") else key
        if not source.is_dir():
            if filters(_name(source)):
                files.append(_File(source, base or None, source.stat().st_size))
            continue
        if not recursive:
            output.bad_usage(f"{source} is a folder; add --recursive to upload what is in it")
        for path, size in _walk(settings, source):
            relative = unicodedata.normalize("NFC", path.relative_to(source).as_posix())
            if filters(relative):
                target = f"{base or _name(source)}/{relative}"
                files.append(_File(path, target, size))
    if not files:
        raise InvalidSource(f"there is no file to upload in {', '.join(map(str, sources))}")
    taken: dict[str, Path] = {}
    for file in files:
        if file.key is None:
            continue
        other = taken.setdefault(check_key(file.key), file.path)
        if other is not file.path:
            raise InvalidInput(f"{other} and {file.path} would both be stored as {file.key!a}")
    return files


def _name(path: Path) -> str:
    # abspath gives "." a name and, unlike resolve, leaves links their own.
    return unicodedata.normalize("NFC", Path(os.path.abspath(path)).name)


def _walk(settings: Settings, folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files below `folder` with their sizes, sorted.

    Links to folders are not followed: they can loop.
    """

    def refuse(error: OSError) -> NoReturn:
        raise InvalidSource(f"{error.filename} cannot be read: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            try:
                status = path.stat()
            except OSError as error:
                if error.errno not in _NO_FILE:
                    refuse(error)
                status = None
            if status is not None and stat.S_ISREG(status.st_mode):
                yield path, status.st_size
            else:
                settings.note(f"{output.printable(str(path))} is no file and is left out")


@command
@click.argument("source", callback=places, metavar="[PROVIDER:]KEY")
@click.argument("target", default="", metavar="[TARGET]", type=click.Path())
@recursive_option("KEY is a folder: all that is in it.")
@many_options
def get(
    settings: Settings,
    source: Place,
    target: str,
    recursive: bool,
    include: Sequence[str],
    exclude: Sequence[str],
    dry_run: bool,
    jobs: int,
) -> int:
    """Download objects; "-" writes one to stdout.

    KEY may be a pattern, in quotes. TARGET is a file or folder. Without it a file gets the key's
    last part as its name, and a folder keeps its name. An existing file is replaced once the
    download is complete; a broken or interrupted one leaves no file behind.
    """
    with Providers(settings) as providers:
        provider = providers.at(source)
        if target == STANDARD:
            _pour(provider, as_found(source.key))
            return 0
        filters = Filters(include, exclude)
        selection = select(provider, source.key, recursive=recursive, filters=filters)
        if selection.single:
            return _get_one(settings, provider, selection, target, dry_run)
        folder = Path(target)
        if selection.folder is not None and (not target or target.endswith(("/", os.sep))):
            folder /= PurePosixPath(selection.folder).name
        if folder.exists() and not folder.is_dir():
            raise InvalidInput(f"{folder} is no folder; many objects need one")
        if dry_run:
            named = ((one.key, str(folder / one.name), one.size) for one in selection.objects)
            progress.plan(settings, named)
            return 0
        return _get_many(settings, provider, selection, folder, jobs)


def _get_one(
    settings: Settings, provider: Provider, selection: Selection, target: str, dry_run: bool
) -> int:
    (found,) = selection.objects
    path = Path(target)
    if path.is_dir() or target.endswith("/"):
        path /= check_key(found.name)
    if not path.parent.is_dir():
        raise InvalidInput(f"there is no folder {path.parent} to write to; make it first")
    if dry_run:
        progress.plan(settings, [(found.key, str(path), found.size)])
        return 0
    with progress.bar(settings, path.name, found.size) as moved:
        info = provider.download(found.key, path, progress=moved)
    if settings.json:
        output.emit({"file": str(path), **output.plain(info)})
    settings.note(f"{path}: {output.human(info.size)}")
    return 0


def _get_many(
    settings: Settings, provider: Provider, selection: Selection, folder: Path, jobs: int
) -> int:
    def show(outcome: Outcome[ObjectInfo]) -> None:
        if settings.json:
            output.emit({"file": str(outcome.path), **output.plain(outcome.get())}, indent=None)

    size = None
    objects = selection.objects
    if progress.shows_progress(settings):  # who looks on wants to know how much there is to come
        known = list(objects)
        size, objects = sum(one.size for one in known), iter(known)
    with progress.bar(settings, folder.name or "download", size) as moved:
        items = ((one.key, one.name) for one in objects)
        outcomes = provider.download_many(items, folder, concurrency=jobs, progress=moved)
        return progress.finish(settings, outcomes, f"downloaded to {folder}", show)


@command
@click.argument("keys", callback=places, nargs=-1, required=True, metavar="[PROVIDER:]KEY...")
def cat(settings: Settings, keys: Sequence[Place]) -> None:
    """Write objects to stdout, one after the other. KEY may be a pattern, in quotes."""
    with Providers(settings) as providers:
        for place in keys:
            provider = providers.at(place)
            found = select(provider, place.key, recursive=False, filters=Filters())
            for one in found.objects:
                _pour(provider, one.key)


def _is_closed(stream: object) -> bool:
    return getattr(stream, "name", "") == os.devnull  # what `cli.main` has in place of none


def _pour(provider: Provider, key: str) -> None:
    if _is_closed(sys.stdout):
        raise InvalidInput("the standard output is closed")
    with provider.open(key) as reader:
        for chunk in whole(provider, reader):
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
