"""Commands that move bytes between here and a provider: put, get."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import click

from bucketry import InvalidInput, InvalidSource
from bucketry.cli import output
from bucketry.cli.settings import Settings, command
from bucketry.cli.streams import whole
from bucketry.keys import check_key
from bucketry.model import Progress
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


@command
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--key", metavar="KEY", help='Key to store under; a folder if it ends in "/".')
@click.option("--recursive", "-r", is_flag=True, help="Folders with all that is in them.")
@click.option("--content-type", metavar="TYPE", help="Media type.  [default: from the name]")
@click.option(
    "--metadata", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="User metadata."
)
@click.option("--tag", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Object tag.")
@click.option("--no-overwrite", is_flag=True, help="Fail if the key is taken.")
def put(
    settings: Settings,
    sources: Sequence[str],
    key: str | None,
    recursive: bool,
    content_type: str | None,
    metadata: dict[str, str],
    tag: dict[str, str],
    no_overwrite: bool,
) -> None:
    """Upload files; "-" reads stdin.

    Without --key the configured strategy names a file, and a folder keeps its name. With several
    sources --key must be a folder. Each key is printed, with its address if that is public.
    """
    options: UploadOptions = {"content_type": content_type}
    if metadata:
        options["metadata"] = metadata
    if tag:
        options["tags"] = tag
    if no_overwrite:
        options["prevent_overwrite"] = True
    if STANDARD in sources:
        if len(sources) > 1 or not key or key.endswith("/"):
            output.bad_usage('"-" is the only source and needs the whole --key')
        options["filename"] = PurePosixPath(key).name
        with settings.open() as provider:
            output.stored(settings, provider.upload(sys.stdin.buffer, key=key, **options))
        return
    files = _plan(settings, [Path(source) for source in sources], key, recursive)
    with settings.open() as provider:
        for path, target in files:
            with _progress(settings, path.name, path.stat().st_size) as moved:
                options["progress"] = moved
                stored = provider.upload(path, key=target, **options)
            output.stored(settings, stored)


def _plan(
    settings: Settings, sources: Sequence[Path], key: str | None, recursive: bool
) -> list[tuple[Path, str | None]]:
    """Return each file with its key, None for the strategy's; all is checked before any is sent."""
    if key is not None and not key.endswith("/") and len(sources) > 1:
        output.bad_usage(f"{len(sources)} sources cannot share one --key; write --key {key}/")
    files: list[tuple[Path, str | None]] = []
    for source in sources:
        if not os.access(source, os.R_OK):
            raise InvalidSource(f"{source} does not exist or cannot be read")
        base = key
        if key is not None and key.endswith("/"):
            base = key + _name(source)
        if not source.is_dir():
            files.append((source, base))
            continue
        if not recursive:
            output.bad_usage(f"{source} is a folder; add --recursive to upload what is in it")
        inside = list(_walk(settings, source))
        if not inside:
            settings.note(f"{source} has no files")
        for path in inside:
            relative = unicodedata.normalize("NFC", path.relative_to(source).as_posix())
            files.append((path, f"{base or _name(source)}/{relative}"))
    taken: dict[str, Path] = {}
    for path, target in files:
        if target is None:
            continue
        other = taken.setdefault(check_key(target), path)
        if other is not path:
            raise InvalidInput(f"{other} and {path} would both be stored as {target!a}")
    return files


def _name(path: Path) -> str:
    # abspath gives "." a name and, unlike resolve, leaves links their own.
    return unicodedata.normalize("NFC", Path(os.path.abspath(path)).name)


def _walk(settings: Settings, folder: Path) -> Iterator[Path]:
    """Yield the files below `folder`, sorted. Links to folders are not followed: they can loop."""

    def refuse(error: OSError) -> None:
        raise InvalidSource(f"{error.filename} cannot be read: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file():
                yield path
            else:
                settings.note(f"{output.printable(str(path))} is no file and is left out")


@command
@click.argument("key")
@click.argument("target", default="", metavar="[TARGET]")
def get(settings: Settings, key: str, target: str) -> None:
    """Download an object; "-" writes to stdout.

    TARGET is a file or folder. Without it the file gets the key's last part as its name. An
    existing file is replaced once the download is complete; a broken or interrupted one leaves no
    file behind.
    """
    check_key(key)
    with settings.open() as provider:
        if target == STANDARD:
            with provider.open(key) as reader:
                for chunk in whole(provider, reader):
                    sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
            return
        path = Path(target)
        if path.is_dir():
            path /= PurePosixPath(key).name
        if not path.parent.is_dir():
            raise InvalidInput(f"there is no folder {path.parent} to write to; make it first")
        size = provider.head(key).size if shows_progress(settings) else None
        with _progress(settings, path.name, size) as moved:
            info = provider.download(key, path, progress=moved)
    if settings.json:
        output.emit({"file": str(path), **output.plain(info)})
    else:
        settings.note(f"{path}: {info.size:,} bytes")


def shows_progress(settings: Settings) -> bool:
    """Return whether somebody sees a bar."""
    return sys.stderr.isatty() and not settings.quiet and not settings.json


@contextmanager
def _progress(settings: Settings, name: str, size: int | None) -> Iterator[Progress | None]:
    """Show a bar on stderr while the block runs, on a terminal only; give what moves it."""
    if not shows_progress(settings):
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        console=Console(stderr=True, no_color=settings.no_color or None),
        transient=True,
    )
    with bars:
        task = bars.add_task(escape(output.printable(name)), total=size)
        yield lambda count: bars.advance(task, count)
